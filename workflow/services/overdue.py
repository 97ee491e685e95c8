"""Applications past a due date: by who has to act and how late, and the list of them with names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from calendars import ChinaWorkingDays
from workflow.access import Actor
from workflow.clock import shanghai_date
from workflow.errors import FieldError, Forbidden, Malformed
from workflow.form.money import yuan_from_fen
from workflow.persistence import tables
from workflow.persistence.engine import reading
from workflow.policy import region_labels
from workflow.services.actors import work_of
from workflow.services.holders import holders_of, said_of
from workflow.services.pages import Page, gather, is_key, read_cursor, write_cursor
from workflow.services.product import Product
from workflow.vocabulary import STATE_DEPARTMENT, Department, Role, State, Subsidy, Word

_application = tables.application
_LISTED = "overdue"
MOST_EXPORTED = 10_000
_EXPORTED = {
    "number": "申请编号",
    "applicant_name": "申请人",
    "region_label": "地区",
    "subsidy_label": "补贴种类",
    "state_label": "状态",
    "holder_label": "在谁手中",
    "holder_names": "办理人",
    "due_on": "到期日",
    "late_days": "已逾期（工作日）",
    "amount": "申请金额（元）",
}
_OF_ALL_REGIONS = frozenset({Role.OFFICE, Role.AUDITOR, Role.ADMIN})


class Holder(Word):
    """Who has to act on an application: a department, or the applicant."""

    INDUSTRY = Department.INDUSTRY.value, Department.INDUSTRY.label
    HR = Department.HR.value, Department.HR.label
    FINANCE = Department.FINANCE.value, Department.FINANCE.label
    APPLICANT = "applicant", "申请人"


@dataclass(frozen=True, slots=True)
class Band:
    """So many working days late, both ends included; ``most`` None is without end."""

    name: str
    label: str
    least: int
    most: int | None


BANDS = (
    Band("days_1_5", "1至5个工作日", 1, 5),
    Band("days_6_10", "6至10个工作日", 6, 10),
    Band("days_11", "超过10个工作日", 11, None),
)


def holder_of(state: State) -> Holder:
    """In whose hands an application in this state is."""
    department = STATE_DEPARTMENT.get(state)
    return Holder(department.value) if department else Holder.APPLICANT


def overdue_counts(
    product: Product,
    connection: Connection,
    today: date,
    *,
    region: str | None,
    department: Department | None,
) -> dict[Holder, dict[str, int]]:
    """How many applications are overdue now, by holder and band; out of an index, however many there are.

    Late is counted in the working days of the region. One that became due on a day off is late from the
    first working day on, and until then in no band but the first.
    """
    found = connection.execute(
        select(
            _application.c.region, _application.c.state, _application.c.due_on, func.count().label("number")
        )
        .where(_application.c.due_on < today, *_of_region(region))
        .group_by(_application.c.region, _application.c.state, _application.c.due_on)
    )
    calendar = product.calendar(connection)
    wanted = [holder for holder in Holder if department is None or holder == department.value]
    counts: dict[Holder, dict[str, int]] = {holder: {} for holder in wanted}
    for row in found:
        holder = holder_of(State(row.state))
        if holder in counts:
            late = _late(calendar.for_region(row.region), row.due_on, today)
            band = next(each for each in BANDS if each.most is None or late <= each.most)
            counts[holder][band.name] = counts[holder].get(band.name, 0) + row.number
    return counts


def oversees(actor: Actor) -> bool:
    """Whether this person sees what is late: of all regions, or as a head of the own department."""
    return actor.role in _OF_ALL_REGIONS or (actor.role is Role.HEAD and actor.department is not None)


@work_of(oversees)
def list_overdue(
    product: Product,
    *,
    actor: Actor,
    region: str | None = None,
    holder: str | None = None,
    band: str | None = None,
    cursor: str | None = None,
    limit: int = 20,
) -> Page:
    """The overdue applications, the longest overdue first, each with the names of those it waits for.

    For the office, auditors and administrators; heads of departments get those of their own region and
    department. ``band`` is the name of one of ``BANDS``. Raises ``Forbidden`` and ``Malformed``.
    """
    region, holder = _scope_of(actor, region, holder)
    with reading(product.engine) as connection:
        today = shanghai_date(product.now(connection))
        calendar = product.calendar(connection)
        names = ("id", "number", "applicant_name", "subsidy", "region", "state", "due_on", "asked_fen")
        more = ("organisation_id", "created_by", "assigned_to_id")
        statement = select(*(_application.c[name] for name in (*names, *more))).where(
            _application.c.due_on < today
        )
        if holder is not None:
            states = [state.value for state in State if holder_of(state) == holder]
            statement = statement.where(_application.c.state.in_(states))
        if band is not None:
            statement = statement.where(_in_band(band, calendar, today, region))
        if cursor is not None:
            at = read_cursor(cursor, _LISTED)
            if not isinstance(at, list) or len(at) != 2 or not isinstance(at[0], str) or not is_key(at[1]):
                raise Malformed("翻页标记无效", [FieldError("cursor", "翻页标记无效")], status=400)
            due_on = date.fromisoformat(at[0])
            after = and_(_application.c.due_on == due_on, _application.c.id > at[1])
            statement = statement.where(or_(_application.c.due_on > due_on, after))
        # Merged out of the beginnings of each region's stretch of the index, however many are overdue.
        stretches = [
            statement.where(_application.c.region == each)
            .order_by(_application.c.due_on, _application.c.id)
            .limit(limit + 1)
            for each in (region_labels() if region is None else [region])
        ]
        rows = sorted(
            (dict(row) for each in stretches for row in connection.execute(each).mappings()),
            key=lambda row: (row["due_on"], row["id"]),
        )
        more_follow, rows = len(rows) > limit, rows[:limit]
        held = holders_of(connection, rows, today)
    last = [rows[-1]["due_on"].isoformat(), rows[-1]["id"]] if rows else None
    return {
        "items": [_view(row, calendar, today, held[row["id"]]) for row in rows],
        "next": write_cursor(_LISTED, last) if more_follow else None,
    }


def overdue_report(product: Product, *, actor: Actor, **wanted: Any) -> dict[str, Any]:
    """At most ``MOST_EXPORTED`` of ``list_overdue`` as a report, to be written as a workbook."""
    items, more_follow = gather(list_overdue, MOST_EXPORTED, product=product, actor=actor, **wanted)
    about = [
        region_labels().get(wanted.get("region") or "", ""),
        Holder(wanted["holder"]).label if wanted.get("holder") else "",
        *(f"逾期{band.label}" for band in BANDS if band.name == wanted.get("band")),
        f"（逾期最久的{len(items)}件）" if more_follow else "",
    ]
    columns = [{"key": key, "label": label} for key, label in _EXPORTED.items()]
    title = " ".join(("逾期清单", *filter(None, about)))
    return {"name": _LISTED, "title": title, "columns": columns, "rows": items}


def _scope_of(actor: Actor, region: str | None, holder: str | None) -> tuple[str | None, str | None]:
    if actor.role in _OF_ALL_REGIONS:
        return region, holder
    if actor.role is not Role.HEAD or actor.department is None or actor.region is None:
        raise Forbidden("逾期清单供领导小组办公室、审计、系统管理员和各部门负责人使用")
    if region not in {None, actor.region} or holder not in {None, actor.department.value}:
        raise Forbidden("只能查看本地区、本部门的逾期清单")
    return actor.region, actor.department.value


def _of_region(region: str | None) -> list[ColumnElement[bool]]:
    return [] if region is None else [_application.c.region == region]


def _in_band(name: str, calendar: ChinaWorkingDays, today: date, region: str | None) -> ColumnElement[bool]:
    """The due dates of a band; where regions have other days off, each has its own."""
    band = next(each for each in BANDS if each.name == name)
    regions = [region] if region is not None else sorted(calendar.closed_regions())
    special = [
        and_(_application.c.region == each, _due_in(band, calendar.for_region(each), today))
        for each in regions
    ]
    if region is not None:
        return special[0]
    rest = and_(_application.c.region.not_in(regions), _due_in(band, calendar, today))
    return or_(rest, *special)


def _due_in(band: Band, calendar: ChinaWorkingDays, today: date) -> ColumnElement[bool]:
    # So many days late is due before the last of them and on or after the one before the first.
    bounds = []
    if band.most is not None:
        bounds.append(_application.c.due_on >= _first_late(calendar, today, band.most))
    if band.least > 1:
        bounds.append(_application.c.due_on < _first_late(calendar, today, band.least - 1))
    return and_(*bounds)


def _first_late(calendar: ChinaWorkingDays, today: date, days: int) -> date:
    """The earliest due date that is at most so many working days late."""
    last = today if calendar.is_working_day(today) else calendar.nth_working_day_before(today, 1)
    return calendar.nth_working_day_before(last, days)


def _late(calendar: ChinaWorkingDays, due_on: date, today: date) -> int:
    return calendar.working_days_between(due_on, today)


def _view(row: dict[str, Any], calendar: ChinaWorkingDays, today: date, names: list[str]) -> dict[str, Any]:
    state = State(row["state"])
    holder = holder_of(state)
    return {
        "id": row["id"],
        "number": row["number"],
        "applicant_name": row["applicant_name"],
        "subsidy_label": Subsidy(row["subsidy"]).label,
        "region": row["region"],
        "region_label": region_labels().get(row["region"], row["region"]),
        "state": state.value,
        "state_label": state.label,
        "holder": holder.value,
        "holder_label": holder.label,
        "holder_names": said_of(names),
        "due_on": row["due_on"].isoformat(),
        "provisional": calendar.is_provisional(row["due_on"]),
        "late_days": _late(calendar.for_region(row["region"]), row["due_on"], today),
        "amount": yuan_from_fen(row["asked_fen"]),
    }
