"""People, and how they prove who they are: passwords, sign-in sessions, bearer tokens, lockout.

Everything here runs on the real clock. Of a session or token only the SHA-256 digest is stored; both are
random, so a plain digest cannot be guessed back. Passwords are argon2id.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from threading import BoundedSemaphore
from typing import Any

import structlog
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, RowMapping, Select, case, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from workflow.access import SYSTEM, Actor
from workflow.clock import SHANGHAI, day_cn, real_now
from workflow.errors import Conflict, FieldError, Forbidden, Malformed, NotFound, NotSignedIn
from workflow.persistence.engine import reading, writing
from workflow.persistence.tables import (
    access_token,
    account,
    calendar_feed,
    organisation,
    registration,
    sign_in_session,
)
from workflow.policy import region_labels
from workflow.services.actors import ACTOR_COLUMNS, actor_of_row
from workflow.services.audit import append_system_entry
from workflow.services.product import Product
from workflow.vocabulary import ApplicationKind, Department, RegistrationState, Role

IDLE_LIMIT = timedelta(minutes=30)
ABSOLUTE_LIMIT = timedelta(hours=12)
LAST_SEEN_GRAIN = timedelta(minutes=1)
FAILURES_TO_LOCK = 5
LOCK_PERIOD = timedelta(minutes=15)
TOKEN_DAYS_LIMIT = 366

_PASSWORD_MINIMUM = 10
_PASSWORD_MAXIMUM = 128
_LOGIN = re.compile(r"[a-z][a-z0-9_.-]{1,63}")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,130}\.[^@\s.]{2,}")
_DEPARTMENT_ROLES = {Role.REVIEWER, Role.INSPECTOR, Role.CASHIER, Role.HEAD}
_WRONG = "登录名或密码不正确"

# OWASP's argon2id profile for small machines: 19 MiB, two passes, one lane; about 20 ms.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# Hashing takes processor and memory: a burst of sign-ins queues here instead of starving everything else.
_hashing = BoundedSemaphore(4)
# What an unknown login is checked against, so that it takes as long as a known one.
_DUMMY_HASH = _hasher.hash(secrets.token_urlsafe(16))

_log = structlog.get_logger("accounts")


def digest_of(token: str) -> str:
    """What is stored of a session, token or private address."""
    return sha256(token.encode()).hexdigest()


def hash_of(password: str) -> str:
    """The argon2id hash of a password."""
    with _hashing:
        return _hasher.hash(password)


def _matches(password_hash: str, password: str) -> bool:
    try:
        with _hashing:
            return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def _locked_message(until: datetime) -> str:
    moment = until.astimezone(SHANGHAI)
    return f"登录失败次数过多，账号已锁定至 {day_cn(moment)} {moment:%H:%M}（北京时间），请届时再试"


# --- signing in --------------------------------------------------------------------------------------------


def sign_in(product: Product, *, login: str, password: str, address: str) -> tuple[str, Actor]:
    """A new session for the person, as its token and who it is.

    Raises ``NotSignedIn`` for a wrong login or password, ``Forbidden`` while the account is locked or when
    it is closed.
    """
    # A password longer than any that can be set is wrong; it is not worth hashing megabytes to find out.
    password = password[: _PASSWORD_MAXIMUM + 1]
    row = _take_attempt(product, login.strip().lower(), address)
    if not _matches(row["password_hash"], password):
        _log.info("sign_in_failed", login=row["login"], address=address)
        if row["locked_until_at"] is not None:
            raise Forbidden(_locked_message(row["locked_until_at"]))
        raise NotSignedIn(_WRONG)
    if not row["active"]:
        raise Forbidden("该账号已停用，请联系系统管理员")
    now = real_now()
    if row["one_time_until_at"] is not None and row["one_time_until_at"] <= now:
        raise Forbidden("一次性密码已过期，请联系系统管理员重新设置")
    token = secrets.token_urlsafe(32)
    values: dict[str, Any] = {"failed_count": 0, "locked_until_at": None}
    if _hasher.check_needs_rehash(row["password_hash"]):
        values["password_hash"] = hash_of(password)
    with writing(product.engine) as connection:
        connection.execute(update(account).where(account.c.id == row["account_id"]).values(values))
        # Sessions past their absolute limit are of no use to anybody: the table stays small by itself.
        connection.execute(
            delete(sign_in_session).where(
                sign_in_session.c.account_id == row["account_id"],
                sign_in_session.c.created_at < now - ABSOLUTE_LIMIT,
            )
        )
        connection.execute(
            insert(sign_in_session).values(
                token_digest=digest_of(token), account_id=row["account_id"], created_at=now, last_seen_at=now
            )
        )
    _log.info("signed_in", login=row["login"], address=address)
    return token, actor_of_row(row)


def _take_attempt(product: Product, login: str, address: str) -> RowMapping:
    """The account, with this attempt already counted as a failure.

    Counting before verifying (and forgiving after) keeps a hundred parallel guesses from all being tried
    against the same count.
    """
    now = real_now()
    is_last = account.c.failed_count + 1 >= FAILURES_TO_LOCK
    counted = (
        update(account)
        .where(account.c.login == login)
        .where(or_(account.c.locked_until_at.is_(None), account.c.locked_until_at <= now))
        .values(
            failed_count=case((is_last, 0), else_=account.c.failed_count + 1),
            locked_until_at=case((is_last, now + LOCK_PERIOD), else_=None),
        )
        .returning(
            *ACTOR_COLUMNS,
            account.c.password_hash,
            account.c.active,
            account.c.locked_until_at,
            account.c.one_time_until_at,
        )
    )
    with writing(product.engine) as connection:
        row = connection.execute(counted).mappings().one_or_none()
        if row is not None:
            return row
        locked_until = connection.scalar(select(account.c.locked_until_at).where(account.c.login == login))
    if locked_until is not None:
        _log.info("sign_in_while_locked", login=login, address=address)
        raise Forbidden(_locked_message(locked_until))
    # Not even the login is logged: people type their password into the wrong box.
    _log.info("sign_in_unknown", address=address)
    _matches(_DUMMY_HASH, "no such account")
    raise NotSignedIn(_WRONG)


def actor_of_session(product: Product, *, session_token: str) -> Actor | None:
    """Who the session belongs to; None once it has ended, been idle too long, or lasted its longest."""
    now = real_now()
    found = (
        select(
            *ACTOR_COLUMNS,
            account.c.one_time_until_at,
            sign_in_session.c.id.label("session_id"),
            sign_in_session.c.last_seen_at,
        )
        .join(sign_in_session, sign_in_session.c.account_id == account.c.id)
        .where(
            sign_in_session.c.token_digest == digest_of(session_token),
            sign_in_session.c.ended_at.is_(None),
            sign_in_session.c.last_seen_at > now - IDLE_LIMIT,
            sign_in_session.c.created_at > now - ABSOLUTE_LIMIT,
            account.c.active,
        )
    )
    with reading(product.engine) as connection:
        row = connection.execute(found).mappings().one_or_none()
    if row is None:
        return None
    if row["last_seen_at"] <= now - LAST_SEEN_GRAIN:
        with writing(product.engine) as connection:
            connection.execute(
                update(sign_in_session)
                .where(sign_in_session.c.id == row["session_id"])
                .values(last_seen_at=now)
            )
    return _person(row)


def sign_out(product: Product, *, session_token: str) -> None:
    """Ends the session; an unknown or ended one is no error."""
    with writing(product.engine) as connection:
        connection.execute(
            update(sign_in_session)
            .where(
                sign_in_session.c.token_digest == digest_of(session_token),
                sign_in_session.c.ended_at.is_(None),
            )
            .values(ended_at=real_now())
        )


# --- bearer tokens -----------------------------------------------------------------------------------------


def actor_of_token(product: Product, *, token: str) -> Actor | None:
    """Who the bearer token belongs to; None when unknown, expired or revoked."""
    found = (
        select(*ACTOR_COLUMNS, account.c.one_time_until_at)
        .join(access_token, access_token.c.account_id == account.c.id)
        .where(
            access_token.c.token_digest == digest_of(token),
            access_token.c.revoked_at.is_(None),
            access_token.c.expires_at > real_now(),
            account.c.active,
        )
    )
    with reading(product.engine) as connection:
        row = connection.execute(found).mappings().one_or_none()
    return None if row is None else _person(row)


def _person(row: RowMapping) -> Actor:
    return replace(actor_of_row(row), must_change_password=row["one_time_until_at"] is not None)


def issue_token(product: Product, *, login: str, days: int = 30) -> str:
    """A new bearer token for an account, shown once; for the command line."""
    with writing(product.engine) as connection:
        account_id = _account_of(connection, login, must_be_active=True)
        return _new_token(connection, account_id, days)[0]


def revoke_tokens(product: Product, *, login: str) -> int:
    """Revokes all living tokens of an account; how many there were."""
    with writing(product.engine) as connection:
        return _revoke_tokens(connection, _account_of(connection, login))


def list_tokens(product: Product, *, actor: Actor) -> dict[str, Any]:
    """The caller's own tokens, newest first; the tokens themselves cannot be shown again."""
    now = real_now()
    with reading(product.engine) as connection:
        rows = connection.execute(
            select(access_token)
            .where(access_token.c.account_id == actor.account_id)
            .order_by(access_token.c.id.desc())
        ).mappings()
        return {
            "items": [
                {
                    "id": row["id"],
                    "created_at": row["created_at"].isoformat(),
                    "expires_at": row["expires_at"].isoformat(),
                    "revoked_at": None if row["revoked_at"] is None else row["revoked_at"].isoformat(),
                    "state": "revoked"
                    if row["revoked_at"]
                    else "active"
                    if row["expires_at"] > now
                    else "expired",
                }
                for row in rows
            ]
        }


