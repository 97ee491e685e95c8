"""A roster of 10,000 people as XLSX: read, checked row by row, and given back with its reasons.

Run: .venv/bin/python benchmarks/roster_import.py [--rows N]

Beside it in the same run what openpyxl takes only to read the cells, in this process and without limits. One
row in a hundred is wrong. The peaks are of memory: of this process, and of the largest child. Target of the
whole import, the database included: 8 s and 300 MB. Exits with 1 where reading and checking alone need more.
"""

from __future__ import annotations

import argparse
import io
import resource
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import xlsxwriter
from stdnum.iso7064 import mod_11_2

from workflow.form.ages import Ages
from workflow.form.roster import ROSTER, read_roster_workbook, roster_error_workbook
from workflow.policy import load_policy
from workflow.workbooks.limits import MOST_ROWS

SECONDS, MEGABYTES = 8.0, 300.0
TODAY = date(2026, 11, 23)
CLASSES = [{"class_no": number, "starts_on": "2026-12-07"} for number in range(1, 126)]
WRONG_EVERY = 100


def roster(rows: int) -> bytes:
    """Invented people, 80 in a class, as an institution would send them."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet(ROSTER.name)
    text = book.add_format({"num_format": "@"})
    for place, column in enumerate(ROSTER.columns):
        sheet.write_string(0, place, column.label, text)
    for row in range(1, rows + 1):
        born = date(1975, 1, 1) + timedelta(days=row % 9_000)
        body = f"410499{born:%Y%m%d}{row // 9_000 + 1:03d}"
        check = mod_11_2.calc_check_digit(body) if row % WRONG_EVERY else "?"
        code = "6-18-01-01"
        line = (
            *(str(1 + (row - 1) // 80), f"张三{chr(0x4E00 + row)}", "居民身份证", body + check),
            *(f"138{row:08d}", "企业职工", f"示例机械第{row % 40}有限公司", "车工", code, "否", "", ""),
        )
        for place, value in enumerate(line):
            sheet.write_string(row, place, value, text)
    book.close()
    return buffer.getvalue()


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """The seconds that work took, and what came of it."""
    start = perf_counter()
    result = work()
    return perf_counter() - start, result


def megabytes(whose: int) -> float:
    """The peak until now."""
    return resource.getrusage(whose).ru_maxrss / 1024


def only_the_cells(content: bytes) -> int:
    """How openpyxl reads them at its cheapest."""
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
    return sum(1 for row in book.worksheets[0].iter_rows(values_only=True) for _ in row)


def main() -> int:
    """Prints the figures."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--rows", type=int, default=MOST_ROWS)
    rows = asked.parse_args().rows
    content = roster(rows)
    ages = Ages.of_policy(load_policy("pingdingshan-2022"), CLASSES, TODAY)
    calls: list[tuple[int, int]] = []
    seconds, reading = timed(
        lambda: read_roster_workbook(content, CLASSES, ages=ages, progress=lambda *now: calls.append(now))
    )
    own, child = megabytes(resource.RUSAGE_SELF), megabytes(resource.RUSAGE_CHILDREN)
    marking, marked = timed(lambda: roster_error_workbook(content, reading.errors))
    marking_child = megabytes(resource.RUSAGE_CHILDREN)
    theirs, cells = timed(lambda: only_the_cells(content))
    print(f"{rows} rows, {len(content) / 1024:.0f} kB")
    print(f"read and checked: {seconds:.2f} s, peak {own:.0f} MB here, {child:.0f} MB in the child")
    print(f"  {len(reading.rows)} good, {len(reading.errors)} errors, progress told {len(calls)} times")
    print(
        f"error file: {marking:.2f} s, {len(marked) / 1024:.0f} kB, peak {marking_child:.0f} MB in the child"
    )
    print(f"openpyxl, the {cells} cells alone: {theirs:.2f} s")
    fine = seconds <= SECONDS and own + child <= MEGABYTES and len(reading.errors) == rows // WRONG_EVERY
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
