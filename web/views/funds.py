"""资金: the pools with what finance enters, the ledger, the trial balance, the money of an application."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.api.parameters import LedgerQuery, PoolsQuery
from web.api.replies import workbook_reply
from web.current import able, product, require_actor
from web.views.acts import plain_amount
from web.views.applications import OF_ALL_REGIONS
from web.views.fields import Errors, Field, Sent, fields_of, ordinal_typed, sent_by
from web.views.filters import read_filters
from web.views.paging import cursor, page_addresses
from web.views.refused import Shown, messages_of, shown
from workflow.clock import shanghai_date
from workflow.errors import NotFound, Refused
from workflow.form import from_inputs
from workflow.form.fields import Typed
from workflow.form.funds import CarryOver, FundEntry
from workflow.form.money import fen_from_yuan, yuan_from_fen
from workflow.form.reading import read
from workflow.policy import region_labels
from workflow.services import funds, test_clock

blueprint = Blueprint("funds", __name__)
_POOLS = ("region", "year")
_LEDGER = ("region", "year", "source", "kind", "application_id")
_AMOUNTS = ("appropriated", "available", "reserved", "paid", "recovered")


@dataclass(frozen=True, slots=True)
class Entry:
    """A form of the page: what it is called, what it takes, and what its button says."""

    name: str
    title: str
    model: type[Typed]
    button: str
    note: str


ENTRIES = (
    Entry(
        "appropriate",
        "登记拨入",
        FundEntry,
        "登记拨入",
        "财政拨入某一年度、某一来源的资金。同一文件对同一资金池只能登记一次。",
    ),
    Entry(
        "withdraw",
        "登记核减或更正",
        FundEntry,
        "登记核减",
        "财政收回资金，或者更正多登记的拨入。至多为可用余额；已预留、已拨付的不能收回。",
    ),
    Entry(
        "carry_over",
        "结转下年",
        CarryOver,
        "结转",
        "年度结束之后，把各来源的可用余额转入下一年度；已预留的留在原年度，仍从原年度拨付。",
    ),
)


@blueprint.get("/funds")
def show() -> ResponseReturnValue:
    """The pools by region, year and source, with the forms for who may enter."""
    chosen, refused = read_filters(PoolsQuery, _POOLS)
    return _page(chosen, refused), 422 if refused else 200


@blueprint.post("/funds/appropriations")
def appropriate() -> ResponseReturnValue:
    """The treasury gives money."""
    return _enter(ENTRIES[0], lambda entry: funds.appropriate(product(), actor=require_actor(), entry=entry))


@blueprint.post("/funds/withdrawals")
def withdraw() -> ResponseReturnValue:
    """The treasury takes money back."""
    return _enter(ENTRIES[1], lambda entry: funds.withdraw(product(), actor=require_actor(), entry=entry))


@blueprint.post("/funds/carry-overs")
def carry_over() -> ResponseReturnValue:
    """The remainder of a year goes to the next."""
    return _enter(ENTRIES[2], lambda entry: funds.carry_over(product(), actor=require_actor(), entry=entry))


@blueprint.get("/funds/ledger")
def ledger() -> ResponseReturnValue:
    """The movements, newest first; with ``format=xlsx`` as a workbook."""
    person = require_actor()
    chosen, refused = read_filters(LedgerQuery, (*_LEDGER, "format"))
    wanted = chosen.pop("format")
    page: dict[str, Any] = {"items": [], "next": None}
    if refused is None and wanted == "xlsx":
        title, workbook = funds.export_ledger(product(), actor=person, **chosen)
        return workbook_reply(workbook, title)
    if refused is None:
        page = funds.read_ledger(product(), actor=person, **chosen, cursor=cursor())
    shown_page = render_template(
        "funds/ledger.html",
        items=page["items"],
        chosen=chosen,
        refused=refused,
        **_choices(),
        **page_addresses(page),
    )
    return shown_page, 422 if refused else 200


@blueprint.get("/funds/balance")
def balance() -> ResponseReturnValue:
    """The trial balance."""
    chosen, refused = read_filters(PoolsQuery, _POOLS)
    found = None
    if refused is None:
        found = funds.read_balance(product(), actor=require_actor(), **chosen)
    shown_page = render_template(
        "funds/balance.html", found=found, chosen=chosen, refused=refused, **_choices()
    )
    return shown_page, 422 if refused else 200


@blueprint.get("/applications/<key:application_id>/funds")
def application(application_id: int) -> ResponseReturnValue:
    """The money of an application."""
    return _application_page(application_id)


@blueprint.post("/applications/<key:application_id>/funds")
def reserve_anew(application_id: int) -> ResponseReturnValue:
    """Reserves an application's money anew, by the order of funds."""
    try:
        funds.reserve_anew(
            product(),
            actor=require_actor(),
            application_id=application_id,
            expected_version=ordinal_typed(request.form.get("version", "")),
        )
    except NotFound:
        raise
    except Refused as refusal:
        return _application_page(application_id, shown(refusal)), refusal.status
    flash("已按资金使用次序重新预留。", "good")
    return redirect(url_for("funds.application", application_id=application_id), code=303)


