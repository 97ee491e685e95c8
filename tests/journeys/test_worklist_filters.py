"""我的待办 and the list of applications, filtered: against a plain filter of everything there is."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from unicodedata import normalize

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select, update

from calendars import ChinaWorkingDays
from tests.journeys.city import City
from workflow.access import is_awaited, may_read
from workflow.clock import at_shanghai
from workflow.deadlines.keeping import clock_of_row, first_due_on
from workflow.deadlines.ledger import Ledger, Limit, due_date
from workflow.persistence import tables
from workflow.persistence.engine import reading, writing
from workflow.persistence.types import NEVER, canonical
from workflow.policy import load_policy
from workflow.services import listing, worklist
from workflow.services.case import read_cases
from workflow.services.search import keep_name
from workflow.services.training_records import waiting_make_ups
from workflow.services.view import allowed_now
from workflow.vocabulary import SECTION_OF, ClockKind, Department, Event, LimitUnit, State, Subsidy, Urgency

TODAY = date(2026, 10, 14)
COUNT = 90
REGIONS = ("410400", "410421")
NAMES = ("平顶山市甲培训学校", "宝丰县乙培训学校", "示例100%机械_厂", "王某某")
TEXTS = (
    *("培训", "甲", "2026-00001", "7", "0", "_", "100%", "410421-2026", "没有", "机械_厂", "\\"),
    *("410400-2026-000012", "10421", "-2026-", "1-2026-00004", "9999", "52410400", "示例 100", "２０２６-"),
)
SIGNED = {State.CLAIM_HR_SECOND: "claim_hr", State.CLAIM_INDUSTRY_SECOND: "claim_industry"}
OFFICERS = ("industry1", "industry2", "hr1", "hr2", "finance1", "cashier", "inspector", "hr_head")
LOGINS = (*OFFICERS, "hr1_bf", "industry1_bf", "office", "auditor", "institution", "institution_bf")


@dataclass
class Stored:
    """A city with applications of every state, and each of them as its row."""

    city: City
    rows: list[dict[str, Any]]


@pytest.fixture
def stored(city: City) -> Stored:
    city.at(TODAY.isoformat())
    chance, policy = random.Random(5), load_policy("pingdingshan-2022")
    with writing(city.product.engine) as connection:
        city.product.keep_policy(connection, policy, at_shanghai(TODAY, 9))
        for name in NAMES:
            keep_name(connection, name)
        for key in range(1, COUNT + 1):
            _store(connection, city, chance, key, policy.version)
        rows = connection.execute(
            select(tables.application, tables.organisation.c.uscc)
            .join(tables.organisation)
            .order_by(tables.application.c.id)
        ).mappings()
        return Stored(city, [dict(row) for row in rows])


def _store(connection: Any, city: City, chance: random.Random, key: int, policy_version: str) -> None:
    """One application with clocks and signatures as its state may have them, and now and then a make-up."""
    region, state = chance.choice(REGIONS), chance.choice(list(State))
    suffix = "" if region == "410400" else "_bf"
    form: dict[str, Any] = {"applicant": {}, "opening": {"classes": []}}
    now = at_shanghai(TODAY, 9)
    if chance.random() < 0.4:
        make_up = {"id": 1, "class_no": 1, "inspection_no": 1, "count": 1, "made_up_on": "2026-10-10"}
        decided = {"consented_on": "2026-10-12"} if chance.random() < 0.5 else {}
        form["training"] = {"make_ups": [make_up | decided]}
    step = SIGNED.get(state)
    signer = city.actors[f"{'hr' if step == 'claim_hr' else 'industry'}{chance.choice('12')}{suffix}"]
    if step:
        seat = {"step": step, "seat": "first", "account_id": signer.account_id, "outcome": "approved"}
        signed = {"name": "某", "decided_at": now.isoformat(), "opinion": "同意", "superseded": False}
        form["claim"] = {"reviews": [seat | signed]}
    connection.execute(
        insert(tables.application).values(
            id=key,
            number=f"{region}-2026-{key:06d}",
            kind="institution",
            subsidy=chance.choice(list(Subsidy)).value,
            region=region,
            policy_key="pingdingshan-2022",
            policy_version=policy_version,
            organisation_id=city.actors[f"institution{suffix}"].organisation_id,
            created_by=city.actors[f"institution{suffix}"].account_id,
            created_at=now,
            updated_at=now,
            applicant_name=chance.choice(NAMES),
            state=state.value,
            section=SECTION_OF.get(state, SECTION_OF[State.DRAFT]).value,
            state_since_on=TODAY,
            version=1,
            form=canonical(form),
            suspension_target=State.CLAIM_HR_FIRST.value,
            correction_target=State.CLAIM_HR_FIRST.value,
            findings=[],
        )
    )
    if step:
        connection.execute(
            insert(tables.decision).values(
                application_id=key, **seat, opinion="同意", decided_at=now, superseded=False
            )
        )
    for kind in chance.sample([ClockKind.HR_TOTAL, ClockKind.FINANCE_TOTAL], chance.randrange(3)):
        _run(connection, key, region, kind, TODAY - timedelta(days=chance.randrange(40)))
    with_clocks = connection.execute(select(tables.clock).where(tables.clock.c.application_id == key))
    clocks = [clock_of_row(row) for row in with_clocks.mappings()]
    due_on = first_due_on((clock.due_on, clock.runs_from_on) for clock in clocks if clock.ended is None)
    waiting = "consented_on" not in form.get("training", {}).get("make_ups", [{"consented_on": 0}])[0]
    connection.execute(
        update(tables.application)
        .where(tables.application.c.id == key)
        .values(due_on=due_on or NEVER, waiting_make_up_count=int(waiting))
    )


def _run(connection: Any, key: int, region: str, kind: ClockKind, started_on: date) -> None:
    ledger, limit = Ledger.started(started_on, "approve"), Limit(15, LimitUnit.WORKING_DAY)
    calendar = ChinaWorkingDays.published()
    connection.execute(
        insert(tables.clock).values(
            application_id=key,
            region=region,
            kind=kind.value,
            department=(Department.HR if kind is ClockKind.HR_TOTAL else Department.FINANCE).value,
            subject_id=0,
            limit_count=15,
            limit_unit="working_day",
            minimum=False,
            source="本地",
            segments=ledger.as_list(),
            started_on=started_on,
            due_on=due_date(ledger, limit, calendar),
            runs_from_on=started_on,
            provisional=False,
            calendar_version=calendar.version,
        )
    )


def _pages(read: Any, **filters: Any) -> Iterator[dict[str, Any]]:
    """Everything of a list, a few at a time."""
    cursor = None
    while True:
        page = read(**filters, cursor=cursor, limit=7)
        assert len(page["items"]) <= 7
        yield from page["items"]
        cursor = page["next"]
        if cursor is None:
            return


def _soon() -> date:
    return ChinaWorkingDays.published().nth_working_day_after(TODAY, 3)


def _fits(row: dict[str, Any], filters: dict[str, Any]) -> bool:
    urgency, text = filters.get("urgency"), filters.get("text")
    return (
        all(row[name] == filters[name] for name in ("state", "subsidy", "region") if filters.get(name))
        and (urgency is not Urgency.OVERDUE or row["due_on"] < TODAY)
        and (urgency is not Urgency.SOON or TODAY <= row["due_on"] <= _soon())
        and (not text or _found(row, text))
    )


def _found(row: dict[str, Any], text: str) -> bool:
    number = normalize("NFKC", text)
    return (
        number in row["number"]
        or text.lower() in row["applicant_name"].lower()
        or (len(text) >= 8 and row["uscc"].startswith(text))
    )


def test_the_worklist_is_what_can_be_acted_on_in_order_and_narrowed_by_every_filter(stored: Stored) -> None:
    city, by_id = stored.city, {row["id"]: row for row in stored.rows}
    narrowed: set[Any] = set()

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        st.sampled_from(LOGINS),
        st.fixed_dictionaries(
            {},
            optional={
                "state": st.sampled_from(list(State)),
                "subsidy": st.sampled_from(list(Subsidy)),
                "region": st.sampled_from(REGIONS),
                "urgency": st.sampled_from(list(Urgency)),
                "text": st.sampled_from(TEXTS),
            },
        ),
    )
    def compare(login: str, filters: dict[str, Any]) -> None:
        actor = city.actors[login]
        with reading(city.product.engine) as connection:
            cases = read_cases(city.product, connection, actor, list(by_id)).values()
            waiting = [
                case
                for case in cases
                if may_read(actor, case.matter())
                and (
                    waiting_make_ups(case)
                    or (
                        is_awaited(actor.role, actor.department, case.state)
                        and {*allowed_now(case, actor)} & _AWAITED
                    )
                )
            ]
        expected = sorted(
            (by_id[case.id] for case in waiting if _fits(by_id[case.id], filters)),
            key=lambda row: (row["due_on"], row["id"]),
        )

        def read(**given: Any) -> Any:
            return worklist.read_worklist(city.product, actor=actor, **given)

        found = list(_pages(read, **filters))
        assert [item["id"] for item in found] == [row["id"] for row in expected]
        for item, row in zip(found, expected, strict=True):
            assert (item["clock_state"] == "overdue") == (row["due_on"] < TODAY)
        if found and filters:
            narrowed.add((login, *filters.items()))

    compare()
    assert len(narrowed) >= 5


_AWAITED = {event.value for event in Event} - {
    "withdraw",
    "suspend",
    "terminate",
    "recover",
    "payment_failed",
    "file_objection",
}


def test_the_list_of_applications_is_what_may_be_seen_and_narrowed_by_every_filter(stored: Stored) -> None:
    city = stored.city

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        st.sampled_from(LOGINS),
        st.fixed_dictionaries(
            {},
            optional={
                "state": st.sampled_from(list(State)),
                "subsidy": st.sampled_from(list(Subsidy)),
                "region": st.sampled_from(REGIONS),
                "overdue": st.booleans(),
                "submitted": st.booleans(),
                "text": st.sampled_from(TEXTS),
            },
        ),
    )
    def compare(login: str, filters: dict[str, Any]) -> None:
        actor = city.actors[login]
        overdue, submitted = filters.get("overdue"), filters.get("submitted")
        with reading(city.product.engine) as connection:
            keys = [row["id"] for row in stored.rows]
            cases = read_cases(city.product, connection, actor, keys)
        expected = [
            row["id"]
            for row in reversed(stored.rows)
            if may_read(actor, cases[row["id"]].matter())
            and _fits(row, filters)
            and (overdue is None or overdue == (row["due_on"] < TODAY))
            and (submitted is None or submitted == (row["state"] != State.DRAFT))
        ]

        def read(**given: Any) -> Any:
            return listing.list_applications(city.product, actor=actor, **given)

        assert [item["id"] for item in _pages(read, **filters)] == expected

    compare()
