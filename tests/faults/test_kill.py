"""kill -9 of the server in the middle of commands: nothing acknowledged is lost, nothing is half done."""

from __future__ import annotations

import random
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from tests.faults.server import Server
from tests.journeys.city import City
from workflow.persistence import tables
from workflow.persistence.engine import reading
from workflow.services import accounts, audit_verification
from workflow.services.product import Product, open_product
from workflow.services.setup import prepare
from workflow.settings import read_settings

OFFICERS = ("industry1", "industry2")


def faults_after_kills(
    product: Product, database_url: str, *, application: str, commands: int, kills: int
) -> list[str]:
    """Sends commands from two officers to four applications, kills the server on the way, and looks."""
    city = City(product)
    matters = []
    for _ in range(4):
        city.to_opening_review()
        matters.append(city.application["id"])
    tokens = {login: accounts.issue_token(product, login=login) for login in OFFICERS}
    server = Server(database_url, application)
    acknowledged: list[str] = []
    sent = 0
    lock = threading.Lock()
    up = threading.Event()

    def work(application_id: int) -> None:
        nonlocal sent
        random_numbers = random.Random(application_id)
        while True:
            with lock:
                if sent >= commands:
                    return
                sent += 1
            if not up.wait(timeout=40):
                return
            path = f"/api/v1/applications/{application_id}"
            status, view = server.call("GET", path, tokens["industry1"])
            if status != 200:
                time.sleep(0.01)
                continue
            reviews = [each for each in view["form"]["opening"].get("reviews", []) if not each["superseded"]]
            if view["state"] == "opening_industry_first":
                login, event, payload = random_numbers.choice(OFFICERS), "approve", {"opinion": "同意"}
            else:
                first = reviews[-1]["name"].removeprefix("示例")
                login = next(each for each in OFFICERS if each != first)
                event, payload = "return_to_first", {"reason": "再看"}
            key = uuid.uuid4().hex
            body = {"event": event, "payload": payload, "version": view["version"]}
            status, _ = server.call("POST", f"{path}/events", tokens[login], body, key)
            if status == 200:
                with lock:
                    acknowledged.append(key)

    try:
        with ThreadPoolExecutor(len(matters)) as pool:
            jobs = [pool.submit(work, matter) for matter in matters]
            for _ in range(kills):
                server.start()
                up.set()
                time.sleep(random.Random(len(acknowledged)).uniform(0.3, 0.8))
                up.clear()
                server.kill()
            server.start()
            up.set()
            for job in jobs:
                job.result()
    finally:
        server.kill()
    assert len(acknowledged) > 10
    return _faults(product, acknowledged)


def _faults(product: Product, acknowledged: list[str]) -> list[str]:
    faults = []
    with reading(product.engine) as connection:
        command, decision, outbox, clock = tables.command, tables.decision, tables.outbox, tables.clock
        stored = set(connection.execute(select(command.c.command_id)).scalars())
        lost = [key for key in acknowledged if key not in stored]
        if lost:
            faults.append(f"{len(lost)} acknowledged commands are lost")
        decisions = connection.execute(select(func.count()).select_from(decision)).scalar_one()
        moved = (
            connection.execute(
                select(func.count()).where(outbox.c.content.like('%"event":"approve"%'))
            ).scalar_one()
            + connection.execute(
                select(func.count()).where(outbox.c.content.like('%"event":"return_to_first"%'))
            ).scalar_one()
        )
        if decisions != moved:
            faults.append(f"{decisions} decisions, {moved} of them told")
        if connection.execute(select(func.count()).select_from(clock)).scalar_one() != 4:
            faults.append("a clock too many or too few")
    found = audit_verification.verify_audit(product)
    faults += [str(fault) for fault in found["faults"]]
    return faults


@pytest.fixture
def product(database_url: str) -> Product:
    settings = read_settings({"DATABASE_URL": database_url, "SUBSIDY_TEST_CLOCK": "1"})
    opened = open_product(settings)
    prepare(opened)
    return opened


@pytest.mark.timeout(240)
def test_a_killed_server_loses_nothing_and_does_nothing_by_halves(
    product: Product, database_url: str
) -> None:
    faults = faults_after_kills(product, database_url, application="web.wsgi:app", commands=150, kills=2)
    product.engine.dispose()
    assert faults == []


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_a_server_killed_often_in_a_thousand_commands_loses_nothing(
    product: Product, database_url: str
) -> None:
    faults = faults_after_kills(product, database_url, application="web.wsgi:app", commands=1000, kills=8)
    product.engine.dispose()
    assert faults == []


@pytest.mark.timeout(240)
@pytest.mark.parametrize("sabotage", ["half_done", "forgetful"])
def test_the_same_test_finds_a_sabotaged_server(sqlite_url: str, sabotage: str) -> None:
    settings = read_settings({"DATABASE_URL": sqlite_url, "SUBSIDY_TEST_CLOCK": "1"})
    product = open_product(settings)
    prepare(product)
    faults = faults_after_kills(
        product, sqlite_url, application=f"tests.faults.{sabotage}:app", commands=100, kills=3
    )
    product.engine.dispose()
    assert faults != []
