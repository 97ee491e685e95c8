"""Trainees of a roster one by one: added, changed and removed, with the checks of a whole roster."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, func, insert, select, update

from workflow.access import Actor
from workflow.errors import FieldError, Malformed, NotFound
from workflow.form.ages import Ages
from workflow.form.roster import RosterReading, Trainee, read_roster_rows
from workflow.persistence import tables
from workflow.persistence.engine import reading, writing
from workflow.sealing import unseal
from workflow.services.audit import append_entry
from workflow.services.case import Case, open_case
from workflow.services.persons import register_persons
from workflow.services.product import Product
from workflow.services.registers import roster_digest, roster_of
from workflow.services.rosters import require_replaceable, roster_view, trainee_row
from workflow.workbooks.limits import MOST_ROWS

# Shown covered; sent back as they were shown, they stay as they are stored.
_COVERED = {"id_number": "id_number_masked", "phone": "phone_masked"}


def add_trainee(
    product: Product, *, actor: Actor, application_id: int, data: Any, expected_version: int | None
) -> dict[str, Any]:
    """Adds one trainee at the end of the roster; answers the roster with what should be looked at.

    Raises ``Malformed`` whose errors name each wrong field, also for a person who is on the roster already.
    """
    with writing(product.engine) as connection:
        case = open_case(product, connection, actor, application_id, lock=True)
        require_replaceable(case, actor, expected_version)
        if case.row["roster_count"] >= MOST_ROWS:
            raise Malformed(f"名册最多{MOST_ROWS}人，已满", [FieldError("", f"名册最多{MOST_ROWS}人")])
        last = connection.scalar(
            select(func.max(tables.trainee.c.row_no)).where(tables.trainee.c.application_id == case.id)
        )
        read, row = _checked(case, data, (last or 0) + 1)
        connection.execute(insert(tables.trainee).values(row))
        return _changed(case, read)


def change_trainee(
    product: Product,
    *,
    actor: Actor,
    application_id: int,
    row_no: int,
    data: Any,
    expected_version: int | None,
) -> dict[str, Any]:
    """Changes the fields given of one trainee, null empties one; the row number stays.

    A number that comes back covered as it was shown is kept. Raises ``NotFound``, and ``Malformed`` as for a
    new trainee.
    """
    table = tables.trainee
    with writing(product.engine) as connection:
        case = open_case(product, connection, actor, application_id, lock=True)
        require_replaceable(case, actor, expected_version)
        stored = _stored(case, row_no)
        merged = data
        if isinstance(data, dict):
            kept = {name for name, mask in _COVERED.items() if name in data and data[name] == stored[mask]}
            given = {name: value for name, value in data.items() if name not in kept}
            merged = _in_clear(case, stored) | given
        read, row = _checked(case, merged, row_no)
        connection.execute(
            update(table).where(table.c.application_id == case.id, table.c.row_no == row_no).values(row)
        )
        return _changed(case, read)


def remove_trainee(
    product: Product, *, actor: Actor, application_id: int, row_no: int, expected_version: int | None
) -> dict[str, Any]:
    """Takes one trainee off the roster; the row numbers of the others stay. Raises ``NotFound``."""
    table = tables.trainee
    with writing(product.engine) as connection:
        case = open_case(product, connection, actor, application_id, lock=True)
        require_replaceable(case, actor, expected_version)
        _stored(case, row_no)
        connection.execute(delete(table).where(table.c.application_id == case.id, table.c.row_no == row_no))
        return _changed(case, RosterReading((), ()))


def read_trainee(product: Product, *, actor: Actor, application_id: int, row_no: int) -> dict[str, Any]:
    """One trainee of the applicant's roster as the form shows it, numbers covered.

    Raises like a change: whoever may not change the roster is not asked to fill in the form.
    """
    with reading(product.engine) as connection:
        case = open_case(product, connection, actor, application_id, lock=False)
        require_replaceable(case, actor, None)
        stored = _stored(case, row_no)
        return {name: stored[_COVERED.get(name, name)] for name in Trainee.model_fields}


def _stored(case: Case, row_no: int) -> dict[str, Any]:
    trainee, person = tables.trainee, tables.person
    found = case.connection.execute(
        select(trainee, person.c.id_number_sealed, person.c.id_number_masked)
        .join(person, person.c.id == trainee.c.person_id)
        .where(trainee.c.application_id == case.id, trainee.c.row_no == row_no)
    ).mappings()
    row = found.one_or_none()
    if row is None:
        raise NotFound(f"名册中没有序号为{row_no}的学员")
    return dict(row)


def _in_clear(case: Case, stored: dict[str, Any]) -> dict[str, Any]:
    """The trainee as it was typed, to be checked again; never answered."""
    keys = case.product.settings.keys
    clear = {name: stored[name] for name in Trainee.model_fields if name not in _COVERED}
    phone = stored["phone_sealed"]
    return clear | {
        "id_number": unseal(stored["id_number_sealed"], keys=keys),
        "phone": unseal(phone, keys=keys) if phone else None,
    }


def _checked(case: Case, data: Any, row_no: int) -> tuple[RosterReading, dict[str, Any]]:
    """What was read of the one row, and the row to be stored; the person is on no other row."""
    classes = case.form.get("opening", {}).get("classes", [])
    ages = Ages.of_policy(case.policy, classes, case.today)
    read = read_roster_rows([data], classes, ages=ages)
    if read.errors:
        raise _malformed([FieldError(error.field, error.message) for error in read.errors])
    trainee = read.rows[0].trainee
    numbers = {trainee.id_number: trainee.id_type}
    person = register_persons(case.connection, numbers, keys=case.product.settings.keys)[trainee.id_number]
    table = tables.trainee
    other = case.connection.scalar(
        select(table.c.row_no).where(
            table.c.application_id == case.id, table.c.person_id == person.id, table.c.row_no != row_no
        )
    )
    if other is not None:
        message = f"“证件号码”与名册中序号为{other}的学员重复，同一人只能登记一次"
        raise _malformed([FieldError("id_number", message)])
    return read, trainee_row(case, row_no, trainee, person)


def _malformed(errors: list[FieldError]) -> Malformed:
    return Malformed(f"学员信息有{len(errors)}处错误，没有保存", errors)


def _changed(case: Case, read: RosterReading) -> dict[str, Any]:
    """Keeps count, digest, version and trail of the roster that now stands, and answers it."""
    people = roster_of(case.connection, case.id)
    case.row["roster_count"] = len(people)
    case.row["roster_digest"] = roster_digest(people)
    case.row["version"] += 1
    case.write()
    append_entry(
        case,
        "change_roster",
        outcome="done",
        old=case.state,
        new=case.state,
        details={"count": case.row["roster_count"], "digest": case.row["roster_digest"]},
    )
    case.write_row()
    warnings = [{"field": warning.field, "message": warning.message} for warning in read.warnings]
    return roster_view(case) | {"version": case.row["version"], "warnings": warnings}
