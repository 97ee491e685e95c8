"""The calendar over the API: regions, versions, notices seen by two, closures; each answer as described."""

from __future__ import annotations

from typing import Any

import pytest

from tests.journeys.city import CITY, COUNTY, City
from tests.journeys.conftest import small_city
from tests.journeys.test_calendar_import import NOTICE, to_finance_in_january
from tests.web.test_answers import Reader
from workflow.services import accounts

__all__ = ["small_city"]
CLOSURE = {
    "region": CITY,
    "days": ["2026-10-15", "2026-10-16"],
    "authority": "平顶山市人民政府",
    "document_number": "平政明电〔2026〕1号",
    "reason": "暴雨全市停工",
}
AMENDMENT = """国务院办公厅关于调整2026年中秋节假期安排的通知
一、2026年9月25日至28日放假调休，共4天。9月19日（星期六）上班。
"""


@pytest.fixture
def reader(small_city: City) -> Reader:
    return Reader(small_city.at("2026-08-28"))


def notice(reader: Reader, status: int = 200, **more: Any) -> Any:
    body = {"texts": [NOTICE], "year": 2027, **more}
    return reader.call("admin", "POST", "/calendar/notices", body, status=status)


def propose(reader: Reader, login: str = "office", status: int = 201, **changes: Any) -> Any:
    return reader.call(login, "POST", "/calendar/closures", CLOSURE | changes, status=status)


def decide(
    reader: Reader, login: str, closure: dict[str, Any], confirmed: bool = True, status: int = 200
) -> Any:
    path = f"/calendar/closures/{closure['id']}/decision"
    return reader.call(login, "POST", path, {"confirmed": confirmed}, status=status)


# --- counting ----------------------------------------------------------------------------------------------


def test_a_day_is_described_as_ever_unless_a_region_is_asked_for(reader: Reader) -> None:
    decide(reader, "hr_head", propose(reader))
    plain = reader.get(None, "/calendar/2026")
    assert list(plain) == ["year", "provisional", "version", "source", "days"]
    assert all(list(day) == ["date", "working", "reason"] for day in plain["days"])
    local = {day["date"]: day for day in reader.get(None, f"/calendar/2026?region={CITY}")["days"]}
    assert local["2026-10-15"] == {
        "date": "2026-10-15",
        "working": False,
        "reason": "本地停办：暴雨全市停工（平顶山市人民政府平政明电〔2026〕1号）",
        "closed": True,
        "elsewhere": "工作日",
    }
    there = {day["date"]: day for day in reader.get(None, f"/calendar/2026?region={COUNTY}")["days"]}
    assert there["2026-10-15"]["working"] is True


def test_a_region_counts_by_its_own_closures(reader: Reader) -> None:
    decide(reader, "hr_head", propose(reader))
    count = "/calendar/due?start=2026-10-14&working_days=2"
    assert reader.get(None, count)["due_on"] == "2026-10-16"
    assert reader.get(None, f"{count}&region={CITY}")["due_on"] == "2026-10-20"
    assert reader.get(None, f"{count}&region={COUNTY}")["due_on"] == "2026-10-16"
    between = f"/calendar/between?start=2026-10-14&end=2026-10-19&region={CITY}"
    assert reader.get(None, between)["working_days"] == 1


@pytest.mark.parametrize(
    ("path", "field", "words"),
    [
        ("/calendar/2026?region=999999", "region", "须为下列之一"),
        ("/calendar/2003", "year", "2004年至2036年"),
        ("/calendar/due?start=2003-12-31&working_days=1", "start", "2004-01-01 至 2036-12-31"),
        ("/calendar/due?start=2036-12-30&working_days=9", "start", "超出日历范围"),
        ("/calendar/due?start=2026-09-01&working_days=3&direction=sideways", "direction", "sideways"),
        ("/calendar/between?start=2026-09-01", "end", "未填写"),
        ("/calendar/between?start=2026-09-02&end=2026-09-01", "end", "不能早于"),
        ("/calendar/between?start=2004-01-01&end=2026-09-01", "end", "3660 天"),
        ("/calendar/between?start=2036-09-01&end=2037-01-01", "end", "超出日历范围"),
        ("/calendar/versions/1?year=2044", "year", "超出日历范围"),
        ("/calendar/versions/1?year=1999", "year", "1999年超出日历范围（2004年至2036年）"),
        (f"/calendar/due?start=2026-09-01&working_days={'9' * 26}", "working_days", "不能大于2000"),
        ("/calendar/versions/1/changes", "since", "未填写"),
    ],
)
def test_what_cannot_be_counted_is_refused_by_field(
    reader: Reader, path: str, field: str, words: str
) -> None:
    (error,) = reader.get(None, path, status=422)["errors"]
    assert error["field"] == field
    assert words in error["message"]


