"""The calendar feed as programs read it, and as its owner makes and revokes it on the page and by the API."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlalchemy import update
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from tests.journeys.city import City
from tests.journeys.conftest import small_city
from tests.web.conftest import PASSWORD, forgery_token, sign_in
from web import create_app
from workflow.persistence import tables
from workflow.persistence.engine import writing
from workflow.services import accounts

__all__ = ["small_city"]
HOST = "https://subsidy.example.cn:8443"


@pytest.fixture
def app(small_city: City) -> Flask:
    app = create_app(small_city.product)
    app.config["SESSION_COOKIE_SECURE"] = False
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def call(city: City, client: FlaskClient, login: str, method: str) -> TestResponse:
    token = accounts.issue_token(city.product, login=login)
    headers = {"Authorization": f"Bearer {token}"}
    return client.open("/api/v1/calendar-feed", method=method, headers=headers, base_url=HOST)


def make(city: City, client: FlaskClient, login: str) -> str:
    """A new feed of this person; the path of its address."""
    answer = call(city, client, login, "POST")
    assert answer.status_code == 201
    address = urlsplit(str(answer.get_json()["url"]))
    assert f"{address.scheme}://{address.netloc}" == HOST
    assert re.fullmatch(r"/feeds/[\w-]{43}\.ics", address.path)
    return address.path


def fetch(city: City, client: FlaskClient, login: str) -> Any:
    answer = client.get(make(city, client, login), base_url=HOST)
    assert answer.status_code == 200
    return Calendar.from_ical(answer.data)


def enter(city: City, app: Flask, login: str) -> FlaskClient:
    """Signs in on the page, in a browser of its own."""
    accounts.reset_password(
        city.product,
        actor=city.actors["admin"],
        account_id=city.actors[login].account_id,
        password=PASSWORD,
    )
    client = app.test_client()
    sign_in(client, login)
    return client


def events(calendar: Any) -> list[Any]:
    return list(calendar.events)


# What it says ----------------------------------------------------------------------------------------------


def test_every_field_of_the_calendar(small_city: City, client: FlaskClient) -> None:
    city = small_city.to_industry_review()
    seen, clock = city.application, city.clock("claim_industry_review")
    city.at("2026-10-12 10:30")
    calendar = fetch(city, client, "institution")
    assert calendar["VERSION"] == "2.0"
    assert calendar["METHOD"] == "PUBLISH"
    assert calendar["PRODID"].startswith("-//")
    assert calendar["X-WR-CALNAME"] == "补贴培训资金申请到期日"
    assert calendar["REFRESH-INTERVAL"].dt == timedelta(hours=4)
    assert calendar["REFRESH-INTERVAL"].params["VALUE"] == "DURATION"
    assert calendar["X-PUBLISHED-TTL"] == "PT4H"
    (event,) = events(calendar)
    assert event["UID"] == f"clock-{clock['id']}@subsidy.example.cn"
    assert event["DTSTAMP"].to_ical() == b"20261012T023000Z"
    # 1 to 7 October are off and Saturday 10 October is worked.
    assert event["DTSTART"].dt == date(2026, 10, 19)
    assert event["DTEND"].dt == date(2026, 10, 20)
    assert event["DTSTART"].params["VALUE"] == event["DTEND"].params["VALUE"] == "DATE"
    assert event["SUMMARY"] == (
        f"【到期】行业主管部门补贴审核（由行业主管部门办理） {seen['number']} {seen['applicant_name']}"
    )
    assert event["DESCRIPTION"].split("\n") == [
        f"申请：{seen['number']} {seen['applicant_name']}",
        "当前状态：补贴申领·行业主管部门初审",
        "时限：行业主管部门补贴审核，10 个工作日，自 2026年9月29日 起，至 2026年10月19日（周一）到期",
        "由谁办理：行业主管部门",
        "依据：平技领办〔2022〕5号 二(四)21",
    ]
    assert event["URL"] == f"{HOST}/applications/{seen['id']}"
    assert event.categories == ["补贴资金申领"]
    assert (event["STATUS"], event["TRANSP"]) == ("CONFIRMED", "TRANSPARENT")
    (alarm,) = event.walk("VALARM")
    assert (alarm["ACTION"], alarm["DESCRIPTION"]) == ("DISPLAY", event["SUMMARY"])
    # Half past eight on the morning before.
    assert alarm["TRIGGER"].dt == timedelta(days=-1, hours=8, minutes=30)


def test_an_overdue_one_stays_and_is_marked_and_rings_no_more(small_city: City, client: FlaskClient) -> None:
    small_city.to_industry_review().at("2026-10-20")
    (event,) = events(fetch(small_city, client, "industry1"))
    assert event["SUMMARY"].startswith("【已逾期】行业主管部门补贴审核 ")
    assert event["DTSTART"].dt == date(2026, 10, 19)
    assert event["STATUS"] == "CONFIRMED"
    assert event.walk("VALARM") == []


def test_a_provisional_one_is_marked_in_title_status_and_words(small_city: City, client: FlaskClient) -> None:
    city = small_city.to_hr_review()
    city.at("2026-10-26").send("hr1", "approve", opinion="同意")
    city.at("2027-01-25").send("hr2", "approve", opinion="同意")
    found = {event["SUMMARY"].split(" ")[0]: event for event in events(fetch(city, client, "finance1"))}
    event = found["【暂定】【到期】财政部门办理总时限"]
    assert (event["DTSTART"].dt, event["STATUS"]) == (date(2027, 2, 19), "TENTATIVE")
    assert event["DESCRIPTION"].split("\n")[-1].startswith("暂定：届满日所在年度的节假日通知尚未发布")
    assert "由谁办理：您所在的部门" in event["DESCRIPTION"]


def test_what_the_applicant_must_do_says_so_and_a_minimum_is_no_limit(
    small_city: City, client: FlaskClient
) -> None:
    city = small_city.to_notice()
    (notice,) = events(fetch(city, client, "hr1"))
    assert notice["SUMMARY"].startswith("【最早届满】公示期 ")
    assert "不少于 5 个工作日，自 2026年10月15日 起，最早 2026年10月22日（周四）届满" in notice["DESCRIPTION"]
    city.at("2026-10-23 09:00").send("hr2", "close_notice")
    reasons = {"reason": "材料不全", "code": "incomplete", "sections": ["claim"]}
    city.send("hr1", "return_for_correction", **reasons)
    (correction,) = events(fetch(city, client, "institution"))
    assert correction["SUMMARY"].startswith("【到期】请您办理：申领补正 ")
    assert "由谁办理：您\n" in correction["DESCRIPTION"]
    city.at("2026-12-01")
    (late,) = events(fetch(city, client, "office"))
    assert late["SUMMARY"].startswith("【已逾期】申领补正（由申请人办理） ")


def test_any_name_survives_the_way(small_city: City, client: FlaskClient) -> None:
    name = '甲,乙;丙\\丁:"培训"学校\n第二行，END:VEVENT' + "很长的名称" * 20
    city = small_city.to_industry_review()
    with writing(city.product.engine) as connection:
        connection.execute(update(tables.application).values(applicant_name=name))
    answer = client.get(make(city, client, "industry1"))
    lines = answer.data.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert not [line for line in lines if b"\n" in line]
    assert lines.count(b"END:VEVENT") == 1
    (event,) = events(Calendar.from_ical(answer.data))
    assert event["SUMMARY"].endswith(name)
    assert event["DESCRIPTION"].split("\n当前状态")[0].endswith(name)


@pytest.mark.parametrize("login", ["auditor", "admin", "institution2"])
def test_who_has_no_due_dates_gets_a_calendar_without_events(
    small_city: City, client: FlaskClient, login: str
) -> None:
    calendar = fetch(small_city.to_industry_review(), client, login)
    assert events(calendar) == []
    # RFC 5545 wants at least one component.
    assert [each["TZID"] for each in calendar.timezones] == ["Asia/Shanghai"]


def test_no_trainee_is_named(small_city: City, client: FlaskClient) -> None:
    city = small_city.to_industry_review()
    text = client.get(make(city, client, "industry1")).get_data(as_text=True).replace("\r\n ", "")
    with city.product.engine.begin() as connection:
        names = connection.execute(tables.trainee.select()).mappings().all()
    assert len(names) == 50
    assert not [row["name"] for row in names if row["name"] in text]
    assert not re.search(r"\d{11}", text)


# How it is read --------------------------------------------------------------------------------------------


def test_it_is_read_without_signing_in_and_kept_by_nobody_else(small_city: City, client: FlaskClient) -> None:
    path = make(small_city.to_industry_review(), client, "institution")
    answer = client.get(path)
    assert answer.content_type == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert "Set-Cookie" not in answer.headers
    head = client.head(path)
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["ETag"] == answer.headers["ETag"]
    assert client.post(path).status_code == 405


def test_what_has_not_changed_is_not_sent_again(small_city: City, client: FlaskClient) -> None:
    city = small_city.to_industry_review()
    path = make(city, client, "institution")
    tag = client.get(path).headers["ETag"]
    city.at("2026-10-12")
    again = client.get(path, headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    city.at("2026-10-20")
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 200


def test_a_wrong_a_revoked_and_a_closed_address_answer_alike(small_city: City, client: FlaskClient) -> None:
    city = small_city.to_industry_review()
    superseded = make(city, client, "hr1")
    revoked = make(city, client, "hr1")
    tag = client.get(revoked).headers["ETag"]
    assert call(city, client, "hr1", "DELETE").status_code == 200
    closed = make(city, client, "hr2")
    with writing(city.product.engine) as connection:
        connection.execute(update(tables.account).where(tables.account.c.login == "hr2").values(active=False))
    answers = [
        client.get(path, headers={"If-None-Match": tag, "X-Request-ID": "the-same-for-all"})
        for path in (superseded, revoked, closed, "/feeds/x.ics", "/feeds/" + "A" * 43 + ".ics")
    ]
    pages = set()
    for answer in answers:
        assert answer.status_code == 404
        assert "ETag" not in answer.headers
        secrets = r'(name="csrf_token" value|name="csrf-token" content)="[^"]*"|/feeds/[^"?]*'
        pages.add(re.sub(secrets, "", answer.get_data(as_text=True)))
    assert len(pages) == 1


def test_the_address_stands_in_no_log(
    small_city: City, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make(small_city.to_industry_review(), client, "institution")
    token = path.split("/")[-1].removesuffix(".ics")
    with capture_logs() as lines:
        client.get(path)
        client.get(f"/feeds/{token}")
        client.get(f"/feeds/{token}/more")
        client.get(f"/prefix/feeds/{token}.ics")
        monkeypatch.setattr("web.views.feeds.read_feed", lambda *_, **__: [][0])
        assert client.get(path).status_code == 500
    assert [line["event"] for line in lines].count("request") == 5
    assert "unexpected_error" in {line["event"] for line in lines}
    assert {line["path"] for line in lines if "path" in line} == {"/feeds/", "/prefix/feeds/"}
    assert token not in str(lines)


# How it is made and revoked --------------------------------------------------------------------------------


def test_the_api_makes_shows_and_revokes_it(small_city: City, client: FlaskClient) -> None:
    nothing = {"active": False, "created_at": None, "last_read_at": None}
    assert call(small_city, client, "hr1", "GET").get_json() == nothing
    assert client.post("/api/v1/calendar-feed").status_code == 401
    path = make(small_city, client, "hr1")
    shown = call(small_city, client, "hr1", "GET").get_json()
    assert (shown["active"], shown["last_read_at"]) == (True, None)
    client.get(path)
    shown = call(small_city, client, "hr1", "GET").get_json()
    assert shown["last_read_at"] >= shown["created_at"]
    assert path.split("/")[-1][:-4] not in str(shown)
    assert call(small_city, client, "hr1", "DELETE").get_json() == nothing
    assert client.get(path).status_code == 404
    assert call(small_city, client, "hr1", "DELETE").get_json() == nothing


def test_the_page_makes_shows_once_and_revokes_it(small_city: City, app: Flask, client: FlaskClient) -> None:
    owner = enter(small_city, app, "institution")
    page = owner.get("/account").get_data(as_text=True)
    assert "新建订阅地址" in page
    assert "作废订阅地址" not in page
    assert owner.post("/account/calendar-feed").status_code == 403
    made = owner.post("/account/calendar-feed", data={"csrf_token": forgery_token(owner)})
    assert (made.status_code, made.headers["Location"]) == (303, "/account")
    shown = owner.get("/account")
    found = re.search(r"http://localhost(/feeds/[\w-]{43}\.ics)", shown.get_data(as_text=True))
    assert found is not None
    assert shown.headers["Cache-Control"] == "no-store"
    page = owner.get("/account").get_data(as_text=True)
    assert found[1] not in page
    assert "尚未读取" in page
    assert client.get(found[1]).status_code == 200
    assert "尚未读取" not in owner.get("/account").get_data(as_text=True)
    assert owner.post("/account/calendar-feed/revoke").status_code == 403
    revoked = owner.post("/account/calendar-feed/revoke", data={"csrf_token": forgery_token(owner)})
    assert revoked.status_code == 303
    assert client.get(found[1]).status_code == 404
    assert "日历订阅地址已作废" in owner.get("/account").get_data(as_text=True)
