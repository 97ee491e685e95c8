"""双随机 on the pages and over the API: drawing, refusals beside their fields, substitutes, the proof."""

from __future__ import annotations

import re

import pytest

from tests.journeys.city import City
from tests.journeys.conftest import small_city
from tests.journeys.test_draws import ENTRY, drawing
from tests.web.test_answers import Reader, reader
from tests.web.test_pages import People, post, signed_in

__all__ = ["drawing", "reader", "signed_in", "small_city"]
TYPED = {name: str(value) for name, value in ENTRY.items()}


@pytest.fixture
def city(small_city: City) -> City:
    """What ``drawing`` stands on, on SQLite alone."""
    return small_city


def test_the_head_draws_replaces_and_everybody_concerned_can_check(drawing: City, signed_in: People) -> None:
    client = signed_in("hr_head")
    page = client.get("/draws").text
    assert "目前可以抽取 3 个班" in page
    assert 'name="inspector_count" value="2"' in page
    refused = post(client, "/draws", **TYPED | {"class_count": "9", "announced": "0426"})
    assert refused.status_code == 422
    assert "超过可以抽取的班级数3" in refused.text
    assert 'href="#draw-class_count"' in refused.text
    assert 'value="0426"' in refused.text
    made = post(client, "/draws", **TYPED, command_id="once")
    assert made.status_code == 303
    assert post(client, "/draws", **TYPED, command_id="once").headers["Location"] == made.headers["Location"]
    shown = client.get(made.headers["Location"]).text
    visit = re.search(r'id="visit-(\d+)"', shown)
    seat = re.search(r'name="account_id" id="[^"]+" value="(\d+)"', shown)
    assert visit
    assert seat
    address = f"{made.headers['Location']}/visits/{visit[1]}/substitution"
    nobody = post(client, address, reason="生病")
    assert nobody.status_code == 422
    assert f'href="#substitute-{visit[1]}-account_id"' in nobody.text
    assert "生病" in nobody.text
    assert post(client, address, account_id=seat[1]).status_code == 422
    assert post(client, address, account_id=seat[1], reason="生病").status_code == 303
    assert post(client, address, account_id=seat[1], reason="生病").status_code == 409
    assert "替换：生病" in client.get(made.headers["Location"]).text
    for login in ("hr1", "inspector", "auditor"):
        reader_of = signed_in(login)
        assert "核对一致" in reader_of.get(f"{made.headers['Location']}/verification").text
        assert "按次序替换" not in reader_of.get(made.headers["Location"]).text
        assert "新的抽取" not in reader_of.get("/draws").text
    for login in ("industry_head", "institution", "hr_head_bf"):
        assert signed_in(login).get(made.headers["Location"]).status_code == 403


def test_a_draw_over_the_api(drawing: City, reader: Reader) -> None:
    made = reader.call("hr_head", "POST", "/draws", ENTRY, key="api", status=201)
    assert reader.call("hr_head", "POST", "/draws", ENTRY, key="api", status=201) == made
    reader.call("hr1", "POST", "/draws", ENTRY, key="other", status=403)
    assert reader.get("hr1", "/draws")["items"] == [made]
    assert reader.get("auditor", f"/draws/{made['id']}/verification")["agrees"]
    visit = made["visits"][0]
    body = {"account_id": visit["inspectors"][0]["account_id"], "reason": "出差"}
    path = f"/draws/{made['id']}/visits/{visit['id']}/substitution"
    after = reader.call("hr_head", "POST", path, body)
    assert after["visits"][0]["inspectors"][0]["left_reason"] == "出差"
    reader.call("hr_head", "POST", path, body, status=409)
    reader.get("hr1", f"/draws/{10**9}", status=404)
