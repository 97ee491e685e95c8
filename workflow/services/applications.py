"""Applications outside their events: drafting, editing, reading."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from sqlalchemy import insert, select
from sqlalchemy import update as update_rows
from sqlalchemy.exc import IntegrityError

from workflow.access import Actor, require_reading
from workflow.clock import SHANGHAI
from workflow.errors import FieldError, Forbidden, Malformed, NotFound, Refused
from workflow.form import read_new_application, read_patch
from workflow.persistence import tables
from workflow.persistence.engine import reading, writing
from workflow.persistence.types import canonical
from workflow.services.audit import append_entry
from workflow.services.case import Case, open_case
from workflow.services.certificate_numbers import cover_on_form
from workflow.services.door import check_command_id, digests_of, find_reply, reply_to, store_reply
from workflow.services.editing import EDITABLE, require_editable, require_own, require_version
from workflow.services.numbers import number_of
from workflow.services.personal import keep_masked, masked_form, open_form, seal_part
from workflow.services.product import Product
from workflow.services.readings import read_in_clear
from workflow.services.search import keep_name
from workflow.services.view import application_view
from workflow.vocabulary import ApplicationKind, ReadingSubject, Role, Section, State

_TYPED_KEYS = {"claim": ("lines", "commitment")}
_DEPARTMENTS_KEEP = ("reviews", "answers")


def create_application(
    product: Product, *, actor: Actor, body: Any, command_id: str | None = None
) -> dict[str, Any]:
    """A new draft of the actor; answers the application. The same command id does it once.

    With ``based_on`` masks that came over from an own application stand for what they cover there. Raises
    ``Malformed``, and ``Forbidden`` for who is no applicant, applies as another kind, or in another region
    than the own.
    """
    if actor.role is not Role.APPLICANT:
        raise Forbidden("只有申请人（培训机构、企业、个人）可以新建申请")
    check_command_id(command_id)
    digests = digests_of(product, ["create", body])
    new = read_new_application(with_masks_carried_over(product, actor, body))
    kind = ApplicationKind(new.kind)
    if actor.applicant_kind is not None and kind is not actor.applicant_kind:
        raise Forbidden(f"您的账号是“{actor.applicant_kind.label}”，不能以“{kind.label}”的身份申请")
    if actor.region is not None and new.region != actor.region:
        raise Forbidden(f"您的账号属于地区 {actor.region}，不能在地区 {new.region} 申请")
    policy = product.policy_of_the_day(new.policy)
    keys, sections = product.settings.keys, new.sections()
    try:
        with writing(product.engine) as connection:
            known = find_reply(connection, actor, command_id, digests) if command_id is not None else None
            if known is not None:
                return known
            now = product.now(connection)
            cover_on_form(connection, sections, sections["applicant"], keys=keys)
            form = {name: seal_part(name, part, keys=keys) for name, part in sections.items()}
            # The number needs the id, so a provisional one stands there until the next statement.
            application_id = connection.execute(
                insert(tables.application)
                .values(
                    number=uuid4().hex,
                    kind=kind.value,
                    subsidy=new.subsidy,
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
            number = number_of(new.region, now.astimezone(SHANGHAI).year, application_id)
            keep_name(connection, new.applicant.name)
            connection.execute(
                update_rows(tables.application)
                .where(tables.application.c.id == application_id)
                .values(number=number)
            )
            case = open_case(product, connection, actor, application_id, lock=True)
            append_entry(case, "create", outcome="done", old=State.DRAFT, new=State.DRAFT)
            case.write_row()
            view = application_view(case, actor)
            store_reply(case, command_id, digests, view)
            return view
    except IntegrityError:
        # The same command was sent twice at once: the other one has made the draft.
        known = reply_to(product, actor, command_id, digests)
        if known is None:
            raise
        return known


def edit_application(
    product: Product,
    *,
    actor: Actor,
    application_id: int,
    body: Any,
    expected_version: int | None,
    merge: bool = False,
    if_changed: bool = False,
) -> dict[str, Any]:
    """Changes sections of the form while it is the applicant's; answers the application.

    Each section given replaces the one that stands there; with ``merge`` only the fields given do, and null
    empties one. A returned application opens only the sections that the return named. With ``if_changed``
    what stands there already stays as it is, whatever version was seen: nothing is saved or recorded twice.
    """
    with writing(product.engine) as connection:
        case = open_case(product, connection, actor, application_id, lock=True)
        require_own(case, actor)
        if if_changed and _stands_already(case, body):
            return application_view(case, actor)
        require_version(case, expected_version)
        if merge:
            body = merged_with_stored(case, body)
        body = with_kept_masks(case, body)
        parts = read_patch(case.kind, body, case.subsidy).sections()
        require_editable(case, set(parts))
        keys = product.settings.keys
        applicant = parts.get("applicant") or open_form(case.form["applicant"], keys=keys)
        cover_on_form(connection, parts, applicant, keys=keys)
        for name, part in parts.items():
            _replace_part(case, name, part)
        name = case.form["applicant"]["name"]
        if name != case.row["applicant_name"]:
            keep_name(connection, name)
        case.row["applicant_name"] = name
        case.row["version"] += 1
        case.write()
        append_entry(
            case, "edit", outcome="done", old=case.state, new=case.state, details={"sections": sorted(parts)}
        )
        case.write_row()
        return application_view(case, actor)


def drafted_with(product: Product, *, actor: Actor, command_id: str) -> int | None:
    """The id of the application that this command of the actor has made; None where it has made none."""
    made = select(tables.command.c.application_id).where(
        tables.command.c.account_id == actor.account_id, tables.command.c.command_id == command_id
    )
    with reading(product.engine) as connection:
        return connection.scalar(made)


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
    if actor.role is not Role.CASHIER:
        raise Forbidden("只有本地区财政部门的拨付经办人在拨付或者追缴阶段可以查看完整的银行账号")
    read = read_in_clear(
        product,
        actor=actor,
        application_id=application_id,
        subject=ReadingSubject.BANK_ACCOUNT,
        purpose=None,
    )
    (account,) = read["items"]
    return {name: account[name] for name in ("name", "bank_name", "bank_account")}


def merged_with_stored(case: Case, body: Any) -> Any:
    """The sections given, with the fields that were not given as they stand; null empties a field."""
    if not isinstance(body, dict):
        return body
    standing = masked_form(case.form)
    merged = dict(body)
    for name, given in body.items():
        before = standing.get(name)
        if isinstance(given, dict) and isinstance(before, dict) and name in EDITABLE[State.DRAFT]:
            typed = _TYPED_KEYS.get(name) or tuple(set(before) - set(_DEPARTMENTS_KEEP))
            whole = {key: before[key] for key in typed if key in before} | given
            merged[name] = {key: value for key, value in whole.items() if value is not None}
    return merged


def with_kept_masks(case: Case, body: Any) -> Any:
    """The sections given, where a mask came back unchanged with what it stands for."""
    applicant = body.get("applicant") if isinstance(body, dict) else None
    if not isinstance(applicant, dict):
        return body
    kept = keep_masked(
        "applicant",
        applicant,
        case.form.get("applicant", {}),
        keys=case.product.settings.keys,
    )
    return body | {"applicant": kept}


def with_masks_carried_over(product: Product, actor: Actor, body: Any) -> Any:
    """A new application ``based_on`` an own one, with what the masks that came over stand for."""
    source = body.get("based_on") if isinstance(body, dict) else None
    if type(source) is not int or not isinstance(body.get("applicant"), dict):
        return body
    with reading(product.engine) as connection:
        try:
            case = open_case(product, connection, actor, source, lock=False)
        except NotFound as unknown:
            raise Malformed(unknown.message, [FieldError("based_on", unknown.message)]) from unknown
        require_own(case, actor)
        return with_kept_masks(case, body)


def _stands_already(case: Case, body: Any) -> bool:
    """Whether these sections, which are open, read as they stand; not where they cannot be read."""
    try:
        parts = read_patch(case.kind, with_kept_masks(case, body), case.subsidy).sections()
        require_editable(case, set(parts))
    except Refused:
        return False
    standing = open_form({name: case.form.get(name, {}) for name in parts}, keys=case.product.settings.keys)
    return all(canonical(_typed(name, standing[name])) == canonical(part) for name, part in parts.items())


def _replace_part(case: Case, name: str, part: dict[str, Any]) -> None:
    before = case.form.get(name, {})
    typed = _typed(name, before)
    kept = {key: value for key, value in before.items() if key not in typed}
    case.form[name] = seal_part(name, part, keys=case.product.settings.keys) | kept


def _typed(name: str, part: dict[str, Any]) -> dict[str, Any]:
    """What the applicant has written of this part; the rest of it is kept by the departments."""
    if name in _TYPED_KEYS:
        return {key: value for key, value in part.items() if key in _TYPED_KEYS[name]}
    return {key: value for key, value in part.items() if key not in _DEPARTMENTS_KEEP}