def create_own_token(product: Product, *, actor: Actor, days: int = 30) -> dict[str, str]:
    """A new bearer token for the caller, shown once."""
    with writing(product.engine) as connection:
        token, expires_at = _new_token(connection, actor.account_id, days)
    return {"token": token, "expires_at": expires_at.isoformat()}


def revoke_own_token(product: Product, *, actor: Actor, token_id: int) -> None:
    """Revokes one of the caller's tokens."""
    with writing(product.engine) as connection:
        revoked = connection.execute(
            update(access_token)
            .where(
                access_token.c.id == token_id,
                access_token.c.account_id == actor.account_id,
                access_token.c.revoked_at.is_(None),
            )
            .values(revoked_at=real_now())
        )
        if revoked.rowcount == 0:
            raise NotFound("没有这个有效的访问令牌")


def _new_token(connection: Connection, account_id: int, days: int) -> tuple[str, datetime]:
    if not 1 <= days <= TOKEN_DAYS_LIMIT:
        raise Malformed(
            f"令牌有效期应为 1 到 {TOKEN_DAYS_LIMIT} 天",
            [FieldError("days", f"应为 1 到 {TOKEN_DAYS_LIMIT} 的整数")],
        )
    token = secrets.token_urlsafe(32)
    now = real_now()
    expires_at = now + timedelta(days=days)
    connection.execute(
        insert(access_token).values(
            account_id=account_id, token_digest=digest_of(token), created_at=now, expires_at=expires_at
        )
    )
    return token, expires_at


