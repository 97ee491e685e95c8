"""One trainee of a roster on the pages and over the API."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.journeys.city import City
from tests.journeys.conftest import small_city
from tests.journeys.test_trainees import NEW, PEOPLE
from tests.web.test_answers import Reader, reader
from tests.web.test_pages import post, signed_in
from workflow.demonstration.trainees import identity_number
from workflow.services import rosters

__all__ = ["reader", "signed_in", "small_city"]
People = Callable[[str], FlaskClient]
MOST_BYTES = 200_000


def _typed(**changes: str) -> dict[str, str]:
    return (
        {name: str(value) for name, value in NEW.items() if value is not None}
        | {"id_type": "resident_id"}
        | changes
    )


def _roster(city: City) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = rosters.read_roster(
        city.product, actor=city.actors["auditor"], application_id=city.application["id"]
    )["items"]
    return items


def test_a_trainee_is_added_changed_and_removed_on_the_page(small_city: City, signed_in: People) -> None:
    city = small_city.at("2026-08-31")
    city.apply()
    client, path = signed_in("institution"), f"/applications/{city.application['id']}/roster"
    assert f'href="{path}/trainees/new"' in client.get(path).get_data(as_text=True)
    form = client.get(f"{path}/trainees/new").get_data(as_text=True)
    assert re.search(r'<option value="1" selected>1 班', form)
    version = str(city.look()["version"])
    added = post(client, f"{path}/trainees/new", **_typed(version=version, act="add"))
    assert (added.status_code, added.headers["Location"]) == (303, path)
    assert "已增加 新学员，序号 51；名册共 51 人" in client.get(path).get_data(as_text=True)
    page = client.get(f"{path}/trainees/51").get_data(as_text=True)
    shown = {
        name: re.search(rf'name="{name}" *value="([^"]*)"', page.replace("\n", " "))
        for name in ("id_number", "phone")
    }
    covered = {name: found[1] for name, found in shown.items() if found}
    assert covered["phone"] == "139****5678"
    assert NEW["id_number"] not in page
    changed = post(client, f"{path}/trainees/51", **_typed(act="save", employer="某厂", **covered))
    assert changed.status_code == 303
    (row,) = (item for item in _roster(city) if item["row"] == 51)
    assert {name: row[name] for name in covered} == covered
    assert row["employer"] == "某厂"
    refused = post(client, f"{path}/trainees/51", act="remove")
    assert refused.status_code == 422
    assert "请先勾选确认" in refused.get_data(as_text=True)
    assert len(_roster(city)) == 51
    assert post(client, f"{path}/trainees/51", act="remove", confirmed="true").status_code == 303
    assert [item["row"] for item in _roster(city)] == [*range(1, 51)]
    assert client.get(f"{path}/trainees/51").status_code == 404


@pytest.mark.parametrize("address", ["new", "7"])
def test_a_wrong_trainee_comes_back_as_typed_with_the_fault_beside_the_field(
    small_city: City, signed_in: People, address: str
) -> None:
    city = small_city.at("2026-08-31")
    city.apply()
    client = signed_in("institution")
    path = f"/applications/{city.application['id']}/roster/trainees/{address}"
    answer = post(client, path, **_typed(id_number=PEOPLE[3]["id_number"], employer="某某厂"))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert re.search(r'id="field-id_number-error">[^<]*序号为4的学员重复', page)
    assert 'value="某某厂"' in page
    old = post(client, path, **_typed(version="0"))
    assert old.status_code == 409
    assert "重新载入最新内容" in old.get_data(as_text=True)
    assert len(_roster(city)) == 50


def test_what_should_be_looked_at_is_told(small_city: City, signed_in: People) -> None:
    city = small_city.at("2026-08-31")
    city.apply()
    client, path = signed_in("institution"), f"/applications/{city.application['id']}/roster"
    post(client, f"{path}/trainees/new", **_typed(name="张三2", act="add_next"))
    assert "请核对：“姓名”中有数字" in client.get(f"{path}/trainees/new").get_data(as_text=True)


def test_nobody_else_and_nobody_too_late_opens_the_form(small_city: City, signed_in: People) -> None:
    city = small_city.at("2026-08-31")
    city.apply()
    path = f"/applications/{city.application['id']}/roster"
    assert signed_in("institution2").get(f"{path}/trainees/1").status_code in {403, 404}
    assert signed_in("hr1").get(f"{path}/trainees/new").status_code == 403
    city.send("institution", "submit")
    client = signed_in("institution")
    for address in ("new", "1"):
        assert client.get(f"{path}/trainees/{address}").status_code == 409
    assert "trainees/" not in client.get(path).get_data(as_text=True)
    # Who reviews reads the whole roster there.
    assert signed_in("industry1").get(path).status_code == 200


def test_a_large_roster_is_shown_a_hundred_at_a_time(small_city: City, signed_in: People) -> None:
    city = small_city.at("2026-08-31")
    city.apply(roster=False)
    long = {"employer": "某" * 30, "major": "机" * 30, "occupation": "车" * 30}
    rows = [NEW | long | {"id_number": identity_number(90_000 + number)} for number in range(250)]
    rosters.replace_roster(
        city.product,
        actor=city.actors["institution"],
        application_id=city.application["id"],
        rows=rows,
        expected_version=None,
    )
    client, path = signed_in("institution"), f"/applications/{city.application['id']}"
    for address, first, count in (
        ("/roster", 1, 100),
        ("/roster?page=3", 201, 50),
        ("/roster?page=99", 201, 50),
        ("/roster?page=x", 1, 100),
        ("", 1, 100),
    ):
        answer = client.get(path + address)
        body = answer.get_data(as_text=True)
        numbers = [
            int(one) for one in re.findall(r'<tr><td class="number">(\d+)</td><td class="nowrap">1 班', body)
        ]
        assert (numbers[0], len(numbers)) == (first, count), address
        assert len(answer.data) < MOST_BYTES, address
        assert "250 人" in body
    added = post(client, f"{path}/roster/trainees/new", **_typed(act="add"))
    assert added.headers["Location"] == f"{path}/roster?page=3"


def test_trainees_are_added_changed_and_removed_over_the_api(reader: Reader) -> None:
    city = reader.city.at("2026-08-31")
    city.apply()
    path = f"/applications/{city.application['id']}/roster/trainees"
    version = city.look()["version"]
    added = reader.call("institution", "POST", path, NEW | {"version": version}, status=201)
    assert (added["count"], added["version"], added["warnings"]) == (51, version + 1, [])
    reader.call("institution", "POST", path, NEW | {"version": version}, status=409)
    again = reader.call("institution", "POST", path, NEW, status=422)
    assert [error["field"] for error in again["errors"]] == ["id_number"]
    body = {"post_code": "6-18-01-01", "changing_post": True, "employer": None}
    changed = reader.call("institution", "PATCH", f"{path}/51", body)
    row = changed["items"][-1]
    assert (row["post_code"], row["changing_post"], row["employer"]) == ("6-18-01-01", True, None)
    assert NEW["id_number"] not in str(changed)
    reader.call("hr1", "PATCH", f"{path}/51", body, status=403)
    reader.call("institution", "DELETE", f"{path}/51?version={changed['version'] - 1}", status=409)
    assert reader.call("institution", "DELETE", f"{path}/51?version={changed['version']}")["count"] == 50
    reader.call("institution", "DELETE", f"{path}/51", status=404)
