"""Rows of the year's list, its sanctions and surveys: as they are stored, and as services answer them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, Table, select

from workflow.access import Actor
from workflow.clock import SHANGHAI, shanghai_date
from workflow.errors import NotFound
from workflow.persistence import tables
from workflow.persistence.types import LARGEST_ID
from workflow.policy import region_labels
from workflow.rules.facts import Sanction
from workflow.services.actors import signature
from workflow.services.product import Product
from workflow.services.year_list_access import may_keep
from workflow.vocabulary import CertificateKind, InstitutionKind, SanctionKind

_institution, _occupation, _platform = (
    tables.listed_institution,
    tables.listed_occupation,
    tables.listed_platform,
)
_sanction, _account = tables.sanction, tables.account
_STANDINGS = {"listed": "在列", "ahead": "尚未生效", "over": "已到期"}


def today_of(product: Product, connection: Connection) -> date:
    """The present day of the business."""
    return shanghai_date(product.now(connection))


def stored_institution(connection: Connection, institution_id: int) -> RowMapping:
    """The row of an entry, with who entered it; raises ``NotFound``."""
    return _stored(connection, _institution, institution_id, "机构")


def stored_platform(connection: Connection, platform_id: int) -> RowMapping:
    """The row of a platform, with who entered it; raises ``NotFound``."""
    return _stored(connection, _platform, platform_id, "平台")


def stored_occupation(connection: Connection, occupation_id: int) -> RowMapping:
    """The row of an occupation, with who entered it; raises ``NotFound``."""
    return _stored(connection, _occupation, occupation_id, "职业")


def stored_sanction(connection: Connection, sanction_id: int) -> RowMapping:
    """The row of a sanction, with who entered and who lifted it; raises ``NotFound``."""
    return _stored(connection, _sanction, sanction_id, "处理")


def stored_survey(connection: Connection, survey_id: int) -> RowMapping:
    """The row of a satisfaction survey, with who entered it; raises ``NotFound``."""
    return _stored(connection, tables.satisfaction_survey, survey_id, "满意度调查")


def _stored(connection: Connection, table: Table, key: int, what: str) -> RowMapping:
    row = None
    if 0 < key <= LARGEST_ID:
        statement = with_lifter(select(table)) if table is _sanction else select(table)
        statement = with_enterer(table, statement).where(table.c.id == key)
        row = connection.execute(statement).mappings().one_or_none()
    if row is None:
        raise NotFound(f"目录清单中没有编号为 {key} 的{what}")
    return row


def with_enterer(table: Table, statement: Select[Any]) -> Select[Any]:
    """Adds the name of who entered a row."""
    name = signature(table.c.entered_by, table.c.entered_on_behalf_of_id)
    return statement.add_columns(name.label("entered_by_name"))


def with_lifter(statement: Select[Any]) -> Select[Any]:
    """Adds the name of who lifted a sanction."""
    name = signature(_sanction.c.lifted_by, _sanction.c.lifted_on_behalf_of_id)
    return statement.add_columns(name.label("lifted_by_name"))


def sanctions_where(
    connection: Connection, which: ColumnElement[bool], actor: Actor, today: date
) -> list[dict[str, Any]]:
    """The sanctions of one subject, newest first."""
    found = connection.execute(
        with_enterer(_sanction, with_lifter(select(_sanction))).where(which).order_by(_sanction.c.id.desc())
    ).mappings()
    return [sanction_view(row, actor, today) for row in found]


def sanction_view(row: Any, actor: Actor, today: date) -> dict[str, Any]:
    """A sanction with where it stands: ``lifted``, ``over``, ``ahead`` or ``in_force``."""
    held = effective(row)
    if row["lifted_on"] is not None and row["lifted_on"] <= today:
        state, label = "lifted", "已解除"
    elif held is None or (held.until_on is not None and held.until_on < today):
        state, label = "over", "已到期"
    elif today < row["from_on"]:
        state, label = "ahead", "尚未开始"
    else:
        state, label = "in_force", "执行中"
    return {
        "id": row["id"],
        "region": row["region"],
        "region_label": region_labels().get(row["region"], row["region"]),
        "uscc": row["uscc"],
        "platform": row["platform"],
        "subject_name": row["subject_name"],
        "kind": row["kind"],
        "kind_label": SanctionKind(row["kind"]).label,
        "from_on": row["from_on"].isoformat(),
        "until_on": _iso(row["until_on"]),
        "reason": row["reason"],
        "document": row["document"],
        "survey_id": row["survey_id"],
        **entered(row),
        "lifted_on": _iso(row["lifted_on"]),
        "lifted_by_name": row["lifted_by_name"],
        "lifted_reason": row["lifted_reason"],
        "state": state,
        "state_label": label,
        "may_lift": state in {"in_force", "ahead"} and may_keep(actor, row["region"]),
    }


def survey_view(row: Any) -> dict[str, Any]:
    """A survey with its share of satisfied trainees, in per cent with one decimal, rounded down."""
    tenths = row["satisfied_count"] * 1000 // row["asked_count"]
    return {
        "id": row["id"],
        "region": row["region"],
        "uscc": row["uscc"],
        "surveyed_on": row["surveyed_on"].isoformat(),
        "asked_count": row["asked_count"],
        "satisfied_count": row["satisfied_count"],
        "satisfaction": f"{tenths // 10}.{tenths % 10}%",
        **entered(row),
    }


def institution_views(connection: Connection, rows: Sequence[Any], today: date) -> list[dict[str, Any]]:
    """Entries with their occupations and the sanctions in force, in three statements for however many."""
    occupations: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for each in connection.execute(
        select(_occupation)
        .where(_occupation.c.institution_id.in_([row["id"] for row in rows]))
        .order_by(_occupation.c.occupation_code, _occupation.c.listed_from_on)
    ).mappings():
        occupations[each["institution_id"]].append(occupation_view(each, today))
    stopped: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for region in {row["region"] for row in rows}:
        codes = {row["uscc"] for row in rows if row["region"] == region}
        found, _ = sanctions_by_subject(connection, region, _sanction.c.uscc.in_(codes))
        for uscc, sanctions in found.items():
            stopped[region, uscc] = _in_force(sanctions, today)
    return [
        _institution_view(row, occupations[row["id"]], stopped[row["region"], row["uscc"]], today)
        for row in rows
    ]


def _institution_view(
    row: Any,
    occupations: list[dict[str, Any]],
    sanctions: list[dict[str, Any]],
    today: date,
) -> dict[str, Any]:
    return {
        "id": row["id"],
        "region_label": region_labels().get(row["region"], row["region"]),
        **institution_fields(row),
        "kind_label": InstitutionKind(row["kind"]).label,
        **_standing(row, today),
        "version": row["version"],
        "stopped": bool(sanctions),
        "sanctions": sanctions,
        "occupations": occupations,
    }


def institution_fields(row: Any) -> dict[str, Any]:
    """What can be entered of an institution, as JSON values; None where it was not stated."""
    return {
        "region": row["region"],
        "year": row["year"],
        "uscc": row["uscc"],
        "name": row["name"],
        "kind": row["kind"],
        **_listing(row),
        "theory_area": row["theory_area"],
        "residential": row["residential"],
        "full_time_head": row["full_time_head"],
        "administrator_count": row["administrator_count"],
        "finance_staff_count": row["finance_staff_count"],
        "own_account": row["own_account"],
    }


def occupation_fields(row: Any) -> dict[str, Any]:
    """What can be entered of an occupation, as JSON values."""
    return {
        "occupation_code": row["occupation_code"],
        "occupation": row["occupation"],
        "levels": list(row["levels"]),
        "certificate_kind": row["certificate_kind"],
        "full_time_teacher_count": row["full_time_teacher_count"],
        **_listing(row),
    }


def platform_fields(row: Any) -> dict[str, Any]:
    """What can be entered of a platform, as JSON values."""
    return {"region": row["region"], "year": row["year"], "name": row["name"], **_listing(row)}


def occupation_view(row: Any, today: date) -> dict[str, Any]:
    """An occupation with whether it counts today."""
    kind = row["certificate_kind"]
    return {
        "id": row["id"],
        **occupation_fields(row),
        "certificate_label": CertificateKind(kind).label if kind else None,
        **_standing(row, today),
    }


def platform_views(
    connection: Connection, rows: Sequence[Any], actor: Actor, today: date
) -> list[dict[str, Any]]:
    """Platforms with the sanctions in force."""
    banned: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for region in {row["region"] for row in rows}:
        _, found = sanctions_by_subject(connection, region, _sanction.c.platform.is_not(None))
        for name, sanctions in found.items():
            banned[region, name] = _in_force(sanctions, today)
    return [
        {
            "id": row["id"],
            "region_label": region_labels().get(row["region"], row["region"]),
            **platform_fields(row),
            **_standing(row, today),
            "version": row["version"],
            "stopped": bool(banned[row["region"], row["name"]]),
            "sanctions": banned[row["region"], row["name"]],
            **entered(row),
            "may_change": may_keep(actor, row["region"]),
        }
        for row in rows
    ]


def sanctions_by_subject(
    connection: Connection, region: str, whose: ColumnElement[bool]
) -> tuple[dict[str, list[Sanction]], dict[str, list[Sanction]]]:
    """The sanctions of institutions by code, and of platforms by name, oldest first."""
    of_institutions: dict[str, list[Sanction]] = defaultdict(list)
    of_platforms: dict[str, list[Sanction]] = defaultdict(list)
    for row in connection.execute(
        select(_sanction).where(_sanction.c.region == region, whose).order_by(_sanction.c.id)
    ).mappings():
        found = effective(row)
        if found is None:
            continue
        if row["uscc"] is not None:
            of_institutions[row["uscc"]].append(found)
        else:
            of_platforms[row["platform"]].append(found)
    return of_institutions, of_platforms


def effective(row: Any) -> Sanction | None:
    """A stored sanction as it held or holds; None where it was lifted before its first day was over."""
    until = row["until_on"]
    if row["lifted_on"] is not None:
        lifted = row["lifted_on"] - timedelta(days=1)
        until = lifted if until is None else min(until, lifted)
        if until < row["from_on"]:
            return None
    return Sanction(SanctionKind(row["kind"]), row["from_on"], until, row["reason"], row["document"])


def _in_force(sanctions: Iterable[Sanction], today: date) -> list[dict[str, Any]]:
    return [
        {
            "kind": one.kind.value,
            "kind_label": one.kind.label,
            "from_on": one.from_on.isoformat(),
            "until_on": _iso(one.until_on),
        }
        for one in sanctions
        if one.holds(today)
    ]


def _listing(row: Any) -> dict[str, Any]:
    return {
        "listed_from_on": row["listed_from_on"].isoformat(),
        "listed_until_on": _iso(row["listed_until_on"]),
        "document": row["document"],
    }


def _standing(row: Any, today: date) -> dict[str, str]:
    standing = "listed"
    if today < row["listed_from_on"]:
        standing = "ahead"
    elif row["listed_until_on"] is not None and row["listed_until_on"] < today:
        standing = "over"
    return {"standing": standing, "standing_label": _STANDINGS[standing]}


def entered(row: Any) -> dict[str, Any]:
    """Who entered a row, and when."""
    return {
        "entered_by_name": row["entered_by_name"],
        "entered_at": row["entered_at"].astimezone(SHANGHAI).isoformat(),
    }


def _iso(on: date | None) -> str | None:
    return on.isoformat() if on else None
