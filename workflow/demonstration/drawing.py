"""The draw of classes and inspectors (双随机) that the demonstration tells, on its last working day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from itertools import count

from sqlalchemy import Connection

from workflow.access import Actor
from workflow.demonstration.people import CITY
from workflow.demonstration.stage import Stage
from workflow.form.draws import DrawFilter
from workflow.services.draw_pool import outcome_of, pool_of
from workflow.services.draws import draw_visits

_CLASSES, _INSPECTORS, _DAYS = 2, 2, 6


def play_draw(stage: Stage, connection: Connection, people: Mapping[str, Actor], today: date) -> None:
    """The head of HR draws two of the city's classes, and two of its three inspectors for each.

    The seed is the first of which the account ``inspector`` is drawn: whoever tries it finds a visit.
    """
    pool = pool_of(connection, CITY, DrawFilter(), today).stored()
    row = {"announced": None, "class_count": _CLASSES, "candidates": pool}
    wanted = people["inspector"].account_id
    seed = next(
        seed
        for seed in map("demonstration-{}".format, count(1))
        if wanted in outcome_of(row | {"seed": seed})[0]["inspectors"][:_INSPECTORS]
    )
    draw_visits(
        stage.product,
        actor=people["hr_head"],
        body={
            "class_count": _CLASSES,
            "inspector_count": _INSPECTORS,
            "due_on": (today + timedelta(days=_DAYS)).isoformat(),
        },
        seed=seed,
    )
