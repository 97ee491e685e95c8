"""What the API answers, held to its own document: every field is described, and nothing else comes."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from jsonschema import Draft202012Validator, FormatChecker
from werkzeug.test import TestResponse

from tests.journeys.city import DATA, City
from tests.journeys.conftest import small_city
from tests.journeys.holders import ROW_OF, TODAY, apply_with, claim, plain
from web import create_app
from web.api.answers import EventReceipt
from web.api.intake import XLSX
from workflow.form.roster import roster_template
from workflow.services import accounts
from workflow.services.attachment_checks import run_wanted_check

NOTICES = Path(__file__).parents[1] / "calendars" / "notices"
__all__ = ["small_city"]


class Reader:
    """Calls the API as people of a city, and compares each answer with the document."""

    def __init__(self, city: City) -> None:
        self.city = city
        self.client = create_app(city.product).test_client()
        self.document = _closed(self.client.get("/api/openapi.json").get_json())
        self._tokens: dict[str, str] = {}

    def call(
        self, login: str | None, method: str, path: str, body: Any = None, key: str = "", status: int = 200
    ) -> Any:
        """One call; ``status`` is what it must answer."""
        headers = {"Idempotency-Key": key} if key else {}
        if login:
            if login not in self._tokens:
                self._tokens[login] = accounts.issue_token(self.city.product, login=login)
            headers["Authorization"] = f"Bearer {self._tokens[login]}"
        more = {} if body is None else {"json": body}
        answer = self.client.open("/api/v1" + path, method=method, headers=headers, **more)
        assert answer.status_code == status, answer.get_data(as_text=True)
        self.compare(method, path, answer)
        return answer.get_json()

    def get(self, login: str | None, path: str, status: int = 200) -> Any:
        """A GET."""
        return self.call(login, "GET", path, status=status)

    def compare(self, method: str, path: str, answer: TestResponse) -> None:
        """The answer is one that the document describes for this call."""
        operation = self.document["paths"][self._template(path)][method.lower()]
        media = operation["responses"][str(answer.status_code)]["content"]
        schema = media[answer.mimetype]["schema"]
        validator = Draft202012Validator(
            {**schema, "components": self.document["components"]}, format_checker=FormatChecker()
        )
        faults = [
            f"{fault.json_path}: {fault.message[:300]}" for fault in validator.iter_errors(answer.get_json())
        ]
        assert faults == [], f"{method} {path}"

    def _template(self, path: str) -> str:
        plain = "/api/v1" + path.split("?")[0]
        templates: list[str] = sorted(self.document["paths"], key=lambda each: each.count("{"))
        return next(each for each in templates if re.fullmatch(re.sub(r"{\w+}", "[^/]+", each), plain))


def _closed(document: dict[str, Any]) -> dict[str, Any]:
    """The document with every object closed, so that an answer may hold nothing that is not described."""
    closed = copy.deepcopy(document)
    for schema in closed["components"]["schemas"].values():
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
    return closed


@pytest.fixture
def reader(small_city: City) -> Reader:
    return Reader(small_city)


SCENES: dict[str, Callable[[City], Any]] = {
    "draft": lambda city: city.at("2026-08-31").apply(),
    "individual": lambda city: city.at("2026-10-09").apply_as_individual(),
    "opening": lambda city: city.to_opening_review(),
    "correction": lambda city: _corrected(city.to_opening_review()),
    "training": lambda city: city.to_training(),
    "results": lambda city: _certified(city),
    "claim": lambda city: city.to_claim_draft(),
    "review": lambda city: city.to_industry_review(),
    "notice": lambda city: _objected(city.to_notice()),
    "suspended": lambda city: _suspended(city.to_hr_review()),
    "payment": lambda city: city.to_payment(),
    "paid": lambda city: _paid(city.to_payment()),
    "recovering": lambda city: _recovering(city.to_payment()),
    "evaluation": lambda city: _of_a_list(city, "assessment_body"),
    "hiring": lambda city: _of_a_list(city, "enterprise_zm"),
    "placement": lambda city: _of_a_list(city, "agency_zm"),
}
OWN = {
    "individual": "individual",
    "evaluation": "assessment_body",
    "hiring": "enterprise_zm",
    "placement": "agency_zm",
}
"""Whose a scene is, where it is not the institution's."""


def _of_a_list(city: City, login: str) -> None:
    row = ROW_OF[plain(login)]
    city.at(TODAY)
    apply_with(city, login, [row(1)])
    city.send(login, "submit", claim=claim(1, "240.00"))
    apply_with(city, login, [row(1), row(2)])
    city.send(login, "submit", claim=claim(1, "240.00"))


