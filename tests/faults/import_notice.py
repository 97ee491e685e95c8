"""A process that puts a notice in force and moves the clocks; started to be killed.

Run: python -m tests.faults.import_notice DATABASE_URL [SABOTAGE]. It prints ``begun`` when the version is in
force and ``done`` at the end. Sabotage ``half`` commits the clocks of a batch before their records, ``twice``
the records before their clocks.
"""

from __future__ import annotations

import sys
import time
from typing import Any

from tests.journeys.many import NOTICE
from workflow.services import holiday_notices, recompute
from workflow.services.product import open_product
from workflow.settings import read_settings


def main() -> None:
    product = open_product(read_settings({"DATABASE_URL": sys.argv[1], "SUBSIDY_TEST_CLOCK": "1"}))
    sabotage = sys.argv[2] if len(sys.argv) > 2 else ""
    recompute.BATCH = 20
    if sabotage:
        _sabotage(sabotage)
    if not product_knows_2027(product):
        holiday_notices.apply_notices(product, actor=None, texts=[NOTICE], year=None, seconds=0.0)
    print("begun", flush=True)
    recompute.recompute_behind(product)
    print("done", flush=True)


def product_knows_2027(product: Any) -> bool:
    """Whether the notice is in force already."""
    with product.engine.connect() as connection:
        return not product.calendar(connection).year(2027).provisional


def _sabotage(kind: str) -> None:
    write_clocks: Any = recompute._write_clocks
    tell: Any = recompute._tell
    waiting: list[Any] = []

    def commit_too_early(connection: Any) -> None:
        connection.exec_driver_sql("COMMIT")
        time.sleep(0.15)
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    def write_clocks_alone(connection: Any, moves: Any, version: str) -> None:
        write_clocks(connection, moves, version)
        commit_too_early(connection)

    def write_clocks_later(_connection: Any, moves: Any, version: str) -> None:
        waiting.append((moves, version))

    def tell_alone(connection: Any, *rest: Any) -> None:
        tell(connection, *rest)
        commit_too_early(connection)
        write_clocks(connection, *waiting.pop())

    if kind == "half":
        recompute._write_clocks = write_clocks_alone
    else:
        recompute._write_clocks, recompute._tell = write_clocks_later, tell_alone


if __name__ == "__main__":
    main()
