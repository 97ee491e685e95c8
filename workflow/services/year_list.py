"""The year's list (目录清单), read: by the rules, by people according to who they are, by the public."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, and_, exists, or_, select

from workflow.access import Actor
from workflow.errors import Forbidden
from workflow.persistence import tables
from workflow.persistence.engine import reading
from workflow.rules.facts import ListedInstitution, ListedOccupation, ListedPlatform, YearList
from workflow.services.actors import work_of
from workflow.services.pages import Page, containing, page_of
from workflow.services.product import Product
from workflow.services.year_list_access import (
    EVERYWHERE,
    in_own_region,
    keeps_list,
    may_keep,
    require_reader,
    visible,
)
from workflow.services.year_list_rows import (
    entered,
    institution_views,
    platform_views,
    sanctions_by_subject,
    sanctions_where,
    stored_institution,
    stored_occupation,
    stored_platform,
    survey_view,
    today_of,
    with_enterer,
)
from workflow.services.year_list_trail import Subject, history_of
from workflow.vocabulary import CertificateKind, Role

_institution, _occupation, _platform = (
    tables.listed_institution,
    tables.listed_occupation,
    tables.listed_platform,
)
_sanction, _survey = tables.sanction, tables.satisfaction_survey


# --- for the rules -----------------------------------------------------------------------------------------


def year_list_facts(connection: Connection, *, region: str, uscc: str | None) -> YearList:
    """What the list of a region says of the institution with this code (None: of none) and of platforms.

    Entries of whatever year, with sanctions as long as they held or hold: a lifted one ends on the day before
    it was lifted, and one that was lifted before it began is left out.
    """
    whose: ColumnElement[bool] = _sanction.c.platform.is_not(None)
    if uscc is not None:
        whose = or_(whose, _sanction.c.uscc == uscc)
    listed, banned = sanctions_by_subject(connection, region, whose)
    return YearList(
        entries=_entries(connection, region, uscc) if uscc is not None else (),
        sanctions=tuple(listed[uscc]) if uscc is not None else (),
        platforms=tuple(
            ListedPlatform(
                row.name,
                row.listed_from_on,
                row.listed_until_on,
                row.document,
                tuple(banned[row.name]),
            )
            for row in connection.execute(
                select(_platform).where(_platform.c.region == region).order_by(_platform.c.id)
            )
        ),
    )


def _entries(connection: Connection, region: str, uscc: str) -> tuple[ListedInstitution, ...]:
    rows = connection.execute(
        select(
            *(column.label(f"institution_{column.name}") for column in _institution.c),
            *(column.label(f"occupation_{column.name}") for column in _occupation.c),
        )
        .join_from(_institution, _occupation, _occupation.c.institution_id == _institution.c.id, isouter=True)
        .where(_institution.c.region == region, _institution.c.uscc == uscc)
        .order_by(_institution.c.id, _occupation.c.id)
    ).all()
    of_each: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        of_each[row.institution_id].append(row)
    return tuple(
        ListedInstitution(
            name=first.institution_name,
            listed_from_on=first.institution_listed_from_on,
            listed_until_on=first.institution_listed_until_on,
            document=first.institution_document,
            occupations=tuple(_occupation_facts(row) for row in own if row.occupation_id is not None),
            theory_area=first.institution_theory_area,
            residential=first.institution_residential,
            full_time_head=first.institution_full_time_head,
            administrator_count=first.institution_administrator_count,
            finance_staff_count=first.institution_finance_staff_count,
            own_account=first.institution_own_account,
        )
        for own in of_each.values()
        for first in own[:1]
    )


def _occupation_facts(row: Any) -> ListedOccupation:
    kind = row.occupation_certificate_kind
    return ListedOccupation(
        occupation_code=row.occupation_occupation_code,
        occupation=row.occupation_occupation,
        levels=tuple(row.occupation_levels),
        certificate_kind=CertificateKind(kind) if kind is not None else None,
        full_time_teacher_count=row.occupation_full_time_teacher_count,
        listed_from_on=row.occupation_listed_from_on,
        listed_until_on=row.occupation_listed_until_on,
        document=row.occupation_document,
    )


# --- for people --------------------------------------------------------------------------------------------


def list_institutions(
    product: Product,
    *,
    actor: Actor,
    region: str | None = None,
    year: int | None = None,
    kind: str | None = None,
    uscc: str | None = None,
    text: str | None = None,
    cursor: str | None = None,
    limit: int = 20,
) -> Page:
    """The entries that this person may see, in the order of entering; ``text`` as on the public list."""
    with reading(product.engine) as connection:
        statement = select(_institution).where(visible(connection, actor, _institution))
        if uscc is not None:
            statement = statement.where(_institution.c.uscc == uscc)
        return _institutions_page(product, connection, statement, region, year, kind, text, cursor, limit)


def list_public_institutions(
    product: Product,
    *,
    region: str | None = None,
    year: int | None = None,
    kind: str | None = None,
    text: str | None = None,
    cursor: str | None = None,
    limit: int = 20,
) -> Page:
    """What anybody may read: names, occupations, levels, periods, documents, and whether one is stopped.

    ``text`` is part of the institution's name or code, or of an occupation's.
    """
    with reading(product.engine) as connection:
        page = _institutions_page(
            product, connection, select(_institution), region, year, kind, text, cursor, limit
        )
    return page | {"items": [_for_the_public(item) for item in page["items"]]}


def public_years(product: Product) -> list[int]:
    """The years of which there is a list, newest first."""
    with reading(product.engine) as connection:
        years = select(_institution.c.year).distinct().order_by(_institution.c.year.desc())
        return list(connection.execute(years).scalars())


@work_of(keeps_list)
def read_institution(product: Product, *, actor: Actor, institution_id: int) -> dict[str, Any]:
    """One entry with its occupations, and the sanctions and surveys of the institution in any year.

    The history is for staff. Raises ``NotFound`` and ``Forbidden``.
    """
    with reading(product.engine) as connection:
        row = stored_institution(connection, institution_id)
        require_reader(connection, actor, row)
        today = today_of(product, connection)
        own = and_(_sanction.c.region == row["region"], _sanction.c.uscc == row["uscc"])
        surveys = connection.execute(
            with_enterer(_survey, select(_survey))
            .where(_survey.c.region == row["region"], _survey.c.uscc == row["uscc"])
            .order_by(_survey.c.id.desc())
        ).mappings()
        subject = Subject(row["region"], row["name"], row["uscc"])
        staff = actor.role is not Role.APPLICANT
        return institution_views(connection, [row], today)[0] | {
            **entered(row),
            "all_sanctions": sanctions_where(connection, own, actor, today),
            "surveys": [survey_view(survey) for survey in surveys],
            "history": history_of(connection, subject) if staff else [],
            "may_change": may_keep(actor, row["region"]),
        }


def read_institution_of(product: Product, *, actor: Actor, occupation_id: int) -> dict[str, Any]:
    """The entry to which an occupation belongs; raises ``NotFound`` and ``Forbidden``."""
    with reading(product.engine) as connection:
        institution_id: int = stored_occupation(connection, occupation_id)["institution_id"]
    return read_institution(product, actor=actor, institution_id=institution_id)


def list_platforms(
    product: Product,
    *,
    actor: Actor,
    region: str | None = None,
    year: int | None = None,
    text: str | None = None,
    cursor: str | None = None,
    limit: int = 20,
) -> Page:
    """The platforms of the lists that this person may see; everybody sees those of the own region."""
    statement = with_enterer(_platform, select(_platform))
    with reading(product.engine) as connection:
        statement = _narrowed(statement.where(in_own_region(actor, _platform)), _platform, region, year)
        if text:
            statement = statement.where(_platform.c.name.like(containing(text), escape="\\"))
        page = page_of(connection, statement, _platform.c.id, cursor, limit, dict)
        today = today_of(product, connection)
        return page | {"items": platform_views(connection, page["items"], actor, today)}


@work_of(keeps_list)
def read_platform(product: Product, *, actor: Actor, platform_id: int) -> dict[str, Any]:
    """One platform with its sanctions; the history is for staff. Raises ``NotFound`` and ``Forbidden``."""
    with reading(product.engine) as connection:
        row = stored_platform(connection, platform_id)
        if actor.role not in EVERYWHERE and actor.region != row["region"]:
            raise Forbidden("这个平台不在您所在地区的目录清单中，您无权查看")
        own = and_(_sanction.c.region == row["region"], _sanction.c.platform == row["name"])
        subject = Subject(row["region"], row["name"])
        staff = actor.role is not Role.APPLICANT
        today = today_of(product, connection)
        return platform_views(connection, [row], actor, today)[0] | {
            "all_sanctions": sanctions_where(connection, own, actor, today),
            "history": history_of(connection, subject) if staff else [],
        }


def _for_the_public(view: Mapping[str, Any]) -> dict[str, Any]:
    kept = (
        *("id", "region", "region_label", "year", "name", "kind", "kind_label", "listed_from_on"),
        *("listed_until_on", "document", "standing", "standing_label", "stopped", "sanctions"),
    )
    in_each = ("occupation_code", "occupation", "levels", "listed_from_on", "listed_until_on")
    of_each = ("certificate_label", "document", "standing", "standing_label")
    occupations = [{name: each[name] for name in (*in_each, *of_each)} for each in view["occupations"]]
    return {name: view[name] for name in kept} | {"occupations": occupations}


def _institutions_page(
    product: Product,
    connection: Connection,
    statement: Select[Any],
    region: str | None,
    year: int | None,
    kind: str | None,
    text: str | None,
    cursor: str | None,
    limit: int,
) -> Page:
    statement = _narrowed(statement, _institution, region, year)
    if kind is not None:
        statement = statement.where(_institution.c.kind == kind)
    if text:
        pattern = containing(text)
        teaches = exists().where(
            _occupation.c.institution_id == _institution.c.id,
            or_(
                _occupation.c.occupation.like(pattern, escape="\\"),
                _occupation.c.occupation_code.like(pattern, escape="\\"),
            ),
        )
        statement = statement.where(
            or_(
                _institution.c.name.like(pattern, escape="\\"),
                _institution.c.uscc.like(pattern, escape="\\"),
                teaches,
            )
        )
    page = page_of(connection, statement, _institution.c.id, cursor, limit, dict)
    return page | {"items": institution_views(connection, page["items"], today_of(product, connection))}


def _narrowed(statement: Select[Any], table: Table, region: str | None, year: int | None) -> Select[Any]:
    if region is not None:
        statement = statement.where(table.c.region == region)
    if year is not None:
        statement = statement.where(table.c.year == year)
    return statement
