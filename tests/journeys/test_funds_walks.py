"""Money walked at random: whatever people do in whatever order, the books stay sound."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.journeys.city import City
from tests.journeys.test_funds_at_once import copies, faults_of_the_books
from workflow.errors import Refused
from workflow.form.funds import CarryOver, FundEntry
from workflow.form.money import fen_from_yuan, yuan_from_fen
from workflow.services import applications, door, funds
from workflow.services.product import Product, open_product
from workflow.settings import read_settings
from workflow.vocabulary import FundSource

SOURCES = ("special_account", "employment_subsidy", "talent_fund")
CLAIMS = 3
STEPS = 60
# How often each is tried, among the others.
ACTS = {
    **dict.fromkeys(("approve", "pay", "fail", "return", "submit", "suspend"), 2),
    **dict.fromkeys(("resume", "take", "receipt"), 3),
    **dict.fromkeys(("onward", "settle", "recover", "give", "anew"), 5),
    **dict.fromkeys(("terminate", "new_year"), 1),
}
APPROVERS = {
    "claim_hr_second": "hr2",
    "claim_finance_first": "finance1",
    "claim_finance_second": "finance2",
}


class Walk:
    """A city with three claims before HR's decision; each step is tried, and may be refused."""

    def __init__(self, city: City, numbers: list[int], product: Product) -> None:
        self.city, self.numbers, self.product = city, numbers, product
        self.serial = 0
        self.today = date(2026, 11, 3)
        self.done: list[str] = []

    def step(self, act: str, which: int, source: str, fen: int) -> None:
        self.serial += 1
        number = self.numbers[which]
        view = self._view(number)
        try:
            getattr(self, f"_{act}", self._send)(act, view, source, fen)
            self.done.append(act)
        except Refused:
            pass

    def paid(self) -> dict[int, int]:
        return {number: fen_from_yuan(self._view(number)["money"]["paid"]) for number in self.numbers}

    def holds(self) -> None:
        """What is reserved is what is still to be paid, or nothing."""
        assert faults_of_the_books(self.city, self.paid()) == []
        for number in self.numbers:
            view = self._view(number)
            held = view["form"]["disbursement"].get("reservation", [])
            reserved = sum(fen_from_yuan(each["amount"]) for each in held)
            rest = fen_from_yuan(view["money"]["asked"]) - fen_from_yuan(view["money"]["paid"])
            if view["state"] in {"claim_finance_second", "disbursement_awaiting_payment"}:
                assert reserved == rest
            elif view["state"] not in {"claim_finance_first", "suspended"}:
                assert reserved == 0
            assert reserved in {0, rest}

    def _view(self, number: int) -> dict[str, Any]:
        auditor = self.city.actors["auditor"]
        return applications.read_application(self.product, actor=auditor, application_id=number)

    def _event(self, login: str, view: dict[str, Any], name: str, **payload: Any) -> None:
        door.send_event(
            self.product,
            actor=self.city.actors[login],
            application_id=view["id"],
            event=name,
            payload=payload,
            expected_version=None,
            command_id=None,
        )

    def _approve(self, act: str, view: dict[str, Any], *_: Any) -> None:
        self._event(APPROVERS.get(view["state"], "finance1"), view, act, opinion="同意")

    def _onward(self, _act: str, view: dict[str, Any], *_: Any) -> None:
        while view["state"] in APPROVERS:
            self._approve("approve", view)
            view = self._view(view["id"])

    def _settle(self, _act: str, view: dict[str, Any], *_: Any) -> None:
        for held in view["form"]["disbursement"].get("reservation", []):
            self.serial += 1
            self._pay("pay", view, held["source"], fen_from_yuan(held["amount"]))

    def _pay(self, act: str, view: dict[str, Any], source: str, fen: int) -> None:
        self._event(
            "cashier",
            view,
            act,
            amount=yuan_from_fen(fen),
            paid_on=self.today.isoformat(),
            source=source,
            voucher=f"V-{self.serial}",
        )

    def _fail(self, _act: str, view: dict[str, Any], _source: str, fen: int) -> None:
        payments = view["form"]["disbursement"].get("payments", [])
        if payments:
            voucher = payments[fen % len(payments)]["voucher"]
            self._event("cashier", view, "payment_failed", voucher=voucher, reason="退票")

    def _return(self, _act: str, view: dict[str, Any], *_: Any) -> None:
        request = {"reason": "补正", "code": "incomplete", "sections": ["applicant"]}
        self._event(APPROVERS.get(view["state"], "finance1"), view, "return_for_correction", **request)

    def _submit(self, act: str, view: dict[str, Any], *_: Any) -> None:
        self._event("institution", view, act)

    def _recover(self, act: str, view: dict[str, Any], _source: str, fen: int) -> None:
        self._event("finance_head", view, act, reason="多付", amount=yuan_from_fen(fen))

    def _receipt(self, _act: str, view: dict[str, Any], _source: str, fen: int) -> None:
        money = view["money"]
        rest = fen_from_yuan(money["to_recover"]) - fen_from_yuan(money["recovered"])
        self._event(
            "cashier",
            view,
            "record_recovery",
            amount=yuan_from_fen(max(1, min(fen, rest))),
            received_on=self.today.isoformat(),
            voucher=f"R-{self.serial}",
        )

    def _give(self, _act: str, _view: Any, source: str, fen: int) -> None:
        funds.appropriate(
            self.product, actor=self.city.actors["finance_head"], entry=self._entry(source, fen)
        )

    def _take(self, _act: str, _view: Any, source: str, fen: int) -> None:
        head = self.city.actors["finance_head"]
        funds.withdraw(self.product, actor=head, entry=self._entry(source, fen))

    def _anew(self, _act: str, view: dict[str, Any], *_: Any) -> None:
        head = self.city.actors["finance_head"]
        funds.reserve_anew(self.product, actor=head, application_id=view["id"], expected_version=None)

    def _new_year(self, *_: Any) -> None:
        self.today = date(2027, 1, 5)
        self.city.at("2027-01-05")
        carry = CarryOver(year=2026, document=f"结转{self.serial}", happened_on=self.today)
        funds.carry_over(self.product, actor=self.city.actors["finance_head"], entry=carry)

    def _send(self, act: str, view: dict[str, Any], *_: Any) -> None:
        self._event("hr_head", view, act, reason="核查")

    def _entry(self, source: str, fen: int) -> FundEntry:
        return FundEntry(
            year=self.today.year,
            source=FundSource(source),
            amount=yuan_from_fen(fen),
            document=f"财{self.serial}",
            happened_on=self.today,
        )


