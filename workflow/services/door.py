"""The one door: an event sent to an application, carried out whole or not at all.

Lock the row → the same command again gets its stored reply → expected version → access → payload → act and
rules → chart → clocks → audit → outbox → version → reply → commit. A refusal changes nothing and is
recorded in the trail.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
from sqlalchemy import Connection, bindparam, insert, select
from sqlalchemy.exc import IntegrityError

from workflow.access import PUBLIC, Actor, Matter, may_read, require_event, require_reading
from workflow.chart.table import next_state
from workflow.errors import (
    COMMAND_FIELD,
    Conflict,
    FieldError,
    Forbidden,
    Malformed,
    NotNow,
    Refused,
    RuleBroken,
)
from workflow.form.payloads import read_payload
from workflow.notifications.outbox import post_move
from workflow.persistence import tables
from workflow.persistence.engine import reading, writing
from workflow.persistence.prepared import Prepared
from workflow.persistence.types import canonical
from workflow.sealing import keyed_digest
from workflow.services.acts import AFTERWARDS, act_of
from workflow.services.audit import append_entry, kept_details
from workflow.services.case import Case, open_case
from workflow.services.clocks import keeper_of
from workflow.services.due_visits import VISITED, keep_due_visits
from workflow.services.product import Product
from workflow.services.recompute import is_behind, recompute_one
from workflow.services.view import application_view
from workflow.vocabulary import Event, State

_FIND_COMMAND = select(tables.command.c.digest, tables.command.c.reply).where(
    tables.command.c.account_id == bindparam("account_id"),
    tables.command.c.command_id == bindparam("command_id"),
)
_STORE_COMMAND = Prepared(insert(tables.command), filled=[column.name for column in tables.command.c])
Digests = tuple[str, ...]
_RECORDED_REFUSALS = (Forbidden, NotNow, RuleBroken)
_LONGEST_COMMAND_ID = 128


def send_event(
    product: Product,
    *,
    actor: Actor | None,
    application_id: int,
    event: str,
    payload: Any,
    expected_version: int | None,
    command_id: str | None,
    prefix: str = "payload",
    answer: Callable[[Case], dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """Carries out ``event`` for ``actor`` (None: somebody who is not signed in) and answers the application.

    The same ``command_id`` with the same content answers what it answered the first time and does nothing.
    ``answer`` makes another answer of the case; ``prefix`` is where faulty fields are said to stand.
    Raises ``Malformed`` (unreadable, or the command id was used for other content), ``NotFound``,
    ``Forbidden``, ``Conflict`` (another version by now), ``NotNow``, ``RuleBroken``, ``Unavailable``.
    """
    person = actor or PUBLIC
    known = _read_event(event)
    check_command_id(command_id)
    digests = digests_of(product, [application_id, event, payload, expected_version])

    def attempt() -> dict[str, Any]:
        with writing(product.engine) as connection:
            case = open_case(product, connection, person, application_id, lock=True)
            stored = _stored_reply(case, command_id, digests, expected_version)
            if stored is not None:
                return stored
            if is_behind(case):
                recompute_one(case)
                case = open_case(product, connection, person, application_id, lock=True)
            _carry_out(case, known, payload, expected_version, prefix)
            reply = answer(case) if answer else _answer(case)
            store_reply(case, command_id, digests, reply)
            return reply

    try:
        try:
            return attempt()
        except IntegrityError:
            # Somebody else was faster to what only one can have. A second look says who, and by which rule.
            return attempt()
    except _RECORDED_REFUSALS as refusal:
        known_reply = reply_to(product, person, command_id, digests)
        if known_reply is not None:
            return known_reply
        _record_refusal(product, person, application_id, event, payload, refusal)
        raise
    except IntegrityError as error:
        # What the checks above could lose in a race, the database has refused; nothing was written.
        known_reply = reply_to(product, person, command_id, digests)
        if known_reply is not None:
            return known_reply
        with reading(product.engine) as connection:
            version = open_case(product, connection, person, application_id, lock=False).row["version"]
        raise Conflict("这一步刚刚已由他人办理，请刷新后查看", current_version=version) from error


def _carry_out(case: Case, event: Event, payload: Any, expected_version: int | None, prefix: str) -> None:
    matter = case.matter()
    _require_acquainted(case.actor, matter, event)
    if expected_version is not None and expected_version != case.row["version"]:
        raise Conflict(
            f"这件申请已被更新（当前版本 {case.row['version']}，您看到的是版本 {expected_version}），"
            "请刷新后再办理",
            current_version=case.row["version"],
        )
    case.on_behalf_of = require_event(case.actor, matter, event, case.absent)
    read = read_payload(event, payload, prefix, classless=case.starts_at_claim)
    old = case.state
    case.upheld = case.objection_upheld()
    act_of(event, old)(case, read)
    move(case, event)
    details = kept_details(read.stored())
    append_entry(case, event.value, outcome="done", old=old, new=case.state, details=details)
    post_move(case.connection, case.id, event.value, old, case.state, case.now, reason=details.get("reason"))
    case.write_row()


def _answer(case: Case) -> dict[str, Any]:
    matter = case.matter()
    if case.actor.role is not None and may_read(case.actor, matter):
        return application_view(case, case.actor, matter)
    # Who may object to a notice may not therefore read the application.
    return {
        "id": case.id,
        "number": case.row["number"],
        "state": case.state.value,
        "state_label": case.state.label,
        "version": case.row["version"],
        "objection_id": case.notes.get("objection_id"),
        "receipt": case.notes.get("receipt"),
    }


def digests_of(product: Product, content: Any) -> Digests:
    """Of a command's content, by every key of the process, the current one's first.

    Without a key a digest would give away a number of which most digits are shown elsewhere.
    """
    written = canonical(content)
    return tuple(keyed_digest(written, key=secret) for secret in product.settings.keys.all)


def store_reply(case: Case, command_id: str | None, digests: Digests, reply: dict[str, Any]) -> None:
    """Keeps the answer to a command, in its transaction."""
    if command_id is None:
        return
    _STORE_COMMAND.queue(
        case.connection,
        {
            "account_id": case.actor.account_id,
            "command_id": command_id,
            "digest": digests[0],
            "application_id": case.id,
            # In the order in which it was answered the first time.
            "reply": orjson.dumps(reply).decode(),
            "recorded_at": case.now,
        },
    )


def move(case: Case, event: Event) -> None:
    """The chart says where the event leads; state, stored targets, clocks and version follow."""
    old = case.state
    new = next_state(old, event, case.situation())
    if new is not old:
        case.enter(new)
    if event is Event.RESUME:
        case.row["suspension_target"] = None
    elif event is Event.SUBMIT:
        case.row["correction_target"] = None
    keeper_of(case).move(old, new, event.value)
    afterwards = AFTERWARDS.get(event)
    if afterwards is not None:
        afterwards(case)
    if old in VISITED or case.state in VISITED:
        keep_due_visits(case)
    case.upheld = None
    case.row["version"] += 1
    case.write()


def _require_acquainted(actor: Actor, matter: Matter, event: Event) -> None:
    # Anybody may object to a notice; all else needs an application one may at least see.
    if event is Event.FILE_OBJECTION and matter.state is State.CLAIM_PUBLIC_NOTICE:
        return
    if actor.role is not None or event is not Event.CLOSE_NOTICE:
        require_reading(actor, matter)


def _stored_reply(
    case: Case, command_id: str | None, digests: Digests, expected_version: int | None
) -> dict[str, Any] | None:
    # A command that was carried out has moved the version, so a fitting version needs no look-up.
    if command_id is None or (expected_version is not None and expected_version == case.row["version"]):
        return None
    return find_reply(case.connection, case.actor, command_id, digests)


def reply_to(
    product: Product, actor: Actor, command_id: str | None, digests: Digests
) -> dict[str, Any] | None:
    """``find_reply`` in a transaction of its own, after one that was rolled back."""
    if command_id is None:
        return None
    with reading(product.engine) as connection:
        return find_reply(connection, actor, command_id, digests)


def find_reply(
    connection: Connection, actor: Actor, command_id: str, digests: Digests
) -> dict[str, Any] | None:
    """What this person's command was answered; None when it was not carried out.

    Raises ``Malformed`` when the command id was used for other content.
    """
    found = connection.execute(
        _FIND_COMMAND, {"account_id": actor.account_id, "command_id": command_id}
    ).one_or_none()
    if found is None:
        return None
    if found.digest not in digests:
        raise command_reused(command_id)
    reply: dict[str, Any] = orjson.loads(found.reply)
    return reply


def _record_refusal(
    product: Product, actor: Actor, application_id: int, event: str, payload: Any, refusal: Refused
) -> None:
    with writing(product.engine) as connection:
        case = open_case(product, connection, actor, application_id, lock=True)
        details = _readable_details(event, payload)
        if isinstance(refusal, RuleBroken):
            details = details | {"findings": [finding.as_dict() for finding in refusal.findings]}
        append_entry(
            case,
            event,
            outcome="refused",
            old=case.state,
            new=case.state,
            message=refusal.message,
            details=details,
        )
        case.write_row()


def _readable_details(event: str, payload: Any) -> dict[str, Any]:
    # A refusal may come before the payload was read; what cannot be read is not kept.
    try:
        return kept_details(read_payload(Event(event), payload).stored())
    except Malformed:
        return {}


def _read_event(event: str) -> Event:
    try:
        return Event(event)
    except ValueError:
        message = f"没有“{event}”这种办理事项"[:200]
        raise Malformed(message, [FieldError("event", message)]) from None


def check_command_id(command_id: str | None) -> None:
    """Raises ``Malformed`` (400) for an id that is empty or too long."""
    if command_id is not None and not 0 < len(command_id) <= _LONGEST_COMMAND_ID:
        message = f"Idempotency-Key 应为 1 到 {_LONGEST_COMMAND_ID} 个字符"
        raise Malformed(message, [FieldError(COMMAND_FIELD, message)], status=400)


def command_reused(command_id: str) -> Malformed:
    """The refusal of a command that came before with another content: of a page that was gone back to."""
    message = (
        "已经提交过一次，当时的内容与现在不同；这一次没有办理，请重新打开页面核对结果"
        f"（Idempotency-Key“{command_id}”已用于另一项内容不同的请求，调用接口的请换一个）"
    )
    return Malformed(message, [FieldError(COMMAND_FIELD, message)])
