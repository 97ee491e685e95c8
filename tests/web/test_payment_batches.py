"""The desk of finance and payment batches, over the API and on pages: what is answered, and to whom."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest

from tests.journeys.bank import answer, failed, paid
from tests.journeys.city import City
from tests.journeys.conftest import small_city
from tests.web.test_answers import Reader
from tests.web.test_calendar_pages import People, page, people, send
from web.api.intake import XLSX

__all__ = ["people", "small_city"]


@pytest.fixture
def reader(small_city: City) -> Reader:
    """An application that waits for payment, five days before it is due."""
    small_city.to_payment()
    return Reader(small_city.at("2026-11-03"))


def test_the_desk_says_what_is_late_since_when_in_whose_hands_and_what_is_coming(reader: Reader) -> None:
    desk = reader.get("cashier", "/finance")
    (mine,) = desk["soon"]["items"]
    assert (mine["amount"], mine["due_on"], mine["holder"]) == ("54000.00", "2026-11-06", "示例cashier")
    assert (desk["money"]["reserved"], desk["needed"]) == ("54000.00", "54000.00")
    reader.city.at("2026-11-09")
    late = reader.get("finance_head", "/finance?order=amount")["late"]
    assert (late["count"], late["items"][0]["late_days"]) == (1, 1)
    assert reader.get("auditor", "/finance?region=410421")["late"]["count"] == 0
    reader.get("finance1_bf", "/finance?region=410400", status=403)
    reader.get("hr1", "/finance", status=403)


def test_a_batch_by_the_api_from_the_choice_to_the_report(reader: Reader) -> None:
    number = reader.city.application["id"]
    body = {"applications": [{"application_id": number}]}
    batch = reader.call("cashier", "POST", "/payment-batches", body, key="one", status=201)
    assert reader.call("cashier", "POST", "/payment-batches", body, key="one", status=201) == batch
    again = reader.call("cashier", "POST", "/payment-batches", body, status=422)
    assert again["errors"][0]["field"] == "applications.0"
    reader.call("finance1", "POST", "/payment-batches", body, status=403)
    path = f"/payment-batches/{batch['id']}"
    assert reader.get("auditor", path)["lines"] == batch["lines"]
    reader.get("cashier_bf", path, status=404)
    reader.call("cashier", "POST", f"{path}/lines/7/removal", status=404)
    file = fetch(reader, path)
    uploaded = post(reader, f"{path}/results", answer(file, {1: failed()}), 201)
    assert (uploaded["counts"]["failed"], uploaded["items"][0]["account"][:1]) == (1, "*")
    done = reader.call("cashier", "POST", f"{path}/results/{uploaded['id']}/recording")
    assert done["counts"]["done"] == 1
    assert reader.get("cashier", "/payment-batches")["items"][0]["state"] == "settled"
    reader.call("cashier", "POST", f"{path}/cancellation", {"reason": "重做"}, status=409)
    report = raw(reader, "GET", f"{path}/results/{uploaded['id']}?format=xlsx")
    sheet: Any = openpyxl.load_workbook(io.BytesIO(report)).active
    assert sheet.cell(3, 11).value == "户名与账号不符"
    post(reader, f"{path}/results", b"PK\x03\x04 nonsense", 422)


def test_the_pages_keep_what_was_chosen_and_say_what_to_do_next(reader: Reader, people: People) -> None:
    city, number = reader.city, reader.city.application["id"]
    city.at("2026-11-03")
    cashier = people("cashier")
    assert "5 个工作日内到期" in page(cashier.get("/finance"))
    assert "没有拨付批次" in page(cashier.get("/payment-batches"))
    chosen: dict[str, Any] = {"chosen": str(number), "source": "talent_fund"}
    refused = send(cashier, "/payment-batches/new", **chosen)
    assert "在所选来源没有预留资金，它的预留在：职业技能提升行动专账资金" in page(refused, 422)
    assert b"checked" in refused.data
    assert 'value="talent_fund" selected' in refused.get_data(as_text=True)
    assert send(cashier, "/payment-batches/new", chosen=str(number)).status_code == 303
    assert "核对各行，取出不该付的" in page(cashier.get("/payment-batches/1"))
    assert "“取消原因”未填写" in page(send(cashier, "/payment-batches/1/cancellation", reason=" "), 422)
    assert send(cashier, "/payment-batches/1/lines/1/removal").status_code == 303
    assert "中没有申请，不能导出" in page(send(cashier, "/payment-batches/1/file", format="xlsx"), 409)
    send(cashier, "/payment-batches/1/cancellation", reason="选错了")
    assert "选错了" in page(cashier.get("/payment-batches/1"))
    send(cashier, "/payment-batches/new", chosen=str(number))
    file = send(cashier, "/payment-batches/2/file", format="xlsx").data
    sent = (io.BytesIO(answer(file, {1: paid(1)}, 收款账号="1")), "结果.xlsx")
    seen = send(cashier, "/payment-batches/2/results", file=sent)
    assert seen.status_code == 303
    assert "“收款账号”与本批次不符" in page(cashier.get(seen.location))
    assert "请选择银行结果文件" in page(send(cashier, "/payment-batches/2/results"), 422)
    head = people("finance_head")
    assert send(head, "/payment-batches/2/file", format="csv_gb18030").status_code == 200
    assert "GB18030" in page(head.get("/payment-batches/2"))
    assert send(people("finance1"), "/payment-batches/2/file", format="xlsx").status_code == 403
    assert people("hr1").get("/payment-batches/2").status_code == 403
    assert people("cashier_bf").get("/payment-batches/2").status_code == 404


def fetch(reader: Reader, path: str) -> bytes:
    return raw(reader, "POST", f"{path}/file?format=xlsx")


def raw(reader: Reader, method: str, path: str) -> bytes:
    """A file as the cashier gets it."""
    reader.get("cashier", "/payment-batches")
    headers = {"Authorization": f"Bearer {reader._tokens['cashier']}"}
    answered = reader.client.open("/api/v1" + path, method=method, headers=headers)
    assert (answered.status_code, answered.mimetype) == (200, XLSX)
    return answered.data


def post(reader: Reader, path: str, content: bytes, status: int) -> Any:
    headers = {"Authorization": f"Bearer {reader._tokens['cashier']}"}
    answered = reader.client.post("/api/v1" + path, data=content, content_type=XLSX, headers=headers)
    assert answered.status_code == status, answered.get_data(as_text=True)
    reader.compare("POST", path, answered)
    return answered.get_json()
