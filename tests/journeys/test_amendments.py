"""Notices that changed a year after the fact, and one that comes at last, on running applications."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from calendars import ChinaWorkingDays
from tests.journeys.city import CITY, City
from tests.journeys.many import NOTICE
from workflow.clock import day_cn
from workflow.services import (
    alerts,
    audit,
    audit_verification,
    calendar_versions,
    closures,
    deadlines,
    holiday_notices,
)
from workflow.services.calendar import show_year
from workflow.services.product import open_product

NOTICES = Path(__file__).parents[1] / "calendars" / "notices"


def _import(city: City, *names: str) -> dict[str, Any]:
    texts = [(NOTICES / f"{name}.txt").read_text(encoding="utf-8") for name in names]
    return holiday_notices.apply_notices(city.product, actor=city.actors["admin"], texts=texts, year=None)


def _submit(city: City, day: str) -> None:
    """The example's application; of its trainees those who were old enough by then."""
    year = int(day[:4])
    city.at(day).apply(roster=False, starts_on=f"{year}-06-10", ends_on=f"{year}-06-21", planned_count=30)
    city.fill_roster(count=30)
    city.send("institution", "submit")


def _events(city: City) -> list[dict[str, Any]]:
    page = audit.read_history(
        city.product, actor=city.actors["admin"], application_id=city.application["id"], limit=100
    )
    return [entry for entry in page["items"] if entry["event"] == "recompute"]


@pytest.mark.parametrize(
    ("year", "submitted", "before", "amended_on", "after"),
    [
        # 24-30 January off, 1 February worked: 23, 31 January, 1, 3, 4 February. Extended to 2 February,
        # which takes the make-up Saturday with it: 23 January, 3-6 February.
        (2020, "2020-01-22", "2020-02-04", "2020-01-26 18:00", "2020-02-06"),
        # 1 May alone off: 26, 29, 30 April, 2, 3 May. Then 1-4 May off, 28 April and 5 May worked.
        (2019, "2019-04-25", "2019-05-03", "2019-04-27", "2019-05-05"),
    ],
)
def test_an_amendment_moves_what_runs_through_it(
    city: City, year: int, submitted: str, before: str, amended_on: str, after: str
) -> None:
    # As it was known at the beginning: the notice without its amendment.
    city.at(f"{year}-01-02")
    _import(city, str(year))
    _submit(city, submitted)
    clock = city.clock("opening_industry_review")
    assert (clock["due_on"], clock["provisional"]) == (before, False)

    city.at(amended_on)
    applied = _import(city, f"{year}-amend")
    assert applied["amendment"]
    assert [(move["due_before"], move["due_after"]) for move in applied["clocks"]] == [(before, after)]
    # What came before is in force again, under another ordinal, as often as it is put in force.
    assert applied["calendar_version"] == ChinaWorkingDays.published().version
    assert city.clock("opening_industry_review")["due_on"] == after
    (entry,) = _events(city)
    (moved,) = entry["detail"]["clocks"]
    assert (moved["due_before"], moved["due_after"]) == (before, after)
    told = alerts.list_alerts(city.product, actor=city.actors["institution"])["items"]
    assert [(each["due_before"], each["due_on"]) for each in told] == [(before, after)]
    assert f"原{day_cn(before)}，现到期日{day_cn(after)}" in told[0]["message"]
    assert alerts.list_alerts(city.product, actor=city.actors["industry1"])["items"]
    assert not alerts.list_alerts(city.product, actor=city.actors["industry1_bf"])["items"]
    assert audit_verification.verify_audit(city.product)["holds"]


def test_a_ladder_climbs_by_the_new_date(city: City) -> None:
    city.at("2020-01-02")
    _import(city, "2020")
    _submit(city, "2020-01-22")
    city.at("2020-01-26 18:00")
    _import(city, "2020-amend")
    # The day before the old date, and the old date itself, are no occasion any more.
    for moment in ("2020-01-31", "2020-02-04"):
        city.at(moment).sweep()
        rungs = _rungs(city, "industry1")
        assert not any(rung.startswith("overdue") for rung in rungs)
    city.at("2020-02-07").sweep()
    assert any(rung.startswith("overdue") for rung in _rungs(city, "industry1"))


def _rungs(city: City, login: str) -> list[str]:
    items = alerts.list_alerts(city.product, actor=city.actors[login], limit=100)["items"]
    return [each["rung"] for each in items if not each["rung"].startswith("calendar_")]


