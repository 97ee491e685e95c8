"""Whose hands applications are in: the people who may act on each as it stands, by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from workflow.persistence import tables
from workflow.services.audience import People, excused_of

MOST_NAMED = 5


def holders_of(connection: Connection, rows: Sequence[Mapping[str, Any]], on: date) -> dict[int, list[str]]:
    """By application the names of those it waits for, in the order of their accounts; few statements.

    A row has ``id``, ``region``, ``state``, ``organisation_id``, ``created_by`` and ``assigned_to_id``. Who
    may not sign because of an earlier signature is left out; who stands in for somebody on that day is not.
    """
    if not rows:
        return {}
    people = People(connection, {row["region"] for row in rows}, on, rows)
    matters = [dict(row) | {"application_id": row["id"]} for row in rows]
    excused = excused_of(connection, matters)
    held = {row["id"]: people.actors(row) - excused[row["id"]] for row in matters}
    account = tables.account
    wanted = sorted(set().union(*held.values()))
    found = connection.execute(select(account.c.id, account.c.name).where(account.c.id.in_(wanted)))
    names = {row.id: row.name for row in found}
    return {key: [names[each] for each in sorted(accounts)] for key, accounts in held.items()}


def said_of(names: Sequence[str]) -> str:
    """The names in a cell: the first few, and how many more there are."""
    if not names:
        return "暂无可以办理的人员"
    more = f"等{len(names)}人" if len(names) > MOST_NAMED else ""
    return "、".join(names[:MOST_NAMED]) + more
