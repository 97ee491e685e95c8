"""Running clocks after the calendar changed: derived anew application by application, each with its record.

Only clocks that live through a changed day are looked at. Batches resume where they were killed, since a
clock says by which calendar version it was derived. A command that comes first moves its own application's
clocks before it acts. Ended clocks keep what judged them.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

import orjson
import structlog
from sqlalchemy import (
    ColumnElement,
    Connection,
    Text,
    and_,
    func,
    or_,
    select,
    type_coerce,
    update,
)

from calendars import ChinaWorkingDays
from workflow.access import SYSTEM
from workflow.clock import at_shanghai, shanghai_date
from workflow.deadlines.keeping import Clock, ClockKeeper, clock_of_row, first_due_on
from workflow.errors import Refused
from workflow.persistence import tables
from workflow.persistence.bulk import insert_new_rows, insert_rows, update_rows
from workflow.persistence.engine import prefer_indexes, reading, writing
from workflow.persistence.types import NEVER, canonical
from workflow.services.audience import People
from workflow.services.audit import next_entry
from workflow.services.case import Case
from workflow.services.product import Product
from workflow.vocabulary import AlertKind, ClockKind, Section, State

BATCH = 250
MOST_KNOWN = 20_000
# How often to come back for applications that somebody holds.
IDLE_ROUNDS = 5
_log = structlog.get_logger("recompute")
clock, application = tables.clock, tables.application

_ROWS = (
    select(
        *(column for column in clock.c if column.key != "segments"),
        # As it is written: equal ledgers are derived once.
        type_coerce(clock.c.segments, Text).label("segments"),
        application.c.policy_version,
    )
    .join(application, application.c.id == clock.c.application_id)
    .where(clock.c.ended.is_(None))
    .order_by(clock.c.application_id, clock.c.id)
)


class Derived(NamedTuple):
    """What a ledger gives under another calendar."""

    segments: str
    due_on: date | None
    runs_from_on: date | None
    provisional: bool
    next_rung: str | None
    next_alert_at: datetime | None


class Move(NamedTuple):
    """An open clock as stored, and what it becomes on the day ``today``."""

    row: Any
    derived: Derived
    today: date

    @property
    def is_move(self) -> bool:
        """Whether people see a difference: a due date, which a resting clock does not show, or its flag."""
        return self.before != self.after

    @property
    def before(self) -> tuple[date | None, bool]:
        """The due date that was shown, and its flag."""
        return self._shown(self.row["runs_from_on"], self.row["due_on"], self.row["provisional"])

    @property
    def after(self) -> tuple[date | None, bool]:
        """The due date that is shown from now on, and its flag."""
        return self._shown(self.derived.runs_from_on, self.derived.due_on, self.derived.provisional)

    def _shown(
        self, runs_from_on: date | None, due_on: date | None, provisional: bool
    ) -> tuple[date | None, bool]:
        rests = runs_from_on is None or runs_from_on > self.today
        return (None, False) if rests else (due_on, provisional)

    def as_dict(self) -> dict[str, Any]:
        """The move as it is answered, and kept in the audit trail."""
        (due_before, provisional_before), (due_after, provisional) = self.before, self.after
        return {
            "clock_id": self.row["id"],
            "kind": self.row["kind"],
            "due_before": due_before.isoformat() if due_before else None,
            "provisional_before": provisional_before,
            "due_after": due_after.isoformat() if due_after else None,
            "provisional": provisional,
        }


class Deriver:
    """Derives open clocks under one calendar at one moment; ledgers that are alike are derived once."""

    def __init__(
        self, product: Product, connection: Connection, calendar: ChinaWorkingDays, now: datetime
    ) -> None:
        self._product, self._connection = product, connection
        self._calendar, self._now, self._today = calendar, now, shanghai_date(now)
        self._known: dict[Any, list[Derived]] = {}

    def moves(self, rows: Sequence[Any]) -> list[Move]:
        """The open clocks of one application; a notice moves HR's stay after it, so all of them at once."""
        first = rows[0]
        key = (
            first["region"],
            first["policy_version"],
            *(
                (row["kind"], row["limit_count"], row["limit_unit"], row["minimum"], row["segments"])
                for row in rows
            ),
        )
        derived = self._known.get(key)
        if derived is None:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            derived = self._known[key] = self._derive(rows)
        return [Move(row, each, self._today) for row, each in zip(rows, derived, strict=True)]

    def _derive(self, rows: Sequence[Any]) -> list[Derived]:
        clocks = [clock_of_row({**row, "segments": orjson.loads(row["segments"])}) for row in rows]
        keeper = ClockKeeper(
            clocks=clocks,
            policy=self._product.policy_of(self._connection, rows[0]["policy_version"]),
            calendar=self._calendar.for_region(rows[0]["region"]),
            now=self._now,
            today=self._today,
        )
        keeper.recompute()
        return [_derived(each) for each in clocks]


