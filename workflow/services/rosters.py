"""The trainee roster of an application: replaced whole or not at all, shown masked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import delete, select

from calendars import add_years
from workflow.access import Actor, require_reading
from workflow.errors import FieldError, Malformed, NotNow
from workflow.form.fields import born_on
from workflow.form.masking import mask_phone
from workflow.form.roster import RosterReading, RowError, read_roster_rows, read_roster_workbook
from workflow.persistence import tables
from workflow.persistence.bulk import insert_rows
from workflow.persistence.engine import reading, writing
from workflow.sealing import seal
from workflow.services.audit import append_entry
from workflow.services.beneficiaries import list_view, read_given, store_list
from workflow.services.case import Case, open_case
from workflow.services.editing import require_editable, require_own, require_version
from workflow.services.persons import register_persons
from workflow.services.product import Product
from workflow.services.registers import roster_digest
from workflow.vocabulary import ApplicationKind, Subsidy


def replace_roster(
    product: Product,
    *,
    actor: Actor,
    application_id: int,
    rows: Any = None,
    workbook: bytes | None = None,
    expected_version: int | None,
) -> dict[str, Any]:
    """Replaces the whole roster by ``rows`` or by the rows of a workbook; nothing is kept of a faulty one.

    Raises ``Malformed`` whose errors name each wrong cell as ``rows.N.field``, N the row as people count it.
    """
    with writing(product.engine) as connection:
        case = open_case(product, connection, actor, application_id, lock=True)
        require_own(case, actor)
        require_version(case, expected_version)
        if case.kind is ApplicationKind.INDIVIDUAL:
            raise NotNow("个人申请不需要学员花名册")
        if case.subsidy is not Subsidy.TRAINING:
            return _replace_list(case, rows, workbook)
        require_editable(case, {"opening"})
        classes = case.form.get("opening", {}).get("classes", [])
        read = (
            read_roster_workbook(workbook, classes)
            if workbook is not None
            else read_roster_rows(rows, classes)
        )
        errors = [*read.errors, *_of_wrong_age(case, read)]
        if errors:
            raise Malformed(
                f"花名册有{len(errors)}处错误，没有保存", [_cell_error(error) for error in errors]
            )
        _store_roster(case, read)
        _record(case, "replace_roster")
        return _roster_view(case) | {"version": case.row["version"]}


def read_roster(product: Product, *, actor: Actor, application_id: int) -> dict[str, Any]:
    """The roster or, of a subsidy that starts at the claim, the list of persons; masked."""
    with reading(product.engine) as connection:
        case = open_case(product, connection, actor, application_id, lock=False)
        require_reading(actor, case.matter())
        return _roster_view(case) if case.subsidy is Subsidy.TRAINING else list_view(case)


def _replace_list(case: Case, rows: Any, workbook: bytes | None) -> dict[str, Any]:
    require_editable(case, {"claim"})
    read = read_given(case, rows, workbook)
    if read.errors:
        raise Malformed(
            f"受益人员名单有{len(read.errors)}处错误，没有保存", [_cell_error(error) for error in read.errors]
        )
    store_list(case, read)
    _record(case, "replace_list")
    return list_view(case) | {"version": case.row["version"]}


def _record(case: Case, event: str) -> None:
    case.row["version"] += 1
    case.write()
    append_entry(
        case,
        event,
        outcome="done",
        old=case.state,
        new=case.state,
        details={"count": case.row["roster_count"], "digest": case.row["roster_digest"]},
    )
    case.write_row()


def _store_roster(case: Case, read: RosterReading) -> None:
    keys = case.product.settings.keys
    trainees = tables.trainee
    persons = register_persons(case.connection, [each.id_number for each in read.rows], keys=keys)
    case.connection.execute(delete(trainees).where(trainees.c.application_id == case.id))
    rows = []
    for number, each in enumerate(read.rows, start=1):
        stored = each.stored()
        rows.append(
            {
                "application_id": case.id,
                "row_no": number,
                "class_no": stored["class_no"],
                "name": stored["name"],
                "id_type": stored.get("id_type", "resident_id"),
                "person_id": persons[each.id_number].id,
                "phone_sealed": seal(stored["phone"], keys=keys) if stored.get("phone") else None,
                "phone_masked": mask_phone(stored["phone"]) if stored.get("phone") else None,
                "category": stored["category"],
                "employer": stored.get("employer"),
                "occupation": stored.get("occupation"),
            }
        )
    insert_rows(case.connection, trainees, rows)
    case.row["roster_count"] = len(rows)
    case.row["roster_digest"] = roster_digest(
        [(each.class_no, persons[each.id_number].token) for each in read.rows]
    )


def _of_wrong_age(case: Case, read: RosterReading) -> Iterator[RowError]:
    """Who is not old enough on the day the class begins; a class without its day is taken to begin today."""
    youngest = case.policy.trainee_minimum_age
    begins_on = {
        each["class_no"]: max(date.fromisoformat(each["starts_on"]), case.today)
        for each in case.form.get("opening", {}).get("classes", [])
        if each.get("starts_on")
    }
    for row, person in enumerate(read.rows, start=1):
        born = born_on(person.id_number)
        if born is None:
            continue
        if born > case.today:
            yield RowError(row, "id_number", f"“证件号码”中的出生日期{born}在今天之后")
        elif add_years(born, youngest) > begins_on.get(person.class_no, case.today):
            yield RowError(row, "id_number", f"学员开班时未满{youngest}周岁（出生日期{born}；本地参数）")


def _cell_error(error: RowError) -> FieldError:
    place = ".".join(part for part in ("rows", str(error.row) if error.row else "", error.field) if part)
    return FieldError(place, f"第{error.row}行：{error.message}" if error.row else error.message)


def _roster_view(case: Case) -> dict[str, Any]:
    trainees = tables.trainee
    found = case.connection.execute(
        select(trainees, tables.person.c.id_number_masked)
        .join(tables.person, tables.person.c.id == trainees.c.person_id)
        .where(trainees.c.application_id == case.id)
        .order_by(trainees.c.row_no)
    ).mappings()
    items = [
        {
            "row": row["row_no"],
            "class_no": row["class_no"],
            "name": row["name"],
            "id_type": row["id_type"],
            "id_number": row["id_number_masked"],
            "phone": row["phone_masked"],
            "category": row["category"],
            "employer": row["employer"],
            "occupation": row["occupation"],
        }
        for row in found
    ]
    return {"count": len(items), "items": items}
