"""Public notices, as anybody may read them, and objections to them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Label, Select, or_, select

from workflow.access import Actor
from workflow.clock import SHANGHAI
from workflow.errors import NotFound, NotNow
from workflow.persistence import tables
from workflow.persistence.engine import reading
from workflow.persistence.types import LARGEST_ID
from workflow.policy import region_labels
from workflow.services.door import send_event
from workflow.services.pages import Page, containing, page_of
from workflow.services.product import Product
from workflow.services.readings import read_in_clear
from workflow.vocabulary import NOTICE_LABELS, ClockKind, Event, NoticeStanding, ReadingSubject, Subsidy

LEVEL_LABELS = {
    5: "初级工（五级）",
    4: "中级工（四级）",
    3: "高级工（三级）",
    2: "技师（二级）",
    1: "高级技师（一级）",
}
_MOST_NAMED = 200


def list_public_notices(
    product: Product,
    *,
    region: str | None = None,
    standing: str | None = None,
    text: str | None = None,
    cursor: str | None = None,
    limit: int = 20,
) -> Page:
    """The notices, newest first; no personal data beyond what a notice must show.

    ``standing`` is whether it still hangs; ``text`` a whole number, or a part of an organisation's name.
    People cannot be searched for by their names.
    """
    application, notice = tables.application, tables.notice
    statement = _notices()
    if region is not None:
        statement = statement.where(application.c.region == region)
    if standing is not None:
        hangs = notice.c.ended_because.is_(None)
        statement = statement.where(hangs if standing == NoticeStanding.OPEN else ~hangs)
    with reading(product.engine) as connection:
        if text:
            named = connection.scalars(_organisations_named(text)).all()
            statement = statement.where(
                or_(application.c.number == text, application.c.organisation_id.in_(named))
            )
        return page_of(connection, statement, tables.notice.c.id, cursor, limit, _view, descending=True)


def read_public_notice(product: Product, *, notice_id: int) -> dict[str, Any]:
    """One notice; raises ``NotFound``."""
    with reading(product.engine) as connection:
        row = None
        if 0 < notice_id <= LARGEST_ID:
            row = (
                connection.execute(_notices().where(tables.notice.c.id == notice_id)).mappings().one_or_none()
            )
        if row is None:
            raise NotFound(f"没有编号为 {notice_id} 的公示")
        return _view(row)


def file_public_objection(
    product: Product, *, notice_id: int, body: Any, command_id: str | None = None, actor: Actor | None = None
) -> dict[str, Any]:
    """Files an objection to the notice that hangs; answers its id and a receipt to follow it by.

    Raises ``NotFound``, ``Malformed``, and ``NotNow`` when the notice no longer hangs.
    """
    notice = read_public_notice(product, notice_id=notice_id)
    if notice["state"] != "open":
        raise NotNow(f"这次公示已经结束（{notice['state_label']}），不能再提出异议")
    return send_event(
        product,
        actor=actor,
        application_id=notice["application_id"],
        event=Event.FILE_OBJECTION.value,
        payload=body,
        expected_version=None,
        command_id=command_id,
        prefix="",
        answer=lambda case: {
            "id": case.notes["objection_id"],
            "receipt": case.notes["receipt"],
            "notice_id": notice_id,
            "filed_at": case.now.astimezone(SHANGHAI).isoformat(),
        },
    )


def read_objection(
    product: Product, *, actor: Actor, application_id: int, objection_id: int
) -> dict[str, Any]:
    """Name and contact of an objector in clear, for HR's reviewers who answer; the reading is audited."""
    read = read_in_clear(
        product,
        actor=actor,
        application_id=application_id,
        subject=ReadingSubject.OBJECTOR,
        purpose=None,
        objection_id=objection_id,
    )
    (objector,) = read["items"]
    objections = tables.objection
    with reading(product.engine) as connection:
        row = connection.execute(select(objections).where(objections.c.id == objection_id)).one()
    return {
        "id": row.id,
        "receipt": row.receipt,
        "name": objector["name"],
        "contact": objector["contact"],
        "content": row.content,
    }


def _organisations_named(text: str) -> Select[Any]:
    organisation = tables.organisation
    wanted = organisation.c.name.like(containing(text), escape="\\")
    return select(organisation.c.id).where(wanted).order_by(organisation.c.id).limit(_MOST_NAMED)


def _notices() -> Select[Any]:
    notice, application = tables.notice, tables.application
    return select(
        notice,
        _of_its_clock(tables.clock.c.due_on),
        _of_its_clock(tables.clock.c.provisional),
        application.c.region,
    ).join(application, application.c.id == notice.c.application_id)


def _of_its_clock(column: Column[Any]) -> Label[Any]:
    """Looked up for each notice that is shown: joined, PostgreSQL would put them all in order first."""
    notice, clock = tables.notice, tables.clock
    one = select(column).where(
        clock.c.application_id == notice.c.application_id,
        clock.c.kind == ClockKind.PUBLIC_NOTICE.value,
        clock.c.subject_id == notice.c.id,
    )
    return one.scalar_subquery().label(column.name)


def _view(row: Any) -> dict[str, Any]:
    content = row["content"]
    state = row["ended_because"] or "open"
    # What was published before there were other subsidies says nothing of it.
    subsidy = Subsidy(content.get("subsidy", Subsidy.TRAINING))
    return {
        "id": row["id"],
        "application_id": row["application_id"],
        "application_number": content["application_number"],
        "applicant_name": content["applicant_name"],
        "subsidy": subsidy.value,
        "subsidy_label": subsidy.label,
        "region": row["region"],
        "region_label": region_labels().get(row["region"], row["region"]),
        "published_on": row["published_on"].isoformat(),
        "minimum_until": row["due_on"].isoformat() if row["due_on"] else None,
        "provisional": row["provisional"],
        "closed_on": row["closed_on"].isoformat() if row["closed_on"] else None,
        "site": row["site"],
        "state": state,
        "state_label": NOTICE_LABELS[state],
        "classes": [
            entry | {"level_label": LEVEL_LABELS.get(entry["level"], "")} for entry in content["classes"]
        ],
        "total_heads": content["total_heads"],
        "total_amount": content["total_amount"],
    }