def _derived(each: Clock) -> Derived:
    return Derived(
        canonical(each.ledger.as_list()),
        each.due_on,
        each.runs_from_on,
        each.provisional,
        each.next_rung,
        each.next_alert_at,
    )


# --- which clocks are behind -------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def _span(old: ChinaWorkingDays, new: ChinaWorkingDays) -> tuple[date, date] | None:
    return old.span_of_change(new)


def is_behind(case: Case) -> bool:
    """Whether an open clock lives through a day that changed since it was derived."""
    for each in case.clocks:
        if each.ended is not None or each.calendar_version == case.calendar.version:
            continue
        old = case.product.calendar_of(case.connection, each.calendar_version)
        span = _span(old.for_region(case.row["region"]), case.calendar)
        if span is None or each.ledger.started_on > span[1]:
            continue
        reaches = [on for on in (each.due_on, each.runs_from_on) if on is not None]
        if each.next_alert_at is not None:
            reaches.append(shanghai_date(each.next_alert_at))
        if reaches and max(reaches) >= span[0]:
            return True
    return False


def behind(product: Product, connection: Connection, new: ChinaWorkingDays) -> ColumnElement[bool] | None:
    """The same as a condition on open clocks; None when there can be none."""
    conditions = []
    for stamp in _stamps(connection, new.version):
        old = product.calendar_of(connection, stamp)
        regions = sorted(old.closed_regions() | new.closed_regions())
        for region in [None, *regions]:
            span = _span(old.for_region(region), new.for_region(region))
            if span is not None:
                conditions.append(
                    and_(
                        clock.c.calendar_version == stamp,
                        clock.c.region == region if region else clock.c.region.not_in(regions),
                        clock.c.started_on <= span[1],
                        or_(
                            clock.c.due_on >= span[0],
                            # One that was late already, and goes on when a notice is over.
                            clock.c.runs_from_on >= span[0],
                            clock.c.next_alert_at >= at_shanghai(span[0], 0, 0),
                        ),
                    )
                )
    return or_(*conditions) if conditions else None


def _stamps(connection: Connection, current: str) -> Iterator[str]:
    """By which calendars open clocks were derived, but for ``current``; one look into the index for each."""
    newest = select(func.min(clock.c.calendar_version)).where(clock.c.ended.is_(None))
    stamp = connection.execute(newest).scalar_one()
    while stamp is not None:
        if stamp != current:
            yield stamp
        stamp = connection.execute(newest.where(clock.c.calendar_version > stamp)).scalar_one()


# --- looking ahead -----------------------------------------------------------------------------------------


def preview_moves(product: Product, connection: Connection, new: ChinaWorkingDays) -> Iterator[Move]:
    """Every running clock that ``new`` would move, by application; read as a stream, nothing is written."""
    touched = behind(product, connection, new)
    if touched is None:
        return
    deriver = Deriver(product, connection, new, product.now(connection))
    stream = connection.execute(_ROWS.where(touched).execution_options(yield_per=2000)).mappings()
    for _, rows in groupby(stream, key=itemgetter("application_id")):
        yield from (move for move in deriver.moves(list(rows)) if move.is_move)


# --- moving ------------------------------------------------------------------------------------------------


def recompute_behind(product: Product, *, seconds: float | None = None) -> int:
    """Recomputes what is behind, in batches, for at most about ``seconds``; answers how many applications.

    Any number may do so at once: an application that somebody holds is left for later. One that cannot be
    recomputed is logged and holds up no other.
    """
    ends_at = None if seconds is None else time.monotonic() + seconds
    total = idle = 0
    while idle < IDLE_ROUNDS:
        found, done = _round(product, ends_at)
        total += done
        if not found or (ends_at is not None and time.monotonic() >= ends_at):
            break
        idle = 0 if done else idle + 1
        if not done:
            time.sleep(0.1)
    return total


