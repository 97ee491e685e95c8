"""Eight who draw on one pool at once: never below zero, exactly what can be afforded, everything adds up."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from tests.faults.careless_ledger import careless
from tests.journeys.city import City
from workflow.errors import NotNow, Refused, RuleBroken
from workflow.form.money import fen_from_yuan
from workflow.persistence import tables
from workflow.persistence.engine import reading, writing
from workflow.services import door, funds, ledger
from workflow.services.ledger_proof import funds_faults, ledger_faults

AT_ONCE = 8
SOURCE = "special_account"


@pytest.fixture
def ready(city: City, monkeypatch: pytest.MonkeyPatch) -> tuple[City, list[int]]:
    """Eight approved applications without a reservation, and pools that are empty."""
    monkeypatch.setattr(ledger, "reserve", lambda case: None)
    city.to_payment()
    monkeypatch.undo()
    city.at("2026-11-03").leave_funds()
    return city, [city.application["id"], *copies(city, AT_ONCE - 1)]


def copies(city: City, count: int) -> list[int]:
    """The application again, under other numbers; without an audit chain."""
    application = tables.application
    with writing(city.product.engine) as connection:
        row = dict(connection.execute(select(application)).mappings().one())
        for name in ("id", "audit_count", "audit_head"):
            del row[name]
        return [
            connection.execute(
                insert(application)
                .values(row | {"number": f"{row['number']}-{number}"})
                .returning(application.c.id)
            ).scalar_one()
            for number in range(count)
        ]


def send_all(city: City, login: str, event: str, payloads: dict[int, dict[str, Any]]) -> dict[int, Refused]:
    """Sends an event to each of the applications at once; answers the refusals."""
    barrier = threading.Barrier(len(payloads))

    def send(item: tuple[int, dict[str, Any]]) -> tuple[int, Refused | None]:
        application_id, payload = item
        barrier.wait()
        try:
            door.send_event(
                city.product,
                actor=city.actors[login],
                application_id=application_id,
                event=event,
                payload=payload,
                expected_version=None,
                command_id=None,
                answer=lambda case: {},
            )
        except Refused as refusal:
            return application_id, refusal
        return application_id, None

    with ThreadPoolExecutor(len(payloads)) as pool:
        return {number: refusal for number, refusal in pool.map(send, payloads.items()) if refusal}


def available(city: City) -> int:
    pool = tables.fund_pool
    wanted = select(pool.c.available_fen).where(
        pool.c.region == "410400", pool.c.year == 2026, pool.c.source == SOURCE
    )
    with reading(city.product.engine) as connection:
        fen: int = connection.execute(wanted).scalar_one()
        return fen


def faults_of_payments_at_once(
    city: City, applications: list[int], rounds: int, begin: Callable[[], None] = lambda: None
) -> list[str]:
    """Pays from one pool, which has enough for some only, to all applications at once, again and again."""
    faults: list[str] = []
    chance = random.Random(rounds)
    paid: dict[int, int] = dict.fromkeys(applications, 0)
    for number in range(rounds):
        holds = chance.randrange(0, 2_000)
        city.leave_funds(**{SOURCE: f"{holds // 100}.{holds % 100:02d}"})
        begin()
        asked = {each: chance.randrange(1, 500) for each in applications}
        payloads = {
            each: {
                "amount": f"{fen // 100}.{fen % 100:02d}",
                "paid_on": "2026-11-03",
                "source": SOURCE,
                "voucher": f"V-{number}",
            }
            for each, fen in asked.items()
        }
        refusals = send_all(city, "cashier", "pay", payloads)
        spent = {each: fen for each, fen in asked.items() if each not in refusals}
        for each, fen in spent.items():
            paid[each] += fen
        left = available(city)
        if left != holds - sum(spent.values()) or left < 0:
            faults.append(f"round {number}: {holds} were there, {sum(spent.values())} were paid, {left} left")
        for each, refusal in refusals.items():
            if not isinstance(refusal, RuleBroken) or asked[each] <= left:
                faults.append(f"round {number}: {asked[each]} refused with {left} left: {refusal}")
    return faults + faults_of_the_books(city, paid)


def faults_of_the_books(city: City, paid: dict[int, int]) -> list[str]:
    """Pools, ledger, forms, registers and totals against each other and against what was seen to be paid."""
    faults = []
    application, payment, recovery = tables.application, tables.payment, tables.recovery
    with reading(city.product.engine) as connection:
        faults += [words for _, words in ledger_faults(connection, sealed_of(connection))]
        for row in connection.execute(select(application)).mappings():
            form = json.loads(row["form"]).get("disbursement", {})
            faults += list(funds_faults(connection, row["id"], form))
            if row["paid_fen"] != paid[row["id"]]:
                faults.append(f"{row['paid_fen']} paid to {row['id']}, not {paid[row['id']]}")
        standing = select(func.sum(payment.c.amount_fen)).where(payment.c.failed_at.is_(None))
        registered = int(connection.execute(standing).scalar_one() or 0)
        recovered = int(connection.execute(select(func.sum(recovery.c.amount_fen))).scalar_one() or 0)
    balance = funds.read_balance(city.product, actor=city.actors["auditor"])
    if balance["totals"]["total"] != "0.00":
        faults.append(f"the ledger adds up to {balance['totals']['total']}")
    moved = {each["kind"]: fen_from_yuan(each["amount"]) for each in balance["kinds"]}
    if moved["payment"] - moved["payment_failed"] != registered or moved["recovery"] != recovered:
        faults.append(f"{moved} in the ledger, {registered} paid and {recovered} recovered in the registers")
    if fen_from_yuan(balance["totals"]["paid"]) != registered - recovered:
        faults.append(f"{balance['totals']['paid']} stand as paid in the ledger")
    return faults


def sealed_of(connection: Any) -> Any:
    """What the system's chain says of money moved by hand."""
    entry = tables.audit_entry
    contents = connection.execute(select(entry.c.content).where(entry.c.chain_id == 0)).scalars()
    return {
        (each["pool_id"], each["sequence"], each["kind"], each["amount_fen"])
        for content in map(json.loads, contents)
        if content["event"] == "move_funds"
        for each in content["details"]["movements"]
    }


