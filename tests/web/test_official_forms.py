"""The official form over the web: downloaded by whoever may read the application, checked by anybody."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from flask.testing import FlaskClient

from tests.web.conftest import Caller, sign_in
from tests.workflow.printing.printed import pages_of
from workflow.printing import fonts
from workflow.services import official_forms
from workflow.services.product import Product

Draft = Callable[[], tuple[Caller, int]]


def code_of(pdf: bytes) -> tuple[str, str]:
    """Number and check code as they stand at the foot of the first page."""
    text = pages_of(pdf)[0]
    return text.split("编号：")[1].split("地区")[0], text.split("核验码")[1][:14]


def test_the_api_answers_a_pdf_named_after_number_and_version(draft: Draft) -> None:
    person, application_id = draft()
    answer = person.get(f"/applications/{application_id}/official-form")
    assert (answer.status_code, answer.content_type) == (200, "application/pdf")
    assert answer.data.startswith(b"%PDF-")
    name = unquote(answer.headers["Content-Disposition"].partition("''")[2])
    number = person.get(f"/applications/{application_id}").get_json()["number"]
    assert name == f"年度补贴培训资金申请表-{number}-第1版.pdf"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.data == person.get(f"/applications/{application_id}/official-form").data
    assert "示例培训学校（加盖印章）" in pages_of(answer.data)[0]


def test_who_may_not_read_the_application_gets_no_form(
    draft: Draft, caller: Callable[[str], Caller], client: FlaskClient
) -> None:
    _, application_id = draft()
    path = f"/applications/{application_id}/official-form"
    assert caller("industry1").get(path).status_code == 403
    assert client.get(f"/api/v1{path}").status_code == 401
    assert client.get(path).status_code == 303
    assert caller("auditor").get(path).status_code == 200
    assert caller("admin").get("/applications/999999/official-form").status_code == 404


def test_the_page_of_an_application_leads_to_its_form(draft: Draft, client: FlaskClient) -> None:
    _, application_id = draft()
    sign_in(client, "institution")
    path = f"/applications/{application_id}/official-form"
    page = client.get(f"/applications/{application_id}").get_data(as_text=True)
    assert f'href="{path}">打印正式表格（PDF）</a>' in page
    shown = client.get(path)
    assert (shown.status_code, shown.content_type) == (200, "application/pdf")
    assert shown.headers["Content-Disposition"].startswith("inline; ")


@pytest.mark.parametrize("page", [True, False])
def test_without_a_font_it_is_said_in_chinese_what_is_missing(
    draft: Draft, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, page: bool
) -> None:
    person, application_id = draft()
    monkeypatch.setattr(fonts, "FOLDERS", (str(tmp_path),))
    path = f"/applications/{application_id}/official-form"
    if page:
        sign_in(client, "institution")
        answer = client.get(path)
        text = answer.get_data(as_text=True)
        assert answer.content_type == "text/html; charset=utf-8"
    else:
        answer = person.get(path)
        assert answer.content_type == "application/problem+json"
        text = answer.get_json()["detail"]
    assert answer.status_code == 503
    assert "fonts-noto-cjk" in text
    assert "没有安装可用于打印的中文字体" in text


def test_anybody_checks_a_print_on_the_public_page(draft: Draft, client: FlaskClient) -> None:
    person, application_id = draft()
    number, code = code_of(person.get(f"/applications/{application_id}/official-form").data)
    empty = client.get("/verify").get_data(as_text=True)
    assert "表单核验" in empty
    assert "核验结果" not in empty

    text = client.get("/verify", query_string={"number": number, "code": code}).get_data(as_text=True)
    assert "核验通过" in text
    assert "打印时的办理状态为“草稿”（第 1 版）" in text
    assert "打印之后没有变化" in text

    body: dict[str, Any] = {"applicant": {"contact_name": "另一人"}, "version": 1}
    assert person.call("PATCH", f"/applications/{application_id}", body).status_code == 200
    text = client.get("/verify", query_string={"number": number, "code": code}).get_data(as_text=True)
    assert "打印之后办理情况已有变化" in text
    for private in ("另一人", "138", "0001"):
        assert private not in text.replace(number, "")

    forged = code[:-1] + ("0" if code[-1] != "0" else "1")
    answer = client.get("/verify", query_string={"number": number, "code": forged})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "核验未通过" in text
    assert "培训学校" not in text


def test_what_was_typed_wrong_is_said_beside_its_field_and_kept(client: FlaskClient) -> None:
    answer = client.get("/verify", query_string={"number": "<b>12", "code": "ABCD"})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert text.count("“核验码”应为 12 位字母和数字") == 2
    assert 'value="&lt;b&gt;12"' in text
    assert "<b>12" not in text


def test_nobody_tries_codes_by_the_thousand(client: FlaskClient) -> None:
    client.application.config["VERIFICATIONS_PER_MINUTE"] = 2
    typed = {"number": "410400-2026-000001", "code": "ABCD-EFGH-JKMN"}
    statuses = [client.get("/verify", query_string=typed).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    assert client.get("/verify").status_code == 200


def test_a_code_of_another_installation_cannot_be_judged(
    draft: Draft, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, product: Product
) -> None:
    monkeypatch.setattr(official_forms, "secrets_of_code", lambda code, *, keys: ())
    typed = {"number": "410400-2026-000001", "code": "ABCD-EFGH-JKMN"}
    text = client.get("/verify", query_string=typed).get_data(as_text=True)
    assert "无法核验" in text
    assert "核验通过" not in text
