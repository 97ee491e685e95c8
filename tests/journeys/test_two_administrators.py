"""Two people change the calendar at the same moment: one wins, the other learns of the new version."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import Any

import pytest

from tests.journeys.city import CITY, City
from tests.journeys.test_calendar_import import NOTICE
from workflow.errors import Conflict, NotNow
from workflow.services import audit_verification, calendar_versions, closures, holiday_notices

AMENDMENT = """国务院办公厅关于调整2026年中秋节假期安排的通知
一、2026年9月25日至28日放假调休，共4天。9月19日（星期六）上班。
"""


def at_once(*acts: Any) -> list[Any]:
    """What each of them answered, or the refusal it got."""
    barrier = Barrier(len(acts))

    def go(act: Any) -> Any:
        barrier.wait()
        try:
            return act()
        except (Conflict, NotNow) as refusal:
            return refusal

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(go, acts))


@pytest.mark.parametrize("attempt", range(5))
def test_of_two_notices_applied_at_once_one_wins_and_the_other_is_told_the_version(
    city: City, attempt: int
) -> None:
    city.at("2026-08-28")

    def apply(text: str, year: int | None) -> Any:
        return lambda: holiday_notices.apply_notices(
            city.product, actor=city.actors["admin"], texts=[text], year=year, seen=1
        )

    answers = at_once(apply(NOTICE, 2027), apply(AMENDMENT, None))
    (won,) = [answer for answer in answers if isinstance(answer, dict)]
    (lost,) = [answer for answer in answers if isinstance(answer, Conflict)]
    assert won["ordinal"] == lost.current_version == 2
    assert "现行的是第 2 版" in lost.message
    newest, _ = calendar_versions.list_versions(city.product)["items"]
    assert newest["version"] == won["calendar_version"]
    assert audit_verification.verify_audit(city.product)["holds"]


def test_a_closure_is_decided_once_however_many_press_at_once(city: City) -> None:
    city.at("2026-08-28")
    made = closures.propose_closure(
        city.product,
        actor=city.actors["office"],
        region=CITY,
        days=[date(2026, 10, 15)],
        authority="市政府",
        document_number="1号",
        reason="停电",
    )

    def decide(login: str, confirmed: bool) -> Any:
        return lambda: closures.decide_closure(
            city.product, actor=city.actors[login], closure_id=made["id"], confirmed=confirmed
        )

    answers = at_once(decide("admin", True), decide("hr_head", True), decide("hr_head", False))
    assert sum(isinstance(answer, dict) for answer in answers) == 1
    standing = closures.read_closure(city.product, actor=city.actors["admin"], closure_id=made["id"])
    versions = calendar_versions.list_versions(city.product)["items"]
    assert len(versions) == (2 if standing["status"] == "in_force" else 1)
    assert audit_verification.verify_audit(city.product)["holds"]
