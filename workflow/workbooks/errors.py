"""The one way in which a workbook is refused."""

from __future__ import annotations


class UnreadableWorkbook(ValueError):
    """The file cannot be used at all; the message is one Chinese sentence that says why and what to do."""
