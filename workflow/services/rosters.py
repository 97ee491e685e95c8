"""The trainee roster of an application, or its list of persons: replaced whole, shown masked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, func, select

from workflow.access import Actor, require_reading
from workflow.errors import Conflict, FieldError, Malformed, NotNow
from workflow.form.ages import Ages
from workflow.form.beneficiaries import (
    LIST_NAME,
    ListReading,
    check_list_table,
    list_error_workbook,
    read_list,
    read_list_table,
)
from workflow.form.masking import mask_phone
from workflow.form.roster import (
    RosterReading,
    RowRemark,
    Trainee,
    check_roster_table,
    read_roster_rows,
    read_roster_table,
    roster_error_workbook,
)
from workflow.persistence import tables
from workflow.persistence.bulk import insert_rows
from workflow.persistence.engine import reading, writing
from workflow.sealing import seal
from workflow.services.audit import append_entry
from workflow.services.beneficiaries import list_view, store_list
from workflow.services.case import Case, open_case
from workflow.services.editing import list_part, require_editable, require_own, require_version
from workflow.services.persons import Person, register_persons
from workflow.services.product import Product
from workflow.services.registers import roster_digest
from workflow.vocabulary import ApplicationKind, Subsidy
from workflow.workbooks.confinement import Progress
from workflow.workbooks.errors import UnreadableWorkbook
from workflow.workbooks.rows import Table

MOST_LISTED = 1_000
ROWS_A_PAGE = 100


def replace_roster(
    product: Product,
    *,
    actor: Actor,
    application_id: int,
    rows: Any = None,
    workbook: bytes | None = None,
    table: Table | None = None,
    expected_version: int | None,
    good_rows: int | None = None,
) -> dict[str, Any]:
    """Replaces the whole roster by ``rows``, or by those of a workbook or of a ``table`` read from one.

    Nothing is kept of a faulty one, unless ``good_rows`` says how many good rows the user has knowingly
    accepted without the others. Raises ``Malformed`` whose errors name each wrong cell as ``rows.N.field``, N
    the row as people count it, and ``Conflict`` where other rows are good by now.
    """
    if workbook is not None:
        try:
            table = read_workbook(
                product,
                actor=actor,
                application_id=application_id,
                workbook=workbook,
                expected_version=expected_version,
            )
        except UnreadableWorkbook as fault:
            raise _malformed([RowRemark(0, "", str(fault))]) from fault
    with writing(product.engine) as connection:
        case = open_case(product, connection, actor, application_id, lock=True)
        require_replaceable(case, actor, expected_version)
        read = _checked(case, rows, table)
        if good_rows is None and read.errors:
            raise _malformed(read.errors, "花名册" if case.subsidy is Subsidy.TRAINING else LIST_NAME)
        if good_rows is not None and len(read.rows) != good_rows:
            raise Conflict(
                f"无误的行现在有{len(read.rows)}行，与检查时的{good_rows}行不同，请重新上传",
                current_version=case.row["version"],
            )
        if isinstance(read, ListReading):
            event = "replace_list"
            store_list(case, read)
        else:
            event = "replace_roster"
            _store_roster(case, read)
        case.row["version"] += 1
        case.write()
        details = {"count": case.row["roster_count"], "digest": case.row["roster_digest"]}
        if read.errors:
            details["left_out"] = len({error.row for error in read.errors})
        append_entry(case, event, outcome="done", old=case.state, new=case.state, details=details)
        case.write_row()
        return _view(case) | {"version": case.row["version"]}


def read_workbook(
    product: Product,
    *,
    actor: Actor,
    application_id: int,
    workbook: bytes,
    expected_version: int | None,
    progress: Progress | None = None,
) -> Table:
    """The cells of an uploaded roster, read by a child process for those who may replace it.

    Outside any transaction: a hostile file takes its time. Raises ``UnreadableWorkbook``.
    """
    with reading(product.engine) as connection:
        case = open_case(product, connection, actor, application_id, lock=False)
        require_replaceable(case, actor, expected_version)
    if case.subsidy is not Subsidy.TRAINING:
        return read_list_table(case.subsidy, workbook, progress=progress)
    return read_roster_table(workbook, progress=progress)


def check_table(
    product: Product, *, actor: Actor, application_id: int, table: Table, progress: Progress | None = None
) -> RosterReading | ListReading:
    """What is good and what is wrong in it, by the classes as they stand now."""
    with reading(product.engine) as connection:
        case = open_case(product, connection, actor, application_id, lock=False)
        return _checked(case, None, table, progress)


def make_marked(case: Case, content: bytes, errors: Sequence[RowRemark]) -> bytes:
    """The uploaded workbook with the reasons written into it; raises ``UnreadableWorkbook``."""
    if case.subsidy is not Subsidy.TRAINING:
        return list_error_workbook(case.subsidy, content, errors)
    return roster_error_workbook(content, errors)


def _checked(
    case: Case, rows: Any, table: Table | None, progress: Progress | None = None
) -> RosterReading | ListReading:
    if case.subsidy is not Subsidy.TRAINING:
        return read_list(case.subsidy, rows) if table is None else check_list_table(case.subsidy, table)
    classes = case.form.get("opening", {}).get("classes", [])
    ages = Ages.of_policy(case.policy, classes, case.today)
    if table is not None:
        return check_roster_table(table, classes, ages=ages, progress=progress)
    return read_roster_rows(rows, classes, ages=ages)


def read_roster_page(product: Product, *, actor: Actor, application_id: int, page: int = 1) -> dict[str, Any]:
    """``ROWS_A_PAGE`` trainees of the roster, masked, from page 1; the last page where there are fewer pages.

    ``count`` and ``class_counts`` are those of the whole roster.
    """
    trainee = tables.trainee
    with reading(product.engine) as connection:
        case = open_case(product, connection, actor, application_id, lock=False)
        require_reading(actor, case.matter())
        if case.subsidy is not Subsidy.TRAINING:
            return _page_of(list_view(case)["items"], page)
        counts = connection.execute(
            select(trainee.c.class_no, func.count().label("heads"))
            .where(trainee.c.application_id == case.id)
            .group_by(trainee.c.class_no)
        )
        class_counts = {row.class_no: row.heads for row in counts}
        count = sum(class_counts.values())
        pages = max(1, -(-count // ROWS_A_PAGE))
        page = min(max(1, page), pages)
        items = trainees_of(case, offset=(page - 1) * ROWS_A_PAGE, limit=ROWS_A_PAGE)
    return {"count": count, "class_counts": class_counts, "items": items, "page": page, "pages": pages}


def _page_of(items: list[dict[str, Any]], page: int) -> dict[str, Any]:
    """A list of persons as pages of one class."""
    pages = max(1, -(-len(items) // ROWS_A_PAGE))
    page = min(max(1, page), pages)
    return {
        "count": len(items),
        "class_counts": {1: len(items)},
        "items": items[(page - 1) * ROWS_A_PAGE : page * ROWS_A_PAGE],
        "page": page,
        "pages": pages,
    }


def read_roster(product: Product, *, actor: Actor, application_id: int) -> dict[str, Any]:
    """The roster or, of a subsidy that starts at the claim, the list of persons; masked."""
    with reading(product.engine) as connection:
        case = open_case(product, connection, actor, application_id, lock=False)
        require_reading(actor, case.matter())
        return _view(case)


def _view(case: Case) -> dict[str, Any]:
    return roster_view(case) if case.subsidy is Subsidy.TRAINING else list_view(case)


def _store_roster(case: Case, read: RosterReading) -> None:
    keys = case.product.settings.keys
    trainees = [row.trainee for row in read.rows]
    numbers = {each.id_number: each.id_type for each in trainees}
    persons = register_persons(case.connection, numbers, keys=keys)
    table = tables.trainee
    case.connection.execute(delete(table).where(table.c.application_id == case.id))
    insert_rows(
        case.connection,
        table,
        [
            trainee_row(case, number, each, persons[each.id_number])
            for number, each in enumerate(trainees, start=1)
        ],
    )
    case.row["roster_count"] = len(trainees)
    case.row["roster_digest"] = roster_digest(
        [(each.class_no, persons[each.id_number].token) for each in trainees]
    )


def trainee_row(case: Case, row_no: int, trainee: Trainee, person: Person) -> dict[str, Any]:
    """A trainee of this application as a row of the database."""
    keys = case.product.settings.keys
    return {
        "application_id": case.id,
        "row_no": row_no,
        "class_no": trainee.class_no,
        "name": trainee.name,
        "id_type": trainee.id_type.value,
        "person_id": person.id,
        "phone_sealed": seal(trainee.phone, keys=keys) if trainee.phone else None,
        "phone_masked": mask_phone(trainee.phone) if trainee.phone else None,
        "category": trainee.category.value,
        "employer": trainee.employer,
        "occupation": trainee.occupation,
        "post_code": trainee.post_code,
        "changing_post": trainee.changing_post,
        "major": trainee.major,
        "major_code": trainee.major_code,
    }


def require_replaceable(case: Case, actor: Actor, expected_version: int | None) -> None:
    """Raises unless the roster is this person's to change now, and still the version that was seen."""
    require_own(case, actor)
    require_version(case, expected_version)
    if case.kind is ApplicationKind.INDIVIDUAL:
        raise NotNow("个人申请不需要学员花名册")
    require_editable(case, {list_part(case)})


