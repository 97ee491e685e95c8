"""Uploaded files proved without a shell: an administrator asks for it, a scheduler does it soon after."""

from __future__ import annotations

from typing import Any

from workflow.access import Actor
from workflow.errors import Conflict, Forbidden
from workflow.form.attachment_check import CheckRequest
from workflow.form.reading import read
from workflow.persistence import tables
from workflow.persistence.engine import reading, writing
from workflow.services import wanted_checks
from workflow.services.attachments import sweep_attachments, verify_attachments
from workflow.services.audit import append_system_entry
from workflow.services.product import Product
from workflow.vocabulary import Role

_check = tables.attachment_check


def read_attachment_check(product: Product, *, actor: Actor) -> dict[str, Any]:
    """The last check of the uploaded files, and whether one is wanted or under way; for administrators."""
    _require_admin(actor)
    with reading(product.engine) as connection:
        return wanted_checks.read_check(connection, _check)


def request_attachment_check(product: Product, *, actor: Actor, body: dict[str, Any]) -> dict[str, Any]:
    """Asks for a check, and where wished for the removal of files without a row; in the trail.

    Raises ``Conflict`` while one is already asked for.
    """
    _require_admin(actor)
    wanted = read(CheckRequest, body)
    with writing(product.engine) as connection:
        if not wanted_checks.ask(connection, _check, remove_orphans=wanted.remove_orphans):
            raise Conflict("已经有一次核验在等待，定时任务几十秒内开始")
        details = {"remove_orphans": wanted.remove_orphans}
        append_system_entry(connection, actor, "check_attachments", product.now(connection), details)
        return wanted_checks.read_check(connection, _check)


def run_wanted_check(product: Product) -> bool:
    """Carries out the check that was asked for; False where none was, or another scheduler has it."""
    taken = wanted_checks.take(product, _check)
    if taken is None:
        return False
    result = verify_attachments(product) | _swept(product, taken.remove_orphans)
    wanted_checks.keep(product, _check, result)
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
