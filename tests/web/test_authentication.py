"""Who is calling: bearer tokens, sessions, and what a browser may be made to do."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from tests.web.conftest import PASSWORD, Caller, add_person, forgery_token, sign_in
from web import create_app
from web.kept import local_path
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


_OWN_PAGE = {"Sec-Fetch-Site": "same-origin", "Referer": "http://localhost/applications/new"}


def _kept(page: str) -> str:
    found = re.search(r'name="kept" value="([^"]*)"', page)
    return html.unescape(found[1]) if found else ""


def test_what_was_typed_outlives_the_session(product: Product, client: FlaskClient) -> None:
    add_person(product, "institution")
    typed = {"applicant.name": "<b>半日坊</b>", "applicant.phone": "", "csrf_token": "of the session before"}
    answer = client.post("/applications/new", data=typed, headers=_OWN_PAGE)
    assert answer.status_code == 401
    assert "登录已失效" in answer.text
    kept = _kept(answer.text)
    signing = {"login": "institution", "kept": kept, "csrf_token": forgery_token(client)}
    again = client.post("/sign-in", data={**signing, "password": "wrong-password"})
    assert again.status_code == 401
    assert _kept(again.text) == kept
    entered = client.post("/sign-in", data={**signing, "password": PASSWORD})
    assert entered.status_code == 200
    assert "您现在以“测试institution”登录" in entered.text
    assert 'action="/applications/new"' in entered.text
    assert 'name="applicant.name" value="&lt;b&gt;半日坊&lt;/b&gt;"' in entered.text
    assert "of the session before" not in entered.text


def test_of_a_form_with_files_the_text_outlives_the_session_and_the_page_says_what_does_not(
    product: Product, client: FlaskClient
) -> None:
    add_person(product, "institution")
    typed = {"class_no": "2", "note": "半日坊", "proof_password": "secret-of-mine"}
    sent = typed | {"file": (BytesIO(b"%PDF-1.7 secret file" * 400), "扫描件.pdf")}
    answer = client.post(
        "/applications/1/attachments", data=sent, content_type="multipart/form-data", headers=_OWN_PAGE
    )
    assert answer.status_code == 401
    assert "选择的文件和密码不保留" in answer.text
    kept = _kept(answer.text)
    signing = {"login": "institution", "kept": kept, "csrf_token": forgery_token(client)}
    entered = client.post("/sign-in", data={**signing, "password": PASSWORD})
    assert 'name="note" value="半日坊"' in entered.text
    assert "请在打开的表单中重新选择文件" in entered.text
    assert "secret" not in answer.text + entered.text


def test_a_page_from_before_signing_in_anew_offers_to_send_again(
    product: Product, client: FlaskClient
) -> None:
    add_person(product, "institution")
    sign_in(client, "institution")
    answer = client.post("/applications/new", data={"applicant.name": "半日坊"}, headers=_OWN_PAGE)
    assert answer.status_code == 403
    assert 'name="applicant.name" value="半日坊"' in answer.text
    assert "重新提交" in answer.text


@pytest.mark.parametrize(
    ("sent", "headers"),
    [
        pytest.param({"note": "typed elsewhere"}, {"Sec-Fetch-Site": "cross-site"}, id="another site"),
        pytest.param({"note": "typed elsewhere"}, {}, id="nobody knows where"),
        pytest.param({"new_password": "typed elsewhere"}, _OWN_PAGE, id="a password"),
        pytest.param({"note": "typed elsewhere" * 50_000}, _OWN_PAGE, id="too much"),
    ],
)
def test_what_is_not_to_be_sent_again_is_not_kept(
    product: Product, client: FlaskClient, sent: dict[str, Any], headers: dict[str, str]
) -> None:
    answer = client.post("/applications/new", data=sent, headers=headers)
    assert answer.status_code == 401
    assert "请重新办理" in answer.text
    assert not _kept(answer.text)
    add_person(product, "institution")
    sign_in(client, "institution")
    forged = client.post("/applications/new", data=sent, headers=headers)
    assert forged.status_code == 403
    assert "typed elsewhere" not in forged.text


@pytest.mark.parametrize(
    "kept",
    ["", "nonsense", "7", "null", '["/worklist", 7]', '["//evil", []]', '["https://evil/", []]', "[" * 9999],
)
def test_a_kept_form_that_is_none_of_ours_is_passed_over(
    product: Product, client: FlaskClient, kept: str
) -> None:
    add_person(product, "hr1")
    signing = {"login": "hr1", "password": PASSWORD, "kept": kept, "csrf_token": forgery_token(client)}
    assert client.post("/sign-in", data=signing).headers["Location"] == "/"


def test_a_check_while_typing_does_not_lead_away_from_what_was_typed(client: FlaskClient) -> None:
    checked = client.post("/applications/new/check", headers={"HX-Request": "true"} | _OWN_PAGE)
    assert checked.status_code == 401
    assert "HX-Redirect" not in checked.headers


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