def _round(product: Product, ends_at: float | None) -> tuple[bool, int]:
    """Once through all that are behind; answers whether there were any, and how many were done."""
    done, after, people = 0, 0, None
    while ends_at is None or time.monotonic() < ends_at:
        # Mostly nothing is behind, and looking needs no lock.
        with reading(product.engine) as connection:
            found = _behind_after(product, connection, after)
        if not found:
            break
        began = time.monotonic()
        try:
            locked, people = _batch(product, found, people)
        except Refused:
            raise
        except Exception:
            _log.exception("batch_not_recomputed", after=after)
            locked = sum(_alone(product, application_id) for application_id in found)
        done, after = done + locked, found[-1]
        if product.engine.dialect.name == "sqlite":
            # One writer at a time: whoever waits must find the door open now and then.
            time.sleep(min(time.monotonic() - began, 0.1))
    return after > 0, done


def _alone(product: Product, application_id: int) -> int:
    """One of a batch of which one cannot be recomputed; answers whether this one could."""
    try:
        return _batch(product, [application_id], None)[0]
    except Refused:
        raise
    except Exception:
        _log.exception("application_not_recomputed", application_id=application_id)
        return 0


def _batch(product: Product, ids: Sequence[int], people: People | None) -> tuple[int, People | None]:
    """These applications in one transaction; answers how many of them nobody else held."""
    with writing(product.engine) as connection:
        prefer_indexes(connection)
        locked = _lock(connection, ids)
        if locked:
            people = _people(product, connection, people, locked)
            recompute_applications(product, connection, sorted(locked), people)
        return len(locked), people


def _behind_after(product: Product, connection: Connection, after: int) -> Sequence[int]:
    """The next applications that are behind, by their ids."""
    touched = behind(product, connection, product.calendar(connection))
    if touched is None:
        return ()
    return (
        connection.execute(
            select(clock.c.application_id)
            .where(clock.c.ended.is_(None), touched, clock.c.application_id > after)
            .order_by(clock.c.application_id)
            .distinct()
            .limit(BATCH)
        )
        .scalars()
        .all()
    )


def _lock(connection: Connection, ids: Sequence[int]) -> dict[int, str]:
    """Those of the applications that nobody else holds, with their regions; held by this transaction."""
    locked = connection.execute(
        select(application.c.id, application.c.region)
        .where(application.c.id.in_(ids))
        .order_by(application.c.id)
        .with_for_update(key_share=True, skip_locked=True)
    )
    return {row.id: row.region for row in locked}


def _people(product: Product, connection: Connection, known: People | None, locked: dict[int, str]) -> People:
    regions = set(locked.values())
    if known is not None and regions <= known.regions:
        return known
    today = shanghai_date(product.now(connection))
    return People(connection, regions | (known.regions if known else set()), today)


def recompute_one(case: Case) -> None:
    """Moves the clocks of a locked case, which is to be opened anew afterwards."""
    people = People(case.connection, {case.row["region"]}, case.today)
    recompute_applications(case.product, case.connection, [case.id], people)


def recompute_applications(
    product: Product, connection: Connection, ids: Sequence[int], people: People
) -> None:
    """Moves the open clocks of applications that this transaction holds, with audit entries, alerts, mail."""
    calendar, now = product.calendar(connection), product.now(connection)
    touched = behind(product, connection, calendar)
    if touched is None:
        return
    deriver = Deriver(product, connection, calendar, now)
    moves = [
        move
        for _, rows in groupby(
            connection.execute(_ROWS.where(touched, clock.c.application_id.in_(ids))).mappings(),
            key=itemgetter("application_id"),
        )
        for move in deriver.moves(list(rows))
    ]
    _write_clocks(connection, moves, calendar.version)
    moved = [move for move in moves if move.is_move]
    if moved:
        versions = tables.calendar_version
        newest = select(versions.c.id, versions.c.version, versions.c.note)
        change = connection.execute(newest.order_by(versions.c.id.desc()).limit(1)).one()
        concerned = _write_records(connection, moved, change, people, now)
        _tell(connection, moved, concerned, change, now)


def _write_clocks(connection: Connection, moves: list[Move], version: str) -> None:
    unchanged, changed = [], []
    for move in moves:
        row, derived, _ = move
        if all(row[name] == value for name, value in derived._asdict().items()):
            unchanged.append(row["id"])
        else:
            changed.append({"id": row["id"], "calendar_version": version} | derived._asdict())
    if unchanged:
        connection.execute(update(clock).where(clock.c.id.in_(unchanged)).values(calendar_version=version))
    update_rows(connection, clock, changed)
    _write_due(connection, {move.row["application_id"] for move in moves})