def _corrected(city: City) -> None:
    city.send(
        "industry1",
        "return_for_correction",
        reason="材料不全",
        code="incomplete",
        sections=["applicant", "opening"],
    )


def _objected(city: City) -> None:
    words = {"name": "群众", "contact": "13900000000"}
    for outcome in ("dismissed", "upheld"):
        city.send(None, "file_objection", **words, content=f"这个异议会是 {outcome}")
        (*_, objection) = city.look()["form"]["claim"]["objections"]
        city.send("hr2", "resolve_objection", objection_id=objection["id"], outcome=outcome, reply="已核实")
    city.send(None, "file_objection", **words, content="再一个异议")


def _certified(city: City) -> None:
    city.to_assessment()
    people = json.loads((DATA / "roster.json").read_text(encoding="utf-8"))[:2]
    certificates = [
        {"id_number": person["id_number"], "number": f"S{number:06d}", "issued_on": "2026-09-24"}
        for number, person in enumerate(people)
    ]
    result = {"class_no": 1, "kind": "skill_level", "level": 4, "examined_count": 47, "certified_count": 2}
    city.at("2026-09-24 17:00").send(
        "inspector", "record_results", results=[result | {"certificates": certificates}]
    )


def _suspended(city: City) -> None:
    city.send("hr_head", "suspend", reason="核查")


def _paid(city: City) -> None:
    city.at("2026-11-03").pay(amount="20000.00", voucher="V-1")
    city.send("cashier", "payment_failed", voucher="V-1", reason="账号有误")
    city.pay(voucher="V-2")


def _recovering(city: City) -> None:
    _paid(city)
    city.send("finance_head", "recover", reason="多付", amount="1000.00")
    city.send("cashier", "record_recovery", amount="400.00", received_on="2026-11-03", voucher="R-1")


@pytest.mark.parametrize("scene", SCENES)
def test_an_application_is_answered_as_described_wherever_it_stands(reader: Reader, scene: str) -> None:
    SCENES[scene](reader.city)
    reader.city.at("2026-12-01").sweep()
    own = OWN.get(scene, "institution")
    number = reader.city.application["id"]
    seen = reader.get("auditor", f"/applications/{number}")
    assert seen["id"] == number
    for path in ("", "/roster", "/findings", "/history"):
        reader.get(own, f"/applications/{number}{path}")
    reader.get("auditor", "/applications?limit=1")
    clocks = reader.get("auditor", "/clocks?limit=100")["items"]
    for clock in clocks:
        reader.get("auditor", f"/clocks/{clock['id']}")
    for login in (own, "industry2", "hr2", "inspector", "finance2", "cashier", "office"):
        reader.get(login, "/worklist")
        for alert in reader.get(login, "/alerts")["items"]:
            read = reader.call(login, "POST", f"/alerts/{alert['id']}/read")
            assert read["read_at"] is not None
        assert reader.get(login, "/alerts?unread=true")["items"] == []
    marked = reader.call(own, "POST", "/alerts/read", {"until": 10**12, "kind": "progress"})
    assert marked == {"marked": 0, "unread": 0}
    chosen = reader.call(own, "PUT", "/mail-choice", {"kinds": ["returned", "due"]})
    assert chosen == reader.get(own, "/mail-choice") == {"email": None, "kinds": ["due", "returned"]}
    for notice in reader.get(None, "/public-notices")["items"]:
        assert reader.get(None, f"/public-notices/{notice['id']}") == notice


def test_no_number_of_a_person_is_answered_in_clear(reader: Reader) -> None:
    _objected(reader.city.to_notice())
    number = reader.city.application["id"]
    texts = [
        str(reader.get(login, f"/applications/{number}{path}"))
        for login in ("institution", "hr1", "auditor")
        for path in ("", "/roster", "/history")
    ]
    texts += [str(reader.get(None, "/public-notices"))]
    for text in texts:
        assert not re.search(r"\b\d{17}[\dXx]\b|\b1[3-9]\d{9}\b|\b\d{19}\b", text)


