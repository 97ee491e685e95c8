"""The dashboard over the API and on its pages: charts beside tables, numbers that lead on, workbooks."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from werkzeug.test import TestResponse

from tests.journeys.city import City
from tests.journeys.conftest import small_city
from tests.web.test_answers import Reader
from tests.web.test_calendar_pages import People, page, people, send
from web.api.intake import XLSX
from web.views.charts import Row, chart
from workflow.services import tallies

__all__ = ["people", "small_city"]


@pytest.fixture
def late(small_city: City) -> City:
    """An application that HR has had for far too long."""
    small_city.to_hr_review()
    small_city.at("2026-12-31")
    tallies.refresh_tallies(small_city.product, older_than=timedelta(0))
    return small_city


def test_the_api_answers_the_dashboard_as_described(late: City) -> None:
    reader = Reader(late)
    found = reader.get("office", "/dashboard")
    assert (found["period"], [each["name"] for each in found["tables"]]) == (
        "2026",
        ["matters", "timings", "overdue", "money", "months"],
    )
    (alone,) = reader.get("auditor", "/dashboard?period=2026-08&region=410400&table=money")["tables"]
    assert alone["rows"][0]["asked"] == "54000.00"
    (item,) = reader.get("hr_head", "/dashboard/overdue?band=days_11")["items"]
    assert (item["holder"], item["holder_names"]) == ("hr", "示例hr1、示例hr2")
    assert reader.get("admin", "/dashboard/overdue?holder=finance")["items"] == []
    assert reader.call("office", "POST", "/dashboard/refresh")["made_at"].startswith("2026-12-31")
    reader.get("hr1", "/dashboard", status=403)
    reader.get("hr_head", "/dashboard?region=410421", status=403)
    reader.get("office", "/dashboard?period=2026-13", status=422)
    listed = reader.get("office", "/applications?since=2026-08-01&until=2026-08-31")["items"]
    assert [each["id"] for each in listed] == [late.application["id"]]
    assert reader.get("office", "/applications?until=2026-08-30")["items"] == []


def test_every_number_of_the_page_leads_to_the_list_behind_it(late: City, people: People) -> None:
    late.at("2026-12-31")
    office = people("office")
    shown = office.get("/dashboard?period=2026")
    words = page(shown)
    assert "统计截至 2026年12月31日" in words
    text = shown.get_data(as_text=True)
    assert text.count("<figure") == 5
    assert text.count("<table") == 5
    links = {
        each.replace("&amp;", "&")
        for each in re.findall(r'href="(/(?:applications|dashboard/(?:overdue|timings))\?[^"]+)"', text)
    }
    assert {each.partition("?")[0] for each in links} == {
        "/applications",
        "/dashboard/overdue",
        "/dashboard/timings",
    }
    for each in links:
        assert late.application["number"] in page(office.get(each)), each
    # What narrows the list stands in its fields, as a browser's date field takes it.
    assert 'value="2026-12-31"' in office.get("/applications?until=2026-12-31").get_data(as_text=True)
    head = people("hr_head")
    mine = page(head.get("/dashboard"))
    assert "人力资源社会保障部门" in mine
    assert "财政部门办理总时限" not in mine
    assert "立即重新统计" not in mine
    assert send(head, "/dashboard/refresh").status_code == 403
    assert send(office, "/dashboard/refresh", period="2026").location == "/dashboard?period=2026"
    for address in ("/dashboard?format=xlsx", "/dashboard?format=xlsx&table=timings&period=all"):
        assert office.get(address).mimetype == XLSX
    assert "查询条件“年度（2026）、月份（2026-09）或者 all”不能是“去年”" in page(
        office.get("/dashboard?period=去年"), 422
    )
    assert page(office.get("/dashboard/overdue?band=long"), 422)


def rows_of(answer: TestResponse) -> list[tuple[Any, ...]]:
    sheet: Any = openpyxl.load_workbook(io.BytesIO(answer.data)).worksheets[0]
    return [row for row in sheet.iter_rows(values_only=True) if str(row[0]).startswith("4104")]


def test_the_workbook_of_a_list_has_what_its_address_asks_for(late: City, people: People) -> None:
    late.at("2026-12-31")
    office, number = people("office"), late.application["number"]
    for narrowed, count in (
        ("holder=hr", 1),
        ("holder=finance", 0),
        ("band=days_11", 1),
        ("band=days_1_5", 0),
    ):
        answer = office.get(f"/dashboard/overdue?{narrowed}&format=xlsx")
        assert answer.mimetype == XLSX
        assert [row[0] for row in rows_of(answer)] == [number] * count
        assert f"/dashboard/overdue?{narrowed}&amp;format=xlsx" in office.get(
            f"/dashboard/overdue?{narrowed}"
        ).get_data(as_text=True)
    row = "department=industry&kind=claim_industry_review&limit_days=10&period=2026"
    (listed,) = rows_of(office.get(f"/dashboard/timings?{row}&format=xlsx"))
    (item,) = Reader(late).get("office", f"/dashboard/timings?{row}")["items"]
    assert (listed[0], listed[-2], listed[-1]) == (number, item["used_days"], item["over_days"])
    assert rows_of(office.get(f"/dashboard/timings?{row}&used_from=99&format=xlsx")) == []
    assert "没有这样的申请" in page(office.get(f"/dashboard/timings?{row}&used_from=99"))
    assert "不能是“许多”" in page(office.get(f"/dashboard/timings?{row}&used_from=许多"), 422)
    assert office.get("/dashboard/timings").status_code == 303
    assert people("hr_head").get(f"/dashboard/timings?{row}").status_code == 403


def test_bars_share_one_scale_and_stacked_ones_begin_where_the_last_ended() -> None:
    drawn = chart(
        "图", ("甲", "乙"), [Row("一", [(1, "1"), (3, "3")], mark=4), Row("二", [(2, "2"), (0, "0")])]
    )
    assert [[bar.length for bar in line.bars] for line in drawn.lines] == [[24.75, 74.25], [49.5, 0.0]]
    assert [line.mark for line in drawn.lines] == [99.0, None]
    stacked = chart("图", ("甲", "乙"), [Row("一", [(1, "1"), (3, "3")])], stacked=True)
    assert [(bar.start, bar.length) for bar in stacked.lines[0].bars] == [(0.0, 24.75), (24.75, 74.25)]
    assert chart("图", ("甲",), [Row("无", [(0, "0")])]).lines[0].bars[0].length == 0
