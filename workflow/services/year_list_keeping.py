"""Keeping the year's list: institutions, their occupations and platforms, entered and changed one by one.

Whoever changes the list waits for the system's audit chain first, so that two people at once come one after
the other and the second is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, Table, insert, select, update

from workflow.access import Actor
from workflow.clock import SHANGHAI, day_cn, shanghai_date
from workflow.errors import Conflict, FieldError
from workflow.form.fields import Drafted
from workflow.form.reading import malformed, read
from workflow.form.year_list import InstitutionEntry, OccupationEntry, PlatformEntry
from workflow.persistence import tables
from workflow.persistence.engine import writing
from workflow.services.actors import absent_persons, in_capacity
from workflow.services.audit import lock_system_chain
from workflow.services.product import Product
from workflow.services.year_list import read_institution, read_platform
from workflow.services.year_list_access import keeps_list, require_keeper
from workflow.services.year_list_rows import (
    institution_fields,
    occupation_fields,
    platform_fields,
    stored_institution,
    stored_occupation,
    stored_platform,
)
from workflow.services.year_list_trail import Change, Subject, history_of, record_changes

INSTITUTION_FIXED = ("region", "year", "uscc")
PLATFORM_FIXED = ("region", "year", "name")
"""What an entry is known by does not change: a slip in it is ended, and entered anew."""

_institution, _occupation, _platform = (
    tables.listed_institution,
    tables.listed_occupation,
    tables.listed_platform,
)
Body = Mapping[str, Any]


def add_institution(product: Product, *, actor: Actor, body: Body) -> dict[str, Any]:
    """Puts an institution on the list of a year.

    Raises ``Malformed``, ``Forbidden``, and ``Conflict`` where it is on it already.
    """
    entry = read(InstitutionEntry, dict(body))
    with keeping(product, actor) as desk:
        require_keeper(desk.connection, desk.actor, entry.region, entry.uscc)
        twin = select(_institution.c.name).where(
            _institution.c.region == entry.region,
            _institution.c.year == entry.year,
            _institution.c.uscc == entry.uscc,
        )
        name = desk.connection.execute(twin).scalar_one_or_none()
        if name is not None:
            raise Conflict(f"{entry.uscc}（{name}）已在{entry.year}年度目录清单中，请在原有的一条上修改")
        key = desk.insert(_institution, entry)
        subject = Subject(entry.region, entry.name, entry.uscc)
        desk.record("list_institution", subject, [institution_change(None, fields_of(entry))])
    return read_institution(product, actor=actor, institution_id=key)


def change_institution(
    product: Product, *, actor: Actor, institution_id: int, body: Body, expected_version: int | None
) -> dict[str, Any]:
    """Changes what is given of an entry; None empties a field. An end is ``listed_until_on``.

    Raises ``Conflict`` when somebody has changed the entry or an occupation of it meanwhile.
    """
    with keeping(product, actor) as desk:
        row = _institution_to_change(desk, institution_id, expected_version)
        before = institution_fields(row)
        entry = read(InstitutionEntry, _merged(before, body, INSTITUTION_FIXED))
        change = institution_change(before, fields_of(entry))
        if change.names:
            desk.update(_institution, row["id"], entry, version=row["version"] + 1)
            subject = Subject(entry.region, entry.name, entry.uscc)
            desk.record("change_listed_institution", subject, [change])
    return read_institution(product, actor=actor, institution_id=institution_id)


def add_occupation(
    product: Product,
    *,
    actor: Actor,
    institution_id: int,
    body: Body,
    expected_version: int | None = None,
) -> dict[str, Any]:
    """Adds an occupation from the day of its approval on; answers the institution.

    Where the occupation is listed already, with other levels say, that ends on the day before.
    """
    with keeping(product, actor) as desk:
        row = _institution_to_change(desk, institution_id, expected_version)
        entry = read(OccupationEntry, dict(body))
        _require_day_of_list(row, entry.listed_from_on)
        changes = []
        for other in _same_occupation(desk.connection, row["id"], entry.occupation_code):
            if other["listed_from_on"] < entry.listed_from_on:
                if not _overlap(entry, other):
                    continue
                before = occupation_fields(other)
                until = entry.listed_from_on - timedelta(days=1)
                changes.append(occupation_change(before, before | {"listed_until_on": until.isoformat()}))
                desk.connection.execute(
                    update(_occupation).where(_occupation.c.id == other["id"]).values(listed_until_on=until)
                )
            elif _overlap(entry, other):
                raise _overlapping(other)
        changes.append(occupation_change(None, fields_of(entry)))
        desk.insert(_occupation, entry, institution_id=row["id"])
        _count_version(desk, row)
        desk.record("list_occupation", Subject(row["region"], row["name"], row["uscc"]), changes)
    return read_institution(product, actor=actor, institution_id=institution_id)


def change_occupation(
    product: Product, *, actor: Actor, occupation_id: int, body: Body, expected_version: int | None
) -> dict[str, Any]:
    """Corrects or ends an occupation; other levels from a later day on are added instead.

    ``expected_version`` is the institution's. Answers the institution.
    """
    with keeping(product, actor) as desk:
        standing = stored_occupation(desk.connection, occupation_id)
        row = _institution_to_change(desk, standing["institution_id"], expected_version)
        before = occupation_fields(standing)
        entry = read(OccupationEntry, _merged(before, body))
        change = occupation_change(before, fields_of(entry))
        if "listed_from_on" in change.names:
            _require_day_of_list(row, entry.listed_from_on)
        for other in _same_occupation(desk.connection, row["id"], entry.occupation_code):
            if other["id"] != occupation_id and _overlap(entry, other):
                raise _overlapping(other)
        if change.names:
            desk.update(_occupation, occupation_id, entry)
            _count_version(desk, row)
            subject = Subject(row["region"], row["name"], row["uscc"])
            desk.record("change_listed_occupation", subject, [change])
    return read_institution(product, actor=actor, institution_id=row["id"])


def add_platform(product: Product, *, actor: Actor, body: Body) -> dict[str, Any]:
    """Puts an online platform on the list of a year; raises ``Conflict`` where it is on it already."""
    entry = read(PlatformEntry, dict(body))
    with keeping(product, actor) as desk:
        require_keeper(desk.connection, desk.actor, entry.region)
        twin = select(_platform.c.id).where(
            _platform.c.region == entry.region,
            _platform.c.year == entry.year,
            _platform.c.name == entry.name,
        )
        if desk.connection.execute(twin).one_or_none() is not None:
            raise Conflict(f"平台“{entry.name}”已在{entry.year}年度目录清单中，请在原有的一条上修改")
        key = desk.insert(_platform, entry)
        subject = Subject(entry.region, entry.name)
        desk.record("list_platform", subject, [platform_change(None, fields_of(entry))])
    return read_platform(product, actor=actor, platform_id=key)


def change_platform(
    product: Product, *, actor: Actor, platform_id: int, body: Body, expected_version: int | None
) -> dict[str, Any]:
    """Changes what is given of a platform's entry; raises ``Conflict`` when somebody was faster."""
    with keeping(product, actor) as desk:
        row = stored_platform(desk.connection, platform_id)
        require_keeper(desk.connection, desk.actor, row["region"])
        _require_version(desk, row, expected_version, Subject(row["region"], row["name"]))
        before = platform_fields(row)
        entry = read(PlatformEntry, _merged(before, body, PLATFORM_FIXED))
        change = platform_change(before, fields_of(entry))
        if change.names:
            desk.update(_platform, platform_id, entry, version=row["version"] + 1)
            desk.record("change_listed_platform", Subject(entry.region, entry.name), [change])
    return read_platform(product, actor=actor, platform_id=platform_id)


