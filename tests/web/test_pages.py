"""Pages with what people leave out or type wrongly, as the server answers them; no browser needed."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.journeys.city import DATA, City
from tests.journeys.conftest import small_city
from tests.web.conftest import PASSWORD, forgery_token, sign_in
from web import create_app
from workflow.errors import Malformed
from workflow.persistence import tables
from workflow.persistence.engine import reading
from workflow.services import accounts, applications

__all__ = ["small_city"]
People = Callable[[str], FlaskClient]


@pytest.fixture
def signed_in(small_city: City) -> People:
    """Signs somebody of the city in, in a browser of their own."""
    app = create_app(small_city.product)
    app.config["SESSION_COOKIE_SECURE"] = False

    def enter(login: str) -> FlaskClient:
        accounts.reset_password(
            small_city.product,
            actor=small_city.actors["admin"],
            account_id=small_city.actors[login].account_id or 0,
            password=PASSWORD,
        )
        client = app.test_client()
        sign_in(client, login)
        return client

    return enter


def post(client: FlaskClient, path: str, **typed: Any) -> TestResponse:
    """Sends a form; dots of names are written as double underlines."""
    data = {name.replace("__", "."): value for name, value in typed.items()}
    return client.post(path, data=data | {"csrf_token": forgery_token(client)})


# Half-filled drafts ----------------------------------------------------------------------------------------


def _places(part: Any, place: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The place of everything in a form, sections and lists too."""
    entries = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    for name, inner in entries:
        yield (*place, name)
        yield from _places(inner, (*place, name))


