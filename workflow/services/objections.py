"""How an objection to a public notice stands, for whoever holds its receipt; no personal data."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from sqlalchemy import Connection, select

from workflow.clock import SHANGHAI, shanghai_date
from workflow.errors import FieldError, Malformed, NotFound
from workflow.persistence import tables
from workflow.persistence.engine import reading
from workflow.policy import region_labels
from workflow.sealing import as_printed
from workflow.services.product import Product
from workflow.vocabulary import NOTICE_LABELS, ClockKind, ObjectionOutcome, ObjectionProgress

# The secret signs came later: what was filed before is followed by its count alone.
_RECEIPT = re.compile(r"YY-[0-9]{1,12}-[0-9]{3,6}(-[0-9A-Z]{6})?", re.ASCII)
_DASHES = re.compile(r"[\s\-\u2010-\u2015\u2212]+")


def follow_objection(product: Product, *, receipt: str) -> dict[str, Any]:
    """Where an objection stands: ``state``, until when an answer is due, and the reply once there is one.

    Nothing is said of who objected, nor what they wrote. Raises ``Malformed`` for what can be no receipt and
    ``NotFound`` for one that was never given.
    """
    number = _typed(receipt)
    with reading(product.engine) as connection:
        found = _find(connection, number)
        if found is None:
            raise NotFound(
                f"没有回执编号为 {number} 的异议。请对照提交异议后显示的编号逐位检查，"
                "最后六位不含字母 I、L、O、U"
            )
        today = shanghai_date(product.now(connection))
    return _view(found, today)


def _typed(receipt: str) -> str:
    plain = unicodedata.normalize("NFKC", receipt).strip().upper()
    printed = as_printed(_DASHES.sub("-", plain))
    if not _RECEIPT.fullmatch(printed):
        message = "“回执编号”应与提交异议后显示的一致，如 YY-12-001-7KQ4XD"
        raise Malformed(message, [FieldError("receipt", message)])
    return printed


def _find(connection: Connection, receipt: str) -> Any:
    objection, notice = tables.objection, tables.notice
    clock, application = tables.clock, tables.application
    statement = (
        select(
            objection.c.receipt,
            objection.c.notice_id,
            objection.c.filed_at,
            objection.c.outcome,
            objection.c.reply,
            objection.c.resolved_at,
            notice.c.content,
            notice.c.ended_because,
            application.c.region,
            clock.c.due_on,
            clock.c.provisional,
            clock.c.ended,
            clock.c.limit_count,
            clock.c.source,
        )
        .join(notice, notice.c.id == objection.c.notice_id)
        .join(application, application.c.id == objection.c.application_id)
        .join(
            clock,
            (clock.c.application_id == objection.c.application_id)
            & (clock.c.kind == ClockKind.OBJECTION.value)
            & (clock.c.subject_id == objection.c.id),
        )
        .where(objection.c.receipt == receipt)
    )
    return connection.execute(statement).mappings().one_or_none()


def _view(row: Any, today: Any) -> dict[str, Any]:
    outcome = ObjectionOutcome(row["outcome"]) if row["outcome"] else None
    if outcome is not None:
        state = ObjectionProgress.ANSWERED
    elif row["ended"] is not None:
        state = ObjectionProgress.ENDED
    elif row["due_on"] is None:
        state = ObjectionProgress.PAUSED
    else:
        state = ObjectionProgress.IN_HAND
    waiting = state is ObjectionProgress.IN_HAND
    notice_state = row["ended_because"] or "open"
    return {
        "receipt": row["receipt"],
        "state": state.value,
        "state_label": state.label,
        "filed_at": row["filed_at"].astimezone(SHANGHAI).isoformat(),
        "due_on": row["due_on"].isoformat() if waiting else None,
        "provisional": bool(waiting and row["provisional"]),
        "overdue": bool(waiting and row["due_on"] < today),
        "limit_days": row["limit_count"],
        "source": row["source"],
        "outcome": outcome.value if outcome else None,
        "outcome_label": outcome.label if outcome else None,
        "reply": row["reply"],
        "answered_at": row["resolved_at"].astimezone(SHANGHAI).isoformat() if row["resolved_at"] else None,
        "notice_id": row["notice_id"],
        "notice_state": notice_state,
        "notice_state_label": NOTICE_LABELS[notice_state],
        "application_number": row["content"]["application_number"],
        "applicant_name": row["content"]["applicant_name"],
        "region": row["region"],
        "region_label": region_labels().get(row["region"], row["region"]),
    }
