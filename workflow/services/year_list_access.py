"""Who keeps the year's list, and who reads what of it.

HR's reviewers and head keep their own region's. Applicants read the entries of their own organisation,
departments those of their region, the leading group's office, auditors and administrators all.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, RowMapping, Table, false, select, true

from workflow.access import Actor
from workflow.errors import Forbidden
from workflow.persistence import tables
from workflow.policy import region_labels
from workflow.vocabulary import Department, Role

EVERYWHERE = frozenset({Role.OFFICE, Role.AUDITOR, Role.ADMIN})


def keeps_list(actor: Actor) -> bool:
    """Whether this person keeps the list of the own region."""
    return actor.role in {Role.REVIEWER, Role.HEAD} and actor.department is Department.HR


def require_keeper(connection: Connection, actor: Actor, region: str, uscc: str | None = None) -> None:
    """Raises ``Forbidden`` for whoever may not change the list of this region, or this institution's entry.

    HR's reviewers and head keep their own region's list; nobody that of an organisation one belongs to.
    """
    if not keeps_list(actor):
        raise Forbidden("目录清单只能由本地区人社部门的审核人员和负责人维护")
    if actor.region != region:
        label = region_labels().get(region, region[:20])
        raise Forbidden(f"人社部门只能维护本地区的目录清单，不能维护{label}的")
    if uscc is not None and own_uscc(connection, actor) == uscc:
        raise Forbidden("您是这个单位的人员，依照回避规定不能办理本单位在目录清单中的事项")


def may_keep(actor: Actor, region: str) -> bool:
    """Whether this person keeps the list of this region; for what a page offers."""
    return keeps_list(actor) and actor.region == region


def own_uscc(connection: Connection, actor: Actor) -> str | None:
    """The code of the organisation that a person belongs to."""
    organisation = tables.organisation
    if actor.organisation_id is None:
        return None
    found: str | None = connection.execute(
        select(organisation.c.uscc).where(organisation.c.id == actor.organisation_id)
    ).scalar_one_or_none()
    return found


def visible(connection: Connection, actor: Actor, table: Table) -> ColumnElement[bool]:
    """Rows with a region and a code that this person may see."""
    if actor.role is Role.APPLICANT:
        own = own_uscc(connection, actor)
        return false() if own is None else table.c.uscc == own
    return in_own_region(actor, table)


def in_own_region(actor: Actor, table: Table) -> ColumnElement[bool]:
    """Rows with a region that this person may see."""
    return true() if actor.role in EVERYWHERE else table.c.region == actor.region


def require_reader(connection: Connection, actor: Actor, row: RowMapping) -> None:
    """Raises ``Forbidden`` for whom the entry of an institution is none of the business."""
    if actor.role in EVERYWHERE:
        return
    if actor.role is Role.APPLICANT:
        if own_uscc(connection, actor) != row["uscc"]:
            raise Forbidden("目录清单中的这一条不是您的单位，请查看公开的目录清单")
    elif actor.region != row["region"]:
        raise Forbidden("这个机构不在您所在地区的目录清单中，您无权查看")
