"""Asking the rules about a case: the facts gathered, and the warnings kept for the reviewers."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from workflow.errors import Finding
from workflow.persistence import tables
from workflow.rules import Facts, Occasion, check, demand
from workflow.sealing import unseal
from workflow.services.case import Case
from workflow.services.warnings import keep_warnings


def check_rules(
    case: Case, occasion: Occasion, payload: dict[str, Any] | None = None, *, place: str = "payload"
) -> None:
    """Checks the rules of an occasion before its payload is filled in; keeps the warnings on the case.

    ``place`` is where the payload comes to stand on the form. Raises ``Malformed`` and ``RuleBroken``.
    """
    found = demand(occasion, _facts(case, occasion, payload or {}), case.policy)
    keep_warnings(case, occasion, found, place)


def findings_of(case: Case, occasion: Occasion) -> list[Finding]:
    """What the rules would say now, blocking findings among them; raises ``Malformed``."""
    return check(occasion, _facts(case, occasion, {}), case.policy)


def _facts(case: Case, occasion: Occasion, payload: dict[str, Any]) -> Facts:
    trainees = tables.trainee
    on_roster = trainees.c.application_id == case.id
    roster: dict[int, int] = {}
    if case.row["roster_count"]:
        counted = (
            select(trainees.c.class_no, func.count().label("heads"))
            .where(on_roster)
            .group_by(trainees.c.class_no)
        )
        roster = {row.class_no: row.heads for row in case.connection.execute(counted)}
    roster_ids: dict[int, set[str]] | None = None
    if occasion is Occasion.RESULTS and any(result.get("certificates") for result in payload["results"]):
        roster_ids = {}
        numbers = select(trainees.c.class_no, trainees.c.id_number_sealed).where(on_roster)
        for class_no, sealed in case.connection.execute(numbers):
            clear = unseal(sealed, secret_key=case.product.settings.secret_key)
            roster_ids.setdefault(class_no, set()).add(clear)
    return Facts(
        form=case.form,
        payload=payload,
        roster=roster,
        roster_ids={number: frozenset(ids) for number, ids in roster_ids.items()}
        if roster_ids is not None
        else None,
        today=case.today,
        now=case.now,
    )
