"""What a draw draws from: the running classes of a region, the inspectors who could go; and what follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, and_, or_, select

from workflow.form.draws import DrawFilter
from workflow.persistence import tables
from workflow.persistence.types import canonical
from workflow.rules.drawing import class_name, inspector_name, lot, ranked
from workflow.sealing import sm3
from workflow.vocabulary import Department, Role, VisitOccasion

DRAW = "draw_visits"
"""The event of the system's chain under which a draw is recorded."""


@dataclass(frozen=True, slots=True)
class Pool:
    """Candidates, as they are stored with a draw; ``left_out_count`` classes run outside the filter."""

    classes: list[dict[str, Any]]
    inspectors: list[dict[str, Any]]
    away: list[dict[str, Any]]
    left_out_count: int

    def stored(self) -> dict[str, Any]:
        """As the draw keeps it for ever."""
        return {
            "classes": self.classes,
            "inspectors": self.inspectors,
            "away": self.away,
            "left_out_count": self.left_out_count,
        }


def pool_of(connection: Connection, region: str, wanted: DrawFilter, today: date) -> Pool:
    """The running classes of the region that fit, and its active inspectors who are not absent today.

    Running are classes in training, and those whose opening day has come though nobody has seen them yet.
    """
    due, application = tables.due_visit, tables.application
    running = connection.execute(
        select(
            due.c.application_id,
            due.c.class_no,
            due.c.from_on,
            application.c.number,
            application.c.kind,
            application.c.organisation_id,
        )
        .join(application, application.c.id == due.c.application_id)
        .where(
            due.c.region == region,
            due.c.from_on <= today,
            due.c.occasion != VisitOccasion.ASSESSMENT.value,
        )
        .order_by(application.c.number, due.c.class_no)
    ).all()
    fitting = [row for row in running if _fits(row, wanted)]
    here, away = _inspectors(connection, region, today)
    return Pool(
        classes=[
            {
                "application_id": row.application_id,
                "number": row.number,
                "class_no": row.class_no,
                "organisation_id": row.organisation_id,
            }
            for row in fitting
        ],
        inspectors=here,
        away=away,
        left_out_count=len(running) - len(fitting),
    )


def outcome_of(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What follows from a draw: its classes in order, each with all its inspectors in order.

    The first ``inspector_count`` of them go; the others stand by.
    """
    text = lot(row["seed"], row["announced"])
    candidates = row["candidates"]
    classes = {class_name(each["number"], each["class_no"]): each for each in candidates["classes"]}
    outcome = []
    for name in ranked(text, classes)[: row["class_count"]]:
        drawn = classes[name]
        eligible = {
            inspector_name(drawn["number"], drawn["class_no"], each["login"]): each
            for each in candidates["inspectors"]
            if may_inspect(each, drawn["organisation_id"])
        }
        order = [eligible[each]["account_id"] for each in ranked(text, eligible)]
        outcome.append({**drawn, "inspectors": order})
    return outcome


def told(draw_id: int, row: Mapping[str, Any], outcome: list[dict[str, Any]]) -> dict[str, Any]:
    """What the trail keeps of a draw: its seed, a digest of its candidates, and what was drawn."""
    return {
        "draw": draw_id,
        "region": row["region"],
        "algorithm": row["algorithm"],
        "seed": row["seed"],
        "announced": row["announced"] or "",
        "class_count": row["class_count"],
        "inspector_count": row["inspector_count"],
        "due_on": row["due_on"].isoformat(),
        "filters": row["filters"],
        "candidates_digest": sm3(canonical(row["candidates"])),
        "drawn": [
            [each["number"], each["class_no"], each["inspectors"][: row["inspector_count"]]]
            for each in outcome
        ],
    }


def may_inspect(inspector: dict[str, Any], organisation_id: int | None) -> bool:
    """Whether an inspector does not belong to the organisation that runs the class."""
    own = inspector["organisation_id"]
    return own is None or own != organisation_id


def _fits(row: Any, wanted: DrawFilter) -> bool:
    return (
        (wanted.kind is None or row.kind == wanted.kind)
        and (wanted.starts_from is None or row.from_on >= wanted.starts_from)
        and (wanted.starts_until is None or row.from_on <= wanted.starts_until)
    )


def _inspectors(
    connection: Connection, region: str, today: date
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    account, absence = tables.account, tables.absence
    absent = (
        select(absence.c.id)
        .where(
            absence.c.account_id == account.c.id,
            absence.c.from_on <= today,
            or_(absence.c.until_on.is_(None), absence.c.until_on >= today),
            or_(absence.c.ended_on.is_(None), absence.c.ended_on > today),
        )
        .exists()
    )
    found = connection.execute(
        select(
            account.c.id.label("account_id"),
            account.c.login,
            account.c.name,
            account.c.organisation_id,
            absent.label("absent"),
        )
        .where(
            and_(
                account.c.active,
                account.c.region == region,
                account.c.role == Role.INSPECTOR.value,
                account.c.department == Department.HR.value,
            )
        )
        .order_by(account.c.login)
    ).mappings()
    rows = [dict(row) for row in found]
    here = [{key: each[key] for key in each if key != "absent"} for each in rows if not each["absent"]]
    away = [{"account_id": each["account_id"], "name": each["name"]} for each in rows if each["absent"]]
    return here, away
