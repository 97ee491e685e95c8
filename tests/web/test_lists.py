"""The pages of what starts at the claim, where a policy pays all of it: 中牟县."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest

from tests.journeys.city import City
from tests.journeys.conftest import small_city
from tests.journeys.holders import ROW_OF, TODAY, apply_with, claim, plain
from tests.web.test_pages import People, post, signed_in
from workflow.form.beneficiaries import TEMPLATES
from workflow.vocabulary import Subsidy

__all__ = ["signed_in", "small_city"]
NAMED = {
    "enterprise_zm": Subsidy.HIRING,
    "agency_zm": Subsidy.PLACEMENT,
    "assessment_body_zm": Subsidy.EVALUATION,
}


def text(answer: Any) -> str:
    """What the page says, after it was found."""
    assert answer.status_code == 200
    said: str = answer.get_data(as_text=True)
    return said


def test_an_enterprise_chooses_what_it_claims(small_city: City, signed_in: People) -> None:
    small_city.at(TODAY)
    client = signed_in("enterprise_zm")
    page = text(client.get("/applications/new"))
    assert "/applications/new?subsidy=hiring" in page
    assert "开班申请" in page
    page = text(client.get("/applications/new?subsidy=hiring"))
    assert "企业规模" in page
    assert "开班班次" not in page
    typed = {"subsidy": "hiring", "policy": "zhongmu-2022", "applicant__name": "示例企业"}
    refused = post(client, "/applications/new", **typed, applicant__uscc="1")
    assert refused.status_code == 422
    assert 'value="示例企业"' in refused.get_data(as_text=True)
    made = post(client, "/applications/new", **typed, applicant__size="micro")
    assert made.status_code == 303
    page = text(client.get(made.headers["Location"]))
    assert "微型企业" in page
    assert "吸纳持证人员就业补助" in page
    assert "“受益人员名单”未填写" in page


@pytest.mark.parametrize("login", ["individual_zm", "agency", "institution"])
def test_nobody_is_offered_what_is_another_s_or_is_not_paid(
    small_city: City, signed_in: People, login: str
) -> None:
    small_city.at(TODAY)
    client = signed_in(login)
    for subsidy in ("hiring", "evaluation", "placement", "nonsense"):
        assert client.get(f"/applications/new?subsidy={subsidy}").status_code in {404, 409}
    if login == "agency":
        answer = client.get("/applications/new")
        assert answer.status_code == 409
        assert "本地文件没有规定，不发放" in answer.get_data(as_text=True)


@pytest.mark.parametrize("login", NAMED)
def test_every_page_of_it_says_what_is_claimed_and_for_whom(
    small_city: City, signed_in: People, login: str
) -> None:
    small_city.at(TODAY)
    subsidy, row = NAMED[login], ROW_OF[plain(login)]
    number = apply_with(small_city, login, [row(1), row(2, issued_on="2026-12-01")])
    client, path = signed_in(login), f"/applications/{number}"
    page = text(client.get(path))
    assert "可计入 1 人" in page
    assert "发证日期2026年12月1日在今天" in page
    assert row(2)["id_number"] not in page
    page = text(client.get(f"{path}/roster"))
    for label in TEMPLATES[subsidy].labels.values():
        assert f">{label}</th>" in page
    template = client.get(f"/list-template/{subsidy.value}.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(template.get_data()))
    assert [cell.value for cell in book.worksheets[0][1]] == list(TEMPLATES[subsidy].labels.values())
    small_city.send(login, "submit", claim=claim(1, "100.00"))
    reviewer = signed_in("industry1_zm")
    for address in ("/worklist", "/applications", path, f"{path}/history", f"{path}/clocks"):
        assert subsidy.label in text(reviewer.get(address)), address


def test_a_template_of_no_list_is_not_found(small_city: City, signed_in: People) -> None:
    assert signed_in("enterprise_zm").get("/list-template/training.xlsx").status_code == 404
