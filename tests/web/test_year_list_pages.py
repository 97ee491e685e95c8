"""目录清单 on pages: what is shown to whom, forms that keep what was typed, a workbook brought in."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.journeys.city import City
from tests.journeys.conftest import small_city
from tests.journeys.test_year_list import LATHE, SCHOOL, USCC, add_lathe, add_school, impose, survey
from tests.journeys.test_year_list_import import CLOUD, WORKS, workbook
from tests.web.conftest import forgery_token
from tests.web.test_calendar_pages import People, page, people, send
from tests.year_list import PLATFORM
from workflow.services import year_list

__all__ = ["people", "small_city"]
CHANGE, OCCUPATION = 'id="act-change"', 'id="act-occupation"'
SCHOOL_TYPED = {name: str(value) for name, value in SCHOOL.items() if name != "region"}
LATHE_TYPED = {name: str(value) for name, value in LATHE.items() if name != "levels"}


def entry(city: City, uscc: str = USCC) -> dict[str, Any]:
    """The institution's entry as HR sees it now."""
    (found,) = year_list.list_institutions(city.product, actor=city.actors["hr1"], uscc=uscc)["items"]
    return year_list.read_institution(city.product, actor=city.actors["hr1"], institution_id=found["id"])


def values(answer: TestResponse, inside: str = "<main") -> dict[str, str]:
    """What stands in the inputs of a page, by their names; ``inside`` is where their form begins."""
    text = answer.get_data(as_text=True)
    _, begins, text = text.partition(inside)
    assert begins
    if inside != "<main":
        text = text.partition("</form>")[0]
    found = {
        name: html.unescape(value)
        for name, value in re.findall(r'<input[^>]* name="([^"]+)"[^>]* value="([^"]*)"', text)
    }
    for name, inner in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', text, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', inner)
        found[name] = chosen[1] if chosen else ""
    return found


