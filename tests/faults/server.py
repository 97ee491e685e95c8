"""The real server in a process of its own, to be killed."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    """A port of the loopback address that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Server:
    """gunicorn with one application module, started and killed as a whole process group."""

    def __init__(self, database_url: str, application: str = "web.wsgi:app") -> None:
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self._environment = os.environ | {
            "DATABASE_URL": database_url,
            "SUBSIDY_TEST_CLOCK": "1",
            "SUBSIDY_SCHEDULER": "0",
            "PYTHONPATH": str(ROOT),
        }
        self._application = application
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts it and waits until it answers."""
        arguments = ["--worker-class", "gthread", "--threads", "8", "--bind", f"127.0.0.1:{self.port}"]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", *arguments, "--no-control-socket", self._application],
            cwd=ROOT,
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"{self.base}/healthz", timeout=2):
                    return
            except OSError:
                time.sleep(0.05)
        raise AssertionError("the server did not answer within 30 seconds")

    def kill(self) -> None:
        """kill -9 of master and workers at once."""
        if self._process is None:
            return
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = None

    def call(self, method: str, path: str, token: str, body: Any = None, key: str = "") -> tuple[int, Any]:
        """One call; status 0 when the server went away before it answered."""
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        if key:
            headers["Idempotency-Key"] = key
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data=data, method=method, headers=headers)
        try:
            return _answered(request)
        except (OSError, ValueError, http.client.HTTPException):
            return 0, None


def _answered(request: urllib.request.Request) -> tuple[int, Any]:
    # An error is an answer too, and the server may be killed while it sends that one.
    try:
        with urllib.request.urlopen(request, timeout=10) as reply:
            return reply.status, json.loads(reply.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())
