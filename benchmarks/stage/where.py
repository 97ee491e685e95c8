"""Where the time of a stretch of code goes: its stack looked at every half millisecond, waits included.

A profiler that counts every call makes small calls look dear; looking from time to time does not.
"""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_EVERY_SECONDS = 0.0005

# The innermost frame that fits says where the time went; file, function and what it is.
_PLACES: tuple[tuple[str, str, str], ...] = (
    ("/psycopg/connection.py", "wait", "waiting for PostgreSQL"),
    ("/psycopg/", "", "psycopg"),
    ("/sqlalchemy/", "", "SQLAlchemy"),
    ("/json/", "", "JSON"),
    ("/workflow/sealing.py", "", "hashing (SM3)"),
    ("/workflow/services/view.py", "", "the answer (view)"),
    ("/workflow/services/personal.py", "", "the answer (view)"),
    ("/workflow/form/", "", "reading the payload"),
    ("/workflow/access.py", "", "access and chart"),
    ("/workflow/chart/", "", "access and chart"),
    ("/workflow/deadlines/", "", "clocks"),
    ("/calendars/", "", "clocks"),
    ("/workflow/persistence/", "", "types and transaction"),
    ("/workflow/services/case.py", "", "the case: reading and writing rows"),
    ("/workflow/services/audit.py", "", "the audit entry"),
    ("/workflow/", "", "the rest of the door"),
)


@contextmanager
def looked_at(found: Counter[str]) -> Iterator[None]:
    """Adds to ``found`` how often each place was seen meanwhile."""

    def look(_signal: int, frame: FrameType | None) -> None:
        found[_place(frame)] += 1

    before = signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, _EVERY_SECONDS, _EVERY_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _place(frame: FrameType | None) -> str:
    while frame is not None:
        file, function = frame.f_code.co_filename, frame.f_code.co_name
        for part, name, place in _PLACES:
            if part in file and (not name or function == name):
                return place
        frame = frame.f_back
    return "measuring"
