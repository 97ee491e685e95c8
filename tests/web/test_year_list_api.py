"""The year's list over the API: every call is answered as described, and refused as described."""

from __future__ import annotations

import io
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.journeys.city import City
from tests.journeys.conftest import small_city
from tests.journeys.test_year_list import LATHE, SCHOOL, USCC
from tests.journeys.test_year_list_import import CLOUD, WORKS, workbook
from tests.web.test_answers import Reader
from tests.year_list import PLATFORM
from web.api.intake import XLSX
from workflow.services import accounts

__all__ = ["small_city"]
ROOT = "/year-list"
LIST_SURVEY = {"region": "410400", "uscc": USCC, "surveyed_on": "2026-08-07"}


@pytest.fixture
def reader(small_city: City) -> Reader:
    return Reader(small_city.at("2026-08-07"))


def add_school(reader: Reader) -> Any:
    return reader.call("hr1", "POST", f"{ROOT}/institutions", SCHOOL, status=201)


def upload(reader: Reader, content: bytes, query: str = "", *, form: bool = False) -> TestResponse:
    """Sends a workbook, raw or as a file of a form."""
    token = accounts.issue_token(reader.city.product, login="hr1")
    sent: dict[str, Any] = (
        {"data": {"file": (io.BytesIO(content), "list.xlsx")}, "content_type": "multipart/form-data"}
        if form
        else {"data": content, "content_type": XLSX}
    )
    path = f"{ROOT}/import{query}"
    answer = reader.client.post(f"/api/v1{path}", headers={"Authorization": f"Bearer {token}"}, **sent)
    reader.compare("POST", path, answer)
    return answer


def test_an_institution_is_listed_changed_and_read_as_described(reader: Reader) -> None:
    made = add_school(reader)
    path = f"{ROOT}/institutions/{made['id']}"
    assert reader.get("hr1", path) == made
    reader.call("hr2", "POST", f"{ROOT}/institutions", SCHOOL, status=409)
    reader.call("hr2", "POST", f"{ROOT}/institutions", {**SCHOOL, "uscc": "1"}, status=422)
    with_lathe = reader.call("hr1", "POST", f"{path}/occupations", LATHE, status=201)
    (occupation,) = with_lathe["occupations"]
    changed = reader.call(
        "hr1", "PATCH", path, {"theory_area": 300, "own_account": True, "version": with_lathe["version"]}
    )
    assert (changed["theory_area"], changed["own_account"]) == (300, True)
    emptied = reader.call("hr1", "PATCH", path, {"theory_area": None, "version": changed["version"]})
    assert (emptied["theory_area"], emptied["own_account"]) == (None, True)
    stale = reader.call("hr2", "PATCH", path, {"name": "别的", "version": 1}, status=409)
    assert stale["current_version"] == emptied["version"]
    reader.call("hr1", "PATCH", path, {"name": None, "version": emptied["version"]}, status=422)
    reader.call("hr1", "PATCH", path, {"year": 2027, "version": emptied["version"]}, status=422)
    reader.call("hr1", "PATCH", path, {"name": "没有版本"}, status=422)
    place = f"{ROOT}/occupations/{occupation['id']}"
    ended = reader.call(
        "hr2", "PATCH", place, {"listed_until_on": "2026-08-31", "version": emptied["version"]}
    )
    assert ended["occupations"][0]["listed_until_on"] == "2026-08-31"
    page = reader.get("hr1", f"{ROOT}/institutions?year=2026&text=%E6%B9%9B%E6%B2%B3")
    assert [item["id"] for item in page["items"]] == [made["id"]]
    assert reader.get("hr1", f"{ROOT}/institutions?year=2026&text=%25")["items"] == []
    assert reader.get("hr1", f"{ROOT}/institutions?uscc={USCC}&kind=enterprise")["items"] == []
    first = reader.get("auditor", f"{ROOT}/institutions?limit=1")
    second = reader.get("auditor", f"{ROOT}/institutions?limit=1&cursor={first['next']}")
    assert first["items"][0]["id"] < second["items"][0]["id"]
    reader.get("institution", path, status=403)
    reader.get("hr1", f"{ROOT}/institutions/999999", status=404)


