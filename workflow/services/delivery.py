"""The outbox emptied: who is told, in which words, and each letter handed to the mail server.

Rows are claimed in small batches, sent outside any transaction, and then marked. A crash between sending and
marking sends a letter twice but never loses one; its Message-ID is the same each time. Without a mail server
nothing leaves the house: the inbox in the product is what people read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from functools import partial
from typing import Any

import structlog
from sqlalchemy import Connection, RowMapping, and_, or_, select

from workflow.access import AWAITED_EVENTS, SYSTEM, allowed_events
from workflow.clock import real_now
from workflow.deadlines.words import said
from workflow.notifications.mail import (
    BROKEN_OFF,
    Send,
    Session,
    TryLater,
    Undeliverable,
    smtp_session,
    write_letter,
)
from workflow.notifications.outbox import Parcel, claim, settle_all, settle_failed, settle_sent
from workflow.persistence import tables
from workflow.persistence.engine import reading, writing
from workflow.services.actors import ACTOR_COLUMNS, actor_of_row, stand_ins
from workflow.services.alerts import kind_of
from workflow.services.case import Case, open_case
from workflow.services.product import Product
from workflow.services.registration_rows import TOPIC
from workflow.services.steps import tell_applicants
from workflow.vocabulary import AlertKind, ClockKind, Event, RegistrationState, Role, State

BATCH = 10
IN_APP_BATCH = 500
_account = tables.account
_ADDRESSES = (*ACTOR_COLUMNS, _account.c.id, _account.c.email, _account.c.mailed_kinds)
# An event that leaves the state as it was is news only where somebody has to act on it.
_NEWS_IN_PLACE = frozenset({Event.FILE_OBJECTION.value, Event.PROPOSE_ASSESSMENT.value})
_AFTER_REGISTRATION = {
    RegistrationState.PENDING: "审核结果会发到这个邮箱，也可以凭回执编号在“机构注册”中查询。",
    RegistrationState.APPROVED: "现在可以用注册时的登录名和密码登录。",
    RegistrationState.REFUSED: "退回的理由可以凭回执编号在“机构注册”中查看，修改后可以重新提交。",
}
_NEWS_FOR_APPLICANT = frozenset(
    {State.SUSPENDED, State.REJECTED, State.TERMINATED, State.DISBURSED, State.RECOVERING, State.RECOVERED}
)
_log = structlog.get_logger("delivery")


@dataclass(frozen=True, slots=True)
class _Letter:
    account_id: int
    login: str
    message: EmailMessage


def deliver(product: Product, limit: int = 100, *, session: Session | None = None) -> dict[str, int]:
    """Sends up to ``limit`` waiting messages; answers how many were ``sent`` and how many ``failed``.

    One that failed is tried again after growing delays, eight times in all, and keeps its last error. Any
    number of senders may run. ``session`` is the way to the mail server; by default the one of the settings.
    Raises ``SettingsError`` when that cannot be read.
    """
    if session is None:
        if not product.settings.smtp_url:
            return {"sent": _settle_in_app(product), "failed": 0}
        session = partial(smtp_session, product.settings.smtp_url)
    sent = failed = 0
    while sent + failed < limit:
        with writing(product.engine) as connection:
            parcels = claim(connection, product.now(connection), min(BATCH, limit - sent - failed))
            tell_applicants(connection, parcels)
        if not parcels:
            break
        done = _send_batch(product, session, parcels)
        sent += done
        failed += len(parcels) - done
    return {"sent": sent, "failed": failed}


def _settle_in_app(product: Product) -> int:
    total = 0
    while True:
        with writing(product.engine) as connection:
            settled = settle_all(connection, product.now(connection), IN_APP_BATCH)
            tell_applicants(connection, settled)
        total += len(settled)
        if len(settled) < IN_APP_BATCH:
            return total


def _send_batch(product: Product, session: Session, parcels: list[Parcel]) -> int:
    """Sends what one batch asks for over one connection; answers how many rows are done."""
    done = 0
    waiting: list[tuple[Parcel, list[_Letter]]] = []
    for parcel in parcels:
        try:
            letters = _letters(product, parcel)
        except Exception as error:
            # One message that cannot be written must not hold up all that come after it.
            _log.exception("message_not_written", outbox_id=parcel.id)
            _fail(product, parcel, f"{type(error).__name__}: {error}")
            continue
        if letters:
            waiting.append((parcel, letters))
        else:
            _done(product, parcel)
            done += 1
    if not waiting:
        return done
    try:
        with session() as send:
            while waiting:
                done += _send_one(product, send, *waiting[0])
                del waiting[0]
    except BROKEN_OFF as error:
        _log.warning("mail_server_unreachable", error=str(error), waiting=len(waiting))
        for parcel, _ in waiting:
            _fail(product, parcel, f"{type(error).__name__}: {error}")
    return done


def _send_one(product: Product, send: Send, parcel: Parcel, letters: list[_Letter]) -> bool:
    reached: list[int] = []
    later: list[str] = []
    never: list[str] = []
    for letter in letters:
        try:
            send(letter.message)
        except Undeliverable as error:
            never.append(f"{letter.login}: {error}")
        except TryLater as error:
            later.append(f"{letter.login}: {error}")
            continue
        reached.append(letter.account_id)
    if later:
        _fail(product, parcel, "; ".join(later + never), reached)
        return False
    _done(product, parcel, "; ".join(never) or None)
    return True


def _done(product: Product, parcel: Parcel, remark: str | None = None) -> None:
    with writing(product.engine) as connection:
        settle_sent(connection, parcel, product.now(connection), remark)


def _fail(product: Product, parcel: Parcel, error: str, reached: list[int] | None = None) -> None:
    with writing(product.engine) as connection:
        settle_failed(connection, parcel, product.now(connection), error, reached or ())


# --- who is told, and in which words -----------------------------------------------------------------------


def _letters(product: Product, parcel: Parcel) -> list[_Letter]:
    with reading(product.engine) as connection:
        people, kind, headline, details = _news(product, connection, parcel)
    site = product.settings.site_name
    return [
        _Letter(
            account_id=person["id"],
            login=person["login"],
            message=write_letter(
                message_id=f"{parcel.id}.{person['id']}.{parcel.created_at:%Y%m%d%H%M%S%f}",
                sender=product.settings.mail_from,
                recipient=person["email"],
                subject=f"【{site}】{headline}",
                text=f"{person['name']}：\n\n{headline}。\n{details}\n请登录{site}查看。本邮件由系统自动发出，请勿回复。\n",
                at=real_now(),
            ),
        )
        for person in people
        if person["email"] and person["id"] not in parcel.reached and _wants(person, kind)
    ]


def addressees(
    product: Product, connection: Connection, parcel: Parcel
) -> tuple[list[Mapping[Any, Any]], str]:
    """Whom a message is for as things stand, and what it says in a line."""
    people, kind, headline, _ = _news(product, connection, parcel)
    return [person for person in people if _wants(person, kind)], headline


def _wants(person: Mapping[Any, Any], kind: AlertKind | None) -> bool:
    """Whether this person chose to have such news by e-mail; an applicant's own step is no task."""
    mailed = person["mailed_kinds"]
    if kind is None:
        kind = AlertKind.PROGRESS if person["role"] == Role.APPLICANT.value else AlertKind.TASK
    return mailed is None or kind.value in mailed


