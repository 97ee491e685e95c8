"""目录清单 in a real browser: sound pages, an institution from the list to a stop and on, a workbook."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from tests.browser.people import Office, Person, Site, check
from workflow.demonstration.year_list import BANNED_PLATFORM, SCHOOL
from workflow.services import year_list

NEW = {
    "year": "2026",
    "uscc": "52410400MJY0000068",
    "name": "新华示例学校",
    "kind": "training_institution",
    "listed_from_on": "2026-08-01",
    "document": "平人社〔2026〕8号",
}


def school(site: Site) -> str:
    """The address of the demonstration's third institution in the city."""
    page = year_list.list_public_institutions(site.product, region="410400", year=2026, text=SCHOOL)
    return f"/year-list/institutions/{page['items'][0]['id']}"


def send(person: Person, act: str, values: dict[str, str], button: str) -> int:
    """Opens one of the forms of an institution's page, fills it in and sends it."""
    form = f"#act-{act}"
    if person.page.locator(f"{form}:not([open])").count():
        person.page.locator(f"{form} > summary").click()
    person.fill(values, inside=form)
    return person.press(button, inside=form)


def test_the_pages_of_the_list_are_sound(site: Site, office: Office) -> None:
    stranger = office.stranger()
    check(stranger, "/listed-institutions")
    check(stranger, "/listed-institutions?year=&text=焊工")
    hr = office.person("hr1")
    for path in (
        "/year-list",
        "/year-list?text=没有",
        "/year-list/institutions/new",
        school(site),
        "/year-list/platforms",
        "/year-list/sanctions",
        "/year-list/sanctions/1",
        "/year-list/sanctions/2",
        "/year-list/sanctions/new",
        "/year-list/import",
    ):
        check(hr, path)
    check(office.person("institution"), "/year-list")
    check(office.person("auditor"), school(site))
    assert stranger.complaints == []
    assert hr.complaints == []


def test_hr_lists_an_institution_stops_it_after_a_survey_and_lets_it_go_on(
    site: Site, office: Office
) -> None:
    site.set_clock("2026-08-31T09:00:00+08:00")
    hr, stranger = office.person("hr1"), office.stranger()
    hr.open("/worklist")
    hr.page.get_by_role("navigation", name="主导航").get_by_role("link", name="目录清单").click()
    hr.page.get_by_role("link", name="列入机构").click()
    hr.fill(NEW | {"listed_from_on": "2025-08-01"})
    assert hr.press("列入") == 422
    expect(hr.page.locator("#field-listed_from_on-error")).to_contain_text("不在2026年度内")
    expect(hr.page.locator('[name="name"]')).to_have_value("新华示例学校")
    assert hr.faults() == []
    hr.fill(NEW)
    assert hr.press("列入") == 200
    place = hr.page.url.removeprefix(site.address)
    hr.page.locator("#act-occupation").get_by_label("初级工（五级）").check()
    occupation = {
        "occupation_code": "6-18-02-04",
        "occupation": "焊工",
        "listed_from_on": "2026-08-01",
        "document": "平人社〔2026〕8号",
    }
    assert send(hr, "occupation", occupation, "登记") == 200
    survey = {"surveyed_on": "2026-08-07", "asked_count": "40", "satisfied_count": "33"}
    assert send(hr, "survey", survey, "登记调查") == 200
    assert "自 2026年8月7日 至 2026年9月6日 停止开班" in hr.text
    check(hr, place)
    stranger.open("/listed-institutions?text=新华示例学校")
    expect(stranger.page.locator("tbody tr")).to_contain_text("停止开班")
    hr.page.locator('[aria-labelledby="sanctions"]').get_by_role("link", name="停止开班").click()
    hr.fill({"reason": "整改后复查合格"})
    assert hr.press("解除处理") == 200
    assert "自 2026年8月31日 起：整改后复查合格" in hr.text
    stranger.page.reload()
    expect(stranger.page.locator("tbody tr")).not_to_contain_text("停止开班")
    assert hr.complaints == []


def test_the_list_is_taken_away_as_a_workbook_and_brought_in_again(office: Office, tmp_path: Path) -> None:
    hr = office.person("hr2")
    hr.open("/year-list/import")
    with hr.page.expect_download() as taken:
        hr.page.get_by_role("button", name="导出（.xlsx）").click()
    assert taken.value.suggested_filename == "平顶山市2026年度目录清单.xlsx"
    workbook = tmp_path / "list.xlsx"
    taken.value.save_as(workbook)
    hr.page.get_by_label("目录清单工作簿").set_input_files(workbook)
    assert hr.press("预览变动") == 200
    assert "与清单相同，不必导入" in hr.text
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"nothing")
    hr.page.get_by_label("目录清单工作簿").set_input_files(broken)
    assert hr.press("预览变动") == 422
    assert "不是 XLSX 文件" in hr.text
    assert hr.faults() == []
    assert hr.complaints == []


def test_a_platform_that_is_banned_says_so_to_everybody_who_may_choose_it(office: Office) -> None:
    institution = office.person("institution")
    institution.open("/year-list/platforms?year=2026")
    row = institution.page.locator("tr", has_text=BANNED_PLATFORM)
    expect(row).to_contain_text("不得参与补贴培训")
    expect(institution.page.get_by_role("button", name="列入")).to_have_count(0)
