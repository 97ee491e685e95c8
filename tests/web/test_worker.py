"""What cannot be read as a request is answered in Chinese by the server itself."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest

from workflow.services.product import Product

ROOT = Path(__file__).parents[2]
HEAD = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"


@pytest.fixture
def port(product: Product, tmp_path: Path) -> Iterator[int]:
    """A server with our worker."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "web.wsgi:app", "--bind", f"127.0.0.1:{port}"]
    command += ["--worker-class", "web.worker.Worker", "--threads", "2", "--no-control-socket"]
    environment = os.environ | {"DATABASE_URL": product.settings.database_url, "SUBSIDY_SCHEDULER": "0"}
    with (tmp_path / "server.log").open("wb") as log:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            until = monotonic() + 60
            while b" 200 " not in said(port, HEAD + b"\r\n") and monotonic() < until:
                sleep(0.2)
            yield port
        finally:
            server.terminate()
            server.wait(timeout=30)


def said(port: int, request: bytes) -> bytes:
    """Everything the server answers; nothing where it does not listen yet."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=20) as wire:
            wire.sendall(request)
            found = b""
            while part := wire.recv(65536):
                found += part
            return found
    except ConnectionRefusedError:
        return b""


def test_broken_requests_are_answered_in_chinese_with_their_status(port: int) -> None:
    for request, status, words in (
        (b"nonsense\r\n\r\n", b"400", "无法读懂"),
        (b"GET / HTTP/9.9\r\n\r\n", b"400", "无法读懂"),
        (HEAD + b"bad header\r\n\r\n", b"400", "无法读懂"),
        (b"GET /" + b"x" * 5000 + b" HTTP/1.1\r\n\r\n", b"414", "网址过长"),
        (HEAD + b"X-Long: " + b"x" * 9000 + b"\r\n\r\n", b"431", "请求头过大"),
    ):
        answer = said(port, request)
        assert answer.startswith(b"HTTP/1.1 " + status + b" "), answer
        head, _, body = answer.partition(b"\r\n\r\n")
        assert b"charset=utf-8" in head
        assert f"Content-Length: {len(body)}".encode() in head
        assert words in body.decode()
        assert b"Invalid" not in body
        assert b"nonsense" not in body
    assert b" 200 " in said(port, HEAD + b"\r\n")
