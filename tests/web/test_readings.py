"""Readings in clear over the web: the API, the page on which people choose, and the auditors' list."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.journeys.city import DATA, City
from tests.journeys.conftest import small_city
from tests.web.test_answers import Reader, reader
from tests.web.test_pages import People, post, signed_in

__all__ = ["reader", "signed_in", "small_city"]
ROSTER = json.loads((DATA / "roster.json").read_text(encoding="utf-8"))
WANTED: dict[str, Any] = {"subject": "trainee", "row_no": 2, "purpose": "telephone_check"}


def test_the_api_answers_the_clear_values_once_and_never_to_be_kept(reader: Reader) -> None:
    number = reader.city.to_opening_review().application["id"]
    path = f"/applications/{number}/readings"
    shown = reader.call("industry1", "POST", path, WANTED | {"note": "抽查"})
    (item,) = shown["items"]
    assert (item["id_number"], item["phone"]) == (ROSTER[1]["id_number"], ROSTER[1]["phone"])
    token = reader._tokens["industry1"]
    answer = reader.client.post(f"/api/v1{path}", json=WANTED, headers={"Authorization": f"Bearer {token}"})
    assert answer.headers["Cache-Control"] == "no-store"
    assert reader.client.get(f"/api/v1{path}").status_code == 405
    records = reader.get("auditor", f"/readings?application_id={number}&account=industry1")["items"]
    assert [record["note"] for record in records] == ["", "抽查"]
    assert ROSTER[1]["id_number"] not in json.dumps(records)
    page = reader.get("admin", "/readings?limit=1")
    assert reader.get("admin", f"/readings?limit=1&cursor={page['next']}")["items"] == records[1:]


@pytest.mark.parametrize(
    ("changed", "status", "field"),
    [
        ({"purpose": None}, 422, "purpose"),
        ({"purpose": "curiosity"}, 422, "purpose"),
        ({"subject": "everything"}, 422, "subject"),
        ({"row_no": None}, 422, "row_no"),
        ({"row_no": 0}, 422, "row_no"),
        ({"row_no": "2"}, 422, "row_no"),
        ({"row_no": 10**30}, 422, "row_no"),
        ({"note": f"证件{ROSTER[0]['id_number']}"}, 422, "note"),
        ({"why": "x"}, 422, "why"),
        ({"row_no": 99}, 404, None),
        ({"purpose": "payment"}, 403, None),
    ],
)
def test_the_api_refuses_by_name_and_records_nothing(
    reader: Reader, changed: dict[str, Any], status: int, field: str | None
) -> None:
    number = reader.city.to_opening_review().application["id"]
    body = {name: value for name, value in (WANTED | changed).items() if value is not None}
    answer = reader.call("industry1", "POST", f"/applications/{number}/readings", body, status=status)
    assert [error["field"] for error in answer.get("errors", [])] == ([field] if field else [])
    assert reader.get("auditor", "/readings")["items"] == []


def test_only_so_many_readings_a_minute(reader: Reader) -> None:
    reader.client.application.config["READINGS_PER_MINUTE"] = 2
    number = reader.city.to_opening_review().application["id"]
    path = f"/applications/{number}/readings"
    for _ in range(2):
        reader.call("industry1", "POST", path, WANTED)
    answer = reader.client.post(
        f"/api/v1{path}", json=WANTED, headers={"Authorization": f"Bearer {reader._tokens['industry1']}"}
    )
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    # Each person for himself.
    reader.call("industry2", "POST", path, WANTED)


def test_on_the_page_one_chooses_trainees_and_purpose_and_sees_the_numbers_once(
    small_city: City, signed_in: People
) -> None:
    number = small_city.to_opening_review().application["id"]
    path = f"/applications/{number}/readings"
    reviewer = signed_in("industry1")
    assert f'href="{path}"' in reviewer.get(f"/applications/{number}").get_data(as_text=True)
    page = reviewer.get(path).get_data(as_text=True)
    assert ROSTER[0]["id_number"] not in page
    assert "telephone_check" in page
    assert "payment" not in page
    assert "bank_account" not in page
    shown = post(
        reviewer,
        path,
        subject="trainee",
        purpose="identity_check",
        row_no=["4", "2"],
        note="抽查",
    )
    assert shown.status_code == 200
    assert shown.headers["Cache-Control"] == "no-store"
    text = shown.get_data(as_text=True)
    for row in (ROSTER[1], ROSTER[3]):
        assert row["id_number"] in text
        assert row["phone"] in text
    assert ROSTER[0]["id_number"] not in text
    assert "本次查看已记录" in text
    records = signed_in("auditor").get("/audit/readings").get_data(as_text=True)
    assert "身份核对" in records
    assert "示例industry1" in records
    assert ROSTER[1]["id_number"] not in records


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"subject": "trainee", "row_no": ["3"]}, "“查看目的”未填写"),
        ({"subject": "trainee", "purpose": "identity_check"}, "须写明名册序号"),
        (
            {"subject": "trainee", "purpose": "identity_check", "row_no": [str(n) for n in range(1, 22)]},
            "一次最多查看20名学员",
        ),
        ({"subject": "trainee", "purpose": "identity_check", "row_no": ["x3"]}, "名册序号"),
        (
            {"subject": "trainee", "purpose": "identity_check", "row_no": ["3"], "note": "找13800000000"},
            "中有手机号码",
        ),
    ],
)
def test_what_was_chosen_stays_when_something_is_missing(
    small_city: City, signed_in: People, typed: dict[str, Any], said: str
) -> None:
    number = small_city.to_opening_review().application["id"]
    answer = post(signed_in("industry1"), f"/applications/{number}/readings", **typed)
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert said in page
    for row in typed.get("row_no", []):
        if row.isdigit():
            assert f'value="{row}" aria-label="选择 {row} ' in page
    assert page.count(" checked") == sum(row.isdigit() for row in typed.get("row_no", []))
    if "purpose" in typed:
        assert '<option value="identity_check" selected>' in page
    assert ROSTER[2]["id_number"] not in page


def test_who_has_nothing_in_hand_has_neither_link_nor_page(small_city: City, signed_in: People) -> None:
    number = small_city.to_opening_review().application["id"]
    path = f"/applications/{number}/readings"
    for login in ("hr1", "inspector", "cashier", "auditor", "office"):
        person = signed_in(login)
        assert f'href="{path}"' not in person.get(f"/applications/{number}").get_data(as_text=True), login
        assert person.get(path).status_code == 403, login
    assert post(signed_in("hr1"), path, **WANTED).status_code == 403
    own = signed_in("institution").get(path).get_data(as_text=True)
    assert "数据更正" in own
    assert 'value="bank_account"' in own
    for login in ("institution", "office", "hr1"):
        assert signed_in(login).get("/audit/readings").status_code == 403, login


def test_the_list_finds_by_person_and_application_and_refuses_what_it_cannot_read(
    small_city: City, signed_in: People
) -> None:
    number = small_city.to_opening_review().application["id"]
    post(signed_in("industry1"), f"/applications/{number}/readings", **WANTED)
    auditor = signed_in("auditor")
    found = auditor.get(f"/audit/readings?account=industry1&application_id={number}")
    assert "示例industry1" in found.get_data(as_text=True)
    assert "没有这样的查看记录" in auditor.get("/audit/readings?account=hr1").get_data(as_text=True)
    refused = auditor.get("/audit/readings?account=%25&application_id=-1")
    assert refused.status_code == 422
    assert "示例industry1" not in refused.get_data(as_text=True)
