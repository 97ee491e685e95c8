"""From the start of the process to the first page: the first start, which fills the database, and later ones.

Run: .venv/bin/python benchmarks/startup.py [--starts N]

``subsidy serve --demonstration``, as ``make run`` starts it once everything is installed, on an SQLite of its
own. Targets: 90 s for the first, 5 s for the others.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import subprocess
import sys
import tempfile
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from statistics import median
from time import perf_counter, sleep

PROJECT = Path(__file__).resolve().parents[1]
COMMAND = Path(sys.executable).parent / "subsidy"
FIRST_TARGET, TARGET = 90.0, 5.0


def seconds_to_first_page(folder: Path) -> float:
    """Starts the server, waits until the front page is answered, and stops it again."""
    port = _free_port()
    environment = os.environ | {"PORT": str(port), "DATABASE_URL": f"sqlite:///{folder}/subsidy.db"}
    with (folder / "log").open("w", encoding="utf-8") as log:
        started = perf_counter()
        server = subprocess.Popen(
            [COMMAND, "serve", "--demonstration"],
            cwd=PROJECT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            while not _answers(port):
                if server.poll() is not None or perf_counter() - started > FIRST_TARGET * 2:
                    sys.exit(f"the server did not come up:\n{(folder / 'log').read_text(encoding='utf-8')}")
                sleep(0.02)
            return perf_counter() - started
        finally:
            if server.poll() is None:
                server.send_signal(signal.SIGTERM)
            server.wait(30)


def _answers(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", "/")
        answer = connection.getresponse()
        answer.read()
        # Whoever is not signed in is sent to the sign-in page.
        return answer.status < 400
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def main() -> None:
    parser = argparse.ArgumentParser(description="How long a start takes.")
    parser.add_argument("--starts", type=int, default=5, help="after the first")
    options = parser.parse_args()
    if not COMMAND.exists() or not (PROJECT / "workflow" / "cli.py").exists():
        print(f"skipped: there is no {COMMAND} yet")
        return
    with tempfile.TemporaryDirectory(prefix="subsidy-bench-") as folder:
        first = seconds_to_first_page(Path(folder))
        later = [seconds_to_first_page(Path(folder)) for _ in range(options.starts)]
    print(f"{'start':<30}{'seconds':>8}{'target':>8}")
    figures = {
        "first, with an empty database": (first, FIRST_TARGET),
        f"later, median of {len(later)}": (median(later), TARGET),
    }
    for name, (taken, target) in figures.items():
        print(f"{name:<30}{taken:>8.2f}{target:>8.0f}  {'met' if taken <= target else 'MISSED'}")


if __name__ == "__main__":
    main()
