"""A roster of 10,000 people as XLSX: read, checked row by row, and given back with its reasons.

Run: .venv/bin/python benchmarks/roster_import.py [--rows N]

First reading and checking alone, beside it in the same run what openpyxl takes only to read the cells, in
this process and without limits. Then the whole import as the page does it, on SQLite and on PostgreSQL:
uploaded, kept sealed, read, checked, progress written, every person found or entered, indexed and sealed. One
row in a hundred is wrong: the good rows are accepted knowingly, which reads and checks once more. The peak is
of this process and its children together, the database server apart.
Target: 8 s and 300 MB; exits with 1 where they are missed.
"""

from __future__ import annotations

import argparse
import io
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from pathlib import Path
from threading import Event, Thread
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import psutil
import xlsxwriter
from stdnum.iso7064 import mod_11_2

from benchmarks.stage.applications import open_bench_product, opening_form, prepare_people
from benchmarks.stage.postgresql import postgresql
from workflow.form.ages import Ages
from workflow.form.roster import ROSTER, read_roster_workbook, roster_error_workbook
from workflow.policy import load_policy
from workflow.services import applications, roster_imports
from workflow.workbooks.limits import MOST_ROWS

SECONDS, MEGABYTES = 8.0, 300.0
TODAY = date(2026, 11, 23)
CLASSES = [{"class_no": number, "starts_on": "2026-12-07"} for number in range(1, 51)]
WRONG_EVERY, A_CLASS = 100, 200


def roster(rows: int) -> bytes:
    """Invented people, in as many classes as an application may have, as an institution would send them."""
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
            *(str(1 + (row - 1) // A_CLASS), f"张三{chr(0x4E00 + row)}", "居民身份证", body + check),
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


class Peak:
    """The most memory in MB that this process and its children held at once while the block ran."""

    def __enter__(self) -> Peak:
        self.megabytes = 0.0
        self._done = Event()
        self._watcher = Thread(target=self._watch)
        self._watcher.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._watcher.join()

    def _watch(self) -> None:
        own = psutil.Process()
        while not self._done.wait(0.04):
            held = 0
            for process in (own, *own.children(recursive=True)):
                with suppress(psutil.NoSuchProcess):
                    held += process.memory_info().rss if "postgres" not in process.name() else 0
            self.megabytes = max(self.megabytes, held / 1024**2)


def only_the_cells(content: bytes) -> int:
    """How openpyxl reads them at its cheapest."""
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
    return sum(1 for row in book.worksheets[0].iter_rows(values_only=True) for _ in row)


@contextmanager
def databases() -> Iterator[dict[str, str]]:
    """An empty database of each kind, by its name."""
    with tempfile.TemporaryDirectory() as folder, postgresql() as server:
        server.create("roster", migrated=True)
        yield {"SQLite": f"sqlite:///{folder}/roster.sqlite", "PostgreSQL": server.url("roster")}


def whole_import(url: str, content: bytes, rows: int) -> tuple[float, float]:
    """The seconds of the upload until its outcome stands, and of taking the good rows."""
    product = open_bench_product(url)
    applicant = prepare_people(product)["institution"]
    body = opening_form(A_CLASS, classes=-(-rows // A_CLASS))
    draft = applications.create_application(product, actor=applicant, body=body)
    whose: dict[str, Any] = {"actor": applicant, "application_id": draft["id"]}

    def upload() -> dict[str, Any]:
        import_id = roster_imports.start_import(
            product, **whose, file_name="名册.xlsx", content=content, expected_version=draft["version"]
        )
        return roster_imports.await_import(product, actor=applicant, import_id=import_id, seconds=120)

    def accept(import_id: int) -> dict[str, Any]:
        return roster_imports.accept_import(
            product, actor=applicant, import_id=import_id, accepted=True, expected_version=draft["version"]
        )

    uploading, found = timed(upload)
    assert found["state"] == roster_imports.CHECKED, found
    accepting, roster_now = timed(lambda: accept(found["id"]))
    assert roster_now["count"] == found["good_count"] == rows - rows // WRONG_EVERY
    product.engine.dispose()
    return uploading, accepting


def main() -> int:
    """Prints the figures."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--rows", type=int, default=MOST_ROWS)
    rows = asked.parse_args().rows
    content = roster(rows)
    ages = Ages.of_policy(load_policy("pingdingshan-2022"), CLASSES, TODAY)
    calls: list[tuple[int, int]] = []
    with Peak() as reading_peak:
        seconds, reading = timed(
            lambda: read_roster_workbook(content, CLASSES, ages=ages, progress=lambda *now: calls.append(now))
        )
    with Peak() as marking_peak:
        marking, marked = timed(lambda: roster_error_workbook(content, reading.errors))
    theirs, cells = timed(lambda: only_the_cells(content))
    print(f"{rows} rows, {len(content) / 1024:.0f} kB")
    print(f"read and checked: {seconds:.2f} s, peak {reading_peak.megabytes:.0f} MB")
    print(f"  {len(reading.rows)} good, {len(reading.errors)} errors, progress told {len(calls)} times")
    print(f"error file: {marking:.2f} s, {len(marked) / 1024:.0f} kB, peak {marking_peak.megabytes:.0f} MB")
    print(f"openpyxl, the {cells} cells alone: {theirs:.2f} s")
    slowest, highest = seconds, max(reading_peak.megabytes, marking_peak.megabytes)
    with databases() as urls:
        for name, url in urls.items():
            with Peak() as peak:
                uploading, accepting = whole_import(url, content, rows)
            print(
                f"{name}: upload with wrong rows {uploading:.2f} s, the good ones accepted {accepting:.2f} s,"
                f" peak {peak.megabytes:.0f} MB"
            )
            slowest, highest = max(slowest, uploading + accepting), max(highest, peak.megabytes)
    fine = slowest <= SECONDS and highest <= MEGABYTES and len(reading.errors) == rows // WRONG_EVERY
    print(f"at most {slowest:.2f} s and {highest:.0f} MB: {'met' if fine else 'MISSED'}")
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
