"""Reads workbooks one after the other, as the server would, and says what each cost and what came of it.

Run: python -m tests.workflow.workbooks.harness FOLDER [--without-limits]

A process of its own, so that the peaks are those of the children and not of whoever made the workbooks. One
line of JSON for each file, and one for this process itself.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from workflow.workbooks import confinement
from workflow.workbooks.errors import UnreadableWorkbook
from workflow.workbooks.rows import read_table
from workflow.workbooks.templates import Column, Holds, Template

SECONDS, MEGABYTES = 2.0, 200.0
TEMPLATE = Template(
    name="名册",
    columns=(
        Column("class_no", "班次", Holds.WHOLE, needed=True),
        Column("name", "姓名", needed=True),
        Column("id_number", "证件号码", Holds.IDENTIFIER, needed=True),
        Column("category", "人员类别", needed=True),
        Column("starts_on", "开始日期", Holds.DATE),
        Column("changing_post", "是否转岗", Holds.YES_NO),
    ),
)
# The same child with its fence taken down. Two gigabytes are left it so that the machine outlives the proof.
_WITHOUT_LIMITS = """
import resource, sys
sys.path.insert(0, {root!r})
resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
from workflow.workbooks import child, limits
child._fence = lambda *limits: None
for name in vars(limits):
    if name.startswith("MOST_"):
        setattr(limits, name, 1 << 40)
from workflow.workbooks.{program} import main
main()
"""


@dataclass(frozen=True)
class Verdict:
    """What became of a workbook: wall-clock and processor seconds, the peak of all children until now."""

    name: str
    seconds: float
    processor_seconds: float
    peak_megabytes: float
    refused: str
    rows: int
    crashed: str

    @property
    def decided(self) -> bool:
        """Whether it was read, or refused in one Chinese sentence, at a cost that is allowed."""
        sentence = not self.refused or any("\u4e00" <= sign <= "\u9fff" for sign in self.refused)
        cheap = self.processor_seconds <= SECONDS and self.peak_megabytes <= MEGABYTES
        return sentence and cheap and "\n" not in self.refused and not self.crashed


@dataclass(frozen=True)
class Server:
    """The reading process after all that: by how much it has grown, and what it still holds."""

    grown_megabytes: float
    grown_files: int
    threads: int
    children: int


def judge(folder: Path, *arguments: str) -> tuple[list[Verdict], Server]:
    """Runs the harness over a folder."""
    command = [sys.executable, "-m", __name__, str(folder), *arguments]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    *verdicts, server = (json.loads(line) for line in done.stdout.splitlines())
    return [Verdict(**verdict) for verdict in verdicts], Server(**server)


def _verdicts(folder: Path) -> Iterator[Verdict]:
    for path in sorted(folder.iterdir()):
        content = path.read_bytes()
        refused, rows, crashed = "", 0, ""
        before, start = _processor_seconds(), perf_counter()
        try:
            rows = len(read_table(content, TEMPLATE).rows)
        except UnreadableWorkbook as refusal:
            refused = str(refusal)
        except BaseException as crash:
            crashed = repr(crash)
        seconds = perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        yield Verdict(path.name, seconds, _processor_seconds() - before, peak, refused, rows, crashed)


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _own_megabytes() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1024**2


def main() -> None:
    """Says every verdict, then how the process is."""
    asked = argparse.ArgumentParser()
    asked.add_argument("folder", type=Path)
    asked.add_argument("--without-limits", action="store_true")
    given = asked.parse_args()
    if given.without_limits:
        confinement._START = _WITHOUT_LIMITS
    before, files = _own_megabytes(), len(os.listdir("/proc/self/fd"))
    for verdict in _verdicts(given.folder):
        print(json.dumps(vars(verdict)), flush=True)
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    server = Server(
        grown_megabytes=_own_megabytes() - before,
        grown_files=len(os.listdir("/proc/self/fd")) - files,
        threads=threading.active_count(),
        children=len(children),
    )
    print(json.dumps(vars(server)))


if __name__ == "__main__":
    main()
