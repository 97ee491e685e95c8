"""Searching the audit trail: all chains together, newest first, however long they have become.

Who, what and when are found by indexes; everything else is looked for entry by entry, so many at a time: a
page may then be short and still have a next one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Select, or_, select, tuple_

from workflow.access import PUBLIC, SYSTEM, Actor
from workflow.clock import at_shanghai
from workflow.errors import FieldError, Forbidden, Malformed
from workflow.persistence import tables
from workflow.persistence.engine import reading
from workflow.services.audit import SYSTEM_CHAIN, entry_view, event_labels
from workflow.services.pages import Page, containing, read_cursor, write_cursor
from workflow.services.product import Product
from workflow.services.year_list_trail import EVENT_LABELS as LIST_LABELS
from workflow.vocabulary import AuditChain, ReadingSubject, Role

MOST_LOOKED_THROUGH = 2_000
"""Entries that one page looks through; at the end of them it stops and says how far it came."""
SEARCHERS = frozenset({Role.AUDITOR, Role.ADMIN})
_AT_ONCE = 200
_MOST_NAMESAKES = 5
_entry, _application = tables.audit_entry, tables.application
_NOBODYS = {each.login: each for each in (SYSTEM, PUBLIC)} | {each.name: each for each in (SYSTEM, PUBLIC)}
_SYSTEM_LABELS = {
    "verify_audit": "要求核验办理记录",
    "check_attachments": "要求核验附件",
    "add_account": "新建账号",
    "open_account": "启用账号",
    "close_account": "停用账号",
    "change_account": "修改账号",
    "unlock_account": "解除账号锁定",
    "require_new_password": "要求修改口令",
    "set_one_time_password": "设置一次性口令",
    "sign_out_everywhere": "结束账号的全部会话",
    "change_own_password": "修改本人口令",
    "reset_password": "重置口令",
    "choose_mail": "设置邮件提醒",
    "enter_absence": "登记缺勤代办",
    "end_absence": "结束缺勤代办",
    "propose_closure": "登记本地停办",
    "confirm_closure": "确认本地停办",
    "decline_closure": "不同意本地停办",
    "propose_closure_withdrawal": "申请撤销本地停办",
    "confirm_closure_withdrawal": "确认撤销本地停办",
    "decline_closure_withdrawal": "不同意撤销本地停办",
    "import_calendar": "导入放假通知",
    "move_funds": "登记资金变动",
    "make_payment_batch": "建立拨付批次",
    "fetch_payment_file": "下载拨付文件",
    "take_out_payment_line": "从拨付批次移出一笔",
    "cancel_payment_batch": "撤销拨付批次",
    "export_case": "导出案卷",
    "rotate_keys": "更换密钥",
    "drop_key": "停用旧密钥",
    **{f"read_{subject.value}": f"查看{subject.label}" for subject in ReadingSubject},
    **LIST_LABELS,
}
EVENT_LABELS = event_labels() | _SYSTEM_LABELS
"""What may stand in the trail, those of applications first."""


def search_audit(
    product: Product,
    *,
    actor: Actor,
    who: str | None = None,
    event: str | None = None,
    outcome: str | None = None,
    chain: str | None = None,
    number: str | None = None,
    region: str | None = None,
    from_state: str | None = None,
    to_state: str | None = None,
    from_on: date | None = None,
    until_on: date | None = None,
    text: str | None = None,
    cursor: str | None = None,
    limit: int = 20,
) -> Page:
    """Entries of all chains, newest first, with ``looked_until``: how far a page that is not full has come.

    ``who`` is a login or a whole name, ``number`` an application's; the days are those of China, both
    included; ``text`` is looked for in what was written. Raises ``Forbidden`` for all but auditors and
    administrators, ``Malformed`` for a person or an application that there is not.
    """
    if actor.role not in SEARCHERS:
        raise Forbidden("只有审计、纪检和系统管理员可以检索全部办理记录")

    def wanted(row: Any, content: dict[str, Any]) -> bool:
        of_system = row["chain_id"] == SYSTEM_CHAIN
        return (
            (login is None or content["actor"] == login)
            and (outcome is None or content["outcome"] == outcome)
            and (chain is None or of_system == (chain == AuditChain.SYSTEM))
            and (region is None or row["region"] == region)
            and (from_state is None or content.get("from") == from_state)
            and (to_state is None or content.get("to") == to_state)
            and (text is None or text in row["content"] or text in str(row["number"]))
        )

    with reading(product.engine) as connection:
        conditions = list(within(from_on, until_on))
        login = None
        if who is not None:
            ids, login = _people(connection, who)
            conditions.append(_entry.c.actor_id.in_(ids))
        if event is not None:
            conditions.append(_entry.c.event == event)
        if number is not None:
            conditions.append(_entry.c.chain_id == application_id_of(connection, number))
        return look_through(connection, conditions, wanted, _view, cursor=cursor, limit=limit)


def look_through(
    connection: Connection,
    conditions: Sequence[ColumnElement[bool]],
    wanted: Callable[[Any, dict[str, Any]], bool],
    view: Callable[[Any], dict[str, Any]],
    *,
    cursor: str | None,
    limit: int,
) -> Page:
    """The newest entries that meet the ``conditions`` of the database and are ``wanted``; a page of them.

    Looks through ``MOST_LOOKED_THROUGH`` at most; ``looked_until`` is the moment of the last one seen where
    the page is not full and there is more.
    """
    statement = _entries().where(*conditions)
    if cursor is not None:
        statement = statement.where(tuple_(_entry.c.recorded_at, _entry.c.id) < _after(cursor))
    items: list[dict[str, Any]] = []
    last, seen = None, 0
    for row in _streamed(connection, statement):
        if len(items) == limit or seen == MOST_LOOKED_THROUGH:
            assert last is not None
            until = None if len(items) == limit else last["recorded_at"].isoformat()
            return {"items": items, "next": _cursor_at(last), "looked_until": until}
        seen, last = seen + 1, row
        if wanted(row, orjson.loads(row["content"])):
            items.append(view(row))
    return {"items": items, "next": None, "looked_until": None}


def _entries() -> Select[Any]:
    return (
        select(_entry, _application.c.number, _application.c.region)
        .outerjoin(_application, _application.c.id == _entry.c.chain_id)
        .order_by(_entry.c.recorded_at.desc(), _entry.c.id.desc())
        .limit(MOST_LOOKED_THROUGH + 1)
    )


def _streamed(connection: Connection, statement: Select[Any]) -> Iterator[Any]:
    # Most pages are full after a few entries; the others are not sent for.
    found = connection.execute(statement.execution_options(yield_per=_AT_ONCE))
    try:
        yield from found.mappings()
    finally:
        found.close()


def within(from_on: date | None, until_on: date | None) -> Iterator[ColumnElement[bool]]:
    """The conditions of a period, days of China, both included."""
    if from_on is not None:
        yield _entry.c.recorded_at >= at_shanghai(from_on, 0)
    if until_on is not None and until_on < date.max:
        yield _entry.c.recorded_at < at_shanghai(until_on + timedelta(days=1), 0)


def _people(connection: Connection, who: str) -> tuple[list[int], str | None]:
    """The accounts meant, and the login where one number stands for several that have no account."""
    nobody = _NOBODYS.get(who)
    if nobody is not None:
        return [nobody.account_id], nobody.login
    account = tables.account
    same = select(account.c.id).where(or_(account.c.login == who, account.c.name == who))
    ids = list(connection.scalars(same.order_by(account.c.id).limit(_MOST_NAMESAKES)))
    if ids:
        return ids, None
    alike = [column.like(containing(who), escape="\\") for column in (account.c.name, account.c.login)]
    like = select(account.c.login, account.c.name).where(or_(*alike))
    near = connection.execute(like.order_by(account.c.id).limit(_MOST_NAMESAKES)).all()
    hint = "、".join(f"{row.name}（{row.login}）" for row in near)
    message = f"没有登录名或者姓名为“{who}”的人员" + (f"；相近的有 {hint}" if hint else "")
    raise Malformed(message, [FieldError("who", message)])


def application_id_of(connection: Connection, number: str) -> int:
    """The application with this number; raises ``Malformed`` where there is none."""
    found = connection.scalar(select(_application.c.id).where(_application.c.number == number))
    if found is None:
        message = f"没有编号为 {number} 的申请；请填写完整的编号，如 410400-2026-000001"
        raise Malformed(message, [FieldError("number", message)])
    return int(found)


def _cursor_at(row: Any) -> str:
    since = row["recorded_at"] - datetime(1970, 1, 1, tzinfo=UTC)
    return write_cursor(_entry.name, [since // timedelta(microseconds=1), row["id"]])


def _after(cursor: str) -> Any:
    at = read_cursor(cursor, _entry.name)
    if not (isinstance(at, list) and len(at) == 2 and all(type(each) is int for each in at)):
        raise _no_cursor()
    try:
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at[0])
    except OverflowError:
        raise _no_cursor() from None
    return tuple_(moment, at[1])


def _no_cursor() -> Malformed:
    message = "翻页标记无效，请从第一页开始"
    return Malformed(message, [FieldError("cursor", message)], status=400)


def _view(row: Any) -> dict[str, Any]:
    seen = entry_view(row)
    of_system = row["chain_id"] == SYSTEM_CHAIN
    return seen | {
        "event_label": EVENT_LABELS.get(seen["event"], seen["event"]),
        "application_id": None if of_system else row["chain_id"],
        "application_number": row["number"],
        "region": row["region"],
    }
