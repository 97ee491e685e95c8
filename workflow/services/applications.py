"""Applications outside their events: drafting, editing, the roster, reading and lists."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from sqlalchemy import Select, String, and_, cast, delete, exists, func, insert, or_, select
from sqlalchemy import update as update_rows

from calendars import add_years
from workflow.access import AWAITED_EVENTS, Actor, is_awaited, is_own, require_reading
from workflow.clock import SHANGHAI
from workflow.errors import Conflict, FieldError, Forbidden, Malformed, NotNow
from workflow.form import completeness, read_new_application, read_patch
from workflow.form.fields import born_on, compact
from workflow.form.money import yuan_from_fen
from workflow.form.roster import RosterReading, RowError, read_roster_rows, read_roster_workbook
from workflow.persistence import tables
from workflow.persistence.engine import reading, writing
from workflow.persistence.types import canonical
from workflow.rules import Occasion
from workflow.sealing import blind_index, seal, sm3
from workflow.services.audit import append_entry, append_system_entry
from workflow.services.case import Case, open_case
from workflow.services.checks import findings_of
from workflow.services.door import check_command_id, find_reply, store_reply
from workflow.services.pages import Page, is_key, page_of, read_cursor, write_cursor
from workflow.services.personal import keep_masked, masked_form, open_form, seal_part
from workflow.services.product import Product
from workflow.services.registers import roster_digest
from workflow.services.view import application_view, clock_view
from workflow.services.visibility import visible
from workflow.vocabulary import ApplicationKind, Event, Role, Section, State

_EDITABLE: dict[State, frozenset[str]] = {
    State.DRAFT: frozenset({"applicant", "opening", "provider", "certificate", "claim"}),
    State.OPENING_CORRECTION: frozenset({"applicant", "opening"}),
    State.CLAIM_DRAFT: frozenset({"claim"}),
    State.CLAIM_CORRECTION: frozenset({"applicant", "opening", "claim", "provider", "certificate"}),
}
"""What the applicant may write on the form in which state."""

# An individual's opening is what the person trained for and got: the provider and the certificate.
_PAYING = frozenset({State.DISBURSEMENT_AWAITING_PAYMENT, State.DISBURSED, State.RECOVERING})
_PART_OF_SECTION = {"provider": "opening", "certificate": "opening"}
_TYPED_KEYS = {"claim": ("lines", "commitment")}
_DEPARTMENTS_KEEP = ("reviews",)


def create_application(
    product: Product, *, actor: Actor, body: Any, command_id: str | None = None
) -> dict[str, Any]:
    """A new draft of the actor; answers the application. The same command id does it once.

    Raises ``Malformed``, and ``Forbidden`` for who is no applicant, applies as another kind, or in another
    region than the own.
    """
    if actor.role is not Role.APPLICANT:
        raise Forbidden("只有申请人（培训机构、企业、个人）可以新建申请")
    check_command_id(command_id)
    new = read_new_application(body)
    digest = sm3(canonical(["create", body]))
    kind = ApplicationKind(new.kind)
    if actor.applicant_kind is not None and kind is not actor.applicant_kind:
        raise Forbidden(f"您的账号是“{actor.applicant_kind.label}”，不能以“{kind.label}”的身份申请")
    if actor.region is not None and new.region != actor.region:
        raise Forbidden(f"您的账号属于地区 {actor.region}，不能在地区 {new.region} 申请")
    policy = product.policy_of_the_day(new.policy)
    secret_key = product.settings.secret_key
    form = {name: seal_part(name, part, secret_key=secret_key) for name, part in new.sections().items()}
    with writing(product.engine) as connection:
        known = find_reply(connection, actor, command_id, digest) if command_id is not None else None
        if known is not None:
            return known
        now = product.now(connection)
        # The number needs the id, so a provisional one stands there until the next statement.
        application_id = connection.execute(
            insert(tables.application)
            .values(
                number=uuid4().hex,
                kind=kind.value,
                region=new.region,
                policy_key=policy.key,
                organisation_id=actor.organisation_id if kind is not ApplicationKind.INDIVIDUAL else None,
                created_by=actor.account_id,
                created_at=now,
                updated_at=now,
                applicant_name=new.applicant.name,
                state=State.DRAFT.value,
                section=Section.OPENING.value,
                state_since_on=now.astimezone(SHANGHAI).date(),
                version=1,
                form=canonical(form),
                findings=[],
            )
            .returning(tables.application.c.id)
        ).scalar_one()
        number = f"{new.region}-{now.astimezone(SHANGHAI).year}-{application_id:06d}"
        connection.execute(
            update_rows(tables.application)
            .where(tables.application.c.id == application_id)
            .values(number=number)
        )
        case = open_case(product, connection, actor, application_id, lock=True)
        append_entry(case, "create", outcome="done", old=State.DRAFT, new=State.DRAFT)
        case.write_row()
        view = application_view(case, actor)
        store_reply(case, command_id, digest, view)
        return view


def edit_application(
    product: Product,
    *,
    actor: Actor,
    application_id: int,
    body: Any,
    expected_version: int | None,
    merge: bool = False,
) -> dict[str, Any]:
    """Changes sections of the form while it is the applicant's; answers the application.

    Each section given replaces the one that stands there; with ``merge`` only the fields given do, and null
    empties one. A returned application opens only the sections that the return named.
    """
    with writing(product.engine) as connection:
        case = open_case(product, connection, actor, application_id, lock=True)
        _require_own(case, actor)
        _require_version(case, expected_version)
        if merge:
            body = _merged(case, body)
        body = _with_kept_masks(case, body)
        parts = read_patch(case.kind, body).sections()
        _require_editable(case, set(parts))
        for name, part in parts.items():
            _replace_part(case, name, part)
        case.row["applicant_name"] = case.form["applicant"]["name"]
        case.row["version"] += 1
        case.write()
        append_entry(
            case, "edit", outcome="done", old=case.state, new=case.state, details={"sections": sorted(parts)}
        )
        case.write_row()
        return application_view(case, actor)


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
        _require_own(case, actor)
        _require_version(case, expected_version)
        if case.kind is ApplicationKind.INDIVIDUAL:
            raise NotNow("个人申请不需要学员花名册")
        _require_editable(case, {"opening"})
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
        case.row["version"] += 1
        case.write()
        append_entry(
            case,
            "replace_roster",
            outcome="done",
            old=case.state,
            new=case.state,
            details={"count": case.row["roster_count"], "digest": case.row["roster_digest"]},
        )
        case.write_row()
        return _roster_view(case) | {"version": case.row["version"]}


def read_roster(product: Product, *, actor: Actor, application_id: int) -> dict[str, Any]:
    """The roster, masked."""
    with reading(product.engine) as connection:
        case = open_case(product, connection, actor, application_id, lock=False)
        require_reading(actor, case.matter())
        return _roster_view(case)


def read_application(product: Product, *, actor: Actor, application_id: int) -> dict[str, Any]:
    """The application as this person may see it."""
    with reading(product.engine) as connection:
        case = open_case(product, connection, actor, application_id, lock=False)
        require_reading(actor, case.matter())
        return application_view(case, actor)


def read_payee(product: Product, *, actor: Actor, application_id: int) -> dict[str, Any]:
    """The applicant's bank account in clear, for who pays or recovers; each reading is audited.

    Raises ``Forbidden`` for everybody else, and where there is nothing to pay yet.
    """
    with writing(product.engine) as connection:
        case = open_case(product, connection, actor, application_id, lock=False)
        require_reading(actor, case.matter())
        if actor.role is not Role.CASHIER or case.state not in _PAYING:
            raise Forbidden("只有本地区财政部门的拨付经办人在拨付或者追缴阶段可以查看完整的银行账号")
        append_system_entry(
            connection, actor, "read_bank_account", case.now, {"application": case.id, "purpose": "拨付"}
        )
        applicant = open_form(case.form["applicant"], secret_key=product.settings.secret_key)
        return {name: applicant.get(name) for name in ("name", "bank_name", "bank_account")}


def preview_findings(product: Product, *, actor: Actor, application_id: int) -> dict[str, Any]:
    """What the rules would say to a submission now, and what is still missing; nothing is recorded."""
    with reading(product.engine) as connection:
        case = open_case(product, connection, actor, application_id, lock=False)
        require_reading(actor, case.matter())
        claiming = case.state in {State.CLAIM_DRAFT, State.CLAIM_CORRECTION}
        form = open_form(case.form, secret_key=product.settings.secret_key)
        form["claim"] = {key: form.get("claim", {}).get(key) for key in ("lines", "commitment")}
        missing = completeness(form, case.kind, claim=claiming)
        ready = not missing
        occasion = (
            Occasion.CLAIM_SUBMIT
            if claiming or case.kind is ApplicationKind.INDIVIDUAL
            else Occasion.OPENING_SUBMIT
        )
        found = findings_of(case, occasion) if ready else []
        return {
            "findings": [finding.as_dict() for finding in found],
            "missing": [error.as_dict() for error in missing],
        }


# --- lists -------------------------------------------------------------------------------------------------

_WORKLIST = "worklist"
_SUMMARY = (
    tables.application.c.id,
    tables.application.c.number,
    tables.application.c.kind,
    tables.application.c.region,
    tables.application.c.applicant_name,
    tables.application.c.state,
    tables.application.c.section,
    tables.application.c.version,
    tables.application.c.state_since_on,
    tables.application.c.asked_fen,
    tables.application.c.policy_key,
)


def list_applications(
    product: Product,
    *,
    actor: Actor,
    state: str | None = None,
    section: str | None = None,
    region: str | None = None,
    overdue: bool | None = None,
    mine: bool | None = None,
    text: str | None = None,
    cursor: str | None = None,
    limit: int = 20,
) -> Page:
    """Applications that this person may see, newest first, filtered.

    ``overdue``: with a clock past its due date; ``mine``: in which this person can act now; ``text``: part
    of the number or of the applicant's name.
    """
    application = tables.application
    with reading(product.engine) as connection:
        today = product.now(connection).astimezone(SHANGHAI).date()
        statement = select(*_SUMMARY).where(visible(actor))
        if state is not None:
            statement = statement.where(application.c.state == state)
        if section is not None:
            statement = statement.where(application.c.section == section)
        if region is not None:
            statement = statement.where(application.c.region == region)
        if text:
            pattern = "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
            statement = statement.where(
                or_(
                    application.c.number.like(pattern, escape="\\"),
                    application.c.applicant_name.like(pattern, escape="\\"),
                )
            )
        if overdue is not None:
            late = exists().where(
                tables.clock.c.application_id == application.c.id,
                tables.clock.c.ended.is_(None),
                ~tables.clock.c.minimum,
                tables.clock.c.due_on < today,
            )
            statement = statement.where(late if overdue else ~late)
        if mine:
            statement = statement.where(_actionable(actor))
        page = page_of(connection, statement, application.c.id, cursor, limit, dict, descending=True)
        page["items"] = _summaries(product, connection, actor, page["items"])
        return page


def read_worklist(product: Product, *, actor: Actor, cursor: str | None = None, limit: int = 20) -> Page:
    """What this person can act on now, what is due first on top; each with its most urgent clock."""
    application, clock = tables.application, tables.clock
    with reading(product.engine) as connection:
        due = (
            select(func.min(clock.c.due_on))
            .where(
                clock.c.application_id == application.c.id,
                clock.c.ended.is_(None),
                ~clock.c.minimum,
                clock.c.due_on.is_not(None),
            )
            .scalar_subquery()
        )
        # Whatever has no due date stands behind all that has one.
        urgency = func.coalesce(cast(due, String(10)), "9999-12-31").label("urgency")
        statement: Select[Any] = select(*_SUMMARY, urgency).where(visible(actor), _actionable(actor))
        if cursor is not None:
            at = read_cursor(cursor, _WORKLIST)
            if not isinstance(at, list) or len(at) != 2 or not isinstance(at[0], str) or not is_key(at[1]):
                raise Malformed("翻页标记无效", [FieldError("cursor", "翻页标记无效")], status=400)
            statement = statement.where(
                or_(urgency.element > at[0], and_(urgency.element == at[0], application.c.id > at[1]))
            )
        found = (
            connection.execute(statement.order_by(urgency.element, application.c.id).limit(limit + 1))
            .mappings()
            .all()
        )
        rows = [dict(row) for row in found]
        more = len(rows) > limit
        rows = rows[:limit]
        last = [rows[-1].get("urgency"), rows[-1]["id"]] if rows else None
        items = _summaries(product, connection, actor, rows, with_events=True)
        return {
            "items": [item for item in items if item["allowed_events"]],
            "next": write_cursor(_WORKLIST, last) if more else None,
        }


def count_worklist(product: Product, *, actor: Actor) -> int:
    """How many applications wait for this person, at a glance (by state and role alone)."""
    with reading(product.engine) as connection:
        return connection.execute(
            select(func.count()).select_from(tables.application).where(visible(actor), _actionable(actor))
        ).scalar_one()


def _actionable(actor: Actor) -> Any:
    """States in which this role of this department has something to do."""
    return tables.application.c.state.in_(
        [state.value for state in State if is_awaited(actor.role, actor.department, state)]
    )


def _summaries(
    product: Product, connection: Any, actor: Actor, rows: list[dict[str, Any]], *, with_events: bool = False
) -> list[dict[str, Any]]:
    summaries = []
    for row in rows:
        case = open_case(product, connection, actor, row["id"], lock=False)
        today = case.today
        running = [
            clock_view(clock, case, today)
            for clock in case.clocks
            if clock.ended is None and not clock.limit.minimum
        ]
        shown = [clock for clock in running if clock["due_on"]]
        urgent = min(shown, key=lambda clock: clock["due_on"], default=None)
        if urgent is None and running and case.state is State.SUSPENDED:
            urgent = running[-1]
        summary = {
            "id": row["id"],
            "number": row["number"],
            "kind": row["kind"],
            "region": row["region"],
            "region_label": case.policy.regions.get(row["region"], row["region"]),
            "applicant_name": row["applicant_name"],
            "state": case.state.value,
            "state_label": case.state.label,
            "section": row["section"],
            "section_label": Section(row["section"]).label,
            "version": row["version"],
            "state_since_on": row["state_since_on"].isoformat(),
            "amount": yuan_from_fen(row["asked_fen"]),
            "clock": urgent,
            "due_on": urgent["due_on"] if urgent else None,
            "clock_state": urgent["state"] if urgent else None,
            "clock_label": urgent["label"] if urgent else None,
            "clock_kind": urgent["kind"] if urgent else None,
            "limit_unit": urgent["limit"]["unit"] if urgent else None,
            "left_days": urgent["left_days"] if urgent else None,
            "provisional": bool(urgent and urgent["provisional"]),
        }
        if with_events:
            allowed = application_view(case, actor)["allowed_events"]
            summary["allowed_events"] = [event for event in allowed if Event(event) in AWAITED_EVENTS]
        summaries.append(summary)
    return summaries


# --- inside ------------------------------------------------------------------------------------------------


def _require_own(case: Case, actor: Actor) -> None:
    matter = case.matter()
    require_reading(actor, matter)
    if not is_own(actor, matter):
        raise Forbidden("只有申请人本人或者本单位的人员可以修改申请表")


def _require_version(case: Case, expected: int | None) -> None:
    if expected is not None and expected != case.row["version"]:
        raise Conflict(
            f"这件申请已被更新（当前版本 {case.row['version']}，您看到的是版本 {expected}），请刷新后再修改",
            current_version=case.row["version"],
        )


def _require_editable(case: Case, parts: set[str]) -> None:
    open_parts = set(_EDITABLE.get(case.state, frozenset()))
    if not open_parts:
        raise NotNow(f"当前状态为“{case.state.label}”，申请表不在申请人手中，不能修改")
    corrections = case.form.get("corrections", [])
    if case.state in {State.OPENING_CORRECTION, State.CLAIM_CORRECTION} and corrections:
        named = set(corrections[-1]["sections"])
        open_parts = {part for part in open_parts if _PART_OF_SECTION.get(part, part) in named}
    closed = parts - open_parts
    if closed:
        labels = {"applicant": "申请人信息", "opening": "开班申请", "claim": "补贴资金申领"}
        named_parts = "、".join(sorted({labels[_PART_OF_SECTION.get(part, part)] for part in closed}))
        raise NotNow(f"当前状态为“{case.state.label}”，“{named_parts}”不在可以修改的部分之内")


def _merged(case: Case, body: Any) -> Any:
    if not isinstance(body, dict):
        return body
    standing = masked_form(case.form)
    merged = dict(body)
    for name, given in body.items():
        before = standing.get(name)
        if isinstance(given, dict) and isinstance(before, dict) and name in _EDITABLE[State.DRAFT]:
            typed = _TYPED_KEYS.get(name) or tuple(set(before) - set(_DEPARTMENTS_KEEP))
            whole = {key: before[key] for key in typed if key in before} | given
            merged[name] = {key: value for key, value in whole.items() if value is not None}
    return merged


def _with_kept_masks(case: Case, body: Any) -> Any:
    applicant = body.get("applicant") if isinstance(body, dict) else None
    if not isinstance(applicant, dict):
        return body
    kept = keep_masked(
        "applicant",
        applicant,
        case.form.get("applicant", {}),
        secret_key=case.product.settings.secret_key,
    )
    return body | {"applicant": kept}


def _replace_part(case: Case, name: str, part: dict[str, Any]) -> None:
    before = case.form.get(name, {})
    if name in _TYPED_KEYS:
        kept = {key: value for key, value in before.items() if key not in _TYPED_KEYS[name]}
    else:
        kept = {key: before[key] for key in _DEPARTMENTS_KEEP if key in before}
    case.form[name] = seal_part(name, part, secret_key=case.product.settings.secret_key) | kept


def _store_roster(case: Case, read: RosterReading) -> None:
    secret_key = case.product.settings.secret_key
    trainees = tables.trainee
    case.connection.execute(delete(trainees).where(trainees.c.application_id == case.id))
    rows = []
    for number, person in enumerate(read.rows, start=1):
        stored = person.stored()
        index = blind_index(str(compact(stored["id_number"])), secret_key=secret_key)
        rows.append(
            {
                "application_id": case.id,
                "row_no": number,
                "class_no": stored["class_no"],
                "name": stored["name"],
                "id_type": stored.get("id_type", "resident_id"),
                "id_index": index,
                "id_number_sealed": seal(stored["id_number"], secret_key=secret_key),
                "id_number_masked": _masked("identity", stored["id_number"]),
                "phone_sealed": seal(stored["phone"], secret_key=secret_key) if stored.get("phone") else None,
                "phone_masked": _masked("phone", stored["phone"]) if stored.get("phone") else None,
                "category": stored["category"],
                "employer": stored.get("employer"),
                "occupation": stored.get("occupation"),
            }
        )
    if rows:
        case.connection.execute(insert(trainees), rows)
    case.row["roster_count"] = len(rows)
    case.row["roster_digest"] = roster_digest(rows)


def _of_wrong_age(case: Case, read: RosterReading) -> Iterator[RowError]:
    youngest = case.policy.trainee_minimum_age
    for row, person in enumerate(read.rows, start=1):
        born = born_on(person.id_number)
        if born is None:
            continue
        if born > case.today:
            yield RowError(row, "id_number", f"“证件号码”中的出生日期{born}在今天之后")
        elif add_years(born, youngest) > case.today:
            yield RowError(row, "id_number", f"学员未满{youngest}周岁（出生日期{born}；本地参数）")


def _cell_error(error: RowError) -> FieldError:
    place = ".".join(part for part in ("rows", str(error.row) if error.row else "", error.field) if part)
    return FieldError(place, f"第{error.row}行：{error.message}" if error.row else error.message)


def _masked(mask: str, value: str) -> str:
    from workflow.form.masking import MASKS

    return MASKS[mask](value)


def _roster_view(case: Case) -> dict[str, Any]:
    trainees = tables.trainee
    found = case.connection.execute(
        select(trainees).where(trainees.c.application_id == case.id).order_by(trainees.c.row_no)
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
