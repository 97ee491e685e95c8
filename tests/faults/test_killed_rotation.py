"""kill -9 in the middle of sealing everything anew: it goes on where it stood, each application once."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import func, select

from tests.faults.rotate_keys import NEW, OLD, opened
from tests.journeys.city import City
from workflow.persistence import tables
from workflow.persistence.engine import reading
from workflow.sealing import key_name
from workflow.services import keys
from workflow.services.audit import RESEAL
from workflow.services.audit_verification import verify_audit
from workflow.services.setup import prepare

ROOT = Path(__file__).parents[2]


def faults_after_kills(url: str, *, kills: int, applications: int, sabotage: str = "") -> list[str]:
    """Starts the rotation, kills it, starts it again; at last lets it end, and looks."""
    before = opened(url, OLD)
    prepare(before)
    city = City(before)
    for _ in range(applications):
        city.at("2026-08-31").apply()
    before.engine.dispose()
    chance = random.Random(kills)
    for number in range(kills + 1):
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.rotate_keys", url, *([sabotage] if sabotage else [])],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        with process.stdout:
            if number < kills:
                # At first among the people, later among the forms.
                wanted = "person" if number < kills // 2 else "application"
                while process.stdout.readline().strip() not in {wanted, "done", ""}:
                    pass
                time.sleep(chance.uniform(0.05, 0.4))
                process.kill()
            else:
                said = process.stdout.read().split()
        process.wait()
    after = opened(url, NEW, OLD)
    try:
        return [*([] if said[-1:] == ["done"] else [f"it ended with {said}"]), *_faults(after, applications)]
    finally:
        after.engine.dispose()


def _faults(product: keys.Product, applications: int) -> list[str]:
    entry, index = tables.audit_entry, tables.person_index
    faults = []
    status = {key["name"]: key for key in keys.read_key_status(product)["keys"]}
    if status[key_name(OLD)]["sealed"]:
        faults.append(f"under the old key lies {status[key_name(OLD)]['sealed']}")
    with reading(product.engine) as connection:
        people = connection.execute(select(func.count()).select_from(tables.person)).scalar_one()
        owners = connection.execute(select(index.c.person_id, index.c.key_name)).all()
        contents = connection.scalars(select(entry.c.content).where(entry.c.chain_id > 0)).all()
    if len(set(owners)) != len(owners) or len(owners) != 2 * people:
        faults.append(f"{len(owners)} indexes of {people} people")
    resealed = Counter(
        content["chain"] for content in map(json.loads, contents) if content["event"] == RESEAL
    )
    if sorted(resealed.values()) != [1] * applications:
        faults.append(f"sealed anew: {dict(resealed)}")
    return faults + [str(fault) for fault in verify_audit(product)["faults"]]


@pytest.mark.timeout(240)
def test_a_killed_rotation_goes_on_where_it_stood(database_url: str) -> None:
    assert faults_after_kills(database_url, kills=4, applications=6) == []


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_a_rotation_killed_often_goes_on_where_it_stood(database_url: str) -> None:
    assert faults_after_kills(database_url, kills=60, applications=120) == []


@pytest.mark.timeout(240)
def test_the_same_test_finds_a_sabotaged_rotation(sqlite_url: str) -> None:
    assert faults_after_kills(sqlite_url, kills=4, applications=6, sabotage="half") != []