def test_creating_editing_and_sending_answer_as_described(reader: Reader) -> None:
    city = reader.city.at("2026-08-31")
    city.apply(roster=False)
    body = {
        "kind": "institution",
        "region": "410400",
        "policy": "pingdingshan-2022",
        "applicant": {"name": "甲"},
    }
    made = reader.call("institution", "POST", "/applications", body, status=201)
    path = f"/applications/{made['id']}"
    edited = reader.call(
        "institution", "PATCH", path, {"applicant": {"name": "乙"}, "version": made["version"]}
    )
    assert edited["applicant_name"] == "乙"
    stale = reader.call("institution", "PATCH", path, {"version": made["version"]}, status=409)
    assert stale["current_version"] == edited["version"]
    roster = {"rows": [], "version": edited["version"]}
    reader.call("institution", "PUT", f"{path}/roster", roster)
    reader.call("institution", "PUT", f"{path}/roster", [{"name": "丙"}], status=422)
    event = {"event": "submit", "payload": {}, "version": 3}
    reader.call("institution", "POST", f"{path}/events", event, key="a", status=422)
    reader.call("institution2", "POST", f"{path}/events", event, key="a", status=403)
    reader.call("industry1", "POST", f"{path}/events", event | {"event": "approve"}, key="a", status=403)
    withdrawn = {"event": "withdraw", "payload": {"reason": "不办了"}, "version": 3}
    first = reader.call("institution", "POST", f"{path}/events", withdrawn, key="b")
    assert first["state"] == "withdrawn"
    assert reader.call("institution", "POST", f"{path}/events", withdrawn, key="b") == first
    other = withdrawn | {"payload": {"reason": "又不办了"}}
    reader.call("institution", "POST", f"{path}/events", other, key="b", status=422)
    now = {"event": "withdraw", "payload": {"reason": "x"}, "version": first["version"]}
    reader.call("institution", "POST", f"{path}/events", now, key="c", status=409)
    reader.get("institution", f"{path}/history")


def test_a_new_application_says_where_it_is(reader: Reader) -> None:
    token = accounts.issue_token(reader.city.product, login="institution")
    body = {
        "kind": "institution",
        "region": "410400",
        "policy": "pingdingshan-2022",
        "applicant": {"name": "甲"},
    }
    answer = reader.client.post(
        "/api/v1/applications", json=body, headers={"Authorization": f"Bearer {token}"}
    )
    assert answer.headers["Location"] == f"/api/v1/applications/{answer.get_json()['id']}"


def test_the_roster_may_come_as_a_workbook(reader: Reader) -> None:
    reader.city.at("2026-08-31").apply(roster=False)
    path = f"/api/v1/applications/{reader.city.application['id']}/roster"
    token = accounts.issue_token(reader.city.product, login="institution")
    answer = reader.client.put(
        path,
        data=roster_template(),
        content_type=XLSX,
        headers={"Authorization": f"Bearer {token}"},
    )
    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["message"] == "名册中没有学员"


def test_anybody_may_object_and_gets_a_receipt(reader: Reader) -> None:
    reader.city.to_notice()
    (notice,) = reader.get(None, "/public-notices")["items"]
    path = f"/public-notices/{notice['id']}/objections"
    body = {"name": "群众", "contact": "13900000000", "content": "人数不实"}
    receipt = reader.call(None, "POST", path, body, status=201)
    assert receipt["notice_id"] == notice["id"]
    again = [reader.call(None, "POST", path, body, key="one", status=201) for _ in range(2)]
    assert again[0] == again[1] != receipt
    wrong = reader.call(None, "POST", path, {"name": "群众"}, status=422)
    assert {error["field"] for error in wrong["errors"]} == {"contact", "content"}


def test_who_may_object_but_not_read_gets_a_receipt_of_the_event(reader: Reader) -> None:
    reader.city.to_notice()
    seen = reader.city.look()
    path = f"/applications/{seen['id']}/events"
    reader.get("institution2", f"/applications/{seen['id']}", status=403)
    payload = {"name": "群众", "contact": "13900000000", "content": "人数不实"}
    body = {"event": "file_objection", "payload": payload, "version": seen["version"]}
    answer = reader.call("institution2", "POST", path, body, key="one")
    EventReceipt.model_validate(answer)
    (objection,) = reader.city.look()["form"]["claim"]["objections"]
    assert (answer["objection_id"], answer["receipt"]) == (objection["id"], objection["receipt"])
    assert reader.call("institution2", "POST", path, body, key="one") == answer
    whole = reader.call("hr1", "POST", path, body | {"version": answer["version"]}, key="one")
    assert "form" in whole


def test_the_keys_of_one_caller_are_not_those_of_another(reader: Reader) -> None:
    reader.city.to_notice()
    (notice,) = reader.get(None, "/public-notices")["items"]
    path = f"/public-notices/{notice['id']}/objections"
    receipts = {}
    everybody = (None, "institution", "institution2", "hr1", "cashier", "admin")
    for login in everybody:
        body = {"name": "群众", "contact": "13900000000", "content": f"来自 {login}"}
        first = reader.call(login, "POST", path, body, key="same", status=201)
        assert reader.call(login, "POST", path, body, key="same", status=201) == first
        receipts[first["receipt"]] = login
    assert len(receipts) == len(everybody)
    names = [
        entry["actor"]
        for entry in reader.get("auditor", f"/applications/{notice['application_id']}/history?limit=100")[
            "items"
        ]
        if entry["event"] == "file_objection"
    ]
    assert names[1:] == list(everybody[1:])


