"""The auditor's desk over the web: everything is found, nothing can be changed."""

from __future__ import annotations

import io
import zipfile
from typing import Any
from urllib.parse import unquote

import pytest
from sqlalchemy import select

from tests.journeys.city import City
from tests.journeys.conftest import small_city
from tests.web.test_answers import Reader, reader
from tests.web.test_pages import People, post, signed_in
from web import create_app
from web.access import ACCESS
from workflow.persistence import tables
from workflow.persistence.engine import reading
from workflow.vocabulary import Event, ReadingPurpose, ReadingSubject, Role

__all__ = ["reader", "signed_in", "small_city"]
# What everybody has for themselves; what anybody on the street may do is not looked at.
OWN = {
    *("api.mark_alert_read", "api.mark_alerts_read", "alerts.mark_read"),
    *("api.choose_mail", "account.choose_mail", "account.change_password"),
    *("account.create_token", "account.revoke_token"),
    *("api.create_calendar_feed", "api.revoke_calendar_feed", "account.create_feed", "account.revoke_feed"),
}
# Counting anew what is stored, or proving it, changes nothing of a case.
COUNTING = {"api.refresh_dashboard", "dashboard.refresh"} | {
    *("api.request_verification", "oversight.request_verification"),
}
REFUSED = {
    *("api.send_event", "events.send", "events.objector"),
    *("api.urge", "urging.send"),
    *("api.read_in_clear", "readings.read"),
}
PAYLOADS: dict[str, dict[str, Any]] = {
    "approve": {"opinion": "同意"},
    "return_for_correction": {"reason": "补正", "code": "incomplete", "sections": ["opening"]},
    "publish": {"site": "网站"},
    "pay": {"amount": "1.00", "paid_on": "2026-10-23", "source": "special_account", "voucher": "V1"},
    "resolve_objection": {"objection_id": "1", "outcome": "dismissed", "reply": "不成立"},
    "recover": {"reason": "多付", "amount": "1.00"},
}
# Who asked for what, and was refused, is recorded; that is all that an attempt leaves.
_TRACES = {"audit_entry", "access_token", "sign_in_session", "account", "command"}
_HEADS = {"audit_count", "audit_head"}


def kept(city: City) -> dict[str, list[Any]]:
    """Everything that is stored, but for the traces of an attempt."""
    found: dict[str, list[Any]] = {}
    with reading(city.product.engine) as connection:
        for name, table in tables.metadata.tables.items():
            if name not in _TRACES:
                columns = [column for column in table.c if column.name not in _HEADS]
                found[name] = sorted(map(repr, connection.execute(select(*columns))))
    return found


def test_whatever_is_open_to_an_auditor_and_writes_is_known(small_city: City) -> None:
    app = create_app(small_city.product)
    writing = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if (rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}
    }
    admitted = {
        name
        for name in writing
        if not ACCESS[name].public
        and (ACCESS[name].roles is None or Role.AUDITOR in (ACCESS[name].roles or ()))
    }
    assert admitted == OWN | COUNTING | REFUSED


@pytest.mark.parametrize("where", ["to_opening_review", "to_notice"])
def test_an_auditor_changes_nothing_of_any_case(reader: Reader, where: str) -> None:
    city = reader.city
    getattr(city, where)()
    seen = city.look()
    path, before = f"/applications/{seen['id']}", kept(city)
    for event in set(Event) - {Event.FILE_OBJECTION}:
        body = {"event": event.value, "payload": PAYLOADS.get(event.value, {"reason": "无"})}
        answer = reader.client.post(
            f"/api/v1{path}/events",
            json=body | {"version": seen["version"]},
            headers={"Authorization": f"Bearer {token(reader)}", "Idempotency-Key": f"k-{event.value}"},
        )
        assert answer.status_code in {403, 409}, (event, answer.get_json())
    reader.call("auditor", "POST", f"{path}/urges", {}, status=403)
    for subject in ReadingSubject:
        body = {"subject": subject.value, "purpose": ReadingPurpose.AUDIT.value, "row_no": 1}
        answer = reader.client.post(
            f"/api/v1{path}/readings", json=body, headers={"Authorization": f"Bearer {token(reader)}"}
        )
        assert answer.status_code in {403, 422}, (subject, answer.get_json())
    assert kept(city) == before


def token(reader: Reader) -> str:
    reader.get("auditor", "/alerts")
    return reader._tokens["auditor"]


def test_the_pages_refuse_an_auditor_too(small_city: City, signed_in: People) -> None:
    small_city.to_notice()
    number, before = small_city.look()["id"], kept(small_city)
    auditor = signed_in("auditor")
    for path in (
        *(f"/applications/{number}/events/{event}" for event in ("approve", "close_notice", "suspend")),
        f"/applications/{number}/objections/1/contact",
        f"/applications/{number}/urge",
        f"/applications/{number}/readings",
    ):
        answer = post(auditor, path, version="9", reason="无", subject="trainee", purpose="audit", row_no="1")
        assert 400 <= answer.status_code < 500, path
    assert kept(small_city) == before


def test_the_api_searches_proves_and_exports(reader: Reader) -> None:
    city = reader.city
    city.to_opening_review()
    number = city.look()["number"]
    found = reader.get("auditor", f"/audit/entries?number={number}&event=submit")
    assert [each["application_number"] for each in found["items"]] == [number]
    assert reader.get("auditor", "/audit/entries?limit=1")["next"]
    reader.get("hr1", "/audit/entries", status=403)
    proof = reader.get("industry1", f"/applications/{city.application['id']}/history/proof")
    assert (proof["holds"], proof["head"]) == (True, proof["kept_head"])
    path = f"/api/v1/applications/{city.application['id']}/folder"
    answer = reader.client.get(path, headers={"Authorization": f"Bearer {token(reader)}"})
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    assert unquote(answer.headers["Content-Disposition"]).endswith(f"{number}.zip")
    assert f"{number}/证明.json" in zipfile.ZipFile(io.BytesIO(answer.data)).namelist()
    assert reader.get("auditor", "/audit/entries?event=export_case")["items"][0]["actor"] == "auditor"
    reader.get("admin", f"/applications/{city.application['id']}/folder", status=403)


def test_the_pages_search_and_show_the_proof(small_city: City, signed_in: People) -> None:
    small_city.to_opening_review()
    number = small_city.look()["number"]
    auditor = signed_in("auditor")
    found = auditor.get(f"/audit/entries?number={number}&event=submit&from_on=2026-08-31").text
    assert "开班申请·行业主管部门初审" in found
    assert f'value="{number}"' in found
    unknown = auditor.get("/audit/entries?who=nobody")
    assert unknown.status_code == 422
    assert "没有登录名或者姓名为“nobody”的人员" in unknown.text
    refused = auditor.get("/audit/entries?from_on=yesterday&text=开班")
    assert refused.status_code == 422
    assert 'value="开班"' in refused.text
    history = auditor.get(f"/applications/{small_city.application['id']}/history").text
    assert "链条完整" in history
    assert small_city.look()["number"] in history
    workbook = auditor.get("/audit/readings?format=xlsx")
    assert workbook.data.startswith(b"PK")
    assert auditor.get(f"/applications/{small_city.application['id']}/folder").data.startswith(b"PK")