def _malformed(errors: Sequence[RowRemark], name: str = "花名册") -> Malformed:
    listed = f"，以下为前{MOST_LISTED}处" if len(errors) > MOST_LISTED else ""
    return Malformed(
        f"{name}有{len(errors)}处错误，没有保存{listed}",
        [cell_error(error) for error in errors[:MOST_LISTED]],
    )


def cell_error(error: RowRemark) -> FieldError:
    """What is wrong in a row as the API answers it: ``rows.N.field``."""
    place = ".".join(part for part in ("rows", str(error.row) if error.row else "", error.field) if part)
    return FieldError(place, f"第{error.row}行：{error.message}" if error.row else error.message)


def roster_view(case: Case) -> dict[str, Any]:
    """The roster as it is answered: masked."""
    items = trainees_of(case)
    return {"count": len(items), "items": items}


def trainees_of(case: Case, *, offset: int = 0, limit: int | None = None) -> list[dict[str, Any]]:
    """The trainees in the order of the roster, masked, from the place ``offset``."""
    trainees = tables.trainee
    found = case.connection.execute(
        select(trainees, tables.person.c.id_number_masked)
        .join(tables.person, tables.person.c.id == trainees.c.person_id)
        .where(trainees.c.application_id == case.id)
        .order_by(trainees.c.row_no)
        .offset(offset)
        .limit(limit)
    ).mappings()
    return [
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
            "post_code": row["post_code"],
            "changing_post": row["changing_post"],
            "major": row["major"],
            "major_code": row["major_code"],
        }
        for row in found
    ]