# --- inside, shared with the import ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Desk:
    """One transaction in which the list is changed, by whom and when."""

    connection: Connection
    actor: Actor
    now: datetime

    @property
    def entered(self) -> dict[str, Any]:
        """Who enters a row, and when."""
        return {
            "entered_by": self.actor.account_id,
            "entered_on_behalf_of_id": self.actor.on_behalf_of_id,
            "entered_at": self.now,
        }

    def insert(self, table: Table, entry: Drafted, **more: Any) -> int:
        """Writes a new row; answers its id."""
        values = stored_values(entry) | self.entered | more
        key: int = self.connection.execute(insert(table).values(values).returning(table.c.id)).scalar_one()
        return key

    def update(self, table: Table, key: int, entry: Drafted, **more: Any) -> None:
        """Writes what can be entered of a row."""
        self.connection.execute(update(table).where(table.c.id == key).values(stored_values(entry) | more))

    def record(self, event: str, subject: Subject, changes: Sequence[Change]) -> None:
        """Seals what changed about one institution or platform."""
        record_changes(self.connection, self.actor, event, self.now, {subject: changes})


@contextmanager
def keeping(product: Product, actor: Actor) -> Iterator[Desk]:
    """A transaction that has the list for itself, for a keeper or whoever stands in for one."""
    with writing(product.engine) as connection:
        lock_system_chain(connection)
        now = product.now(connection)
        if not keeps_list(actor):
            actor = in_capacity(actor, absent_persons(connection, actor, shanghai_date(now)), keeps_list)
        yield Desk(connection, actor, now)


