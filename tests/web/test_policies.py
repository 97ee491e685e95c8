"""政策参数 on pages and over the API: each value with its source, what differs, who may look."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.journeys.city import City
from tests.journeys.conftest import small_city
from tests.web.test_answers import Reader
from tests.web.test_calendar_pages import People, page, people
from workflow.policy import available_policies, load_policy

__all__ = ["people", "small_city"]
ZHONGMU, XINXIANG, PINGDINGSHAN = "zhongmu-2022", "xinxiang-2023", "pingdingshan-2022"


@pytest.fixture
def reader(small_city: City) -> Reader:
    return Reader(small_city.to_opening_review())


# --- API ---------------------------------------------------------------------------------------------------


def test_the_api_lists_the_policies_with_the_versions_in_use(reader: Reader) -> None:
    answer = reader.get("office", "/policies")
    assert answer["next"] is None
    items = {item["key"]: item for item in answer["items"]}
    assert tuple(items) == available_policies()
    mine = items[PINGDINGSHAN]
    assert (mine["in_force"], mine["draft"], mine["valid_until"]) == (True, False, None)
    assert [(one["applications_count"], one["shown"]) for one in mine["stored_versions"]] == [(1, True)]
    assert items[ZHONGMU]["draft"] is True
    assert items[XINXIANG]["stored_versions"] == []


@pytest.mark.parametrize("key", available_policies())
def test_the_api_answers_every_value_with_its_source(reader: Reader, key: str) -> None:
    found = reader.get("auditor", f"/policies/{key}")
    policy = load_policy(key)
    assert found["version"] == policy.version
    assert [one["path"] for one in found["parameters"]] == [one.path for one in policy.parameters]
    for one in found["parameters"]:
        assert one["source"]
        assert one["local"] is one["source"].startswith("本地")
        assert one["draft"] is ("征求意见稿" in one["source"])


def test_the_api_says_what_differs(reader: Reader) -> None:
    found = reader.get("admin", f"/policies/{PINGDINGSHAN}/changes?to={XINXIANG}")
    changes = {change["path"]: change for change in found["changes"]}
    change = changes["settings.certificates_required"]
    assert (change["before"]["value"], change["after"]["value"], change["in_value"]) == ("否", "是", True)
    assert change["after"]["source"].startswith("新技领办〔2023〕4号 附件4")
    back = reader.get("admin", f"/policies/{XINXIANG}/changes?to={PINGDINGSHAN}")
    assert {change["path"] for change in back["changes"]} == set(changes)
    assert reader.get("admin", f"/policies/{XINXIANG}/changes?to={XINXIANG}")["changes"] == []


def test_a_stored_version_has_its_own_address(reader: Reader) -> None:
    version = load_policy(PINGDINGSHAN).version
    assert reader.get("admin", f"/policies/{PINGDINGSHAN}@{version}")["version"] == version
    reader.get("admin", f"/policies/{PINGDINGSHAN}@000000000000", status=404)
    # The version of one policy is not that of another.
    reader.get("admin", f"/policies/{XINXIANG}@{version}", status=404)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/policies/nowhere-1999", 404),
        ("/policies/default", 404),
        ("/policies/default-flow", 404),
        (f"/policies/{XINXIANG}/changes?to=nowhere-1999", 404),
        (f"/policies/{XINXIANG}/changes", 422),
        (f"/policies/{XINXIANG}/changes?to=../x", 422),
        (f"/policies/{XINXIANG}/changes?to={XINXIANG}@1", 422),
    ],
)
def test_what_there_is_not_is_said(reader: Reader, path: str, status: int) -> None:
    reader.get("admin", path, status=status)


@pytest.mark.parametrize("login", ["institution", "hr1", "finance_head", "inspector"])
def test_others_are_not_admitted(reader: Reader, login: str) -> None:
    for path in ("/policies", f"/policies/{XINXIANG}", f"/policies/{XINXIANG}/changes?to={ZHONGMU}"):
        reader.get(login, path, status=403)


# --- pages -------------------------------------------------------------------------------------------------


def rows(client: FlaskClient, path: str) -> dict[str, str]:
    """Each parameter's row on a page, its words joined."""
    text = client.get(path).get_data(as_text=True)
    found = re.findall(r"<tr>(?:(?!</tr>).)*?<code[^>]*>([^<]+)</code>.*?</tr>", text, flags=re.S)
    whole = re.findall(r"<tr>.*?</tr>", text, flags=re.S)
    by_path: dict[str, str] = {}
    for row in whole:
        code = re.search(r"<code class=\"small-print[^>]*>([^<]+)</code>", row)
        if code:
            by_path[code[1]] = " ".join(re.sub(r"<[^>]+>", " ", row).split())
    assert found
    return by_path


