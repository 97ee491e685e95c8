"""How a counted date is said, wherever it is named: in words, if it may still move."""

from __future__ import annotations


def said(on: object, provisional: object = False) -> str:
    """2027-01-15（暂定）: the count runs into a year whose holiday notice is not out. Else the date alone."""
    return f"{on}（暂定）" if on and provisional else str(on or "")
