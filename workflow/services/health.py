"""Whether the product can work: database, schema, schedulers, rungs and messages that wait."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from shutil import disk_usage
from tempfile import TemporaryFile
from typing import Any

from sqlalchemy import Connection, func, select

from workflow.access import Actor
from workflow.clock import real_now
from workflow.errors import Forbidden, Unavailable
from workflow.persistence import schema, tables
from workflow.persistence.engine import reading
from workflow.services.attachments import count_attachments
from workflow.services.keys import unknown_keys
from workflow.services.outbox_keeping import count_in
from workflow.services.product import Product
from workflow.services.sweep import count_waiting
from workflow.vocabulary import OutboxState, Role

ALIVE_FOR = timedelta(minutes=3)
_ON_THE_WAY = (OutboxState.WAITING, OutboxState.RETRYING)


def require_schema(product: Product) -> str:
    """The revision of the database; raises ``Unavailable`` where it is not the one of this code."""
    revision = schema.current_revision(product.engine)
    if revision is None or revision != schema.newest_revision():
        raise Unavailable("数据库结构与程序版本不一致，请先运行 subsidy migrate")
    return revision


def is_ready(product: Product) -> dict[str, Any]:
    """Answers when the database has the schema of this code and no personal data under keys it lacks, and
    when uploaded files can be written down.

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
    if not read_folder(product.settings.files)["writable"]:
        raise Unavailable("上传文件的目录不能写入，请检查环境变量 SUBSIDY_FILES 和目录的权限、磁盘空间")
    return {"ready": True, "revision": revision}


def is_alive(connection: Connection) -> bool:
    """Whether any scheduler has swept of late; without one nothing is reminded of, nor sent."""
    node = tables.scheduler_node
    last = connection.scalar(select(func.max(node.c.last_sweep_at)))
    return last is not None and real_now() - last < ALIVE_FOR


def read_folder(folder: Path) -> dict[str, Any]:
    """Whether uploaded files can be written to this folder, and how many bytes are free there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder) as probe:
            probe.write(b".")
        return {"writable": True, "free_bytes": disk_usage(folder).free}
    except OSError:
        return {"writable": False, "free_bytes": None}


def operations(product: Product, *, actor: Actor) -> dict[str, Any]:
    """For administrators: schedulers and their last sweep, rungs that wait, messages that are stuck."""
    if actor.role is not Role.ADMIN:
        raise Forbidden("只有系统管理员可以查看运行状况")
    node = tables.scheduler_node
    with reading(product.engine) as connection:
        now = real_now()
        nodes = connection.execute(select(node).order_by(node.c.last_sweep_at.desc()).limit(20)).mappings()
        return {
            "schedulers": [
                {
                    "name": row["name"],
                    "started_at": row["started_at"].isoformat(),
                    "last_sweep_at": row["last_sweep_at"].isoformat(),
                    "last_raised_count": row["last_raised_count"],
                    "last_sweep_ms": row["last_sweep_ms"],
                    "last_recomputed_count": row["last_recomputed_count"],
                    "last_closed_count": row["last_closed_count"],
                    "last_delivery_at": _moment(row["last_delivery_at"]),
                    "last_sent_count": row["last_sent_count"],
                    "last_failed_count": row["last_failed_count"],
                    "alive": now - row["last_sweep_at"] < ALIVE_FOR,
                }
                for row in nodes
            ],
            "alive": is_alive(connection),
            "rungs_waiting": count_waiting(connection, product.now(connection)),
            "next_rung_at": _moment(connection.scalar(select(func.min(tables.clock.c.next_alert_at)))),
            "outbox_waiting": sum(count_in(connection, state) for state in _ON_THE_WAY),
            "outbox_failed": count_in(connection, OutboxState.FAILED),
            "files": read_folder(product.settings.files),
            "scanning": bool(product.settings.scan_command),
            **count_attachments(connection),
        }


def _moment(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()
