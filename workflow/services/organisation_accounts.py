"""本单位账号: the accounts of one organisation, kept by its owner.

Exactly one of them is the owner; the database holds that there are not two. All who act on an organisation's
accounts wait for the system's audit chain, so that two at once come one after the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, update
from sqlalchemy.exc import IntegrityError

from workflow.access import Actor
from workflow.clock import SHANGHAI, real_now
from workflow.errors import Conflict, Forbidden, NotFound, NotNow
from workflow.form.reading import malformed, read
from workflow.form.registration import Colleague
from workflow.persistence import tables
from workflow.persistence.engine import reading, writing
from workflow.services.account_keeping import ONE_TIME_FOR
from workflow.services.accounts import (
    end_everything,
    hash_of,
    identity_errors,
    is_registering,
    pass_ownership,
    password_errors,
)
from workflow.services.audit import append_system_entry, lock_system_chain
from workflow.services.product import Product
from workflow.vocabulary import Role

_account = tables.account


def read_organisation(product: Product, *, actor: Actor) -> dict[str, Any]:
    """The caller's organisation with its accounts in ``items``, and whether the caller keeps them.

    Raises ``Forbidden`` for whoever applies for no organisation.
    """
    _require_member(actor)
    with reading(product.engine) as connection:
        organisation = tables.organisation
        row = (
            connection.execute(select(organisation).where(organisation.c.id == actor.organisation_id))
            .mappings()
            .one()
        )
        registered = connection.scalar(
            select(tables.registration.c.id).where(
                tables.registration.c.organisation_id == actor.organisation_id
            )
        )
        names = ("id", "name", "uscc", "kind", "region", "legal_representative", "address")
        return {name: row[name] for name in names} | {
            "registration_id": registered,
            "may_keep": _is_owner(connection, actor),
            "items": [_view(each, actor) for each in _rows(connection, actor)],
            "next": None,
        }


def add_colleague(product: Product, *, actor: Actor, body: Mapping[str, Any]) -> dict[str, Any]:
    """Adds an account; its password serves to set an own one and for nothing else, for ``ONE_TIME_FOR``.

    The same again, a second click, answers the account that is there. Raises ``Malformed``, ``Forbidden`` for
    all but the owner, and ``Conflict`` where the login is taken.
    """
    given = read(Colleague, dict(body))
    login = given.login.lower()
    errors = identity_errors(login, given.name, given.email) + password_errors(given.password, login)
    if errors:
        raise malformed(errors)
    password_hash = hash_of(given.password)
    try:
        with _keeping(product, actor) as connection:
            twin = next((row for row in _rows(connection, actor) if row["login"] == login), None)
            if twin is not None and twin["name"] == given.name and twin["one_time_until_at"] is not None:
                return _view(twin, actor)
            if is_registering(connection, login):
                raise _taken(login)
            owner = connection.execute(select(_account).where(_account.c.id == actor.account_id))
            kept = ("region", "applicant_kind", "organisation_id")
            values = {name: value for name, value in owner.mappings().one().items() if name in kept}
            added = (
                connection.execute(
                    insert(_account)
                    .values(
                        **values,
                        login=login,
                        name=given.name,
                        email=given.email,
                        password_hash=password_hash,
                        one_time_until_at=real_now() + ONE_TIME_FOR,
                        role=Role.APPLICANT.value,
                        created_at=real_now(),
                    )
                    .returning(*_account.c)
                )
                .mappings()
                .one()
            )
            _record(product, connection, actor, "add_colleague", added)
            return _view(added, actor)
    except IntegrityError as error:
        raise _taken(login) from error


def set_colleague_active(product: Product, *, actor: Actor, account_id: int, active: bool) -> dict[str, Any]:
    """Closes or reopens an account of the organisation; a closed one loses sessions, tokens and feed at once.

    Raises ``NotFound``, ``Forbidden`` for all but the owner, ``NotNow`` for the owner's own account.
    """
    with _keeping(product, actor) as connection:
        row = _of_organisation(connection, actor, account_id)
        if row["owner"]:
            raise NotNow("不能停用账号管理员自己的账号；离开本单位的，请先移交给同事")
        if row["active"] != active:
            here = _account.c.id == account_id
            connection.execute(update(_account).where(here).values(active=active))
            if not active:
                end_everything(connection, account_id)
            _record(product, connection, actor, "open_colleague" if active else "close_colleague", row)
        return _view(_of_organisation(connection, actor, account_id), actor)


def hand_over(product: Product, *, actor: Actor, account_id: int) -> dict[str, Any]:
    """Makes another active account of the organisation its owner; the caller's stays, but keeps nobody.

    Raises ``NotFound``, ``Forbidden`` for all but the owner, and ``NotNow`` for a closed account.
    """
    with _keeping(product, actor) as connection:
        row = _of_organisation(connection, actor, account_id)
        if row["owner"]:
            raise NotNow("您已经是账号管理员")
        if not row["active"]:
            raise NotNow(f"账号“{row['login']}”已停用，不能移交给它；请先启用")
        pass_ownership(connection, actor.account_id, account_id)
        _record(product, connection, actor, "hand_over_organisation", row)
        return _view(_of_organisation(connection, actor, account_id), actor)


# --- inside ------------------------------------------------------------------------------------------------


@contextmanager
def _keeping(product: Product, actor: Actor) -> Iterator[Connection]:
    """A transaction of the owner, after all that went before on accounts."""
    _require_member(actor)
    with writing(product.engine) as connection:
        lock_system_chain(connection)
        if not _is_owner(connection, actor):
            raise Forbidden("本单位的账号只能由账号管理员管理，需要增减账号请与其联系")
        yield connection


def _require_member(actor: Actor) -> None:
    if actor.role is not Role.APPLICANT or actor.organisation_id is None:
        raise Forbidden("您的账号不属于申请单位，没有本单位账号")


def _is_owner(connection: Connection, actor: Actor) -> bool:
    wanted = select(_account.c.owner).where(_account.c.id == actor.account_id, _account.c.active)
    return bool(connection.scalar(wanted))


def _rows(connection: Connection, actor: Actor) -> list[RowMapping]:
    of_organisation = select(_account).where(
        _account.c.organisation_id == actor.organisation_id, _account.c.role == Role.APPLICANT.value
    )
    return list(connection.execute(of_organisation.order_by(_account.c.id)).mappings())


def _of_organisation(connection: Connection, actor: Actor, account_id: int) -> RowMapping:
    found = next((row for row in _rows(connection, actor) if row["id"] == account_id), None)
    if found is None:
        raise NotFound("本单位没有这个账号")
    return found


def _record(product: Product, connection: Connection, actor: Actor, event: str, row: RowMapping) -> None:
    details = {"login": row["login"], "organisation": actor.organisation_id}
    append_system_entry(connection, actor, event, product.now(connection), details)


def _taken(login: str) -> Conflict:
    return Conflict(f"登录名“{login}”已被使用，请换一个")


def _view(row: RowMapping, actor: Actor) -> dict[str, Any]:
    return {
        "id": row["id"],
        "login": row["login"],
        "name": row["name"],
        "email": row["email"],
        "owner": row["owner"],
        "active": row["active"],
        "must_change_password": row["one_time_until_at"] is not None,
        "own": row["id"] == actor.account_id,
        "created_at": row["created_at"].astimezone(SHANGHAI).isoformat(),
    }
