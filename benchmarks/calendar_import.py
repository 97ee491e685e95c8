"""A holiday notice put in force while a million clocks run, and officers go on working meanwhile.

Run: .venv/bin/python benchmarks/calendar_import.py [--clocks N] [--moved N] [--small N]

On a real PostgreSQL with fsync on, and on SQLite. Every application stands before its first review with one
running clock. ``--moved`` of them run into 2027 and move with its (invented) notice. Another process approves
applications of both kinds, 20 a second, as the officers of a very busy city would: its waits are "usable
meanwhile". Targets: a million clocks of which 100,000 move within 60 s and 500 MB, no command over 1 s;
on SQLite 20,000 clocks within 10 s.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import tempfile
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from sys import executable, path, stdin
from threading import Thread
from time import perf_counter, sleep

path.insert(0, str(Path(__file__).resolve().parents[1]))

from sqlalchemy import func, select, text

from benchmarks.stage.applications import prepare_people, read_people, submit_applications
from benchmarks.stage.postgresql import postgresql
from tests.journeys.many import NOTICE, copy_application
from workflow.clock import at_shanghai
from workflow.errors import Refused
from workflow.persistence import tables
from workflow.persistence.engine import reading, upsert, writing
from workflow.services.door import send_event
from workflow.services.holiday_notices import apply_notices, preview_notices
from workflow.services.product import Product, open_product
from workflow.settings import read_settings

SECONDS, MEGABYTES, WAIT, SMALL_SECONDS = 60.0, 500.0, 1.0, 10.0
EVERY_SECONDS = 1 / 20
TODAY = date(2026, 12, 21)


@dataclass(frozen=True)
class Sort:
    """Some of the clocks: how many, and their limit in working days."""

    count: int
    limit: int


def open_stage(url: str) -> Product:
    """The product at 9 o'clock of ``TODAY``."""
    return open_product(read_settings({"DATABASE_URL": url, "SUBSIDY_TEST_CLOCK": "1"}))


def fill(product: Product, sorts: list[Sort]) -> None:
    """One submitted application, copied as often as there are clocks to be."""
    people = prepare_people(product)
    with writing(product.engine) as connection:
        clock = upsert(connection, tables.test_clock).values(id=1, now_at=at_shanghai(TODAY, 9, 0))
        connection.execute(clock)
    submit_applications(product, people["institution"], 1)
    with writing(product.engine) as connection:
        if product.engine.dialect.name == "postgresql":
            # The rows refer to each other rightly; a million looks would take the time of the fill.
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            connection.execute(text("SET LOCAL statement_timeout = 0"))
        first = 1000
        for sort in (each for each in sorts if each.count):
            copy_application(
                connection,
                first=first,
                count=sort.count,
                limit=sort.limit,
                started_on=TODAY - timedelta(days=3),
                today=TODAY,
            )
            first += sort.count
    if product.engine.dialect.name == "postgresql":
        with product.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("SET statement_timeout = 0")
            connection.exec_driver_sql("VACUUM ANALYZE")
            connection.exec_driver_sql("CHECKPOINT")


# --- officers at work --------------------------------------------------------------------------------------


def work(url: str, first: int, last: int) -> None:
    """Approves applications here and there until standard input ends; prints how long each took, in s."""
    product = open_stage(url)
    person = read_people(product)["industry1"]
    over = Thread(target=stdin.read, daemon=True)
    over.start()
    taken: list[float] = []
    refused = 0
    place, steps = first, 7919
    print("ready", flush=True)
    while over.is_alive():
        place = first + (place - first + steps) % (last - first)
        began = perf_counter()
        try:
            send_event(
                product,
                actor=person,
                application_id=place,
                event="approve",
                payload={"opinion": "材料齐全，同意"},
                expected_version=None,
                command_id=f"work-{place}",
            )
        except Refused:
            refused += 1
        taken.append(perf_counter() - began)
        sleep(max(0.0, EVERY_SECONDS - taken[-1]))
    print(json.dumps({"taken": taken, "refused": refused}))


def measure(product: Product, url: str, last: int) -> dict[str, float]:
    """Preview, then apply beside the officers."""
    began = perf_counter()
    preview = preview_notices(product, actor=None, texts=[NOTICE], year=2027)
    previewed = perf_counter() - began
    officers = subprocess.Popen(
        [executable, __file__, "--work", url, "1000", str(last)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert officers.stdin is not None
    assert officers.stdout is not None
    officers.stdout.readline()
    began = perf_counter()
    applied = apply_notices(product, actor=None, texts=[NOTICE], year=2027, seconds=None)
    taken = perf_counter() - began
    officers.stdin.close()
    answer = json.loads(officers.stdout.read())
    officers.wait()
    waits = sorted(answer["taken"])
    with reading(product.engine) as connection:
        entries = connection.execute(
            select(func.count()).where(tables.audit_entry.c.content.contains('"event":"recompute"'))
        ).scalar_one()
    assert answer["refused"] == 0, answer["refused"]
    assert entries == preview["moved_count"], (entries, preview["moved_count"])
    return {
        "moved": applied["moved_count"],
        "preview": previewed,
        "apply": taken,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "commands": len(waits),
        "median": median(waits),
        "longest": waits[-1],
    }


def report(name: str, clocks: int, found: dict[str, float], seconds: float) -> None:
    """One line of the table, and what is within its target."""
    met = found["apply"] <= seconds and found["memory"] <= MEGABYTES and found["longest"] <= WAIT
    print(
        f"{name:<12}{clocks:>10,}{found['moved']:>9,}{found['preview']:>11.1f}{found['apply']:>9.1f}"
        f"{seconds:>9.0f}{found['memory']:>8.0f}{found['commands']:>10,}{found['median'] * 1e3:>11.1f}"
        f"{found['longest'] * 1e3:>12.0f}  {'met' if met else 'MISSED'}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="A holiday notice put in force among a million clocks.")
    parser.add_argument("--clocks", type=int, default=1_000_000)
    parser.add_argument("--moved", type=int, default=100_000)
    parser.add_argument("--small", type=int, default=20_000, help="clocks on SQLite")
    parser.add_argument("--work", nargs=3, metavar=("URL", "FIRST", "LAST"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work:
        work(options.work[0], int(options.work[1]), int(options.work[2]))
        return
    print(
        f"{'':<12}{'clocks':>10}{'moved':>9}{'preview s':>11}{'apply s':>9}{'target':>9}{'MB':>8}"
        f"{'commands':>10}{'median ms':>11}{'longest ms':>12}"
    )
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/subsidy.sqlite"
        share = options.small * options.moved // options.clocks
        run("SQLite", url, [Sort(options.small - share, 5), Sort(share, 40)], SMALL_SECONDS)
    with postgresql() as databases:
        databases.set_durable(True)
        databases.create("calendar", migrated=True)
        rest = options.clocks - options.moved
        run("PostgreSQL", databases.url("calendar"), [Sort(rest, 5), Sort(options.moved, 40)], SECONDS)


def run(name: str, url: str, sorts: list[Sort], seconds: float) -> None:
    """Fills, measures, reports."""
    product = open_stage(url)
    fill(product, sorts)
    clocks = sum(sort.count for sort in sorts)
    report(name, clocks, measure(product, url, 1000 + clocks), seconds)
    product.engine.dispose()


if __name__ == "__main__":
    main()
