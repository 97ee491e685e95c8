"""Durable transitions through the one door, beside raw psycopg and django-viewflow, in one process.

Run: .venv/bin/python benchmarks/transitions.py [--applications N] [--rounds N] [--no-profile]

On a real PostgreSQL, with fsync on and off. Applications with a roster of 50 stand before the first review;
each is approved by industry1, industry2, hr1 and hr2: lock, version, access, chart, two clocks, hash-chained
audit, outbox, stored reply, commit. The rivals:
- raw psycopg sends the very statements that the door sent, captured once with their values, to a copy of the
  same database (target: the door reaches 0.6 of it);
- django-viewflow carries out the same four approvals as persisted tasks (target: the door is 3 times as
  fast).
Rounds are interleaved, each on a fresh copy of the database; a figure is the median of its rounds, and a
ratio the median of the ratios within each round. Everything is measured twice: with this process and
PostgreSQL on cores of their own, as a server and its database are, and sharing one core, where a client that
does nothing but wait is at its best.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from statistics import median
from sys import path
from time import perf_counter
from typing import Any

path.insert(0, str(Path(__file__).resolve().parents[1]))

import psycopg

from benchmarks.stage.applications import open_bench_product, prepare_people, submit_applications
from benchmarks.stage.postgresql import Databases, postgresql
from benchmarks.stage.statements import Transaction, captured, replay
from benchmarks.stage.viewflow_rival import open_rival
from benchmarks.stage.where import looked_at
from workflow.access import Actor
from workflow.services.door import send_event
from workflow.services.product import Product

REVIEWERS = ("industry1", "industry2", "hr1", "hr2")
WARM_UP = 12
DOOR, RAW, RIVAL = "the door", "raw psycopg, same statements", "django-viewflow"
TARGETS = {RAW: 0.6, RIVAL: 3.0}


@dataclass(frozen=True)
class Stage:
    """What every round starts from: the database ``start``, its applications, and who reviews them."""

    databases: Databases
    people: dict[str, Actor]
    submitted: list[dict[str, Any]]


def prepare(databases: Databases, applications: int) -> Stage:
    """Submitted applications in the database ``start``."""
    databases.create("start", migrated=True)
    product = open_bench_product(databases.url("start"))
    people = prepare_people(product)
    submitted = submit_applications(product, people["institution"], applications + WARM_UP)
    product.engine.dispose()
    return Stage(databases, people, submitted)


def approve_all(product: Product, stage: Stage, submitted: list[dict[str, Any]]) -> int:
    """Approves them up to the training, step by step; answers how many approvals that were."""
    versions = {each["id"]: each["version"] for each in submitted}
    for reviewer in REVIEWERS:
        for application_id, version in versions.items():
            answer = send_event(
                product,
                actor=stage.people[reviewer],
                application_id=application_id,
                event="approve",
                payload={"opinion": "材料齐全，同意"},
                expected_version=version,
                command_id=f"{reviewer}-{application_id}",
            )
            versions[application_id] = answer["version"]
    assert answer["state"] == "training_awaiting_start"
    return len(REVIEWERS) * len(versions)


def through_door(stage: Stage, found: Counter[str] | None = None) -> float:
    """Approvals per second through the door."""
    stage.databases.copy("start", "door")
    product = open_bench_product(stage.databases.url("door"))
    approve_all(product, stage, stage.submitted[:WARM_UP])
    started = perf_counter()
    if found is None:
        done = approve_all(product, stage, stage.submitted[WARM_UP:])
    else:
        with looked_at(found):
            done = approve_all(product, stage, stage.submitted[WARM_UP:])
    taken = perf_counter() - started
    product.engine.dispose()
    return done / taken


def capture(stage: Stage) -> tuple[list[Transaction], str]:
    """What the door sends for all of this, and what the database holds afterwards."""
    stage.databases.copy("start", "door")
    product = open_bench_product(stage.databases.url("door"))
    with captured(product.engine) as transactions:
        approve_all(product, stage, stage.submitted[:WARM_UP])
        approve_all(product, stage, stage.submitted[WARM_UP:])
    product.engine.dispose()
    return transactions, contents(stage.databases, "door")


def through_psycopg(stage: Stage, transactions: list[Transaction], expected: str) -> float:
    """The same statements per second through psycopg alone."""
    stage.databases.copy("start", "raw")
    warm_up = WARM_UP * len(REVIEWERS)
    conninfo = stage.databases.conninfo("raw")
    # As the product's engine prepares statements.
    with psycopg.connect(conninfo, prepare_threshold=2) as connection:
        replay(connection, transactions[:warm_up])
        started = perf_counter()
        replay(connection, transactions[warm_up:])
        taken = perf_counter() - started
    assert contents(stage.databases, "raw") == expected, "the replay did something else than the door"
    return (len(transactions) - warm_up) / taken


def contents(databases: Databases, name: str) -> str:
    """A digest of every row that an approval writes."""
    tables = ("application", "clock", "decision", "audit_entry", "outbox", "command")
    query = " || ".join(
        f"(SELECT md5(string_agg(each::text, '' ORDER BY each::text)) FROM {table} each)" for table in tables
    )
    with psycopg.connect(databases.conninfo(name)) as connection:
        row = connection.execute(f"SELECT {query}").fetchone()
    assert row is not None
    return str(row[0])


def measure(stage: Stage, rival: Any, rounds: int, found: Counter[str] | None) -> dict[str, list[float]]:
    """Approvals per second of each, round by round."""
    transactions, expected = capture(stage)
    applications = len(stage.submitted) - WARM_UP

    def through_viewflow() -> float:
        started_ids = rival.start(applications)
        taken = 0.0
        for _ in REVIEWERS:
            waiting = rival.waiting(started_ids)
            started = perf_counter()
            for process_id, task_id in waiting:
                rival.approve(process_id, task_id)
            taken += perf_counter() - started
        return applications * len(REVIEWERS) / taken

    contestants: dict[str, Callable[[], float]] = {
        DOOR: lambda: through_door(stage),
        RAW: lambda: through_psycopg(stage, transactions, expected),
        RIVAL: through_viewflow,
    }
    figures: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, contestant in contestants.items():
            figures[name].append(contestant())
    if found is not None:
        through_door(stage, found)
    return figures


def print_figures(durable: bool, apart: bool, figures: dict[str, list[float]]) -> None:
    where = "on cores of their own" if apart else "sharing one core"
    print(f"\nfsync {'on' if durable else 'off'}, client and server {where}: {len(figures[DOOR])} rounds")
    print(f"{'':<32}{'per second':>12}{'µs each':>10}{'door / this':>14}{'target':>9}")
    for name, values in figures.items():
        rate = median(values)
        line = f"{name:<32}{rate:>12.0f}{1e6 / rate:>10.0f}"
        if name != DOOR:
            ratio = median(ours / theirs for ours, theirs in zip(figures[DOOR], values, strict=True))
            met = "met" if ratio >= TARGETS[name] else "MISSED"
            line += f"{ratio:>14.2f}{TARGETS[name]:>9.1f}  {met}"
        print(line)


def print_statements(transactions: list[Transaction]) -> None:
    longest = max(transactions, key=len)
    print(f"\nAn approval sends {len(longest)} statements between BEGIN and COMMIT:")
    for number, statement in zip(count(1), longest, strict=False):
        words = " ".join(str(statement.sql).split())
        print(f"  {number}. {words.split(' (')[0][:60] if words.startswith('INSERT') else words[:60]} …")


def print_where(found: Counter[str], microseconds: float) -> None:
    total = sum(found.values())
    print("\nWhere the time of one approval goes, from sampled stacks:")
    for place, seen in found.most_common():
        share = seen / total
        print(f"  {place:<38}{share:>7.1%}{share * microseconds:>8.0f} µs")


def main() -> None:
    parser = argparse.ArgumentParser(description="Durable transitions through the one door, and its rivals.")
    parser.add_argument("--applications", type=int, default=100, help="approved four times each, per round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--no-profile", action="store_true", help="do not look where the time goes")
    options = parser.parse_args()
    found: Counter[str] | None = None if options.no_profile else Counter()
    with postgresql() as databases:
        print(f"PostgreSQL {databases.version()}, {options.applications * len(REVIEWERS)} approvals a round")
        stage = prepare(databases, options.applications)
        databases.create("rival", migrated=False)
        rival = open_rival(databases.conninfo("rival"))
        for durable, apart in ((True, True), (False, True), (True, False), (False, False)):
            databases.set_durable(durable)
            if not databases.set_apart(apart) and apart:
                continue
            # A server process stays on the cores it was started on.
            rival.close()
            looking = found if durable and apart else None
            figures = measure(stage, rival, options.rounds, looking)
            print_figures(durable, apart, figures)
            if looking:
                print_where(looking, 1e6 / median(figures[DOOR]))
        print_statements(capture(stage)[0])
        rival.close()


if __name__ == "__main__":
    main()