def fields_of(entry: Drafted) -> dict[str, Any]:
    """What was entered, as JSON values; None where nothing was stated."""
    return entry.model_dump(mode="json")


def stored_values(entry: Drafted) -> dict[str, Any]:
    """What was entered, as columns keep it."""
    values = fields_of(entry)
    typed = {name: getattr(entry, name) for name in values}
    return {name: typed[name] if isinstance(typed[name], date) else values[name] for name in values}


def institution_change(before: Body | None, after: Body) -> Change:
    """An institution's entry before and after."""
    return Change("institution", f"{after['year']}年度", before, after)


def occupation_change(before: Body | None, after: Body) -> Change:
    """An occupation before and after."""
    begins = (before or after)["listed_from_on"]
    return Change(
        "occupation", f"{after['occupation_code']} {after['occupation']}（{day_cn(begins)}起）", before, after
    )


def platform_change(before: Body | None, after: Body) -> Change:
    """A platform's entry before and after."""
    return Change("platform", f"{after['year']}年度", before, after)


def day_of_list_fault(listed_from_on: date, year: int, on: date) -> str:
    """Why an approval of this day cannot count; empty where it can.

    It counts within the year of the list, and not before the institution was on it.
    """
    last = date(year, 12, 31)
    if listed_from_on <= on <= last:
        return ""
    listed = f"{day_cn(listed_from_on)}（机构列入之日）"
    return f"“批准日期”须在{listed}至{day_cn(last)}之间（填写的是“{on}”）"


def _institution_to_change(desk: Desk, institution_id: int, expected_version: int | None) -> RowMapping:
    row = stored_institution(desk.connection, institution_id)
    require_keeper(desk.connection, desk.actor, row["region"], row["uscc"])
    _require_version(desk, row, expected_version, Subject(row["region"], row["name"], row["uscc"]))
    return row


def _require_version(desk: Desk, row: RowMapping, expected: int | None, subject: Subject) -> None:
    if expected is None or expected == row["version"]:
        return
    # Nothing is told of a version that never was.
    done = "".join(
        f"（最近由{last['actor_name']}于 {_minute(last['at'])} 办理“{last['event_label']}”）"
        for last in history_of(desk.connection, subject)[:1]
    )
    raise Conflict(
        f"目录清单中的这一条在您查看之后已有修改{done}，请重新载入后再办理",
        current_version=row["version"],
    )


def _minute(at: str) -> str:
    return f"{datetime.fromisoformat(at).astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def _count_version(desk: Desk, row: RowMapping) -> None:
    desk.connection.execute(
        update(_institution).where(_institution.c.id == row["id"]).values(version=row["version"] + 1)
    )


def _merged(before: Body, body: Body, fixed: Sequence[str] = ()) -> dict[str, Any]:
    """What stands with what is given laid over it; only what an entry is known by must not be among it."""
    wrong = [name for name in fixed if name in body]
    if wrong:
        message = "登记之后不能修改；登错的，请填写截止日期，另行登记"
        raise malformed([FieldError(name, message) for name in wrong])
    return {**before, **body}


def _require_day_of_list(row: Any, on: date) -> None:
    wrong = day_of_list_fault(row["listed_from_on"], row["year"], on)
    if wrong:
        raise malformed([FieldError("listed_from_on", wrong)])


def _same_occupation(connection: Connection, institution_id: int, code: str) -> list[RowMapping]:
    found = connection.execute(
        select(_occupation)
        .where(_occupation.c.institution_id == institution_id, _occupation.c.occupation_code == code)
        .order_by(_occupation.c.listed_from_on)
    )
    return list(found.mappings())


def _overlap(entry: OccupationEntry, other: Any) -> bool:
    ends, other_ends = entry.listed_until_on, other["listed_until_on"]
    return (other_ends is None or entry.listed_from_on <= other_ends) and (
        ends is None or other["listed_from_on"] <= ends
    )


def _overlapping(other: Any) -> Exception:
    until = f"至{day_cn(other['listed_until_on'])}" if other["listed_until_on"] else "，没有截止日期"
    message = f"同一职业已有自{day_cn(other['listed_from_on'])}起{until}的一条，期间不能重叠"
    return malformed([FieldError("listed_from_on", message)])
