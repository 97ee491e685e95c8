"""The number of an application: its region, the year in which it was begun, and its place among all."""

from __future__ import annotations

DIGITS = 6
"""The place is written with so many digits at least."""
HEAD = len("410400-2026-")
"""How many signs stand before it."""


def number_of(region: str, year: int, application_id: int) -> str:
    """The number under which people know it, such as 410400-2026-000123; its end is the id."""
    return f"{region}-{year}-{application_id:0{DIGITS}d}"