def _news(
    product: Product, connection: Connection, parcel: Parcel
) -> tuple[Sequence[Mapping[Any, Any]], AlertKind | None, str, str]:
    """Who is told, the kind of news, a headline and more lines. The kind is None where it depends on whom.

    Names and numbers of private persons stay in the product.
    """
    if parcel.topic == "alert":
        return _alert_news(connection, parcel.content["alert_id"])
    if parcel.topic == TOPIC:
        return _registration_news(connection, parcel.content)
    assert parcel.application_id is not None
    case = open_case(product, connection, SYSTEM, parcel.application_id, lock=False)
    number, state = case.row["number"], case.state.label
    if parcel.topic == "calendar":
        lines = [_moved_clock(clock) for clock in parcel.content["clocks"]]
        people = _concerned(connection, case, applicant=True)
        if reason := parcel.content.get("reason"):
            lines.append(f"原因：{reason}。")
        return people, AlertKind.CALENDAR, f"申请 {number} 的办理期限因日历更新而变动", "\n".join(lines)
    old, new = parcel.content["from"], parcel.content["to"]
    stale = new != case.state.value
    if stale or (old == new and parcel.content["event"] not in _NEWS_IN_PLACE):
        return [], None, "", ""
    people = _concerned(connection, case, applicant=case.state in _NEWS_FOR_APPLICANT)
    event = Event(parcel.content["event"])
    kind = AlertKind.RETURNED if event is Event.RETURN_FOR_CORRECTION else None
    return people, kind, f"申请 {number} 现为“{state}”", f"最近办理：{event.label}。"