# --- notices and versions ----------------------------------------------------------------------------------


def test_a_new_notice_makes_a_version_that_can_be_looked_at_and_compared(reader: Reader) -> None:
    preview = notice(reader)
    assert (preview["amendment"], preview["ordinal_before"], preview["ordinal"]) == (False, 1, None)
    applied = notice(reader, apply=True, seen=preview["ordinal_before"])
    assert (applied["ordinal"], applied["years"]) == (2, [2027])
    newest, first = reader.get("hr1", "/calendar/versions")["items"]
    assert (newest["ordinal"], newest["in_force"], newest["created_by_name"]) == (2, True, "示例admin")
    assert (first["ordinal"], first["in_force"]) == (1, False)
    old = reader.get(None, "/calendar/versions/1?year=2027")
    assert (old["shown"]["provisional"], old["in_force"]) == (True, False)
    new = reader.get(None, "/calendar/versions/2?year=2027")
    assert new["shown"]["days"] == reader.get(None, "/calendar/2027")["days"]
    compared = reader.get(None, "/calendar/versions/2/changes?since=1")
    assert compared["changes"] == preview["changes"]
    assert compared["years_published"] == [2027]
    assert reader.get(None, "/calendar/versions/1/changes?since=2")["years_published"] == []
    reader.get(None, "/calendar/versions/3", status=404)
    reader.get(None, "/calendar/versions/2/changes?since=9", status=404)


def test_the_public_does_not_learn_who_made_a_version(reader: Reader) -> None:
    notice(reader, apply=True)
    assert reader.get(None, "/calendar/versions")["items"][0]["created_by_name"] is None
    assert reader.get(None, "/calendar/versions/2")["created_by_name"] is None
    compared = reader.get(None, "/calendar/versions/2/changes?since=1")
    assert compared["after"]["created_by_name"] is None


def test_versions_come_in_pages(reader: Reader) -> None:
    notice(reader, apply=True)
    first = reader.get(None, "/calendar/versions?limit=1")
    assert [item["ordinal"] for item in first["items"]] == [2]
    second = reader.get(None, f"/calendar/versions?limit=1&cursor={first['next']}")
    assert ([item["ordinal"] for item in second["items"]], second["next"]) == ([1], None)


def test_a_notice_for_a_year_that_has_one_is_an_amendment(reader: Reader) -> None:
    preview = reader.call("admin", "POST", "/calendar/notices", {"texts": [AMENDMENT]})
    assert preview["amendment"] is True
    assert [change["date"] for change in preview["changes"]] == ["2026-09-19", "2026-09-28"]


def test_of_two_administrators_the_second_learns_the_new_version(reader: Reader) -> None:
    seen = notice(reader)["ordinal_before"]
    assert notice(reader, apply=True, seen=seen)["ordinal"] == 2
    problem = notice(reader, status=409, apply=True, seen=seen)
    assert (problem["status"], problem["current_version"]) == (409, 2)
    assert "现行的是第 2 版" in problem["detail"]
    # Looked at once more, there is nothing left to change.
    again = notice(reader)
    assert (again["changes"], again["ordinal_before"]) == ([], 2)
    assert "没有变化" in notice(reader, status=409, apply=True, seen=2)["detail"]


def test_every_moving_clock_can_be_had_as_a_table(reader: Reader) -> None:
    to_finance_in_january(reader.city)
    preview = notice(reader)
    token = accounts.issue_token(reader.city.product, login="admin")
    body = {"texts": [NOTICE], "year": 2027}
    with reader.client.post(
        "/api/v1/calendar/notices?format=csv", json=body, headers={"Authorization": f"Bearer {token}"}
    ) as answer:
        assert answer.mimetype == "text/csv"
        lines = answer.get_data(as_text=True).splitlines()
    assert len(lines) == 1 + preview["moved_count"] > 1
    path = "/calendar/notices?format=csv"
    problem = reader.call("admin", "POST", path, body | {"apply": True}, status=422)
    assert [error["field"] for error in problem["errors"]] == ["format"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("今天天气很好。", "没有读出任何放假日期"),
        (NOTICE.replace("6月9日（周三）", "6月9日（周四）"), "第5行"),
    ],
)
def test_a_text_that_does_not_add_up_is_refused_with_its_line(reader: Reader, text: str, words: str) -> None:
    body = {"texts": [text], "year": 2027, "apply": True}
    problem = reader.call("admin", "POST", "/calendar/notices", body, status=422)
    assert words in problem["detail"]
    assert reader.get(None, "/calendar/versions")["items"][0]["ordinal"] == 1


