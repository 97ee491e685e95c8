"""工作台 in a real browser: each chart beside its table, each number beside what it counts."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import expect

from tests.browser.people import Office, Person


def numbers(person: Person) -> dict[str, int]:
    """The numbers of applications on the page that lead to a list, by the address of the list."""
    links = person.page.locator("main .chart-beside table a", has_text="件，").all()
    return {str(link.get_attribute("href")): int(link.inner_text().split()[0]) for link in links}


def length(person: Person, address: str) -> int:
    """How many applications are on a list, over all its pages."""
    count, following = 0, address
    while following:
        person.open(following)
        rows = person.page.locator("main .table-cards tbody tr")
        count += rows.count()
        onward = person.page.locator("main a[rel=next]")
        following = str(onward.get_attribute("href")) if onward.count() else ""
    return count


@pytest.mark.parametrize("login", ["office", "hr_head"])
def test_each_chart_has_its_table_beside_it_with_the_same_rows(office: Office, login: str) -> None:
    person = office.person(login)
    person.open("/dashboard")
    panels = person.page.locator("main .chart-beside")
    assert panels.count() == 5
    for panel in panels.all():
        chart, table = panel.locator("figure.chart"), panel.locator("table")
        expect(table.locator("caption")).to_have_count(1)
        said, labels = table.inner_text(), chart.locator(".chart-label").all_inner_texts()
        assert labels
        # A department and its clock are two words.
        assert [part for label in labels for part in label.split() if part not in said] == []
        # On a wide screen they stand side by side, on a narrow one below each other.
        for width, beside in ((1366, True), (360, False)):
            person.page.set_viewport_size({"width": width, "height": 768})
            one, other = chart.bounding_box(), table.bounding_box()
            assert one is not None
            assert other is not None
            assert (one["x"] + one["width"] <= other["x"] + 1) is beside
    assert person.complaints == []


@pytest.mark.timeout(120)
@pytest.mark.parametrize("login", ["office", "hr_head"])
def test_without_scripts_every_number_leads_to_a_list_as_long_as_it_says(office: Office, login: str) -> None:
    person = office.stranger(scripts=False)
    assert office.sign_in(person, login) == 200
    person.open("/dashboard")
    counted = numbers(person)
    assert len(counted) > 20
    assert max(counted.values()) > 30
    assert {address: length(person, address) for address in counted} == counted


def test_without_scripts_it_is_narrowed_counted_anew_and_taken_as_a_workbook(
    office: Office, tmp_path: Path
) -> None:
    person = office.stranger(scripts=False)
    assert office.sign_in(person, "office") == 200
    person.open("/dashboard")
    everywhere = numbers(person)
    person.fill({"region": "410421"})
    assert person.press("查询") == 200
    assert "宝丰县" in person.page.locator("h1").inner_text()
    there = numbers(person)
    assert 0 < sum(there.values()) < sum(everywhere.values())
    assert all("region=410421" in address for address in there)
    assert person.press("立即重新统计") == 200
    assert "宝丰县" in person.page.locator("h1").inner_text()
    assert numbers(person) == there
    with person.page.expect_download() as begun:
        person.page.get_by_role("link", name="全部导出（.xlsx）").click()
    begun.value.save_as(tmp_path / "all.xlsx")
    book = openpyxl.load_workbook(tmp_path / "all.xlsx")
    assert len(book.sheetnames) >= person.page.locator("main .chart-beside").count()
    assert person.page.locator("svg[role=img]").count() == person.page.locator("svg[aria-label]").count() > 0
