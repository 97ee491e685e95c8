"""How long every page takes, for every role, with 100,000 and with 1,000,000 applications in the database.

Run: .venv/bin/python benchmarks/pages.py [--small N] [--large N] [--rounds N] [--database postgresql|sqlite]

Both databases hold the demonstration, multiplied (``stage/crowd.py``). One person of each role signs in and
walks the links of the pages; what no link leads to is asked for by its address, so that no endpoint of the
access table that answers GET is forgotten. Then every page is asked for again and again, the two databases in
turn. Targets: the 95th percentile within 100 ms at the small size and 1.5 times that at the large one, and no
page over 200 KB. Reports that count a whole year stand on lines of their own with a limit of their own.
"""

from __future__ import annotations

import argparse
import gc
import logging
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from statistics import median, quantiles
from sys import exit as leave
from sys import path
from tempfile import TemporaryDirectory
from time import perf_counter

path.insert(0, str(Path(__file__).resolve().parents[1]))

import structlog
from flask import Flask
from flask.testing import FlaskClient

from benchmarks.stage.crowd import fill
from benchmarks.stage.postgresql import postgresql
from tests.browser.walk import sign_in, walk
from web import create_app
from web.access import ACCESS
from workflow import demonstration
from workflow.services.product import Product, open_product
from workflow.services.setup import prepare
from workflow.services.tallies import refresh_tallies
from workflow.settings import read_settings

MOST_SECONDS, MOST_RATIO, MOST_BYTES = 0.100, 1.5, 200 * 1024
# What counts or writes out everything of a period, and so grows with it.
REPORT_SECONDS = 2.0
WHOLE = frozenset({"reports.show"})

# Of one endpoint and role not more pages than this.
MOST_PAGES = 4
LOGINS = (
    None,
    *("institution", "individual", "industry1", "industry_head", "hr1", "hr_head", "inspector", "finance1"),
    *("cashier", "finance_head", "office", "auditor", "admin", "assessment_body", "hr1_bf"),
)
# Beside what the walk finds: filters as people set them, and what is only come to on special occasions.
ASKED: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "worklist.show",
        (
            "?urgency=overdue",
            "?urgency=soon",
            "?text=平顶山",
            "?text=李伟芳",
            "?subsidy=placement",
            "?text=0421",
        ),
    ),
    (
        "applications.list_all",
        (
            *("?state=disbursed", "?state=claim_hr_first", "?section=disbursement", "?section=training"),
            *("?overdue=1", "?mine=1", "?subsidy=placement", "?subsidy=evaluation", "?region=410122"),
            *("?text=养老护理", "?text=李伟", "?text=00123", "?text=410421-2025", "?text=没有这个名字"),
            *(
                "?text=91410000",
                "?text=914100000000001234",
                "?text=平顶山&overdue=1",
                "?state=rejected&text=王",
            ),
        ),
    ),
    ("search.find", ("?text=410400-2022-000100", "?text=护理")),
)


