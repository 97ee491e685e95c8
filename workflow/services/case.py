"""One application inside one transaction: loaded (and locked), changed in memory, written back once.

Everything an event does to an application goes through here, so that form, clocks, decisions, audit trail
and outbox can only change together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from operator import itemgetter
from typing import Any

import orjson
from sqlalchemy import Connection, bindparam, exists, insert, literal, or_, select, update

from calendars import ChinaWorkingDays
from workflow.access import Actor, Holder, Matter
from workflow.chart.moves import Situation
from workflow.clock import real_now, shanghai_date
from workflow.deadlines.keeping import Clock, clock_of_row, first_due_on
from workflow.errors import NotFound
from workflow.form.training import is_undecided
from workflow.persistence import tables
from workflow.persistence.prepared import Prepared
from workflow.persistence.types import LARGEST_ID, NEVER, Key, canonical
from workflow.policy import Policy
from workflow.services.actors import absent_persons
from workflow.services.product import CURRENT_CALENDAR, TEST_NOW, Product
from workflow.vocabulary import (
    SECTION_OF,
    ApplicationKind,
    ClockKind,
    Department,
    Section,
    State,
    Subsidy,
    starts_at_claim,
)

application = tables.application
_SECTIONS = tuple(section.value for section in Section)

# Whether somebody named this person as substitute at all: who has none to stand in for asks no further.
_STANDS_IN = exists(
    select(literal(1)).where(tables.absence.c.substitute_id == bindparam("actor_id", type_=Key))
)
_READ = select(application, CURRENT_CALENDAR.label("calendar_now"), _STANDS_IN.label("stands_in")).where(
    application.c.id == bindparam("id")
)
# NO KEY: rows that refer to the application (alerts) may still be written beside it.
_LOCK = _READ.with_for_update(of=application, key_share=True)
_READ_AT_TEST_TIME = _READ.add_columns(TEST_NOW.label("test_now"))
_LOCK_AT_TEST_TIME = _LOCK.add_columns(TEST_NOW.label("test_now"))
# By lock and test clock.
_FIND = {
    (False, False): Prepared(_READ),
    (True, False): Prepared(_LOCK),
    (False, True): Prepared(_READ_AT_TEST_TIME),
    (True, True): Prepared(_LOCK_AT_TEST_TIME),
}
_CLOCKS = Prepared(
    select(tables.clock)
    .where(tables.clock.c.application_id == bindparam("application_id"))
    .order_by(tables.clock.c.id)
)
_WRITTEN = (
    "policy_version",
    "updated_at",
    "applicant_name",
    "state",
    "section",
    "state_since_on",
    "due_on",
    "waiting_make_up_count",
    "correction_target",
    "suspension_target",
    "version",
    "form",
    "findings",
    "roster_count",
    "roster_digest",
    "published_digest",
    "asked_fen",
    "approved_fen",
    "paid_fen",
    "to_recover_fen",
    "recovered_fen",
    "assigned_to_id",
    "delegated_to_id",
    "audit_count",
    "audit_head",
)
_UPDATE = Prepared(
    update(application)
    .where(application.c.id == bindparam("_id"))
    .values({name: bindparam(f"_{name}") for name in _WRITTEN})
)
_VALUES = tuple((f"_{name}", name) for name in _WRITTEN)
_CLOCK_WRITTEN = (
    "segments",
    "ended",
    "ended_on",
    "used_days",
    "left_days",
    "started_on",
    "due_on",
    "runs_from_on",
    "provisional",
    "calendar_version",
    "next_rung",
    "next_alert_at",
)
_UPDATE_CLOCK = Prepared(
    update(tables.clock)
    .where(tables.clock.c.id == bindparam("_id"))
    .values({name: bindparam(f"_{name}") for name in _CLOCK_WRITTEN})
)
_CLOCK_VALUES = tuple((f"_{name}", name) for name in _CLOCK_WRITTEN)
_INSERT_CLOCK = Prepared(
    insert(tables.clock).returning(tables.clock.c.id),
    filled=[column.name for column in tables.clock.c if column.name != "id"],
)
_INSERT_DECISION = Prepared(
    insert(tables.decision).inline(),
    filled=[column.name for column in tables.decision.c if column.name != "id"],
)
_SUPERSEDE = Prepared(
    update(tables.decision)
    .where(
        tables.decision.c.application_id == bindparam("_application_id"),
        tables.decision.c.step == bindparam("_step"),
        ~tables.decision.c.superseded,
    )
    .values(superseded=True)
)
_END_HAND_OVER = Prepared(
    update(tables.hand_over)
    .where(
        tables.hand_over.c.application_id == bindparam("_application_id"),
        tables.hand_over.c.ended_at.is_(None),
    )
    .values(ended_at=bindparam("_ended_at"), ended_because=bindparam("_ended_because"))
)
_END_DELEGATION = Prepared(
    update(tables.delegation)
    .where(
        tables.delegation.c.application_id == bindparam("_application_id"),
        tables.delegation.c.ended_at.is_(None),
    )
    .values(ended_at=bindparam("_ended_at"), ended_because=bindparam("_ended_because"))
)

REVIEW_STEPS: dict[State, tuple[str, str]] = {
    state: (state.value.rsplit("_", 1)[0], state.value.rsplit("_", 1)[1])
    for state in State
    if state.value.endswith(("_first", "_second"))
} | {
    State.TRAINING_HR_OPINION: ("training_hr", "only"),
    State.ASSESSMENT_HR_OPINION: ("assessment_hr", "only"),
}
"""The step of the form, and the seat in it, that is decided in a state."""


@dataclass(slots=True)
class Case:
    """An application at work. Fields of the row are attributes; ``form`` is the paper form as a document.

    ``on_behalf_of`` is in whose place the actor does what is done (代办).
    ``settled`` and ``publish_again`` are what an act found out and the chart needs to know; ``upheld`` is how
    the objections stood before the act, which may take the notice down.
    """

    product: Product
    connection: Connection
    actor: Actor
    now: datetime
    calendar: ChinaWorkingDays
    policy: Policy
    row: dict[str, Any]
    form: dict[str, Any]
    clocks: list[Clock]
    state: State
    settled: bool = False
    publish_again: bool = False
    upheld: bool | None = None
    on_behalf_of: Actor | None = None
    notes: dict[str, Any] = field(default_factory=dict)
    _absent: tuple[Actor, ...] | None = None
    _holders: dict[int, Holder] = field(default_factory=dict)

    @property
    def id(self) -> int:
        """The application's id."""
        number: int = self.row["id"]
        return number

    @property
    def today(self) -> date:
        """The business date in China."""
        return shanghai_date(self.now)

    @property
    def kind(self) -> ApplicationKind:
        """Who applies."""
        return ApplicationKind(self.row["kind"])

    @property
    def subsidy(self) -> Subsidy:
        """What it claims."""
        return Subsidy(self.row["subsidy"])

    @property
    def starts_at_claim(self) -> bool:
        """Whether there is no class to open, and the first submission is the claim."""
        return starts_at_claim(self.kind, self.subsidy)

    def section(self, section: Section) -> dict[str, Any]:
        """That section of the form, ready to be filled."""
        part: dict[str, Any] = self.form.setdefault(section.value, {})
        return part

    def running(self) -> Iterator[Clock]:
        """The open clocks that can become overdue: all but minimums."""
        return (clock for clock in self.clocks if clock.ended is None and not clock.limit.minimum)

    # --- who acts ------------------------------------------------------------------------------------------

    @property
    def absent(self) -> tuple[Actor, ...]:
        """Those in whose place the actor may act today."""
        if self._absent is None:
            self._absent = absent_persons(self.connection, self.actor, self.today)
        return self._absent

    @property
    def signature(self) -> str:
        """The actor's name as it stands on the form: 乙, or 乙（代甲办理）."""
        return signed_as(self.actor.name, self.on_behalf_of.name if self.on_behalf_of else None)

    @property
    def on_behalf_of_id(self) -> int | None:
        """The account in whose place the actor acts."""
        return self.on_behalf_of.account_id if self.on_behalf_of else None

    def _holder(self, account_id: int | None) -> Holder | None:
        if account_id is None:
            return None
        if account_id not in self._holders:
            name = self.connection.execute(
                select(tables.account.c.name).where(tables.account.c.id == account_id)
            ).scalar_one()
            self._holders[account_id] = Holder(account_id, name)
        return self._holders[account_id]

    # --- who signed ----------------------------------------------------------------------------------------

    def reviews(self) -> Iterator[dict[str, Any]]:
        """Every review on the form, superseded ones among them."""
        for section in _SECTIONS:
            yield from self.form.get(section, {}).get("reviews", ())

    def valid_review(self, step: str, seat: str) -> dict[str, Any] | None:
        """The standing signature on a seat of a step."""
        for review in self.reviews():
            if review["step"] == step and review["seat"] == seat and not review["superseded"]:
                return review
        return None

    def open_notice(self) -> dict[str, Any] | None:
        """The public notice that hangs now."""
        notices = self.form.get(Section.CLAIM.value, {}).get("notices", ())
        return next((notice for notice in notices if notice["ended_because"] is None), None)

    def objections(self) -> list[dict[str, Any]]:
        """All objections filed so far."""
        filed: list[dict[str, Any]] = self.form.get(Section.CLAIM.value, {}).get("objections", [])
        return filed

    def open_objections(self) -> list[dict[str, Any]]:
        """Objections without an answer, whichever notice they were filed against."""
        return [objection for objection in self.objections() if objection["outcome"] is None]

    def objection_upheld(self) -> bool:
        """Whether one against the hanging notice was found right."""
        notice = self.open_notice()
        return notice is not None and any(
            objection["outcome"] == "upheld" and objection["settled_in_notice"] == notice["id"]
            for objection in self.objections()
        )

    def matter(self) -> Matter:
        """What access asks of the application."""
        step = REVIEW_STEPS.get(self.state)
        first = self.valid_review(step[0], "first") if step else None
        notice = self.open_notice()
        return Matter(
            state=self.state,
            region=self.row["region"],
            created_by=self.row["created_by"],
            organisation_id=self.row["organisation_id"],
            first_reviewer_ids=_persons(first, "account_id", "on_behalf_of_id"),
            publisher_ids=_persons(notice, "published_by", "published_on_behalf_of_id"),
            finance_reviewer_ids=frozenset().union(
                *(
                    _persons(review, "account_id", "on_behalf_of_id")
                    for review in self.reviews()
                    if review["step"] == "claim_finance"
                )
            ),
            assigned_to=self._holder(self.row["assigned_to_id"]),
            delegated_to=self._holder(self.row["delegated_to_id"]),
        )

    def situation(self) -> Situation:
        """What the chart asks besides the state."""
        return Situation(
            starts_at_claim=self.starts_at_claim,
            correction_target=_stored(self.row["correction_target"]),
            suspension_target=_stored(self.row["suspension_target"]),
            settled=self.settled,
            publish_again=self.publish_again,
            objection_upheld=self.objection_upheld() if self.upheld is None else self.upheld,
        )

    def sign(self, outcome: str, opinion: str, *, standing: bool = True) -> None:
        """The actor signs the seat of the current state; ``standing`` False for one that sends it back."""
        step, seat = REVIEW_STEPS[self.state]
        _INSERT_DECISION.queue(
            self.connection,
            {
                "application_id": self.id,
                "step": step,
                "seat": seat,
                "account_id": self.actor.account_id,
                "outcome": outcome,
                "opinion": opinion,
                "decided_at": self.now,
                "superseded": not standing,
                "on_behalf_of_id": self.on_behalf_of_id,
            },
        )
        behalf = {"on_behalf_of_id": self.on_behalf_of_id} if self.on_behalf_of else {}
        self.section(SECTION_OF[self.state]).setdefault("reviews", []).append(
            {
                "step": step,
                "seat": seat,
                "account_id": self.actor.account_id,
                "name": self.signature,
                "decided_at": self.now.isoformat(),
                "outcome": outcome,
                "opinion": opinion,
                "superseded": not standing,
            }
            | behalf
        )

    def supersede(self, step: str) -> None:
        """The standing signatures of a step no longer count; they stay on the form, struck out."""
        _SUPERSEDE.queue(self.connection, {"_application_id": self.id, "_step": step})
        for review in self.reviews():
            if review["step"] == step:
                review["superseded"] = True

    # --- moving on -----------------------------------------------------------------------------------------

    def enter(self, state: State) -> None:
        """The application now stands in ``state``."""
        self.state = state
        self.row["state"] = state.value
        if state not in {State.SUSPENDED, State.REJECTED, State.WITHDRAWN, State.TERMINATED}:
            self.row["section"] = SECTION_OF[state].value
        self.row["state_since_on"] = self.today
        self.end_hand_over("left")
        self.end_delegation("left")

    def end_hand_over(self, because: str) -> None:
        """Nobody in particular has it in hand any longer."""
        if self.row["assigned_to_id"] is not None:
            self.row["assigned_to_id"] = None
            _END_HAND_OVER.queue(self.connection, self._ended(because))

    def end_delegation(self, because: str) -> None:
        """No opinion is awaited any longer."""
        if self.row["delegated_to_id"] is not None:
            self.row["delegated_to_id"] = None
            _END_DELEGATION.queue(self.connection, self._ended(because))

    def _ended(self, because: str) -> dict[str, Any]:
        return {"_application_id": self.id, "_ended_at": self.now, "_ended_because": because}

    def write(self) -> None:
        """Writes the row and the clocks; inserts of the act itself have gone before."""
        self.row["form"] = canonical(self.form)
        self.row["updated_at"] = self.now
        self.row["due_on"] = first_due_on(map(_limit, self.running())) or NEVER
        make_ups = self.form.get(Section.TRAINING.value, {}).get("make_ups", ())
        self.row["waiting_make_up_count"] = sum(map(is_undecided, make_ups))
        for clock in self.clocks:
            if clock.id == 0:
                values = clock.as_row() | {"application_id": self.id, "region": self.row["region"]}
                clock.id = _INSERT_CLOCK.rows(self.connection, values)[0]["id"]
            elif clock.changed:
                row = clock.as_row()
                values = {bound: row[name] for bound, name in _CLOCK_VALUES}
                values["_id"] = clock.id
                _UPDATE_CLOCK.queue(self.connection, values)
            clock.changed = False

    def write_row(self) -> None:
        """Writes the application's own row; after the audit entry, whose head it carries."""
        row = self.row
        values = {bound: row[name] for bound, name in _VALUES}
        values["_id"] = row["id"]
        _UPDATE.queue(self.connection, values)


