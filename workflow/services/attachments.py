"""Scans and photographs of an application: added to a place of its form, looked at, removed, proved.

A file lies sealed in its folder before the row that names it commits: a crash between leaves a file without a
row, which nobody can open and ``sweep_attachments`` removes, never a row without its file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from workflow.access import Actor, attachment_purpose, is_own, require_attaching, require_reading
from workflow.attachments import store
from workflow.attachments.kinds import FileKind
from workflow.attachments.limits import (
    MOST_BYTES_OF_APPLICATION,
    MOST_FILES_OF_APPLICATION,
    megabytes,
)
from workflow.clock import SHANGHAI, real_now
from workflow.errors import Broken, FieldError, Forbidden, Malformed, NotFound, NotNow, Refused, Unavailable
from workflow.form.attachments import ATTACHMENT_PLACES, PlaceRule
from workflow.form.masking import mask_name
from workflow.persistence import tables
from workflow.persistence.engine import reading, writing
from workflow.persistence.types import LARGEST_ID
from workflow.services.attachment_proof import ADD, REMOVE, told
from workflow.services.audit import append_entry
from workflow.services.case import Case, open_case
from workflow.services.door import check_command_id, digests_of, find_reply, reply_to, store_reply
from workflow.services.editing import require_editable, require_version
from workflow.services.product import Product
from workflow.services.readings import record_reading
from workflow.services.uploads import File, Received, Upload, forget, keep, looked_at, opened, require_some
from workflow.vocabulary import (
    FINAL_STATES,
    ApplicationKind,
    AttachmentPlace,
    ReadingSubject,
    Role,
    Section,
    State,
)

# A file without a row may belong to somebody who is just uploading it.
ORPHANED_AFTER = timedelta(hours=1)
MOST_LISTED = 100
# Whatever names a file in the folder.
_FILED = (tables.attachment, tables.registration_proof)
_BELONGS_TO = {"application": "application_id", "registration": "registration_id"}
_SECTIONS = tuple(Section)


# --- adding ------------------------------------------------------------------------------------------------


def add_attachments(
    product: Product,
    *,
    actor: Actor,
    application_id: int,
    place: AttachmentPlace,
    class_no: int | None,
    inspection_no: int | None = None,
    uploads: Sequence[Upload],
    expected_version: int | None = None,
    command_id: str | None = None,
) -> dict[str, Any]:
    """Adds the files that can be taken; answers ``version`` and in ``results`` what became of each.

    A result has the file's ``name``, and its ``attachment`` or else the ``message`` why it was not taken.
    Raises ``Malformed`` where nothing was sent or too much at once, ``Forbidden``, ``NotNow``, ``Conflict``,
    and ``Unavailable`` where the scan or the folder fails. The same command id adds once.
    ``inspection_no`` says which inspection of the class they show, 0 for that of the opening day.
    """
    check_command_id(command_id)
    require_some(uploads)
    sums = [hashlib.sha256(each.content).hexdigest() for each in uploads]
    named = [[each.name, digest] for each, digest in zip(uploads, sums, strict=True)]
    content = [ADD, application_id, place.value, class_no, named, expected_version]
    digests = digests_of(product, content if inspection_no is None else [*content, inspection_no])
    with reading(product.engine) as connection:
        known = None if command_id is None else find_reply(connection, actor, command_id, digests)
        if known is not None:
            return known
        case = open_case(product, connection, actor, application_id, lock=False)
        _require_addable(case, place, class_no, inspection_no)
        require_version(case, expected_version)
    # Looked at, sealed and written outside any transaction: nobody waits for somebody's large files.
    results = [looked_at(product, each, digest) for each, digest in zip(uploads, sums, strict=True)]
    if all(result.message for result in results):
        return {"version": case.row["version"], "results": [result.as_dict() for result in results]}
    try:
        for result in results:
            keep(product, result)
        with writing(product.engine) as connection:
            case = open_case(product, connection, actor, application_id, lock=True)
            known = None if command_id is None else find_reply(connection, actor, command_id, digests)
            if known is None:
                _require_addable(case, place, class_no, inspection_no)
                require_version(case, expected_version)
                reply = _registered(case, place, class_no, inspection_no, results)
                store_reply(case, command_id, digests, reply)
    except Exception as error:
        # What failed otherwise may have been committed after all; the sweep will know.
        if isinstance(error, Refused | IntegrityError) and not isinstance(error, Unavailable):
            forget(product, results)
        known = reply_to(product, actor, command_id, digests) if isinstance(error, IntegrityError) else None
        if known is None:
            raise
    if known is not None:
        forget(product, results)
        return known
    forget(product, [result for result in results if result.message])
    return reply


def _registered(
    case: Case,
    place: AttachmentPlace,
    class_no: int | None,
    inspection_no: int | None,
    results: Sequence[Received],
) -> dict[str, Any]:
    """Rows and entries of the files; those that break a limit of the application get their message."""
    table = tables.attachment
    standing = case.connection.execute(
        select(table.c.place, table.c.class_no, table.c.sha256, table.c.byte_count).where(
            table.c.application_id == case.id, table.c.removed_at.is_(None)
        )
    ).all()
    here = {row.sha256 for row in standing if (row.place, row.class_no) == (place.value, class_no)}
    count, total = len(standing), sum(row.byte_count for row in standing)
    rows = []
    for result in results:
        size = len(result.upload.content)
        if result.message or result.inspected is None:
            continue
        if result.sha256 in here:
            result.message = f"“{result.name}”已经上传过（内容相同），没有重复保存"
        elif count >= MOST_FILES_OF_APPLICATION:
            result.message = f"“{result.name}”没有保存：一件申请最多{MOST_FILES_OF_APPLICATION}个附件，已满"
        elif total + size > MOST_BYTES_OF_APPLICATION:
            most = megabytes(MOST_BYTES_OF_APPLICATION)
            result.message = (
                f"“{result.name}”没有保存：一件申请的附件合计不超过 {most}，请压缩或者移除后再上传"
            )
        else:
            here.add(result.sha256)
            count, total = count + 1, total + size
            rows.append(result)
    if rows:
        case.row["version"] += 1
        case.write()
    for result in rows:
        _register(case, place, class_no, inspection_no, result)
    if rows:
        case.write_row()
    return {"version": case.row["version"], "results": [result.as_dict() for result in results]}


def _register(
    case: Case, place: AttachmentPlace, class_no: int | None, inspection_no: int | None, result: Received
) -> None:
    assert result.inspected is not None
    table = tables.attachment
    values = result.columns | {
        "application_id": case.id,
        "place": place.value,
        "class_no": class_no,
        "inspection_no": inspection_no,
        "has_location": result.inspected.has_location,
        "added_by": case.actor.account_id,
        "added_at": case.now,
    }
    attachment_id = case.connection.execute(insert(table).values(values).returning(table.c.id)).scalar_one()
    append_entry(
        case,
        ADD,
        outcome="done",
        old=case.state,
        new=case.state,
        details=told(values | {"id": attachment_id}),
    )
    row = values | {"id": attachment_id, "removed_at": None, "added_by_name": case.actor.name}
    result.attachment = _view(case, row | {"removed_by_name": None})


# --- removing ----------------------------------------------------------------------------------------------


def remove_attachment(
    product: Product,
    *,
    actor: Actor,
    application_id: int,
    attachment_id: int,
    expected_version: int | None = None,
    command_id: str | None = None,
) -> dict[str, Any]:
    """Removes a file from its place; auditors can still read it. Answers ``version`` and the ``attachment``.

    Raises ``NotFound``, ``Forbidden`` for what somebody else added, ``NotNow`` where the place is closed.
    """
    check_command_id(command_id)
    digests = digests_of(product, [REMOVE, application_id, attachment_id, expected_version])
    table = tables.attachment
    try:
        with writing(product.engine) as connection:
            case = open_case(product, connection, actor, application_id, lock=True)
            known = None if command_id is None else find_reply(connection, actor, command_id, digests)
            if known is not None:
                return known
            require_reading(actor, case.matter())
            row = _find(case, attachment_id)
            _require_removable(case, row)
            require_version(case, expected_version)
            removed = {"removed_by": actor.account_id, "removed_at": case.now}
            connection.execute(update(table).where(table.c.id == attachment_id).values(removed))
            case.row["version"] += 1
            case.write()
            append_entry(case, REMOVE, outcome="done", old=case.state, new=case.state, details=told(row))
            case.write_row()
            shown = _view(case, row | removed | {"removed_by_name": actor.name})
            reply = {"version": case.row["version"], "attachment": shown}
            store_reply(case, command_id, digests, reply)
            return reply
    except IntegrityError:
        known = reply_to(product, actor, command_id, digests)
        if known is None:
            raise
        return known


# --- looking -----------------------------------------------------------------------------------------------


def read_attachments(product: Product, *, actor: Actor, application_id: int) -> list[dict[str, Any]]:
    """The places of the form, each with its files in ``items`` and what this person may do there."""
    with reading(product.engine) as connection:
        case = open_case(product, connection, actor, application_id, lock=False)
        require_reading(actor, case.matter())
        rows = _rows(case)
        found: dict[str, list[dict[str, Any]]] = {}
        for row in rows:
            found.setdefault(row["place"], []).append(_view(case, row))
        return [
            _place_view(case, place, rule, found.get(place.value, []))
            for place, rule in ATTACHMENT_PLACES.items()
            if rule.stands_on(case.kind, case.subsidy)
        ]


def list_attachments(product: Product, *, actor: Actor, application_id: int) -> dict[str, Any]:
    """All files of an application in the order of the form, in one page."""
    places = read_attachments(product, actor=actor, application_id=application_id)
    return {"items": [item for place in places for item in place["items"]], "next": None}


def list_attachment_places(product: Product, *, actor: Actor, application_id: int) -> dict[str, Any]:
    """The places of the form and what this person may do there, in one page."""
    places = read_attachments(product, actor=actor, application_id=application_id)
    items = [{name: value for name, value in place.items() if name != "items"} for place in places]
    return {"items": items, "next": None}


def read_attachment(product: Product, *, actor: Actor, application_id: int, attachment_id: int) -> File:
    """One file in clear. What shows personal data is recorded as a reading before it is answered.

    Raises ``NotFound``, also for a removed file unless an auditor asks, and ``Forbidden``.
    """
    with reading(product.engine) as connection:
        case = open_case(product, connection, actor, application_id, lock=False)
        require_reading(actor, case.matter())
        row = _find(case, attachment_id)
        personal = _require_readable(case, row) is not None
    if personal:
        with writing(product.engine) as connection:
            case = open_case(product, connection, actor, application_id, lock=False)
            found = _require_readable(case, row)
            assert found is not None
            purpose, case.on_behalf_of = found
            name = case.row["applicant_name"]
            record_reading(
                case,
                ReadingSubject.APPLICANT,
                purpose,
                note=f"查看附件 {attachment_id}“{AttachmentPlace(row['place']).label}”",
                whose=[mask_name(name) if case.kind is ApplicationKind.INDIVIDUAL else name],
            )
    return File(row["name"], FileKind(row["kind"]), opened(product, row))


def _rows(case: Case) -> list[dict[str, Any]]:
    """The files this person may know of: removed ones are for auditors."""
    table, added, removed = tables.attachment, tables.account.alias(), tables.account.alias()
    wanted = (
        select(table, added.c.name.label("added_by_name"), removed.c.name.label("removed_by_name"))
        .join(added, added.c.id == table.c.added_by)
        .outerjoin(removed, removed.c.id == table.c.removed_by)
        .where(table.c.application_id == case.id)
        .order_by(table.c.id)
    )
    if case.actor.role is not Role.AUDITOR:
        wanted = wanted.where(table.c.removed_at.is_(None))
    return [dict(row) for row in case.connection.execute(wanted).mappings()]


def _find(case: Case, attachment_id: int) -> dict[str, Any]:
    found = None
    if 0 < attachment_id <= LARGEST_ID:
        found = next((row for row in _rows(case) if row["id"] == attachment_id), None)
    if found is None:
        raise NotFound(f"本申请没有编号为 {attachment_id} 的附件，或者已被移除")
    return found


def _view(case: Case, row: dict[str, Any]) -> dict[str, Any]:
    place = AttachmentPlace(row["place"])
    removed_at = row["removed_at"]
    return {
        "id": row["id"],
        "place": place.value,
        "place_label": place.label,
        "class_no": row["class_no"],
        "inspection_no": row["inspection_no"],
        "name": row["name"],
        "kind": row["kind"],
        "byte_count": row["byte_count"],
        "sha256": row["sha256"],
        "has_location": row["has_location"],
        "scanned": row["scanned"],
        "added_by": row["added_by_name"],
        "added_at": row["added_at"].astimezone(SHANGHAI).isoformat(),
        "removed_by": row["removed_by_name"],
        "removed_at": removed_at.astimezone(SHANGHAI).isoformat() if removed_at else None,
        "may_read": _allows(_require_readable, case, row),
        "may_remove": _allows(_require_removable, case, row),
    }


def _place_view(
    case: Case, place: AttachmentPlace, rule: PlaceRule, items: list[dict[str, Any]]
) -> dict[str, Any]:
    may_add = _allows(_require_addable, case, place, None)
    reached = _SECTIONS.index(rule.section) <= _SECTIONS.index(Section(case.row["section"]))
    standing = any(item["removed_at"] is None for item in items)
    due = rule.expected and case.state not in FINAL_STATES and (reached or may_add)
    return {
        "place": place.value,
        "label": place.label,
        "section": rule.section.value,
        "section_label": rule.section.label,
        "source": rule.source,
        "expected": rule.expected,
        "missing": due and not standing,
        "by_class": rule.by_class,
        "personal": rule.personal,
        "may_add": may_add,
        "items": items,
    }


def _allows(require: Any, *about: Any) -> bool:
    try:
        require(*about)
    except Refused:
        return False
    return True


# --- who, and when -----------------------------------------------------------------------------------------


def _require_addable(
    case: Case, place: AttachmentPlace, class_no: int | None, inspection_no: int | None = None
) -> None:
    rule, matter = ATTACHMENT_PLACES[place], case.matter()
    require_reading(case.actor, matter)
    if not rule.stands_on(case.kind, case.subsidy):
        raise _wrong("place", f"这件申请的申请表没有“{place.label}”")
    require_attaching(case.actor, matter, rule.adds, place.label, case.absent)
    _require_open(case, place, rule)
    if inspection_no is not None:
        _require_inspection(case, place, class_no, inspection_no)
    if class_no is None:
        return
    classes = [entry["class_no"] for entry in case.form.get("opening", {}).get("classes", [])]
    if not rule.by_class:
        raise _wrong("class_no", f"“{place.label}”不分班次，不填写班次")
    if class_no not in classes:
        raise _wrong("class_no", f"这件申请没有班次{class_no}")


def _require_inspection(case: Case, place: AttachmentPlace, class_no: int | None, inspection_no: int) -> None:
    training = case.section(Section.TRAINING)
    name = "inspections" if inspection_no else "opening_inspections"
    wanted = AttachmentPlace.TRAINING_INSPECTION if inspection_no else AttachmentPlace.OPENING_INSPECTION
    held = sum(each["class_no"] == class_no for each in training.get(name, ()))
    if place is not wanted or held < max(inspection_no, 1):
        raise _wrong("inspection_no", f"这个班没有第{inspection_no}次检查，或者照片不属于“{place.label}”")


def _require_open(case: Case, place: AttachmentPlace, rule: PlaceRule) -> None:
    if rule.part:
        # The claim of a training comes after it, though its fields may be filled in from the beginning.
        early = rule.part == "claim" and case.state is State.DRAFT and not case.starts_at_claim
        if early:
            raise NotNow(f"“{place.label}”在考核之后申领补贴时上传")
        require_editable(case, {rule.part})
    elif case.state not in rule.states:
        raise NotNow(f"当前状态为“{case.state.label}”，“{place.label}”现在不能增减附件")


def _require_removable(case: Case, row: dict[str, Any]) -> None:
    place = AttachmentPlace(row["place"])
    if row["removed_at"] is not None:
        raise NotNow("这份附件已经移除")
    _require_addable(case, place, None)
    # An applicant's colleagues work on one application; an officer answers for what he added.
    if not is_own(case.actor, case.matter()) and row["added_by"] != case.actor.account_id:
        raise Forbidden("只有上传的人员可以移除这份附件")


def _require_readable(case: Case, row: dict[str, Any]) -> Any:
    """What for it is read, and in whose place, where it shows personal data; None where it does not."""
    place = AttachmentPlace(row["place"])
    if not ATTACHMENT_PLACES[place].personal:
        return None
    found = attachment_purpose(case.actor, case.matter(), case.absent)
    if found is None:
        raise Forbidden(
            f"“{place.label}”含有个人信息：只有本环节办理的审核、检查人员，申请人本人或者本单位，以及审计、"
            "纪检可以查看"
        )
    return found


def _wrong(name: str, message: str) -> Malformed:
    return Malformed(message, [FieldError(name, message)])


# --- proving and tidying -----------------------------------------------------------------------------------


def verify_attachments(product: Product) -> dict[str, Any]:
    """Whether the file of every row is there, unaltered, opens, and is the one that was added.

    Answers ``holds``, how many files and bytes were looked at, and each fault with the application or the
    registration of its file.
    """
    faults: list[dict[str, Any]] = []
    count = total = 0
    with reading(product.engine) as connection:
        rows = [
            row
            for table in _FILED
            for row in connection.execute(select(table).order_by(table.c.id)).mappings()
        ]
    for row in rows:
        count, total = count + 1, total + row["byte_count"]
        fault = store.fault_of(product.settings.files, row["stored_sha256"])
        if not fault:
            try:
                opened(product, row)
            except Broken:
                fault = "文件不能打开，或者不是当时上传的文件"
        if fault:
            place = {name: row.get(column) for name, column in _BELONGS_TO.items()}
            faults.append({"attachment": row["id"], **place, "fault": fault})
    return {
        "holds": not faults,
        "files": count,
        "byte_count": total,
        "fault_count": len(faults),
        "faults": faults[:MOST_LISTED],
    }


def sweep_attachments(product: Product, *, apply: bool) -> dict[str, Any]:
    """Files without a row, an hour old or more; with ``apply`` they are removed.

    Answers ``orphan_count``, their ``byte_count`` and whether they were ``removed``.
    """
    folder, before = product.settings.files, real_now() - ORPHANED_AFTER
    old = [each for each in store.list_files(folder) if each.written_at < before]
    with reading(product.engine) as connection:
        known = {digest for table in _FILED for digest in connection.scalars(select(table.c.stored_sha256))}
    orphans = [each for each in old if each.digest not in known]
    if apply:
        for each in orphans:
            each.path.unlink(missing_ok=True)
    size = sum(each.byte_count for each in orphans)
    return {"orphan_count": len(orphans), "byte_count": size, "removed": apply}


def count_attachments(connection: Connection) -> dict[str, int]:
    """How many files there are, and how many of them nothing has scanned."""
    counted = [
        connection.execute(
            select(func.count().label("files"), func.count().filter(~table.c.scanned).label("unscanned"))
        ).one()
        for table in _FILED
    ]
    return {
        "attachment_count": sum(row.files for row in counted),
        "unscanned_count": sum(row.unscanned for row in counted),
    }
