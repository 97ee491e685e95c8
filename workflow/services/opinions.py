"""常用意见: what a reviewer has written of late, and what is written most, to choose from."""

from __future__ import annotations

from sqlalchemy import select

from workflow.access import Actor
from workflow.persistence import tables
from workflow.persistence.engine import reading
from workflow.services.product import Product
from workflow.vocabulary import STANDARD_OPINIONS

MOST_OWN = 5
_LOOKED_AT = 60


def common_opinions(product: Product, *, actor: Actor) -> list[str]:
    """The person's own last opinions on what was approved, each once, newest first; and standard ones."""
    decision = tables.decision
    latest = (
        select(decision.c.opinion, decision.c.outcome)
        .where(decision.c.account_id == actor.account_id)
        .order_by(decision.c.decided_at.desc())
        .limit(_LOOKED_AT)
    )
    with reading(product.engine) as connection:
        found = [row.opinion for row in connection.execute(latest) if row.outcome == "approved"]
    own = [opinion for opinion in dict.fromkeys(found) if opinion not in STANDARD_OPINIONS]
    return [*own[:MOST_OWN], *STANDARD_OPINIONS]