@dataclass
class Measured:
    """The times of one endpoint for one role, by database, and the largest answer."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    bytes: int = 0
    slowest: tuple[float, str] = (0.0, "")
    refused: str = ""


@dataclass
class Visitor:
    """A signed-in person of one database, and the pages to ask for, by endpoint."""

    client: FlaskClient
    pages: list[tuple[str, str]]


def pages_of(app: Flask, login: str | None) -> Visitor:
    """What this person can open: found by walking, a few of each endpoint, and what is asked for besides."""
    chosen: dict[str, list[str]] = defaultdict(list)
    keys = []
    for page in walk(app, login):
        if page.status == 200 and len(chosen[page.endpoint]) < MOST_PAGES:
            chosen[page.endpoint].append(page.path)
        if page.endpoint == "applications.show" and page.status == 200:
            keys.append(page.path)
    for endpoint, queries in ASKED:
        if endpoint in chosen or (endpoint == "search.find" and login):
            with app.test_request_context():
                address = app.url_for(endpoint)
            chosen[endpoint] += [address + query for query in queries]
    for key in keys[:2]:
        chosen["applications.history"].append(f"{key}/history")
    client = app.test_client()
    if login is not None:
        sign_in(client, login)
    return Visitor(client, [(endpoint, each) for endpoint, paths in chosen.items() for each in paths])


def is_whole(name: str) -> bool:
    """Whether what is measured under this name is such."""
    return name in WHOLE or name.endswith(" xlsx")


def measure(visitors: dict[str, dict[str | None, Visitor]], rounds: int) -> dict[tuple[str, str], Measured]:
    """Every page ``rounds`` times and once before; the databases in turn."""
    found: dict[tuple[str, str], Measured] = defaultdict(Measured)
    for number in range(rounds + 1):
        for database, people in visitors.items():
            for login, visitor in people.items():
                for endpoint, address in visitor.pages:
                    began = perf_counter()
                    answer = visitor.client.get(address)
                    size = len(answer.get_data())
                    taken = perf_counter() - began
                    # A workbook is no page: it holds thousands of rows.
                    name = f"{endpoint} xlsx" if "format=xlsx" in address else endpoint
                    one = found[name, login or "public"]
                    if answer.status_code not in {200, 303}:
                        one.refused = f"{address}: {answer.status_code}"
                    if number:
                        one.seconds[database].append(taken)
                        one.bytes = max(one.bytes, size)
                        one.slowest = max(one.slowest, (taken, f"{database} {address}"))
    return found


def high(seconds: list[float]) -> float:
    """The 95th percentile."""
    return quantiles(seconds, n=20, method="inclusive")[-1] if len(seconds) > 1 else seconds[0]


def report(found: dict[tuple[str, str], Measured], names: list[str]) -> bool:
    """Prints the table; answers whether everything is within its limit."""
    small, large = names[0], names[-1]
    sound = True
    alone: list[str] = []
    print(
        f"{'page':<34}{'role':<17}" + "".join(f"{name:>9} p50{'p95':>7}" for name in names) + "  ratio     KB"
    )
    for (endpoint, role), one in sorted(found.items()):
        if any(not one.seconds[name] for name in names):
            # One database has such a page for this person, the other has not.
            alone.append(f"{endpoint} ({role})")
            continue
        middle = {name: median(one.seconds[name]) for name in names}
        top = {name: high(one.seconds[name]) for name in names}
        limits = dict.fromkeys(names, REPORT_SECONDS if is_whole(endpoint) else MOST_SECONDS)
        limits[large] *= MOST_RATIO if large != small else 1
        kept = all(top[name] <= limits[name] for name in names) and one.bytes <= MOST_BYTES
        kept = kept and not one.refused
        sound &= kept
        print(
            f"{endpoint:<34}{role:<17}"
            + "".join(f"{middle[name] * 1e3:>13.1f}{top[name] * 1e3:>7.1f}" for name in names)
            + f"{top[large] / top[small]:>7.2f}{one.bytes / 1024:>7.0f}"
            + ("" if kept else f"  MISSED: {one.slowest[1]} {one.slowest[0] * 1e3:.0f} ms {one.refused}")
        )
    print(f"not compared: {', '.join(alone) or 'none'}")
    every = {
        name: [each for (page, _), one in found.items() if not is_whole(page) for each in one.seconds[name]]
        for name in names
    }
    for name, seconds in every.items():
        print(f"all pages, {name}: p50 {median(seconds) * 1e3:.1f} ms, p95 {high(seconds) * 1e3:.1f} ms")
    return sound


def forgotten(app: Flask, seen: set[str]) -> set[str]:
    """Pages of the access table that answer GET and that nobody has opened."""
    readable = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    people = {name for name in ACCESS if not name.startswith(("api.", "operators.", "static"))}
    return readable & people - seen


def opened(url: str, files: Path) -> Product:
    """The product with a folder of its own for uploaded files."""
    return open_product(read_settings({"DATABASE_URL": url, "SUBSIDY_FILES": str(files)}))


def measured_over(urls: dict[str, str], files: Path, rounds: int) -> bool:
    """Measures the filled databases; answers whether everything is within its limit."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    apps = {name: create_app(opened(url, files / name)) for name, url in urls.items()}
    for app in apps.values():
        app.config.update(READINGS_PER_MINUTE=10**9, VERIFICATIONS_PER_MINUTE=10**9)
    visitors = {name: {login: pages_of(app, login) for login in LOGINS} for name, app in apps.items()}
    # What was walked through is no part of a server.
    gc.collect()
    gc.freeze()
    found = measure(visitors, rounds)
    sound = report(found, list(urls))
    left = forgotten(next(iter(apps.values())), {endpoint for endpoint, _ in found})
    print(f"not opened: {', '.join(sorted(left)) or 'none'}")
    return sound


def staged(urls: dict[str, tuple[str, int]], files: Path) -> dict[str, str]:
    """The databases, filled."""
    for name, (url, count) in urls.items():
        began = perf_counter()
        product = opened(url, files / name)
        prepare(product)
        demonstration.load(product)
        fill(url, count)
        # As a scheduler does every few minutes.
        refresh_tallies(product, older_than=timedelta(0))
        product.engine.dispose()
        print(f"{name} applications staged in {perf_counter() - began:.0f} s")
    return {name: url for name, (url, _) in urls.items()}


def main() -> None:
    """Fills, walks, measures, reports; leaves with 1 where a limit is missed."""
    parser = argparse.ArgumentParser(description="Every page of every role, with very many applications.")
    parser.add_argument("--small", type=int, default=100_000)
    parser.add_argument("--large", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--database", choices=("postgresql", "sqlite"), action="append")
    options = parser.parse_args()
    kinds = options.database or ["postgresql", "sqlite"]
    sound = True
    with TemporaryDirectory(prefix="subsidy-bench-") as folder:
        if "postgresql" in kinds:
            with postgresql() as databases:
                sizes = {f"{count:,}": count for count in (options.small, options.large)}
                for count in sizes.values():
                    databases.create(f"pages_{count}", migrated=True)
                print(f"PostgreSQL {databases.version()}")
                filled = {name: (databases.url(f"pages_{count}"), count) for name, count in sizes.items()}
                files = Path(folder) / "postgresql"
                sound &= measured_over(staged(filled, files), files, options.rounds)
        if "sqlite" in kinds:
            print("SQLite")
            files = Path(folder) / "sqlite"
            alone = {f"{options.small:,}": (f"sqlite:///{folder}/pages.db", options.small)}
            sound &= measured_over(staged(alone, files), files, options.rounds)
    print("met" if sound else "MISSED")
    leave(0 if sound else 1)


if __name__ == "__main__":
    main()
