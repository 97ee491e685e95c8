"""Commands, the audit trail, and its proof."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from workflow.persistence.tables.base import metadata
from workflow.persistence.types import Document, Instant, Key

command = Table(
    "command",
    metadata,
    # 0 stands for the public and for the system, who have no account.
    Column("account_id", Key, primary_key=True, autoincrement=False),
    Column("command_id", String(128), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("application_id", Key, ForeignKey("application.id"), nullable=False),
    Column("reply", Text, nullable=False),
    Column("recorded_at", Instant, nullable=False),
)

audit_entry = Table(
    "audit_entry",
    metadata,
    Column("id", Key, primary_key=True),
    # The application whose chain it is; 0 is the chain of the system itself.
    Column("chain_id", Key, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    # What a search goes by; the sealed content says the same.
    Column("actor_id", Key, nullable=False, server_default="0"),
    Column("event", String(40), nullable=False, server_default=""),
    Column("content", Text, nullable=False),
    Column("previous_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    UniqueConstraint("chain_id", "sequence"),
    Index(None, "recorded_at", "id"),
    Index(None, "actor_id", "recorded_at", "id"),
    Index(None, "event", "recorded_at", "id"),
)

system_chain = Table(
    "system_chain",
    metadata,
    Column("id", Integer, CheckConstraint("id = 0", name="single"), primary_key=True),
    Column("audit_count", Integer, nullable=False),
    Column("audit_head", String(64), nullable=False),
)

# The last proof of the whole trail, and the one that somebody has asked for.
audit_verification = Table(
    "audit_verification",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("requested_at", Instant),
    Column("started_at", Instant),
    Column("finished_at", Instant),
    Column("result", Document),
    CheckConstraint("id = 1", name="single"),
)
