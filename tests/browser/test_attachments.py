"""Scans and photographs in the browser: chosen, refused, uploaded, looked at, removed; on a telephone too."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Locator, expect

from tests.browser.people import Office, Person, Site
from tests.files import JPEG, PDF
from workflow.attachments.limits import MOST_BYTES
from workflow.vocabulary import State

PLACE = "#attach-opening_inspection"


def file(name: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def section(person: Person) -> Locator:
    return person.page.locator('section[aria-labelledby="attachments"]')


def sound(person: Person) -> None:
    for width in (360, 1366):
        person.page.set_viewport_size({"width": width, "height": 740})
        assert person.overflow() <= 0, width
    assert person.faults() == []


@pytest.mark.timeout(120)
def test_an_inspector_uploads_photographs_and_others_see_them(site: Site, office: Office) -> None:
    address = f"/applications/{site.first_in(State.TRAINING_IN_PROGRESS)}"
    inspector = office.person("inspector")
    inspector.open(address)
    form = inspector.page.locator(PLACE)
    if form.get_attribute("open") is None:
        form.locator("summary").click()
    chooser = form.locator('[type="file"]')
    # Told before it is sent.
    chooser.set_input_files([file("大.jpg", JPEG + bytes(MOST_BYTES))])
    expect(form.locator(".file-note")).to_have_text("“大.jpg”超过 10 MB，请压缩或者降低分辨率后重新选择")
    expect(form.get_by_role("button", name="上传")).to_be_disabled()
    chooser.set_input_files([file("现场一.jpg", JPEG), file("说明.docx", b"PK\x03\x04"), file("空.png", b"")])
    expect(form.locator(".file-note")).to_have_text("")
    with inspector.page.expect_navigation() as moved:
        form.get_by_role("button", name="上传").click()
    assert moved.value.status == 422
    expect(inspector.page.locator("[data-refusal]")).to_be_focused()
    expect(inspector.page.locator("[data-refusal]")).to_contain_text("有文件没有上传")
    expect(form).to_contain_text("已上传：现场一.jpg")
    expect(form.locator(".invalid-feedback").last).to_contain_text("“空.png”是空文件")
    expect(form.locator('[type="file"]')).to_have_attribute("aria-invalid", "true")
    sound(inspector)
    form.locator('[type="file"]').set_input_files([file("签字表.pdf", PDF)])
    with inspector.page.expect_navigation() as moved:
        form.get_by_role("button", name="上传").click()
    assert moved.value.status == 200
    expect(section(inspector)).to_contain_text("签字表.pdf")
    institution = office.person("institution")
    institution.open(address)
    expect(section(institution)).to_contain_text("现场一.jpg")
    assert section(institution).get_by_role("button", name=re.compile("移除")).count() == 0
    sound(institution)
    with institution.page.expect_download() as download:
        section(institution).get_by_role("link", name=re.compile("下载.*签字表")).click()
    assert Path(download.value.path()).read_bytes() == PDF
    with inspector.page.expect_navigation():
        section(inspector).get_by_role("button", name=re.compile("移除.*现场一")).click()
    assert "已移除附件“现场一.jpg”" in inspector.page.locator("body").inner_text()
    institution.open(address)
    expect(section(institution)).not_to_contain_text("现场一.jpg")
    auditor = office.person("auditor")
    auditor.open(address)
    expect(section(auditor)).to_contain_text("现场一.jpg")
    sound(auditor)
    assert inspector.complaints == institution.complaints == []


def test_without_scripts_it_works_as_well(site: Site, office: Office) -> None:
    plain = office.stranger(scripts=False, width=360)
    assert office.sign_in(plain, "institution") == 200
    plain.open(f"/applications/{site.first_in(State.DRAFT)}")
    form = plain.page.locator("#attach-applicant_seal")
    form.locator('[type="file"]').set_input_files([file("盖章页.pdf", PDF)])
    with plain.page.expect_navigation() as moved:
        form.get_by_role("button", name="上传").click()
    assert moved.value.status == 200
    expect(section(plain)).to_contain_text("盖章页.pdf")


def test_a_picture_of_the_demonstration_is_shown(site: Site, office: Office) -> None:
    inspector = office.second_window("inspector")
    for number in range(1, 60):
        if inspector.open(f"/applications/{number}").status == 200 and "开班现场.png" in inspector.text:
            break
    with inspector.page.context.expect_page() as opened:
        section(inspector).get_by_role("link", name="开班现场.png").first.click()
    opened.value.wait_for_load_state()
    assert opened.value.locator("img").evaluate("picture => picture.naturalWidth") == 640
