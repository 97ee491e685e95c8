"""A holiday notice comes out: running clocks move, each with its record; ended ones keep what judged them."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.journeys.city import City
from workflow.errors import Forbidden, Malformed, NotNow
from workflow.persistence import tables
from workflow.persistence.engine import reading
from workflow.services import audit, audit_verification, calendar, holiday_notices

# Invented, but its weekdays and sums are those of 2027.
NOTICE = """一、元旦：1月1日（周五）至3日（周日）放假，共3天。
二、春节：2月4日（周四）至10日（周三）放假调休，共7天。1月30日（周六）、2月13日（周六）上班。
三、清明节：4月3日（周六）至5日（周一）放假，共3天。
四、劳动节：5月1日（周六）至5日（周三）放假调休，共5天。4月25日（周日）、5月8日（周六）上班。
五、端午节：6月9日（周三）放假1天，不调休。
六、中秋节：9月15日（周三）放假1天，不调休。
七、国庆节：10月1日（周五）至7日（周四）放假调休，共7天。9月26日（周日）、10月9日（周六）上班。
"""


def to_finance_in_january(city: City) -> None:
    city.to_hr_review()
    city.at("2026-10-26").send("hr1", "approve", opinion="同意")
    city.at("2027-01-25").send("hr2", "approve", opinion="同意")


def test_a_notice_moves_running_clocks_and_clears_their_flag(city: City) -> None:
    to_finance_in_january(city)
    # Provisionally: 26-29 January, 1-4 and 11, 12, 15-19 February (5 February and its two made-up days off).
    clock = city.clock("finance_total")
    assert (clock["due_on"], clock["provisional"]) == ("2027-02-19", True)
    hr_before = city.clock("hr_total")
    admin = city.actors["admin"]
    preview = holiday_notices.preview_notices(city.product, actor=admin, texts=[NOTICE], year=2027)
    moved = {move["kind"]: (move["due_before"], move["due_after"]) for move in preview["clocks"]}
    # Two make-up Saturdays are won; 4 February is lost, and the 5th, 8th, 9th and 10th are off either way.
    assert moved["finance_total"] == ("2027-02-19", "2027-02-18")
    assert city.clock("finance_total")["due_on"] == "2027-02-19"
    applied = holiday_notices.apply_notices(city.product, actor=admin, texts=[NOTICE], year=2027)
    assert applied["clocks"] == preview["clocks"]
    clock = city.clock("finance_total")
    assert (clock["due_on"], clock["provisional"]) == ("2027-02-18", False)
    assert clock["calendar_version"] == applied["calendar_version"]
    assert city.clock("hr_total")["used_days"] == hr_before["used_days"]
    page = audit.read_history(city.product, actor=admin, application_id=city.application["id"], limit=100)
    assert page["items"][-1]["event"] == "recompute"
    assert audit_verification.verify_audit(city.product)["holds"]
    with pytest.raises(NotNow):
        holiday_notices.apply_notices(city.product, actor=admin, texts=[NOTICE], year=2027)
    with reading(city.product.engine) as connection:
        told = connection.execute(select(tables.outbox.c.id).where(tables.outbox.c.topic == "calendar")).all()
    assert len(told) == 1


def test_a_command_that_comes_first_moves_its_own_clocks(
    small_city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    city = small_city
    to_finance_in_january(city)
    monkeypatch.setattr(holiday_notices, "recompute_behind", lambda _product, **_: 0)
    holiday_notices.apply_notices(city.product, actor=city.actors["admin"], texts=[NOTICE], year=2027)
    city.at("2027-01-26").send("finance1", "approve", opinion="同意")
    assert city.clock("finance_total")["due_on"] == "2027-02-18"
    page = audit.read_history(
        city.product, actor=city.actors["admin"], application_id=city.application["id"], limit=100
    )
    assert [entry["event"] for entry in page["items"]][-2:] == ["recompute", "approve"]


def test_an_ended_clock_keeps_the_date_and_the_version_that_judged_it(small_city: City) -> None:
    city = small_city
    to_finance_in_january(city)
    city.at("2027-01-26").send("finance1", "reject", reason="不符合条件")
    before = city.clock("finance_total")
    assert before["state"] == "met"
    holiday_notices.apply_notices(city.product, actor=city.actors["admin"], texts=[NOTICE], year=2027)
    assert city.clock("finance_total") == before


def test_a_notice_that_does_not_add_up_changes_nothing(small_city: City) -> None:
    admin = small_city.actors["admin"]
    wrong = NOTICE.replace("6月9日（周三）", "6月9日（周四）")
    with pytest.raises(Malformed, match="第5行"):
        holiday_notices.apply_notices(small_city.product, actor=admin, texts=[wrong], year=2027)
    assert calendar.show_year(small_city.product, year=2027)["provisional"]


def test_only_administrators_import(small_city: City) -> None:
    with pytest.raises(Forbidden):
        holiday_notices.preview_notices(
            small_city.product, actor=small_city.actors["hr1"], texts=[NOTICE], year=2027
        )
