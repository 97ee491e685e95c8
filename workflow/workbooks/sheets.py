"""A sheet of an uploaded workbook as it was filled in, cell by cell."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum

from workflow.workbooks.child import BROKEN
from workflow.workbooks.confinement import Progress, ask_child
from workflow.workbooks.errors import UnreadableWorkbook
from workflow.workbooks.kinds import check_kind
from workflow.workbooks.limits import MOST_ROWS


class Kind(StrEnum):
    """What stands in a cell: a text that was typed, or something else."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    MOMENT = "moment"
    FLAG = "flag"
    FORMULA = "formula"
    ERROR = "error"
    MERGED = "merged"
    LONG = "long"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell. A number, date or moment is written out (``1380000``, ``2026-09-07``) whatever its format."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """A row in which something stands, by the number that people see; None where a cell is empty."""

    number: int
    hidden: bool
    cells: tuple[Cell | None, ...]

    def cell(self, place: int) -> Cell | None:
        """The cell in a column, from 0."""
        return self.cells[place] if place < len(self.cells) else None


@dataclass(frozen=True, slots=True)
class Sheet:
    """The sheet that was read: its name and its filled rows."""

    name: str
    rows: tuple[Row, ...]


def read_sheet(
    content: bytes, *, name: str = "", most_rows: int = MOST_ROWS, progress: Progress | None = None
) -> Sheet:
    """The visible sheet of that name, or else the first; ``most_rows`` may be filled below the header.

    ``progress`` is told rows that were read, and about how many there are. Raises ``UnreadableWorkbook`` with
    the one sentence for which the file cannot be used.
    """
    check_kind(content)
    answer = ask_child("scanning", {"sheet": name, "rows": most_rows}, content, progress=progress)
    try:
        said = json.loads(answer)
        rows = tuple(
            Row(int(number), bool(hidden), tuple(map(_cell, cells))) for number, hidden, cells in said["rows"]
        )
        return Sheet(str(said["name"]), rows)
    except (ValueError, TypeError, KeyError) as fault:
        raise UnreadableWorkbook(BROKEN) from fault


def _cell(said: str | list[str] | None) -> Cell | None:
    if said is None:
        return None
    if isinstance(said, str):
        return Cell(Kind.TEXT, said)
    kind, text = said
    return Cell(Kind(kind), str(text))