def _write_due(connection: Connection, ids: set[int]) -> None:
    """What the applications are sorted by in lists, after their clocks."""
    found = select(clock.c.application_id, clock.c.due_on, clock.c.runs_from_on).where(
        clock.c.application_id.in_(ids), clock.c.ended.is_(None), ~clock.c.minimum
    )
    limits: dict[int, list[tuple[date | None, date | None]]] = {each: [] for each in ids}
    for each in connection.execute(found):
        limits[each.application_id].append((each.due_on, each.runs_from_on))
    stored = select(application.c.id, application.c.due_on).where(application.c.id.in_(ids))
    before = {row.id: row.due_on for row in connection.execute(stored)}
    after = {each: first_due_on(points) or NEVER for each, points in limits.items()}
    moved = [{"id": each, "due_on": due_on} for each, due_on in after.items() if due_on != before[each]]
    update_rows(connection, application, moved)


def _write_records(
    connection: Connection, moved: list[Move], change: Any, people: People, now: datetime
) -> dict[int, set[int]]:
    """One audit entry and one letter for each application; answers whom each of them concerns."""
    by_application = {
        application_id: list(moves)
        for application_id, moves in groupby(moved, key=lambda move: move.row["application_id"])
    }
    entries, sealed, forms, parcels = [], [], [], []
    concerned = {}
    whole = select(application).where(application.c.id.in_(by_application))
    applications = connection.execute(whole).mappings().all()
    people.meet(connection, applications)
    for stored in applications:
        concerned[stored["id"]] = people.concerned(stored)
        row, moves = dict(stored), by_application[stored["id"]]
        if _move_notice(row, moves):
            forms.append({"id": row["id"], "form": row["form"]})
        state, clocks = State(row["state"]), [move.as_dict() for move in moves]
        entries.append(
            next_entry(
                row,
                SYSTEM,
                now,
                "recompute",
                outcome="done",
                old=state,
                new=state,
                message="",
                details={
                    "calendar_before": moves[0].row["calendar_version"],
                    "reason": change.note,
                    "clocks": clocks,
                },
                policy_version=row["policy_version"],
                calendar_version=change.version,
            )
        )
        sealed.append(
            {
                "id": row["id"],
                "updated_at": now,
                "audit_count": row["audit_count"],
                "audit_head": row["audit_head"],
            }
        )
        parcels.append(
            {
                "topic": "calendar",
                "application_id": row["id"],
                "content": {"reason": change.note, "clocks": clocks},
                "created_at": now,
                "attempts": 0,
                "next_attempt_at": now,
            }
        )
    insert_rows(connection, tables.audit_entry, entries)
    update_rows(connection, application, sealed)
    update_rows(connection, application, forms)
    insert_rows(connection, tables.outbox, parcels)
    return concerned


def _move_notice(row: dict[str, Any], moves: Iterable[Move]) -> bool:
    """The form says until when the hanging notice must hang; answers whether that moved."""
    until = {
        move.row["subject_id"]: move.derived
        for move in moves
        if move.row["kind"] == ClockKind.PUBLIC_NOTICE.value
    }
    if not until:
        return False
    form = orjson.loads(row["form"])
    for notice in form.get(Section.CLAIM.value, {}).get("notices", ()):
        derived = until.get(notice["id"])
        if derived is not None and derived.due_on is not None and notice["ended_because"] is None:
            notice["minimum_until"] = derived.due_on.isoformat()
            notice["provisional"] = derived.provisional
    row["form"] = canonical(form)
    return True


def _tell(
    connection: Connection, moved: list[Move], concerned: dict[int, set[int]], change: Any, now: datetime
) -> None:
    """An alert for each moved clock, for everybody it concerns."""
    rows = [
        {
            "application_id": move.row["application_id"],
            "clock_id": move.row["id"],
            "rung": f"calendar_{change.id}",
            "title": _title(move),
            "reason": change.note,
            "due_before_on": move.before[0],
            "provisional_before": move.before[1],
            "due_on": move.derived.due_on,
            "provisional": move.derived.provisional,
            "scheduled_at": now,
            "raised_at": now,
        }
        for move in moved
        if move.derived.due_on is not None
    ]
    written = insert_new_rows(connection, tables.alert, rows, "id", "application_id")
    told = [
        {"alert_id": row.id, "account_id": account_id, "kind": AlertKind.CALENDAR.value}
        for row in written
        for account_id in sorted(concerned[row.application_id])
    ]
    insert_rows(connection, tables.alert_recipient, told)


def _title(move: Move) -> str:
    if move.before[0] != move.after[0]:
        return "到期日因日历更新而变动"
    return "到期日转为暂定" if move.after[1] else "到期日由暂定转为确定"
