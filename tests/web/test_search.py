"""The search box in the head of the page."""

from __future__ import annotations

import re

from tests.journeys.city import City
from tests.journeys.conftest import small_city
from tests.web.test_pages import People, signed_in

__all__ = ["signed_in", "small_city"]


def test_a_whole_number_opens_its_application_and_a_part_lists_it(
    small_city: City, signed_in: People
) -> None:
    small_city.to_opening_review()
    application = small_city.application
    client = signed_in("industry1")
    assert 'role="search" action="/search"' in client.get("/worklist").get_data(as_text=True)
    at_once = client.get("/search", query_string={"text": f" {application['number']} "})
    assert at_once.headers["Location"] == f"/applications/{application['id']}"
    for words in (application["number"][:9], application["number"][-5:], application["applicant_name"][1:4]):
        page = client.get("/search", query_string={"text": words}, follow_redirects=True)
        assert page.request.path == "/applications"
        assert page.request.args["text"] == words
        assert application["number"] in page.get_data(as_text=True)
    nothing = client.get("/search", query_string={"text": ""})
    assert nothing.headers["Location"] == "/applications"


def test_another_region_finds_nothing_and_strangers_are_asked_to_sign_in(
    small_city: City, signed_in: People
) -> None:
    small_city.to_opening_review()
    number = small_city.application["number"]
    page = signed_in("industry1_bf").get("/search", query_string={"text": number}, follow_redirects=True)
    assert page.request.path == "/applications"
    assert "没有符合条件的申请" in page.get_data(as_text=True)
    found = re.findall(r"/applications/\d+", page.get_data(as_text=True))
    assert found == []