def open_case(
    product: Product, connection: Connection, actor: Actor, application_id: int, *, lock: bool
) -> Case:
    """The application, locked against everybody else until the transaction ends where ``lock``.

    Raises ``NotFound`` for an unknown id.
    """
    if not 0 < application_id <= LARGEST_ID:
        raise NotFound(f"没有编号为 {application_id} 的申请")
    wanted = {"id": application_id, "actor_id": actor.account_id}
    found = _FIND[lock, product.settings.test_clock].rows(connection, wanted)
    if not found:
        raise NotFound(f"没有编号为 {application_id} 的申请")
    row = found[0]
    now = row.pop("test_now", None) or real_now()
    absent = None if row.pop("stands_in") else ()
    calendar = product.calendar_of(connection, row.pop("calendar_now")).for_region(row["region"])
    clocks = [clock_of_row(stored) for stored in _CLOCKS.rows(connection, {"application_id": application_id})]
    return _case(product, connection, actor, row, clocks, now, calendar, absent)


def read_cases(product: Product, connection: Connection, actor: Actor, ids: Sequence[int]) -> dict[int, Case]:
    """Several applications at once by their ids, to be looked at; as many statements as for one."""
    now, calendar = product.now(connection), product.calendar(connection)
    clocks, absent = read_clocks(connection, ids), absent_persons(connection, actor, shanghai_date(now))
    rows = connection.execute(select(application).where(application.c.id.in_(ids))).mappings()
    return {
        row["id"]: _case(
            product,
            connection,
            actor,
            dict(row),
            clocks.get(row["id"], []),
            now,
            calendar.for_region(row["region"]),
            absent,
        )
        for row in rows
    }


