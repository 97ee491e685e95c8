"""The outside of a child: it gets a file and nothing else, and is ended with its whole group."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from threading import Timer
from typing import IO, Any

from workflow.workbooks.child import BROKEN, REFUSAL, RESULT, TOO_COSTLY
from workflow.workbooks.errors import UnreadableWorkbook
from workflow.workbooks.limits import MOST_ANSWER, WALL_SECONDS

# Told how much is done, and of how much.
Progress = Callable[[int, int], None]

_ROOT = str(Path(__file__).resolve().parents[2])
_START = "import sys; sys.path.insert(0, {root!r}); from workflow.workbooks.{program} import main; main()"
# The child knows no key of the database, no address and no home.
_ENVIRONMENT = {"LC_ALL": "C.UTF-8"}
_LONGEST_LINE = 64
_OVERRUN = frozenset({-signal.SIGPROF, -signal.SIGXCPU, -signal.SIGKILL})


def ask_child(
    program: str,
    task: Mapping[str, Any],
    content: bytes,
    *,
    packages: bool = False,
    progress: Progress | None = None,
) -> bytes:
    """What the module ``program`` of this room makes of a file, in a process of its own.

    ``packages``: whether it needs installed packages. Raises ``UnreadableWorkbook``, also where the child
    used up its time or its memory or died; it never outlives this call.
    """
    command = [sys.executable, "-I", "-B", *(() if packages else ("-S",))]
    with _given(task, content) as given:
        process = subprocess.Popen(  # noqa: S603 - a program of this room
            [*command, "-c", _START.format(root=_ROOT, program=program)],
            stdin=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_ENVIRONMENT,
            cwd="/",
            start_new_session=True,
        )
    wall = Timer(WALL_SECONDS, _end_group, [process.pid])
    wall.daemon = True
    wall.start()
    try:
        assert process.stdout is not None
        with process.stdout as said:
            kind, answer = _hear(said, progress)
    finally:
        # Before it is waited for, its number can belong to nobody else.
        wall.cancel()
        wall.join()
        _end_group(process.pid)
        code = process.wait()
    # One that was ended while it answered has not answered.
    if kind == RESULT and code == 0 and len(answer) <= MOST_ANSWER:
        return answer
    if kind == REFUSAL:
        raise UnreadableWorkbook(answer.decode("utf-8", "replace"))
    raise UnreadableWorkbook(TOO_COSTLY if code in _OVERRUN or answer else BROKEN)


def _given(task: Mapping[str, Any], content: bytes) -> IO[bytes]:
    # In memory and never on a disk: it holds people's data. The child cannot be kept waiting for it.
    file = os.fdopen(os.memfd_create("workbook"), "w+b")
    file.write(json.dumps(task).encode() + b"\n")
    file.write(content)
    file.seek(0)
    return file


def _hear(said: IO[bytes], progress: Progress | None) -> tuple[bytes, bytes]:
    while (line := said.readline(_LONGEST_LINE)) not in {RESULT, REFUSAL, b""}:
        done, _, total = line.partition(b" ")
        if not (done.isdigit() and total.strip().isdigit()):
            return b"", line
        if progress is not None:
            progress(int(done), int(total))
    # One byte more than there may be tells that there is too much.
    return line, said.read(MOST_ANSWER + 1) if line else b""


def _end_group(leader: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)
