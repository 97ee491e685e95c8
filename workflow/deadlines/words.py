"""How the last day of a limit is said, wherever it is named; in words, if it may still move."""

from __future__ import annotations

from workflow.clock import day_cn


def said(on: object, provisional: object = False) -> str:
    """2027年1月15日（暂定）: the count runs into a year whose notice is not out. Else the date alone."""
    words = day_cn(on)
    return f"{words}（暂定）" if words and provisional else words