def read_clocks(
    connection: Connection, ids: Sequence[int], *, open_only: bool = False
) -> dict[int, list[Clock]]:
    """The clocks of several applications, by application, oldest first.

    ``open_only`` leaves out what has ended, but for public notices: others are counted from their end.
    """
    clock = tables.clock
    statement = select(clock).where(clock.c.application_id.in_(ids))
    if open_only:
        statement = statement.where(
            or_(clock.c.ended.is_(None), clock.c.kind == ClockKind.PUBLIC_NOTICE.value)
        )
    found: dict[int, list[Clock]] = {}
    # Put in order here: a transaction may have been told to read in order rather than to sort.
    for row in sorted(connection.execute(statement).mappings(), key=itemgetter("id")):
        found.setdefault(row["application_id"], []).append(clock_of_row(row))
    return found


def _case(
    product: Product,
    connection: Connection,
    actor: Actor,
    row: dict[str, Any],
    clocks: list[Clock],
    now: datetime,
    calendar: ChinaWorkingDays,
    absent: tuple[Actor, ...] | None,
) -> Case:
    version = row["policy_version"]
    policy = (
        product.policy_of(connection, version) if version else product.policy_of_the_day(row["policy_key"])
    )
    return Case(
        product=product,
        connection=connection,
        actor=actor,
        now=now,
        calendar=calendar,
        policy=policy,
        row=row,
        form=orjson.loads(row["form"]),
        clocks=clocks,
        state=State(row["state"]),
        on_behalf_of=actor.in_place_of,
        _absent=absent,
    )


def _limit(clock: Clock) -> tuple[date | None, date | None]:
    return clock.due_on, clock.runs_from_on


def signed_as(name: str, on_behalf_of: str | None) -> str:
    """Who did something, as it is shown and printed; a substitute names the person in whose place."""
    return f"{name}（代{on_behalf_of}办理）" if on_behalf_of else name


def _persons(entry: dict[str, Any] | None, *names: str) -> frozenset[int]:
    return frozenset(entry[name] for name in names if entry.get(name)) if entry else frozenset()


def _stored(state: str | None) -> State | None:
    return State(state) if state else None


DEPARTMENT_CLOCKS: dict[Department, str] = {
    Department.INDUSTRY: "claim_industry_review",
    Department.HR: "hr_total",
    Department.FINANCE: "finance_total",
}
"""The clock that holds each department's total on a claim."""
