"""机构注册 at HR's desk: what waits, the proof beside the year's list, and the decision.

Reviewers and heads of HR decide for their own region, nobody for an organisation one belongs to. Every look
at the contact or at a proof is recorded.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from workflow.access import Actor
from workflow.attachments.kinds import FileKind
from workflow.clock import SHANGHAI, real_now
from workflow.errors import Conflict, FieldError, Forbidden, NotFound, NotNow
from workflow.form.reading import malformed, read
from workflow.form.registration import RegistrationDecision
from workflow.persistence import tables
from workflow.persistence.engine import reading, writing
from workflow.sealing import unseal
from workflow.services.actors import signature, work_of
from workflow.services.audit import append_system_entry, lock_system_chain
from workflow.services.pages import Page, page_of
from workflow.services.product import Product
from workflow.services.registration_rows import post_news, proofs_of, registration_view
from workflow.services.uploads import File, opened
from workflow.services.year_list_access import own_uscc
from workflow.vocabulary import (
    Department,
    InstitutionKind,
    ProofKind,
    ReadingPurpose,
    ReadingSubject,
    RegistrationState,
    Role,
)

_registration, _proof = tables.registration, tables.registration_proof
_MOST_LISTED = 3


def decides(actor: Actor) -> bool:
    """Whether this person decides on registrations of the own region; for what a page offers."""
    return actor.role in {Role.REVIEWER, Role.HEAD} and actor.department is Department.HR


@work_of(decides)
def count_pending(product: Product, *, actor: Actor) -> int:
    """How many registrations wait in the region of this person; 0 for whose business they are not."""
    if not decides(actor):
        return 0
    waiting = select(func.count()).where(
        _registration.c.region == actor.region, _registration.c.state == RegistrationState.PENDING.value
    )
    with reading(product.engine) as connection:
        return int(connection.execute(waiting).scalar_one())


@work_of(decides)
def list_registrations(
    product: Product,
    *,
    actor: Actor,
    state: RegistrationState | None = None,
    cursor: str | None = None,
    limit: int = 20,
) -> Page:
    """The registrations of the region: those that wait, the longest first; otherwise the newest first.

    Raises ``Forbidden`` for whose business they are not.
    """
    _require_hr(actor)
    wanted = select(_registration).where(_registration.c.region == actor.region)
    if state is not None:
        wanted = wanted.where(_registration.c.state == state.value)
    with reading(product.engine) as connection:
        return page_of(
            connection,
            wanted,
            _registration.c.id,
            cursor,
            limit,
            lambda row: _summary(product, connection, row),
            descending=state is not RegistrationState.PENDING,
        )


@work_of(decides)
def read_registration(product: Product, *, actor: Actor, registration_id: int) -> dict[str, Any]:
    """One registration, its contact masked, with what the year's list has of this code or this name.

    Raises ``NotFound`` and ``Forbidden``.
    """
    with reading(product.engine) as connection:
        row = _stored(connection, registration_id)
        _require_reviewer(actor, row)
        return _view(product, connection, actor, row)


@work_of(decides)
def decide_registration(
    product: Product,
    *,
    actor: Actor,
    registration_id: int,
    body: Mapping[str, Any],
    expected_version: int | None = None,
) -> dict[str, Any]:
    """Approves a registration, so that organisation and owner's account come into being, or refuses it.

    The same person deciding the same again changes nothing. Raises ``Malformed`` for a refusal without its
    reason, ``Forbidden``, and ``Conflict`` saying who was faster and when, or that it was sent anew.
    """
    given = read(RegistrationDecision, dict(body))
    if not given.approved and not given.reason:
        raise malformed([FieldError("reason", "“退回的理由”未填写：请写明须改正什么")])
    wanted = RegistrationState.APPROVED if given.approved else RegistrationState.REFUSED
    try:
        with writing(product.engine) as connection:
            lock_system_chain(connection)
            row = _stored(connection, registration_id)
            _require_decider(connection, actor, row)
            if _is_decided(connection, actor, row, wanted, expected_version):
                return _view(product, connection, actor, row)
            now = product.now(connection)
            values: dict[str, Any] = {
                "state": wanted.value,
                "version": row["version"] + 1,
                "decided_by": actor.account_id,
                "decided_on_behalf_of_id": actor.on_behalf_of_id,
                "decided_at": now,
                "reason": given.reason,
            }
            if given.approved:
                values |= {"organisation_id": _establish(connection, row), "password_hash": None}
            here = _registration.c.id == row["id"]
            connection.execute(update(_registration).where(here).values(values))
            _record_decision(connection, actor, row, given, now)
            row = _stored(connection, registration_id)
            post_news(connection, row, now)
            return _view(product, connection, actor, row)
    except IntegrityError as error:
        raise Conflict("这个统一社会信用代码或者登录名刚刚被他人登记，请刷新后再办理") from error


@work_of(decides)
def read_contact(product: Product, *, actor: Actor, registration_id: int) -> dict[str, str]:
    """Name and telephone of the contact in clear, for who decides; recorded in the same transaction."""
    with writing(product.engine) as connection:
        row = _stored(connection, registration_id)
        _require_decider(connection, actor, row)
        _record_look(product, connection, actor, row, ReadingPurpose.TELEPHONE_CHECK, "查看机构注册的联系人")
        keys = product.settings.keys
        return {
            "name": unseal(row["contact_sealed"], keys=keys),
            "phone": unseal(row["phone_sealed"], keys=keys),
        }


@work_of(decides)
def read_proof(product: Product, *, actor: Actor, registration_id: int, proof_id: int) -> File:
    """One proof in clear, for who decides and for the owner of what came into being; each look is recorded.

    Raises ``NotFound`` and ``Forbidden``.
    """
    with writing(product.engine) as connection:
        row = _stored(connection, registration_id)
        purpose = ReadingPurpose.IDENTITY_CHECK
        if _is_owner(connection, actor, row):
            purpose = ReadingPurpose.CORRECTION
        else:
            _require_decider(connection, actor, row)
        proof = next((each for each in proofs_of(connection, row["id"]) if each["id"] == proof_id), None)
        if proof is None:
            raise NotFound(f"这次注册没有编号为 {proof_id} 的证明材料")
        label = ProofKind(proof["proof"]).label
        _record_look(product, connection, actor, row, purpose, f"查看机构注册的{label}")
    return File(proof["name"], FileKind(proof["kind"]), opened(product, proof))


# --- inside ------------------------------------------------------------------------------------------------


def _establish(connection: Connection, row: RowMapping) -> int:
    """Organisation and owner's account, as they were typed; answers the organisation."""
    organisation, account = tables.organisation, tables.account
    if connection.scalar(select(organisation.c.id).where(organisation.c.uscc == row["uscc"])) is not None:
        raise NotNow("这个统一社会信用代码已经登记为一个单位，不能再次通过，请退回并写明理由")
    if connection.scalar(select(account.c.id).where(account.c.login == row["login"])) is not None:
        raise NotNow(f"登录名“{row['login']}”已被使用，请退回，请注册单位另选一个登录名")
    copied = ("name", "uscc", "kind", "region", "legal_representative", "address")
    made = insert(organisation).values({name: row[name] for name in copied})
    organisation_id: int = connection.execute(made.returning(organisation.c.id)).scalar_one()
    connection.execute(
        insert(account).values(
            login=row["login"],
            name=row["account_name"],
            password_hash=row["password_hash"],
            role=Role.APPLICANT.value,
            region=row["region"],
            applicant_kind=row["kind"],
            organisation_id=organisation_id,
            owner=True,
            email=row["email"],
            active=True,
            created_at=real_now(),
        )
    )
    return organisation_id