def _alert_news(connection: Connection, alert_id: int) -> tuple[list[RowMapping], AlertKind, str, str]:
    alert, told = tables.alert, tables.alert_recipient
    found = connection.execute(
        select(alert, tables.clock.c.kind, tables.application.c.number)
        .outerjoin(tables.clock, tables.clock.c.id == alert.c.clock_id)
        .outerjoin(tables.application, tables.application.c.id == alert.c.application_id)
        .where(alert.c.id == alert_id)
    ).mappings()
    row = found.one()
    people = connection.execute(
        select(*_ADDRESSES)
        .join(told, told.c.account_id == _account.c.id)
        .where(told.c.alert_id == alert_id, _account.c.active)
        .order_by(_account.c.id)
    )
    if row["kind"] is None:
        headline = f"申请 {row['number']}：{row['title']}" if row["number"] else row["title"]
        return list(people.mappings()), kind_of(row["rung"]), headline, ""
    headline = f"申请 {row['number']} 的“{ClockKind(row['kind']).label}”{row['title']}"
    due = f"到期日：{said(row['due_on'], row['provisional'])}。"
    return list(people.mappings()), kind_of(row["rung"]), headline, due


def _registration_news(
    connection: Connection, content: dict[str, Any]
) -> tuple[Sequence[Mapping[Any, Any]], AlertKind | None, str, str]:
    """To the address that was typed on the form: whoever registers has no account yet."""
    table = tables.registration
    wanted = select(table).where(table.c.id == content["registration_id"])
    row = connection.execute(wanted).mappings().one()
    if row["version"] != content["version"]:
        return [], None, "", ""
    state = RegistrationState(row["state"])
    person = {"id": 0, "login": row["login"], "name": row["account_name"], "email": row["email"]}
    headline = f"{row['name']}的机构注册现为“{state.label}”"
    return [person | {"mailed_kinds": None}], AlertKind.PROGRESS, headline, _AFTER_REGISTRATION[state]


def _concerned(connection: Connection, case: Case, *, applicant: bool) -> list[RowMapping]:
    """Who can act on the application as it stands; and, where asked for, its applicant in any case."""
    row = case.row
    own = (
        _account.c.organisation_id == row["organisation_id"]
        if row["organisation_id"] is not None
        else _account.c.id == row["created_by"]
    )
    found = connection.execute(
        select(*_ADDRESSES)
        .where(
            _account.c.active,
            or_(
                and_(_account.c.role == Role.APPLICANT.value, own),
                and_(_account.c.role != Role.APPLICANT.value, _account.c.region == row["region"]),
                _account.c.role == Role.OFFICE.value,
            ),
        )
        .order_by(_account.c.id)
    ).mappings()
    matter, situation = case.matter(), case.situation()
    absent = stand_ins(connection, [row["region"]], case.today)
    return [
        person
        for person in found
        if (applicant and person["role"] == Role.APPLICANT.value)
        or not AWAITED_EVENTS.isdisjoint(
            allowed_events(actor_of_row(person), matter, situation, absent.get(person["id"], ()))
        )
    ]


def _moved_clock(clock: dict[str, Any]) -> str:
    # What waited in the outbox before its flag was kept has none.
    before = said(clock["due_before"], clock.get("provisional_before")) or "（暂停计时）"
    after = said(clock["due_after"], clock["provisional"]) or "（暂停计时）"
    return f"“{ClockKind(clock['kind']).label}”到期日由{before}改为{after}。"
