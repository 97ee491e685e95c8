"""A product on a fresh SQLite file, its web application, and callers with accounts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select
from werkzeug.test import TestResponse

from tests.year_list import list_everybody
from web import create_app
from workflow.persistence.engine import writing
from workflow.persistence.tables import organisation
from workflow.services import accounts
from workflow.services.product import Product, open_product
from workflow.services.setup import prepare
from workflow.settings import read_settings

PASSWORD = "long-enough-1"
PEOPLE: dict[str, dict[str, Any]] = {
    "admin": {"role": "admin", "region": None},
    "auditor": {"role": "auditor", "region": None},
    "hr1": {"role": "reviewer", "department": "hr"},
    "industry1": {"role": "reviewer", "department": "industry"},
    "institution": {"role": "applicant", "applicant_kind": "institution"},
}


@pytest.fixture
def product(sqlite_url: str) -> Iterator[Product]:
    """The product with its test clock on."""
    opened = open_product(
        read_settings({"DATABASE_URL": sqlite_url, "SUBSIDY_DEMONSTRATION": "1", "SUBSIDY_TEST_CLOCK": "1"})
    )
    prepare(opened)
    yield opened
    opened.engine.dispose()


@pytest.fixture
def app(product: Product) -> Flask:
    """The web application."""
    return create_app(product)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Somebody who is not signed in."""
    return app.test_client()


@dataclass(frozen=True)
class Caller:
    """Somebody with a bearer token."""

    client: FlaskClient
    token: str

    def call(self, method: str, path: str, body: Any = None, **more: Any) -> TestResponse:
        """One call of the API; ``path`` under ``/api/v1``."""
        headers = {"Authorization": f"Bearer {self.token}", **more.pop("headers", {})}
        if body is not None:
            more["json"] = body
        return self.client.open("/api/v1" + path, method=method, headers=headers, **more)

    def get(self, path: str, **more: Any) -> TestResponse:
        """A GET under ``/api/v1``."""
        return self.call("GET", path, **more)


@pytest.fixture
def caller(product: Product, client: FlaskClient) -> Callable[[str], Caller]:
    """Makes the account of that name and calls the API as it."""

    def make(login: str) -> Caller:
        add_person(product, login)
        return Caller(client, accounts.issue_token(product, login=login))

    return make


def add_person(product: Product, login: str) -> None:
    """Adds one of ``PEOPLE``; the institution gets its organisation, which is on the year's list."""
    details = {"department": None, "region": "410400", **PEOPLE[login]}
    if details["role"] == "applicant":
        details["organisation_id"] = _organisation(product)
    made = accounts.add_account(product, login=login, name=f"测试{login}", password=PASSWORD, **details)
    if details["role"] == "applicant":
        with writing(product.engine) as connection:
            list_everybody(connection, "410400", entered_by=made["id"])


def _organisation(product: Product) -> int:
    with product.engine.begin() as connection:
        known = connection.scalar(select(organisation.c.id))
        if known is None:
            known = connection.execute(
                insert(organisation)
                .values(name="示例培训学校", uscc="52410400MJY000001Q", kind="institution", region="410400")
                .returning(organisation.c.id)
            ).scalar_one()
    return int(known)


def sign_in(client: FlaskClient, login: str) -> str:
    """Signs in through the page; answers the forgery token of the new session."""
    posted = client.post(
        "/sign-in", data={"login": login, "password": PASSWORD, "csrf_token": forgery_token(client)}
    )
    assert posted.status_code == 303, posted.get_data(as_text=True)
    return forgery_token(client)


def forgery_token(client: FlaskClient) -> str:
    """The token that a page of this session would carry."""
    from flask_wtf.csrf import generate_csrf

    with client.application.test_request_context(), client.session_transaction() as cookie:
        from flask import session

        session.update(cookie)
        token: str = generate_csrf()
        cookie.update(session)
    return token


@pytest.fixture
def draft(caller: Callable[[str], Caller]) -> Callable[[], tuple[Caller, int]]:
    """Makes the institution and a draft of it."""

    def make() -> tuple[Caller, int]:
        person = caller("institution")
        created = person.call("POST", "/applications", application_body())
        assert created.status_code == 201, created.get_json()
        return person, created.get_json()["id"]

    return make


def application_body() -> dict[str, Any]:
    """A new application of the institution, filled in whole."""
    return {
        "kind": "institution",
        "region": "410400",
        "policy": "pingdingshan-2022",
        "applicant": {
            "name": "示例培训学校",
            "uscc": "52410400MJY000001Q",
            "contact_name": "联系人",
            "contact_phone": "13800000000",
            "bank_name": "示例银行",
            "bank_account": "4100000000000000001",
        },
        "opening": {
            "classes": [
                {
                    "class_no": 1,
                    "batch": "2026年第3批",
                    "starts_on": "2026-09-07",
                    "ends_on": "2026-09-18",
                    "occupation_code": "6-18-01-01",
                    "occupation": "车工",
                    "level": 4,
                    "certificate_kind": "skill_level",
                    "planned_count": 2,
                    "total_hours": 80,
                    "practical_hours": 52,
                    "minutes_per_hour": 45,
                    "teacher_count": 3,
                    "workstation_count": 25,
                    "place": "示例路1号",
                }
            ],
            "mode": "commissioned",
            "entered_in_system": True,
            "commissioned_by": "示例机械有限公司",
        },
    }