# --- closures ----------------------------------------------------------------------------------------------


def test_a_closure_counts_once_another_person_has_confirmed_it(reader: Reader) -> None:
    reader.city.to_industry_review()
    reader.city.at("2026-10-14")
    made = propose(reader, days=["2026-10-15", "2026-10-16"])
    assert (made["status"], made["counts"], made["may_decide"]) == ("proposed", False, False)
    assert made["moved_count"] == len(made["clocks"]) > 0
    assert all(move["due_after"] > move["due_before"] for move in made["clocks"])
    assert reader.get("hr_head", f"/calendar/closures/{made['id']}")["may_decide"] is True
    assert "另一人" in decide(reader, "office", made, status=403)["detail"]
    done = decide(reader, "hr_head", made)
    assert (done["status"], done["counts"], done["ordinal"]) == ("in_force", True, 2)
    assert done["clocks"] == made["clocks"]
    for move in made["clocks"]:
        assert reader.get("admin", f"/clocks/{move['clock_id']}")["due_on"] == move["due_after"]
    # A retry does not decide twice.
    decide(reader, "hr_head", made, status=409)
    assert reader.get(None, "/calendar/versions")["items"][0]["ordinal"] == 2


def test_a_closure_that_is_declined_never_counts(reader: Reader) -> None:
    made = propose(reader)
    assert decide(reader, "admin", made, confirmed=False)["status"] == "declined"
    decide(reader, "admin", made, confirmed=False, status=409)
    assert reader.get(None, "/calendar/versions")["items"][0]["ordinal"] == 1


def test_a_closure_in_force_is_taken_back_by_two_persons(reader: Reader) -> None:
    made = propose(reader)
    path = f"/calendar/closures/{made['id']}/withdrawal"
    reader.call("office", "POST", path, {"reason": "未停"}, status=409)
    decide(reader, "hr_head", made)
    asked = reader.call("office", "POST", path, {"reason": "当日照常办公"})
    assert (asked["status"], asked["counts"]) == ("withdrawal_proposed", True)
    decide(reader, "office", made, status=403)
    assert decide(reader, "admin", made)["status"] == "withdrawn"
    compared = reader.get(None, "/calendar/versions/3/changes?since=2")
    assert [each["reason"] for each in compared["closures_removed"]] == ["暴雨全市停工"]
    assert reader.get(None, "/calendar/versions/2/changes?since=1")["closures_added"]


def test_closures_are_listed_for_those_whom_they_concern(reader: Reader) -> None:
    propose(reader)
    propose(reader, region=COUNTY)
    assert len(reader.get("auditor", "/calendar/closures")["items"]) == 2
    (own,) = reader.get("hr_head_bf", "/calendar/closures?status=proposed")["items"]
    assert (own["region"], own["may_decide"]) == (COUNTY, True)
    assert reader.get("admin", "/calendar/closures?status=in_force")["items"] == []
    reader.get("industry_head", "/calendar/closures", status=403)
    reader.get("hr1", "/calendar/closures", status=403)
    reader.get("hr_head_bf", "/calendar/closures/1", status=403)
    reader.get("admin", "/calendar/closures/99", status=404)


def test_only_who_may_enters_a_closure_and_only_for_the_own_region(reader: Reader) -> None:
    propose(reader, "hr_head_bf", status=403)
    propose(reader, "auditor", status=403)
    propose(reader, "finance_head", status=403)
    assert propose(reader, "hr_head_bf", region=COUNTY)["region_label"] == "宝丰县"


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"days": []}, "days", "至少1项"),
        ({"days": ["2026-02-30"]}, "days.0", "2026-02-30"),
        ({"days": ["2026-10-03"]}, "days", "本来就不办公"),
        ({"days": ["2044-01-04"]}, "days", "超出日历范围"),
        ({"region": "999999"}, "region", "999999"),
        ({"authority": ""}, "authority", "不能为空"),
        ({"reason": "长" * 201}, "reason", "最多200个字"),
        ({"more": 1}, "more", "没有这一项"),
    ],
)
def test_a_closure_that_cannot_be_is_refused_by_field(
    reader: Reader, changes: dict[str, Any], field: str, words: str
) -> None:
    (error,) = propose(reader, "admin", status=422, **changes)["errors"]
    assert error["field"] == field
    assert words in error["message"]
