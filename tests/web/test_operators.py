"""Health, readiness, metrics, the request id and the log line."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import DatabaseError, TimeoutError
from structlog.testing import capture_logs

from tests.web.conftest import Caller
from web import create_app
from workflow.errors import Unavailable
from workflow.services.product import Product, open_product
from workflow.settings import read_settings


def test_health_needs_no_database(sqlite_url: str) -> None:
    product = open_product(read_settings({"DATABASE_URL": "postgresql+psycopg://127.0.0.1:1/none"}))
    client = create_app(product).test_client()
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 503
    answer = client.get("/api/v1/worklist", headers={"Authorization": "Bearer x"})
    assert answer.status_code == 503
    assert "数据库" in answer.get_json()["detail"]
    product.engine.dispose()


def test_ready_when_the_database_is_there_and_migrated(client: FlaskClient) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.get_json()["ready"] is True


@pytest.mark.parametrize(
    "fault",
    [
        Unavailable("数据库暂时无法连接"),
        DatabaseError("SELECT secret", {}, sqlite3.DatabaseError("file is not a database")),
        TimeoutError("QueuePool limit"),
    ],
    ids=lambda fault: type(fault).__name__,
)
def test_not_ready_is_said_in_the_same_words_whatever_the_cause(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    def fail(_engine: object) -> None:
        raise fault

    monkeypatch.setattr("workflow.persistence.schema.current_revision", fail)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.mimetype == "application/json"
    assert answer.get_json()["ready"] is False
    assert "secret" not in answer.get_data(as_text=True)


def test_requests_are_counted_and_measured_by_endpoint(client: FlaskClient) -> None:
    client.get("/api/v1/worklist")
    client.get("/nothing/of/the/kind")
    client.open("/healthz", method="MADE-UP")
    text = client.get("/metrics").get_data(as_text=True)
    counted = 'subsidy_http_requests_total{endpoint="api.read_worklist",method="GET",status="401"} 1.0'
    assert counted in text
    assert 'endpoint="none",method="GET",status="404"' in text
    assert 'method="other",status="405"' in text
    assert 'subsidy_http_request_seconds_count{endpoint="api.read_worklist"} 1.0' in text
    assert "nothing/of" not in text


@pytest.mark.parametrize(
    ("offered", "kept"),
    [("trace-0123456789", True), ("x", False), ("a b c d e f", False), ("410499197404076004", False)],
)
def test_a_fitting_request_id_is_taken_over(client: FlaskClient, offered: str, kept: bool) -> None:
    answer = client.get("/healthz", headers={"X-Request-ID": offered})
    assert (answer.headers["X-Request-ID"] == offered) is kept


def test_the_log_line_names_who_and_what_but_not_what_was_searched(
    app: Flask, caller: Callable[[str], Caller]
) -> None:
    person = caller("hr1")
    with capture_logs() as lines:
        person.get("/applications?text=张三")
    (line,) = [line for line in lines if line["event"] == "request"]
    assert (line["account"], line["path"], line["status"]) == ("hr1", "/api/v1/applications", 200)
    assert "张三" not in str(line)


def test_an_unexpected_error_is_logged_whole_and_answered_without_detail(
    app: Flask, caller: Callable[[str], Caller], monkeypatch: pytest.MonkeyPatch
) -> None:
    person = caller("hr1")
    monkeypatch.setattr("workflow.services.listing.list_applications", lambda *_, **__: {}["secret-key"])
    with capture_logs() as lines:
        answer = person.get("/applications")
    assert answer.status_code == 500
    assert "secret-key" not in answer.get_data(as_text=True)
    (line,) = [line for line in lines if line["event"] == "unexpected_error"]
    assert isinstance(line["exc_info"], KeyError)


def test_the_settings_that_templates_see_hold_no_secret(app: Flask, product: Product) -> None:
    with app.test_request_context("/healthz"):
        app.preprocess_request()
        for processor in app.template_context_processors[None]:
            assert product.settings.secret_key not in str(processor())
