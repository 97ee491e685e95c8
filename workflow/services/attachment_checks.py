"""Uploaded files proved without a shell: an administrator asks for it, the next tick of a scheduler does it.

One request stands at a time, and one scheduler takes it up; its result stays until the next.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update

from workflow.access import Actor
from workflow.clock import real_now
from workflow.errors import Conflict, Forbidden
from workflow.form.attachment_check import CheckRequest
from workflow.form.reading import read
from workflow.persistence import tables
from workflow.persistence.engine import reading, upsert, writing
from workflow.services.attachments import sweep_attachments, verify_attachments
from workflow.services.audit import append_system_entry
from workflow.services.product import Product
from workflow.vocabulary import Role

_check = tables.attachment_check
_ONE = 1


def read_attachment_check(product: Product, *, actor: Actor) -> dict[str, Any]:
    """The last check of the uploaded files, and whether one is wanted or under way; for administrators."""
    _require_admin(actor)
    with reading(product.engine) as connection:
        row = connection.execute(select(_check)).mappings().one_or_none()
    if row is None:
        return dict.fromkeys(("requested_at", "started_at", "finished_at", "result")) | {"state": "never"}
    moments = {name: row[name] for name in ("requested_at", "started_at", "finished_at")}
    state = "wanted" if row["requested_at"] else "finished" if row["finished_at"] else "under_way"
    return {
        "state": state,
        **{name: at.isoformat() if at else None for name, at in moments.items()},
        "result": row["result"],
    }


def request_attachment_check(product: Product, *, actor: Actor, body: dict[str, Any]) -> dict[str, Any]:
    """Asks for a check, and where wished for the removal of files without a row; in the trail.

    Raises ``Conflict`` while one is already asked for.
    """
    _require_admin(actor)
    wanted = read(CheckRequest, body)
    with writing(product.engine) as connection:
        connection.execute(upsert(connection, _check).values(id=_ONE).on_conflict_do_nothing())
        asked = connection.execute(
            update(_check)
            .where(_check.c.requested_at.is_(None))
            .values(requested_at=real_now(), remove_orphans=wanted.remove_orphans)
        )
        if not asked.rowcount:
            raise Conflict("已经有一次核验在等待，定时任务几十秒内开始")
        details = {"remove_orphans": wanted.remove_orphans}
        append_system_entry(connection, actor, "check_attachments", product.now(connection), details)
    return read_attachment_check(product, actor=actor)


def run_wanted_check(product: Product) -> bool:
    """Carries out the check that was asked for; False where none was, or another scheduler has it."""
    with writing(product.engine) as connection:
        taken = connection.execute(
            update(_check)
            .where(_check.c.requested_at.is_not(None))
            .values(requested_at=None, started_at=real_now(), finished_at=None)
            .returning(_check.c.remove_orphans)
        ).one_or_none()
    if taken is None:
        return False
    result = verify_attachments(product) | _swept(product, taken.remove_orphans)
    with writing(product.engine) as connection:
        connection.execute(update(_check).values(finished_at=real_now(), result=result))
    return True


def _swept(product: Product, remove: bool) -> dict[str, Any]:
    found = sweep_attachments(product, apply=remove)
    return {
        "orphan_count": found["orphan_count"],
        "orphan_byte_count": found["byte_count"],
        "removed": found["removed"],
    }


def _require_admin(actor: Actor) -> None:
    if actor.role is not Role.ADMIN:
        raise Forbidden("只有系统管理员可以核验附件")
