"""Every error as the caller sees it, on the API and on pages."""

from __future__ import annotations

import sqlite3

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import (
    DatabaseError,
    DataError,
    IntegrityError,
    InterfaceError,
    InternalError,
    OperationalError,
    ProgrammingError,
    TimeoutError,
)

from tests.web.conftest import forgery_token
from web.access import ACCESS, PUBLIC
from web.rate import TooMany
from workflow.errors import (
    Broken,
    Conflict,
    FieldError,
    Finding,
    Forbidden,
    Malformed,
    NotFound,
    NotNow,
    NotSignedIn,
    RuleBroken,
    Unavailable,
)

FINDING = Finding(
    "class-size", "blocking", "81人", "80人", "平技领办〔2022〕5号", "每班不超过80人", "opening"
)
ERRORS: dict[str, tuple[Exception, int]] = {
    "not-signed-in": (NotSignedIn("请先登录"), 401),
    "forbidden": (Forbidden("不是您的申请"), 403),
    "not-found": (NotFound("没有这件申请"), 404),
    "malformed": (Malformed("填写有误", [FieldError("opening.mode", "未填写")]), 422),
    "unreadable": (Malformed("读不懂", [FieldError("cursor", "无效")], status=400), 400),
    "rule-broken": (RuleBroken([FINDING]), 422),
    "not-now": (NotNow("公示未满", source="二(四)21"), 409),
    "conflict": (Conflict("已被更新", current_version=7), 409),
    "too-many": (TooMany(9), 429),
    "unavailable": (Unavailable("数据库无法连接"), 503),
    "database": (OperationalError("SELECT secret", {}, sqlite3.OperationalError("disk I/O error")), 503),
    "interface": (InterfaceError("SELECT secret", {}, sqlite3.InterfaceError("gone")), 503),
    "internal": (InternalError("SELECT secret", {}, sqlite3.InternalError("gone")), 503),
    "malformed-file": (DatabaseError("SELECT secret", {}, sqlite3.DatabaseError("no database")), 503),
    "pool": (TimeoutError("QueuePool limit"), 503),
    "integrity": (IntegrityError("INSERT secret", {}, sqlite3.IntegrityError("UNIQUE")), 500),
    "statement": (ProgrammingError("SELECT secret", {}, sqlite3.ProgrammingError("no such table")), 500),
    "value": (DataError("SELECT secret", {}, sqlite3.DataError("too large")), 500),
    "broken": (Broken("secret detail"), 500),
    "bug": (ZeroDivisionError("secret detail"), 500),
}


@pytest.fixture
def failing(app: Flask, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """A client of an application that fails on demand, on a page and on the API."""

    def fail(name: str) -> str:
        raise ERRORS[name][0]

    for endpoint, path in (("fail_page", "/fail/<name>"), ("fail_api", "/api/fail/<name>")):
        monkeypatch.setitem(ACCESS, endpoint, PUBLIC)
        app.add_url_rule(path, endpoint=endpoint, view_func=fail, methods=["GET", "POST"])
    return app.test_client()


@pytest.mark.parametrize("name", ERRORS)
def test_the_api_answers_a_problem(failing: FlaskClient, name: str) -> None:
    status = ERRORS[name][1]
    answer = failing.get(f"/api/fail/{name}")
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    problem = answer.get_json()
    assert problem["status"] == status
    assert problem["type"].startswith("urn:training-subsidy:problem:")
    assert problem["instance"] == f"/api/fail/{name}"
    assert problem["request_id"] == answer.headers["X-Request-ID"]
    assert problem["title"]
    assert "secret" not in answer.get_data(as_text=True)
    assert "SELECT" not in answer.get_data(as_text=True)
    if status == 500:
        assert problem["request_id"] in problem["detail"]


def test_the_number_of_a_request_is_told_whole(failing: FlaskClient) -> None:
    # Its digits may stand like those of somebody's number, which a refusal does not repeat.
    number = "eef8d0791fbb48698986120f22a3d8ba"
    answer = failing.get("/api/fail/bug", headers={"X-Request-ID": number})
    assert number in answer.get_json()["detail"]


def test_the_details_of_a_refusal_are_carried(failing: FlaskClient) -> None:
    def answer(name: str) -> dict[str, object]:
        found: dict[str, object] = failing.get(f"/api/fail/{name}").get_json()
        return found

    assert answer("malformed")["errors"] == [{"field": "opening.mode", "message": "未填写"}]
    assert answer("rule-broken")["findings"] == [FINDING.as_dict()]
    assert answer("not-now")["source"] == "二(四)21"
    assert answer("conflict")["current_version"] == 7
    assert "findings" not in answer("conflict")
    assert failing.get("/api/fail/too-many").headers["Retry-After"] == "9"


@pytest.mark.parametrize("name", [name for name in ERRORS if name != "not-signed-in"])
def test_a_page_says_it_in_chinese_with_the_same_status(failing: FlaskClient, name: str) -> None:
    answer = failing.get(f"/fail/{name}")
    assert answer.status_code == ERRORS[name][1]
    assert answer.content_type == "text/html; charset=utf-8"
    page = answer.get_data(as_text=True)
    assert "secret" not in page
    if name == "rule-broken":
        assert "每班不超过80人" in page
    if name == "malformed":
        assert "未填写" in page
    if ERRORS[name][1] == 500:
        assert answer.headers["X-Request-ID"] in page


def test_a_page_that_needs_signing_in_leads_there_and_a_form_says_so(failing: FlaskClient) -> None:
    assert failing.get("/fail/not-signed-in").headers["Location"] == "/sign-in?next=/fail/not-signed-in"
    answer = failing.post("/fail/not-signed-in", data={"csrf_token": forgery_token(failing)})
    assert answer.status_code == 401


def test_an_error_page_that_fails_itself_is_answered_in_words(
    failing: FlaskClient, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.refusals.render_template", lambda *_, **__: 1 / 0)
    answer = failing.get("/fail/bug")
    assert answer.status_code == 500
    assert "请求编号" in answer.get_data(as_text=True)


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/nothing", "/api/v1/applications/0", "/api/"])
def test_unknown_addresses_of_the_api_are_problems(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"


def test_unknown_pages_are_pages(client: FlaskClient) -> None:
    answer = client.get("/nothing")
    assert answer.status_code == 404
    assert answer.content_type == "text/html; charset=utf-8"


@pytest.mark.parametrize("method", ["DELETE", "PUT", "OPTIONS", "TRACE"])
def test_a_method_that_is_not_served_is_refused_with_those_that_are(client: FlaskClient, method: str) -> None:
    answer = client.open("/api/v1/applications", method=method)
    assert answer.status_code == 405
    assert answer.content_type == "application/problem+json"
    assert {"GET", "POST"} <= set(answer.headers["Allow"].split(", "))
