"""What the dashboard counts, counted beforehand: applications and money, and working days used.

Each is replaced whole by ``services/tallies.py``; nothing but the dashboard reads them. Months are of China.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, Integer, String, Table

from workflow.persistence.tables.base import metadata
from workflow.persistence.types import Instant

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

tally_run = Table(
    "tally_run",
    metadata,
    Column("id", Integer, primary_key=True),
    # By the machine's clock, set when somebody begins; and as of which moment of the business they are.
    Column("begun_at", Instant, nullable=False),
    Column("made_at", Instant),
    CheckConstraint("id = 1", name="single"),
)
