"""The pages of 消息 and of the choice of e-mail: by day, filters in the address, marked without a script."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from tests.journeys.city import City
from tests.journeys.conftest import small_city
from tests.journeys.test_messages import fill, inbox
from tests.web.test_pages import People, post, signed_in
from workflow.services.delivery import deliver

__all__ = ["signed_in", "small_city"]


@pytest.fixture
def told(small_city: City) -> City:
    """An application that was returned, its applicant told."""
    small_city.to_industry_review()
    small_city.send(
        "industry1", "return_for_correction", reason="缺附件", code="incomplete", sections=["claim"]
    )
    deliver(small_city.product)
    return small_city


def text(client: FlaskClient, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, address
    return answer.get_data(as_text=True)


def test_messages_stand_by_day_each_with_what_to_do(told: City, signed_in: People) -> None:
    client = signed_in("institution")
    page = text(client, "/alerts")
    assert re.findall(r'<h2 id="day-[\d-]+">(.*?)</h2>', page)[:2] == [
        "2026年9月29日（周二）今天",
        "2026年9月28日（周一）",
    ]
    assert "请按退回的要求修改后重新提交。" in page
    (newest, *_) = inbox(told, "institution")
    answer = post(client, "/alerts/read", open=str(newest["id"]))
    assert answer.headers["Location"] == f"/applications/{told.application['id']}/edit"
    assert inbox(told, "institution")[0]["read_at"] is not None


def test_filters_stay_in_the_address_and_after_marking(told: City, signed_in: People) -> None:
    client = signed_in("institution")
    page = text(client, "/alerts?kind=progress&unread=1&text=已受理")
    assert page.count('id="message-') == 1
    (shown,) = re.findall(r'name="shown" value="(\d+)"', page)
    answer = post(client, "/alerts/read", page="1", shown=shown, kind="progress", unread="1", text="已受理")
    assert answer.headers["Location"].startswith("/alerts?unread=1&kind=progress&text=")
    assert "没有这样的消息" in text(client, answer.headers["Location"])
    unread = len(inbox(told, "institution", unread=True))
    post(client, "/alerts/read", all="1", newest=str(10**12), kind="returned")
    assert len(inbox(told, "institution", unread=True)) == unread - 1
    post(client, "/alerts/read", all="1", newest=str(10**12))
    assert "没有未读消息" in text(client, "/alerts?unread=1")
    assert 'name="one"' not in text(client, "/alerts")


def test_a_filter_that_cannot_be_read_shows_its_reason_and_no_message(told: City, signed_in: People) -> None:
    page = text(signed_in("institution"), "/alerts?kind=none", 422)
    assert "查询条件“消息种类”不能是“none”" in page
    assert 'id="message-' not in page


def test_a_number_of_no_message_and_of_others_marks_nothing(told: City, signed_in: People) -> None:
    client = signed_in("hr1")
    (newest, *_) = inbox(told, "institution")
    assert post(client, "/alerts/read", one=str(newest["id"])).status_code == 404
    assert post(client, "/alerts/read", one="x").status_code == 404
    assert post(client, "/alerts/read", page="1").status_code == 422
    assert inbox(told, "institution")[0]["read_at"] is None


def test_the_navigation_counts_no_further_than_99(small_city: City, signed_in: People) -> None:
    client = signed_in("admin")
    fill(small_city, "admin", 99)
    assert '<span class="count">99<' in text(client, "/account")
    fill(small_city, "admin", 1)
    assert '<span class="count">99+<' in text(client, "/account")
    page = text(client, "/alerts")
    later = re.findall(r'href="(/alerts\?cursor=[^"]+)"', page)[0]
    assert 'name="newest" value="100"' in text(client, later)


def test_a_wrong_address_keeps_what_was_chosen(small_city: City, signed_in: People) -> None:
    client = signed_in("institution")
    answer = post(client, "/account/mail", email="nowhere", kinds="due")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "电子邮箱的格式不正确" in page
    assert 'value="nowhere"' in page
    assert len(re.findall(r'name="kinds" value="\w+" checked', page)) == 1
    assert post(client, "/account/mail", email="a@example.cn", kinds="due").status_code == 303
    assert 'value="a@example.cn"' in text(client, "/account")