# --- accounts ----------------------------------------------------------------------------------------------


def add_account(
    product: Product,
    *,
    login: str,
    name: str,
    password: str,
    role: str,
    department: str | None,
    region: str | None,
    organisation_id: int | None = None,
    applicant_kind: str | None = None,
    email: str | None = None,
    actor: Actor | None = None,
    one_time_until: datetime | None = None,
) -> dict[str, Any]:
    """A new account. Without ``actor`` the command line adds it; a person who does must be an administrator.

    With ``one_time_until`` the password serves, until then, only to set another. Raises ``Malformed`` naming
    every field that is wrong, ``Conflict`` when the login is taken.
    """
    if actor is not None:
        _require_admin(actor)
    login, name, email = login.strip().lower(), name.strip(), (email or "").strip() or None
    department, region, applicant_kind = department or None, region or None, applicant_kind or None
    errors = [
        *identity_errors(login, name, email),
        *password_errors(password, login),
        *_place_errors(role, department, region, applicant_kind, organisation_id),
    ]
    if errors:
        raise _malformed(errors)
    password_hash = hash_of(password)
    try:
        with writing(product.engine) as connection:
            if organisation_id is not None:
                _check_organisation(connection, organisation_id, region if role == Role.APPLICANT else None)
            if is_registering(connection, login):
                raise Conflict(f"登录名“{login}”已在待审核的机构注册中使用")
            account_id = connection.execute(
                insert(account)
                .values(
                    login=login,
                    name=name,
                    password_hash=password_hash,
                    role=role,
                    department=department,
                    region=region,
                    applicant_kind=applicant_kind,
                    organisation_id=organisation_id,
                    owner=role == Role.APPLICANT and not has_owner(connection, organisation_id),
                    email=email,
                    active=True,
                    failed_count=0,
                    created_at=real_now(),
                    one_time_until_at=one_time_until,
                )
                .returning(account.c.id)
            ).scalar_one()
            view = _shown(connection, account_id)
            _record(product, connection, actor or SYSTEM, "add_account", view)
            return view
    except IntegrityError as error:
        raise Conflict(f"登录名“{login}”已被使用") from error


