"""The outbox as administrators see it: what waits, what is stuck and why; sent again, or given up.

Nothing is sent twice: what was sent stays so, whom an earlier attempt reached is passed over, and what a
sender has in hand is left to it until its lease ends.
"""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select, update

from workflow.access import Actor
from workflow.clock import real_now
from workflow.errors import Conflict, FieldError, Forbidden, Malformed, NotFound
from workflow.form.masking import mask_email
from workflow.form.outbox import GivingUp, Retry
from workflow.form.reading import read
from workflow.notifications.outbox import ATTEMPTS, parcel_of
from workflow.persistence import tables
from workflow.persistence.engine import reading, writing
from workflow.services.audit import append_system_entry
from workflow.services.delivery import addressees
from workflow.services.pages import Page, page_of
from workflow.services.product import Product
from workflow.vocabulary import OutboxState, Role

# Counted no further; whoever has so many stuck needs no better number.
MOST_COUNTED = 1_000
_MOST_AT_ONCE = 1_000
TOPICS = {"moved": "申请进展", "alert": "提醒", "calendar": "期限变动", "registration": "机构注册"}
_outbox = tables.outbox
_OPEN = and_(_outbox.c.sent_at.is_(None), _outbox.c.given_up_at.is_(None))
_STATES: dict[OutboxState, ColumnElement[bool]] = {
    OutboxState.WAITING: and_(_OPEN, _outbox.c.next_attempt_at.is_not(None), _outbox.c.last_error.is_(None)),
    OutboxState.RETRYING: and_(
        _OPEN, _outbox.c.next_attempt_at.is_not(None), _outbox.c.last_error.is_not(None)
    ),
    OutboxState.FAILED: and_(_OPEN, _outbox.c.next_attempt_at.is_(None)),
    OutboxState.GIVEN_UP: _outbox.c.given_up_at.is_not(None),
    OutboxState.SENT: _outbox.c.sent_at.is_not(None),
}
_EMAIL = re.compile(r"[^\s@<>,;:'\"()]+@[^\s@<>,;'\"()]+")
# What the machinery says, in words, and what can be done about it.
_WORDS = (
    (r"ConnectionRefused", "邮件服务器拒绝连接，请检查它是否在运行、地址和端口是否正确"),
    (r"gaierror|Name or service", "找不到邮件服务器的地址，请检查 SUBSIDY_SMTP_URL"),
    (r"[Tt]imed? ?out", "邮件服务器没有按时答复"),
    (r"SMTPAuthentication|\b535\b", "邮件服务器不接受用户名或密码，请检查 SUBSIDY_SMTP_URL"),
    (r"SSL|certificate", "与邮件服务器的加密连接没有建立"),
    (r"Disconnected|Connection reset|Broken pipe", "邮件服务器中断了连接"),
    (r"\b5[0-9]{2}\b", "邮件服务器拒收：收件地址不存在或者被拒绝，请核对该人员的电子邮箱"),
    (r"\b4[0-9]{2}\b", "邮件服务器暂时不收，稍后会再试"),
    (r"SMTP", "邮件服务器答复异常"),
)


def error_words(error: str | None) -> str:
    """Why it was not sent, in words."""
    if not error:
        return ""
    return next((words for pattern, words in _WORDS if re.search(pattern, error)), "生成或者发送邮件时出错")


def read_outbox(
    product: Product,
    *,
    actor: Actor,
    state: OutboxState | None = None,
    topic: str | None = None,
    cursor: str | None = None,
    limit: int = 20,
) -> Page:
    """Messages, newest first: those of a ``state``, or all that were not sent and not given up.

    ``counts`` are by state, of what was not sent, up to ``MOST_COUNTED``; ``oldest_at`` is when the oldest of
    them arose.
    """
    _require_admin(actor)
    statement = _messages().where(_OPEN if state is None else _STATES[state])
    if topic is not None:
        statement = statement.where(_outbox.c.topic == topic)
    with reading(product.engine) as connection:
        page = page_of(connection, statement, _outbox.c.id, cursor, limit, _view, descending=True)
        unsent = [each for each in OutboxState if each is not OutboxState.SENT]
        oldest = select(_outbox.c.created_at).where(_OPEN).order_by(_outbox.c.id).limit(1)
        return page | {
            "counts": {each.value: count_in(connection, each) for each in unsent},
            "oldest_at": _moment(connection.execute(oldest).scalar_one_or_none()),
            "sends_mail": bool(product.settings.smtp_url),
        }


def count_in(connection: Connection, state: OutboxState) -> int:
    """How many messages stand so, up to ``MOST_COUNTED``."""
    some = select(_outbox.c.id).where(_STATES[state]).limit(MOST_COUNTED).subquery()
    return int(connection.execute(select(func.count()).select_from(some)).scalar_one())


