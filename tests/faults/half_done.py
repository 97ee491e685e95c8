"""A sabotaged server: the clocks are committed before the rest of their transaction."""

from __future__ import annotations

import time
from typing import Any

from web.wsgi import app
from workflow.persistence.prepared import Prepared
from workflow.services.case import Case

__all__ = ["app"]

_write: Any = Case.write


def _write_and_commit_too_early(case: Case) -> None:
    _write(case)
    case.connection.exec_driver_sql("COMMIT")
    time.sleep(0.15)
    case.connection.exec_driver_sql("BEGIN IMMEDIATE")


# Unqueued, what is written is sent at once.
Prepared.queue = Prepared.send  # type: ignore[method-assign]
Case.write = _write_and_commit_too_early  # type: ignore[method-assign]
