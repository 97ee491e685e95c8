"""今日检查: which classes an inspector should see on a day, and what there is to know before going.

The classes are found by the register of due visits, without a look at forms; only those of the page at hand
are opened.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Select, and_, func, or_, select

from workflow.access import Actor, require_reading
from workflow.clock import shanghai_date
from workflow.errors import FieldError, Forbidden, Malformed, NotFound
from workflow.form.training import OBSERVATIONS
from workflow.persistence import tables
from workflow.persistence.engine import reading
from workflow.services.actors import absent_persons
from workflow.services.case import Case, open_case
from workflow.services.drawn_visits import drawn_for
from workflow.services.due_visits import VISITED
from workflow.services.pages import Page, is_key, read_cursor, write_cursor
from workflow.services.personal import masked_form
from workflow.services.product import Product
from workflow.services.view import allowed_now
from workflow.vocabulary import (
    AttachmentPlace,
    Department,
    Event,
    Role,
    Section,
    Subsidy,
    VisitList,
    VisitOccasion,
)

# Openings and assessments are shown so many days before.
_AHEAD = timedelta(days=3)
_LISTED = "visits"
_due, _visit = tables.due_visit, tables.drawn_visit
_EVENTS = {
    VisitOccasion.OPENING: Event.RECORD_OPENING_INSPECTION,
    VisitOccasion.TRAINING: Event.RECORD_INSPECTION,
    VisitOccasion.ASSESSMENT: Event.RECORD_RESULTS,
}


def list_visits(
    product: Product,
    *,
    actor: Actor,
    on: date | None = None,
    show: VisitList = VisitList.NEEDED,
    cursor: str | None = None,
    limit: int = 20,
) -> Page:
    """The visits that an inspector, or who stands in for one, should make on a day (by default today).

    The most urgent come first.

    ``NEEDED`` are those that an opening, a training short of its checks or an assessment asks for by three
    days after it, ``RUNNING`` the classes in training on that day that have had theirs, ``DRAWN`` those for
    which this person was drawn. Answers ``on`` and ``today`` beside the page. Raises ``Forbidden``.
    """
    with reading(product.engine) as connection:
        today = shanghai_date(product.now(connection))
        day = on or today
        people = (actor, *absent_persons(connection, actor, today))
        ids = [person.account_id for person in people if _inspects(person)]
        if not ids:
            raise Forbidden(f"“今日检查”只供{Department.HR.label}的检查人员和代他们办理的人员使用")
        rows, after = _page(connection, _wanted(actor, ids, show, day), cursor, limit, str(show))
        cases: dict[int, Case] = {}
        for row in rows:
            if row["application_id"] not in cases:
                cases[row["application_id"]] = open_case(
                    product, connection, actor, row["application_id"], lock=False
                )
        heads = _heads(connection, cases)
        drawn = _drawn(connection, ids, cases)
        items = [_item(cases[row["application_id"]], row, day, heads, drawn) for row in rows]
    return {"on": day.isoformat(), "today": today.isoformat(), "items": items, "next": after}


def read_visit(product: Product, *, actor: Actor, application_id: int, class_no: int) -> dict[str, Any]:
    """What the form of a visit to this class needs: the class, its roster masked, what was seen last time.

    ``event`` is what may be recorded of it by this person now, None where nothing may. Raises ``NotFound``
    and ``Forbidden``.
    """
    with reading(product.engine) as connection:
        case = open_case(product, connection, actor, application_id, lock=False)
        require_reading(actor, case.matter())
        entry = _class_of(case, class_no)
        occasion = VisitOccasion.TRAINING if _last(case, class_no) else VisitOccasion.OPENING
        allowed = allowed_now(case, actor)
        event = _EVENTS[occasion]
        return {
            **_about(case, entry),
            "version": case.row["version"],
            "now": case.now,
            "occasion": occasion.value,
            "event": event.value if event.value in allowed else None,
            "awaits_results": Event.RECORD_RESULTS.value in allowed,
            "roster": _roster(case, class_no),
            "last": _last(case, class_no),
        }


def read_inspection(
    product: Product, *, actor: Actor, application_id: int, class_no: int, inspection_no: int
) -> dict[str, Any]:
    """One inspection as it was recorded, with who was absent and its photographs' place; 0: the opening day.

    Raises ``NotFound`` and ``Forbidden``.
    """
    with reading(product.engine) as connection:
        case = open_case(product, connection, actor, application_id, lock=False)
        require_reading(actor, case.matter())
        entry = _class_of(case, class_no)
        seen = _inspections(case, class_no, opening=not inspection_no)
        if len(seen) < max(1, inspection_no):
            raise NotFound(f"{class_no} 班没有第 {inspection_no} 次检查")
        shown = seen[max(1, inspection_no) - 1]
        place = AttachmentPlace.TRAINING_INSPECTION if inspection_no else AttachmentPlace.OPENING_INSPECTION
        return {
            **_about(case, entry),
            "inspection_no": inspection_no,
            "inspection": shown,
            "absent": absent_of(case, shown, class_no),
            "place_of_photos": place.value,
        }


def absent_of(case: Case, entry: Mapping[str, Any], class_no: int) -> list[dict[str, Any]] | None:
    """Who was absent by name; None where the roster was not called, or is another one by now."""
    rows = entry.get("absent_rows")
    if rows is None or entry.get("roster_digest") != case.row["roster_digest"]:
        return None
    return [each for each in _roster(case, class_no) if each["row"] in set(rows)]


# --- which -------------------------------------------------------------------------------------------------


def _inspects(actor: Actor) -> bool:
    return actor.role is Role.INSPECTOR and actor.department is Department.HR


def _wanted(actor: Actor, drawn: Sequence[int], show: VisitList, day: date) -> Select[Any]:
    application = tables.application
    others = or_(
        application.c.organisation_id.is_(None), application.c.organisation_id != (actor.organisation_id or 0)
    )
    if show is VisitList.DRAWN:
        return (
            select(_visit.c.id, _visit.c.application_id, _visit.c.class_no, _visit.c.due_on.label("until_on"))
            .join(application, application.c.id == _visit.c.application_id)
            .where(
                _visit.c.id.in_(drawn_for(drawn)),
                application.c.region == actor.region,
                application.c.state.in_([state.value for state in VISITED]),
            )
        )
    statement = (
        select(
            _due.c.id,
            _due.c.application_id,
            _due.c.class_no,
            _due.c.occasion,
            _due.c.from_on,
            _due.c.until_on,
            _due.c.lacking_count,
        )
        .join(application, application.c.id == _due.c.application_id)
        .where(_due.c.region == actor.region, others)
    )
    if show is VisitList.NEEDED:
        begins = and_(_due.c.from_on <= day + _AHEAD, _due.c.occasion != VisitOccasion.TRAINING.value)
        return statement.where(_due.c.lacking_count > 0, or_(begins, _due.c.from_on <= day))
    return statement.where(
        _due.c.occasion == VisitOccasion.TRAINING.value,
        _due.c.lacking_count == 0,
        _due.c.from_on <= day,
        _due.c.until_on >= day,
    )


def _page(
    connection: Connection, statement: Select[Any], cursor: str | None, limit: int, show: str
) -> tuple[list[dict[str, Any]], str | None]:
    until, key = statement.selected_columns["until_on"], statement.selected_columns["id"]
    listed = f"{_LISTED} {show}"
    if cursor is not None:
        at = read_cursor(cursor, listed)
        try:
            day, after = date.fromisoformat(at[0]), at[1]
        except (TypeError, ValueError, IndexError):
            raise _no_place() from None
        if len(at) != 2 or not is_key(after):
            raise _no_place()
        statement = statement.where(or_(until > day, and_(until == day, key > after)))
    found = connection.execute(statement.order_by(until, key).limit(limit + 1)).mappings().all()
    rows = [dict(row) for row in found[:limit]]
    more = len(found) > limit
    return rows, write_cursor(listed, [rows[-1]["until_on"].isoformat(), rows[-1]["id"]]) if more else None


def _no_place() -> Malformed:
    message = "翻页标记无效，请从第一页开始"
    return Malformed(message, [FieldError("cursor", message)], status=400)


def _heads(connection: Connection, ids: Iterable[int]) -> dict[tuple[int, int], int]:
    trainee = tables.trainee
    counted = connection.execute(
        select(trainee.c.application_id, trainee.c.class_no, func.count().label("heads"))
        .where(trainee.c.application_id.in_(list(ids)))
        .group_by(trainee.c.application_id, trainee.c.class_no)
    )
    return {(row.application_id, row.class_no): row.heads for row in counted}


def _drawn(
    connection: Connection, people: Sequence[int], ids: Iterable[int]
) -> dict[tuple[int, int], dict[str, Any]]:
    """The first drawn visit of each class that one of these persons is to make."""
    found = connection.execute(
        select(_visit)
        .where(_visit.c.id.in_(drawn_for(people)), _visit.c.application_id.in_(list(ids)))
        .order_by(_visit.c.due_on.desc(), _visit.c.id.desc())
    ).mappings()
    return {
        (row["application_id"], row["class_no"]): {
            "draw_id": row["draw_id"],
            "due_on": row["due_on"].isoformat(),
        }
        for row in found
    }


# --- what is said of each ----------------------------------------------------------------------------------


def _item(
    case: Case,
    row: Mapping[str, Any],
    day: date,
    heads: Mapping[tuple[int, int], int],
    drawn: Mapping[tuple[int, int], dict[str, Any]],
) -> dict[str, Any]:
    key = (case.id, row["class_no"])
    entry = _class_of(case, row["class_no"])
    last = _last(case, row["class_no"])
    # A visit that was drawn says nothing of what the class is waiting for.
    occasion = row.get("occasion") or (VisitOccasion.TRAINING if last else VisitOccasion.OPENING)
    allowed = allowed_now(case, case.actor)
    return {
        **_about(case, entry),
        "occasion": str(occasion),
        "occasion_label": VisitOccasion(occasion).label,
        "from_on": (row.get("from_on") or date.fromisoformat(entry["starts_on"])).isoformat(),
        "until_on": row["until_on"].isoformat(),
        "late": row["until_on"] < day,
        "left_days": (row["until_on"] - day).days,
        "lacking_count": row.get("lacking_count"),
        "required_count": case.policy.inspections_required,
        "held_count": len(_inspections(case, row["class_no"], opening=False)),
        "heads": heads.get(key, 0),
        "last": last,
        "drawn": drawn.get(key),
        "may_record": _EVENTS[VisitOccasion(occasion)].value in allowed,
    }


def _about(case: Case, entry: Mapping[str, Any]) -> dict[str, Any]:
    applicant = masked_form(case.form).get("applicant") or {}
    return {
        "application_id": case.id,
        "application_number": case.row["number"],
        "applicant_name": case.row["applicant_name"],
        "state": case.state.value,
        "state_label": case.state.label,
        "class_no": entry["class_no"],
        "occupation": entry.get("occupation"),
        "level": entry.get("level"),
        "starts_on": entry.get("starts_on"),
        "ends_on": entry.get("ends_on"),
        "total_hours": entry.get("total_hours"),
        "place": entry.get("place"),
        "contact_name": applicant.get("contact_name"),
        "contact_phone": applicant.get("contact_phone"),
    }


def _class_of(case: Case, class_no: int) -> Mapping[str, Any]:
    classes = case.section(Section.OPENING).get("classes", []) if case.subsidy is Subsidy.TRAINING else []
    found = next((each for each in classes if each["class_no"] == class_no), None)
    if found is None:
        raise NotFound(f"这件申请没有 {class_no} 班")
    known: Mapping[str, Any] = found
    return known


def _inspections(case: Case, class_no: int, *, opening: bool) -> list[dict[str, Any]]:
    name = "opening_inspections" if opening else "inspections"
    return [each for each in case.section(Section.TRAINING).get(name, ()) if each["class_no"] == class_no]


def _last(case: Case, class_no: int) -> dict[str, Any] | None:
    """What the latest inspection of a class saw; None before its opening check."""
    seen = [
        *((0, each) for each in _inspections(case, class_no, opening=True)),
        *enumerate(_inspections(case, class_no, opening=False), start=1),
    ]
    if not seen:
        return None
    number, entry = max(seen, key=lambda one: (one[1]["inspected_at"], one[0]))
    noticed = () if entry.get("observations_struck") else OBSERVATIONS
    return {
        "inspection_no": number,
        "inspected_at": entry["inspected_at"],
        "inspector": entry["inspector"],
        "present_count": entry["present_count"],
        "remarks": entry.get("remarks") or entry.get("sign_in"),
        "observed": {name: entry[name] for name in noticed if name in entry},
    }


def _roster(case: Case, class_no: int) -> list[dict[str, Any]]:
    """The trainees of one class, masked."""
    trainee, person = tables.trainee, tables.person
    found = case.connection.execute(
        select(trainee.c.row_no, trainee.c.name, person.c.id_number_masked)
        .join(person, person.c.id == trainee.c.person_id)
        .where(trainee.c.application_id == case.id, trainee.c.class_no == class_no)
        .order_by(trainee.c.row_no)
    )
    return [{"row": row.row_no, "name": row.name, "id_number": row.id_number_masked} for row in found]
