"""Legal rows, written straight into the tables, for tests that ask what the database itself accepts."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, Table, func, select

from workflow.persistence import tables

MOMENT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = date(2026, 3, 2)


def insert(connection: Connection, table: Table, **values: Any) -> int:
    """Writes one row and answers with its key; what is not given is filled with something legal."""
    row = {**_LEGAL.get(table.name, {}), **values}
    if table is tables.account:
        row.setdefault("login", f"person{_count(connection, table)}")
    if table is tables.application:
        row.setdefault("number", f"410400-2026-{_count(connection, table):05}")
    key = connection.execute(table.insert().values(row)).inserted_primary_key
    assert key is not None
    identity: int = key[0]
    return identity


def insert_application(connection: Connection, **values: Any) -> int:
    """An application, with a person who made it."""
    return insert(connection, tables.application, created_by=insert(connection, tables.account), **values)


def _count(connection: Connection, table: Table) -> int:
    return connection.scalar(select(func.count()).select_from(table)) or 0


_LEGAL: dict[str, dict[str, Any]] = {
    "account": {"name": "某某", "password_hash": "-", "role": "reviewer", "created_at": MOMENT},
    "application": {
        "kind": "institution",
        "region": "410400",
        "policy_key": "pingdingshan-2026",
        "created_at": MOMENT,
        "updated_at": MOMENT,
        "applicant_name": "平顶山市某培训学校",
        "state": "claim_industry_first",
        "section": "claim",
        "state_since_on": DAY,
        "version": 1,
        "form": "{}",
        "findings": [],
    },
    "decision": {
        "step": "claim_industry",
        "seat": "first",
        "outcome": "approved",
        "opinion": "同意",
        "decided_at": MOMENT,
    },
    "notice": {"sequence": 1, "site": "市政府网站", "published_on": DAY, "content": {}},
    "objection": {
        "receipt": "YY0001",
        "name_sealed": "-",
        "contact_sealed": "-",
        "content": "人数不符",
        "filed_at": MOMENT,
    },
    "payment": {
        "voucher": "PZ-1",
        "amount_fen": 100,
        "source": "special_account",
        "paid_on": DAY,
        "recorded_at": MOMENT,
    },
    "recovery": {"voucher": "TH-1", "amount_fen": 100, "received_on": DAY, "recorded_at": MOMENT},
    "clock": {
        "region": "410400",
        "kind": "claim_industry_review",
        "limit_count": 10,
        "limit_unit": "working_day",
        "minimum": False,
        "source": "实施细则",
        "segments": [],
        "started_on": DAY,
        "calendar_version": "2026",
    },
    "alert": {
        "rung": "overdue",
        "title": "行业部门审核已超期",
        "due_on": DAY,
        "provisional": False,
        "scheduled_at": MOMENT,
        "raised_at": MOMENT,
    },
    "alert_recipient": {"kind": "overdue"},
    "listed_institution": {
        "region": "410400",
        "year": 2026,
        "uscc": "52410400MJY000001Q",
        "name": "平顶山市某培训学校",
        "kind": "training_institution",
        "listed_from_on": DAY,
        "document": "年度目录清单",
        "entered_at": MOMENT,
    },
    "listed_occupation": {
        "occupation_code": "6-18-01-01",
        "occupation": "车工",
        "levels": [5, 4],
        "listed_from_on": DAY,
        "document": "年度目录清单",
        "entered_at": MOMENT,
    },
    "listed_platform": {
        "region": "410400",
        "year": 2026,
        "name": "某平台",
        "listed_from_on": DAY,
        "document": "年度目录清单",
        "entered_at": MOMENT,
    },
    "satisfaction_survey": {
        "region": "410400",
        "uscc": "52410400MJY000001Q",
        "surveyed_on": DAY,
        "asked_count": 50,
        "satisfied_count": 40,
        "entered_at": MOMENT,
    },
    "sanction": {
        "region": "410400",
        "subject_name": "平顶山市某培训学校",
        "kind": "stop",
        "from_on": DAY,
        "reason": "满意度不达标",
        "document": "实施细则",
        "entered_at": MOMENT,
    },
    "audit_entry": {
        "chain_id": 1,
        "sequence": 1,
        "recorded_at": MOMENT,
        "content": "{}",
        "previous_hash": "",
        "hash": "0" * 64,
    },
}
