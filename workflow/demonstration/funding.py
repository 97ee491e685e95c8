"""Invented money: what the treasuries of both regions gave to their pools, one of which runs short once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from workflow.access import Actor
from workflow.demonstration.people import CITY, COUNTY, SUFFIXES, ZHONGMU
from workflow.form.funds import FundEntry
from workflow.form.money import fen_from_yuan, yuan_from_fen
from workflow.form.reading import read
from workflow.services import funds
from workflow.services.product import Product
from workflow.vocabulary import FundSource

# Always there, whatever the day: trials set the clock to any of them.
_YEARS = (2025, 2026, 2027)
_GIVEN = {
    FundSource.SPECIAL_ACCOUNT: "5000000.00",
    FundSource.EMPLOYMENT_SUBSIDY: "3000000.00",
    FundSource.UNEMPLOYMENT_WITHDRAWAL: "2000000.00",
    FundSource.TALENT_FUND: "500000.00",
}
_PLACES = {CITY: "平", COUNTY: "宝", ZHONGMU: "牟"}
LEAVE_FUNDS, GIVE_FUNDS_BACK = "leave_funds", "give_funds_back"
"""What the head of finance does besides sending events."""


def fill_pools(product: Product, actors: Mapping[str, Actor], begins: date, present: date) -> int:
    """The pools of every year that the demonstration touches, in every region; answers how many.

    Entered on the day on which the story begins, by the heads of finance.
    """
    touched = {*_YEARS, *range(begins.year, present.year + 2)}
    years = sorted(year for year in touched if year <= begins.year + funds.YEARS_AHEAD)
    for region, suffix in SUFFIXES.items():
        actor = actors[f"finance_head{suffix}"]
        place = _PLACES[region]
        for year in years:
            for number, (source, amount) in enumerate(_GIVEN.items(), start=1):
                document = f"{place}财预〔{year}〕{number}号（示例）"
                funds.appropriate(product, actor=actor, entry=_entry(year, source, amount, document, begins))
    return len(SUFFIXES) * len(years) * len(_GIVEN)


def leave_funds(product: Product, actor: Actor, payload: Mapping[str, Any]) -> str:
    """Takes from a pool all but ``left`` yuan: the next decision finds it short. Answers the amount."""
    on, source = date.fromisoformat(payload["happened_on"]), FundSource(payload["source"])
    pools = funds.list_pools(product, actor=actor, year=on.year)["items"]
    available = next(each["available"] for each in pools if each["source"] == source)
    amount = yuan_from_fen(fen_from_yuan(available) - fen_from_yuan(payload["left"]))
    entry = _entry(on.year, source, amount, payload["document"], on, "统筹调剂，暂时调出（示例）")
    funds.withdraw(product, actor=actor, entry=entry)
    return amount


def give_funds_back(product: Product, actor: Actor, payload: Mapping[str, Any], amount: str) -> None:
    """Gives a pool what ``leave_funds`` took."""
    on, source = date.fromisoformat(payload["happened_on"]), FundSource(payload["source"])
    entry = _entry(on.year, source, amount, payload["document"], on, "统筹调剂，调回（示例）")
    funds.appropriate(product, actor=actor, entry=entry)


def _entry(
    year: int, source: FundSource, amount: str, document: str, on: date, note: str = "年度预算（示例）"
) -> FundEntry:
    typed = {
        "year": year,
        "source": source.value,
        "amount": amount,
        "document": document,
        "happened_on": on.isoformat(),
        "note": note,
    }
    return read(FundEntry, typed)