def _open(path: Path) -> Product:
    return open_product(read_settings({"DATABASE_URL": f"sqlite:///{path}", "SUBSIDY_TEST_CLOCK": "1"}))


@pytest.fixture
def begin(small_city: City, tmp_path: Path) -> Callable[[], Any]:
    """Begins a walk on a copy of the same city each time."""
    city = small_city
    city.to_hr_review()
    city.at("2026-10-26 10:00").send("hr1", "approve", opinion="同意")
    numbers = [city.application["id"], *copies(city, CLAIMS - 1)]
    city.at("2026-11-03").leave_funds(special_account="60000.00", employment_subsidy="40000.00")
    city.leave_funds(2027)
    city.product.engine.dispose()
    template = Path(str(city.product.engine.url.database))

    @contextmanager
    def one() -> Iterator[Walk]:
        path = tmp_path / "walk.db"
        shutil.copyfile(template, path)
        product = city.product = _open(path)
        try:
            yield Walk(city, numbers, product)
        finally:
            product.engine.dispose()
            for suffix in ("", "-wal", "-shm"):
                Path(f"{path}{suffix}").unlink(missing_ok=True)

    return one


def test_whatever_is_done_in_whatever_order_the_books_stay_sound(begin: Callable[[], Any]) -> None:
    done: set[str] = set()

    # Walks that shrink are no longer those that people take; the seed tells which one it was.
    @settings(max_examples=20, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(st.integers(0, 2**32))
    def walk(seed: int) -> None:
        chance = random.Random(seed)
        with begin() as city:
            for act in chance.choices([*ACTS], [*ACTS.values()], k=STEPS):
                amount = chance.choice((chance.randrange(1, 1_000_000), chance.randrange(1, 6_000_000)))
                city.step(act, chance.randrange(CLAIMS), chance.choice(SOURCES), amount)
            city.holds()
            done.update(city.done)

    walk()
    assert done == set(ACTS)
