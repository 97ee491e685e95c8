"""Whether the product can work: database, schema, schedulers, rungs and messages that wait."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from workflow.access import Actor
from workflow.clock import real_now
from workflow.errors import Forbidden, Unavailable
from workflow.persistence import schema, tables
from workflow.persistence.engine import reading
from workflow.services.attachments import count_attachments
from workflow.services.keys import unknown_keys
from workflow.services.product import Product
from workflow.services.sweep import count_waiting
from workflow.vocabulary import Role

ALIVE_FOR = timedelta(minutes=3)


def require_schema(product: Product) -> str:
    """The revision of the database; raises ``Unavailable`` where it is not the one of this code."""
    revision = schema.current_revision(product.engine)
    if revision is None or revision != schema.newest_revision():
        raise Unavailable("数据库结构与程序版本不一致，请先运行 subsidy migrate")
    return revision


def is_ready(product: Product) -> dict[str, Any]:
    """Answers when the database has the schema of this code and no personal data under keys it lacks.

    Raises ``Unavailable`` otherwise: without a key people would be registered twice.
    """
    revision = require_schema(product)
    with reading(product.engine) as connection:
        unknown = unknown_keys(connection, product.settings.keys)
    if unknown:
        names = "、".join(sorted(unknown))
        raise Unavailable(
            f"数据库中有个人信息以密钥 {names} 加密，而本进程的配置中没有；请检查 SUBSIDY_SECRET_KEY 和"
            " SUBSIDY_FURTHER_SECRET_KEYS（或者密钥文件），用 subsidy keys status 查看"
        )
    return {"ready": True, "revision": revision}


def operations(product: Product, *, actor: Actor) -> dict[str, Any]:
    """For administrators: schedulers and their last sweep, rungs that wait, messages that are stuck."""
    if actor.role is not Role.ADMIN:
        raise Forbidden("只有系统管理员可以查看运行状况")
    node, outbox = tables.scheduler_node, tables.outbox
    with reading(product.engine) as connection:
        now = real_now()
        nodes = connection.execute(select(node).order_by(node.c.last_sweep_at.desc()).limit(20)).mappings()
        waiting = connection.execute(
            select(func.count()).select_from(outbox).where(outbox.c.next_attempt_at.is_not(None))
        ).scalar_one()
        stuck = connection.execute(
            select(func.count()).select_from(outbox).where(outbox.c.sent_at.is_(None), outbox.c.attempts > 0)
        ).scalar_one()
        return {
            "schedulers": [
                {
                    "name": row["name"],
                    "started_at": row["started_at"].isoformat(),
                    "last_sweep_at": row["last_sweep_at"].isoformat(),
                    "last_raised_count": row["last_raised_count"],
                    "alive": now - row["last_sweep_at"] < ALIVE_FOR,
                }
                for row in nodes
            ],
            "rungs_waiting": count_waiting(connection, product.now(connection)),
            "outbox_waiting": waiting,
            "outbox_stuck": stuck,
            "scanning": bool(product.settings.scan_command),
            **count_attachments(connection),
        }
