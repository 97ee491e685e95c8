"""The list of all applications that a person may see, newest first."""

from __future__ import annotations

from datetime import date

from sqlalchemy import or_, select

from workflow.access import Actor
from workflow.clock import shanghai_date
from workflow.persistence import tables
from workflow.persistence.engine import reading
from workflow.services.actors import absent_persons
from workflow.services.awaiting import awaiting
from workflow.services.filters import narrowing
from workflow.services.pages import Page, page_of
from workflow.services.product import Product
from workflow.services.search import found_by
from workflow.services.summaries import COLUMNS, summaries_of
from workflow.services.visibility import visible
from workflow.vocabulary import State


def list_applications(
    product: Product,
    *,
    actor: Actor,
    state: str | None = None,
    section: str | None = None,
    subsidy: str | None = None,
    region: str | None = None,
    overdue: bool | None = None,
    mine: bool | None = None,
    submitted: bool | None = None,
    text: str | None = None,
    since: date | None = None,
    until: date | None = None,
    cursor: str | None = None,
    limit: int = 20,
) -> Page:
    """Applications that this person may see, newest first, filtered.

    ``overdue``: with a clock past its due date; ``mine``: in which this person can act now; ``submitted``:
    no draft any more; ``text`` as ``search.found_by`` has it; ``since`` and ``until``: made on these days or
    between them.
    """
    application = tables.application
    with reading(product.engine) as connection:
        today = shanghai_date(product.now(connection))
        statement = select(*COLUMNS).where(
            visible(actor),
            *narrowing(
                state=state, section=section, subsidy=subsidy, region=region, since=since, until=until
            ),
        )
        if text:
            statement = statement.where(found_by(connection, actor, text, region))
        if overdue is not None:
            late = application.c.due_on < today
            statement = statement.where(late if overdue else ~late)
        if submitted is not None:
            is_draft = application.c.state == State.DRAFT.value
            statement = statement.where(~is_draft if submitted else is_draft)
        if mine:
            statement = statement.where(
                or_(False, *awaiting(actor, today, absent=absent_persons(connection, actor, today)))
            )
        made, key = application.c.created_at, application.c.id
        page = page_of(connection, statement, key, cursor, limit, dict, descending=True, by=made)
        return page | {"items": summaries_of(product, connection, page["items"])}
