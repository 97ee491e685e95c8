"""Money: a pool for each region, year and source, what applications have reserved in it, and the ledger."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Integer,
    String,
    Table,
    UniqueConstraint,
)

from workflow.persistence.tables.base import metadata, partial
from workflow.persistence.types import Instant, Key

fund_pool = Table(
    "fund_pool",
    metadata,
    Column("id", Key, primary_key=True),
    Column("region", String(6), nullable=False),
    Column("year", Integer, nullable=False),
    Column("source", String(30), nullable=False),
    # What the movements of the ledger add up to; the treasury's side is the negative of the three together.
    Column("available_fen", BigInteger, nullable=False, default=0),
    Column("reserved_fen", BigInteger, nullable=False, default=0),
    Column("paid_fen", BigInteger, nullable=False, default=0),
    Column("movement_count", Integer, nullable=False, default=0),
    UniqueConstraint("region", "year", "source"),
    CheckConstraint("available_fen >= 0", name="available_not_negative"),
    CheckConstraint("reserved_fen >= 0", name="reserved_not_negative"),
    CheckConstraint("paid_fen >= 0", name="paid_not_negative"),
)

fund_reservation = Table(
    "fund_reservation",
    metadata,
    Column("id", Key, primary_key=True),
    Column("application_id", Key, ForeignKey("application.id"), nullable=False),
    Column("pool_id", Key, ForeignKey("fund_pool.id"), nullable=False),
    Column("reserved_fen", BigInteger, nullable=False),
    UniqueConstraint("application_id", "pool_id"),
    CheckConstraint("reserved_fen >= 0", name="not_negative"),
)

_OF_APPLICATIONS = "'reservation', 'release', 'payment', 'payment_failed', 'recovery'"

# Appended, never changed (triggers). Two sides by construction: the amount leaves one account of the pool and
# arrives in another, so that every movement, pool and year adds up to zero.
ledger_movement = Table(
    "ledger_movement",
    metadata,
    Column("id", Key, primary_key=True),
    Column("pool_id", Key, ForeignKey("fund_pool.id"), nullable=False),
    # Its number in the pool, without gaps.
    Column("sequence", Integer, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("from_account", String(10), nullable=False),
    Column("to_account", String(10), nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    # How the pool stood after it.
    Column("available_fen", BigInteger, nullable=False),
    Column("reserved_fen", BigInteger, nullable=False),
    Column("paid_fen", BigInteger, nullable=False),
    Column("application_id", Key, ForeignKey("application.id"), index=True),
    Column("happened_on", Date, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    # Null for the opening balances that a migration wrote.
    Column("recorded_by", Key, ForeignKey("account.id")),
    Column("voucher", String(64)),
    Column("document", String(100)),
    Column("note", String(200)),
    UniqueConstraint("pool_id", "sequence"),
    CheckConstraint("amount_fen > 0", name="positive"),
    CheckConstraint("available_fen >= 0 AND reserved_fen >= 0 AND paid_fen >= 0", name="never_below_zero"),
    CheckConstraint(
        "(kind IN ('appropriation', 'carried_in') AND from_account = 'treasury' AND to_account = 'available')"
        " OR (kind IN ('withdrawal', 'carried_out')"
        " AND from_account = 'available' AND to_account = 'treasury')"
        " OR (kind = 'reservation' AND from_account = 'available' AND to_account = 'reserved')"
        " OR (kind = 'release' AND from_account = 'reserved' AND to_account = 'available')"
        " OR (kind = 'payment' AND from_account = 'reserved' AND to_account = 'paid')"
        " OR (kind = 'payment_failed' AND from_account = 'paid' AND to_account = 'reserved')"
        " OR (kind = 'recovery' AND from_account = 'paid' AND to_account = 'available')",
        name="sides_of_its_kind",
    ),
    CheckConstraint(
        f"(kind IN ({_OF_APPLICATIONS})) = (application_id IS NOT NULL)", name="of_an_application_or_of_none"
    ),
    CheckConstraint(
        "kind NOT IN ('payment', 'payment_failed', 'recovery') OR voucher IS NOT NULL", name="voucher"
    ),
    # A payment is made once and sent back once.
    partial(
        "uq_ledger_movement_payment",
        "application_id",
        "kind",
        "voucher",
        where="kind IN ('payment', 'payment_failed')",
        unique=True,
    ),
    # One document gives to a pool, or takes from it, once.
    partial(
        "uq_ledger_movement_document",
        "pool_id",
        "kind",
        "document",
        where="kind IN ('appropriation', 'withdrawal')",
        unique=True,
    ),
)