def _drafts(body: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The form with every single thing left out one by one; and with hardly anything in it."""
    for place in _places(body):
        if place[0] in {"kind", "region", "policy"}:
            continue
        changed = copy.deepcopy(body)
        inside: Any = changed
        for name in place[:-1]:
            inside = inside[name]
        del inside[place[-1]]
        yield ".".join(map(str, place)), changed
    head = {name: body[name] for name in ("kind", "region", "policy")}
    head["applicant"] = {"name": "甲"}
    yield "only the name", head
    if "opening" in body:
        yield "only an occupation", head | {"opening": {"classes": [{"class_no": 1, "occupation": "车工"}]}}


@pytest.mark.parametrize(
    ("login", "example"),
    [("institution", "application.json"), ("individual", "application-individual.json")],
)
def test_a_draft_is_shown_edited_and_printed_whatever_is_left_out(
    small_city: City, signed_in: People, login: str, example: str
) -> None:
    small_city.at("2026-08-31")
    client = signed_in(login)
    body = json.loads((DATA / example).read_text(encoding="utf-8"))
    faults, refused = [], []
    for left_out, draft in _drafts(body):
        try:
            view = applications.create_application(
                small_city.product, actor=small_city.actors[login], body=draft
            )
        except Malformed:
            refused.append(left_out)
            continue
        # The page of an application is also what is printed.
        for path in ("", "/edit", "/history"):
            answer = client.get(f"/applications/{view['id']}{path}")
            if answer.status_code != 200:
                faults.append((left_out, f"{path} {answer.status_code}"))
    assert faults == []
    # What no draft can be without is refused before there is a page.
    assert set(refused) <= {"applicant", "applicant.name", "opening.classes.0.class_no"}
    assert client.get("/applications").status_code == 200
    assert client.get("/worklist").status_code == 200


# Forms that are refused ------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["abc", "-1", "１", "9" * 18])
def test_an_account_of_an_unknown_organisation_is_not_added(
    small_city: City, signed_in: People, typed: str
) -> None:
    who = {"login": "newcomer", "name": "新来的", "role": "reviewer", "department": "hr", "region": "410400"}
    answer = post(signed_in("admin"), "/admin/accounts", **who, uscc=typed)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert f"没有统一社会信用代码为“{typed}”的单位" in page.replace("ABC", "abc")
    assert f'name="uscc" value="{typed}"' in page
    assert 'value="newcomer"' in page
    with reading(small_city.product.engine) as connection:
        logins = connection.execute(select(tables.account.c.login)).scalars().all()
    assert "newcomer" not in logins


def test_lines_of_a_claim_that_cannot_be_kept_come_back_with_their_messages(
    small_city: City, signed_in: People
) -> None:
    number = small_city.to_claim_draft().application["id"]
    client, path = signed_in("institution"), f"/applications/{number}/claim"
    line = {"claim__lines__0__class_no": "1", "claim__lines__0__heads": "许多"}
    line |= {"claim__lines__0__amount": "一万", "claim__commitment__signatory": "负责人某"}
    version = small_city.look()["version"]
    refused = post(client, path, version=version, **line)
    page = refused.get_data(as_text=True)
    assert refused.status_code == 422
    for name, typed in (("heads", "许多"), ("amount", "一万")):
        assert f'id="submit-claim-lines-0-{name}-error"' in page
        assert f'value="{typed}"' in page
    assert 'value="负责人某"' in page
    line |= {"claim__lines__0__heads": "45", "claim__lines__0__amount": "54,000.00"}
    stale = post(client, path, version=version - 1, **line)
    page = stale.get_data(as_text=True)
    assert stale.status_code == 409
    assert "最近一次变动" in page
    assert 'value="54,000.00"' in page
    assert post(client, path, version=version, **line).status_code == 303
    assert small_city.look()["form"]["claim"]["lines"][0]["heads"] == 45


def test_a_claim_cannot_be_kept_where_there_is_none_to_write(small_city: City, signed_in: People) -> None:
    number = small_city.to_opening_review().application["id"]
    version = small_city.look()["version"]
    answer = post(signed_in("institution"), f"/applications/{number}/claim", version=version)
    assert answer.status_code == 409
    assert "data-refusal" in answer.get_data(as_text=True)


# Filters ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "field", "typed"),
    [
        ("state=xx", "state", "xx"),
        ("section=six", "section", "six"),
        ("subsidy=six", "subsidy", "six"),
        ("region=999999&text=abc", "region", "999999"),
        ("overdue=yes", "overdue", "yes"),
        ("mine=2", "mine", "2"),
        ("text=a%00b", "text", "a"),
        ("text=" + "x" * 101, "text", "x" * 40),
    ],
)
def test_the_list_says_which_filter_it_cannot_read_and_shows_nothing(
    small_city: City, signed_in: People, query: str, field: str, typed: str
) -> None:
    small_city.to_opening_review()
    answer = signed_in("office").get(f"/applications?{query}")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "查询条件有误" in page
    assert f'href="#filter-{field}"' in page
    assert f"不能是“{typed}" in page
    assert small_city.application["number"] not in page
    if "abc" in query:
        assert 'value="abc"' in page


def test_the_list_reads_every_filter_that_its_form_sends(small_city: City, signed_in: People) -> None:
    small_city.to_opening_review()
    client, number = signed_in("office"), small_city.application["number"]
    for query, found in (
        ("text=&section=&state=&region=", True),
        ("text=&section=opening&state=opening_industry_first&region=410400", True),
        ("subsidy=training", True),
        ("subsidy=hiring", False),
        ("state=draft", False),
        ("overdue=1", False),
        (f"text={number}", True),
    ):
        answer = client.get(f"/applications?{query}")
        assert answer.status_code == 200, query
        assert (f">{number}</a>" in answer.get_data(as_text=True)) is found, query


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("year=abc", "year"),
        ("year=1999", "year"),
        ("month=13", "month"),
        ("region=999999", "region"),
        ("format=pdf", "format"),
        ("format=xlsx&month=0", "month"),
    ],
)
def test_a_report_says_which_filter_it_cannot_read(signed_in: People, query: str, field: str) -> None:
    client = signed_in("office")
    answer = client.get(f"/reports/monthly?{query}")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert answer.mimetype == "text/html"
    assert f'href="#filter-{field}"' in page
    assert client.get("/reports/monthly?year=2026&month=&region=410400").status_code == 200
    assert client.get("/reports/monthly?year=2026&format=xlsx").status_code == 200


# What stands on pages --------------------------------------------------------------------------------------


def test_a_missing_tick_hides_nothing_else_that_is_wrong(small_city: City, signed_in: People) -> None:
    path = f"/applications/{small_city.to_payment().application['id']}"
    typed = {"amount": "一万", "paid_on": "2026-02-30", "voucher": "", "source": "special_account"}
    refused = post(signed_in("cashier"), f"{path}/events/pay", **typed, version="0")
    page = refused.get_data(as_text=True)
    assert refused.status_code == 422
    for field, words in (
        ("amount", "最多两位小数"),
        ("paid_on", "这一天不存在"),
        ("voucher", "未填写"),
        ("confirmed", "请先勾选确认"),
    ):
        assert re.search(rf'id="pay-{field}-error">[^<]*{words}', page), field
    assert 'value="一万"' in page


def test_a_claim_without_its_commitment_says_so_beside_both_fields(
    small_city: City, signed_in: People
) -> None:
    path = f"/applications/{small_city.to_claim_draft().application['id']}"
    typed = {"claim__lines__0__class_no": "1", "claim__lines__0__heads": "45"}
    typed["version"] = str(small_city.look()["version"])
    page = post(signed_in("institution"), f"{path}/events/submit", **typed).get_data(as_text=True)
    for field in ("accepted", "signatory"):
        assert re.search(rf'id="submit-claim-commitment-{field}-error">[^<]+', page), field


def test_who_pays_may_see_the_whole_account_and_the_reading_is_recorded(
    small_city: City, signed_in: People
) -> None:
    number = small_city.to_payment().application["id"]
    path, address = f"/applications/{number}", f'action="/applications/{number}/payee"'
    cashier = signed_in("cashier")
    page = cashier.get(path).get_data(as_text=True)
    assert address in page
    assert "查看完整的收款账号" in page
    account = json.loads((DATA / "application.json").read_text(encoding="utf-8"))["applicant"]["bank_account"]
    assert account not in page
    shown = post(cashier, f"{path}/payee")
    assert shown.status_code == 200
    assert account in shown.get_data(as_text=True)
    for login in ("finance1", "institution", "auditor"):
        other = signed_in(login)
        assert address not in other.get(path).get_data(as_text=True)
        assert post(other, f"{path}/payee").status_code == 403
    with reading(small_city.product.engine) as connection:
        entries = connection.execute(select(tables.audit_entry.c.content)).scalars().all()
    assert [json.loads(entry)["event"] for entry in entries].count("read_bank_account") == 1


def test_an_unknown_address_still_greets_who_is_signed_in(signed_in: People) -> None:
    client = signed_in("hr1")
    answer = client.get("/nothing")
    assert answer.status_code == 404
    assert "示例hr1" in answer.get_data(as_text=True)
    assert "示例hr1" not in client.application.test_client().get("/nothing").get_data(as_text=True)


def test_a_corrected_application_says_what_was_changed(small_city: City, signed_in: People) -> None:
    city = small_city.to_opening_review()
    address = f"/applications/{city.application['id']}"
    reviewer = signed_in("industry1")
    assert "与退回前相比" not in reviewer.get(address).get_data(as_text=True)
    city.at("2026-09-01 10:00").send(
        "industry1", "return_for_correction", reason="地点不全", code="incorrect", sections=["opening"]
    )
    city.send("institution", "submit")
    page = reviewer.get(address).get_data(as_text=True)
    assert "补正要求：地点不全" in page
    assert "申请表和学员名册没有改动" in page
    city.send("industry1", "return_for_correction", reason="还是", code="incorrect", sections=["opening"])
    (entry,) = city.look()["form"]["opening"]["classes"]
    applications.edit_application(
        city.product,
        actor=city.actors["institution"],
        application_id=city.application["id"],
        body={"opening": {"classes": [entry | {"place": "示例路<2>号"}]}},
        expected_version=None,
        merge=True,
    )
    city.send("institution", "submit")
    page = reviewer.get(address).get_data(as_text=True)
    assert f"<del>{entry['place']}</del>" in page
    assert "<ins>示例路&lt;2&gt;号</ins>" in page


def test_an_applicant_urges_once_a_day_from_the_page(small_city: City, signed_in: People) -> None:
    city = small_city.to_industry_review()
    address = f"/applications/{city.application['id']}"
    client = signed_in("institution")
    assert "提醒办理人员" in client.get(address).get_data(as_text=True)
    assert post(client, f"{address}/urge", reason="急用<款>").status_code == 303
    page = client.get(address).get_data(as_text=True)
    assert "已提醒 2 名可以办理的人员，2026年9月30日起可以再次催办" in page
    assert "催办" in page
    again = post(client, f"{address}/urge", reason="再催一次")
    shown = again.get_data(as_text=True)
    assert again.status_code == 409
    assert "这个工作日已经催办过" in shown
    assert 'value="再催一次"' in shown
    reviewer = signed_in("industry1")
    assert "提醒办理人员" not in reviewer.get(address).get_data(as_text=True)
    assert "急用&lt;款&gt;" in reviewer.get("/alerts").get_data(as_text=True)


def test_a_text_that_is_too_long_comes_back_whole_with_how_long_it_is(
    small_city: City, signed_in: People
) -> None:
    city = small_city.to_industry_review()
    address, reason = f"/applications/{city.application['id']}", "催" * 101
    urged = post(signed_in("institution"), f"{address}/urge", reason=reason)
    page = urged.get_data(as_text=True)
    assert urged.status_code == 422
    assert f'value="{reason}"' in page
    assert re.search(
        r'<div class="field-error" id="urge-reason-error">“催办事由”最多100个字，现有101个字', page
    )
    form = {"version": str(city.application["version"]), "opinion": "意" * 2001}
    refused = post(signed_in("industry1"), f"{address}/events/approve", **form).get_data(as_text=True)
    assert "最多2000个字，现有2001个字" in refused
    assert form["opinion"] in refused
    # A limit of the browser would cut off without a word what somebody pastes.
    assert not re.search(r"<textarea[^>]*maxlength", refused)


def test_the_reason_of_one_form_is_not_put_into_another(small_city: City, signed_in: People) -> None:
    city = small_city.to_industry_review()
    address = f"/applications/{city.application['id']}"
    form = {"version": str(city.application["version"]), "reason": "不想办了"}
    page = post(signed_in("institution"), f"{address}/events/withdraw", **form).get_data(as_text=True)
    assert "请先勾选确认" in page
    assert page.count("不想办了") == 1