def test_of_eight_payments_from_one_pool_at_once_those_it_can_afford_are_made(
    ready: tuple[City, list[int]],
) -> None:
    assert faults_of_payments_at_once(*ready, rounds=25) == []


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_a_thousand_rounds_of_eight_payments_from_one_pool_leave_it_sound(
    ready: tuple[City, list[int]],
) -> None:
    assert faults_of_payments_at_once(*ready, rounds=1000) == []


def test_the_same_test_finds_a_careless_ledger(ready: tuple[City, list[int]]) -> None:
    with careless() as twin:
        faults = faults_of_payments_at_once(*ready, rounds=5, begin=twin.forget)
    assert any("were paid" in fault for fault in faults)
    assert any("资金台账" in fault for fault in faults)


@pytest.fixture
def decided(city: City) -> tuple[City, list[int]]:
    """Eight claims of 54,000 yuan before HR's second signature."""
    city.to_hr_review()
    city.at("2026-10-26 10:00").send("hr1", "approve", opinion="同意")
    return city, [city.application["id"], *copies(city, AT_ONCE - 1)]


@pytest.mark.parametrize("affordable", [0, 1, 5, 8])
def test_of_eight_decisions_at_once_those_that_all_pools_together_can_afford_are_made(
    decided: tuple[City, list[int]], affordable: int
) -> None:
    city, applications = decided
    city.at("2026-10-27 10:00")
    # The special account ends in the middle of a claim, the next source takes over.
    first = min(30_000, affordable * 54_000)
    city.leave_funds(special_account=f"{first}.00", employment_subsidy=f"{affordable * 54_000 - first}.00")
    refusals = send_all(city, "hr2", "approve", {each: {"opinion": "同意"} for each in applications})
    assert len(refusals) == AT_ONCE - affordable
    assert all(isinstance(refusal, NotNow) for refusal in refusals.values())
    pools = funds.list_pools(city.product, actor=city.actors["auditor"], region="410400", year=2026)["items"]
    assert {each["available"] for each in pools} == {"0.00"}
    reserved = sum(int(each["reserved"].removesuffix(".00")) for each in pools)
    assert reserved == affordable * 54_000
    with reading(city.product.engine) as connection:
        assert list(ledger_faults(connection, sealed_of(connection))) == []


def test_payments_returns_and_appropriations_at_once_wait_for_each_other_and_never_lock_up(
    decided: tuple[City, list[int]],
) -> None:
    city, applications = decided
    city.at("2026-10-27 10:00").leave_funds(special_account="100000.00", employment_subsidy="400000.00")
    for each in applications:
        assert send_all(city, "hr2", "approve", {each: {"opinion": "同意"}}) == {}
    jobs: list[Callable[[], Any]] = [
        *(lambda each=each: _return(city, each) for each in applications),
        *(lambda: city.leave_funds(special_account="1000.00") for _ in range(4)),
    ]
    with ThreadPoolExecutor(len(jobs)) as pool:
        refused = list(filter(None, pool.map(_tried, jobs)))
    # Whoever sets a pool right may find it changed meanwhile; nobody waits for ever.
    assert all(isinstance(refusal, Refused) for refusal in refused)
    with reading(city.product.engine) as connection:
        assert list(ledger_faults(connection, sealed_of(connection))) == []
    balance = funds.read_balance(city.product, actor=city.actors["auditor"], region="410400", year=2026)
    assert (balance["totals"]["reserved"], balance["totals"]["total"]) == ("0.00", "0.00")


def _return(city: City, application_id: int) -> None:
    request = {"reason": "补正", "code": "incomplete", "sections": ["applicant"]}
    refusals = send_all(city, "finance1", "return_for_correction", {application_id: request})
    assert refusals == {}


def _tried(job: Callable[[], Any]) -> Refused | None:
    try:
        job()
    except Refused as refusal:
        return refusal
    return None
