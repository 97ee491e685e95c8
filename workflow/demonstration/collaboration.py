"""What goes on between colleagues when the demonstration begins: one is away, one handed something over."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from workflow.access import Actor
from workflow.clock import shanghai_date
from workflow.persistence import tables
from workflow.persistence.engine import reading
from workflow.services import absences, collaboration
from workflow.services.product import Product
from workflow.vocabulary import State

_CITY = "410400"
_DAYS_AWAY = 14


def play_collaboration(product: Product, people: dict[str, Actor]) -> int:
    """HR's head is away, a reviewer handed one over, another told the head of one; how many that are."""
    with reading(product.engine) as connection:
        today = shanghai_date(product.now(connection))
    absences.enter_absence(
        product,
        actor=people["hr_head"],
        body={
            "substitute_id": people["hr2"].account_id,
            "from_on": today.isoformat(),
            "until_on": (today + timedelta(days=_DAYS_AWAY)).isoformat(),
            "reason": "参加省厅业务培训",
        },
    )
    collaboration.hand_over(
        product,
        actor=people["industry1"],
        application_id=_one_in(product, State.OPENING_INDUSTRY_FIRST),
        body={"to_id": people["industry2"].account_id, "reason": "本周外出核查，请代为初审"},
        command_id=None,
    )
    collaboration.circulate(
        product,
        actor=people["hr1"],
        application_id=_one_in(product, State.CLAIM_HR_FIRST),
        body={"to_ids": [people["hr_head"].account_id], "note": "金额较大，请知悉"},
        command_id=None,
    )
    return 3


def _one_in(product: Product, state: State) -> int:
    application = tables.application
    with reading(product.engine) as connection:
        found: int = connection.execute(
            select(application.c.id)
            .where(application.c.region == _CITY, application.c.state == state.value)
            .order_by(application.c.id.desc())
            .limit(1)
        ).scalar_one()
    return found
