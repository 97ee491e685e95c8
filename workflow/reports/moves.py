"""The clocks that a new calendar moves, as a table in CSV: written row by row, however many there are."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from typing import Any, TextIO

from workflow.policy import region_labels

MOVES_NAME = "到期日变动的时限"
_HEADINGS = ("申请编号", "申请人", "地区", "时限", "原到期日", "原为暂定", "新到期日", "新为暂定")


def write_moves(moves: Iterable[dict[str, Any]], file: TextIO) -> None:
    """Writes the moves that a preview answers; with the mark by which Excel knows UTF-8."""
    file.write("\ufeff")
    table = csv.writer(file)
    table.writerow(_HEADINGS)
    for move in moves:
        table.writerow(
            (
                move["application_number"],
                _plain(move["applicant_name"]),
                region_labels().get(move["region"], move["region"]),
                move["label"],
                move["due_before"] or "",
                "暂定" if move["provisional_before"] else "",
                move["due_after"] or "",
                "暂定" if move["provisional"] else "",
            )
        )


def _plain(typed: str) -> str:
    # What begins like this, a spreadsheet would take for a formula.
    return f"'{typed}" if typed[:1] in {"=", "+", "-", "@", "\t", "\r"} else typed
