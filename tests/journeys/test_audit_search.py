"""The audit trail searched: by who, what, when and where, over all chains, a bounded piece at a time."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from tests.journeys.city import City
from workflow.errors import Forbidden, Malformed
from workflow.persistence.engine import writing
from workflow.services import audit_search, audit_verification


def search(city: City, login: str = "auditor", **filters: Any) -> list[dict[str, Any]]:
    """All pages of a search, two entries each."""
    found, cursor = [], None
    while True:
        page = audit_search.search_audit(
            city.product, actor=city.actors[login], cursor=cursor, limit=2, **filters
        )
        assert len(page["items"]) <= 2
        found += page["items"]
        cursor = page["next"]
        if cursor is None:
            return found


@pytest.fixture
def busy(city: City) -> City:
    """Two applications; a refusal; a reading."""
    city.to_opening_review()
    with pytest.raises(Forbidden):
        city.send("hr1", "approve", opinion="同意")
    city.at("2026-09-01").send("industry1", "approve", opinion="材料齐全")
    city.at("2026-09-02").apply("institution_bf")
    return city


def test_every_entry_is_found_once_newest_first(busy: City) -> None:
    found = search(busy)
    keys = [(each["application_id"], each["sequence"]) for each in found]
    assert len(keys) == len(set(keys)) == audit_verification.verify_audit(busy.product)["entries"]
    assert [each["at"] for each in found] == sorted((each["at"] for each in found), reverse=True)


def test_filters_find_by_person_event_outcome_state_place_and_words(busy: City) -> None:
    first = search(busy, who="industry1")
    assert [each["event"] for each in first] == ["approve"]
    assert first == search(busy, who="示例industry1") == search(busy, text="材料齐全")
    assert first == search(busy, from_state="opening_industry_first", event="approve", outcome="done")
    refused = search(busy, outcome="refused")
    assert [(each["actor"], each["to_state"]) for each in refused] == [("hr1", "opening_industry_first")]
    assert {each["region"] for each in search(busy, region="410421")} == {"410421"}
    number = first[0]["application_number"]
    assert {each["application_number"] for each in search(busy, number=number)} == {number}
    assert {each["application_id"] for each in search(busy, chain="system")} <= {None}
    assert None not in {each["application_id"] for each in search(busy, chain="application")}
    assert first == search(busy, from_on=date(2026, 9, 1), until_on=date(2026, 9, 1))
    assert search(busy, who="public") == []
    assert len(search(busy, until_on=date(2026, 8, 30))) + len(
        search(busy, from_on=date(2026, 8, 31))
    ) == len(search(busy))


def test_an_unknown_person_or_number_is_said_to_be_unknown(busy: City) -> None:
    with pytest.raises(Malformed, match="相近的有 示例industry1（industry1）"):
        search(busy, who="industry")
    with pytest.raises(Malformed, match="没有编号为 410400-2026-999999 的申请"):
        search(busy, number="410400-2026-999999")


def test_only_auditors_and_administrators_search(small_city: City) -> None:
    for login in set(small_city.actors) - {"auditor", "admin"}:
        with pytest.raises(Forbidden, match="只有审计、纪检和系统管理员"):
            search(small_city, login)


def test_what_is_rare_is_looked_for_piece_by_piece(busy: City, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = search(busy, outcome="refused")
    monkeypatch.setattr(audit_search, "MOST_LOOKED_THROUGH", 2)
    page = audit_search.search_audit(busy.product, actor=busy.actors["auditor"], outcome="refused")
    assert (page["items"], page["next"] is None) == ([], False)
    assert page["looked_until"].startswith("2026-09-0")
    assert search(busy, outcome="refused") == whole


@pytest.mark.parametrize(
    "cursor", ["", "x", "WyJhdWRpdF9lbnRyeSIsIDFd", "WyJhdWRpdF9lbnRyeSIsIFsxZTMwLCAxXV0"]
)
def test_a_cursor_that_was_not_given_is_refused(small_city: City, cursor: str) -> None:
    with pytest.raises(Malformed, match="翻页标记无效"):
        audit_search.search_audit(small_city.product, actor=small_city.actors["auditor"], cursor=cursor)


def test_what_a_search_goes_by_is_proved_too(small_city: City) -> None:
    small_city.to_opening_review()
    assert audit_verification.verify_audit(small_city.product)["holds"]
    with writing(small_city.product.engine) as connection:
        connection.execute(text("DROP TRIGGER audit_entry_no_update"))
        connection.execute(
            text("UPDATE audit_entry SET event = 'withdraw' WHERE chain_id = 1 AND sequence = 3")
        )
    (fault,) = audit_verification.verify_audit(small_city.product)["faults"]
    assert fault == {"chain": 1, "sequence": 3, "fault": "检索用的字段与记录内容不符"}
