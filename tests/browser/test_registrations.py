"""An organisation comes to the site: it registers, HR approves, its owner lets a colleague in, both apply."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.people import Office, Site, check
from tests.files import PDF, PNG
from tests.journeys.test_registrations import PASSWORD, code, form

COLLEAGUE_PASSWORD = "ein-anderes-wort-7"
SCAN = {"name": "执照.pdf", "mimeType": "application/pdf", "buffer": PDF}
PERMIT = {"name": "许可证.png", "mimeType": "image/png", "buffer": PNG}


def test_from_registering_to_the_first_application_of_a_colleague(site: Site, office: Office) -> None:
    site.set_clock("2026-08-28T17:05:00+08:00")
    # Without JavaScript, and with a slip first: what was typed stays, but the password and the files.
    head = office.stranger(scripts=False)
    head.open("/")
    head.page.locator("main").get_by_role("link", name="机构注册", exact=True).first.click()
    typed = {name: str(value) for name, value in form(77).items()}
    head.fill(typed | {"again": PASSWORD, "uscc": code(77)[:-2] + "SS"})
    assert head.press("提交注册") == 422
    assert "第17位“S”不能使用" in head.text
    assert "“营业执照或者法人证书”未上传" in head.text
    expect(head.page.locator("#field-name")).to_have_value(typed["name"])
    head.fill({"uscc": code(77), "password": PASSWORD, "again": PASSWORD})
    head.page.set_input_files("#field-licence", [SCAN])  # type: ignore[list-item]
    head.page.set_input_files("#field-school_permit", [PERMIT])  # type: ignore[list-item]
    assert head.press("提交注册") == 200
    assert "待审核" in head.text
    receipt = head.page.locator("dd strong.user-select-all").inner_text()
    # Found again from another computer, by what stands on paper.
    other = office.stranger()
    other.open("/register/status")
    other.fill({"receipt": receipt.lower().replace("-", " "), "uscc": code(77)})
    assert other.press("查询") == 200
    assert typed["name"] in other.text

    hr = office.person("hr1")
    hr.open("/worklist")
    hr.page.get_by_role("link", name="机构注册").click()
    hr.page.get_by_role("link", name=typed["name"]).click()
    assert "138****1111" in hr.text
    assert hr.press("查看完整的联系人和电话（将留下记录）") == 200
    assert "13800001111" in hr.text
    assert hr.press("通过") == 200
    assert "已通过" in hr.text

    assert office.sign_in(head, typed["login"], PASSWORD) == 200
    head.open("/organisation")
    head.fill({"login": "kollege", "name": "同事", "password": COLLEAGUE_PASSWORD})
    assert head.press("添加") == 200
    assert "未修改初始密码" in head.text

    colleague = office.stranger()
    assert office.sign_in(colleague, "kollege", COLLEAGUE_PASSWORD) == 200
    colleague.open("/applications/new")
    assert "请先设定自己的密码" in colleague.text
    colleague.fill({"current": COLLEAGUE_PASSWORD, "new": PASSWORD, "again": PASSWORD})
    assert colleague.press("修改密码") == 200
    assert office.sign_in(colleague, "kollege", PASSWORD) == 200
    colleague.open("/organisation")
    expect(colleague.page.get_by_role("button", name="添加", exact=True)).to_have_count(0)
    colleague.open("/applications/new")
    colleague.fill({"applicant.name": typed["name"]})
    assert colleague.press("保存草稿") == 200
    assert colleague.state == "草稿"
    assert colleague.complaints + hr.complaints + other.complaints == []


def test_a_new_application_starts_from_the_last_one(office: Office) -> None:
    person = office.person("institution")
    person.open("/applications/new")
    person.page.locator("section[aria-labelledby=previous] a").first.click()
    assert "须重新填写" in person.text
    name = person.page.locator('[name="applicant.bank_account"]')
    assert "*" in name.input_value()
    expect(person.page.locator('[name="opening.classes.0.starts_on"]')).to_have_value("")
    # The masks that came over are no fault while one types, nor on saving.
    expect(person.page.locator("#live")).to_contain_text("提交前还需填写")
    assert "填写有误" not in person.page.locator("#live").inner_text()
    assert person.press("保存草稿") == 200
    assert person.state == "草稿"
    assert "接下来：提交后，由行业主管部门初审" in person.text


def test_the_pages_of_registration_are_sound(office: Office) -> None:
    stranger = office.stranger()
    for path in ("/register", "/register/status"):
        check(stranger, path)
    hr = office.person("hr1")
    check(hr, "/registrations?state=refused")
    hr.page.locator("tbody a").first.click()
    check(hr, hr.page.url)
    check(office.person("institution"), "/organisation")
    assert stranger.complaints + hr.complaints == []
