"""The persons for whom a subsidy that starts at the claim is asked: 受益人员名单."""

from __future__ import annotations

from sqlalchemy import Column, Date, ForeignKey, Integer, String, Table, Text, UniqueConstraint

from workflow.persistence.tables.base import metadata
from workflow.persistence.types import Key

beneficiary = Table(
    "beneficiary",
    metadata,
    Column("id", Key, primary_key=True),
    Column("application_id", Key, ForeignKey("application.id"), nullable=False),
    Column("row_no", Integer, nullable=False),
    Column("person_id", Key, ForeignKey("person.id"), nullable=False, index=True),
    Column("name", String(100), nullable=False),
    Column("id_type", String(30), nullable=False),
    Column("phone_sealed", Text),
    Column("phone_masked", String(40)),
    Column("certificate_kind", String(30), nullable=False),
    # 0 where the certificate has no level.
    Column("level", Integer, nullable=False),
    Column("occupation_code", String(20), nullable=False),
    Column("occupation", String(100), nullable=False),
    Column("certificate_number", String(64), nullable=False),
    Column("issued_on", Date, nullable=False),
    # Of those who are at work: since when, and from when to when social insurance has been paid.
    Column("hired_on", Date),
    Column("placed_on", Date),
    Column("insured_from_on", Date),
    Column("insured_until_on", Date),
    Column("employer", String(100)),
    Column("employer_uscc", String(18)),
    UniqueConstraint("application_id", "row_no"),
    UniqueConstraint("application_id", "certificate_number"),
    UniqueConstraint("application_id", "person_id", "occupation_code", "level"),
)
