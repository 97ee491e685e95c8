"""The child has nothing but the file: no environment, no descriptors, no time without end."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import threading
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep

import pytest

from tests.workflow.workbooks.corpus import good, packed
from workflow.workbooks import confinement
from workflow.workbooks.errors import UnreadableWorkbook
from workflow.workbooks.limits import MOST_MEMORY

CONTENT = packed(good())


def run(monkeypatch: pytest.MonkeyPatch, body: str) -> bytes:
    """What a task answers that does this, inside the fence of the reader."""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    start = (
        "import sys; sys.path.insert(0, {root!r}); program = {program!r}\n"
        "import os, socket\n"
        "from workflow.workbooks import child, limits\n"
        f"def task(said, content):\n{lines}"
        "child.run(task, seconds=0.5, memory=limits.MOST_MEMORY, files=3)\n"
    )
    monkeypatch.setattr(confinement, "_START", start)
    return confinement.ask_child("any", {}, CONTENT)


def test_the_child_sees_no_environment_and_no_descriptors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUBSIDY_SECRET_KEY", "the key of the database")
    own = os.open("/etc/hostname", os.O_RDONLY)
    os.set_inheritable(own, True)
    try:
        said = json.loads(
            run(
                monkeypatch,
                "import os, json\n"
                "found = []\n"
                "for number in range(64):\n"
                "    try:\n"
                "        os.fstat(number); found.append(number)\n"
                "    except OSError:\n"
                "        pass\n"
                "return json.dumps([dict(os.environ), found, os.getcwd()]).encode()",
            )
        )
    finally:
        os.close(own)
    assert said == [{"LC_ALL": "C.UTF-8"}, [0, 1, 2], "/"]


@pytest.mark.parametrize("attempt", ["open('/etc/passwd')", "socket.socket()", "os.pipe()"])
def test_the_child_opens_neither_files_nor_connections(monkeypatch: pytest.MonkeyPatch, attempt: str) -> None:
    body = f"try:\n    {attempt}\nexcept OSError as fault:\n    return str(fault).encode()\nreturn b''"
    assert b"Too many open files" in run(monkeypatch, body)


def test_the_child_that_marks_is_taken_off_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    # Where the system does not allow it, the child works all the same.
    allowed = not subprocess.run(["unshare", "--net", "true"], capture_output=True).returncode
    start = (
        "import sys; sys.path.insert(0, {root!r}); program = {program!r}\n"
        "import socket\n"
        "from workflow.workbooks import marking\n"
        "marking._leave_network()\n"
        "print('!', socket.socket().connect_ex(('127.0.0.1', 9)), sep='\\n', end='')\n"
    )
    monkeypatch.setattr(confinement, "_START", start)
    expected = errno.ENETUNREACH if allowed else errno.ECONNREFUSED
    assert confinement.ask_child("any", {}, CONTENT) == str(expected).encode()


def test_a_child_that_eats_time_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    started = monotonic()
    with pytest.raises(UnreadableWorkbook, match="过于复杂"):
        run(monkeypatch, "while True:\n    pass")
    assert monotonic() - started < 20


def test_a_child_that_eats_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnreadableWorkbook, match="过于复杂"):
        run(monkeypatch, f"return bytes({MOST_MEMORY})")


def test_a_child_that_hangs_is_ended_with_all_that_it_started(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(confinement, "WALL_SECONDS", 0.5)
    left = tmp_path / "left"
    body = (
        f"import time\ntry:\n    os.fork()\nexcept OSError:\n    pass\ntime.sleep(2)\nos.mkdir({str(left)!r})"
    )
    started = monotonic()
    with pytest.raises(UnreadableWorkbook):
        run(monkeypatch, body)
    assert monotonic() - started < 20
    sleep(2.5)
    assert not left.exists()
    assert threading.active_count() == 1


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("raise KeyError('x')", "文件已损坏"),
        ("import os\nos._exit(3)", "文件已损坏"),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)", "文件已损坏"),
        ("sys.stdout.buffer.write(b'x' * 100)\nsys.stdout.buffer.flush()\nreturn b''", "过于复杂"),
        ("raise child.UnreadableWorkbook('这样不行')", "这样不行"),
        ("os.write(1, b'!\\nhalf of a res')\nwhile True:\n    pass", "过于复杂"),
    ],
)
def test_whatever_becomes_of_the_child_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, body: str, words: str
) -> None:
    with pytest.raises(UnreadableWorkbook, match=words):
        run(monkeypatch, body)


def test_an_endless_answer_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confinement, "MOST_ANSWER", 1_000)
    assert len(run(monkeypatch, "return b'x' * 1_000")) == 1_000
    with pytest.raises(UnreadableWorkbook, match="过于复杂"):
        run(monkeypatch, "return b'x' * 1_001")


def test_no_child_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    for body in ("return b'x'", "raise KeyError", "while True:\n    pass"):
        with suppress(UnreadableWorkbook):
            run(monkeypatch, body)
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
    assert signal.getsignal(signal.SIGCHLD) == signal.SIG_DFL