@pytest.mark.parametrize("login", ["admin", "auditor", "office"])
def test_who_oversees_reads_the_list(people: People, login: str) -> None:
    client = people(login)
    said = page(client.get("/admin/policies"))
    for key in available_policies():
        assert load_policy(key).title in said
        assert load_policy(key).version in said
    assert "征求意见稿" in said
    assert "政策参数" in page(client.get("/worklist")) or login == "admin"


@pytest.mark.parametrize("login", ["institution", "hr1"])
def test_others_have_no_such_page(people: People, login: str) -> None:
    client = people(login)
    for path in ("/admin/policies", f"/admin/policies/{XINXIANG}", "/admin/policies/compare"):
        assert client.get(path).status_code == 403
    assert "政策参数" not in page(client.get("/worklist"))


@pytest.mark.parametrize("key", available_policies())
def test_the_page_of_a_policy_shows_each_value_with_its_source_or_local(people: People, key: str) -> None:
    by_path = rows(people("admin"), f"/admin/policies/{key}")
    policy = load_policy(key)
    assert list(by_path) == [parameter.path for parameter in policy.parameters]
    for parameter in policy.parameters:
        said = by_path[parameter.path]
        for words in (parameter.title, parameter.value, parameter.note):
            assert words in said
        assert parameter.source.removeprefix("本地") in said
        assert ("本地" in said) or not parameter.local
        assert ("征求意见稿" in said) or not parameter.draft


def test_the_page_says_the_groups_and_that_the_document_is_a_draft(people: People) -> None:
    said = page(people("auditor").get(f"/admin/policies/{ZHONGMU}"))
    places = [
        said.index(word) for word in ("办理时限", "提醒与升级", "培训与资金规则", "补贴标准", "资金来源")
    ]
    assert places == sorted(places)
    assert "所依据的是征求意见稿，不是正式印发的文件" in said
    assert "现行" not in said
    assert "还没有适用本政策的申请" in said
    assert "不是正式印发" not in page(people("admin").get(f"/admin/policies/{XINXIANG}"))


def test_the_page_shows_the_versions_that_applications_keep(people: People, small_city: City) -> None:
    small_city.to_opening_review()
    version = load_policy(PINGDINGSHAN).version
    client = people("admin")
    said = page(client.get(f"/admin/policies/{PINGDINGSHAN}"))
    assert re.search(rf"{version} 本页所示2026年8月31日 09:00\s?1 件\s?1 件", said), said[:900]
    assert version in page(client.get(f"/admin/policies/{PINGDINGSHAN}@{version}"))
    page(client.get(f"/admin/policies/{PINGDINGSHAN}@000000000000"), 404)
    page(client.get("/admin/policies/nowhere"), 404)


def test_the_comparison_shows_both_values_and_both_sources(people: People) -> None:
    client = people("office")
    address = f"/admin/policies/compare?before={PINGDINGSHAN}&after={ZHONGMU}"
    said = page(client.get(address))
    assert said.index("值不同") < said.index("值相同，依据或说明不同")
    by_path = rows(client, address)
    hiring = by_path["employment_subsidies.hiring"]
    assert "不启用" in hiring
    assert "每人1,000.00元" in hiring
    assert "累计不超过2,000,000.00元" in hiring
    assert "征求意见稿 中牟县工作方案（征求意见稿） 三(三)7" in hiring
    total = by_path["clocks.hr_total"]
    assert "平技领办〔2022〕5号 二(四)21" in total
    assert "本地 （参照平技领办〔2022〕5号 二(四)21）" in total
    assert "clocks.objection" not in by_path


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("", 200, "请选择两项政策"),
        (f"?before={XINXIANG}", 200, "请选择两项政策"),
        (f"?before={XINXIANG}&after={XINXIANG}", 200, "没有。"),
        (f"?before={XINXIANG}&after=<b>", 422, "查询条件有误"),
        (f"?before={XINXIANG}&after=nowhere", 404, "没有政策“nowhere”"),
    ],
)
def test_the_comparison_answers_whatever_is_chosen(
    people: People, query: str, status: int, words: Any
) -> None:
    assert words in page(people("admin").get(f"/admin/policies/compare{query}"), status)
