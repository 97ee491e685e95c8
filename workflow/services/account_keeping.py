"""Accounts as administrators keep them: found, added, changed, closed; each act in the system's trail.

Everything that changes an account waits for the system's chain, so of two administrators one comes after the
other. The last active administrator stays one, and nobody changes the own seat.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, func, or_, select, update

from workflow.access import Actor
from workflow.clock import SHANGHAI, real_now
from workflow.errors import Conflict, FieldError, Forbidden, Malformed, NotFound
from workflow.form.accounts import AccountAct, AccountChange, NewAccount, Seating
from workflow.form.reading import read
from workflow.persistence import tables
from workflow.persistence.engine import reading, writing
from workflow.services import accounts
from workflow.services.audit import append_system_entry, lock_system_chain
from workflow.services.pages import Page, containing, page_of
from workflow.services.product import Product
from workflow.services.seats import lost_without
from workflow.vocabulary import Role

ONE_TIME_FOR = timedelta(days=7)
"""How long a one-time password lets somebody in to set an own one; a local choice."""
Act = Callable[..., dict[str, Any]]
"""One of the acts below upon an account: ``product``, ``actor``, ``account_id`` and ``body``."""
_account = tables.account
# Without what is easily misread: 0 and O, 1, l and I.
_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz23456789"
_OWN = "不能改变自己的账号：请由另一名系统管理员办理；自己的密码在“我的账号”中修改"
_LAST = "这是最后一个启用的系统管理员账号，停用或改变角色之后将没有人能够管理账号"


# --- finding -----------------------------------------------------------------------------------------------


def list_accounts(
    product: Product,
    *,
    actor: Actor,
    text: str | None = None,
    role: str | None = None,
    department: str | None = None,
    region: str | None = None,
    state: str | None = None,
    cursor: str | None = None,
    limit: int = 20,
) -> Page:
    """Accounts, newest first, filtered; for administrators.

    ``text``: part of login, name or organisation; ``state``: ``active``, ``closed``, ``locked`` after failed
    sign-ins, or ``one_time`` before the own password is set.
    """
    _require_admin(actor)
    statement = accounts.account_rows()
    if text:
        columns = (_account.c.login, _account.c.name, tables.organisation.c.name, tables.organisation.c.uscc)
        statement = statement.where(or_(*(each.like(containing(text), escape="\\") for each in columns)))
    for column, wanted in ((_account.c.role, role), (_account.c.department, department)):
        if wanted is not None:
            statement = statement.where(column == wanted)
    if region is not None:
        statement = statement.where(_account.c.region == region)
    if state is not None:
        statement = statement.where(
            {
                "active": _account.c.active,
                "closed": ~_account.c.active,
                "locked": _account.c.locked_until_at > real_now(),
                "one_time": _account.c.one_time_until_at.is_not(None),
            }[state]
        )
    with reading(product.engine) as connection:
        view = accounts.account_view
        return page_of(connection, statement, _account.c.id, cursor, limit, view, descending=True)


def read_account(product: Product, *, actor: Actor, account_id: int) -> dict[str, Any]:
    """One account, its living sessions and tokens, who changed it last, what would stop without it."""
    _require_admin(actor)
    with reading(product.engine) as connection:
        return _shown(connection, _found(connection, account_id))


def _shown(connection: Connection, row: Mapping[Any, Any]) -> dict[str, Any]:
    session, token, now = tables.sign_in_session, tables.access_token, real_now()
    sessions = connection.execute(
        select(func.count(), func.max(session.c.last_seen_at)).where(
            session.c.account_id == row["id"],
            session.c.ended_at.is_(None),
            session.c.last_seen_at > now - accounts.IDLE_LIMIT,
            session.c.created_at > now - accounts.ABSOLUTE_LIMIT,
        )
    ).one()
    tokens = connection.execute(
        select(func.count()).where(
            token.c.account_id == row["id"], token.c.revoked_at.is_(None), token.c.expires_at > now
        )
    ).scalar_one()
    changed_by = connection.execute(
        select(_account.c.name).where(_account.c.id == row["changed_by"])
    ).scalar_one_or_none()
    return accounts.account_view(row) | {
        "session_count": sessions[0],
        "last_seen_at": sessions[1].isoformat() if sessions[1] else None,
        "token_count": tokens,
        "changed_by_name": changed_by,
        "changed_at": row["changed_at"].isoformat() if row["changed_at"] else None,
        "lost_without": lost_without(connection, row),
    }


# --- keeping -----------------------------------------------------------------------------------------------


def add_account(product: Product, *, actor: Actor, body: dict[str, Any]) -> dict[str, Any]:
    """A new account with a one-time password, which is answered this once as ``one_time_password``.

    Raises ``Malformed`` naming every field that is wrong, ``Conflict`` when the login is taken.
    """
    _require_admin(actor)
    new = read(NewAccount, body)
    password = _one_time_password()
    with reading(product.engine) as connection:
        organisation_id = _organisation(connection, new)
    view = accounts.add_account(
        product,
        login=new.login,
        name=new.name,
        password=password,
        role=new.role,
        department=new.department,
        region=new.region,
        organisation_id=organisation_id,
        applicant_kind=new.applicant_kind,
        email=new.email,
        actor=actor,
        one_time_until=real_now() + ONE_TIME_FOR,
    )
    return read_account(product, actor=actor, account_id=view["id"]) | {"one_time_password": password}


def change_account(
    product: Product, *, actor: Actor, account_id: int, body: dict[str, Any]
) -> dict[str, Any]:
    """Gives an account another name, role, department, region, organisation or address.

    A changed seat ends its sessions, so that nobody goes on in the old one. Raises ``Malformed`` naming what
    is wrong, or, unless ``confirmed``, what would stop; ``Conflict`` where somebody else was faster;
    ``Forbidden`` for the own account, and for the last administrator.
    """
    _require_admin(actor)
    change = read(AccountChange, body)
    with writing(product.engine) as connection:
        row = _to_change(connection, actor, account_id, change.version)
        values = accounts.checked_seating(
            connection,
            name=change.name,
            email=change.email,
            role=change.role,
            department=change.department,
            region=change.region,
            applicant_kind=change.applicant_kind,
            organisation_id=_organisation(connection, change),
        )
        moved = any(row[name] != values[name] for name in ("role", "department", "region", "organisation_id"))
        if moved:
            _require_stays(connection, row, change.confirmed)
            accounts.end_everything(connection, account_id)
            _seat_owners(connection, row, values)
        _write(product, connection, actor, row, "change_account", values)
        return _shown(connection, _found(connection, account_id))


def close_account(product: Product, *, actor: Actor, account_id: int, body: dict[str, Any]) -> dict[str, Any]:
    """Closes an account: its sessions, tokens and feed end at once. What it has done stays under its name.

    An organisation's owner is followed by the oldest colleague who can sign in, if there is one.
    Raises as ``change_account``.
    """
    _require_admin(actor)
    act = read(AccountAct, body)
    with writing(product.engine) as connection:
        row = _to_change(connection, actor, account_id, act.version)
        if not row["active"]:
            raise Conflict(f"账号“{row['login']}”已经停用{_by_whom(connection, row)}")
        _require_stays(connection, row, act.confirmed)
        accounts.end_everything(connection, account_id)
        successor = accounts.oldest_colleague(connection, account_id) if row["owner"] else None
        if successor is not None:
            accounts.pass_ownership(connection, account_id, successor)
        _write(product, connection, actor, row, "close_account", {"active": False}, act.reason)
        return _shown(connection, _found(connection, account_id))


def reopen_account(
    product: Product, *, actor: Actor, account_id: int, body: dict[str, Any]
) -> dict[str, Any]:
    """Reopens a closed account with the password it had. Raises as ``change_account``."""
    return _simple(product, actor, account_id, body, "open_account", {"active": True})


def unlock_account(
    product: Product, *, actor: Actor, account_id: int, body: dict[str, Any]
) -> dict[str, Any]:
    """Lifts the lock after failed sign-ins. Raises as ``change_account``."""
    values = {"failed_count": 0, "locked_until_at": None}
    return _simple(product, actor, account_id, body, "unlock_account", values)


def require_new_password(
    product: Product, *, actor: Actor, account_id: int, body: dict[str, Any]
) -> dict[str, Any]:
    """From now on the account's password serves only to set another, for ``ONE_TIME_FOR``.

    Raises as ``change_account``.
    """
    values = {"one_time_until_at": real_now() + ONE_TIME_FOR}
    return _simple(product, actor, account_id, body, "require_new_password", values)


def set_one_time_password(
    product: Product, *, actor: Actor, account_id: int, body: dict[str, Any]
) -> dict[str, Any]:
    """Sets a one-time password, answered this once as ``one_time_password``; sessions and tokens end.

    It lifts a lock, and lets its owner in, for ``ONE_TIME_FOR``, to set an own one. Raises as
    ``change_account``.
    """
    _require_admin(actor)
    act = read(AccountAct, body)
    password = _one_time_password()
    values = {
        "password_hash": accounts.hash_of(password),
        "one_time_until_at": real_now() + ONE_TIME_FOR,
        "failed_count": 0,
        "locked_until_at": None,
    }
    with writing(product.engine) as connection:
        row = _to_change(connection, actor, account_id, act.version)
        accounts.end_everything(connection, account_id)
        _write(product, connection, actor, row, "set_one_time_password", values)
        return _shown(connection, _found(connection, account_id)) | {"one_time_password": password}


def sign_out_everywhere(
    product: Product, *, actor: Actor, account_id: int, body: dict[str, Any]
) -> dict[str, Any]:
    """Ends the sessions, tokens and the feed of an account. Raises as ``change_account``."""
    _require_admin(actor)
    act = read(AccountAct, body)
    with writing(product.engine) as connection:
        row = _to_change(connection, actor, account_id, act.version)
        accounts.end_everything(connection, account_id)
        _write(product, connection, actor, row, "sign_out_everywhere", {})
        return _shown(connection, _found(connection, account_id))


def _simple(
    product: Product,
    actor: Actor,
    account_id: int,
    body: dict[str, Any],
    event: str,
    values: dict[str, Any],
) -> dict[str, Any]:
    _require_admin(actor)
    act = read(AccountAct, body)
    with writing(product.engine) as connection:
        row = _to_change(connection, actor, account_id, act.version)
        _write(product, connection, actor, row, event, values)
        return _shown(connection, _found(connection, account_id))


# --- what may be done --------------------------------------------------------------------------------------


def _require_admin(actor: Actor) -> None:
    if actor.role is not Role.ADMIN:
        raise Forbidden("只有系统管理员可以管理账号")


def _to_change(connection: Connection, actor: Actor, account_id: int, version: int) -> Mapping[Any, Any]:
    """The account as this administrator has seen it, held for this transaction alone."""
    lock_system_chain(connection)
    if account_id == actor.account_id:
        raise Forbidden(_OWN)
    # Somebody may have closed the administrator's own account while this request was on its way.
    acting = connection.execute(
        select(_account.c.active).where(
            _account.c.id == actor.account_id, _account.c.role == Role.ADMIN.value
        )
    ).scalar_one_or_none()
    if not acting:
        raise Forbidden("您的账号已停用或者不再是系统管理员")
    row = _found(connection, account_id)
    if row["version"] != version:
        raise Conflict(
            f"账号“{row['login']}”刚刚被修改{_by_whom(connection, row)}，请重新载入后再办理",
            current_version=row["version"],
        )
    return row


def _by_whom(connection: Connection, row: Mapping[Any, Any]) -> str:
    who = connection.execute(
        select(_account.c.name).where(_account.c.id == row["changed_by"])
    ).scalar_one_or_none()
    if who is None or row["changed_at"] is None:
        return ""
    return f"（{who}，{row['changed_at'].astimezone(SHANGHAI):%Y-%m-%d %H:%M}）"


def _require_stays(connection: Connection, row: Mapping[Any, Any], confirmed: bool) -> None:
    """Nobody leaves a seat unseen on which work waits, and the last administrator none at all."""
    if row["role"] == Role.ADMIN and row["active"]:
        others = connection.execute(
            select(func.count()).where(
                _account.c.role == Role.ADMIN.value, _account.c.active, _account.c.id != row["id"]
            )
        ).scalar_one()
        if not others:
            raise Forbidden(_LAST)
    lost = [] if confirmed else lost_without(connection, row)
    if lost:
        message = f"{'；'.join(lost)}。仍要办理的，请勾选“已知悉后果”"
        raise Malformed(message, [FieldError("confirmed", message)])


def _found(connection: Connection, account_id: int) -> Mapping[Any, Any]:
    row = (
        connection.execute(accounts.account_rows().where(_account.c.id == account_id))
        .mappings()
        .one_or_none()
    )
    if row is None:
        raise NotFound("没有这个账号")
    return row


def _organisation(connection: Connection, seating: Seating) -> int | None:
    if not seating.uscc:
        return None
    organisation = tables.organisation
    uscc = seating.uscc.strip().upper()
    found = connection.execute(
        select(organisation.c.id).where(organisation.c.uscc == uscc)
    ).scalar_one_or_none()
    if found is None:
        message = f"没有统一社会信用代码为“{uscc[:40]}”的单位；新单位由其自行注册"
        raise Malformed(message, [FieldError("uscc", message)])
    return int(found)


def _seat_owners(connection: Connection, row: Mapping[Any, Any], values: dict[str, Any]) -> None:
    """Who leaves an organisation owns it no longer; the first to come to one without an owner does."""
    if row["owner"]:
        accounts.pass_ownership(connection, row["id"], accounts.oldest_colleague(connection, row["id"]))
    if values["role"] == Role.APPLICANT and not accounts.has_owner(connection, values["organisation_id"]):
        values["owner"] = True


def _write(
    product: Product,
    connection: Connection,
    actor: Actor,
    row: Mapping[Any, Any],
    event: str,
    values: dict[str, Any],
    reason: str | None = None,
) -> None:
    connection.execute(
        update(_account)
        .where(_account.c.id == row["id"])
        .values(**values, version=row["version"] + 1, changed_by=actor.account_id, changed_at=real_now())
    )
    kept = ("login", "role", "department", "region", "organisation_id", "active")
    details: dict[str, Any] = {name: row[name] for name in kept}
    changed = {name: values[name] for name in kept if name in values and values[name] != row[name]}
    if "name" in values and values["name"] != row["name"]:
        changed["renamed"] = True
    details |= {"changed": changed} if changed else {}
    details |= {"reason": reason} if reason else {}
    append_system_entry(connection, actor, event, product.now(connection), details)


def _one_time_password() -> str:
    # Four by four, so that it can be read out and typed.
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))
