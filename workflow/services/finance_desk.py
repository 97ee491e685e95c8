"""The desk of finance: what is late and since when, what is due soon, what is coming, what there is to pay.

Everything is of one region. In the states of finance no clock but finance's runs, so that the first due date
of an application is the one that finance has to keep.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import orjson
from sqlalchemy import Boolean, Connection, Select, case, func, literal_column, or_, select

from calendars import ChinaWorkingDays
from workflow.access import Actor
from workflow.clock import shanghai_date
from workflow.errors import Forbidden
from workflow.form.money import fen_from_yuan, yuan_from_fen
from workflow.persistence import tables
from workflow.persistence.engine import reading
from workflow.persistence.tables.applications import BEFORE_FINANCE
from workflow.persistence.types import NEVER
from workflow.policy import region_labels
from workflow.services import funds
from workflow.services.actors import work_of
from workflow.services.alerts import list_alerts
from workflow.services.case import read_clocks
from workflow.services.holders import holders_of, said_of
from workflow.services.payment_batch_reading import keeps_batches
from workflow.services.product import Product
from workflow.vocabulary import (
    ClockKind,
    Department,
    FundSource,
    PaymentBatchState,
    PaymentLineState,
    Role,
    Section,
    State,
    Subsidy,
)

SOON_DAYS = 5
MOST_LISTED = 50
_MOST_ALERTS = 5
WITH_FINANCE = (State.CLAIM_FINANCE_FIRST, State.CLAIM_FINANCE_SECOND, State.DISBURSEMENT_AWAITING_PAYMENT)
COMING = (
    State.CLAIM_AWAITING_PUBLICATION,
    State.CLAIM_PUBLIC_NOTICE,
    State.CLAIM_HR_FIRST,
    State.CLAIM_HR_SECOND,
)
_READERS_OF_ALL = frozenset({Role.OFFICE, Role.AUDITOR})
_application, _line, _batch = tables.application, tables.payment_line, tables.payment_batch
# What is still to be paid: until finance has approved, what was asked for stands.
_UNPAID = (
    case((_application.c.approved_fen > 0, _application.c.approved_fen), else_=_application.c.asked_fen)
    - _application.c.paid_fen
)


def read_desk(
    product: Product, *, actor: Actor, region: str | None = None, by_amount: bool = False
) -> dict[str, Any]:
    """The desk of a region, at most ``MOST_LISTED`` applications in each part and the sums of all of them.

    Each part is in the order of due dates, or by amount, the largest first. Raises ``Forbidden`` for all but
    finance of the region, the office and auditors; the latter name the region.
    """
    region = _region_of(actor, region)
    with reading(product.engine) as connection:
        today = shanghai_date(product.now(connection))
        calendar = product.calendar(connection).for_region(region)
        soon_until = calendar.nth_working_day_after(today, SOON_DAYS)
        bands = {
            "late": (date.min, today - timedelta(days=1)),
            "soon": (today, soon_until),
            "later": (soon_until + timedelta(days=1), date.max),
        }
        look = _Look(connection, region, calendar, today, by_amount, _sums(connection, region))
        parts = {name: look.part(WITH_FINANCE, since, until) for name, (since, until) in bands.items()}
        coming = _coming(look)
        batches = _open_batches(connection, region)
    pools = funds.list_pools(product, actor=actor, region=region, year=today.year)["items"]
    needed = [parts[name]["amount"] for name in bands] + [coming["amount"]]
    return {
        "region": region,
        "region_label": region_labels().get(region, region),
        "today": today.isoformat(),
        "soon_until": soon_until.isoformat(),
        "soon_provisional": calendar.is_provisional(soon_until),
        "soon_days": SOON_DAYS,
        **parts,
        "coming": coming,
        "pools": pools,
        "money": _money(pools, coming["amount"]),
        "needed": yuan_from_fen(sum(map(fen_from_yuan, needed))),
        "batches": batches,
        "alerts": list_alerts(product, actor=actor, unread=True, limit=_MOST_ALERTS)["items"],
    }


@work_of(keeps_batches)
def list_payable(product: Product, *, actor: Actor) -> list[dict[str, Any]]:
    """What the region's cashier may put into a batch now, what is due first on top, ``MOST_LISTED`` at most.

    Left out is what waits in another batch, and what this person reviewed for finance (四眼). Each says what
    is reserved where, and why its last line failed.
    """
    if not keeps_batches(actor) or actor.region is None:
        raise Forbidden("拨付批次只能由本地区的拨付经办人办理")
    decision = tables.decision
    waiting = select(_line.c.id).where(
        _line.c.application_id == _application.c.id, _line.c.state == PaymentLineState.WAITING.value
    )
    # Counted, so that it is looked up for the first few in order; as an EXISTS all decisions would be read.
    reviews = (
        select(func.count())
        .select_from(decision)
        .where(
            decision.c.application_id == _application.c.id,
            decision.c.step == "claim_finance",
            or_(
                decision.c.account_id.in_(actor.account_ids),
                decision.c.on_behalf_of_id.in_(actor.account_ids),
            ),
        )
        .scalar_subquery()
    )
    statement = (
        _matters()
        .add_columns(_application.c.form)
        .where(
            _application.c.region == actor.region,
            _application.c.state == State.DISBURSEMENT_AWAITING_PAYMENT.value,
            ~waiting.exists(),
            reviews == 0,
        )
        .order_by(_application.c.due_on, _application.c.id)
        .limit(MOST_LISTED)
    )
    with reading(product.engine) as connection:
        today = shanghai_date(product.now(connection))
        calendar = product.calendar(connection).for_region(actor.region)
        rows = connection.execute(statement).mappings().all()
        failures = _last_failures(connection, [row["id"] for row in rows])
        return [
            _matter_view(row, calendar, today, "")
            | {"reservation": _reservation(row["form"]), "last_failure": failures.get(row["id"])}
            for row in rows
        ]


def _region_of(actor: Actor, region: str | None) -> str:
    if actor.role in _READERS_OF_ALL:
        return region or next(iter(region_labels()))
    if actor.department is not Department.FINANCE or actor.region is None:
        raise Forbidden("财政工作台供财政部门、领导小组办公室和审计人员使用")
    if region not in {None, actor.region}:
        raise Forbidden("只能查看本地区的财政工作台")
    return actor.region


def _matters() -> Select[Any]:
    names = ("id", "number", "applicant_name", "subsidy", "region", "state", "section", "due_on")
    more = ("organisation_id", "created_by", "assigned_to_id", "state_since_on")
    return select(*(_application.c[name] for name in (*names, *more)), _UNPAID.label("unpaid_fen"))


Sums = dict[tuple[State, date], tuple[int, int]]


def _sums(connection: Connection, region: str) -> Sums:
    """How many applications, and what they come to in fen, by state and due date; out of the index alone."""
    place = (_application.c.state, _application.c.due_on)
    found = connection.execute(
        select(*place, func.count().label("number"), func.sum(_UNPAID).label("fen"))
        # As it stands in the index, or PostgreSQL does not see that it is the one.
        .where(_application.c.region == region, literal_column(BEFORE_FINANCE, Boolean))
        .group_by(*place)
    )
    return {(State(row.state), row.due_on): (row.number, int(row.fen)) for row in found}


@dataclass(frozen=True, slots=True)
class _Look:
    """A look at the desk: of which region and day, in which order, with the sums of everything."""

    connection: Connection
    region: str
    calendar: ChinaWorkingDays
    today: date
    by_amount: bool
    sums: Sums

    def part(
        self, states: tuple[State, ...], since: date = date.min, until: date = date.max
    ) -> dict[str, Any]:
        """Those in these states due from one day to the other: the first of them, and the sums of all."""
        mine = _matters().where(
            _application.c.region == self.region, _application.c.due_on.between(since, until)
        )
        first = _UNPAID.desc() if self.by_amount else _application.c.due_on
        # Each state is a stretch of the index in the order of due dates: only its beginning is read.
        found = [
            dict(row)
            for state in states
            for row in self.connection.execute(
                mine.where(_application.c.state == state.value)
                .order_by(first, _application.c.id)
                .limit(MOST_LISTED)
            ).mappings()
        ]
        rows = sorted(found, key=self._place)[:MOST_LISTED]
        held = holders_of(self.connection, rows, self.today)
        count, fen = self.sum(states, since, until)
        return {
            "count": count,
            "amount": yuan_from_fen(fen),
            "items": [_matter_view(row, self.calendar, self.today, said_of(held[row["id"]])) for row in rows],
        }

    def _place(self, row: dict[str, Any]) -> tuple[Any, int]:
        return (-row["unpaid_fen"] if self.by_amount else row["due_on"]), row["id"]

    def sum(
        self, states: tuple[State, ...], since: date = date.min, until: date = date.max
    ) -> tuple[int, int]:
        """How many they are, and what they come to in fen."""
        found = [
            sums
            for (state, due_on), sums in self.sums.items()
            if state in states and since <= due_on <= until
        ]
        return sum(count for count, _ in found), sum(fen for _, fen in found)


def _coming(look: _Look) -> dict[str, Any]:
    """What is with HR: each with the day by which HR has to hand it over, and the sums by state."""
    part = look.part(COMING)
    clocks = read_clocks(look.connection, [item["id"] for item in part["items"]], open_only=True)
    for item in part["items"]:
        total = next((each for each in clocks.get(item["id"], ()) if each.kind is ClockKind.HR_TOTAL), None)
        item["expected_on"] = total.due_on.isoformat() if total and total.due_on else None
        item["expected_provisional"] = bool(total and total.provisional)
    states = []
    for state in COMING:
        count, fen = look.sum((state,))
        named = {"state": state.value, "state_label": state.label}
        states.append(named | {"count": count, "amount": yuan_from_fen(fen)})
    return part | {"states": states}


def _matter_view(row: Any, calendar: ChinaWorkingDays, today: date, holder: str) -> dict[str, Any]:
    due_on = None if row["due_on"] == NEVER else row["due_on"]
    late = calendar.working_days_between(due_on, today) if due_on and due_on < today else 0
    state = State(row["state"])
    return {
        "id": row["id"],
        "number": row["number"],
        "applicant_name": row["applicant_name"],
        "subsidy_label": Subsidy(row["subsidy"]).label,
        "state": state.value,
        "state_label": state.label,
        "state_since_on": row["state_since_on"].isoformat(),
        "due_on": due_on.isoformat() if due_on else None,
        "provisional": due_on is not None and calendar.is_provisional(due_on),
        "late_days": late,
        "holder": holder,
        "amount": yuan_from_fen(row["unpaid_fen"]),
    }


def _money(pools: list[dict[str, Any]], coming: str) -> dict[str, str]:
    """What is available against what HR is about to hand over; what finance has is reserved already."""
    total = {
        name: sum(fen_from_yuan(pool[name]) for pool in pools) for name in ("available", "reserved", "paid")
    }
    short = max(0, fen_from_yuan(coming) - total["available"])
    return {name: yuan_from_fen(fen) for name, fen in (*total.items(), ("short", short))}


def _open_batches(connection: Connection, region: str) -> list[dict[str, Any]]:
    """The batches in which a line still waits."""
    waiting = _line.c.state == PaymentLineState.WAITING.value
    rows = connection.execute(
        select(_batch.c.id, _batch.c.number, _batch.c.state, func.count(), func.sum(_line.c.amount_fen))
        .join(_line, _line.c.batch_id == _batch.c.id)
        .where(_batch.c.region == region, waiting)
        .group_by(_batch.c.id, _batch.c.number, _batch.c.state)
        .order_by(_batch.c.id)
        .limit(MOST_LISTED)
    ).all()
    return [
        {
            "id": row[0],
            "number": row[1],
            "state": row[2],
            "state_label": PaymentBatchState(row[2]).label,
            "waiting_count": row[3],
            "amount": yuan_from_fen(int(row[4])),
        }
        for row in rows
    ]


def _last_failures(connection: Connection, ids: list[int]) -> dict[int, str]:
    rows = connection.execute(
        select(_line.c.application_id, _line.c.reason)
        .where(_line.c.application_id.in_(ids), _line.c.state == PaymentLineState.FAILED.value)
        .order_by(_line.c.id)
    )
    return {row.application_id: row.reason for row in rows}


def _reservation(form: str) -> list[dict[str, Any]]:
    held = orjson.loads(form).get(Section.DISBURSEMENT.value, {}).get("reservation", ())
    return [each | {"source_label": FundSource(each["source"]).label} for each in held]
