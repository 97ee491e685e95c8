"""The proof of the whole trail without a shell: asked for once, done once, and of itself every night."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from tests.journeys.city import City
from workflow.clock import SHANGHAI
from workflow.errors import Conflict, Forbidden
from workflow.persistence import tables
from workflow.persistence.engine import writing
from workflow.services import audit_verification
from workflow.services.audit_verification import run_due_verification, verify_audit

_LATE = datetime(2026, 10, 19, 23, 30, tzinfo=SHANGHAI)
_NIGHT = datetime(2026, 10, 20, 2, 0, tzinfo=SHANGHAI)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    def set_time(moment: datetime) -> None:
        for room in ("audit_verification", "wanted_checks"):
            monkeypatch.setattr(f"workflow.services.{room}.real_now", lambda: moment)

    return set_time


def test_the_trail_is_proved_when_asked_and_every_night(city: City, at: Callable[[datetime], None]) -> None:
    auditor = city.actors["auditor"]
    city.apply()
    at(_LATE)
    assert audit_verification.read_verification(city.product, actor=auditor)["state"] == "never"
    # The first one is asked for by nobody.
    assert run_due_verification(city.product)
    first = audit_verification.read_verification(city.product, actor=auditor)
    assert (first["state"], first["result"]) == ("finished", verify_audit(city.product))
    assert first["result"]["holds"]
    assert not run_due_verification(city.product)

    asked = audit_verification.request_verification(city.product, actor=auditor)
    assert (asked["state"], asked["result"]) == ("wanted", first["result"])
    with pytest.raises(Conflict, match="已经有一次核验在等待"):
        audit_verification.request_verification(city.product, actor=city.actors["office"])
    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(lambda _: run_due_verification(city.product), range(3))) == 1

    at(_NIGHT)
    assert not run_due_verification(city.product), "proved less than half a day ago"
    at(_NIGHT + timedelta(hours=12))
    assert not run_due_verification(city.product), "nobody waits for it by day"
    at(_NIGHT + timedelta(days=1))
    assert run_due_verification(city.product)
    assert not run_due_verification(city.product)


def test_what_was_edited_by_hand_is_named(small_city: City) -> None:
    number = small_city.apply()["id"]
    with writing(small_city.product.engine) as connection:
        edited = update(tables.application).where(tables.application.c.id == number).values(audit_count=99)
        connection.execute(edited)
    audit_verification.request_verification(small_city.product, actor=small_city.actors["admin"])
    assert run_due_verification(small_city.product)
    found = audit_verification.read_verification(small_city.product, actor=small_city.actors["admin"])
    assert not found["result"]["holds"]
    assert {"chain": number, "sequence": 99, "fault": "链尾与登记的链头不一致"} in found["result"]["faults"]


def test_only_who_may_read_the_whole_trail_asks(small_city: City) -> None:
    for login in ("institution", "hr1", "finance_head"):
        with pytest.raises(Forbidden):
            audit_verification.request_verification(small_city.product, actor=small_city.actors[login])
        with pytest.raises(Forbidden):
            audit_verification.read_verification(small_city.product, actor=small_city.actors[login])
