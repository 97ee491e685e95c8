"""The year's list by workbook: what an upload would add, change and end; applied whole or not at all; export.

Rows that are not in the workbook stay as they are. What is applied is what was previewed, or nothing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, Table, select, update

from workflow.access import Actor
from workflow.clock import day_cn
from workflow.errors import Conflict, FieldError, Forbidden
from workflow.form.reading import malformed
from workflow.persistence import tables
from workflow.persistence.bulk import insert_rows, update_rows
from workflow.persistence.engine import reading
from workflow.persistence.types import canonical
from workflow.policy import region_labels
from workflow.sealing import sm3
from workflow.services.actors import work_of
from workflow.services.product import Product
from workflow.services.year_list_access import keeps_list, own_uscc, require_keeper
from workflow.services.year_list_keeping import (
    Desk,
    day_of_list_fault,
    fields_of,
    institution_change,
    keeping,
    occupation_change,
    platform_change,
    stored_values,
)
from workflow.services.year_list_rows import (
    institution_fields,
    occupation_fields,
    platform_fields,
    today_of,
)
from workflow.services.year_list_sheets import (
    SHEETS,
    Fault,
    Line,
    Sheets,
    cells_of,
    read_lines,
    sheets_of,
    workbook_of,
)
from workflow.services.year_list_trail import Change, Subject, record_changes
from workflow.vocabulary import Role

MOST_LISTED = 500
_AT_ONCE = 500
_institution, _occupation, _platform = (
    tables.listed_institution,
    tables.listed_occupation,
    tables.listed_platform,
)
_ENDING = {"listed_until_on", "document"}
_OF_THE_ROW = ("year", "uscc", "institution")


def export_year_list(
    product: Product, *, actor: Actor, region: str | None = None, year: int | None = None
) -> tuple[bytes, str]:
    """The list of a region and year (by default one's own, and the present one) as a workbook; its name.

    Raises ``Forbidden`` for applicants and for another region than one's own.
    """
    if actor.role is Role.APPLICANT:
        raise Forbidden("目录清单只能由工作人员导出，请查看公开的目录清单")
    region = region or actor.region
    if region is None:
        message = "须选择地区：每次导出一个地区的目录清单"
        raise malformed([FieldError("region", message)])
    if actor.region not in {None, region} and actor.role is not Role.OFFICE:
        raise Forbidden("只能导出本地区的目录清单")
    with reading(product.engine) as connection:
        year = year or today_of(product, connection).year
        rows: dict[str, list[dict[str, Any]]] = {
            "institution": [
                institution_fields(row)
                for row in connection.execute(
                    _of_region(_institution, region, [year]).order_by(_institution.c.id)
                ).mappings()
            ],
            "occupation": [
                occupation_fields(row)
                | {"year": year, "uscc": row["uscc"], "institution": row["institution_name"]}
                for row in connection.execute(_occupations_of_year(region, year)).mappings()
            ],
            "platform": [
                platform_fields(row)
                for row in connection.execute(
                    _of_region(_platform, region, [year]).order_by(_platform.c.id)
                ).mappings()
            ],
        }
    sheets = {sheet.title: cells_of(sheet, rows[sheet.part]) for sheet in SHEETS}
    return workbook_of(sheets), f"{region_labels().get(region, region)}{year}年度目录清单"


@work_of(keeps_list)
def preview_import(product: Product, *, actor: Actor, content: bytes) -> dict[str, Any]:
    """What an uploaded workbook would change in one's own region, and what is wrong in it, row by row.

    Raises ``Malformed`` for a file that is no workbook of ours, ``Forbidden``.
    """
    region = _own_region(product, actor)
    lines, faults = read_lines(sheets_of(content), region)
    with reading(product.engine) as connection:
        return _answer(_plan_of(connection, actor, region, lines, faults), applied=False)


def apply_import(
    product: Product, *, actor: Actor, content: bytes, seen: str | None = None
) -> dict[str, Any]:
    """Writes what the workbook changes; all of it or nothing.

    ``seen`` is what the preview answered. Raises ``Malformed`` naming every wrong row, ``Conflict`` where the
    list has changed since the preview.
    """
    return apply_sheets(product, actor=actor, sheets=sheets_of(content), seen=seen)


@work_of(keeps_list)
def apply_sheets(
    product: Product, *, actor: Actor, sheets: Sheets, seen: str | None = None
) -> dict[str, Any]:
    """The same from cells that have been read already."""
    region = _own_region(product, actor)
    lines, faults = read_lines(sheets, region)
    with keeping(product, actor) as desk:
        plan = _plan_of(desk.connection, actor, region, lines, faults)
        if plan.faults:
            raise malformed([fault.as_error() for fault in plan.faults[:MOST_LISTED]])
        if seen is not None and seen != plan.digest:
            raise Conflict("目录清单在预览之后已有变动，请重新预览后再导入")
        _write(desk, plan)
        return _answer(plan, applied=True)


# --- the plan ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Step:
    """What a row of the workbook does; ``standing`` is the row it is about, None where there is none yet."""

    line: Line
    subject: Subject
    change: Change
    standing: Any

    @property
    def act(self) -> str:
        if self.standing is None:
            return "add"
        names = set(self.change.names)
        if not names:
            return "none"
        before = (self.change.before or {}).get("listed_until_on")
        after = self.change.after.get("listed_until_on")
        sooner = after is not None and (before is None or after < before)
        return "end" if sooner and names <= _ENDING else "change"


@dataclass(slots=True)
class _Plan:
    region: str
    steps: list[_Step] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @property
    def acting(self) -> list[_Step]:
        return [step for step in self.steps if step.act != "none"]

    @property
    def digest(self) -> str:
        """One word for what would be written, and over what."""
        done = [
            [step.subject.uscc, step.subject.name, step.change.as_dict(), _version(step.standing)]
            for step in self.acting
        ]
        return sm3(canonical([self.region, done]))


def _version(standing: Any) -> int | None:
    return None if standing is None else standing.get("version")


def _plan_of(
    connection: Connection, actor: Actor, region: str, lines: Iterable[Line], faults: list[Fault]
) -> _Plan:
    plan = _Plan(region, faults=list(faults))
    by_part: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        by_part[line.sheet.part].append(line)
    years = sorted({line.entry.year for each in by_part.values() for line in each})
    standing = {
        (row["year"], row["uscc"]): row
        for row in connection.execute(_of_region(_institution, region, years)).mappings()
    }
    owners = {key: _Owner(row["id"], row["name"], row["listed_from_on"]) for key, row in standing.items()}
    for line in _once(plan, by_part["institution"], lambda entry: (entry.year, entry.uscc), "uscc"):
        entry = line.entry
        key = (entry.year, entry.uscc)
        row = standing.get(key)
        owners[key] = _Owner(row["id"] if row else None, entry.name, entry.listed_from_on)
        change = institution_change(institution_fields(row) if row else None, fields_of(entry))
        plan.steps.append(_Step(line, Subject(region, entry.name, entry.uscc), change, row))
    _plan_occupations(connection, plan, by_part["occupation"], owners)
    platforms = {
        (row["year"], row["name"]): row
        for row in connection.execute(_of_region(_platform, region, years)).mappings()
    }
    for line in _once(plan, by_part["platform"], lambda entry: (entry.year, entry.name), "name"):
        row = platforms.get((line.entry.year, line.entry.name))
        change = platform_change(platform_fields(row) if row else None, fields_of(line.entry))
        plan.steps.append(_Step(line, Subject(region, line.entry.name), change, row))
    own = own_uscc(connection, actor)
    recused = "您是这个单位的人员，依照回避规定不能修改本单位的条目"
    for step in plan.acting:
        if own is not None and step.subject.uscc == own:
            plan.faults.append(step.line.fault("uscc", recused))
    order = {sheet.title: place for place, sheet in enumerate(SHEETS)}
    plan.faults.sort(key=lambda fault: (order[fault.sheet], fault.row))
    return plan


def _once(plan: _Plan, lines: Iterable[Line], key: Callable[[Any], Any], named: str) -> Iterator[Line]:
    """The lines of which each is known by another key; of a second one the first is named."""
    first: dict[Any, int] = {}
    for line in lines:
        row = first.setdefault(key(line.entry), line.row)
        if row == line.row:
            yield line
        else:
            plan.faults.append(line.fault(named, f"与第{row}行重复"))


@dataclass(frozen=True, slots=True)
class _Owner:
    """The institution of an occupation, as it would then be; ``key`` is its row's, None for a new one."""

    key: int | None
    name: str
    listed_from_on: date


def _plan_occupations(
    connection: Connection,
    plan: _Plan,
    lines: Iterable[Line],
    owners: Mapping[tuple[int, str], _Owner],
) -> None:
    known = _occupations_of(connection, [owner.key for owner in owners.values() if owner.key is not None])
    keys = _once(
        plan,
        lines,
        lambda entry: (entry.year, entry.uscc, entry.occupation_code, entry.listed_from_on),
        "occupation_code",
    )
    planned: list[_Step] = []
    for line in keys:
        entry = line.entry
        owner = owners.get((entry.year, entry.uscc))
        if owner is None:
            message = f"{entry.year}年度目录清单和工作表“机构”中都没有“{entry.uscc}”（或者那一行有误）"
            plan.faults.append(line.fault("uscc", message))
            continue
        if entry.institution not in {None, owner.name}:
            message = f"“机构名称”与统一社会信用代码不符：{entry.uscc}是“{owner.name}”"
            plan.faults.append(line.fault("institution", message))
        before = known.get((owner.key, entry.occupation_code, entry.listed_from_on))
        wrong = day_of_list_fault(owner.listed_from_on, entry.year, entry.listed_from_on)
        if before is None and wrong:
            plan.faults.append(line.fault("listed_from_on", wrong))
        after = {name: value for name, value in fields_of(entry).items() if name not in _OF_THE_ROW}
        change = occupation_change(occupation_fields(before) if before else None, after)
        planned.append(_Step(line, Subject(plan.region, owner.name, entry.uscc), change, before))
    plan.steps += planned
    _refuse_overlaps(plan, planned, owners, known)


def _refuse_overlaps(
    plan: _Plan,
    planned: Iterable[_Step],
    owners: Mapping[tuple[int, str], _Owner],
    known: Mapping[tuple[int | None, str, date], Any],
) -> None:
    """Names each row whose period would overlap with another of the same occupation and institution."""
    periods: dict[tuple[int, str, str], list[tuple[date, date | None, Line | None]]] = defaultdict(list)
    taken = {step.standing["id"] for step in planned if step.standing is not None}
    for step in planned:
        entry = step.line.entry
        key = (entry.year, entry.uscc, entry.occupation_code)
        periods[key].append((entry.listed_from_on, entry.listed_until_on, step.line))
    places = {owner.key: place for place, owner in owners.items() if owner.key is not None}
    for row in known.values():
        key = (*places[row["institution_id"]], row["occupation_code"])
        if row["id"] not in taken and key in periods:
            periods[key].append((row["listed_from_on"], row["listed_until_on"], None))
    for each in periods.values():
        for earlier, later in pairwise(sorted(each, key=lambda period: period[0])):
            if earlier[1] is not None and earlier[1] < later[0]:
                continue
            mine, other = (later, earlier) if later[2] is not None else (earlier, later)
            if mine[2] is not None:
                where = f"第{other[2].row}行" if other[2] else "清单中原有的一条"
                message = f"与{where}（{day_cn(other[0])}起）的期间重叠：原有的须先填写截止日期"
                plan.faults.append(mine[2].fault("listed_from_on", message))


def _occupations_of(
    connection: Connection, institutions: list[int]
) -> dict[tuple[int | None, str, date], Any]:
    found: dict[tuple[int | None, str, date], Any] = {}
    for start in range(0, len(institutions), _AT_ONCE):
        some = institutions[start : start + _AT_ONCE]
        for row in connection.execute(
            select(_occupation).where(_occupation.c.institution_id.in_(some))
        ).mappings():
            found[row["institution_id"], row["occupation_code"], row["listed_from_on"]] = row
    return found


# --- writing -----------------------------------------------------------------------------------------------


def _write(desk: Desk, plan: _Plan) -> None:
    parts: dict[str, list[_Step]] = defaultdict(list)
    for step in plan.acting:
        parts[step.line.sheet.part].append(step)
    _write_part(desk, _institution, parts["institution"], lambda _step: {})
    ids = {
        (row.year, row.uscc): row.id
        for row in desk.connection.execute(
            select(_institution.c.id, _institution.c.year, _institution.c.uscc).where(
                _institution.c.region == plan.region
            )
        )
    }
    owners = {id(step): ids[step.line.entry.year, step.line.entry.uscc] for step in parts["occupation"]}
    _write_part(desk, _occupation, parts["occupation"], lambda step: {"institution_id": owners[id(step)]})
    _write_part(desk, _platform, parts["platform"], lambda _step: {})
    # An entry whose occupations change is another version too, once.
    counted = {step.standing["id"] for step in parts["institution"] if step.standing is not None}
    grown = sorted(set(owners.values()) - counted)
    for start in range(0, len(grown), _AT_ONCE):
        some = grown[start : start + _AT_ONCE]
        desk.connection.execute(
            update(_institution).where(_institution.c.id.in_(some)).values(version=_institution.c.version + 1)
        )
    told: dict[Subject, list[Change]] = defaultdict(list)
    for step in plan.acting:
        told[step.subject].append(step.change)
    record_changes(desk.connection, desk.actor, "import_year_list", desk.now, told)


def _write_part(
    desk: Desk, table: Table, steps: list[_Step], more: Callable[[_Step], dict[str, Any]]
) -> None:
    entered = desk.entered
    versioned = "version" in table.c
    added, changed = [], []
    for step in steps:
        values = {name: value for name, value in stored_values(step.line.entry).items() if name in table.c}
        if step.standing is None:
            added.append(values | entered | more(step) | ({"version": 1} if versioned else {}))
        else:
            version = {"version": step.standing["version"] + 1} if versioned else {}
            changed.append({"id": step.standing["id"]} | values | version)
    insert_rows(desk.connection, table, added)
    update_rows(desk.connection, table, changed)


# --- answers -----------------------------------------------------------------------------------------------


def _answer(plan: _Plan, *, applied: bool) -> dict[str, Any]:
    counts = Counter(step.act for step in plan.steps)
    return {
        "region": plan.region,
        "region_label": region_labels().get(plan.region, plan.region),
        "applied": applied,
        "seen": plan.digest,
        "added_count": counts["add"],
        "changed_count": counts["change"],
        "ended_count": counts["end"],
        "unchanged_count": counts["none"],
        "changes": [
            {
                "sheet": step.line.sheet.title,
                "row": step.line.row,
                "act": step.act,
                "act_label": {"add": "增加", "change": "修改", "end": "终止"}[step.act],
                "name": step.subject.name,
                "uscc": step.subject.uscc,
                **{name: value for name, value in step.change.view().items() if name in {"key", "fields"}},
            }
            for step in plan.acting[:MOST_LISTED]
        ],
        "error_count": len(plan.faults),
        "errors": [fault.as_dict() for fault in plan.faults[:MOST_LISTED]],
    }


def _own_region(product: Product, actor: Actor) -> str:
    region = actor.region or ""
    with reading(product.engine) as connection:
        require_keeper(connection, actor, region)
    return region


def _of_region(table: Table, region: str, years: Iterable[int]) -> Any:
    return select(table).where(table.c.region == region, table.c.year.in_(list(years)))


def _occupations_of_year(region: str, year: int) -> Any:
    return (
        select(_occupation, _institution.c.uscc, _institution.c.name.label("institution_name"))
        .join(_institution, _institution.c.id == _occupation.c.institution_id)
        .where(_institution.c.region == region, _institution.c.year == year)
        .order_by(_institution.c.id, _occupation.c.occupation_code, _occupation.c.listed_from_on)
    )
