"""The year's list by workbook: a round trip changes nothing; what was previewed is done, or nothing is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, insert, select
from stdnum.cn import uscc

from tests.journeys.city import CITY, COUNTY, City
from tests.journeys.test_year_list import LATHE, SCHOOL, USCC, add_lathe, add_school, change_school, facts
from tests.year_list import PLATFORM
from workflow.errors import Conflict, Forbidden, Malformed
from workflow.persistence import tables
from workflow.persistence.engine import reading, writing
from workflow.services import audit_verification, year_list, year_list_import
from workflow.services.year_list_sheets import SHEETS, cells_of, workbook_of

OTHER = "91410400MAEX00001Y"
WORKS = {**{name: SCHOOL[name] for name in SCHOOL if name != "region"}, "uscc": OTHER, "name": "示例工厂"}
WELDING = {**LATHE, "occupation_code": "6-18-02-04", "occupation": "焊工", "year": 2026, "uscc": USCC}
CLOUD = {"year": 2026, "name": "云课堂", "listed_from_on": "2026-01-01", "document": "文"}


def workbook(**rows: list[dict[str, Any]]) -> bytes:
    """A workbook of ``institution``, ``occupation`` and ``platform`` rows."""
    return workbook_of({sheet.title: cells_of(sheet, rows.get(sheet.part, [])) for sheet in SHEETS})


def preview(city: City, content: bytes, login: str = "hr1") -> dict[str, Any]:
    return year_list_import.preview_import(city.product, actor=city.actors[login], content=content)


def apply(city: City, content: bytes, seen: str | None = None, login: str = "hr1") -> dict[str, Any]:
    return year_list_import.apply_import(city.product, actor=city.actors[login], content=content, seen=seen)


def export(city: City, login: str = "hr1", year: int = 2026, region: str | None = None) -> bytes:
    return year_list_import.export_year_list(
        city.product, actor=city.actors[login], year=year, region=region
    )[0]


def counts(answer: Mapping[str, Any]) -> tuple[int, int, int, int]:
    """Added, changed, ended, unchanged."""
    added, changed, ended, unchanged = (
        int(answer[f"{act}_count"]) for act in ("added", "changed", "ended", "unchanged")
    )
    return added, changed, ended, unchanged


def said(answer: Mapping[str, Any]) -> list[str]:
    return [f"{error['sheet']}{error['row']} {error['message']}" for error in answer["errors"]]


def kept(city: City) -> list[list[Any]]:
    """Everything that an import may write."""
    with reading(city.product.engine) as connection:
        return [
            [tuple(row) for row in connection.execute(select(table).order_by(table.c[0]))]
            for table in (
                tables.listed_institution,
                tables.listed_occupation,
                tables.listed_platform,
                tables.audit_entry,
                tables.year_list_change,
            )
        ]


def test_an_export_taken_in_again_changes_nothing(city: City) -> None:
    school = add_school(
        city.at("2026-03-02"),
        theory_area=0,
        residential=False,
        full_time_head=True,
        listed_until_on="2026-12-31",
    )
    add_lathe(city, school)
    add_lathe(city, school, levels=[3], listed_from_on="2026-05-15")
    add_lathe(city, school, occupation_code="4-10-01-05", levels=[], certificate_kind="special_ability")
    apply(city, workbook(platform=[CLOUD]))
    before = kept(city)
    content = export(city)
    looked_at = preview(city, content)
    assert counts(looked_at) == (0, 0, 0, 5)
    assert looked_at["changes"] == looked_at["errors"] == []
    assert counts(apply(city, content, looked_at["seen"])) == (0, 0, 0, 5)
    assert kept(city) == before
    assert export(city) == content
    assert counts(preview(city, export(city, year=2027))) == (0, 0, 0, 0)


def test_a_preview_writes_nothing_and_is_what_is_then_done(city: City) -> None:
    school = add_school(city.at("2026-03-02"))
    add_lathe(city, school)
    before = kept(city)
    content = workbook(
        institution=[SCHOOL | {"theory_area": 350}, WORKS],
        occupation=[
            LATHE | {"year": 2026, "uscc": USCC, "listed_until_on": "2026-05-14"},
            LATHE | {"year": 2026, "uscc": USCC, "levels": [5, 4, 3], "listed_from_on": "2026-05-15"},
            WELDING | {"uscc": OTHER, "institution": "示例工厂"},
        ],
        platform=[CLOUD],
    )
    looked_at = preview(city, content)
    assert kept(city) == before
    assert counts(looked_at) == (4, 1, 1, 0)
    assert [(one["sheet"], one["row"], one["act"], one["name"]) for one in looked_at["changes"]] == [
        ("机构", 2, "change", "湛河示例学校"),
        ("机构", 3, "add", "示例工厂"),
        ("职业", 2, "end", "湛河示例学校"),
        ("职业", 3, "add", "湛河示例学校"),
        ("职业", 4, "add", "示例工厂"),
        ("平台", 2, "add", "云课堂"),
    ]
    assert looked_at["changes"][0]["fields"] == [
        {"field": "theory_area", "label": "理论教学场地面积（平方米）", "before": "", "after": "350"}
    ]
    assert looked_at["changes"][2]["fields"][0]["after"] == "2026年5月14日"
    done = apply(city, content, looked_at["seen"])
    assert (counts(done), done["applied"]) == (counts(looked_at), True)
    (entry,) = facts(city).entries
    assert entry.theory_area == 350
    assert [(each.levels, str(each.listed_until_on)) for each in entry.occupations] == [
        ((5, 4), "2026-05-14"),
        ((5, 4, 3), "None"),
    ]
    (works,) = facts(city, uscc=OTHER).entries
    assert [each.occupation for each in works.occupations] == ["焊工"]
    assert {platform.name for platform in facts(city).platforms} == {PLATFORM, "云课堂"}
    # Once for all its rows, an institution has another version, and an entry in its history.
    shown = year_list.read_institution(city.product, actor=city.actors["hr1"], institution_id=school["id"])
    assert shown["version"] == school["version"] + 2
    newest = shown["history"][0]
    assert newest["event_label"] == "导入目录清单"
    assert [change["part"] for change in newest["changes"]] == ["institution", "occupation", "occupation"]
    assert audit_verification.verify_audit(city.product)["holds"]


def test_of_a_workbook_with_a_wrong_row_nothing_is_written_and_every_fault_is_named(city: City) -> None:
    add_lathe(city, add_school(city.at("2026-03-02")))
    before = kept(city)
    content = workbook(
        institution=[
            WORKS,
            WORKS | {"name": "又一次"},
            WORKS | {"uscc": "91410400MAEX00001X"},
        ],
        occupation=[
            WELDING | {"uscc": "52410400MJY000001Q"},
            WELDING | {"institution": "别的名字"},
            WELDING | {"listed_from_on": "2027-01-01", "occupation_code": "4-10-01-05"},
            LATHE | {"year": 2026, "uscc": USCC, "levels": [3], "listed_from_on": "2026-05-15"},
            WELDING | {"uscc": OTHER},
            WELDING | {"uscc": OTHER, "listed_from_on": "2026-06-01"},
        ],
        platform=[CLOUD, CLOUD],
    )
    looked_at = preview(city, content)
    assert said(looked_at) == [
        "机构3 与第2行重复",
        "机构4 “统一社会信用代码”不是有效的统一社会信用代码：末位校验码“X”与前17位不符，请逐位核对"
        "（填写的是“91410400MAEX00001X”）",
        "职业2 2026年度目录清单和工作表“机构”中都没有“52410400MJY000001Q”（或者那一行有误）",
        "职业3 “机构名称”与统一社会信用代码不符：52410400MJY000002U是“湛河示例学校”",
        "职业4 “批准日期”须在2026年1月1日（机构列入之日）至2026年12月31日之间（填写的是“2027-01-01”）",
        "职业5 与清单中原有的一条（2026年1月1日起）的期间重叠：原有的须先填写截止日期",
        "职业7 与第6行（2026年1月1日起）的期间重叠：原有的须先填写截止日期",
        "平台3 与第2行重复",
    ]
    with pytest.raises(Malformed) as refusal:
        apply(city, content)
    assert [error.field for error in refusal.value.errors][:2] == ["机构.3.uscc", "机构.4.uscc"]
    assert kept(city) == before


def test_what_was_changed_after_the_preview_is_not_overwritten(city: City) -> None:
    school = add_school(city.at("2026-03-02"))
    content = workbook(institution=[SCHOOL | {"theory_area": 350}])
    seen = preview(city, content)["seen"]
    changed = change_school(city, school, "hr2", administrator_count=5)
    before = kept(city)
    with pytest.raises(Conflict, match="预览之后已有变动"):
        apply(city, content, seen)
    assert kept(city) == before
    # Even where the same would be written: somebody has looked at it in between.
    change_school(city, changed, "hr2", administrator_count=None)
    with pytest.raises(Conflict):
        apply(city, content, seen)
    assert counts(apply(city, content, preview(city, content)["seen"])) == (0, 1, 0, 0)


def test_a_list_is_taken_in_and_out_by_hr_of_the_region(small_city: City) -> None:
    city = small_city.at("2026-03-02")
    content = workbook(institution=[WORKS])
    for login in ("admin", "office", "auditor", "industry1", "inspector", "institution"):
        with pytest.raises(Forbidden):
            preview(city, content, login)
        with pytest.raises(Forbidden):
            apply(city, content, login=login)
    # It becomes the list of whose region the person is.
    apply(city, content, login="hr_head_bf")
    assert facts(city, uscc=OTHER).entries == ()
    assert len(facts(city, uscc=OTHER, region=COUNTY).entries) == 1
    assert counts(preview(city, export(city, "hr1_bf"), "hr1")) == (1, 0, 0, 0)
    assert export(city, "office", region=COUNTY) == export(city, "industry1_bf")
    with pytest.raises(Forbidden):
        export(city, "hr1", region=COUNTY)
    with pytest.raises(Forbidden):
        export(city, "institution")
    with pytest.raises(Malformed, match="须选择地区"):
        export(city, "auditor")


def test_nobody_brings_in_changes_of_an_organisation_one_belongs_to(small_city: City) -> None:
    city = small_city.at("2026-03-02")
    with writing(city.product.engine) as connection:
        organisation_id = connection.execute(
            insert(tables.organisation)
            .values(name="示例工厂", uscc=OTHER, kind="enterprise", region=CITY)
            .returning(tables.organisation.c.id)
        ).scalar_one()
    city.actors["hr1"] = replace(city.actors["hr1"], organisation_id=organisation_id)
    content = workbook(institution=[WORKS])
    assert said(preview(city, content)) == ["机构2 您是这个单位的人员，依照回避规定不能修改本单位的条目"]
    apply(city, content, login="hr2")
    # What changes nothing of one's own may stand in the workbook.
    assert counts(apply(city, export(city))) == (0, 0, 0, 1)


def test_a_thousand_institutions_come_in_at_once(city: City) -> None:
    city.at("2026-03-02")
    bodies = [f"52410400{number:09d}" for number in range(1000)]
    codes = [body + uscc.calc_check_digit(body) for body in bodies]
    content = workbook(
        institution=[WORKS | {"uscc": code} for code in codes],
        occupation=[WELDING | {"uscc": code} for code in codes],
    )
    assert counts(apply(city, content, preview(city, content)["seen"])) == (2000, 0, 0, 0)
    with reading(city.product.engine) as connection:
        changes = connection.scalar(select(func.count()).select_from(tables.year_list_change))
    assert changes == 1000
    assert counts(preview(city, export(city))) == (0, 0, 0, 2000)
    assert len(facts(city, uscc=codes[500]).entries[0].occupations) == 1
