"""Response headers and limits of size."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.web.conftest import Caller
from web.api.intake import XLSX

MEGABYTE = 1024 * 1024


@pytest.mark.parametrize("path", ["/sign-in", "/api/v1/worklist", "/nothing", "/healthz"])
def test_every_answer_carries_the_headers(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"
    assert "Strict-Transport-Security" not in headers


def test_over_https_browsers_are_told_to_stay_there(client: FlaskClient) -> None:
    answer = client.get("/healthz", base_url="https://localhost")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_static_files_may_be_kept(client: FlaskClient) -> None:
    with client.get("/static/vendor/bootstrap/bootstrap.min.css") as answer:
        assert answer.status_code == 200
        assert "no-store" not in answer.headers["Cache-Control"]


def test_a_body_beyond_a_megabyte_is_refused_in_chinese(app: Flask, caller: Callable[[str], Caller]) -> None:
    person = caller("institution")
    for path, method in (("/applications", "POST"), ("/applications/1/roster", "PUT")):
        answer = person.call(
            method, path, data=b"[" + b" " * MEGABYTE + b"]", content_type="application/json"
        )
        assert answer.status_code == 413
        assert answer.content_type == "application/problem+json"
        assert "超过允许的大小" in answer.get_json()["detail"]


def test_a_body_without_an_announced_length_is_measured_too(caller: Callable[[str], Caller]) -> None:
    person = caller("institution")
    for size, content_type, status in (
        (100, "application/json", 400),
        (2 * MEGABYTE, "application/json", 413),
        (11 * MEGABYTE, XLSX, 413),
    ):
        answer = person.call(
            "PUT",
            "/applications/1/roster",
            input_stream=io.BytesIO(b"x" * size),
            content_type=content_type,
            environ_overrides={"wsgi.input_terminated": True},
        )
        assert answer.status_code == status, (size, answer.get_json())


def test_a_workbook_may_be_larger_but_not_beyond_ten_megabytes(caller: Callable[[str], Caller]) -> None:
    person = caller("institution")
    for size, status in ((2 * MEGABYTE, 404), (11 * MEGABYTE, 413)):
        answer = person.call("PUT", "/applications/1/roster", data=b"x" * size, content_type=XLSX)
        assert answer.status_code == status


def test_a_form_is_limited_too(client: FlaskClient) -> None:
    answer = client.post("/sign-in", data={"login": "x" * (MEGABYTE + 1)})
    assert answer.status_code == 413
