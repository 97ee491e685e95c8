"""Files that were uploaded to an application; the files themselves lie sealed in a folder of their own."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Integer, String, Table, Text, false

from workflow.persistence.tables.base import metadata
from workflow.persistence.types import Document, Instant, Key

attachment = Table(
    "attachment",
    metadata,
    Column("id", Key, primary_key=True),
    Column("application_id", Key, ForeignKey("application.id"), nullable=False, index=True),
    Column("place", String(40), nullable=False),
    Column("class_no", Integer),
    # Which inspection of that class it shows, 0 for the opening day; null where nobody said so.
    Column("inspection_no", Integer),
    # As it was sent, without its path and with long numbers covered.
    Column("name", String(200), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("byte_count", Integer, nullable=False),
    # Of the file as it was sent: what the trail says was added.
    Column("sha256", String(64), nullable=False),
    # Of the sealed bytes, and their name in the folder.
    Column("stored_sha256", String(64), nullable=False, unique=True),
    # The file's own key, sealed: a rotation of keys rewrites this and no file.
    Column("key_sealed", Text, nullable=False),
    # The picture tells where it was taken; kept as sent, since that is a part of the proof.
    Column("has_location", Boolean, nullable=False),
    Column("scanned", Boolean, nullable=False),
    Column("added_by", Key, ForeignKey("account.id"), nullable=False),
    Column("added_at", Instant, nullable=False),
    # Removed ones stay, for auditors.
    Column("removed_by", Key, ForeignKey("account.id")),
    Column("removed_at", Instant),
    CheckConstraint("byte_count > 0", name="bytes"),
    CheckConstraint("(removed_at IS NULL) = (removed_by IS NULL)", name="removed"),
)

# The last proof of all files, and the one that an administrator has asked for.
attachment_check = Table(
    "attachment_check",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("requested_at", Instant),
    Column("remove_orphans", Boolean, nullable=False, server_default=false()),
    Column("started_at", Instant),
    Column("finished_at", Instant),
    Column("result", Document),
    CheckConstraint("id = 1", name="single"),
)