def _enter(entry: Entry, carry_out: Callable[[Any], Any]) -> ResponseReturnValue:
    sent = sent_by(request.form)
    if "amount" in sent:
        sent["amount"] = plain_amount(sent["amount"])
    try:
        carry_out(read(entry.model, from_inputs(entry.model, sent)))
    except Refused as refusal:
        head = shown(refusal, scope=entry.name)
        page = _page(dict.fromkeys(_POOLS), head, entry, sent, messages_of(refusal))
        return page, refusal.status
    flash(f"已办理“{entry.title}”。", "good")
    return redirect(url_for("funds.show"), code=303)


def _page(
    chosen: dict[str, Any],
    refused: Shown | None,
    opened: Entry | None = None,
    sent: Sent | None = None,
    errors: Errors | None = None,
) -> str:
    """The pools that were chosen; with ``opened``, the refused form as it was filled in."""
    person = require_actor()
    items: list[dict[str, Any]] = []
    if opened or refused is None:
        items = sorted(funds.list_pools(product(), actor=person, **chosen)["items"], key=_present_first())
    entries = [(each, _fields(each, *((sent, errors) if each is opened else ()))) for each in ENTRIES]
    return render_template(
        "funds/show.html",
        groups=_groups(items),
        chosen=chosen,
        refused=refused,
        opened=opened,
        entries=entries if able(funds.may_keep) else [],
        **_choices(),
    )


def _fields(entry: Entry, sent: Sent | None = None, errors: Errors | None = None) -> list[Field]:
    """The inputs of an entry: as they were typed, or for a new one with today's date."""
    today = shanghai_date(test_clock.business_now(product()))
    year = today.year - 1 if entry.model is CarryOver else today.year
    fresh: Sent = {"year": str(year), "happened_on": today.isoformat()}
    values = fresh if sent is None else sent
    return fields_of(entry.model, values=values, errors=errors or {}, scope=entry.name)


def _present_first() -> Callable[[dict[str, Any]], tuple[bool, int, int]]:
    """What is spent from now comes first, then later and earlier years; the city before its counties."""
    year, regions = shanghai_date(test_clock.business_now(product())).year, list(region_labels())
    return lambda item: (item["year"] != year, -item["year"], regions.index(item["region"]))


def _groups(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The pools of one region and year together, with their sums."""
    groups = []
    for (region_label, year), each in groupby(items, key=lambda item: (item["region_label"], item["year"])):
        pools = list(each)
        totals = {name: yuan_from_fen(sum(fen_from_yuan(pool[name]) for pool in pools)) for name in _AMOUNTS}
        groups.append(
            {
                "region": pools[0]["region"],
                "region_label": region_label,
                "year": year,
                "pools": pools,
                "totals": totals,
            }
        )
    return groups


def _choices() -> dict[str, Any]:
    """What the filters offer."""
    this_year = shanghai_date(test_clock.business_now(product())).year
    everywhere = require_actor().role in OF_ALL_REGIONS
    return {
        "years": range(this_year + funds.YEARS_AHEAD, this_year - 6, -1),
        "regions": list(region_labels().items()) if everywhere else [],
    }


def _application_page(application_id: int, refused: Shown | None = None) -> str:
    found = funds.read_application_funds(product(), actor=require_actor(), application_id=application_id)
    return render_template("funds/application.html", found=found, refused=refused)
