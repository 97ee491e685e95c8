"""The pages of an inspector's day without a script: what was typed stays, photographs say why they failed."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.files import jpeg
from tests.journeys.city import City
from tests.journeys.conftest import small_city
from tests.web.conftest import forgery_token
from tests.web.test_answers import Reader, reader
from tests.web.test_pages import signed_in

__all__ = ["reader", "signed_in", "small_city"]
People = Callable[[str], FlaskClient]
TYPED = {
    "event": "record_opening_inspection",
    "inspected_at": "2026-09-07T08:50",
    "sign_in": "逐一签到",
    "materials": "教案齐全",
}
JSON = {"Accept": "application/json"}


@pytest.fixture
def city(small_city: City) -> City:
    return small_city.to_training().at("2026-09-07 09:00")


def post(client: FlaskClient, path: str, *, headers: Any = None, **typed: Any) -> TestResponse:
    return client.post(path, data=typed | {"csrf_token": forgery_token(client)}, headers=headers)


def path_of(city: City, rest: str = "visit") -> str:
    return f"/applications/{city.application['id']}/classes/1/{rest}"


def send(city: City, client: FlaskClient, *, headers: Any = None, **typed: Any) -> TestResponse:
    form = {"version": str(city.look()["version"])} | TYPED | typed
    return post(client, path_of(city), headers=headers, **form)


def ticked(page: str) -> list[str]:
    return re.findall(r'name="present" value="(\d+)" checked', page)


def held(city: City) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = city.look()["form"]["training"].get("opening_inspections", [])
    return entries


def test_the_day_leads_to_the_visit_and_the_visit_to_its_record(city: City, signed_in: People) -> None:
    client = signed_in("inspector")
    day = client.get("/visits").text
    assert "今日开班" in day
    assert path_of(city) in day
    assert "名册 50 人" in day
    assert "138****" in day
    assert "2 日后开班" in client.get("/visits?on=2026-09-05").text
    assert "已过 1 日" in client.get("/visits?on=2026-09-08").text
    assert client.get("/visits?on=2026-02-30").status_code == 422
    form = client.get(path_of(city)).text
    assert form.count('name="present"') == 50
    assert "2026-09-07T09:00" in form
    everybody = post(client, path_of(city), all_present="1", way="roster", **TYPED)
    assert everybody.status_code == 200
    assert len(ticked(everybody.text)) == 50
    assert "逐一签到" in everybody.text
    there = [row for row in ticked(everybody.text) if row not in {"4", "9"}]
    answer = send(city, client, way="roster", present=there)
    assert answer.status_code == 303
    (entry,) = held(city)
    assert (entry["present_count"], entry["absent_rows"]) == (48, [4, 9])
    record = client.get(answer.headers["Location"]).text
    assert "缺勤 2 人" in record
    assert re.search(r"4\. \S+、9\. ", record)
    assert "还差 2 次" in client.get("/visits").text


@pytest.mark.parametrize(
    ("typed", "said", "field"),
    [
        ({"way": "roster"}, "还没有勾选到场的学员", "visit-present"),
        ({"way": "roster", "present": ["1", "77"]}, "与现在的名册不一致", "visit-present"),
        ({"way": "count", "present_count": ""}, "“学员人数”", "visit-present_count"),
        ({"way": "count", "present_count": "很多"}, "学员人数", "visit-present_count"),
        ({"way": "roster", "present": ["1"], "sign_in": ""}, "签到情况", "visit-sign_in"),
        (
            {"way": "roster", "present": ["1"], "inspected_at": "2026-09-08T08:00"},
            "不能晚于现在",
            "visit-inspected_at",
        ),
        (
            {"way": "roster", "present": ["1"], "online_seen": "faulty"},
            "须勾选存在的问题",
            "visit-online_faults",
        ),
    ],
)
def test_a_refused_visit_keeps_what_was_typed(
    city: City, signed_in: People, typed: dict[str, Any], said: str, field: str
) -> None:
    answer = send(city, signed_in("inspector"), **typed)
    assert answer.status_code == 422
    assert said in answer.text
    assert f'href="#{field}"' in answer.text
    assert f'id="{field}"' in answer.text
    assert "教案齐全" in answer.text
    assert "data-refused" in answer.text
    assert ticked(answer.text) == [row for row in typed.get("present", []) if row == "1"]
    assert held(city) == []


def test_who_was_faster_is_told_and_nothing_is_lost(city: City, signed_in: People) -> None:
    client, version = signed_in("inspector"), city.look()["version"]
    first = send(city, client, way="count", present_count="50", command_id="first")
    assert first.status_code == 303
    # Sent once more, because the answer was lost: it is the same, and one inspection stands.
    again = send(city, client, way="count", present_count="50", command_id="first", version=str(version))
    assert again.headers["Location"] == first.headers["Location"]
    assert len(held(city)) == 1
    late = send(city, client, way="count", present_count="49", version=str(version), materials="另一份")
    assert late.status_code == 409
    assert "示例inspector" in late.text
    assert "2026年9月7日 09:00" in late.text
    assert "登记开班当日检查" in late.text
    assert "另一份" in late.text
    assert len(held(city)) == 1


def test_a_script_is_answered_in_json_and_sent_to_the_page_for_reasons(city: City, signed_in: People) -> None:
    client = signed_in("inspector")
    assert send(city, client, headers=JSON, way="roster").status_code == 422
    answer = send(city, client, headers=JSON, way="count", present_count="50")
    assert answer.get_json() == {
        "address": path_of(city, "inspections/0"),
        "photos": path_of(city, "inspections/0/photos"),
    }


def photos(city: City, client: FlaskClient, *files: tuple[bytes, str], headers: Any = None) -> TestResponse:
    sent = [(BytesIO(content), name) for content, name in files]
    return post(client, path_of(city, "inspections/0/photos"), headers=headers, file=sent)


def test_a_photo_that_is_refused_takes_no_other_with_it(city: City, signed_in: People) -> None:
    client = signed_in("inspector")
    send(city, client, way="count", present_count="50")
    answer = photos(city, client, (jpeg(60, 40), "教室.jpg"), (b"no picture", "坏.jpg"))
    assert answer.status_code == 422
    assert "已上传 1 张" in answer.text
    assert "“坏.jpg”" in answer.text
    assert "教室.jpg" in answer.text
    assert photos(city, client, (jpeg(61, 40), "实训.jpg")).status_code == 303
    assert photos(city, client, (jpeg(62, 40), "三.jpg"), headers=JSON).get_json() == {"taken": ["三.jpg"]}
    refused = photos(city, client, (b"no picture", "坏.jpg"), headers=JSON)
    assert refused.status_code == 422
    assert "坏.jpg" in refused.get_json()["refused"]
    assert "3 个" in client.get(path_of(city, "inspections/0")).text
    assert photos(city, client).status_code == 422


def test_others_read_the_record_and_only_inspectors_of_the_region_visit(
    city: City, signed_in: People
) -> None:
    send(city, signed_in("inspector"), way="count", present_count="50")
    record = path_of(city, "inspections/0")
    assert signed_in("institution").get(record).status_code == 200
    assert "添加照片" not in signed_in("institution").get(record).text
    assert signed_in("hr_head").get("/visits").status_code == 403
    stranger = signed_in("inspector_bf")
    for path in (record, path_of(city)):
        assert stranger.get(path).status_code == 403
    assert "没有需要检查的班级" in stranger.get("/visits").text
    assert signed_in("inspector").get(path_of(city, "inspections/7")).status_code == 404


def test_the_day_over_the_api(city: City, reader: Reader) -> None:
    (item,) = reader.get("inspector", "/visits?on=2026-09-07")["items"]
    assert (item["occasion"], item["may_record"], item["heads"]) == ("opening", True, 50)
    reader.get("inspector", "/visits?show=other", status=422)
    reader.get("hr_head", "/visits", status=403)