def _is_decided(
    connection: Connection,
    actor: Actor,
    row: RowMapping,
    wanted: RegistrationState,
    expected_version: int | None,
) -> bool:
    """Whether this very decision was made; raises ``Conflict`` where another was, or the form has changed."""
    if row["state"] != RegistrationState.PENDING:
        if row["decided_by"] == actor.account_id and row["state"] == wanted:
            return True
        who = _decided_by(connection, row)
        when = row["decided_at"].astimezone(SHANGHAI)
        label = RegistrationState(row["state"]).label
        raise Conflict(
            f"这次注册已由{who}于{when:%Y-%m-%d %H:%M}办理，结果为“{label}”，您的意见没有保存",
            current_version=row["version"],
        )
    if expected_version is not None and expected_version != row["version"]:
        raise Conflict(
            "注册单位在您查看之后重新提交了内容，请看过新的内容再办理", current_version=row["version"]
        )
    return False


def _record_decision(
    connection: Connection, actor: Actor, row: RowMapping, given: RegistrationDecision, now: datetime
) -> None:
    event = "approve_registration" if given.approved else "refuse_registration"
    told = {name: row[name] for name in ("name", "uscc", "region", "login")}
    details = {"registration": row["id"], **told} | ({"reason": given.reason} if given.reason else {})
    append_system_entry(connection, actor, event, now, details)


