"""The roster in the browser: no classes yet, no file, wrong rows, and the good ones taken alone."""

from __future__ import annotations

import io

import openpyxl
import pytest
from playwright.sync_api import expect

from tests.browser.people import Office, Person, Site
from tests.browser.test_training_records import sound
from workflow.demonstration.trainees import identity_number, phone
from workflow.form.roster import roster_template

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
UPLOAD = "上传并检查"


def choose(person: Person, rows: list[list[object]]) -> None:
    """Chooses the template, filled in with these rows, as the file to be sent."""
    book = openpyxl.load_workbook(io.BytesIO(roster_template()))
    for row in rows:
        book.worksheets[0].append(row)
    filled = io.BytesIO()
    book.save(filled)
    chosen = {"name": "名册.xlsx", "mimeType": XLSX, "buffer": filled.getvalue()}
    person.page.set_input_files("input[type=file]", files=[chosen])  # type: ignore[list-item]


@pytest.mark.timeout(120)
def test_a_roster_is_sent_mended_and_its_good_rows_taken_knowingly(site: Site, office: Office) -> None:
    person = office.person("institution")
    person.open("/applications/new")
    person.fill({"applicant.name": "鹰城职业技能培训学校（示例）"})
    assert person.press("保存草稿") == 200
    address = person.page.url
    person.page.locator(".page-acts").get_by_role("link", name="学员名册").click()
    expect(person.page.get_by_role("note").filter(has_text="开班申请中还没有班次")).to_be_visible()
    sound(person)
    person.page.get_by_role("link", name="填写班次").click()
    person.fill({"opening.classes.0.class_no": "1", "opening.classes.0.occupation": "车工"})
    assert person.press("保存") == 200

    person.open(f"{address}/roster")
    assert "还没有班次" not in person.text
    assert person.press(UPLOAD) == 422
    expect(person.page.locator("#field-file-error")).to_have_text("请选择文件")
    sound(person)
    rows: list[list[object]] = [
        [1, f"赵示例{'甲乙丙丁'[at]}", None, identity_number(9_000 + at), phone(at), "失业人员"]
        for at in range(4)
    ]
    rows[1][1] = "<script>" * 8
    rows[2][5] = "工人"
    choose(person, rows)
    assert person.press(UPLOAD) == 200
    assert "有 2 行有错，2 行无误" in person.text
    assert "须为下列之一：企业职工、" in person.text
    sound(person)
    assert person.press("只导入无误的 2 行") == 422
    expect(person.page.locator("#field-accepted-error")).to_contain_text("其余2行不导入")
    sound(person)
    person.fill({"accepted": "true"})
    assert person.press("只导入无误的 2 行") == 200
    assert "已导入无误的 2 行" in person.text

    person.page.get_by_role("link", name="增加一名学员").click()
    for name in ("name", "id_number", "phone", "employer", "post_code"):
        person.page.locator(f'main [name="{name}"]').evaluate("one => one.removeAttribute('maxlength')")
        person.fill({name: "<script>１２３" * 30})
    assert person.press("增加") == 422
    expect(person.page.locator("#field-name-error")).to_contain_text("不能用于姓名的符号")
    expect(person.page.locator('[name="employer"]')).to_have_value("<script>１２３" * 30)
    sound(person)
    assert person.complaints == []
