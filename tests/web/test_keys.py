"""While a key is replaced nobody is signed out and no open form is lost; without a key nothing is ready."""

from __future__ import annotations

import re
from typing import Any

from flask.testing import FlaskClient

from tests.journeys.city import City
from tests.journeys.conftest import small_city
from tests.web.conftest import PASSWORD
from web import create_app
from workflow.sealing import key_name
from workflow.services import accounts
from workflow.services.product import Product
from workflow.settings import DEMONSTRATION_KEY, read_settings

__all__ = ["small_city"]
NEW = "new-key-" * 4


def process(city: City, current: str, *further: str) -> FlaskClient:
    """A process with these keys, over the same database."""
    settings = read_settings(
        {
            "DATABASE_URL": city.product.settings.database_url,
            "SUBSIDY_TEST_CLOCK": "1",
            "SUBSIDY_DEMONSTRATION": "1",
            "SUBSIDY_SECRET_KEY": current,
            "SUBSIDY_FURTHER_SECRET_KEYS": " ".join(further),
        }
    )
    return create_app(Product(engine=city.product.engine, settings=settings)).test_client()


def carry_cookie(here: FlaskClient, there: FlaskClient) -> None:
    cookie = here.get_cookie("subsidy_session")
    assert cookie is not None
    there.set_cookie("subsidy_session", cookie.value)


def token_on(page: str) -> str:
    found = re.search(r'name="csrf-token" content="([^"]+)"', page)
    assert found is not None
    return found[1]


def test_who_is_signed_in_stays_so_and_forms_that_lie_open_can_be_sent(small_city: City) -> None:
    person: dict[str, Any] = {"login": "somebody", "name": "某人", "role": "auditor", "region": None}
    accounts.add_account(small_city.product, **person, password=PASSWORD, department=None)
    old = DEMONSTRATION_KEY
    learning, turned, after = (old, NEW), (NEW, old), (NEW,)
    for one, other in ((learning, turned), (turned, learning), (turned, after)):
        here, there = process(small_city, *one), process(small_city, *other)
        token = token_on(here.get("/sign-in").get_data(as_text=True))
        typed = {"login": "somebody", "password": PASSWORD, "csrf_token": token}
        assert here.post("/sign-in", data=typed).status_code == 303
        form = token_on(here.get("/account").get_data(as_text=True))
        carry_cookie(here, there)
        assert there.get("/account").status_code == 200
        # The form was drawn by one process and is sent to another.
        sent = there.post("/account/calendar-feed/revoke", data={"csrf_token": form})
        assert (sent.status_code, sent.headers["Location"]) == (303, "/account")
        forged = there.post("/account/calendar-feed/revoke", data={"csrf_token": form[:-2]})
        assert forged.status_code == 403
    # What the old key alone has signed ends with it.
    here, there = process(small_city, *learning), process(small_city, *after)
    token = token_on(here.get("/sign-in").get_data(as_text=True))
    here.post("/sign-in", data={"login": "somebody", "password": PASSWORD, "csrf_token": token})
    carry_cookie(here, there)
    assert there.get("/account").status_code == 303


def test_a_process_without_the_key_under_which_people_lie_is_not_ready(small_city: City) -> None:
    small_city.to_opening_review()
    assert process(small_city, NEW, DEMONSTRATION_KEY).get("/readyz").status_code == 200
    refused = process(small_city, NEW).get("/readyz")
    assert refused.status_code == 503
    reason = refused.get_json()["reason"]
    assert key_name(DEMONSTRATION_KEY) in reason
    assert "SUBSIDY_FURTHER_SECRET_KEYS" in reason
