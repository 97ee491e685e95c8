"""An application that cannot be recomputed holds up no other, and is tried again later."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from tests.journeys.city import City
from tests.journeys.many import NOTICE, copy_application
from workflow.persistence import tables
from workflow.persistence.engine import reading, writing
from workflow.services import holiday_notices, recompute

FIRST, COUNT = 1000, 7
BROKEN = 1003


def _behind(city: City) -> list[int]:
    clock = tables.clock
    with reading(city.product.engine) as connection:
        current = city.product.calendar(connection).version
        found = connection.execute(
            select(clock.c.application_id)
            .where(clock.c.application_id >= FIRST, clock.c.calendar_version != current)
            .order_by(clock.c.application_id)
        )
        return list(found.scalars())


def test_the_others_move_and_the_broken_one_waits(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    city.at("2026-12-18").apply()
    city.send("institution", "submit")
    city.at("2026-12-21")
    with writing(city.product.engine) as connection:
        copy_application(
            connection,
            first=FIRST,
            count=COUNT,
            limit=40,
            started_on=date(2026, 12, 18),
            today=date(2026, 12, 21),
        )
    moves = recompute.Deriver.moves

    def refusing_one(self: recompute.Deriver, rows: Sequence[Any]) -> list[recompute.Move]:
        if rows[0]["application_id"] == BROKEN:
            raise ZeroDivisionError
        return moves(self, rows)

    monkeypatch.setattr(recompute, "BATCH", 3)
    holiday_notices.apply_notices(
        city.product, actor=city.actors["admin"], texts=[NOTICE], year=None, seconds=0.0
    )
    assert len(_behind(city)) == COUNT
    with monkeypatch.context() as patch:
        patch.setattr(recompute.Deriver, "moves", refusing_one)
        recompute.recompute_behind(city.product)
        assert _behind(city) == [BROKEN]
    recompute.recompute_behind(city.product)
    assert _behind(city) == []
