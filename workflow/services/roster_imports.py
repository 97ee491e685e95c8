"""A roster workbook on its way: uploaded, read by a child process, checked row by row, then decided upon.

A workbook without a fault becomes the roster at once. Where rows are wrong nothing is stored: the applicant
sees which, may take the file back with the reasons written into it, and may accept the good rows knowingly.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import BoundedSemaphore, Thread
from threading import enumerate as running_threads
from typing import Any

import structlog
from sqlalchemy import Connection, insert, select, update

from workflow.access import Actor, require_reading
from workflow.clock import real_now
from workflow.errors import Conflict, FieldError, Malformed, NotFound, NotNow, Refused
from workflow.form.masking import cover_numbers
from workflow.form.roster import RowRemark
from workflow.persistence import tables
from workflow.persistence.engine import reading, writing
from workflow.persistence.types import LARGEST_ID
from workflow.sealing import seal, unseal
from workflow.services.case import open_case
from workflow.services.editing import require_own
from workflow.services.product import Product
from workflow.services.readings import record_reading
from workflow.services.rosters import (
    check_table,
    make_marked,
    read_workbook,
    replace_roster,
    require_replaceable,
)
from workflow.vocabulary import ReadingPurpose, ReadingSubject
from workflow.workbooks.confinement import Progress
from workflow.workbooks.errors import UnreadableWorkbook
from workflow.workbooks.limits import MOST_BYTES

READING, CHECKED, FAILED, TAKEN, DROPPED = "reading", "checked", "failed", "taken", "dropped"
MOST_SHOWN = 200
# More readers at once would only take the processor from everybody else.
_READERS = BoundedSemaphore(2)
_TOLD_EVERY = timedelta(seconds=0.3)
_INTERRUPTED_AFTER = timedelta(minutes=2)
_KEPT_FOR = timedelta(hours=24)
_INTERRUPTED = "检查被中断，没有导入任何内容，请重新上传"
_log = structlog.get_logger("roster_imports")


def start_import(
    product: Product,
    *,
    actor: Actor,
    application_id: int,
    file_name: str,
    content: bytes,
    expected_version: int | None,
) -> int:
    """Takes an uploaded workbook in and begins to check it; answers the id under which it is followed.

    Raises as ``replace_roster`` does before it looks into the file, and ``Malformed`` for one that is empty
    or too large.
    """
    if not 0 < len(content) <= MOST_BYTES:
        size = f"{len(content) / 1024 / 1024:.1f} MB" if content else "空文件"
        message = f"名册文件为{size}，须为不超过 {MOST_BYTES // 1024 // 1024} MB 的 .xlsx 文件"
        raise Malformed(message, [FieldError("file", message)])
    keys, now = product.settings.keys, real_now()
    with writing(product.engine) as connection:
        case = open_case(product, connection, actor, application_id, lock=False)
        require_replaceable(case, actor, expected_version)
        _forget_old(connection, now)
        table = tables.roster_import
        import_id: int = connection.execute(
            insert(table)
            .values(
                application_id=application_id,
                account_id=actor.account_id,
                file_name=cover_numbers(file_name)[-200:] or "名册.xlsx",
                state=READING,
                application_version=case.row["version"],
                done_count=0,
                total_count=0,
                good_count=0,
                wrong_count=0,
                content_sealed=seal(base64.b64encode(content).decode(), keys=keys),
                created_at=now,
                touched_at=now,
            )
            .returning(table.c.id)
        ).scalar_one()
    upload = _Upload(product, actor, application_id, case.row["version"], import_id, content)
    Thread(target=_work, args=[upload], name=f"roster-{import_id}", daemon=True).start()
    return import_id


def await_import(product: Product, *, actor: Actor, import_id: int, seconds: float) -> dict[str, Any]:
    """``read_import`` once it is no longer being read, or after so many seconds."""
    worker = f"roster-{import_id}"
    for thread in _running(worker):
        thread.join(seconds)
    return read_import(product, actor=actor, import_id=import_id)


def read_import(product: Product, *, actor: Actor, import_id: int) -> dict[str, Any]:
    """How far it is, what was found, and what may be done with it."""
    with reading(product.engine) as connection:
        row = _find(product, connection, actor, import_id)
    return _shown(product, row)


def make_error_file(product: Product, *, actor: Actor, import_id: int) -> bytes:
    """The applicant's own workbook with a column that says what is wrong where; recorded as a reading."""
    with writing(product.engine) as connection:
        row = _find(product, connection, actor, import_id)
        if row["state"] != CHECKED:
            raise NotNow("只有检查出错误、尚未处理的名册才有错误文件")
        case = open_case(product, connection, actor, row["application_id"], lock=False)
        record_reading(
            case,
            ReadingSubject.TRAINEE,
            ReadingPurpose.CORRECTION,
            note="下载名册错误文件",
            whose=[row["file_name"]],
        )
    keys = product.settings.keys
    content = base64.b64decode(unseal(row["content_sealed"], keys=keys))
    try:
        return make_marked(case, content, _errors(product, row))
    except UnreadableWorkbook as fault:
        raise Malformed(str(fault), [FieldError("file", str(fault))]) from fault


