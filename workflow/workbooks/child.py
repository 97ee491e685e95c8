"""The inside of a child: it fences itself in, takes its task from stdin, and answers on stdout.

The task is a line of JSON and the file behind it. The answer is any number of lines ``done total``, then
``!`` and the result, or ``?`` and the sentence for which the file is refused.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
from collections.abc import Callable
from typing import Any

from workflow.workbooks.errors import UnreadableWorkbook

BROKEN = "文件已损坏，无法读取，请用 Excel 或 WPS 打开，另存为 .xlsx 后再上传"
TOO_COSTLY = "文件内容过于复杂，无法读取，请把内容复制到新下载的模板中再上传"
RESULT, REFUSAL = b"!\n", b"?\n"

Task = Callable[[dict[str, Any], bytes], bytes]


def run(task: Task, *, seconds: float, memory: int, files: int) -> None:
    """Carries out ``task`` on what stands on stdin, with no more than this.

    ``seconds`` are of the processor, ``memory`` bytes of address space, ``files`` how many descriptors there
    may be: with three, the standard ones, it can open neither a file nor a connection.
    """
    _fence(seconds, memory, files)
    try:
        said = json.loads(sys.stdin.buffer.readline())
        head, body = RESULT, task(said, sys.stdin.buffer.read())
    except UnreadableWorkbook as refusal:
        head, body = REFUSAL, str(refusal).encode()
    except MemoryError:
        head, body = REFUSAL, TOO_COSTLY.encode()
    except Exception:
        # A damaged or hostile file raises anything, from KeyError to zlib.error.
        head, body = REFUSAL, BROKEN.encode()
    sys.stdout.buffer.write(head)
    sys.stdout.buffer.write(body)
    sys.stdout.buffer.flush()
    # Nothing is left to be tidied up, and a large result takes its time to be.
    os._exit(0)


def say_progress(done: int, total: int) -> None:
    """Tells whoever waits how much is done."""
    sys.stdout.buffer.write(b"%d %d\n" % (done, total))
    sys.stdout.buffer.flush()


def _fence(seconds: float, memory: int, files: int) -> None:
    # What is loaded only when it is needed could not be loaded later.
    "".encode("cp437")
    for limit, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, int(seconds) + 1),
        (resource.RLIMIT_NOFILE, files),
        # A core file would hold people's data in clear.
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
    ):
        resource.setrlimit(limit, (most, most))
    # Whole seconds are all that RLIMIT_CPU knows; this ends the process to the millisecond.
    signal.setitimer(signal.ITIMER_PROF, seconds)
