"""资金 over the API and on pages: what is answered, who gets in, and what wrong entries get."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from tests.journeys.city import City
from tests.journeys.conftest import small_city
from tests.web.test_answers import Reader
from tests.web.test_calendar_pages import People, page, people, send
from web.api.intake import XLSX
from workflow.services import accounts

__all__ = ["people", "small_city"]
ENTRY = {
    "year": 2026,
    "source": "talent_fund",
    "amount": "1000.00",
    "document": "财1号",
    "happened_on": "2026-10-30",
}


@pytest.fixture
def reader(small_city: City) -> Reader:
    """A payment from two sources, the second of which the bank sent back."""
    city = small_city
    city.to_hr_review()
    city.at("2026-10-26").leave_funds(special_account="20000.00", employment_subsidy="40000.00")
    city.send("hr1", "approve", opinion="同意")
    city.at("2026-10-27 10:00").send("hr2", "approve", opinion="同意")
    city.at("2026-10-29 10:00").send("finance1", "approve", opinion="同意")
    city.at("2026-10-30 10:00").send("finance2", "approve", opinion="同意")
    city.at("2026-11-03").pay("20000.00", "V-1")
    city.pay("34000.00", "V-2", source="employment_subsidy")
    city.send("cashier", "payment_failed", voucher="V-2", reason="退票")
    return Reader(city)


# --- API ---------------------------------------------------------------------------------------------------


def test_pools_ledger_balance_and_an_applications_money_answer_as_described(reader: Reader) -> None:
    number = reader.city.application["id"]
    pools = reader.get("finance1", "/funds?year=2026")["items"]
    assert [(each["source"], each["reserved"], each["paid"]) for each in pools][:2] == [
        ("special_account", "0.00", "20000.00"),
        ("employment_subsidy", "34000.00", "0.00"),
    ]
    assert {each["region"] for each in reader.get("office", "/funds?region=410421")["items"]} == {"410421"}
    first = reader.get("auditor", f"/funds/ledger?application_id={number}&limit=3")
    rest = reader.get("auditor", f"/funds/ledger?application_id={number}&cursor={first['next']}")
    assert [each["kind"] for each in first["items"] + rest["items"]] == [
        *("payment_failed", "payment", "payment", "reservation", "reservation"),
    ]
    assert all(sum(Decimal(side["amount"]) for side in each["entries"]) == 0 for each in first["items"])
    balance = reader.get("cashier", "/funds/balance?year=2026")
    assert (balance["totals"]["paid"], balance["totals"]["total"]) == ("20000.00", "0.00")
    mine = reader.get("finance_head", f"/applications/{number}/funds")
    assert [(each["source"], each["year"], each["amount"]) for each in mine["reservation"]] == [
        ("employment_subsidy", 2026, "34000.00")
    ]
    assert mine["may_reserve_anew"] is True
    shown = reader.get("institution", f"/applications/{number}")["form"]["disbursement"]
    assert [payment["year"] for payment in shown["payments"]] == [2026, 2026]


def test_money_is_entered_taken_back_and_carried_over(reader: Reader) -> None:
    made = reader.call("finance_head", "POST", "/funds/appropriations", ENTRY, status=201)
    assert (made["source"], made["available"]) == ("talent_fund", "1000.00")
    again = reader.call("finance_head", "POST", "/funds/appropriations", ENTRY, status=422)
    assert [error["field"] for error in again["errors"]] == ["document"]
    less = reader.call("finance_head", "POST", "/funds/withdrawals", ENTRY | {"amount": "400.00"}, status=201)
    assert less["available"] == "600.00"
    more = reader.call(
        "finance_head",
        "POST",
        "/funds/withdrawals",
        ENTRY | {"amount": "600.01", "document": "2"},
        status=422,
    )
    assert [error["field"] for error in more["errors"]] == ["amount"]
    carry = {"year": 2025, "document": "结转", "happened_on": "2026-11-03"}
    pools = reader.call("finance_head", "POST", "/funds/carry-overs", carry, status=201)["items"]
    assert {each["available"] for each in pools if each["year"] == 2025} == {"0.00"}
    wrong = {"year": "x", "source": "gold", "amount": "-1", "document": "", "happened_on": "明天", "more": 1}
    faults = reader.call("finance_head", "POST", "/funds/appropriations", wrong, status=422)["errors"]
    assert {fault["field"] for fault in faults} == set(wrong)
    for login in ("finance1", "office", "hr_head"):
        reader.call(login, "POST", "/funds/appropriations", ENTRY | {"document": "9"}, status=403)


def test_a_reservation_is_made_anew_by_the_version_that_was_seen(reader: Reader) -> None:
    city, path = reader.city, f"/applications/{reader.city.application['id']}/reservation"
    version = city.look()["version"]
    reader.call("finance_head", "POST", path, {"version": version}, status=409)
    city.leave_funds(special_account="10000.00")
    reader.call("finance_head", "POST", path, {"version": version - 1}, status=409)
    found = reader.call("finance_head", "POST", path, {"version": version})
    assert [each["amount"] for each in found["reservation"]] == ["10000.00", "24000.00"]
    assert found["version"] == version + 1


def test_the_workbook_adds_up_to_zero_line_by_line_and_as_a_whole(reader: Reader) -> None:
    token = accounts.issue_token(reader.city.product, login="auditor")
    answer = reader.client.get(
        "/api/v1/funds/ledger?format=xlsx&year=2026&region=410400",
        headers={"Authorization": f"Bearer {token}"},
    )
    assert answer.mimetype == XLSX
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    ledger, balance = book["台账"], book["收支平衡表"]
    head = [cell.value for cell in ledger[2]]
    sides = [head.index(f"{name}（元）") for name in ("财政来源", "可用", "已预留", "已拨付")]
    rows = [[cell.value for cell in row] for row in ledger.iter_rows(min_row=3)]
    assert len(rows) == 17
    total = [Decimal(0)] * 4
    for row in rows:
        amounts = [Decimal(str(row[place] or 0)) for place in sides]
        assert sum(amounts) == 0
        assert sum(amount != 0 for amount in amounts) == 2
        total = [before + amount for before, amount in zip(total, amounts, strict=True)]
    last = [cell.value for cell in balance[balance.max_row]]
    assert last[0] == "合计"
    assert [Decimal(str(value)) for value in last[3:7]] == total
    assert sum(total) == 0
    assert str(last[7]).startswith("=ROUND(SUM(")
    # Nothing that people typed became a formula.
    assert not any(
        str(cell.value).startswith("=") and not str(cell.value).startswith("=ROUND(SUM(")
        for row in ledger.iter_rows()
        for cell in row
    )


def test_a_document_that_looks_like_a_formula_stays_text(reader: Reader) -> None:
    evil = ENTRY | {"document": "=HYPERLINK(1)", "note": "@SUM(A1)"}
    reader.call("finance_head", "POST", "/funds/appropriations", evil, status=201)
    token = accounts.issue_token(reader.city.product, login="finance1")
    answer = reader.client.get(
        "/api/v1/funds/ledger?format=xlsx&source=talent_fund", headers={"Authorization": f"Bearer {token}"}
    )
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data))["台账"]
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value in {"=HYPERLINK(1)", "@SUM(A1)"}]
    assert len(cells) == 2
    assert {cell.data_type for cell in cells} == {"s"}


# --- pages -------------------------------------------------------------------------------------------------


def test_the_head_of_finance_sees_the_pools_and_enters_money_on_the_page(
    small_city: City, people: People
) -> None:
    small_city.at("2026-11-03").leave_funds(special_account="12345.67")
    head = people("finance_head")
    text = page(head.get("/funds?year=2026"))
    assert "12,345.67" in text
    assert "1.2346万元（四舍五入至小数点后4位）" in text
    typed = ENTRY | {"amount": "54,000.10 元", "source": "special_account"}
    assert send(head, "/funds/appropriations", **typed).status_code == 303
    assert "66,345.77" in page(head.get("/funds?year=2026"))
    again = send(head, "/funds/appropriations", **typed)
    assert "已登记过" in page(again, 422)
    answered = again.get_data(as_text=True)
    assert 'value="财1号"' in answered
    assert 'id="appropriate-document-error"' in answered
    assert "拨入" in page(head.get("/funds/ledger?year=2026&kind=appropriation"))
    assert "总计" in page(head.get("/funds/balance?year=2026"))
    too_much = send(head, "/funds/withdrawals", **typed | {"amount": "99999999", "document": "更1"})
    assert "超过" in page(too_much, 422)
    carried = {"year": "2025", "document": "结转1号", "happened_on": "2026-11-03"}
    assert send(head, "/funds/carry-overs", **carried).status_code == 303
    assert "尚未结束" in page(send(head, "/funds/carry-overs", **carried | {"year": "2026"}), 422)


def test_who_may_not_enter_finds_no_form_and_who_may_not_read_no_page(
    small_city: City, people: People
) -> None:
    for login in ("finance1", "cashier", "office", "auditor"):
        client = people(login)
        answer = client.get("/funds").get_data(as_text=True)
        assert "登记拨入" not in answer
        assert ">资金</a>" in answer
        assert send(client, "/funds/appropriations", **ENTRY).status_code == 403
    for login in ("hr1", "institution", "admin"):
        client = people(login)
        assert client.get("/funds").status_code == 403
        assert ">资金</a>" not in client.get("/worklist").get_data(as_text=True)
    finance = people("finance1")
    assert finance.get("/funds?region=410421").status_code == 403
    assert page(finance.get("/funds?year=12"), 422)
    assert page(finance.get("/funds/ledger?kind=theft"), 422)
    assert page(finance.get("/funds/balance?year=x"), 422)
    workbook = finance.get("/funds/ledger?year=2026&format=xlsx")
    assert workbook.mimetype == XLSX


def test_the_page_of_an_applications_money_shows_it_and_reserves_anew(reader: Reader, people: People) -> None:
    city = reader.city.at("2026-11-03")
    number = city.application["id"]
    head = people("finance_head")
    city.at("2026-11-03")
    text = page(head.get(f"/applications/{number}/funds"))
    for words in ("人民币叁万肆仟元整", "就业补助资金", "支付失败退回", "V-2", "重新预留"):
        assert words in text
    seen: dict[str, Any] = {"version": str(city.look()["version"])}
    assert "无需重新预留" in page(send(head, f"/applications/{number}/funds", **seen), 409)
    city.leave_funds(special_account="10000.00")
    assert send(head, f"/applications/{number}/funds", **seen).status_code == 303
    assert "10,000.00" in page(head.get(f"/applications/{number}/funds"))
    cashier = people("cashier")
    city.at("2026-11-03")
    shown = cashier.get(f"/applications/{number}").get_data(as_text=True)
    assert "重新预留" not in cashier.get(f"/applications/{number}/funds").get_data(as_text=True)
    # The form of the payment begins with what is reserved in the first source.
    assert 'name="amount" value="10000.00"' in shown
    refused = send(
        cashier,
        f"/applications/{number}/events/pay",
        version=str(city.look()["version"]),
        command_id="1",
        amount="34000.00",
        paid_on="2026-11-03",
        source="talent_fund",
        voucher="V-9",
        confirmed="true",
    )
    assert "现有预留：职业技能提升行动专账资金（2026年）10,000.00元" in page(refused, 422)
    assert 'id="pay-source-error"' in refused.get_data(as_text=True)
