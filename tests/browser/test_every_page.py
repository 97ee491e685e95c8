"""Every page that a link leads to, as each role: found by walking, not by a list that somebody must keep."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

import pytest
from flask import Flask

from tests.browser.people import Office, Site, check
from tests.browser.walk import Page, walk
from tests.web.test_help import of_people
from web import create_app
from web.access import ACCESS
from workflow.demonstration import ACCOUNTS

MOST_BYTES = 200 * 1024
_FORM = re.compile(r'id="event-([a-z_]+)"')
# A login for each role, in an order in which the first to see a common page shows most on it.
LOGINS = (
    "institution",
    "hr1",
    "inspector",
    "cashier",
    "finance_head",
    "hr_head",
    "industry1",
    "office",
    "auditor",
    "admin",
    "individual",
    "agency_zm",
)
COMMON_FOR = ("institution", "hr1")
NOT_LINKED = {
    "attachments.show": "where a refused upload is shown again",
    "closures.show": "the demonstration has no local closure",
    "events.show": "where a refused event is shown again",
    "feeds.read": "for calendar programs",
    "notices.objection_form": "where a refused objection is shown again",
    "results_sheets.show": "from the day of an assessment on",
    "results_sheets.template": "from the day of an assessment on",
    "search.find": "the box in the head of every page",
    "registration_reviews.contact_form": "where a refused reading is shown again",
    "registrations.mend": "for whoever has a receipt of a refused registration",
    "rosters.error_file": "while a workbook waits for a decision",
    "rosters.follow": "while a workbook waits for a decision",
    "training_records.show": "where a refused make-up is shown again",
    "draws.show_substitution": "where a refused substitution is shown again",
    "visits.show_photos": "where refused photographs are shown again",
    "year_list.survey": "the demonstration has no survey",
}


def unsound(pages: Iterable[Page]) -> list[str]:
    """What is wrong with pages as a program sees them."""
    faults = []
    for page in pages:
        if page.status not in {200, 303}:
            faults.append(f"{page.path}: {page.status}, linked from {page.linked_from}")
        elif page.is_html and page.text.count("<h1") != 1 and page.status == 200:
            faults.append(f"{page.path}: {page.text.count('<h1')} headings of the first level")
        if len(page.text.encode()) > MOST_BYTES:
            faults.append(f"{page.path}: {len(page.text.encode())} bytes")
    return faults


def test_no_link_of_any_account_leads_nowhere_and_every_page_is_linked(site: Site) -> None:
    app = create_app(site.product)
    seen: set[str] = set()
    for login in (None, *(account.login for account in ACCOUNTS)):
        pages = walk(app, login)
        assert unsound(pages) == [], login
        seen |= {page.endpoint for page in pages}
    assert {name for name in readable(app) if of_people(name)} - seen == set(NOT_LINKED)


def readable(app: Flask) -> set[str]:
    """The endpoints that answer GET."""
    return {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}


def to_check(pages: Iterable[Page], login: str) -> list[str]:
    """A page of each endpoint with each set of forms for events; without forms the common ones for a few."""
    chosen: dict[tuple[str, frozenset[str]], str] = {}
    for page in pages:
        forms = frozenset(_FORM.findall(page.text))
        common = ACCESS[page.endpoint].roles is None and not forms and login not in COMMON_FOR
        if page.is_html and page.status == 200 and not common:
            chosen.setdefault((page.endpoint, forms), page.path)
    return list(chosen.values())


@pytest.mark.parametrize("login", LOGINS)
def test_the_pages_of_a_role_are_sound(site: Site, office: Office, login: str) -> None:
    person = office.person(login)
    for path in to_check(walk(create_app(site.product), login), login):
        check(person, path)
    assert person.complaints == []


@pytest.mark.soak
@pytest.mark.parametrize("login", LOGINS)
def test_all_the_pages_of_a_role_are_sound(site: Site, office: Office, login: str) -> None:
    person = office.person(login)
    for page in walk(create_app(site.product), login):
        if page.is_html and page.status == 200:
            check(person, page.path)
    assert person.complaints == []


def test_the_pages_of_the_public_are_sound(site: Site, office: Office) -> None:
    stranger = office.stranger()
    found = {page.endpoint: page.path for page in walk(create_app(site.product), None)}
    for path in (*found.values(), "/verify?number=410400-2026-000001&code=ABCD-EFGH-JKMN"):
        check(stranger, path)
    assert urlsplit(stranger.page.url).path == "/verify"
    assert stranger.complaints == []
