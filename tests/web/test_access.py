"""The access table: complete, and held to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.web.conftest import Caller
from web import access, create_app
from web.access import ACCESS, AccessTableError, check_complete
from workflow.services.product import Product
from workflow.settings import read_settings
from workflow.vocabulary import Role

PLACEHOLDERS = {"name": "payments", "year": "2026"}


def addresses(app: Flask) -> list[tuple[str, str, str]]:
    """Every endpoint with a method and an address; ids that exist nowhere."""
    found = []
    with app.test_request_context():
        adapter = app.create_url_adapter(None) or app.url_map.bind("localhost")
        for rule in app.url_map.iter_rules():
            if rule.endpoint == "static":
                continue
            values: dict[str, Any] = {name: PLACEHOLDERS.get(name, "999999") for name in rule.arguments}
            path = adapter.build(rule.endpoint, values, force_external=False)
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                found.append((rule.endpoint, method, path))
    return found


def test_every_endpoint_has_a_row_and_every_row_an_endpoint(app: Flask) -> None:
    assert {rule.endpoint for rule in app.url_map.iter_rules()} == set(ACCESS)


def test_without_the_test_clock_its_route_does_not_exist(sqlite_url: str, product: Product) -> None:
    settings = read_settings({"DATABASE_URL": sqlite_url})
    app = create_app(Product(engine=product.engine, settings=settings))
    assert set(ACCESS) - {rule.endpoint for rule in app.url_map.iter_rules()} == {"api.set_test_clock"}
    assert app.test_client().put("/api/v1/test-clock", json={}).status_code == 404


def test_an_endpoint_without_a_row_stops_the_start(app: Flask) -> None:
    app.add_url_rule("/forgotten", endpoint="forgotten", view_func=lambda: "")
    with pytest.raises(AccessTableError, match="endpoint forgotten has no row"):
        check_complete(app)


def test_a_row_without_an_endpoint_stops_the_start(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ACCESS, "gone", access.PUBLIC)
    with pytest.raises(AccessTableError, match="row gone has no endpoint"):
        check_complete(app)


def test_nobody_gets_in_without_signing_in_save_where_the_table_says_public(
    app: Flask, client: FlaskClient
) -> None:
    for endpoint, method, path in addresses(app):
        if ACCESS[endpoint].public:
            continue
        answer = client.open(path, method=method)
        if path.startswith("/api/"):
            assert answer.status_code == 401, (endpoint, answer.status_code)
            assert answer.headers["WWW-Authenticate"] == "Bearer"
        elif method == "GET":
            assert answer.status_code == 303, (endpoint, answer.status_code)
            assert answer.headers["Location"].startswith("/sign-in?next=")
        else:
            # Without a form of ours the forgery check would refuse it too; the door comes first.
            assert answer.status_code == 401, (endpoint, answer.status_code)


@pytest.mark.parametrize("login", ["institution", "hr1", "auditor", "admin"])
def test_a_role_that_the_table_does_not_name_is_refused(
    app: Flask, caller: Callable[[str], Caller], login: str
) -> None:
    person = caller(login)
    role = Role({"hr1": "reviewer", "institution": "applicant"}.get(login, login))
    for endpoint, method, path in addresses(app):
        rule = ACCESS[endpoint]
        if not endpoint.startswith("api.") or rule.roles is None or role in rule.roles:
            continue
        answer = person.client.open(path, method=method, headers={"Authorization": f"Bearer {person.token}"})
        assert answer.status_code == 403, (endpoint, answer.status_code)
        assert role.label in answer.get_json()["detail"]


def test_an_endpoint_outside_the_table_is_not_reachable_even_if_it_slips_in(
    app: Flask, client: FlaskClient
) -> None:
    app.add_url_rule("/slipped", endpoint="slipped", view_func=lambda: "secret")
    answer = client.get("/slipped")
    assert answer.status_code == 500
    assert b"secret" not in answer.data
