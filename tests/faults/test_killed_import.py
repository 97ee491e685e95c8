"""kill -9 in the middle of a notice's recomputation: it goes on where it stood, each application once."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.faults.import_notice import product_knows_2027
from tests.journeys.city import City
from tests.journeys.many import KIND, copy_application
from workflow.persistence import tables
from workflow.persistence.engine import reading, writing
from workflow.services.audit_verification import verify_audit
from workflow.services.product import Product, open_product
from workflow.services.setup import prepare
from workflow.settings import read_settings

ROOT = Path(__file__).parents[2]
STARTED_ON, LIMIT = date(2026, 12, 18), 40
FIRST = 1000


@pytest.fixture
def product(database_url: str) -> Product:
    return _filled(database_url, 400)


def _filled(url: str, count: int) -> Product:
    opened = open_product(read_settings({"DATABASE_URL": url, "SUBSIDY_TEST_CLOCK": "1"}))
    prepare(opened)
    city = City(opened)
    city.at("2026-12-18").apply()
    city.send("institution", "submit")
    city.at("2026-12-21")
    with writing(opened.engine) as connection:
        copy_application(
            connection, first=FIRST, count=count, limit=LIMIT, started_on=STARTED_ON, today=date(2026, 12, 21)
        )
    return opened


def faults_after_kills(product: Product, url: str, *, kills: int, sabotage: str = "") -> list[str]:
    """Starts the import, kills it, starts it again; at last lets it end, and looks."""
    arguments = [sys.executable, "-m", "tests.faults.import_notice", url, *([sabotage] if sabotage else [])]
    chance = random.Random(kills)
    for number in range(kills + 1):
        process = subprocess.Popen(
            arguments,
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        with process.stdout:
            if number < kills:
                process.stdout.readline()
                time.sleep(chance.uniform(0.0, 0.25))
                process.kill()
            else:
                assert process.stdout.read().split() == ["begun", "done"]
        process.wait()
    assert product_knows_2027(product)
    return _faults(product)


def _faults(product: Product) -> list[str]:
    clock, alert, entry, outbox = tables.clock, tables.alert, tables.audit_entry, tables.outbox
    faults = []
    with reading(product.engine) as connection:
        calendar = product.calendar(connection)
        due_on = calendar.nth_working_day_after(STARTED_ON, LIMIT)
        rows = connection.execute(
            select(clock).where(clock.c.kind == KIND.value, clock.c.application_id >= FIRST)
        ).all()
        wrong = [
            row.id
            for row in rows
            if (row.due_on, row.provisional, row.calendar_version) != (due_on, False, calendar.version)
        ]
        if wrong:
            faults.append(f"{len(wrong)} clocks stand wrong")
        contents = connection.execute(select(entry.c.content).where(entry.c.chain_id >= FIRST)).scalars()
        recorded = Counter(
            content["chain"] for content in map(json.loads, contents) if content["event"] == "recompute"
        )
        told = Counter(
            connection.execute(
                select(alert.c.application_id).where(alert.c.application_id >= FIRST)
            ).scalars()
        )
        posted = Counter(
            connection.execute(
                select(outbox.c.application_id).where(
                    outbox.c.topic == "calendar", outbox.c.application_id >= FIRST
                )
            ).scalars()
        )
    for what, found in (("recorded", recorded), ("told", told), ("posted", posted)):
        if found != {row.application_id: 1 for row in rows}:
            faults.append(f"{what} {sum(found.values())} times for {len(rows)} applications")
    return faults + [str(fault) for fault in verify_audit(product)["faults"]]


@pytest.mark.timeout(240)
def test_a_killed_import_goes_on_where_it_stood(product: Product, database_url: str) -> None:
    faults = faults_after_kills(product, database_url, kills=3)
    product.engine.dispose()
    assert faults == []


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_an_import_killed_often_goes_on_where_it_stood(database_url: str) -> None:
    product = _filled(database_url, 20_000)
    faults = faults_after_kills(product, database_url, kills=25)
    product.engine.dispose()
    assert faults == []


@pytest.mark.timeout(240)
@pytest.mark.parametrize("sabotage", ["half", "twice"])
def test_the_same_test_finds_a_sabotaged_import(sqlite_url: str, sabotage: str) -> None:
    product = _filled(sqlite_url, 400)
    faults = faults_after_kills(product, sqlite_url, kills=6, sabotage=sabotage)
    product.engine.dispose()
    assert faults != []
