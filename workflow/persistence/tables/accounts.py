"""Organisations, accounts and what they sign in with."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, false

from workflow.persistence.tables.base import metadata, partial
from workflow.persistence.types import Document, Instant, Key

organisation = Table(
    "organisation",
    metadata,
    Column("id", Key, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("uscc", String(18), nullable=False, unique=True),
    Column("kind", String(20), nullable=False),
    Column("region", String(6), nullable=False),
    # Null for those that did not register themselves.
    Column("legal_representative", String(200)),
    Column("address", String(200)),
)

account = Table(
    "account",
    metadata,
    Column("id", Key, primary_key=True),
    Column("login", String(64), nullable=False, unique=True),
    Column("name", String(64), nullable=False),
    Column("password_hash", String(200), nullable=False),
    Column("role", String(20), nullable=False),
    Column("department", String(20)),
    Column("region", String(6)),
    Column("applicant_kind", String(20)),
    Column("organisation_id", Key, ForeignKey("organisation.id"), index=True),
    # Of the accounts of an organisation one keeps the others.
    Column("owner", Boolean, nullable=False, default=False, server_default=false()),
    Column("email", String(200)),
    # The kinds of message that come by e-mail too; null: all of them.
    Column("mailed_kinds", Document),
    Column("active", Boolean, nullable=False, default=True),
    Column("failed_count", Integer, nullable=False, default=0),
    Column("locked_until_at", Instant),
    Column("created_at", Instant, nullable=False),
    # Until then the password serves only to set another; null: it is the person's own.
    Column("one_time_until_at", Instant),
    # Of what administrators keep; a failed sign-in changes none of it.
    Column("version", Integer, nullable=False, server_default="0"),
    Column("changed_by", Key, ForeignKey("account.id")),
    Column("changed_at", Instant),
    Index(None, "region", "department", "role"),
    partial("uq_account_owner", "organisation_id", where="owner", unique=True),
)

sign_in_session = Table(
    "sign_in_session",
    metadata,
    Column("id", Key, primary_key=True),
    Column("token_digest", String(64), nullable=False, unique=True),
    Column("account_id", Key, ForeignKey("account.id"), nullable=False, index=True),
    Column("created_at", Instant, nullable=False),
    Column("last_seen_at", Instant, nullable=False),
    Column("ended_at", Instant),
)

access_token = Table(
    "access_token",
    metadata,
    Column("id", Key, primary_key=True),
    Column("account_id", Key, ForeignKey("account.id"), nullable=False, index=True),
    Column("token_digest", String(64), nullable=False, unique=True),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("revoked_at", Instant),
)

calendar_feed = Table(
    "calendar_feed",
    metadata,
    Column("id", Key, primary_key=True),
    Column("account_id", Key, ForeignKey("account.id"), nullable=False, index=True),
    Column("token_digest", String(64), nullable=False, unique=True),
    Column("created_at", Instant, nullable=False),
    Column("last_read_at", Instant),
    Column("revoked_at", Instant),
)
