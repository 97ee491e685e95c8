"""What the API refuses to read, and how it says so."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from gunicorn.http.errors import ChunkMissingTerminator, InvalidChunkSize, NoMoreData

from tests.web.conftest import Caller
from web.api.intake import XLSX

KEY = {"Idempotency-Key": "one"}
EVENT = {"event": "submit", "payload": {}, "version": 1}


def fields(answer: Any) -> list[str]:
    return [error["field"] for error in answer.get_json()["errors"]]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"kind": NaN}',
        b"\xff\xfe",
        b'"text"',
        b"[]",
        b"1",
        b"null",
        b"1" * 5000,
        b"[" * 20000,
        b'{"a":' * 40 + b"1" + b"}" * 40,
    ],
)
def test_a_body_that_is_no_json_object_is_400(caller: Callable[[str], Caller], body: bytes) -> None:
    answer = caller("institution").call("POST", "/applications", data=body, content_type="application/json")
    assert answer.status_code == 400
    assert fields(answer) == ["body"]


class BrokenBody:
    """A body that is sent in chunks and goes wrong in the middle, as gunicorn hands it over."""

    def __init__(self, fault: Exception) -> None:
        self.fault = fault

    def read(self, size: int = -1) -> bytes:
        """Fails."""
        raise self.fault


@pytest.mark.parametrize(
    "fault",
    [OSError("Invalid chunk header"), NoMoreData(b""), InvalidChunkSize(b"zz"), ChunkMissingTerminator(b"x")],
    ids=lambda fault: type(fault).__name__,
)
@pytest.mark.parametrize("content_type", ["application/json", XLSX, "multipart/form-data; boundary=x"])
def test_a_body_that_breaks_in_the_middle_is_400(
    draft: Callable[[], tuple[Caller, int]], content_type: str, fault: Exception
) -> None:
    person, application_id = draft()
    answer = person.call(
        "PUT",
        f"/applications/{application_id}/roster",
        content_type=content_type,
        environ_overrides={"wsgi.input": BrokenBody(fault), "wsgi.input_terminated": True},
    )
    assert answer.status_code == 400
    assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ('{"kind": "institution", "kind": "individual"}', "kind"),
        ('{"applicant": {"name": "甲", "uscc": "x", "name": "甲"}}', "name"),
        ('[{"a": 1, "a": 1}]', "a"),
        ('{"\\ud800": 1, "\\ud800": 2}', "?"),
        ('{"": 1, "": 2}', "body"),
    ],
)
def test_a_key_that_stands_twice_in_an_object_is_named(
    caller: Callable[[str], Caller], body: str, name: str
) -> None:
    answer = caller("institution").call(
        "POST", "/applications", data=body.encode(), content_type="application/json"
    )
    assert answer.status_code == 400
    assert fields(answer) == [name]
    assert "重复" in answer.get_json()["detail"]


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", None])
def test_a_body_of_another_content_type_is_415(
    caller: Callable[[str], Caller], content_type: str | None
) -> None:
    person = caller("institution")
    for method, path in (("POST", "/applications"), ("PUT", "/applications/1/roster")):
        answer = person.call(method, path, data=b"{}", content_type=content_type)
        assert answer.status_code == 415
        assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize("text", ["a\\u0000b", "\\ud800"])
def test_characters_that_no_database_keeps_are_refused_by_name(
    caller: Callable[[str], Caller], text: str
) -> None:
    answer = caller("institution").call(
        "POST",
        "/applications",
        data=f'{{"applicant": {{"names": ["{text}"]}}}}'.encode(),
        content_type="application/json",
    )
    assert answer.status_code == 422
    assert fields(answer) == ["applicant.names.0"]


@pytest.mark.parametrize("key", [None, "", "x" * 129, "a b", "钥匙"])
def test_an_event_needs_a_usable_idempotency_key(caller: Callable[[str], Caller], key: str | None) -> None:
    headers = {} if key is None else {"Idempotency-Key": key.encode().decode("latin-1")}
    answer = caller("institution").call("POST", "/applications/1/events", EVENT, headers=headers)
    assert answer.status_code == 400
    assert fields(answer) == ["Idempotency-Key"]
    assert "Idempotency-Key" in answer.get_json()["detail"]


@pytest.mark.parametrize("version", [..., None, "1", 1.5, True, -1, 2**31])
def test_an_event_needs_the_version_that_was_seen(caller: Callable[[str], Caller], version: Any) -> None:
    body = {"event": "submit", "payload": {}} | ({} if version is ... else {"version": version})
    answer = caller("institution").call("POST", "/applications/1/events", body, headers=KEY)
    assert answer.status_code == 400
    assert fields(answer) == ["version"]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"event": "fly"}, "event"),
        ({"event": None}, "event"),
        ({"event": ["submit"]}, "event"),
        ({"payload": []}, "payload"),
        ({"payload": None}, "payload"),
        ({"command_id": "x"}, "command_id"),
    ],
)
def test_an_event_that_cannot_be_read_names_the_field(
    caller: Callable[[str], Caller], changed: dict[str, Any], field: str
) -> None:
    answer = caller("institution").call("POST", "/applications/1/events", {**EVENT, **changed}, headers=KEY)
    assert answer.status_code == 422
    assert fields(answer) == [field]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("state=lost", "state"),
        ("section=six", "section"),
        ("region=110000", "region"),
        ("overdue=yes", "overdue"),
        ("mine=TRUE", "mine"),
        ("text=", "text"),
        ("text=a%00b", "text"),
        ("text=" + "x" * 101, "text"),
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=1.0", "limit"),
        ("limit=%D9%A1", "limit"),
        ("limit=1&limit=2", "limit"),
        ("cursor=", "cursor"),
        ("cursor=MTIz!", "cursor"),
        ("cursor=%F0%9F%98%80", "cursor"),
        ("stat=draft", "stat"),
    ],
)
def test_a_query_parameter_that_cannot_be_read_is_named(
    caller: Callable[[str], Caller], query: str, field: str
) -> None:
    answer = caller("hr1").get(f"/applications?{query}")
    assert answer.status_code == 422
    assert fields(answer) == [field]


@pytest.mark.parametrize("cursor", ["nonsense", "x" * 400, "bnVsbA", "Ii05Ig", "LTE", "W10"])
def test_a_cursor_that_was_not_given_out_is_400(draft: Callable[[], tuple[Caller, int]], cursor: str) -> None:
    person, application_id = draft()
    for path in (
        "/applications",
        f"/applications/{application_id}/history",
        "/worklist",
        "/clocks",
        "/alerts",
        "/public-notices",
    ):
        answer = person.get(f"{path}?cursor={cursor}")
        assert answer.status_code == 400, path
        assert fields(answer) == ["cursor"]


def test_calls_without_parameters_refuse_any(caller: Callable[[str], Caller]) -> None:
    answer = caller("admin").get("/audit/verify?fast=1")
    assert answer.status_code == 422
    assert fields(answer) == ["fast"]


@pytest.mark.parametrize("key", ["0", "-1", "007", "abc", "1.0", str(2**63), "9" * 30, "%20", "１"])
def test_an_id_that_cannot_be_one_is_404(caller: Callable[[str], Caller], key: str) -> None:
    person = caller("hr1")
    for path in ("/applications/", "/clocks/", "/public-notices/"):
        for method in ("GET", "PATCH"):
            answer = person.call(method, path + key, {} if method == "PATCH" else None)
            assert answer.status_code == 404, (method, path)
            assert answer.content_type == "application/problem+json"


def test_the_largest_id_is_looked_for(caller: Callable[[str], Caller]) -> None:
    person = caller("hr1")
    for path in ("/applications/", "/clocks/", "/public-notices/"):
        assert person.get(f"{path}{10**18 - 1}").status_code == 404
    assert person.call("POST", f"/alerts/{10**18 - 1}/read").status_code == 404


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"rows": {}}, 400, "rows"),
        ({}, 400, "rows"),
        ("text", 400, "rows"),
        ([1], 422, "rows.1"),
        ({"rows": ["text"]}, 422, "rows.1"),
        ({"rows": [], "version": "1"}, 400, "version"),
        ({"rows": [], "colour": 1}, 422, "colour"),
    ],
)
def test_a_roster_that_cannot_be_read_is_refused(
    draft: Callable[[], tuple[Caller, int]], body: Any, status: int, field: str
) -> None:
    person, application_id = draft()
    answer = person.call("PUT", f"/applications/{application_id}/roster", body)
    assert answer.status_code == status
    assert fields(answer) == [field]


def test_an_upload_needs_its_file(draft: Callable[[], tuple[Caller, int]]) -> None:
    person, application_id = draft()
    path = f"/applications/{application_id}/roster"
    answer = person.call("PUT", path, data={"other": (io.BytesIO(b"x"), "x.xlsx")})
    assert answer.status_code == 400
    assert fields(answer) == ["file"]
    answer = person.call("PUT", path, data={"file": (io.BytesIO(b"no workbook"), "x.xlsx")})
    assert answer.status_code == 422
    assert "XLSX" in answer.get_json()["errors"][0]["message"]


@pytest.mark.parametrize(
    "query",
    [
        "",
        "start=2026-02-30&working_days=1",
        "start=2026-09-01",
        "start=20260901&working_days=1",
        "start=2026-09-01&working_days=-1",
        "start=2026-09-01&working_days=2001",
        "start=0001-01-01&working_days=1",
        "start=9999-12-31&working_days=1",
    ],
)
def test_a_count_that_cannot_be_made_is_refused(caller: Callable[[str], Caller], query: str) -> None:
    assert caller("hr1").get(f"/calendar/due?{query}").status_code == 422


@pytest.mark.parametrize(
    ("year", "status"), [("2026", 200), ("2027", 200), ("1900", 422), ("9999", 422), ("26", 404)]
)
def test_a_year_of_the_calendar(caller: Callable[[str], Caller], year: str, status: int) -> None:
    assert caller("hr1").get(f"/calendar/{year}").status_code == status


@pytest.mark.parametrize(
    "now", [None, "yesterday", "2026-09-18T09:00:00", "0001-01-01T00:00:00+08:00", 7, ""]
)
def test_a_moment_that_cannot_be_is_refused(caller: Callable[[str], Caller], now: Any) -> None:
    answer = caller("admin").call("PUT", "/test-clock", {"now": now})
    assert answer.status_code == 422
    assert fields(answer) == ["now"]


def test_looks_at_objections_are_limited_by_address(client: FlaskClient) -> None:
    client.application.config["FOLLOW_UPS_PER_MINUTE"] = 2
    page = client.get("/objections?receipt=YY-1-001-AAAAAA").status_code
    statuses = [client.get("/api/v1/objections/YY-1-001-AAAAAA").status_code for _ in range(2)]
    assert [page, *statuses] == [404, 404, 429]
    assert client.get("/objections").status_code == 200
    elsewhere = client.get("/api/v1/objections/YY-1-001-AAAAAA", environ_base={"REMOTE_ADDR": "192.0.2.1"})
    assert elsewhere.status_code == 404


def test_objections_are_limited_by_address_and_notice(client: FlaskClient) -> None:
    client.application.config["OBJECTIONS_PER_MINUTE"] = 2
    statuses = [client.post("/api/v1/public-notices/1/objections", json={}).status_code for _ in range(3)]
    assert statuses == [404, 404, 429]
    refused = client.post("/api/v1/public-notices/1/objections", json={})
    assert refused.content_type == "application/problem+json"
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert client.post("/api/v1/public-notices/2/objections", json={}).status_code == 404
    elsewhere = client.post(
        "/api/v1/public-notices/1/objections", json={}, environ_base={"REMOTE_ADDR": "192.0.2.1"}
    )
    assert elsewhere.status_code == 404
