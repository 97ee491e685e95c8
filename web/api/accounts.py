"""Accounts, for administrators: found, added, changed and closed; and which seats are filled."""

from __future__ import annotations

from flask import Response

from web.api.intake import json_object
from web.api.parameters import AccountsQuery
from web.api.replies import reply
from web.current import product, require_actor
from workflow.services import account_keeping, seats


def list_accounts(query: AccountsQuery) -> Response:
    """Accounts, newest first; for administrators."""
    wanted = {name: getattr(query, name) for name in AccountsQuery.model_fields}
    return reply(account_keeping.list_accounts(product(), actor=require_actor(), **wanted))


def add_account() -> Response:
    """Adds an account; its one-time password is answered this once."""
    made = account_keeping.add_account(product(), actor=require_actor(), body=json_object())
    return reply(made, status=201)


def read_account(account_id: int) -> Response:
    """One account, and what would stop without it."""
    return reply(account_keeping.read_account(product(), actor=require_actor(), account_id=account_id))


def change_account(account_id: int) -> Response:
    """Gives an account its name, role, department, region, organisation and address anew."""
    return _done(account_keeping.change_account, account_id)


def close_account(account_id: int) -> Response:
    """Closes an account; its sessions and tokens end at once."""
    return _done(account_keeping.close_account, account_id)


def reopen_account(account_id: int) -> Response:
    """Reopens a closed account."""
    return _done(account_keeping.reopen_account, account_id)


def unlock_account(account_id: int) -> Response:
    """Lifts the lock after failed sign-ins."""
    return _done(account_keeping.unlock_account, account_id)


def require_new_password(account_id: int) -> Response:
    """Has an account's owner set another password before anything else."""
    return _done(account_keeping.require_new_password, account_id)


def set_one_time_password(account_id: int) -> Response:
    """Sets a one-time password, answered this once; sessions and tokens end."""
    return _done(account_keeping.set_one_time_password, account_id)


def sign_out_everywhere(account_id: int) -> Response:
    """Ends the sessions, tokens and the calendar feed of an account."""
    return _done(account_keeping.sign_out_everywhere, account_id)


def read_seats() -> Response:
    """How many people each seat of each region has, and what is missing."""
    return reply(seats.read_seats(product(), actor=require_actor()))


def _done(act: account_keeping.Act, account_id: int) -> Response:
    return reply(act(product(), actor=require_actor(), account_id=account_id, body=json_object()))
