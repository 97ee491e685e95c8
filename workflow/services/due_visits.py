"""Which visit each class waits for, kept beside the application whenever it moves; read by 今日检查."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy import delete, insert

from workflow.persistence import tables
from workflow.services.case import Case
from workflow.vocabulary import State, VisitOccasion

VISITED = frozenset({State.TRAINING_AWAITING_START, State.TRAINING_IN_PROGRESS, State.ASSESSMENT_PROPOSED})
"""The states in which inspectors go to see a class."""


def keep_due_visits(case: Case) -> None:
    """Writes anew what the classes of this application wait for; nothing once nobody visits them."""
    table = tables.due_visit
    case.connection.execute(delete(table).where(table.c.application_id == case.id))
    wanted = list(visits_of(case.state, case.form, case.policy.inspections_required))
    if wanted:
        mine = {"application_id": case.id, "region": case.row["region"]}
        case.connection.execute(insert(table), [each | mine for each in wanted])


def visits_of(state: State, form: Mapping[str, Any], required: int) -> Iterator[dict[str, Any]]:
    """What each class waits for, by the form; ``required`` checks are asked for during the training."""
    if state not in VISITED:
        return
    training = form.get("training") or {}
    opened = {each["class_no"] for each in training.get("opening_inspections") or ()}
    held = [each["class_no"] for each in training.get("inspections") or ()]
    for entry in (form.get("opening") or {}).get("classes") or ():
        number, lacking = entry["class_no"], 1
        if state is State.ASSESSMENT_PROPOSED:
            occasion, from_on = VisitOccasion.ASSESSMENT, form["assessment"]["assess_on"]
            until_on = from_on
        elif number in opened:
            occasion, from_on, until_on = VisitOccasion.TRAINING, entry["starts_on"], entry["ends_on"]
            lacking = max(0, required - held.count(number))
        else:
            occasion, from_on, until_on = VisitOccasion.OPENING, entry["starts_on"], entry["starts_on"]
        yield {
            "class_no": number,
            "occasion": occasion.value,
            "from_on": date.fromisoformat(from_on),
            "until_on": date.fromisoformat(until_on),
            "lacking_count": lacking,
        }
