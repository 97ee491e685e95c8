"""Organisations that register themselves: what they typed, the proof they sent, and what HR decided."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, String, Table, Text

from workflow.persistence.tables.base import metadata, partial
from workflow.persistence.types import Instant, Key

registration = Table(
    "registration",
    metadata,
    Column("id", Key, primary_key=True),
    # Drawn by lot: with the code of the organisation it opens the page on which its state is followed.
    Column("receipt", String(20), nullable=False, unique=True),
    # Of the form that was sent, so that a second click registers nobody twice.
    Column("command_id", String(128), unique=True),
    Column("command_digest", String(64)),
    Column("kind", String(20), nullable=False),
    Column("region", String(6), nullable=False),
    Column("name", String(200), nullable=False),
    Column("uscc", String(18), nullable=False),
    Column("legal_representative", String(200), nullable=False),
    Column("address", String(200), nullable=False),
    Column("contact_sealed", Text, nullable=False),
    Column("contact_masked", String(200), nullable=False),
    Column("phone_sealed", Text, nullable=False),
    Column("phone_masked", String(40), nullable=False),
    # The owner's account, made when HR approves; the hash goes there and leaves here.
    Column("login", String(64), nullable=False),
    Column("account_name", String(64), nullable=False),
    Column("email", String(200)),
    Column("password_hash", String(200)),
    Column("state", String(20), nullable=False),
    # Grows with every sending and every decision.
    Column("version", Integer, nullable=False),
    Column("submitted_at", Instant, nullable=False),
    Column("decided_by", Key, ForeignKey("account.id")),
    Column("decided_on_behalf_of_id", Key, ForeignKey("account.id")),
    Column("decided_at", Instant),
    # Why it was refused; it stays when the registration is mended and sent again.
    Column("reason", Text),
    Column("organisation_id", Key, ForeignKey("organisation.id")),
    CheckConstraint("(state = 'pending') = (decided_by IS NULL)", name="decided"),
    CheckConstraint("(decided_by IS NULL) = (decided_at IS NULL)", name="decided_when"),
    CheckConstraint("(state = 'approved') = (organisation_id IS NOT NULL)", name="approved"),
    CheckConstraint("state <> 'refused' OR reason IS NOT NULL", name="refused_for_a_reason"),
    Index(None, "region", "state", "id"),
    Index(None, "organisation_id"),
    partial("uq_registration_pending_uscc", "uscc", where="state = 'pending'", unique=True),
    partial("uq_registration_pending_login", "login", where="state = 'pending'", unique=True),
)

registration_proof = Table(
    "registration_proof",
    metadata,
    Column("id", Key, primary_key=True),
    Column("registration_id", Key, ForeignKey("registration.id"), nullable=False, index=True),
    Column("proof", String(20), nullable=False),
    # The file as in ``attachment``.
    Column("name", String(200), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("byte_count", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("stored_sha256", String(64), nullable=False, unique=True),
    Column("key_sealed", Text, nullable=False),
    Column("scanned", Boolean, nullable=False),
    Column("added_at", Instant, nullable=False),
    # Another took its place when the registration was mended.
    Column("replaced_at", Instant),
    CheckConstraint("byte_count > 0", name="bytes"),
)
