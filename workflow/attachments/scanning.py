"""The virus scan: a command of the operator's that is given the file's path and says yes by exiting with 0.

The file is handed over in memory (``/dev/fd/N``), so that it never lies on a disk in clear.
"""

from __future__ import annotations

import os
import shlex
import subprocess

from workflow.attachments.errors import Unacceptable
from workflow.errors import Unavailable

SECONDS = 30


def scan(content: bytes, command: str) -> None:
    """Raises ``Unacceptable`` where the command refuses the file, ``Unavailable`` where it cannot say.

    ``command`` is split like in a shell, without being given to one; the path comes last. What does not
    answer in ``SECONDS``, cannot be started, or is killed has said nothing.
    """
    descriptor = os.memfd_create("attachment")
    try:
        with os.fdopen(os.dup(descriptor), "wb") as file:
            file.write(content)
        os.lseek(descriptor, 0, os.SEEK_SET)
        done = subprocess.run(  # noqa: S603 - the operator's own command
            [*shlex.split(command), f"/dev/fd/{descriptor}"],
            pass_fds=[descriptor],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unavailable("病毒扫描暂时不能进行，文件没有保存，请稍后再试；仍不行请联系管理员") from error
    finally:
        os.close(descriptor)
    if done.returncode < 0:
        raise Unavailable("病毒扫描暂时不能进行，文件没有保存，请稍后再试；仍不行请联系管理员")
    if done.returncode:
        raise Unacceptable("没有通过病毒扫描，不能接收；请检查电脑后重新扫描或者拍照")
