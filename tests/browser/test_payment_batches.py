"""A cashier pays by batch: chosen, exported, the bank's answer looked at and recorded."""

from __future__ import annotations

from pathlib import Path

from tests.browser.people import Office
from tests.journeys.bank import answer, failed, paid


def test_a_batch_goes_to_the_bank_and_its_answer_comes_back(office: Office, tmp_path: Path) -> None:
    cashier = office.person("cashier")
    cashier.open("/finance")
    assert "5 个工作日内到期" in cashier.text
    cashier.page.get_by_role("link", name="新建拨付批次").click()
    assert cashier.press("建立批次") == 422
    assert "请至少勾选一件申请" in cashier.text
    boxes = cashier.page.locator("main input[name=chosen]")
    for place in range(2):
        boxes.nth(place).focus()
        cashier.page.keyboard.press("Space")
    assert cashier.press("建立批次") == 200
    assert "共 2 行" in cashier.text
    number = cashier.page.locator("h1").inner_text().split()[-1]

    with cashier.page.expect_download() as begun:
        cashier.page.get_by_role("button", name="下载银行文件").click()
    file = tmp_path / begun.value.suggested_filename
    begun.value.save_as(file)
    assert file.name == f"{number}.xlsx"
    cashier.page.reload()
    assert "下载记录" in cashier.text
    assert cashier.press("上传并核对") == 422
    assert "请选择银行结果文件" in cashier.text

    day = "2026-08-28"
    file.write_bytes(answer(file.read_bytes(), {1: paid(1, day=day), 2: failed("账户已冻结")}))
    cashier.page.set_input_files("main input[name=file]", file)
    cashier.press("上传并核对")
    assert "成功待登记 1 行，失败待登记 1 行" in cashier.text
    assert cashier.faults() == []
    cashier.press("登记这 2 行")
    assert "已登记银行结果。" in cashier.text
    assert "没有要登记的行" in cashier.text
    with cashier.page.expect_download() as begun:
        cashier.page.get_by_role("link", name="下载处理情况（.xlsx）").click()
    assert "银行结果处理情况" in begun.value.suggested_filename
    cashier.page.get_by_role("link", name="返回批次").click()
    assert "已全部有结果" in cashier.page.locator(".page-head").inner_text()
    assert "账户已冻结" in cashier.text
    assert cashier.complaints == []
