"""Figures by region over a period: each is one grouped query, and money is counted in fen.

"In hand", "closed" and "overdue" are as they stand when the report is made; the rest is of the period.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, or_, select

from workflow.form.money import yuan_from_fen
from workflow.persistence import tables
from workflow.policy import region_labels
from workflow.reports.scope import Scope
from workflow.vocabulary import (
    FINAL_STATES,
    SECTION_OF,
    ApplicationKind,
    ClockKind,
    ClockState,
    FundSource,
    State,
    Subsidy,
)

Rows = list[dict[str, Any]]
_Query = Callable[[Scope], Select[Any]]

_application, _clock, _payment = tables.application, tables.clock, tables.payment
_decision, _recovery, _alert = tables.decision, tables.recovery, tables.alert
_STANDS_AS = (
    {state: f"in_{section.value}_count" for state, section in SECTION_OF.items() if state is not State.DRAFT}
    | dict.fromkeys(FINAL_STATES, "closed_count")
    | {State.DISBURSED: "disbursed_count"}
)
STANDING = frozenset(_STANDS_AS.values())
"""The figures of how things stand when the report is made."""
TOTAL_LABEL = "合计"


def overdue_now(scope: Scope) -> ColumnElement[bool]:
    """The clock runs past its limit on the day of the report; a minimum is never overdue."""
    return and_(
        _clock.c.ended.is_(None),
        ~_clock.c.minimum,
        _clock.c.due_on < scope.today,
        _clock.c.runs_from_on <= scope.today,
    )


def region_rows(connection: Connection, scope: Scope, wanted: Iterable[str]) -> Rows:
    """One row for each region with the named figures, and their sum where there are several regions."""
    names = tuple(wanted)
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    if STANDING & set(names):
        found |= _standing(connection)
    for answered, query in _FIGURES:
        if set(answered) & set(names):
            answers: Iterable[tuple[Any, ...]] = connection.execute(query(scope))
            for region, *figures in answers:
                for name, figure in zip(answered, figures, strict=True):
                    # PostgreSQL sums integers into a decimal.
                    found[name][region] += int(figure or 0)
    rows: Rows = [
        {"region": region, "region_label": region_labels()[region]}
        | {name: found[name][region] for name in names}
        for region in scope.regions
    ]
    if len(rows) > 1:
        total = {name: sum(row[name] for row in rows) for name in names}
        rows.append({"region": None, "region_label": TOTAL_LABEL, **total})
    return [_readable(row) for row in rows]


def named_matters(connection: Connection, scope: Scope) -> dict[str, list[str]]:
    """The numbers of the matters to be named in the bulletin, by region (rulebook 7, ``overdue_10``)."""
    found = connection.execute(
        select(_application.c.region, _application.c.number)
        .join(_alert, _alert.c.application_id == _application.c.id)
        .where(_alert.c.rung == "overdue_10", scope.at(_alert.c.raised_at))
        .distinct()
        .order_by(_application.c.number)
    )
    named: dict[str, list[str]] = {region: [] for region in scope.regions}
    for region, number in found:
        if region in named:
            named[region].append(number)
    return named


def _readable(row: dict[str, Any]) -> dict[str, Any]:
    return {
        key.removesuffix("_fen"): yuan_from_fen(value) if key.endswith("_fen") else value
        for key, value in row.items()
    }


# --- the figures -------------------------------------------------------------------------------------------


def _standing(connection: Connection) -> dict[str, dict[str, int]]:
    """Where applications stand now: each figure by region, out of one count by state.

    A draft has no policy yet; until it is submitted it is nobody's business but the applicant's.
    """
    found: dict[str, dict[str, int]] = {name: defaultdict(int) for name in STANDING}
    states = select(_application.c.region, _application.c.state, func.count()).group_by(
        _application.c.region, _application.c.state
    )
    for sign, counted in ((1, states), (-1, states.where(_application.c.policy_version.is_(None)))):
        for region, state, count in connection.execute(counted):
            name = _STANDS_AS.get(State(state))
            if name is not None:
                found[name][region] += sign * count
    return found


def _of_clocks(*conditions: ColumnElement[bool]) -> Select[Any]:
    return (
        select(_clock.c.region, func.count(_clock.c.application_id.distinct()))
        .where(*conditions)
        .group_by(_clock.c.region)
    )


def _opened(scope: Scope) -> Select[Any]:
    # The first submission starts the first clock.
    opening = ClockKind.OPENING_INDUSTRY_REVIEW.value
    return _of_clocks(_clock.c.kind == opening, scope.on(_clock.c.started_on))


def _claimed_at_once(scope: Scope) -> Select[Any]:
    # Where there is nothing to open the first clock is the claim's.
    at_once = or_(
        _application.c.kind == ApplicationKind.INDIVIDUAL.value,
        _application.c.subsidy != Subsidy.TRAINING.value,
    )
    return _claimed(scope).join(_application, _application.c.id == _clock.c.application_id).where(at_once)


def _claimed(scope: Scope) -> Select[Any]:
    return _of_clocks(_clock.c.kind == ClockKind.CLAIM_ACCEPTANCE.value, scope.on(_clock.c.started_on))


def _approved(scope: Scope) -> Select[Any]:
    # Finance's second signature fixes what is approved.
    return (
        select(_application.c.region, func.count(), func.sum(_application.c.approved_fen))
        .join(_decision, _decision.c.application_id == _application.c.id)
        .where(
            _decision.c.step == "claim_finance",
            _decision.c.seat == "second",
            _decision.c.outcome == "approved",
            ~_decision.c.superseded,
            scope.at(_decision.c.decided_at),
        )
        .group_by(_application.c.region)
    )


def _paid(scope: Scope) -> Select[Any]:
    # What the bank sent back is not paid, whenever that was.
    amount = _payment.c.amount_fen
    return (
        select(
            _application.c.region,
            func.count(),
            func.sum(amount),
            *(func.sum(case((_payment.c.source == source.value, amount))) for source in FundSource),
        )
        .join(_payment, _payment.c.application_id == _application.c.id)
        .where(_payment.c.failed_at.is_(None), scope.on(_payment.c.paid_on))
        .group_by(_application.c.region)
    )


def _recovered(scope: Scope) -> Select[Any]:
    return (
        select(_application.c.region, func.sum(_recovery.c.amount_fen))
        .join(_recovery, _recovery.c.application_id == _application.c.id)
        .where(scope.on(_recovery.c.received_on))
        .group_by(_application.c.region)
    )


def _ended_clocks(scope: Scope) -> Select[Any]:
    return (
        select(
            _clock.c.region,
            *(
                func.count(case((_clock.c.ended == how.value, 1)))
                for how in (ClockState.MET, ClockState.MISSED)
            ),
        )
        .where(_clock.c.department.is_not(None), ~_clock.c.minimum, scope.on(_clock.c.ended_on))
        .group_by(_clock.c.region)
    )


def _alerted(rung: str) -> _Query:
    return lambda scope: (
        select(_application.c.region, func.count(_application.c.id.distinct()))
        .join(_alert, _alert.c.application_id == _application.c.id)
        .where(_alert.c.rung == rung, scope.at(_alert.c.raised_at))
        .group_by(_application.c.region)
    )


# The figures that one query answers, in the order of its columns after the region; of one name, added up.
_FIGURES: tuple[tuple[tuple[str, ...], _Query], ...] = (
    (("received_count",), _opened),
    (("received_count",), _claimed_at_once),
    (("claimed_count",), _claimed),
    (("approved_count", "approved_fen"), _approved),
    (("payment_count", "paid_fen", *(f"paid_{source.value}_fen" for source in FundSource)), _paid),
    (("recovered_fen",), _recovered),
    (("overdue_count",), lambda scope: _of_clocks(overdue_now(scope))),
    (("met_count", "missed_count"), _ended_clocks),
    (("named_count",), _alerted("overdue_10")),
    (("arrears_count",), _alerted("arrears_1_month")),
)
