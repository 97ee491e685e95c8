"""Workbooks that somebody has uploaded and that are being checked, until they are taken or given up."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, String, Table, Text

from workflow.persistence.tables.base import metadata
from workflow.persistence.types import Instant, Key

roster_import = Table(
    "roster_import",
    metadata,
    Column("id", Key, primary_key=True),
    Column("application_id", Key, ForeignKey("application.id"), nullable=False, index=True),
    Column("account_id", Key, ForeignKey("account.id"), nullable=False),
    Column("file_name", String(200), nullable=False),
    # reading → checked (rows are wrong: the user decides), failed (no roster at all) or taken;
    # checked → taken or dropped
    Column("state", String(20), nullable=False),
    Column("application_version", Integer, nullable=False),
    # Of the progress bar: each row counts once when it is read and once when it is checked.
    Column("done_count", Integer, nullable=False),
    Column("total_count", Integer, nullable=False),
    Column("good_count", Integer, nullable=False),
    Column("wrong_count", Integer, nullable=False),
    # Why there is no roster in the file, in one sentence.
    Column("message", Text),
    # The file and what is to be said of its rows, sealed; emptied once it is decided.
    Column("content_sealed", Text),
    Column("remarks_sealed", Text),
    Column("created_at", Instant, nullable=False),
    # Moves while it is being read: one that stands still was interrupted.
    Column("touched_at", Instant, nullable=False),
    CheckConstraint("done_count >= 0 AND good_count >= 0 AND wrong_count >= 0", name="counts"),
)
