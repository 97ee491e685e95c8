"""Which applications a person may see, as a condition for lists; the same rule as ``access.may_read``."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, true

from workflow.access import Actor
from workflow.persistence import tables
from workflow.vocabulary import Role, State


def visible(actor: Actor) -> Any:
    """Own applications; departments those of their region once submitted; office and auditors all."""
    application = tables.application
    if actor.role is Role.APPLICANT:
        if actor.organisation_id is not None:
            return application.c.organisation_id == actor.organisation_id
        return and_(application.c.created_by == actor.account_id, application.c.organisation_id.is_(None))
    if actor.role in {Role.OFFICE, Role.AUDITOR, Role.ADMIN}:
        return true()
    return and_(application.c.region == actor.region, application.c.state != State.DRAFT.value)