def test_calendar_reports_audit_and_test_clock_answer_as_described(reader: Reader) -> None:
    reader.city.to_notice()
    assert len(reader.get("hr1", "/calendar/2026")["days"]) == 365
    due = reader.get("hr1", "/calendar/due?start=2026-09-29&working_days=10")
    assert due["due_on"] == "2026-10-19"
    assert "backwards" not in due
    back = reader.get(None, "/calendar/due?start=2026-10-19&working_days=10&direction=backwards")
    assert (back["due_on"], back["backwards"]) == ("2026-09-29", True)
    between = reader.get(None, "/calendar/between?start=2026-09-29&end=2026-10-19")
    assert (between["working_days"], between["counted"]) == (10, due["counted"])
    reader.get(None, "/calendar/between?start=2026-09-29&end=2026-09-01", status=422)
    reader.get(None, "/calendar/2099", status=422)
    assert reader.get("auditor", "/audit/verify")["holds"] is True
    reports = reader.get("office", "/reports")["items"]
    assert reports
    for report in reports:
        reader.get("office", f"/reports/{report['name']}")
        reader.get("office", f"/reports/{report['name']}?year=2026&month=10&region=410400&format=json")
    reader.get("office", "/reports/none", status=404)
    reader.call("admin", "PUT", "/test-clock", {"now": "2026-12-01T09:00:00+08:00"})
    text = next(NOTICES.glob("2026*")).read_text(encoding="utf-8")
    reader.call("admin", "POST", "/calendar/notices", {"texts": [text], "year": 2026})
    reader.call("admin", "POST", "/calendar/notices", {"texts": ["没有内容"], "year": 2027}, status=422)


def test_what_administrators_keep_answers_as_described(reader: Reader) -> None:
    new = {"login": "cashier2", "name": "新", "role": "cashier", "department": "finance", "region": "410400"}
    made = reader.call("admin", "POST", "/accounts", new, status=201)
    address = f"/accounts/{made['id']}"
    assert reader.get("admin", "/accounts?text=cashier2")["items"][0]["login"] == "cashier2"
    assert reader.get("admin", address)["lost_without"] == []
    seen = {"version": made["version"]}
    seat = {name: new[name] for name in ("role", "department", "region")}
    changed = reader.call("admin", "PUT", address, seat | seen | {"name": "改"})
    for act in ("unlock", "new-password", "one-time-password", "sign-out", "close", "reopen"):
        version = {"version": changed["version"]}
        changed = reader.call("admin", "POST", f"{address}/{act}", version)
    assert changed["version"] == 7
    assert reader.get("admin", "/seats")["regions"]
    assert reader.get("admin", "/renewals")["items"]
    assert reader.call("admin", "POST", "/attachment-check", {}, status=201)["state"] == "wanted"
    assert run_wanted_check(reader.city.product)
    assert reader.get("admin", "/attachment-check")["result"]["holds"]
    reader.city.to_opening_review()
    (message,) = reader.get("admin", "/outbox")["items"]
    assert reader.get("admin", f"/outbox/{message['id']}")["addressees"]
    assert reader.call("admin", "POST", "/outbox/retries", {"ids": [message["id"]]}) == {
        "retried": 1,
        "passed_over": 0,
    }
    given = reader.call("admin", "POST", f"/outbox/{message['id']}/give-up", {"reason": "试"})
    assert given["state"] == "given_up"


def test_a_calendar_feed_answers_as_described(reader: Reader) -> None:
    assert reader.get("hr1", "/calendar-feed")["active"] is False
    made = reader.call("hr1", "POST", "/calendar-feed", status=201)
    assert reader.client.get(made["url"]).status_code == 200
    assert reader.get("hr1", "/calendar-feed")["created_at"] == made["created_at"]
    assert reader.call("hr1", "DELETE", "/calendar-feed")["active"] is False


def test_a_report_comes_as_a_workbook_too(reader: Reader, app: Flask) -> None:
    token = accounts.issue_token(reader.city.product, login="office")
    headers = {"Authorization": f"Bearer {token}"}
    name = reader.get("office", "/reports")["items"][0]["name"]
    answer = reader.client.get(f"/api/v1/reports/{name}?format=xlsx", headers=headers)
    assert answer.mimetype == XLSX
    assert answer.data.startswith(b"PK")
    assert "attachment; filename*=UTF-8''" in answer.headers["Content-Disposition"]