def test_platforms_sanctions_and_surveys_are_answered_as_described(reader: Reader) -> None:
    add_school(reader)
    platform = reader.call("hr_head", "POST", f"{ROOT}/platforms", {**CLOUD, "region": "410400"}, status=201)
    path = f"{ROOT}/platforms/{platform['id']}"
    changed = reader.call("hr1", "PATCH", path, {"document": "补充文件", "version": platform["version"]})
    assert reader.get("institution", path)["history"] == []
    assert [entry["event"] for entry in reader.get("auditor", path)["history"]] == [
        "change_listed_platform",
        "list_platform",
    ]
    assert [item["name"] for item in reader.get("individual", f"{ROOT}/platforms?year=2026")["items"]] == [
        "云课堂"
    ]
    reader.call("hr1", "PATCH", path, {"version": changed["version"] - 1, "document": "x"}, status=409)
    recorded = reader.call(
        "hr1",
        "POST",
        f"{ROOT}/surveys",
        LIST_SURVEY | {"asked_count": 20, "satisfied_count": 16},
        status=201,
    )
    assert (recorded["satisfaction"], recorded["stop"]["until_on"]) == ("80.0%", "2026-09-06")
    reader.call(
        "hr1", "POST", f"{ROOT}/surveys", LIST_SURVEY | {"asked_count": 1, "satisfied_count": 1}, status=409
    )
    good = LIST_SURVEY | {"surveyed_on": "2026-08-06", "asked_count": 20, "satisfied_count": 17}
    assert reader.call("hr1", "POST", f"{ROOT}/surveys", good, status=201)["stop"] is None
    surveys = reader.get("auditor", f"{ROOT}/surveys?uscc={USCC}")["items"]
    assert len(surveys) == 2
    path = f"{ROOT}/surveys/{surveys[0]['id']}/correct"
    wrong = {name: good[name] for name in ("surveyed_on", "asked_count", "satisfied_count")}
    right = wrong | {"satisfied_count": 18, "reason": "漏录一人"}
    assert reader.call("hr1", "POST", path, wrong, status=422)["errors"][0]["field"] == "reason"
    assert reader.call("hr1", "POST", path, right)["stop"] is None
    reader.call("hr1", "POST", path, right, status=409)
    reader.call("industry1", "POST", path, right, status=403)
    reader.call("hr1", "POST", f"{ROOT}/surveys/999/correct", right, status=404)
    ban = {
        "region": "410400",
        "platform": PLATFORM,
        "kind": "ban",
        "from_on": "2026-08-07",
        "reason": "课程可以快进",
        "document": "决定书",
    }
    banned = reader.call("hr1", "POST", f"{ROOT}/sanctions", ban, status=201)
    assert banned["until_on"] == "2028-08-06"
    reader.call("hr1", "POST", f"{ROOT}/sanctions", ban, status=409)
    reader.call("hr1", "POST", f"{ROOT}/sanctions", ban | {"until_on": "2027-08-06"}, status=422)
    in_force = reader.get("hr1", f"{ROOT}/sanctions?in_force=true")["items"]
    assert [item["kind"] for item in in_force] == ["ban", "stop"]
    stop = recorded["stop"]["id"]
    lifted = reader.call("hr2", "POST", f"{ROOT}/sanctions/{stop}/lift", {"reason": "已整改"})
    assert (lifted["state"], reader.get("hr1", f"{ROOT}/sanctions/{stop}")) == ("lifted", lifted)
    reader.call("hr2", "POST", f"{ROOT}/sanctions/{stop}/lift", {"reason": "已整改"}, status=409)
    reader.call("hr2", "POST", f"{ROOT}/sanctions/{stop}/lift", {}, status=422)
    assert len(reader.get("hr1", f"{ROOT}/sanctions?in_force=true")["items"]) == 1


def test_a_workbook_is_looked_at_then_taken_in_and_given_out_again(reader: Reader) -> None:
    content = workbook(institution=[WORKS], platform=[CLOUD])
    looked_at = upload(reader, content).get_json()
    assert (looked_at["applied"], looked_at["added_count"]) == (False, 2)
    done = upload(reader, content, f"?apply=true&seen={looked_at['seen']}", form=True).get_json()
    assert (done["applied"], done["added_count"]) == (True, 2)
    stale = upload(reader, content, f"?apply=true&seen={looked_at['seen']}")
    assert stale.status_code == 409
    token = accounts.issue_token(reader.city.product, login="auditor")
    taken = reader.client.get(
        "/api/v1/year-list/export.xlsx?region=410400&year=2026",
        headers={"Authorization": f"Bearer {token}"},
    )
    assert (taken.status_code, taken.mimetype) == (200, XLSX)
    assert upload(reader, taken.data).get_json()["unchanged_count"] == 2
    bad = workbook(institution=[WORKS | {"uscc": "91410400MAEX00001X"}])
    faulty = upload(reader, bad)
    assert (faulty.status_code, faulty.get_json()["error_count"]) == (200, 1)
    refused = upload(reader, bad, "?apply=1")
    assert refused.status_code == 422
    assert refused.get_json()["errors"][0]["field"] == "机构.2.uscc"
    broken = upload(reader, b"no workbook")
    assert (broken.status_code, broken.get_json()["errors"][0]["field"]) == (422, "file")
    reader.call("hr1", "POST", f"{ROOT}/import", {}, status=415)
    reader.get("institution", f"{ROOT}/export.xlsx", status=403)
    reader.get("auditor", f"{ROOT}/export.xlsx", status=422)


def test_what_was_typed_in_other_signs_is_the_same_institution(reader: Reader) -> None:
    add_school(reader)
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in USCC.lower())
    reader.call("hr1", "POST", f"{ROOT}/institutions", {**SCHOOL, "uscc": f" {wide}"}, status=409)