def read_message(product: Product, *, actor: Actor, message_id: int) -> dict[str, Any]:
    """One message, and whom it is for: addresses masked, and who was reached already."""
    _require_admin(actor)
    with reading(product.engine) as connection:
        row = _found(connection, message_id)
        try:
            people, headline = addressees(product, connection, parcel_of(row))
        except Exception as error:
            people, headline = [], f"无法生成内容（{type(error).__name__}）"
    reached = set(row["content"].get("reached", ()))
    return _view(row) | {
        "headline": headline,
        "technical": _EMAIL.sub(lambda found: mask_email(found[0]), row["last_error"] or ""),
        "addressees": [
            {
                "login": each["login"],
                "name": each["name"],
                "email": mask_email(each["email"]) if each["email"] else None,
                "reached": each["id"] in reached,
            }
            for each in people
        ],
    }


def retry_messages(product: Product, *, actor: Actor, body: dict[str, Any]) -> dict[str, int]:
    """Has these messages, or all that failed, sent by the next delivery; how many, and how many not.

    Passed over is what was sent or given up, and what a sender has in hand. Raises ``Malformed`` unless it
    says either which or all.
    """
    _require_admin(actor)
    wanted = read(Retry, body)
    if (wanted.ids is None) != wanted.all_failed:
        message = "请选择要重发的消息，或者重发全部失败的消息"
        raise Malformed(message, [FieldError("ids", message)])
    failed = (
        select(_outbox.c.id).where(_STATES[OutboxState.FAILED]).order_by(_outbox.c.id).limit(_MOST_AT_ONCE)
    )
    with writing(product.engine) as connection:
        ids = list(connection.scalars(failed)) if wanted.ids is None else wanted.ids
        now = product.now(connection)
        # One statement: a sender that claims a row at the same moment either is seen here or comes after.
        done = connection.execute(
            update(_outbox)
            .where(_outbox.c.id.in_(ids), _OPEN, _is_free(now))
            .values(next_attempt_at=now)
            .returning(_outbox.c.id)
        ).scalars()
        retried = sorted(done)
        if retried:
            details = {"ids": retried, "all_failed": wanted.all_failed}
            append_system_entry(connection, actor, "retry_messages", now, details)
    return {"retried": len(retried), "passed_over": len(set(ids)) - len(retried)}


def give_up_message(
    product: Product, *, actor: Actor, message_id: int, body: dict[str, Any]
) -> dict[str, Any]:
    """Has a message never sent, for a reason. Whom it is for still has it in the product.

    Raises ``Conflict`` for what was sent or given up, or is being sent at this moment.
    """
    _require_admin(actor)
    given = read(GivingUp, body)
    with writing(product.engine) as connection:
        now = product.now(connection)
        values = {
            "given_up_at": real_now(),
            "given_up_by": actor.account_id,
            "given_up_reason": given.reason,
            "next_attempt_at": None,
        }
        row = _found(connection, message_id)
        done = connection.execute(
            update(_outbox).where(_outbox.c.id == message_id, _OPEN, _is_free(now)).values(values)
        )
        if not done.rowcount:
            raise Conflict(f"这条消息现为“{_view(row)['state_label']}”或者正在发送，不能放弃，请刷新后查看")
        details = {"id": message_id, "topic": row["topic"], "reason": given.reason}
        append_system_entry(connection, actor, "give_up_message", now, details)
        return _view(_found(connection, message_id))


def _is_free(now: Any) -> ColumnElement[bool]:
    return or_(_outbox.c.leased_until_at.is_(None), _outbox.c.leased_until_at <= now)


def _require_admin(actor: Actor) -> None:
    if actor.role is not Role.ADMIN:
        raise Forbidden("只有系统管理员可以管理发送队列")


def _messages() -> Select[Any]:
    application, account = tables.application, tables.account
    return (
        select(
            _outbox, application.c.number, application.c.applicant_name, account.c.name.label("given_up_name")
        )
        .outerjoin(application, application.c.id == _outbox.c.application_id)
        .outerjoin(account, account.c.id == _outbox.c.given_up_by)
    )


def _found(connection: Connection, message_id: int) -> Any:
    row = connection.execute(_messages().where(_outbox.c.id == message_id)).mappings().one_or_none()
    if row is None:
        raise NotFound(f"没有编号为 {message_id} 的消息")
    return row


def _state_of(row: Any) -> OutboxState:
    if row["sent_at"]:
        return OutboxState.SENT
    if row["given_up_at"]:
        return OutboxState.GIVEN_UP
    if row["next_attempt_at"] is None:
        return OutboxState.FAILED
    return OutboxState.RETRYING if row["last_error"] else OutboxState.WAITING


def _view(row: Any) -> dict[str, Any]:
    state = _state_of(row)
    return {
        "id": row["id"],
        "topic": row["topic"],
        "topic_label": TOPICS.get(row["topic"], row["topic"]),
        "application_id": row["application_id"],
        "application_number": row["number"],
        "applicant_name": row["applicant_name"],
        "state": state.value,
        "state_label": state.label,
        "attempts": row["attempts"],
        "most_attempts": ATTEMPTS,
        "created_at": _moment(row["created_at"]),
        "next_attempt_at": _moment(row["next_attempt_at"]),
        "sent_at": _moment(row["sent_at"]),
        "error": error_words(row["last_error"]),
        "given_up_at": _moment(row["given_up_at"]),
        "given_up_by_name": row["given_up_name"],
        "given_up_reason": row["given_up_reason"],
    }


def _moment(instant: Any) -> str | None:
    return None if instant is None else instant.isoformat()