def _record_look(
    product: Product,
    connection: Connection,
    actor: Actor,
    row: RowMapping,
    purpose: ReadingPurpose,
    note: str,
) -> None:
    details = {
        "registration": row["id"],
        "purpose": purpose.value,
        "note": note,
        "whose": [f"{row['name']} {row['contact_masked']} {row['phone_masked']}"],
    }
    event = f"read_{ReadingSubject.REGISTRATION.value}"
    append_system_entry(connection, actor, event, product.now(connection), details)


def _stored(connection: Connection, registration_id: int) -> RowMapping:
    wanted = select(_registration).where(_registration.c.id == registration_id)
    row = connection.execute(wanted).mappings().one_or_none()
    if row is None:
        raise NotFound("没有这次机构注册")
    return row


def _require_hr(actor: Actor) -> None:
    if not decides(actor):
        raise Forbidden("机构注册只能由本地区人社部门的审核人员和负责人查看和办理")


def _require_reviewer(actor: Actor, row: RowMapping) -> None:
    _require_hr(actor)
    if actor.region != row["region"]:
        raise Forbidden("人社部门只能办理本地区的机构注册")


def _require_decider(connection: Connection, actor: Actor, row: RowMapping) -> None:
    _require_reviewer(actor, row)
    if own_uscc(connection, actor) == row["uscc"]:
        raise Forbidden("您是这个单位的人员，依照回避规定不能办理本单位的注册")


def _is_owner(connection: Connection, actor: Actor, row: RowMapping) -> bool:
    if row["organisation_id"] is None or actor.organisation_id != row["organisation_id"]:
        return False
    account = tables.account
    return bool(connection.scalar(select(account.c.owner).where(account.c.id == actor.account_id)))


def _summary(product: Product, connection: Connection, row: RowMapping) -> dict[str, Any]:
    return {"id": row["id"]} | registration_view(product, connection, row)


def _view(product: Product, connection: Connection, actor: Actor, row: RowMapping) -> dict[str, Any]:
    may_decide = row["state"] == RegistrationState.PENDING and own_uscc(connection, actor) != row["uscc"]
    names = ("legal_representative", "address", "account_name", "email")
    return (
        _summary(product, connection, row)
        | {name: row[name] for name in names}
        | {
            "contact_name": row["contact_masked"],
            "contact_phone": row["phone_masked"],
            # Of an earlier sending too: who decides sees what was to be mended.
            "reason": row["reason"],
            "decided_by": _decided_by(connection, row),
            "may_decide": may_decide,
            "may_see_proofs": own_uscc(connection, actor) != row["uscc"],
            "listed": _listed(connection, row),
        }
    )


def _decided_by(connection: Connection, row: RowMapping) -> str | None:
    name = signature(_registration.c.decided_by, _registration.c.decided_on_behalf_of_id)
    signed: str | None = connection.scalar(select(name).where(_registration.c.id == row["id"]))
    return signed


def _listed(connection: Connection, row: RowMapping) -> list[dict[str, Any]]:
    """Entries of the region's year list with this code or this name, the newest year first."""
    table = tables.listed_institution
    found = connection.execute(
        select(table)
        .where(table.c.region == row["region"], or_(table.c.uscc == row["uscc"], table.c.name == row["name"]))
        .order_by(table.c.year.desc(), table.c.id)
        .limit(_MOST_LISTED)
    ).mappings()
    return [
        {
            "id": each["id"],
            "year": each["year"],
            "name": each["name"],
            "uscc": each["uscc"],
            "kind_label": InstitutionKind(each["kind"]).label,
            "same_uscc": each["uscc"] == row["uscc"],
            "same_name": each["name"] == row["name"],
        }
        for each in found
    ]