def is_registering(connection: Connection, login: str) -> bool:
    """Whether an organisation that waits for HR's approval has chosen this login."""
    waiting = select(registration.c.id).where(
        registration.c.login == login, registration.c.state == RegistrationState.PENDING.value
    )
    return connection.execute(waiting).first() is not None


def has_owner(connection: Connection, organisation_id: int | None) -> bool:
    """Whether one of the organisation's accounts keeps the others; nobody's has one in any case."""
    if organisation_id is None:
        return True
    owners = select(account.c.id).where(account.c.organisation_id == organisation_id, account.c.owner)
    return connection.execute(owners).first() is not None


def pass_ownership(connection: Connection, giver: int, taker: int | None) -> None:
    """One account of an organisation is its owner no more; ``taker`` is, if there is one."""
    # One after the other: there are never two.
    connection.execute(update(account).where(account.c.id == giver).values(owner=False))
    connection.execute(update(account).where(account.c.id == taker).values(owner=True))


def oldest_colleague(connection: Connection, account_id: int) -> int | None:
    """Who follows an owner: the oldest other account of the organisation that can sign in."""
    own = select(account.c.organisation_id).where(account.c.id == account_id).scalar_subquery()
    colleagues = select(account.c.id).where(
        account.c.organisation_id == own,
        account.c.role == Role.APPLICANT.value,
        account.c.active,
        account.c.id != account_id,
    )
    found: int | None = connection.scalar(colleagues.order_by(account.c.id).limit(1))
    return found


def end_sessions(product: Product, *, actor: Actor, account_id: int) -> int:
    """Signs a person out everywhere: one's own account, or as administrator any; how many sessions ended."""
    if account_id != actor.account_id:
        _require_admin(actor)
    with writing(product.engine) as connection:
        return _end_sessions(connection, account_id)


def change_own_password(product: Product, *, actor: Actor, current: str, new: str) -> None:
    """Sets the caller's password; all sessions end, the caller signs in anew.

    Raises ``Malformed`` when the current password is wrong or the new one not acceptable. A wrong current
    password counts towards the lockout like a failed sign-in.
    """
    errors = password_errors(new, actor.login, field="new")
    if new == current:
        errors.append(FieldError("new", "新密码不能与当前密码相同"))
    if errors:
        raise _malformed(errors)
    row = _take_attempt(product, actor.login, "")
    if not _matches(row["password_hash"], current[: _PASSWORD_MAXIMUM + 1]):
        raise _malformed([FieldError("current", "当前密码不正确")])
    _store_password(product, actor, actor.account_id, new, "change_own_password")


def reset_password(product: Product, *, actor: Actor, account_id: int, password: str) -> None:
    """Sets another person's password and lifts a lockout; for administrators."""
    _require_admin(actor)
    errors = password_errors(password, "")
    if errors:
        raise _malformed(errors)
    _store_password(product, actor, account_id, password, "reset_password")


def _store_password(product: Product, actor: Actor, account_id: int, password: str, event: str) -> None:
    password_hash = hash_of(password)
    with writing(product.engine) as connection:
        _found(
            connection.execute(
                update(account)
                .where(account.c.id == account_id)
                .values(
                    password_hash=password_hash, failed_count=0, locked_until_at=None, one_time_until_at=None
                )
            ).rowcount
        )
        end_everything(connection, account_id)
        _record(product, connection, actor, event, _shown(connection, account_id))


def _record(product: Product, connection: Connection, actor: Actor, event: str, view: dict[str, Any]) -> None:
    """What happened to an account, in the system's audit chain."""
    details = {name: view[name] for name in ("login", "role", "department", "region")}
    append_system_entry(connection, actor, event, product.now(connection), details)


