"""What applicants are told in the product of every step of theirs that somebody else has taken.

Made from the outbox, when it is emptied, and not with the step itself, which so stays as quick as it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, and_, or_, select

from workflow.chart.table import actor_of
from workflow.clock import shanghai_date
from workflow.errors import NotNow
from workflow.notifications.outbox import Parcel
from workflow.persistence import tables
from workflow.persistence.bulk import insert_new_rows, insert_rows
from workflow.services.alerts import kind_of
from workflow.vocabulary import Event, Role, State

# Where the event's own name is the office's word for its task, and not news.
_NEWS = {
    Event.APPROVE: "审核通过",
    Event.ACCEPT: "已受理",
    Event.PUBLISH: "已发布公示",
    Event.CLOSE_NOTICE: "公示结束",
    Event.RECORD_OPENING_INSPECTION: "开班当日检查已登记",
    Event.RECORD_INSPECTION: "培训期间检查已登记",
    Event.RECORD_RESULTS: "考核结果已登记",
    Event.PAY: "补贴已登记拨付",
    Event.PAYMENT_FAILED: "支付失败，待重新拨付",
    Event.RECORD_RECOVERY: "追缴款已登记到账",
}
# What departments settle among themselves, and what others have to say.
_SILENT = frozenset({Event.RETURN_TO_FIRST, Event.FILE_OBJECTION, Event.RESOLVE_OBJECTION})


def tell_applicants(connection: Connection, parcels: Sequence[Parcel]) -> int:
    """Writes a message for each of these steps to its applicant's accounts; answers how many there are.

    A step is told once: in the transaction in which its parcel is first claimed.
    """
    first = [parcel for parcel in parcels if parcel.topic == "moved" and parcel.attempts == 1]
    rows = [_row(parcel) for parcel in first if _is_news(parcel)]
    written = insert_new_rows(connection, tables.alert, rows, "id", "application_id", "rung")
    applicants = _applicants_of(connection, {row.application_id for row in written})
    told = [
        {"alert_id": row.id, "account_id": account_id, "kind": kind_of(row.rung).value}
        for row in written
        for account_id in applicants[row.application_id]
    ]
    insert_rows(connection, tables.alert_recipient, told)
    return len(written)


def _is_news(parcel: Parcel) -> bool:
    event = Event(parcel.content["event"])
    try:
        # What the applicant did is no news to the applicant.
        return event not in _SILENT and not actor_of(State(parcel.content["from"]), event).own
    except NotNow:
        # A chart of tomorrow may know the step no more; it was taken all the same.
        return True


def _row(parcel: Parcel) -> dict[str, Any]:
    event = Event(parcel.content["event"])
    old, new = State(parcel.content["from"]), State(parcel.content["to"])
    news = _NEWS.get(event, event.label)
    if event is Event.APPROVE:
        news = f"“{old.label}”{news}"
    begins = "returned" if event is Event.RETURN_FOR_CORRECTION else "moved"
    return {
        "application_id": parcel.application_id,
        "rung": f"{begins}_{parcel.id}",
        "title": news if old is new else f"{news}，现为“{new.label}”",
        "reason": parcel.content.get("reason"),
        "due_on": shanghai_date(parcel.created_at),
        "provisional": False,
        "scheduled_at": parcel.created_at,
        "raised_at": parcel.created_at,
    }


def _applicants_of(connection: Connection, application_ids: set[int]) -> dict[int, list[int]]:
    account, application = tables.account, tables.application
    own = or_(
        account.c.organisation_id == application.c.organisation_id,
        and_(application.c.organisation_id.is_(None), account.c.id == application.c.created_by),
    )
    found: dict[int, list[int]] = defaultdict(list)
    if application_ids:
        rows = connection.execute(
            select(application.c.id, account.c.id.label("account_id"))
            .join(account, own)
            .where(
                application.c.id.in_(application_ids),
                account.c.role == Role.APPLICANT.value,
                account.c.active,
            )
            .order_by(account.c.id)
        )
        for row in rows:
            found[row.id].append(row.account_id)
    return found
