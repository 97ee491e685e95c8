"""What pages count, counted beforehand: applications and money, working days used, the ledger of funds.

Each is replaced whole by ``services/tallies.py``. Months are of China.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Integer, String, Table

from workflow.persistence.tables.base import metadata
from workflow.persistence.types import Instant, Key

matter_tally = Table(
    "matter_tally",
    metadata,
    Column("region", String(6), primary_key=True),
    # In which the application was made: 2026-09.
    Column("month", String(7), primary_key=True),
    Column("section", String(20), primary_key=True),
    Column("state", String(40), primary_key=True),
    Column("application_count", Integer, nullable=False),
    Column("asked_fen", BigInteger, nullable=False),
    Column("approved_fen", BigInteger, nullable=False),
    Column("paid_fen", BigInteger, nullable=False),
)

timing_tally = Table(
    "timing_tally",
    metadata,
    Column("region", String(6), primary_key=True),
    # In which the clock ended.
    Column("month", String(7), primary_key=True),
    Column("department", String(20), primary_key=True),
    Column("kind", String(30), primary_key=True),
    Column("limit_count", Integer, primary_key=True, autoincrement=False),
    Column("used_days", Integer, primary_key=True, autoincrement=False),
    Column("clock_count", Integer, nullable=False),
)

# The applications that keep a version of a policy.
policy_tally = Table(
    "policy_tally",
    metadata,
    Column("version", String(64), primary_key=True),
    Column("application_count", Integer, nullable=False),
    Column("open_count", Integer, nullable=False),
)

# The movements of a pool up to its number ``reached``, added up; later ones are added where they are read.
ledger_tally = Table(
    "ledger_tally",
    metadata,
    Column("pool_id", Key, ForeignKey("fund_pool.id"), primary_key=True),
    Column("kind", String(20), primary_key=True),
    Column("from_account", String(10), primary_key=True),
    Column("to_account", String(10), primary_key=True),
    Column("movement_count", Integer, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("reached", Integer, nullable=False),
)

tally_run = Table(
    "tally_run",
    metadata,
    Column("id", Integer, primary_key=True),
    # By the machine's clock, set when somebody begins; and as of which moment of the business they are.
    Column("begun_at", Instant, nullable=False),
    Column("made_at", Instant),
    CheckConstraint("id = 1", name="single"),
)
