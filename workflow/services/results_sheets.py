"""The list of certificates as a workbook: given to the inspector filled, read back to results to confirm."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from workflow.access import Actor, require_event, require_reading
from workflow.errors import Malformed
from workflow.form.results_sheet import (
    Place,
    ResultsReading,
    check_results_table,
    numbers_in,
    read_results_table,
    results_error_workbook,
    results_workbook,
)
from workflow.form.roster import RowRemark
from workflow.persistence import tables
from workflow.persistence.engine import reading
from workflow.services.case import Case, open_case
from workflow.services.persons import find_persons
from workflow.services.product import Product
from workflow.services.rosters import MOST_LISTED, cell_error
from workflow.vocabulary import Event
from workflow.workbooks.errors import UnreadableWorkbook


def results_sheet(product: Product, *, actor: Actor, application_id: int) -> tuple[bytes, str]:
    """The workbook with the trainees of every class, identity numbers covered, and a name for the file.

    For who may record the results now; raises like the event.
    """
    with reading(product.engine) as connection:
        case = _recordable(product, connection, actor, application_id)
        places = [place for place, _ in _places(case)]
        name = f"{case.row['number']} 取证名单"
    return results_workbook(_classes(case), places), name


def read_results_sheet(
    product: Product, *, actor: Actor, application_id: int, content: bytes
) -> dict[str, Any]:
    """The payload of ``record_results`` that follows from a filled workbook; nothing is recorded.

    Certificates name their holders by ``row_no``. Raises ``Malformed`` whose errors name each wrong cell as
    ``rows.N.field``, N the row of the sheet.
    """
    found = _read(product, actor, application_id, content)
    if found.errors:
        raise _malformed(found.errors)
    return {"results": list(found.results), "warnings": [warning.as_dict() for warning in found.warnings]}


def mark_results_sheet(
    product: Product, *, actor: Actor, application_id: int, content: bytes
) -> bytes | None:
    """The uploaded workbook with what is wrong in each row beside it; None where nothing is wrong."""
    found = _read(product, actor, application_id, content)
    if not found.errors:
        return None
    if all(error.row == 0 for error in found.errors):
        raise _malformed(found.errors)
    try:
        return results_error_workbook(content, found.errors)
    except UnreadableWorkbook as fault:
        raise _malformed([RowRemark(0, "", str(fault))]) from fault


def require_recordable(product: Product, *, actor: Actor, application_id: int) -> None:
    """Raises ``Forbidden`` or ``NotNow`` for whoever does not record results of this application now."""
    with reading(product.engine) as connection:
        _recordable(product, connection, actor, application_id)


def _read(product: Product, actor: Actor, application_id: int, content: bytes) -> ResultsReading:
    with reading(product.engine) as connection:
        _recordable(product, connection, actor, application_id)
    # Outside any transaction, and only for those who may: a hostile file takes its time.
    try:
        table = read_results_table(content)
    except UnreadableWorkbook as fault:
        raise _malformed([RowRemark(0, "", str(fault))]) from fault
    with reading(product.engine) as connection:
        case = _recordable(product, connection, actor, application_id)
        places = _places(case)
        persons = find_persons(connection, numbers_in(table), keys=product.settings.keys)
    row_of = {person_id: place.row_no for place, person_id in places}
    rows_by_number = {number: row_of[person.id] for number, person in persons.items() if person.id in row_of}
    return check_results_table(table, _classes(case), [place for place, _ in places], rows_by_number)


def _recordable(product: Product, connection: Any, actor: Actor, application_id: int) -> Case:
    case = open_case(product, connection, actor, application_id, lock=False)
    matter = case.matter()
    require_reading(actor, matter)
    require_event(actor, matter, Event.RECORD_RESULTS, case.absent)
    return case


def _classes(case: Case) -> list[dict[str, Any]]:
    classes: list[dict[str, Any]] = case.form.get("opening", {}).get("classes", [])
    return classes


def _places(case: Case) -> list[tuple[Place, int]]:
    """The roster by class, each trainee with the person behind it."""
    trainee, person = tables.trainee, tables.person
    rows = case.connection.execute(
        select(
            trainee.c.row_no,
            trainee.c.class_no,
            trainee.c.name,
            trainee.c.person_id,
            person.c.id_number_masked,
        )
        .join(person, person.c.id == trainee.c.person_id)
        .where(trainee.c.application_id == case.id)
        .order_by(trainee.c.class_no, trainee.c.row_no)
    )
    return [(Place(row.row_no, row.class_no, row.name, row.id_number_masked), row.person_id) for row in rows]


def _malformed(errors: Sequence[RowRemark]) -> Malformed:
    listed = f"，以下为前{MOST_LISTED}处" if len(errors) > MOST_LISTED else ""
    return Malformed(
        f"取证名单有{len(errors)}处错误，没有填入{listed}",
        [cell_error(error) for error in errors[:MOST_LISTED]],
    )
