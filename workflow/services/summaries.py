"""Applications as a line of a list: who, where it stands, and the most urgent of its clocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection

from workflow.clock import shanghai_date
from workflow.deadlines.keeping import Clock
from workflow.form.money import yuan_from_fen
from workflow.persistence import tables
from workflow.policy import region_labels
from workflow.services.case import Case, read_clocks
from workflow.services.product import Product
from workflow.services.view import Counted, clock_view
from workflow.vocabulary import Section, State, Subsidy

_NAMES = (
    "id",
    "number",
    "kind",
    "subsidy",
    "region",
    "applicant_name",
    "state",
    "section",
    "version",
    "state_since_on",
    "asked_fen",
)
COLUMNS = tuple(tables.application.c[name] for name in _NAMES)
"""What a summary is made of; not the form, which may be long."""


def summaries_of(
    product: Product, connection: Connection, rows: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """The rows, which have ``COLUMNS``, each with its most urgent clock; one more statement for all."""
    today, calendar = shanghai_date(product.now(connection)), product.calendar(connection)
    clocks = read_clocks(connection, [row["id"] for row in rows], open_only=True)
    return [
        summary_of(row, Counted(calendar.for_region(row["region"]), clocks.get(row["id"], [])), today)
        for row in rows
    ]


def summary_of(row: Mapping[str, Any], counted: Case | Counted, today: date) -> dict[str, Any]:
    """One application; ``counted`` holds its open clocks at least."""
    urgent = _most_urgent(row, counted, today)
    state, subsidy = State(row["state"]), Subsidy(row["subsidy"])
    return {
        "id": row["id"],
        "number": row["number"],
        "kind": row["kind"],
        "subsidy": subsidy.value,
        "subsidy_label": subsidy.label,
        "region": row["region"],
        "region_label": region_labels().get(row["region"], row["region"]),
        "applicant_name": row["applicant_name"],
        "state": state.value,
        "state_label": state.label,
        "section": row["section"],
        "section_label": Section(row["section"]).label,
        "version": row["version"],
        "state_since_on": row["state_since_on"].isoformat(),
        "amount": yuan_from_fen(row["asked_fen"]),
        "clock": urgent,
        "due_on": urgent["due_on"] if urgent else None,
        "clock_state": urgent["state"] if urgent else None,
        "clock_label": urgent["label"] if urgent else None,
        "clock_kind": urgent["kind"] if urgent else None,
        "limit_unit": urgent["limit"]["unit"] if urgent else None,
        "left_days": urgent["left_days"] if urgent else None,
        "provisional": bool(urgent and urgent["provisional"]),
    }


def _most_urgent(row: Mapping[str, Any], counted: Case | Counted, today: date) -> dict[str, Any] | None:
    open_clocks: list[Clock] = [
        clock for clock in counted.clocks if clock.ended is None and not clock.limit.minimum
    ]
    running = [clock_view(clock, counted, today) for clock in open_clocks]
    dated = [clock for clock in running if clock["due_on"]]
    if not dated and running and row["state"] == State.SUSPENDED:
        return running[-1]
    return min(dated, key=lambda clock: str(clock["due_on"]), default=None)