def _require_admin(actor: Actor) -> None:
    if actor.role is not Role.ADMIN:
        raise Forbidden("只有系统管理员可以管理账号")


def _found(count: int) -> None:
    if count == 0:
        raise NotFound("没有这个账号")


def _account_of(connection: Connection, login: str, *, must_be_active: bool = False) -> int:
    row = connection.execute(
        select(account.c.id, account.c.active).where(account.c.login == login.strip().lower())
    ).one_or_none()
    if row is None:
        raise NotFound(f"没有登录名为“{login}”的账号")
    if must_be_active and not row.active:
        raise Forbidden(f"账号“{login}”已停用")
    return int(row.id)


def _end_sessions(connection: Connection, account_id: int) -> int:
    ended = connection.execute(
        update(sign_in_session)
        .where(sign_in_session.c.account_id == account_id, sign_in_session.c.ended_at.is_(None))
        .values(ended_at=real_now())
    )
    return int(ended.rowcount)


def _revoke_tokens(connection: Connection, account_id: int) -> int:
    now = real_now()
    revoked = connection.execute(
        update(access_token)
        .where(
            access_token.c.account_id == account_id,
            access_token.c.revoked_at.is_(None),
            access_token.c.expires_at > now,
        )
        .values(revoked_at=now)
    )
    return int(revoked.rowcount)


def end_everything(connection: Connection, account_id: int) -> None:
    """Ends the account's sessions, tokens and calendar feed at once."""
    _end_sessions(connection, account_id)
    _revoke_tokens(connection, account_id)
    end_feeds(connection, account_id)


def end_feeds(connection: Connection, account_id: int) -> None:
    """Revokes the address of the account's calendar feed, if it has one."""
    connection.execute(
        update(calendar_feed)
        .where(calendar_feed.c.account_id == account_id, calendar_feed.c.revoked_at.is_(None))
        .values(revoked_at=real_now())
    )


# --- what an account must look like ------------------------------------------------------------------------


def _malformed(errors: list[FieldError]) -> Malformed:
    return Malformed("；".join(error.message for error in errors), errors)


def checked_seating(
    connection: Connection,
    *,
    name: str,
    email: str | None,
    role: str,
    department: str | None,
    region: str | None,
    applicant_kind: str | None,
    organisation_id: int | None,
) -> dict[str, Any]:
    """Who somebody is and where, as an account keeps it; raises ``Malformed`` naming what is wrong."""
    name, email = name.strip(), (email or "").strip() or None
    errors = [
        *_name_errors(name, email),
        *_place_errors(role, department, region, applicant_kind, organisation_id),
    ]
    if errors:
        raise _malformed(errors)
    if organisation_id is not None:
        _check_organisation(connection, organisation_id, region if role == Role.APPLICANT else None)
    return {
        "name": name,
        "email": email,
        "role": str(role),
        "department": department,
        "region": region,
        "applicant_kind": applicant_kind,
        "organisation_id": organisation_id,
    }


def is_email(text: str) -> bool:
    """Whether letters could be sent there, by its form."""
    return _EMAIL.fullmatch(text) is not None


def identity_errors(login: str, name: str, email: str | None) -> list[FieldError]:
    """What is wrong with who somebody signs in as; ``login`` in small letters."""
    errors = _name_errors(name, email)
    if not _LOGIN.fullmatch(login):
        words = "登录名应以小写字母开头，由小写字母、数字、下划线、点或连字符组成，2 至 64 个字符"
        errors.insert(0, FieldError("login", words))
    return errors


def _name_errors(name: str, email: str | None) -> list[FieldError]:
    errors = []
    if not 1 <= len(name) <= 64:
        errors.append(FieldError("name", "姓名或名称不能为空，最多 64 个字符"))
    if email is not None and not is_email(email):
        errors.append(FieldError("email", "电子邮箱的格式不正确"))
    return errors


def password_errors(password: str, login: str, *, field: str = "password") -> list[FieldError]:
    """What is wrong with a password for that login; empty where it may be used."""
    if not _PASSWORD_MINIMUM <= len(password) <= _PASSWORD_MAXIMUM:
        return [FieldError(field, f"密码应为 {_PASSWORD_MINIMUM} 至 {_PASSWORD_MAXIMUM} 个字符")]
    if len(set(password)) < 4:
        return [FieldError(field, "密码过于简单，至少应有 4 个不同的字符")]
    if login and password.lower() == login:
        return [FieldError(field, "密码不能与登录名相同")]
    return []


