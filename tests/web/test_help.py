"""Every page says what it is for, what happens next and by which rule."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from web.access import ACCESS
from web.help import HELP, help_of

# What is taken away, or looked at without a page around it.
WITHOUT_A_PAGE = {
    "attachments.read",
    "oversight.export",
    "feeds.read",
    "official_forms.show",
    "registration_reviews.proof",
    "results_sheets.template",
    "rosters.beneficiary_template",
    "rosters.error_file",
    "rosters.template",
    "year_list_import.export",
}


def of_people(endpoint: str) -> bool:
    """Whether the endpoint is a page for people, not for scripts or operators."""
    return not endpoint.startswith(("api.", "operators.", "static"))


def test_every_page_has_a_help_and_every_help_a_page() -> None:
    pages = {name for name in ACCESS if of_people(name)} - WITHOUT_A_PAGE
    assert [name for name in sorted(pages) if help_of(name) is None] == []
    blueprints = {name.partition(".")[0] for name in pages}
    assert set(HELP) <= pages | blueprints


@pytest.mark.parametrize("name", HELP)
def test_a_help_is_told_in_whole_sentences(name: str) -> None:
    found = HELP[name]
    assert all(part.endswith("。") and len(part) >= 8 for part in (found.about, found.next, found.rule))


def test_the_page_shows_its_help(client: FlaskClient, app: Flask) -> None:
    shown = client.get("/calendar/due").text
    assert HELP["calendar.due"].about in shown
    assert HELP["calendar.due"].rule in shown
    assert 'class="page-help' not in client.get("/nowhere").text
