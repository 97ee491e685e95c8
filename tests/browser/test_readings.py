"""Personal data in clear on its pages: chosen, shown once, listed for auditors; readable by everybody."""

from __future__ import annotations

import re

from tests.browser.people import Office, Site
from tests.browser.test_pages import NARROW, check


def test_a_reviewer_chooses_trainees_sees_their_numbers_once_and_the_auditor_finds_it(
    site: Site, office: Office
) -> None:
    reviewer = office.person("industry1")
    number = site.first_in("claim_industry_first")
    reviewer.open(f"/applications/{number}")
    reviewer.page.get_by_role("link", name="查看完整号码").click()
    path = f"/applications/{number}/readings"
    assert reviewer.page.url.endswith(path)
    check(reviewer, path)
    # Nothing chosen: the page says so, and keeps what was typed.
    reviewer.fill({"note": "抽查"})
    assert reviewer.press("查看所选学员的完整号码") == 422
    assert "“查看目的”未填写" in reviewer.text
    assert reviewer.faults() == []
    reviewer.fill({"purpose": "telephone_check"})
    reviewer.page.get_by_role("checkbox").nth(1).check()
    assert reviewer.press("查看所选学员的完整号码") == 200
    assert re.search(r"\d{17}[\dX]", reviewer.text)
    assert "本次查看已记录" in reviewer.text
    for width in (NARROW, 1366):
        reviewer.page.set_viewport_size({"width": width, "height": 740})
        assert reviewer.overflow() <= 0
    assert reviewer.faults() == []
    reviewer.open(path)
    assert not re.search(r"\d{17}[\dX]", reviewer.text)
    auditor = office.person("auditor")
    check(auditor, "/audit/readings")
    assert "电话抽查" in auditor.text
    auditor.open(f"/applications/{number}")
    auditor.page.get_by_role("link", name="个人信息查看记录").click()
    assert "抽查" in auditor.text
    check(office.person("institution"), f"/applications/{site.first_in('draft')}/readings")
    check(office.person("admin"), "/audit/readings?account=nobody")
    assert reviewer.complaints + auditor.complaints == []


def test_without_scripts_the_numbers_can_be_read_too(site: Site, office: Office) -> None:
    plain = office.stranger(scripts=False)
    assert office.sign_in(plain, "hr1") == 200
    number = site.first_in("opening_hr_first")
    plain.open(f"/applications/{number}/readings")
    plain.page.locator('[name="purpose"]').select_option("identity_check")
    plain.page.locator('[name="row_no"]').first.check()
    plain.page.get_by_role("button", name="查看所选学员的完整号码").click()
    assert "本次查看已记录" in plain.page.locator("main").inner_text()
