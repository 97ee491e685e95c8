"""One day's work of each role by the keys alone: whatever has the focus on the way is seen and marked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.keyboard import Keyboard
from tests.browser.people import Office, Site
from tests.files import PDF, PNG
from tests.journeys.bank import answer, failed, paid
from tests.journeys.test_registrations import PASSWORD, code, form
from workflow.access import Actor
from workflow.services import accounts, official_forms

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def sit_down(office: Office) -> Callable[..., Keyboard]:
    """Somebody at a computer without a mouse, signed in if a login is said."""

    def sits(login: str = "", *, width: int = 1366) -> Keyboard:
        keyboard = Keyboard(office.stranger(width=width))
        if login:
            keyboard.sign_in(login)
        return keyboard

    return sits


def actor(site: Site, login: str) -> Actor:
    """Somebody before the product itself."""
    found = accounts.actor_of_token(site.product, token=accounts.issue_token(site.product, login=login))
    assert isinstance(found, Actor)
    return found


def said(page: Page, words: str) -> None:
    """The page says that it is done."""
    expect(page.locator("main [role=status].message-good")).to_contain_text(words)


def refused(page: Page, words: str) -> None:
    """The focus stands on what was refused, and this is in it."""
    expect(page.locator("[data-refusal]")).to_be_focused()
    expect(page.locator("[data-refusal]")).to_contain_text(words)


def test_the_public_registers_counts_days_objects_and_checks_a_form(
    site: Site, sit_down: Callable[..., Keyboard], tmp_path: Path
) -> None:
    keys, licence, permit = sit_down(), tmp_path / "执照.pdf", tmp_path / "许可证.png"
    licence.write_bytes(PDF)
    permit.write_bytes(PNG)
    keys.open("/")
    assert keys.tour() == []

    keys.follow("机构注册", inside="header")
    typed = {name: str(value) for name, value in form(66).items()} | {"again": PASSWORD}
    keys.choose("kind", "培训机构")
    keys.choose("region", "平顶山市")
    for name in typed.keys() - {"kind", "region", "uscc"}:
        keys.write(name, typed[name])
    keys.write("uscc", code(66)[:-2] + "SS")
    keys.attach("licence", licence)
    keys.attach("school_permit", permit)
    assert keys.press("提交注册") == 422
    refused(keys.page, "第17位“S”不能使用")
    # From the summary to the field that it names.
    keys.to(keys.page.locator("[data-refusal] a[href='#field-uscc']"))
    keys.keys("Enter")
    expect(keys.page.locator("#field-uscc")).to_be_focused()
    keys.write("uscc", code(66))
    keys.write("password", PASSWORD)
    keys.write("again", PASSWORD)
    keys.attach("licence", licence)
    keys.attach("school_permit", permit)
    assert keys.press("提交注册") == 200
    expect(keys.page.locator(".page-head")).to_contain_text("待审核")

    keys.follow("工作日历", inside="header")
    keys.follow("期限计算", inside="main")
    keys.write("start", "2026-09-29")
    keys.write("working_days", "10")
    keys.press("计算：从某一天起数工作日")
    expect(keys.page.locator("#answer")).to_contain_text("2026年10月19日（周一）")

    keys.follow("公示", inside="header")
    keys.to(keys.page.locator("tr", has_text="公示中").first.get_by_role("link"))
    keys.enter()
    for name, words in {"name": "李示例", "contact": "13900000009", "content": "有人没有参加"}.items():
        keys.write(name, words)
    assert keys.press("提交异议") == 200
    receipt = keys.page.locator("#answer").inner_text().removeprefix("回执 ")
    keys.open("/objections")
    keys.write("receipt", receipt)
    assert keys.enter() == 200
    assert "正在核实" in keys.person.text

    printed = official_forms.print_official_form(site.product, actor=actor(site, "auditor"), application_id=1)
    keys.follow("表单核验", inside="footer")
    keys.write("number", printed.number)
    keys.write("code", printed.code)
    keys.press("核验")
    expect(keys.page.locator("main [role=status]")).to_contain_text("核验通过")
    assert keys.person.complaints == []


def test_an_institution_takes_over_its_last_application_mends_a_slip_uploads_and_claims(
    site: Site, sit_down: Callable[..., Keyboard], tmp_path: Path
) -> None:
    keys, seal = sit_down("institution"), tmp_path / "承诺书.pdf"
    seal.write_bytes(PDF)
    keys.follow("新建申请", inside="main")
    keys.follow("沿用 410400-2026-0000", inside="main", exact=False)
    keys.write("opening.classes.0.batch", "2026年第9批")
    keys.write("opening.classes.0.starts_on", "2026-09-14")
    keys.write("opening.classes.0.ends_on", "2026-09-30")
    keys.write("applicant.uscc", "52410400MJY000001A")
    assert keys.press("保存草稿") == 422
    refused(keys.page, "统一社会信用代码")
    keys.to(keys.page.locator("[data-refusal] a").first)
    keys.keys("Enter")
    expect(keys.page.locator('[name="applicant.uscc"]')).to_be_focused()
    keys.write("applicant.uscc", "52410400MJY000001Q")
    # Enter in a field saves, and does nothing else.
    assert keys.enter() == 200
    expect(keys.page.locator(".page-head .tag-state")).to_have_text("草稿")

    keys.open(f"/applications/{site.first_in('claim_draft')}")
    keys.attach("file", seal, inside="main form[action$='/attachments']")
    keys.to(keys.page.locator("main form[action$='/attachments'] button"))
    assert keys.enter() == 200
    expect(keys.page.locator("main .files")).to_contain_text("承诺书.pdf")
    keys.write("claim.lines.0.heads", "999")
    keys.write("claim.commitment.signatory", "钱示例")
    keys.tick(keys.page.locator("[name='claim.commitment.accepted']"))
    assert keys.press("提交", inside="#event-submit") == 422
    expect(keys.page.locator("[data-refusal]")).to_be_focused()
    keys.write("claim.lines.0.heads", "21")
    assert keys.press("提交", inside="#event-submit") == 200
    said(keys.page, "已办理“提交”")
    assert keys.person.complaints == []


def test_a_reviewer_decides_goes_on_returns_hands_over_asks_and_leaves_a_substitute(
    site: Site, sit_down: Callable[..., Keyboard]
) -> None:
    keys = sit_down("hr1")
    page = keys.page
    keys.choose("urgency", "即将到期")
    keys.press("筛选")
    page.wait_for_url("**urgency=soon*")
    keys.follow("清除条件", inside="main")
    # A common opinion, and the next matter from the answer to it.
    keys.follow(f"410400-2026-{site.first_in('opening_hr_first'):06}", inside="main")
    keys.keys("a")
    keys.choose("common_opinion", "材料齐全，同意", inside="#event-approve")
    expect(page.locator("#event-approve [name=opinion]")).to_have_value("材料齐全，同意")
    keys.press("审核通过", inside="#event-approve")
    said(page, "已办理“审核通过”")
    first = page.locator("h1").inner_text()
    keys.to(page.locator("[data-next]"))
    keys.enter()
    expect(page.locator("h1")).not_to_have_text(first)
    # The new page begins with the way past the menu, which leads to its text.
    keys.keys("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    keys.keys("Enter", "Tab")
    assert page.evaluate("() => document.activeElement.closest('main') !== null")
    keys.keys("u")
    page.wait_for_url("**/worklist")

    # Several at once, and the result of each.
    keys.keys("/")
    expect(page.locator("#site-search")).to_be_focused()
    for box in page.locator("[name=chosen]").all()[:2]:
        keys.tick(box)
    assert keys.press("同意勾选的申请") == 422
    refused(page, "审核意见")
    keys.write("opinion", "同意")
    keys.press("同意勾选的申请")
    expect(page.locator("main tbody tr")).to_have_count(2)

    keys.keys("Home")
    keys.follow("我的账号", inside="header")
    keys.follow("登记和查看外出与代办", inside="main")
    keys.choose("substitute_id", "陈示例")
    keys.write("from_on", "2026-09-01")
    keys.write("until_on", "2026-08-31")
    keys.write("reason", "公出")
    assert keys.press("登记") == 422
    refused(page, "不能早于")
    keys.write("until_on", "2026-09-04")
    assert keys.press("登记") == 200
    keys.press("取消代办", exact=False)
    assert keys.person.complaints == []


def test_colleagues_return_ask_inform_hand_over_and_are_urged(
    site: Site, sit_down: Callable[..., Keyboard]
) -> None:
    keys, address = sit_down("industry1"), f"/applications/{site.first_in('claim_industry_first')}"
    page = keys.page
    keys.open(address)
    keys.choose("to_id", "郑示例", inside="#turn-delegate")
    keys.write("question", "请核实课时", inside="#turn-delegate")
    keys.press("委派", inside="#turn-delegate")
    expect(page.locator("[aria-labelledby=together]")).to_contain_text("等待答复")
    keys.press("收回委派")
    keys.tick(page.locator("#turn-circulate [name=to_ids]"))
    keys.write("note", "请知悉", inside="#turn-circulate")
    keys.press("抄送", inside="#turn-circulate")
    keys.write("reason", "请补充开户许可证", inside="#event-return_for_correction")
    assert keys.press("退回补正", inside="#event-return_for_correction") == 422
    expect(page.locator("[data-refusal]")).to_be_focused()
    keys.choose("code", "材料不齐全")
    keys.tick(page.locator("#event-return_for_correction [name=sections][value=applicant]"))
    keys.press("退回补正", inside="#event-return_for_correction")
    said(page, "已办理“退回补正”")

    applicant = sit_down("institution")
    applicant.open(f"/applications/{site.first_in('opening_industry_second')}")
    applicant.write("reason", "学员已经到齐", inside="form[action$='/urge']")
    applicant.enter()
    said(applicant.page, "催办")
    assert keys.person.complaints + applicant.person.complaints == []


def test_an_inspector_calls_the_roster_on_a_small_screen(
    site: Site, sit_down: Callable[..., Keyboard]
) -> None:
    keys = sit_down("inspector", width=360)
    keys.page.set_viewport_size({"width": 360, "height": 740})
    keys.follow("今日检查", inside="header")
    keys.to(keys.page.locator(".visit-go").last)
    keys.enter()
    keys.pick("way", "roster")
    keys.to(keys.page.get_by_role("button", name="全部到场"))
    keys.keys("Enter")
    heads = keys.page.locator("[name=present]").count()
    expect(keys.page.locator("[data-count]")).to_contain_text(f"实到 {heads} 人")
    keys.tick(keys.page.locator("[name=present]").nth(1))
    keys.write("teachers", "两名教师到岗")
    keys.pick("recording_complete", "true")
    # Nothing of the long form is under the bar that stays at the foot of the window.
    keys.to(keys.page.locator("[data-submit]"))
    keys.keys("Enter")
    keys.page.wait_for_url("**/inspections/*")
    assert f"实到\n{heads - 1} 人" in keys.person.text
    assert keys.person.complaints == []


def test_finance_decides_and_pays_by_batch(sit_down: Callable[..., Keyboard], tmp_path: Path) -> None:
    keys = sit_down("finance1")
    keys.follow("410400-2026-000001", inside="main")
    keys.keys("a")
    keys.choose("common_opinion", "情况属实，同意", inside="#event-approve")
    keys.press("审核通过", inside="#event-approve")
    said(keys.page, "已办理“审核通过”")

    cashier = sit_down("cashier")
    cashier.follow("财政工作台", inside="header")
    cashier.follow("新建拨付批次", inside="main")
    for box in cashier.page.locator("main [name=chosen]").all()[:2]:
        cashier.tick(box)
    assert cashier.press("建立批次") == 200
    cashier.pick("format", "xlsx")
    taken = cashier.download("下载银行文件", role="button")
    file = tmp_path / taken.suggested_filename
    taken.save_as(file)
    file.write_bytes(answer(file.read_bytes(), {1: paid(1, day="2026-08-28"), 2: failed("账户已冻结")}))
    cashier.open(cashier.page.url)
    cashier.attach("file", file)
    cashier.press("上传并核对")
    cashier.press("登记这 2 行")
    assert "已登记银行结果。" in cashier.person.text
    assert keys.person.complaints + cashier.person.complaints == []


def test_the_office_drills_down_takes_workbooks_and_reads_its_messages(
    sit_down: Callable[..., Keyboard],
) -> None:
    keys = sit_down("office")
    keys.follow("领导小组工作台", inside="header")
    assert keys.tour() == []
    assert keys.download("全部导出（.xlsx）").suggested_filename.endswith(".xlsx")
    keys.follow("1 件，财政部门逾期", inside="main")
    expect(keys.page.locator("main tbody tr")).to_have_count(1)
    keys.to(keys.page.locator("main tbody th a"))
    keys.enter()
    keys.follow("消息", inside="header", exact=False)
    unread = keys.page.locator(".unread").count()
    keys.to(keys.page.locator("button[name=one]"))
    keys.enter()
    expect(keys.page.locator(".unread")).to_have_count(unread - 1)
    keys.to(keys.page.locator("button[name=all]"))
    keys.enter()
    expect(keys.page.locator(".unread")).to_have_count(0)
    assert keys.person.complaints == []


def test_an_auditor_searches_the_trail_opens_its_proof_and_takes_the_case(
    sit_down: Callable[..., Keyboard],
) -> None:
    keys = sit_down("auditor")
    keys.follow("审计", inside="header")
    keys.write("number", "410400-2026-000007")
    keys.choose("event", "登记拨付")
    keys.press("检索")
    keys.to(keys.page.locator("main tbody summary"))
    keys.keys("Enter")
    expect(keys.page.locator("main tbody details[open]")).to_contain_text("SM3 杂凑值")
    keys.to(keys.page.locator("main tbody a"))
    keys.enter()
    expect(keys.page.locator("main [role=status]")).to_contain_text("链条完整")
    assert keys.download("导出案卷（ZIP）").suggested_filename.endswith(".zip")
    assert keys.person.complaints == []


def test_an_administrator_adds_an_account_and_sends_again(sit_down: Callable[..., Keyboard]) -> None:
    keys = sit_down("admin")
    keys.follow("系统管理", inside="header")
    keys.follow("账号", inside="main")
    keys.follow("添加账号", inside="main")
    keys.write("login", "cashier8")
    keys.write("name", "邱示例")
    keys.choose("role", "拨付经办人")
    assert keys.press("添加") == 422
    expect(keys.page.locator("[data-refusal]")).to_be_focused()
    keys.choose("department", "财政部门")
    keys.choose("region", "平顶山市")
    assert keys.press("添加") == 200
    expect(keys.page.locator("code.user-select-all")).to_be_visible()
    keys.follow("系统管理", inside="header")
    keys.follow("发送队列", inside="main")
    keys.choose("state", "发送失败")
    keys.press("查找")
    keys.tick(keys.page.locator("[name=chosen]"))
    keys.press("重发勾选的")
    assert "已安排重发 1 条消息" in keys.person.text
    assert keys.person.complaints == []


@pytest.mark.parametrize(
    ("spoilt", "fault"),
    [
        ("button { outline: none !important }", "no mark of the focus"),
        (":focus { outline-color: #fff !important }", "a pale mark"),
        ("#login { position: absolute; left: -9999px }", "outside of the window"),
        ("main::after { content: ''; position: fixed; top: 0; right: 0; bottom: 0; left: 0 }", "under"),
    ],
    ids=("no mark", "pale", "outside", "covered"),
)
def test_a_spoilt_style_is_found(sit_down: Callable[..., Keyboard], spoilt: str, fault: str) -> None:
    keys = sit_down()
    keys.open("/sign-in")
    assert keys.tour() == []
    keys.page.evaluate("rule => document.styleSheets[1].insertRule(rule, 0)", spoilt)
    keys.page.evaluate("() => document.activeElement.blur()")
    assert [one for one in keys.tour() if one.startswith(fault)]


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        ("it => { it.tabIndex = -1 }", "no stop"),
        ("it => { it.tabIndex = 3 }", "out of the order of the page"),
        (
            "it => it.addEventListener('keydown', pressed => pressed.preventDefault())",
            "the focus does not leave",
        ),
    ],
)
def test_a_button_that_is_no_stop_or_holds_the_focus_is_found(
    sit_down: Callable[..., Keyboard], spoil: str, fault: str
) -> None:
    keys = sit_down()
    keys.open("/sign-in")
    keys.page.locator("main button[type=submit]").evaluate(spoil)
    assert [one for one in keys.tour() if one.startswith(fault)]
