"""机构注册: an organisation registers itself with its proof, follows it by a receipt, mends what was refused.

Nobody is signed in here: the receipt, drawn by lot, together with the organisation's code is what proves who
asks. Everything is written at once when the form is sent, its files before the row that names them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, update
from sqlalchemy.exc import IntegrityError

from workflow.access import PUBLIC
from workflow.attachments.limits import MOST_BYTES_AT_ONCE, megabytes
from workflow.errors import COMMAND_FIELD, Conflict, FieldError, Malformed, NotFound, NotNow, Unavailable
from workflow.form.fields import compact
from workflow.form.masking import mask_name, mask_phone
from workflow.form.reading import malformed, read
from workflow.form.registration import Registration
from workflow.persistence import tables
from workflow.persistence.engine import reading, writing
from workflow.policy import region_labels
from workflow.sealing import seal, unseal
from workflow.services.accounts import hash_of, identity_errors, password_errors
from workflow.services.audit import append_system_entry, lock_system_chain
from workflow.services.door import Digests, check_command_id, digests_of
from workflow.services.product import Product
from workflow.services.registration_rows import (
    TOPIC,
    new_receipt,
    post_news,
    proofs_of,
    read_receipt,
    registration_view,
)
from workflow.services.uploads import Received, Upload, forget, keep, looked_at
from workflow.vocabulary import PROOFS_OF, ApplicationKind, ProofKind, RegistrationState

Proofs = Mapping[ProofKind, Sequence[Upload]]
"""The files that were sent, by what they prove."""

MOST_PROOFS = 5
_registration, _proof = tables.registration, tables.registration_proof


def register(
    product: Product, *, body: Mapping[str, Any], proofs: Proofs, command_id: str | None = None
) -> dict[str, Any]:
    """Registers an organisation and the account of its owner, both to come into being when HR approves.

    Answers how it stands, with the ``receipt``; the same command id does it once. Raises ``Malformed`` with
    everything that is wrong at once: fields, password, files, a code or a login that is taken already.
    """
    check_command_id(command_id)
    digests = _digests(product, body, proofs)
    with reading(product.engine) as connection:
        known = _known(connection, command_id, digests)
    if known is not None:
        return _view_of(product, known)
    given, received = _read(product, body, proofs, standing=())
    values = _values(product, given)

    def write(connection: Connection, now: datetime) -> RowMapping:
        row = _known(connection, command_id, digests)
        if row is not None:
            return row
        _require_free(connection, given)
        state = {"state": RegistrationState.PENDING.value, "version": 1, "submitted_at": now}
        of_command = {"command_id": command_id, "command_digest": digests[0] if command_id else None}
        made = insert(_registration).values(values | state | of_command | {"receipt": new_receipt()})
        row = connection.execute(made.returning(*_registration.c)).mappings().one()
        _record(connection, row, "register_organisation", given, received, now)
        return row

    return _written(product, received, write)


def read_registration_status(product: Product, *, receipt: str, uscc: str) -> dict[str, Any]:
    """How a registration stands, for whoever holds its receipt; raises ``NotFound``, never saying which of
    the two is wrong."""
    with reading(product.engine) as connection:
        row = _by_receipt(connection, receipt, uscc)
        return registration_view(product, connection, row)


def read_to_mend(product: Product, *, receipt: str, uscc: str) -> dict[str, Any]:
    """What was typed, masks in place of the contact, to be mended; and in ``view`` how it stands.

    Raises ``NotFound``, and ``NotNow`` for one that was not refused.
    """
    with reading(product.engine) as connection:
        row = _by_receipt(connection, receipt, uscc)
        _require_refused(row)
        names = (*_PLAIN, "login", "account_name", "email")
        typed = {name: row[name] for name in names if row[name] is not None}
        masked = {"contact_name": row["contact_masked"], "contact_phone": row["phone_masked"]}
        return {"typed": typed | masked, "view": registration_view(product, connection, row)}


def send_again(
    product: Product,
    *,
    receipt: str,
    uscc: str,
    body: Mapping[str, Any],
    proofs: Proofs,
    command_id: str | None = None,
) -> dict[str, Any]:
    """Sends a refused registration again as it was mended; answers how it stands.

    Where a mask comes back, or no password or file is given, what was sent before stays. Raises ``NotFound``,
    ``NotNow`` where it was not refused, and ``Malformed`` as ``register`` does.
    """
    check_command_id(command_id)
    digests = _digests(product, body, proofs)
    with reading(product.engine) as connection:
        known = _known(connection, command_id, digests)
        row = _by_receipt(connection, receipt, uscc) if known is None else known
        standing = {ProofKind(each["proof"]) for each in proofs_of(connection, row["id"])}
    if known is not None:
        return _view_of(product, known)
    _require_refused(row)
    given, received = _read(product, _without_masks(product, body, row), proofs, standing=standing)
    values = _values(product, given)

    def write(connection: Connection, now: datetime) -> RowMapping:
        known = _known(connection, command_id, digests)
        if known is not None:
            return known
        before = _by_receipt(connection, receipt, uscc)
        _require_refused(before)
        _require_free(connection, given)
        sent = {
            "state": RegistrationState.PENDING.value,
            "version": before["version"] + 1,
            "submitted_at": now,
            "decided_by": None,
            "decided_at": None,
            "command_id": command_id,
            "command_digest": digests[0] if command_id else None,
        }
        here = _registration.c.id == before["id"]
        connection.execute(update(_registration).where(here).values(values | sent))
        replaced = {proof.value for proof, _ in received}
        connection.execute(
            update(_proof)
            .where(
                _proof.c.registration_id == before["id"],
                _proof.c.proof.in_(replaced),
                _proof.c.replaced_at.is_(None),
            )
            .values(replaced_at=now)
        )
        row = connection.execute(select(_registration).where(here)).mappings().one()
        _record(connection, row, "send_registration_again", given, received, now)
        return row

    return _written(product, received, write)


# --- reading what was sent ---------------------------------------------------------------------------------

_PLAIN = ("kind", "region", "name", "uscc", "legal_representative", "address")


_Sent = tuple[ProofKind, Received]
"""A file, and what it proves."""


def _read(
    product: Product, body: Mapping[str, Any], proofs: Proofs, *, standing: Collection[ProofKind]
) -> tuple[Registration, list[_Sent]]:
    """The form and its files, or everything that is wrong with them; ``standing`` was sent before."""
    errors: list[FieldError] = []
    given = None
    try:
        given = read(Registration, dict(body))
    except Malformed as fault:
        errors += fault.errors
    login, password = (str(body.get(name) or "") for name in ("login", "password"))
    login = login.strip().lower()
    errors += identity_errors(login, "checked above", None)
    email = str(body.get("email") or "").strip() or None
    errors += identity_errors("checked.above", "checked above", email)
    if password or not standing:
        errors += password_errors(password, login)
    errors += _proof_errors(str(body.get("kind", "")), proofs, standing)
    received: list[_Sent] = []
    for proof, uploads in proofs.items():
        for upload in uploads[:MOST_PROOFS]:
            file = looked_at(product, upload, hashlib.sha256(upload.content).hexdigest())
            received.append((proof, file))
            if file.message:
                errors.append(FieldError(proof.value, file.message))
    if given is None or errors:
        first: dict[str, FieldError] = {}
        for error in errors:
            first.setdefault(error.field, error)
        raise malformed(list(first.values()))
    return given, received


def _proof_errors(kind: str, proofs: Proofs, standing: Collection[ProofKind]) -> list[FieldError]:
    needed = PROOFS_OF[ApplicationKind(kind)] if kind in set(PROOFS_OF) else (ProofKind.LICENCE,)
    errors = [
        FieldError(proof.value, f"“{proof.label}”未上传，请选择 PDF、JPEG 或者 PNG 文件")
        for proof in needed
        if not proofs.get(proof) and proof not in standing
    ]
    for proof, uploads in proofs.items():
        if len(uploads) > MOST_PROOFS:
            message = f"“{proof.label}”最多{MOST_PROOFS}个文件，现选了{len(uploads)}个"
            errors.append(FieldError(proof.value, message))
    total = sum(len(upload.content) for uploads in proofs.values() for upload in uploads)
    if total > MOST_BYTES_AT_ONCE:
        message = f"文件合计不超过 {megabytes(MOST_BYTES_AT_ONCE)}，现为 {megabytes(total)}，请压缩后再上传"
        errors.append(FieldError(next(iter(proofs)).value, message))
    return errors


def _without_masks(product: Product, body: Mapping[str, Any], row: RowMapping) -> dict[str, Any]:
    clear = dict(body)
    for name, column in (("contact_name", "contact"), ("contact_phone", "phone")):
        if clear.get(name) == row[f"{column}_masked"]:
            clear[name] = unseal(row[f"{column}_sealed"], keys=product.settings.keys)
    return clear


# --- writing -----------------------------------------------------------------------------------------------


def _values(product: Product, given: Registration) -> dict[str, Any]:
    keys, typed = product.settings.keys, given.stored()
    values = {name: typed[name] for name in _PLAIN} | {
        "contact_sealed": seal(given.contact_name, keys=keys),
        "contact_masked": mask_name(given.contact_name),
        "phone_sealed": seal(given.contact_phone, keys=keys),
        "phone_masked": mask_phone(given.contact_phone),
        "login": given.login.lower(),
        "account_name": given.account_name,
        "email": given.email,
    }
    return values | ({"password_hash": hash_of(given.password)} if given.password else {})


def _written(product: Product, received: Sequence[_Sent], write: Any) -> dict[str, Any]:
    """Files, then rows, then the answer; files that got no row are removed again."""
    files = [file for _, file in received]
    try:
        for file in files:
            keep(product, file)
        with writing(product.engine) as connection:
            # Who registers, and who decides, comes one after the other.
            lock_system_chain(connection)
            row = write(connection, product.now(connection))
            digests = select(_proof.c.stored_sha256).where(_proof.c.registration_id == row["id"])
            kept = set(connection.scalars(digests))
            view = registration_view(product, connection, row)
    except (Malformed, NotFound, NotNow, Conflict, Unavailable):
        forget(product, files)
        raise
    except IntegrityError as error:
        forget(product, files)
        raise Conflict("同一单位或者同一登录名的注册刚刚提交，请稍后查询") from error
    # The same command was carried out a moment before: its files are there already.
    forget(product, [file for file in files if file.stored_sha256 not in kept])
    return view


def _record(
    connection: Connection,
    row: RowMapping,
    event: str,
    given: Registration,
    received: Sequence[_Sent],
    now: datetime,
) -> None:
    if received:
        rows = [
            file.columns | {"registration_id": row["id"], "proof": proof.value, "added_at": now}
            for proof, file in received
        ]
        connection.execute(insert(_proof), rows)
    sums = [{"proof": proof.value, "name": file.name, "sha256": file.sha256} for proof, file in received]
    append_system_entry(
        connection,
        PUBLIC,
        event,
        now,
        # Not the receipt: it opens what is nobody else's business.
        {"registration": row["id"], **given.told(), "proofs": sums},
    )
    post_news(connection, row, now)


def _require_free(connection: Connection, given: Registration) -> None:
    """Nobody is registered, or just being registered, under this code or this login."""
    errors = []
    organisation, account = tables.organisation, tables.account
    region = connection.scalar(select(organisation.c.region).where(organisation.c.uscc == given.uscc))
    pending = _registration.c.state == RegistrationState.PENDING.value
    if region is not None:
        office = f"{region_labels().get(region, region)}人力资源社会保障部门"
        errors.append(
            FieldError(
                "uscc",
                f"这个统一社会信用代码已经注册，不能再次注册：请由本单位的账号管理员在“本单位账号”中添加账号；"
                f"找不到账号管理员的，请持营业执照或者法人证书到{office}办理",
            )
        )
    elif _exists(connection, pending & (_registration.c.uscc == given.uscc)):
        errors.append(
            FieldError(
                "uscc",
                "这个统一社会信用代码的注册正在审核，不必重复提交：请凭提交时的回执编号查询进度",
            )
        )
    login = given.login.lower()
    taken = connection.execute(select(account.c.id).where(account.c.login == login)).first()
    if taken is not None or _exists(connection, pending & (_registration.c.login == login)):
        errors.append(FieldError("login", f"登录名“{login}”已被使用，请换一个"))
    if errors:
        raise malformed(errors)


def _exists(connection: Connection, condition: Any) -> bool:
    return connection.execute(select(_registration.c.id).where(condition).limit(1)).first() is not None


def _require_refused(row: RowMapping) -> None:
    if row["state"] != RegistrationState.REFUSED:
        state = RegistrationState(row["state"]).label
        raise NotNow(f"这次注册目前为“{state}”，只有已退回的可以修改后重新提交")


# --- finding it again --------------------------------------------------------------------------------------


def _digests(product: Product, body: Mapping[str, Any], proofs: Proofs) -> Digests:
    # Not of the password: whoever tries passwords shall find nothing to try them on.
    typed = {name: value for name, value in body.items() if name != "password"}
    files = {
        proof.value: [hashlib.sha256(each.content).hexdigest() for each in uploads]
        for proof, uploads in proofs.items()
    }
    return digests_of(product, [TOPIC, typed, files])


def _known(connection: Connection, command_id: str | None, digests: Digests) -> RowMapping | None:
    """What this very form has registered already."""
    if command_id is None:
        return None
    wanted = select(_registration).where(_registration.c.command_id == command_id)
    row = connection.execute(wanted).mappings().one_or_none()
    if row is not None and row["command_digest"] not in digests:
        message = "这张表已经提交过，内容有改动的请刷新页面重新填写"
        raise Malformed(message, [FieldError(COMMAND_FIELD, message)])
    return row


def _by_receipt(connection: Connection, receipt: str, uscc: str) -> RowMapping:
    wanted = select(_registration).where(
        _registration.c.receipt == read_receipt(receipt), _registration.c.uscc == str(compact(uscc))
    )
    row = connection.execute(wanted).mappings().one_or_none()
    if row is None:
        raise NotFound("没有找到这次注册，请核对回执编号和统一社会信用代码")
    return row


def _view_of(product: Product, row: RowMapping) -> dict[str, Any]:
    with reading(product.engine) as connection:
        return registration_view(product, connection, row)