def _place_errors(
    role: str,
    department: str | None,
    region: str | None,
    applicant_kind: str | None,
    organisation_id: int | None,
) -> list[FieldError]:
    """What is wrong with role, department, region and kind taken together."""
    errors = []
    if region is not None and region not in region_labels():
        errors.append(FieldError("region", "行政区划代码应为 " + "、".join(region_labels())))
    if department is not None and department not in set(Department):
        errors.append(FieldError("department", "部门应为 " + "、".join(Department)))
    if applicant_kind is not None and applicant_kind not in set(ApplicationKind):
        errors.append(FieldError("applicant_kind", "申请人类别应为 " + "、".join(ApplicationKind)))
    if role not in set(Role):
        errors.append(FieldError("role", "角色应为 " + "、".join(Role)))
        return errors
    known_role = Role(role)
    if region is None and known_role not in {Role.ADMIN, Role.AUDITOR}:
        errors.append(FieldError("region", f"“{known_role.label}”账号必须指定行政区划"))
    if known_role in _DEPARTMENT_ROLES and department is None:
        errors.append(FieldError("department", f"“{known_role.label}”账号必须指定部门"))
    if known_role not in _DEPARTMENT_ROLES and department is not None:
        errors.append(FieldError("department", f"“{known_role.label}”账号不属于任何部门"))
    if known_role is Role.CASHIER and department not in {None, Department.FINANCE}:
        errors.append(FieldError("department", f"“{known_role.label}”账号的部门应为 {Department.FINANCE}"))
    if known_role is Role.APPLICANT and applicant_kind is None:
        errors.append(FieldError("applicant_kind", "申请人账号必须指定申请人类别"))
    if known_role is not Role.APPLICANT and applicant_kind is not None:
        errors.append(FieldError("applicant_kind", "只有申请人账号可以指定申请人类别"))
    if applicant_kind == ApplicationKind.INDIVIDUAL and organisation_id is not None:
        errors.append(FieldError("organisation_id", "个人申请人不属于任何单位"))
    return errors


def _check_organisation(connection: Connection, organisation_id: int, region: str | None) -> None:
    """The organisation exists; ``region`` None spares where: staff are recused from theirs wherever it is."""
    found = connection.scalar(select(organisation.c.region).where(organisation.c.id == organisation_id))
    if found is None:
        raise _malformed([FieldError("organisation_id", "没有这个单位")])
    if region is not None and found != region:
        raise _malformed([FieldError("organisation_id", "单位不在该行政区划")])


def account_rows() -> Select[Any]:
    """Accounts with their organisations: the rows of ``account_view``."""
    return select(
        account,
        organisation.c.name.label("organisation_name"),
        organisation.c.uscc.label("organisation_uscc"),
    ).outerjoin(organisation, organisation.c.id == account.c.organisation_id)


def _shown(connection: Connection, account_id: int) -> dict[str, Any]:
    return account_view(connection.execute(account_rows().where(account.c.id == account_id)).mappings().one())


def account_view(row: Mapping[Any, Any]) -> dict[str, Any]:
    """An account as administrators see it: nothing of its password."""
    locked_until = row["locked_until_at"]
    return {
        "id": row["id"],
        "login": row["login"],
        "name": row["name"],
        "role": row["role"],
        "role_label": Role(row["role"]).label,
        "department": row["department"],
        "department_label": None if row["department"] is None else Department(row["department"]).label,
        "region": row["region"],
        "region_label": region_labels().get(row["region"] or ""),
        "applicant_kind": row["applicant_kind"],
        "applicant_kind_label": (
            None if row["applicant_kind"] is None else ApplicationKind(row["applicant_kind"]).label
        ),
        "organisation_id": row["organisation_id"],
        "organisation_name": row["organisation_name"],
        "organisation_uscc": row["organisation_uscc"],
        "email": row["email"],
        "active": row["active"],
        "locked_until": (
            locked_until.isoformat() if locked_until is not None and locked_until > real_now() else None
        ),
        "one_time_until": row["one_time_until_at"].isoformat() if row["one_time_until_at"] else None,
        "created_at": row["created_at"].isoformat(),
        "version": row["version"],
    }