def accept_import(
    product: Product, *, actor: Actor, import_id: int, accepted: bool, expected_version: int | None
) -> dict[str, Any]:
    """Makes the good rows the roster; the wrong ones are left out. Answers the roster.

    Raises ``Malformed`` unless ``accepted`` says that this is known, and ``Conflict`` where by now other rows
    would be good than were shown.
    """
    with reading(product.engine) as connection:
        row = _find(product, connection, actor, import_id)
    _require_decidable(row)
    if not accepted:
        message = f"请先确认：只导入{row['good_count']}行无误的，其余{row['wrong_count']}行不导入"
        raise Malformed(message, [FieldError("accepted", message)])
    if not row["good_count"]:
        raise NotNow("文件中没有无误的行，不能导入")
    content = base64.b64decode(unseal(row["content_sealed"], keys=product.settings.keys))
    answer = replace_roster(
        product,
        actor=actor,
        application_id=row["application_id"],
        workbook=content,
        expected_version=expected_version,
        good_rows=row["good_count"],
    )
    _settle(product, import_id, TAKEN)
    return answer


def drop_import(product: Product, *, actor: Actor, import_id: int) -> None:
    """Gives it up; the roster stays as it is."""
    with reading(product.engine) as connection:
        row = _find(product, connection, actor, import_id)
    _require_decidable(row)
    _settle(product, import_id, DROPPED)


# The work --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Upload:
    product: Product
    actor: Actor
    application_id: int
    version: int
    """Of the application when the file came: what changed since is not overwritten."""
    import_id: int
    content: bytes


def _work(upload: _Upload) -> None:
    product, import_id = upload.product, upload.import_id
    told_at = real_now()

    def progress(done: int, total: int) -> None:
        nonlocal told_at
        if real_now() - told_at >= _TOLD_EVERY:
            told_at = real_now()
            _write(product, import_id, done_count=done, total_count=total)

    try:
        with _READERS:
            _check(upload, progress)
    except (Refused, UnreadableWorkbook) as refusal:
        _settle(product, import_id, FAILED, message=str(refusal))
    except Exception:
        _log.exception("roster_import_failed", import_id=import_id)
        _settle(product, import_id, FAILED, message=_INTERRUPTED)


