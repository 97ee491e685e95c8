"""Who is calling: bearer tokens, sessions, and what a browser may be made to do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from tests.web.conftest import PASSWORD, Caller, add_person, forgery_token, sign_in
from web import create_app
from web.views.sign_in import local_path
from workflow.clock import real_now
from workflow.services import accounts
from workflow.services.product import Product
from workflow.settings import read_settings


def test_a_bearer_token_opens_the_api(caller: Callable[[str], Caller]) -> None:
    assert caller("hr1").get("/applications").status_code == 200


@pytest.mark.parametrize("header", ["Bearer nonsense", "Bearer ", "Bearer", "Basic aHIxOng=", ""])
def test_a_bearer_token_that_is_no_good_is_refused_even_beside_a_good_session(
    product: Product, client: FlaskClient, header: str
) -> None:
    add_person(product, "hr1")
    sign_in(client, "hr1")
    assert client.get("/api/v1/worklist").status_code == 200
    answer = client.get("/api/v1/worklist", headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_session_reads_the_api_and_writes_only_with_the_forgery_token(
    product: Product, client: FlaskClient
) -> None:
    add_person(product, "admin")
    token = sign_in(client, "admin")
    body = {"now": "2026-09-18T09:00:00+08:00"}
    refused = client.put("/api/v1/test-clock", json=body)
    assert refused.status_code == 403
    assert "X-CSRFToken" in refused.get_json()["detail"]
    assert client.put("/api/v1/test-clock", json=body, headers={"X-CSRFToken": "x"}).status_code == 403
    assert client.put("/api/v1/test-clock", json=body, headers={"X-CSRFToken": token}).status_code == 200


def test_a_form_without_the_forgery_token_is_refused(product: Product, client: FlaskClient) -> None:
    add_person(product, "hr1")
    assert client.post("/sign-in", data={"login": "hr1", "password": PASSWORD}).status_code == 403
    sign_in(client, "hr1")
    assert client.post("/sign-out").status_code == 403
    assert client.get("/api/v1/worklist").status_code == 200


def test_signing_out_ends_the_session_in_the_database_too(product: Product, client: FlaskClient) -> None:
    add_person(product, "hr1")
    token = sign_in(client, "hr1")
    with client.session_transaction() as cookie:
        session_token = cookie["token"]
    assert client.post("/sign-out", data={"csrf_token": token}).status_code == 303
    assert client.get("/api/v1/worklist").status_code == 401
    assert accounts.actor_of_session(product, session_token=session_token) is None


def test_signing_in_leaves_nothing_of_the_cookie_from_before(product: Product, client: FlaskClient) -> None:
    add_person(product, "hr1")
    with client.session_transaction() as cookie:
        cookie["planted"] = "by somebody else"
    before = forgery_token(client)
    sign_in(client, "hr1")
    with client.session_transaction() as cookie:
        assert "planted" not in cookie
    assert client.post("/sign-out", data={"csrf_token": before}).status_code == 403


def test_an_idle_session_is_sent_back_to_the_sign_in_page(product: Product, client: FlaskClient) -> None:
    add_person(product, "hr1")
    sign_in(client, "hr1")
    with time_machine.travel(real_now() + timedelta(minutes=31), tick=False):
        answer = client.get("/worklist?cursor=x")
        assert answer.status_code == 303
        assert answer.headers["Location"] == "/sign-in?next=/worklist?cursor%3Dx"
        partial = client.get("/worklist", headers={"HX-Request": "true"})
        assert partial.status_code == 401
        assert partial.headers["HX-Redirect"] == "/sign-in"


def test_the_cookie_is_closed_to_scripts_and_other_sites(product: Product, sqlite_url: str) -> None:
    add_person(product, "hr1")
    production = read_settings({"DATABASE_URL": sqlite_url, "SUBSIDY_SECRET_KEY": "x" * 32})
    for settings, secure in ((product.settings, False), (production, True)):
        client = create_app(Product(engine=product.engine, settings=settings)).test_client()
        answer = client.get("/sign-in", base_url="https://localhost")
        cookie = answer.headers["Set-Cookie"]
        assert cookie.startswith("subsidy_session=")
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert ("Secure" in cookie) is secure


def test_a_wrong_password_shows_the_form_again_with_the_reason(product: Product, client: FlaskClient) -> None:
    add_person(product, "hr1")
    for password, status, words in (("", 422, "请填写"), ("wrong-password", 401, "登录名或密码不正确")):
        answer = client.post(
            "/sign-in", data={"login": "hr1", "password": password, "csrf_token": forgery_token(client)}
        )
        assert answer.status_code == status
        page = answer.get_data(as_text=True)
        assert words in page
        assert "wrong-password" not in page
        assert 'value="hr1"' in page


def test_after_signing_in_one_goes_where_one_wanted_to(product: Product, client: FlaskClient) -> None:
    add_person(product, "hr1")
    for wanted, target in (("/worklist?cursor=x", "/worklist?cursor=x"), ("https://evil.example", "/")):
        data = {
            "login": "hr1",
            "password": PASSWORD,
            "next": wanted,
            "csrf_token": forgery_token(client),
        }
        assert client.post("/sign-in", data=data).headers["Location"] == target
    assert client.get("/sign-in?next=/alerts").headers["Location"] == "/alerts"


@pytest.mark.parametrize(
    "target",
    ["", "worklist", "//evil.example", "/\\evil.example", "/\t/evil.example", "https:/evil", "javascript:1"],
)
def test_signing_in_leads_nowhere_else(target: str) -> None:
    assert local_path(target) == ""


@pytest.mark.parametrize("target", ["/", "/applications/1?x=%2F%2F", "/公示"])
def test_paths_of_this_site_are_kept(target: str) -> None:
    assert local_path(target) == target


def test_a_bearer_token_does_not_open_pages(app: Flask, product: Product, client: FlaskClient) -> None:
    add_person(product, "hr1")
    token = accounts.issue_token(product, login="hr1")
    answer = client.get("/worklist", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 303
