"""A process that seals everything anew; started to be killed.

Run: python -m tests.faults.rotate_keys DATABASE_URL [half]. It prints each batch's table, and ``done``
at the end. Sabotage ``half`` commits a form before its entry in the audit trail.
"""

from __future__ import annotations

import sys
import time
from typing import Any

from workflow.services import keys
from workflow.services.product import Product, open_product
from workflow.settings import read_settings

OLD, NEW = "old-key-" * 4, "new-key-" * 4


def opened(url: str, current: str, *further: str) -> Product:
    """A process with these keys in its configuration."""
    environment = {"SUBSIDY_SECRET_KEY": current, "SUBSIDY_FURTHER_SECRET_KEYS": " ".join(further)}
    return open_product(read_settings({"DATABASE_URL": url, "SUBSIDY_TEST_CLOCK": "1", **environment}))


def main() -> None:
    keys.BATCH = 2
    if "half" in sys.argv:
        _sabotage()

    def told(table: str, _done: int, _total: int) -> None:
        print(table, flush=True)
        time.sleep(0.002)

    done = keys.rotate_keys(opened(sys.argv[1], NEW, OLD), told=told)
    print("done" if not done["left_count"] else done, flush=True)


def _sabotage() -> None:
    append_entry: Any = keys.append_entry

    def commit_too_early(case: Any, *rest: Any, **more: Any) -> None:
        case.write_row()
        _send_now(case.connection)
        case.connection.exec_driver_sql("COMMIT")
        time.sleep(0.5)
        case.connection.exec_driver_sql("BEGIN IMMEDIATE")
        append_entry(case, *rest, **more)

    keys.append_entry = commit_too_early  # type: ignore[attr-defined]


def _send_now(connection: Any) -> None:
    queued = connection.info["queued"]
    for statement, values in queued:
        statement.send(connection, values)
    queued.clear()


if __name__ == "__main__":
    main()