def _check(upload: _Upload, progress: Progress) -> None:
    product, import_id = upload.product, upload.import_id
    whose: dict[str, Any] = {"actor": upload.actor, "application_id": upload.application_id}
    table = read_workbook(
        product, **whose, workbook=upload.content, expected_version=upload.version, progress=progress
    )
    read = check_table(product, **whose, table=table, progress=progress)
    unreadable = [error for error in read.errors if not error.row]
    if unreadable:
        _settle(product, import_id, FAILED, message=unreadable[0].message)
        return
    good, wrong = len(read.rows), len({error.row for error in read.errors})
    found = {
        "good_count": good,
        "wrong_count": wrong,
        "done_count": good + wrong,
        "total_count": good + wrong,
        "remarks_sealed": seal(_written(read.errors, read.warnings), keys=product.settings.keys),
    }
    if wrong:
        _write(product, import_id, state=CHECKED, **found)
        return
    replace_roster(product, **whose, table=table, expected_version=upload.version)
    _settle(product, import_id, TAKEN, **found)


def _write(product: Product, import_id: int, **values: Any) -> None:
    with writing(product.engine) as connection:
        connection.execute(
            update(tables.roster_import)
            .where(tables.roster_import.c.id == import_id)
            .values(touched_at=real_now(), **values)
        )


def _settle(product: Product, import_id: int, state: str, **values: Any) -> None:
    """Decided: the file is kept no longer."""
    _write(product, import_id, state=state, content_sealed=None, **values)


def _forget_old(connection: Connection, now: datetime) -> None:
    table = tables.roster_import
    connection.execute(
        update(table)
        .where(table.c.created_at < now - _KEPT_FOR, table.c.content_sealed.is_not(None))
        .values(state=DROPPED, content_sealed=None, remarks_sealed=None)
    )


# What is shown ---------------------------------------------------------------------------------------------


def _find(product: Product, connection: Connection, actor: Actor, import_id: int) -> dict[str, Any]:
    table = tables.roster_import
    found = (
        connection.execute(select(table).where(table.c.id == import_id)).mappings().one_or_none()
        if 0 < import_id <= LARGEST_ID
        else None
    )
    if found is None:
        raise NotFound(f"没有编号为 {import_id} 的名册导入")
    case = open_case(product, connection, actor, found["application_id"], lock=False)
    require_reading(actor, case.matter())
    require_own(case, actor)
    row = dict(found)
    if row["state"] == READING and real_now() - row["touched_at"] > _INTERRUPTED_AFTER:
        row |= {"state": FAILED, "message": _INTERRUPTED}
    return row


def _require_decidable(row: dict[str, Any]) -> None:
    if row["state"] == READING:
        raise NotNow("名册还在检查，请稍候")
    if row["state"] != CHECKED:
        raise Conflict("这份名册已经处理过，请重新上传", current_version=row["application_version"])


def _shown(product: Product, row: dict[str, Any]) -> dict[str, Any]:
    remarks = _remarks(product, row)
    return {
        "id": row["id"],
        "application_id": row["application_id"],
        "file_name": row["file_name"],
        "state": row["state"],
        "done_count": row["done_count"],
        "total_count": row["total_count"],
        "good_count": row["good_count"],
        "wrong_count": row["wrong_count"],
        "message": row["message"],
        "errors": remarks["errors"][:MOST_SHOWN],
        "error_count": len(remarks["errors"]),
        "warnings": remarks["warnings"][:MOST_SHOWN],
    }


def _written(errors: Sequence[RowRemark], warnings: Sequence[RowRemark]) -> str:
    return json.dumps(
        {
            "errors": [error.as_dict() for error in errors],
            "warnings": [warning.as_dict() for warning in warnings],
        },
        ensure_ascii=False,
    )


def _remarks(product: Product, row: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    if not row["remarks_sealed"]:
        return {"errors": [], "warnings": []}
    found: dict[str, list[dict[str, Any]]] = json.loads(
        unseal(row["remarks_sealed"], keys=product.settings.keys)
    )
    return found


def _errors(product: Product, row: dict[str, Any]) -> list[RowRemark]:
    return [RowRemark(**error) for error in _remarks(product, row)["errors"]]


def _running(name: str) -> list[Thread]:
    return [thread for thread in running_threads() if thread.name == name]
