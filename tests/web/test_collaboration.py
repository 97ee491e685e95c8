"""Between people, on the pages and over the API: hand over, ask, circulate, stand in."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.journeys.city import City
from tests.journeys.conftest import small_city
from tests.journeys.test_between_people import away, between
from tests.web.test_pages import post, signed_in

__all__ = ["signed_in", "small_city"]
People = Callable[[str], FlaskClient]


def page_of(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.get_data(as_text=True)


def options_of(page: str, element: str) -> list[str]:
    """The words of the choices of a select."""
    form = page[page.index(f'id="{element}"') :].partition("</select>")[0]
    return re.findall(r'<option value="\d+"[^>]*>([^<]*)', form)


@pytest.fixture
def path(small_city: City) -> str:
    """An application before the reviewers of its industry department."""
    small_city.to_industry_review().at("2026-10-12 09:00")
    return f"/applications/{small_city.application['id']}"


def test_it_is_handed_over_and_back_on_the_page(small_city: City, signed_in: People, path: str) -> None:
    city, one, other = small_city, signed_in("industry1"), signed_in("industry2")
    page = page_of(one, path)
    assert options_of(page, "hand-over-to_id") == ["示例industry2（审核人员）"]
    assert options_of(page, "delegate-to_id") == [
        "示例industry2（审核人员）",
        "示例industry_head（部门负责人）",
    ]
    refused = post(one, f"{path}/hand-over", reason="外出检查")
    assert refused.status_code == 422
    page = refused.get_data(as_text=True)
    assert '<details class="fold" id="turn-hand-over" open>' in page
    assert 'id="hand-over-to_id-error"' in page
    assert 'value="外出检查"' in page
    done = post(one, f"{path}/hand-over", to_id=str(city.actors["industry2"].account_id), reason="外出检查")
    assert (done.status_code, done.headers["Location"]) == (303, path)
    page = page_of(one, path)
    assert "已转办给示例industry2。" in page
    assert 'id="act"' not in page
    assert "转办</span>" in page_of(other, "/worklist").replace("\n", "")
    assert "示例industry1" in page_of(other, f"{path}/history")
    assert "外出检查" not in page_of(signed_in("institution"), path)
    assert "退回本部门" not in page
    assert post(one, f"{path}/give-back").status_code == 403
    assert post(other, f"{path}/give-back").status_code == 303
    assert 'id="act"' in page_of(one, path)


def test_a_question_is_answered_beside_the_form(small_city: City, signed_in: People, path: str) -> None:
    city, asker, head = small_city, signed_in("industry1"), signed_in("industry_head")
    asked = {"to_id": str(city.actors["industry_head"].account_id), "question": "设备是否属实"}
    assert post(asker, f"{path}/delegate", **asked).status_code == 303
    page = page_of(asker, path)
    assert "等待答复" in page
    assert "收回委派" in page
    assert 'id="act"' not in page
    assert "受示例industry1委派" in page_of(head, "/worklist")
    assert "设备是否属实" in page_of(head, path)
    empty = post(head, f"{path}/answer-delegation", answer="")
    assert empty.status_code == 422
    assert 'id="answer-delegation-answer-error"' in empty.get_data(as_text=True)
    assert post(head, f"{path}/answer-delegation", answer="现场核对无误").status_code == 303
    page = page_of(asker, path)
    assert page.index("现场核对无误") < page.index('id="act"')
    assert "现场核对无误" not in page_of(signed_in("hr1"), path)


def test_colleagues_are_told_and_the_sender_sees_who_has_read(
    small_city: City, signed_in: People, path: str
) -> None:
    city, sender, told = small_city, signed_in("industry1"), signed_in("industry2")
    assert "抄送给" in post(sender, f"{path}/circulate", note="请知悉").get_data(as_text=True)
    sent = {"to_ids": str(city.actors["industry2"].account_id), "note": "请知悉"}
    assert post(sender, f"{path}/circulate", **sent).status_code == 303
    again = post(sender, f"{path}/circulate", **sent)
    assert again.status_code == 422
    assert "今天已经收到过" in again.get_data(as_text=True)
    assert "示例industry1：请知悉" in page_of(told, "/alerts")
    assert "（未读）" in page_of(sender, path)


def test_the_substitute_is_told_beforehand_and_it_stands_on_the_form(
    small_city: City, signed_in: People, path: str
) -> None:
    city, head = small_city, signed_in("industry_head")
    entry = {
        "account_id": str(city.actors["industry1"].account_id),
        "substitute_id": str(city.actors["industry_head"].account_id),
        "from_on": "2026-10-12",
        "until_on": "2026-10-09",
        "reason": "公出",
    }
    refused = post(head, "/account/absences", **entry)
    assert refused.status_code == 422
    page = refused.get_data(as_text=True)
    assert 'id="field-until_on-error"' in page
    assert 'value="公出"' in page
    assert post(head, "/account/absences", **entry | {"until_on": "2026-10-30"}).status_code == 303
    page = page_of(head, "/account/absences")
    assert "进行中" in page
    page = page_of(head, path)
    assert "您将代 <strong>示例industry1</strong> 办理" in page
    version = city.look()["version"]
    # The one warning of the example wants its answer, and whoever stands in gives it.
    sent = post(head, f"{path}/events/approve", opinion="同意", version=version)
    if sent.status_code == 422:
        city.send("industry_head", "approve", opinion="同意")
    page = page_of(signed_in("institution"), path)
    assert "示例industry_head（代示例industry1办理）" in page
    own = page_of(signed_in("industry1"), "/account/absences")
    assert options_of(own, "field-substitute_id") == [
        "示例industry2（审核人员）",
        "示例industry_head（部门负责人）",
    ]
    (absence_id,) = re.findall(r"/account/absences/(\d+)/end", own)
    assert post(signed_in("industry2"), f"/account/absences/{absence_id}/end").status_code == 404
    assert post(signed_in("industry1"), f"/account/absences/{absence_id}/end").status_code == 303
    assert "已取消" in page_of(head, "/account/absences")


def test_an_administrator_enters_who_has_left(small_city: City, signed_in: People) -> None:
    city, admin = small_city.at("2026-10-12"), signed_in("admin")
    assert 'name="substitute_id"' not in page_of(admin, "/account/absences")
    left = city.actors["cashier"].account_id
    page = page_of(admin, f"/account/absences?account_id={left}")
    assert options_of(page, "field-substitute_id") == [
        "示例finance1（审核人员）",
        "示例finance2（审核人员）",
        "示例finance_head（部门负责人）",
    ]
    body: dict[str, Any] = {
        "account_id": str(left),
        "substitute_id": str(city.actors["finance1"].account_id),
        "from_on": "2026-10-12",
        "until_on": "",
        "reason": "调离",
    }
    assert post(admin, "/account/absences", **body).status_code == 303
    assert "起，不定期限" in page_of(admin, "/account/absences")
    assert signed_in("institution").get("/account/absences").status_code == 403
    assert signed_in("auditor").get("/account/absences").status_code == 200


def test_the_printed_form_names_both_persons(small_city: City, path: str) -> None:
    from tests.journeys.test_between_people import away
    from workflow.printing.cells import opinion
    from workflow.services.view import SIGNATURE_LABELS

    city = small_city
    away(city, "industry1", "industry_head")
    city.send("industry_head", "approve", opinion="同意")
    reviews = city.look()["form"]["claim"]["reviews"]
    assert reviews[0]["seat_label"] == SIGNATURE_LABELS["first"]
    signed = opinion(reviews, "claim_industry", ("初审人", "复核人"))
    assert signed.signs == (("初审人", "示例industry_head（代示例industry1办理）"), ("复核人", ""))
    assert between(city, "industry2", "delegate", to_id=city.actors["industry1"].account_id, question="?")


def test_a_substitute_finds_the_rooms_of_who_is_away_on_those_days_alone(
    small_city: City, signed_in: People
) -> None:
    city = small_city.at("2026-10-12 09:00")
    cashiers, inspectors, heads = "/payment-batches/new", "/visits", "/dashboard"
    for who, whom in (("cashier", "finance_head"), ("inspector", "hr1"), ("hr_head", "hr2")):
        away(city, who, whom, until_on="2026-10-13")
    for login, path, name in (
        ("finance_head", cashiers, "示例cashier"),
        ("hr1", inspectors, "示例inspector"),
        ("hr2", heads, "示例hr_head"),
    ):
        client = signed_in(login)
        assert f"今天代{name}办理" in page_of(client, path)
        assert client.get(path).status_code == 200
        city.at("2026-10-14 09:00")
        assert client.get(path).status_code == 403
        assert "今天代" not in page_of(client, "/worklist")
        city.at("2026-10-12 09:00")
    # Each has one colleague's work, and nobody else's.
    assert signed_in("hr1").get(heads).status_code == 403
    assert signed_in("hr2").get(inspectors).status_code == 403
    assert 'href="/visits"' in page_of(signed_in("hr1"), "/worklist")
    assert "待开班" in states_offered(page_of(signed_in("hr1"), "/worklist"))
    assert "新的抽取" in page_of(signed_in("hr2"), "/draws")
    assert "新的抽取" not in page_of(signed_in("hr1"), "/draws")


def states_offered(page: str) -> list[str]:
    """The states that the filter of the worklist offers."""
    form = page[page.index('id="filter-state"') :].partition("</select>")[0]
    return re.findall(r'<option value="\w+"[^>]*>([^<]*)', form)