def test_a_clock_waiting_for_its_new_date_gives_no_rung_by_the_old_one(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    from workflow.services import sweep as sweeping

    city.at("2020-01-02")
    _import(city, "2020")
    _submit(city, "2020-01-22")
    city.at("2020-02-05")
    monkeypatch.setattr(holiday_notices, "recompute_behind", lambda _product, **_: 0)
    _import(city, "2020-amend")
    with monkeypatch.context() as patch:
        # The recomputation has not come to it: by the old date it would be overdue since the 4th.
        patch.setattr(sweeping, "recompute_behind", lambda _product, **_: 0)
        city.sweep()
        assert _rungs(city, "industry1") == []
    city.sweep()
    assert not any(rung.startswith("overdue") for rung in _rungs(city, "industry1"))
    assert city.clock("opening_industry_review")["due_on"] == "2020-02-06"


def test_an_ended_clock_keeps_its_date_through_an_amendment(city: City) -> None:
    city.at("2020-01-02")
    original = _import(city, "2020")
    _submit(city, "2020-01-22")
    city.at("2020-01-22 15:00").send("industry1", "approve", opinion="同意")
    city.at("2020-01-23").send("industry2", "approve", opinion="同意")
    ended = city.clock("opening_industry_review")
    assert (ended["state"], ended["due_on"]) == ("met", "2020-02-04")
    city.at("2020-01-26 18:00")
    _import(city, "2020-amend")
    assert city.clock("opening_industry_review") == ended
    assert ended["calendar_version"] == original["calendar_version"]
    explained = deadlines.read_clock(city.product, actor=city.actors["hr1"], clock_id=ended["id"])
    strip = explained["explanation"]
    assert strip["counted_days"] == 1
    # As it would have gone on, so that the due date can be checked.
    assert strip["days"][-1]["date"] == "2020-02-04"
    assert strip["days"][-1]["word"] == "第5个工作日（办结之后）"
    assert [day["ahead"] for day in strip["days"][:3]] == [False, False, True]


def test_a_public_notice_over_new_year_moves_with_what_hangs_on_it(city: City) -> None:
    city.to_publication()
    city.at("2026-12-29").send("hr1", "publish", site="市人力资源和社会保障局官网")
    # 30, 31 December, 4-6 January; HR's stay begins when the minimum is over.
    assert city.clock("public_notice")["due_on"] == "2027-01-06"
    before = city.clock("hr_total")
    longer = NOTICE.replace(
        "1月1日（周五）至3日（周日）放假，共3天。",
        "1月1日（周五）至4日（周一）放假调休，共4天。1月9日（周六）上班。",
    )
    applied = holiday_notices.apply_notices(
        city.product, actor=city.actors["admin"], texts=[longer], year=None
    )
    assert not applied["amendment"]
    notice = city.look()["form"]["claim"]["notices"][-1]
    assert (notice["minimum_until"], notice["provisional"]) == ("2027-01-07", False)
    clock = city.clock("public_notice")
    assert (clock["due_on"], clock["provisional"]) == ("2027-01-07", False)
    after = city.clock("hr_total")
    assert after["provisional"] is False
    assert after["segments"][-1]["from"] == "2027-01-07"
    assert before["segments"][-1]["from"] == "2027-01-06"
    city.at("2027-01-07 10:00")
    with pytest.raises(Exception, match="2027年1月7日"):
        city.send("hr2", "close_notice")
    city.at("2027-01-08").send("hr2", "close_notice")
    assert city.state == "claim_hr_first"
    assert audit_verification.verify_audit(city.product)["holds"]


def _close(city: City, *days: date) -> int:
    """A closure of these days, confirmed; its number."""
    entered = closures.propose_closure(
        city.product,
        actor=city.actors["admin"],
        region=CITY,
        days=list(days),
        authority="示例人民政府",
        document_number="示例〔2026〕1号",
        reason="暴雨",
    )
    number: int = entered["id"]
    closures.decide_closure(city.product, actor=city.actors["office"], closure_id=number, confirmed=True)
    return number


def _object_and_answer(city: City, filed_on: str, answered_on: str) -> None:
    city.at(filed_on)
    objection = city.send(None, "file_objection", name="示例", contact="13800000000", content="人数不实")
    city.at(answered_on).send(
        "hr2",
        "resolve_objection",
        objection_id=objection["objection_id"],
        outcome="dismissed",
        reply="经核实相符",
    )


def test_hr_waits_for_a_minimum_that_moved_past_the_answer_to_an_objection(city: City) -> None:
    city.to_notice()
    _object_and_answer(city, "2026-10-19", "2026-10-23")
    assert city.clock("hr_total")["segments"][-1]["from"] == "2026-10-23"
    _close(city, date(2026, 10, 20), date(2026, 10, 21))
    assert city.clock("public_notice")["due_on"] == "2026-10-26"
    clock = city.clock("hr_total")
    assert (clock["state"], clock["segments"][-1]["from"]) == ("paused", "2026-10-26")
    city.at("2026-10-27")
    assert city.figures("hr_total") == ("running", "2026-11-13", 2, 13)


def test_hr_does_not_begin_before_the_answer_when_the_minimum_moves_back(city: City) -> None:
    city.to_notice()
    closure_id = _close(city, date(2026, 10, 20), date(2026, 10, 21))
    _object_and_answer(city, "2026-10-19", "2026-10-26")
    city.at("2026-10-27")
    admin, office = city.actors["admin"], city.actors["office"]
    closures.propose_withdrawal(city.product, actor=admin, closure_id=closure_id, reason="撤回")
    closures.decide_closure(city.product, actor=office, closure_id=closure_id, confirmed=True)
    assert city.clock("public_notice")["due_on"] == "2026-10-22"
    assert city.clock("hr_total")["segments"][-1]["from"] == "2026-10-26"
    assert city.figures("hr_total") == ("running", "2026-11-13", 2, 13)


def test_a_year_may_come_before_the_one_in_between(city: City) -> None:
    # New Year of 2028 reaches into 2027, whose own notice is not out.
    text = """国务院办公厅关于2028年部分节假日安排的通知
一、元旦：2027年12月31日（周五）至2028年1月2日（周日）放假调休，共3天。2027年12月26日（周日）上班。
二、春节：1月25日（周二）至31日（周一）放假调休，共7天。1月22日（周六）、2月5日（周六）上班。
三、清明节：4月4日（周二）放假1天。
四、劳动节：5月1日（周一）至3日（周三）放假，共3天。
五、端午节：5月28日（周日）至29日（周一）放假，共2天。
六、国庆节、中秋节：10月1日（周日）至8日（周日）放假调休，共8天。9月24日（周日）、10月14日（周六）上班。"""
    admin = city.actors["admin"]
    applied = holiday_notices.apply_notices(city.product, actor=admin, texts=[text], year=None)
    # Another process reads it from the database.
    fresh = open_product(city.product.settings)
    shown = show_year(fresh, year=2027)
    fresh.engine.dispose()
    assert shown["provisional"]
    assert {"2027-12-26", "2027-12-31"} <= {day["date"] for day in shown["days"] if "元旦" in day["reason"]}
    assert not show_year(city.product, year=2028)["provisional"]
    version = calendar_versions.read_version(city.product, ordinal=applied["ordinal"], year=2027)
    assert version["version"] == applied["calendar_version"]
    city.to_notice()
    assert audit_verification.verify_audit(city.product)["holds"]


def test_a_whole_way_into_2027_is_dated_alike_whether_the_notice_came_before_or_on_the_way(
    city: City,
) -> None:
    def go(imported_at: int) -> list[dict[str, Any]]:
        steps: list[tuple[str, str, str, dict[str, Any]]] = [
            ("2026-12-21", "institution", "submit", {"claim": city.claim()}),
            ("2026-12-24", "industry1", "accept", {}),
            (
                "2026-12-31",
                "industry1",
                "return_for_correction",
                {"reason": "补材料", "code": "incomplete", "sections": ["claim"]},
            ),
            ("2027-01-05", "institution", "submit", {"claim": city.claim()}),
            ("2027-01-11", "industry1", "approve", {"opinion": "同意"}),
            ("2027-01-12", "industry2", "approve", {"opinion": "同意"}),
            ("2027-01-13", "hr1", "publish", {"site": "官网"}),
            ("2027-01-25", "hr2", "close_notice", {}),
            ("2027-01-26", "hr1", "approve", {"opinion": "同意"}),
            ("2027-01-28", "hr2", "approve", {"opinion": "同意"}),
        ]
        city.to_claim_draft()
        for number, (day, login, event, payload) in enumerate(steps):
            city.at(day)
            if number == imported_at:
                _revert(city)
                holiday_notices.apply_notices(
                    city.product, actor=city.actors["admin"], texts=[NOTICE], year=None
                )
            city.send(login, event, **payload)
        return [
            {
                name: clock[name]
                for name in ("kind", "state", "due_on", "provisional", "used_days", "left_days")
            }
            for clock in city.look()["clocks"]
        ]

    def _revert(city: City) -> None:
        from workflow.persistence.engine import writing
        from workflow.services.setup import store_calendar

        # Back to the day before the notice, so that each way meets it at its own moment.
        with writing(city.product.engine) as connection:
            store_calendar(
                connection,
                ChinaWorkingDays.published(),
                note="示例",
                created_by=None,
                now=city.product.now(connection),
            )

    known_from_the_start = go(0)
    open_at_the_end = [clock for clock in known_from_the_start if clock["state"] in {"running", "paused"}]
    assert open_at_the_end
    for imported_at in (3, 5, 9):
        found = go(imported_at)
        still_open = [clock for clock in found if clock["state"] in {"running", "paused"}]
        assert still_open == open_at_the_end
    assert audit_verification.verify_audit(city.product)["holds"]


def test_every_version_can_be_looked_at_and_compared(small_city: City) -> None:
    city = small_city.at("2020-01-02")
    _import(city, "2020")
    amended = _import(city, "2020-amend")
    versions = calendar_versions.list_versions(city.product)["items"]
    assert [each["ordinal"] for each in versions] == [3, 2, 1]
    assert [each["in_force"] for each in versions] == [True, False, False]
    changes = calendar_versions.compare_versions(city.product, before=2, after=3)["changes"]
    assert {change["date"] for change in changes} == {"2020-01-31", "2020-02-01", "2020-02-02"}
    assert changes == amended["changes"]
    assert calendar_versions.compare_versions(city.product, before=1, after=3)["changes"] == []
    old = calendar_versions.read_version(city.product, ordinal=2, year=2020)["shown"]["days"]
    assert next(day for day in old if day["date"] == "2020-02-01")["working"]
    now = show_year(city.product, year=2020)["days"]
    assert not next(day for day in now if day["date"] == "2020-02-01")["working"]
