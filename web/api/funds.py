"""资金: pools, what finance enters, the ledger, the trial balance, and the money of an application."""

from __future__ import annotations

from flask import Response

from web.api.bodies import ReservationRequest
from web.api.intake import json_object
from web.api.parameters import LedgerQuery, PoolsQuery
from web.api.replies import reply, workbook_reply
from web.current import product, require_actor
from workflow.form.funds import CarryOver, FundEntry
from workflow.form.reading import read
from workflow.services import funds


def list_fund_pools(query: PoolsQuery) -> Response:
    """The pools of funds the caller may see, by region, year and source."""
    return reply(funds.list_pools(product(), actor=require_actor(), region=query.region, year=query.year))


def appropriate_funds() -> Response:
    """Enters money that the treasury gives to a pool of the caller's region."""
    entry = read(FundEntry, json_object())
    return reply(funds.appropriate(product(), actor=require_actor(), entry=entry), status=201)


def withdraw_funds() -> Response:
    """Enters money that the treasury takes back from a pool, at most what is available there."""
    entry = read(FundEntry, json_object())
    return reply(funds.withdraw(product(), actor=require_actor(), entry=entry), status=201)


def carry_funds_over() -> Response:
    """Carries what is available in the pools of a year that is over to the next year."""
    entry = read(CarryOver, json_object())
    pools = funds.carry_over(product(), actor=require_actor(), entry=entry)
    return reply({"items": pools, "next": None}, status=201)


def read_fund_ledger(query: LedgerQuery) -> Response:
    """The movements of the ledger, newest first, each with both sides; or as a workbook, oldest first."""
    wanted = {name: getattr(query, name) for name in ("region", "year", "source", "kind", "application_id")}
    if query.format == "xlsx":
        title, workbook = funds.export_ledger(product(), actor=require_actor(), **wanted)
        return workbook_reply(workbook, title)
    return reply(
        funds.read_ledger(product(), actor=require_actor(), **wanted, cursor=query.cursor, limit=query.limit)
    )


def read_fund_balance(query: PoolsQuery) -> Response:
    """The trial balance, added up from the ledger alone; all accounts together are zero."""
    return reply(funds.read_balance(product(), actor=require_actor(), region=query.region, year=query.year))


def read_application_funds(application_id: int) -> Response:
    """An application's money: what is reserved where, and every movement of it."""
    return reply(
        funds.read_application_funds(product(), actor=require_actor(), application_id=application_id)
    )


def reserve_funds_anew(application_id: int) -> Response:
    """Gives back what an application has reserved and reserves it anew, by the order of funds."""
    wanted = read(ReservationRequest, json_object())
    return reply(
        funds.reserve_anew(
            product(),
            actor=require_actor(),
            application_id=application_id,
            expected_version=wanted.version,
        )
    )