def upload(client: FlaskClient, content: bytes) -> TestResponse:
    """Sends the form with a file. Written out here: the test client leaves large files open behind it."""
    fields = {"act": "preview", "csrf_token": forgery_token(client)}
    parts = [
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    parts.append(b'--x\r\nContent-Disposition: form-data; name="file"; filename="list.xlsx"\r\n\r\n')
    return client.post(
        "/year-list/import",
        data=b"".join([*parts, content, b"\r\n--x--\r\n"]),
        content_type="multipart/form-data; boundary=x",
    )


# --- who sees what -----------------------------------------------------------------------------------------


def test_the_public_reads_who_is_listed_for_what_and_who_is_stopped_and_nobodys_name(
    small_city: City, people: People
) -> None:
    school = add_school(small_city)
    add_lathe(small_city, school)
    survey(small_city, 10)
    shown = page(people("").get("/listed-institutions"))
    for words in ("湛河示例学校", "车工（6-18-01-01）：五级、四级", "平人社〔2026〕1号"):
        assert words in shown
    assert "停止开班 至 2026年9月6日" in shown
    assert "满意" not in shown
    assert "示例hr1" not in shown
    assert USCC not in shown
    # Of the present year, until another is chosen.
    assert "示例培训学校" not in shown
    assert "示例培训学校" in page(people("").get("/listed-institutions?year=2018"))
    assert "示例培训学校" in page(people("").get("/listed-institutions?year=&text=焊工"))
    assert "没有符合条件" in page(people("").get("/listed-institutions?text=焊工"))
    assert "查询条件" in page(people("").get("/listed-institutions?year=20x6"), 422)
    for address in ("/", "/notices"):
        assert 'href="/listed-institutions"' in people("").get(address).get_data(as_text=True)


def test_each_role_finds_what_it_may_do(small_city: City, people: People) -> None:
    school = add_school(small_city)
    path = f"/year-list/institutions/{school['id']}"
    for login in ("hr1", "hr_head"):
        client = people(login)
        assert "列入机构" in page(client.get("/year-list"))
        assert "登记满意度调查" in page(client.get(path))
        assert "导入导出" in page(client.get("/year-list"))
    for login in ("industry1", "finance_head", "auditor", "office", "admin", "inspector"):
        client = people(login)
        shown = page(client.get("/year-list"))
        assert "列入机构" not in shown
        assert "导入导出" not in shown
        shown = page(client.get(path))
        assert "登记满意度调查" not in shown
        assert "变更记录" in shown
        for address in ("/year-list/institutions/new", "/year-list/sanctions/new", "/year-list/import"):
            assert client.get(address).status_code == 403
    own = people("institution")
    assert "湛河示例学校" not in page(own.get("/year-list"))
    assert "示例培训学校" in page(own.get("/year-list"))
    page(own.get(path), 403)
    assert PLATFORM in page(own.get("/year-list/platforms?year=2018"))
    page(own.get("/year-list/export.xlsx"), 403)


# --- forms -------------------------------------------------------------------------------------------------


def test_an_institution_is_listed_with_its_occupation(small_city: City, people: People) -> None:
    client = people("hr1")
    path = "/year-list/institutions/new"
    answer = send(client, path, **SCHOOL_TYPED | {"uscc": "123", "name": "", "residential": "false"})
    shown = page(answer, 422)
    assert "“统一社会信用代码”不是有效的统一社会信用代码" in shown
    assert "“机构名称”未填写" in shown
    kept = values(answer)
    assert (kept["uscc"], kept["document"], kept["kind"], kept["residential"]) == (
        "123",
        SCHOOL["document"],
        "training_institution",
        "false",
    )
    done = send(client, path, **SCHOOL_TYPED | {"residential": "false", "theory_area": "320"})
    assert done.status_code == 303
    found = entry(small_city)
    assert (found["residential"], found["theory_area"], found["own_account"]) == (False, 320, None)
    assert "已在2026年度目录清单中" in page(send(client, path, **SCHOOL_TYPED), 409)
    place = done.headers["Location"]
    answer = send(client, place, act="occupation", **LATHE_TYPED)
    assert "“级别”至少选一个" in page(answer, 422)
    assert values(answer, OCCUPATION)["occupation"] == "车工"
    assert send(client, place, act="occupation", levels=["5", "4"], **LATHE_TYPED).status_code == 303
    assert entry(small_city)["occupations"][0]["levels"] == [5, 4]
    shown = page(client.get(place))
    assert "6-18-01-01 车工（2026年1月1日起）" in shown
    page(send(client, place, act="nonsense"), 404)


def test_an_entry_is_changed_in_the_form_and_a_second_person_is_led_to_what_stands(
    small_city: City, people: People
) -> None:
    school = add_school(small_city, theory_area=320)
    path = f"/year-list/institutions/{school['id']}"
    first, second = people("hr1"), people("hr2")
    typed = values(first.get(path), CHANGE)
    assert (typed["theory_area"], typed["version"]) == ("320", "1")
    typed = {name: typed[name] for name in ("version", "name", "kind", "listed_from_on", "document")}
    assert send(first, path, act="change", **typed, theory_area="", own_account="true").status_code == 303
    found = entry(small_city)
    assert (found["theory_area"], found["own_account"], found["version"]) == (None, True, 2)
    answer = send(second, path, act="change", **typed | {"name": "别的名字"})
    shown = page(answer, 409)
    changed = entry(small_city)["history"][0]
    assert f"最近由{changed['actor_name']}于 2026-" in shown
    assert f"办理“{changed['event_label']}”" in shown
    assert "重新载入最新内容" in shown
    assert values(answer, CHANGE)["name"] == "别的名字"
    # Sent again as it is, it is refused again: the version is still the one that was seen.
    assert values(answer, CHANGE)["version"] == "1"
    ended = send(first, path, act="change", **typed | {"version": "2", "listed_until_on": "2025-01-01"})
    assert "“截止日期”不能早于" in page(ended, 422)


def test_an_occupation_is_corrected_on_its_own_page(small_city: City, people: People) -> None:
    school = add_lathe(small_city, add_school(small_city))
    (occupation,) = school["occupations"]
    path = f"/year-list/occupations/{occupation['id']}"
    client = people("hr2")
    answer = client.get(path)
    typed = values(answer)
    assert (typed["occupation_code"], typed["certificate_kind"]) == ("6-18-01-01", "skill_level")
    text = answer.get_data(as_text=True)
    assert len(re.findall(r'name="levels"[^>]*checked', text)) == 2
    typed = {name: typed[name] for name in ("version", *LATHE_TYPED)}
    done = send(client, path, **typed, levels=["3", "4", "5"], listed_until_on="2026-12-31")
    assert done.status_code == 303
    (changed,) = entry(small_city)["occupations"]
    assert (changed["levels"], changed["listed_until_on"]) == ([5, 4, 3], "2026-12-31")
    page(send(client, path, **typed, levels=["5"]), 409)
    page(people("industry1").get(path), 403)
    page(client.get("/year-list/occupations/999999"), 404)


def test_a_survey_stops_and_a_sanction_is_imposed_and_lifted(small_city: City, people: People) -> None:
    school = add_school(small_city)
    path = f"/year-list/institutions/{school['id']}"
    client = people("hr1")
    typed = {"act": "survey", "surveyed_on": "2026-08-27", "asked_count": "50"}
    answer = send(client, path, **typed, satisfied_count="60")
    assert "不能超过调查人数50人" in page(answer, 422)
    assert values(answer)["satisfied_count"] == "60"
    answer = send(client, path, **typed, satisfied_count="42")
    shown = page(client.get(answer.headers["Location"]))
    assert "自 2026年8月27日 至 2026年9月26日 停止开班" in shown
    assert "84.0%" in shown
    form = client.get(f"/year-list/sanctions/new?uscc={USCC}")
    assert values(form)["uscc"] == USCC
    typed = {"uscc": USCC, "kind": "blacklist", "from_on": "2026-08-28", "document": "决定书"}
    answer = send(client, "/year-list/sanctions/new", **typed)
    assert "“事由”未填写" in page(answer, 422)
    assert values(answer)["kind"] == "blacklist"
    done = send(client, "/year-list/sanctions/new", **typed, reason="弄虚作假")
    assert done.status_code == 303
    place = done.headers["Location"]
    assert "列入黑名单：湛河示例学校执行中" in page(client.get(place))
    listed = page(client.get("/year-list/sanctions?in_force=1"))
    assert ("列入黑名单" in listed, "停止开班" in listed) == (True, True)
    assert "没有处理" in page(client.get("/year-list/sanctions?kind=ban"))
    assert "“解除的事由”未填写" in page(send(client, place, reason=" "), 422)
    assert send(client, place, reason="经复议撤销").status_code == 303
    shown = page(client.get(place))
    assert "自 2026年8月28日 起：经复议撤销" in shown
    assert "解除处理" not in shown
    assert "已于2026年8月28日由" in page(send(client, place, reason="再一次"), 409)
    page(people("hr1_bf").get(place), 403)
    page(send(people("industry1"), place, reason="不归我管"), 403)


def test_a_survey_is_corrected_on_the_page(small_city: City, people: People) -> None:
    school = add_school(small_city)
    number = survey(small_city, 42)["id"]
    client, home = people("hr2"), f"/year-list/institutions/{school['id']}"
    path = f"/year-list/surveys/{number}"
    assert f'href="{path}"' in client.get(home).get_data(as_text=True)
    assert f'href="{path}"' not in people("institution").get(home).get_data(as_text=True)
    kept = values(client.get(path))
    assert (kept["surveyed_on"], kept["asked_count"], kept["satisfied_count"]) == ("2026-08-07", "50", "42")
    typed = {name: kept[name] for name in ("surveyed_on", "asked_count")}
    answer = send(client, path, **typed | {"satisfied_count": "四十八"})
    shown = page(answer, 422)
    assert "“更正的事由”未填写" in shown
    assert values(answer)["satisfied_count"] == "四十八"
    done = send(client, path, **typed | {"satisfied_count": "48"}, reason="录入有误")
    assert (done.status_code, done.headers["Location"]) == (303, home)
    shown = page(client.get(home))
    assert "满意度调查已更正。由它产生的停止开班自 2026年8月28日 起已解除" in shown
    assert "满意人数 42 → 48" in shown
    assert "更正的事由 （空） → 录入有误" in shown
    for login in ("industry1", "inspector", "hr1_bf"):
        page(people(login).get(path), 403)
        page(send(people(login), path, **typed | {"satisfied_count": "49"}, reason="x"), 403)
    page(client.get("/year-list/surveys/999"), 404)


def test_a_platform_is_listed_changed_and_banned(small_city: City, people: People) -> None:
    client = people("hr_head")
    typed = {name: str(value) for name, value in CLOUD.items()}
    answer = send(client, "/year-list/platforms", **typed | {"year": "2025"})
    assert "不在2025年度内" in page(answer, 422)
    assert values(answer)["name"] == "云课堂"
    done = send(client, "/year-list/platforms", **typed)
    assert done.status_code == 303
    place = done.headers["Location"]
    version = values(client.get(place))["version"]
    changed = {"version": version, "listed_from_on": "2026-02-01", "document": "补充文件"}
    assert send(client, place, **changed).status_code == 303
    page(send(client, place, **changed), 409)
    ban = {"platform": "云课堂", "kind": "ban", "from_on": "2026-08-28", "reason": "快进", "document": "决定"}
    assert send(client, "/year-list/sanctions/new", **ban).status_code == 303
    shown = page(client.get(place))
    assert "不得参与补贴培训 至 2028年8月27日" in shown
    assert "列入日期 2026年1月1日 → 2026年2月1日" in shown
    (sanction,) = re.findall(r'href="(/year-list/sanctions/\d+)"', client.get(place).text)
    assert "云课堂" in page(people("institution").get(sanction))
    page(people("institution_bf").get(sanction), 403)
    page(client.get("/year-list/platforms/999999"), 404)


# --- the workbook ------------------------------------------------------------------------------------------


def test_a_workbook_is_previewed_and_then_brought_in(small_city: City, people: People) -> None:
    client = people("hr1")
    looked_at = upload(client, workbook(institution=[WORKS], platform=[CLOUD]))
    shown = page(looked_at)
    assert "将增加 2 条，修改 0 条，终止 0 条" in shown
    assert "机构 第 2 行增加示例工厂2026年度" in shown
    with pytest.raises(ValueError, match="not enough values"):
        entry(small_city, WORKS["uscc"])
    carried = values(looked_at)
    done = send(client, "/year-list/import", act="apply", workbook=carried["workbook"], seen=carried["seen"])
    assert done.status_code == 303
    assert "已导入：增加 2 条" in page(client.get(done.headers["Location"]))
    assert entry(small_city, WORKS["uscc"])["name"] == "示例工厂"
    # Whoever sends the same page again is told that the list has moved on.
    again = send(client, "/year-list/import", act="apply", workbook=carried["workbook"], seen=carried["seen"])
    assert "预览之后已有变动" in page(again, 409)
    assert "2 条与清单相同，不必导入" in page(again, 409)
    taken = client.get("/year-list/export.xlsx?year=2026")
    assert "不必导入" in page(upload(client, taken.data))


def test_a_workbook_with_faults_or_none_at_all_is_refused_in_words(small_city: City, people: People) -> None:
    client = people("hr1")
    shown = page(upload(client, workbook(institution=[WORKS | {"uscc": "91410400MAEX00001X"}])))
    assert "有 1 处错误，不能导入" in shown
    assert "机构 第 2 行“统一社会信用代码”不是有效的" in shown
    assert "确认导入" not in shown
    assert "不是 XLSX 文件" in page(upload(client, b"%PDF-1.7"), 422)
    assert "最大700 KB，现为2000 KB" in page(upload(client, b"x" * 2_000_000), 422)
    assert "提交的内容过大" in page(upload(client, b"x" * 11 * 1024 * 1024), 413)
    assert "请选择要导入的工作簿" in page(send(client, "/year-list/import", act="preview"), 422)
    for carried in ("", "!!!", "YQ", "汉字"):
        answer = send(client, "/year-list/import", act="apply", workbook=carried, seen="0" * 64)
        page(answer, 422)
    page(send(client, "/year-list/import", act="nonsense"), 404)
    page(upload(people("industry1"), workbook(institution=[WORKS])), 403)


def test_what_is_typed_on_the_list_stands_on_pages_as_text(small_city: City, people: People) -> None:
    add_school(small_city, name="<b>学校</b>", document="<script>文</script>")
    impose(small_city, reason="<img src=x>")
    for path in ("/listed-institutions", "/year-list", "/year-list/sanctions"):
        text = people("hr1").get(path).get_data(as_text=True)
        assert "<b>学校" not in text
        assert "<script>文" not in text
        assert "<img src=x" not in text
