"""The sweep with 1,000 clocks due: among 10,000 open clocks, and among 1,000,000.

Run: .venv/bin/python benchmarks/sweep.py [--large N] [--rounds N]

On a real PostgreSQL (fsync off). Both databases hold open clocks of ``finance_total`` and ``finance_month``;
in every round another 1,000 of each become due, and one ``sweep`` raises them, with recipients and outbox.
Rounds are interleaved; the figures are medians. Target: within 1.5 times.
"""

from __future__ import annotations

import argparse
from datetime import date, datetime, timedelta
from pathlib import Path
from statistics import median
from sys import path
from time import perf_counter

path.insert(0, str(Path(__file__).resolve().parents[1]))

import psycopg

from benchmarks.stage.applications import open_bench_product, prepare_people
from benchmarks.stage.postgresql import Databases, postgresql
from calendars import ChinaWorkingDays
from workflow.clock import real_now, shanghai_date
from workflow.deadlines.ladder import next_rung, rung_instant
from workflow.deadlines.ledger import Ledger
from workflow.persistence.engine import writing
from workflow.persistence.types import canonical
from workflow.policy import Policy, load_policy
from workflow.services.product import Product
from workflow.services.sweep import sweep
from workflow.vocabulary import ClockKind

SMALL = 10_000
DUE = 1_000
TARGET = 1.5
# Each application stands before finance with both of its clocks open.
_KINDS = (ClockKind.FINANCE_TOTAL, ClockKind.FINANCE_MONTH)
_RUNG = "overdue"


def fill(databases: Databases, name: str, clocks: int) -> Product:
    """A database with this many open clocks, none of them due yet."""
    databases.create(name, migrated=True)
    product = open_bench_product(databases.url(name))
    prepare_people(product)
    policy, calendar, now = load_policy("pingdingshan-2022"), ChinaWorkingDays.published(), real_now()
    with writing(product.engine) as connection:
        product.keep_policy(connection, policy, now)
    started_on = shanghai_date(now)
    due_on = calendar.nth_working_day_after(started_on, 15)
    with psycopg.connect(databases.conninfo(name)) as connection:
        # The rows refer to each other rightly; a million looks to see that would take the time of the fill.
        connection.execute("SET session_replication_role = replica")
        connection.execute(
            "INSERT INTO application (id, number, kind, region, policy_key, policy_version, organisation_id,"
            " created_by, created_at, updated_at, applicant_name, state, section, state_since_on, version,"
            " form, findings, roster_count, roster_digest, asked_fen, approved_fen, paid_fen, to_recover_fen,"
            " recovered_fen, audit_count, audit_head)"
            " SELECT each, '410400-2026-' || each, 'institution', '410400', %(key)s, %(version)s,"
            " (SELECT min(id) FROM organisation), (SELECT min(id) FROM account), %(now)s, %(now)s,"
            " '示例机构', 'claim_finance_first', 'claim', %(on)s, 12, '{}', '[]', 0, '', 0, 0, 0, 0, 0, 0, ''"
            " FROM generate_series(1, %(count)s) each",
            {
                "key": policy.key,
                "version": policy.version,
                "now": now,
                "on": started_on,
                "count": clocks // len(_KINDS),
            },
        )
        for kind in _KINDS:
            ahead = next_rung(policy.rungs(kind), _ledger(now), due_on, calendar, now)
            setting = policy.clock(kind)
            assert ahead is not None
            assert setting is not None
            connection.execute(
                "INSERT INTO clock (application_id, region, kind, department, subject_id, limit_count,"
                " limit_unit, minimum, source, segments, started_on, due_on, runs_from_on, provisional,"
                " calendar_version, next_rung, next_alert_at)"
                " SELECT id, region, %(kind)s, 'finance', 0, %(count)s, %(unit)s, false, %(source)s,"
                " %(segments)s, %(on)s, %(due)s, %(on)s, false, %(calendar)s, %(rung)s,"
                " %(at)s + id %% 1000 * interval '1 second' FROM application",
                {
                    "kind": kind.value,
                    "count": setting.count,
                    "unit": setting.unit.value,
                    "source": setting.source,
                    "segments": canonical(_ledger(now).as_list()),
                    "on": started_on,
                    "due": due_on,
                    "calendar": calendar.version,
                    "rung": ahead.name,
                    "at": ahead.at,
                },
            )
    with psycopg.connect(databases.conninfo(name), autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
    return product


def _ledger(now: datetime) -> Ledger:
    """Begun long enough ago to be late by now."""
    return Ledger.started(shanghai_date(now) - timedelta(days=60), "approve")


def overdue_due_date(policy: Policy, calendar: ChinaWorkingDays, now: datetime) -> date:
    """The latest due date whose ``overdue`` has come by now; the rungs after it lie ahead."""
    rung = next(each for each in policy.rungs(_KINDS[0]) if each.name == _RUNG)
    due_on = shanghai_date(now)
    while rung_instant(rung, _ledger(now), due_on, calendar) > now:
        due_on -= timedelta(days=1)
    return due_on


def make_due(conninfo: str, number: int, clocks: int, due_on: date, at: datetime) -> None:
    """Another 1,000 clocks, spread over the whole table, have come to ``overdue``."""
    step = clocks // DUE
    with psycopg.connect(conninfo, autocommit=True) as connection:
        changed = connection.execute(
            "UPDATE clock SET due_on = %s, next_rung = %s, next_alert_at = %s WHERE id %% %s = %s",
            [due_on, _RUNG, at, step, number],
        )
        assert changed.rowcount == DUE, changed.rowcount
        connection.execute("CHECKPOINT")


def main() -> None:
    parser = argparse.ArgumentParser(description="The sweep among few and among many open clocks.")
    parser.add_argument("--large", type=int, default=1_000_000, help="open clocks in the large database")
    parser.add_argument("--rounds", type=int, default=7, help="at most 10")
    options = parser.parse_args()
    sizes = {SMALL: "few", options.large: "many"}
    policy, calendar, now = load_policy("pingdingshan-2022"), ChinaWorkingDays.published(), real_now()
    due_on = overdue_due_date(policy, calendar, now)
    rung = next(each for each in policy.rungs(_KINDS[0]) if each.name == _RUNG)
    at = rung_instant(rung, _ledger(now), due_on, calendar)
    figures: dict[int, list[float]] = {clocks: [] for clocks in sizes}
    with postgresql() as databases:
        started = perf_counter()
        products = {clocks: fill(databases, name, clocks) for clocks, name in sizes.items()}
        print(f"PostgreSQL {databases.version()}; tables filled in {perf_counter() - started:.0f} s")
        for number in range(min(options.rounds, 10)):
            for clocks, product in products.items():
                make_due(databases.conninfo(sizes[clocks]), number, clocks, due_on, at)
                started = perf_counter()
                raised = sweep(product)["raised"]
                figures[clocks].append(perf_counter() - started)
                assert raised == DUE, raised
        for product in products.values():
            product.engine.dispose()
    print(f"{'due':>8}{'open clocks':>14}{'median ms':>12}{'µs per rung':>14}")
    for clocks, taken in figures.items():
        print(f"{DUE:>8,}{clocks:>14,}{median(taken) * 1e3:>12.0f}{median(taken) / DUE * 1e6:>14.0f}")
    ratio = median(many / few for few, many in zip(*figures.values(), strict=True))
    print(f"many / few: {ratio:.2f} (target: at most {TARGET}) {'met' if ratio <= TARGET else 'MISSED'}")


if __name__ == "__main__":
    main()
