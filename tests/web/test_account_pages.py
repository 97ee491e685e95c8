"""The pages of accounts: a new one, what stops without one, one-time passwords, filters."""

from __future__ import annotations

import re

from flask.testing import FlaskClient

from tests.journeys.city import City
from tests.journeys.conftest import small_city
from tests.web.conftest import forgery_token
from tests.web.test_pages import People, post, signed_in

__all__ = ["signed_in", "small_city"]
NEW = {"login": "cashier2", "name": "新拨付", "role": "cashier", "department": "finance", "region": "410400"}


def text(client: FlaskClient, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, address
    return answer.get_data(as_text=True)


def version(page: str) -> str:
    return re.findall(r'name="version" value="(\d+)"', page)[0]


def test_an_account_is_added_signs_in_and_sets_the_own_password_first(
    small_city: City, signed_in: People
) -> None:
    admin = signed_in("admin")
    answer = post(admin, "/admin/accounts", **NEW)
    address = answer.headers["Location"]
    page = text(admin, address)
    (password,) = re.findall(r'<code class="user-select-all fs-5">([\w-]+)</code>', page)
    assert password not in text(admin, address)

    person = admin.application.test_client()
    post(person, "/sign-in", login="cashier2", password=password)
    assert person.get("/worklist").headers["Location"] == "/account#password"
    assert person.get("/api/v1/worklist").status_code == 403
    page = text(person, "/account")
    assert "请先设定自己的密码" in page
    post(person, "/account/password", current=password, new="my-own-word-1", again="my-own-word-1")
    post(person, "/sign-in", login="cashier2", password="my-own-word-1")
    assert "我的待办" in text(person, "/worklist")

    closed = post(admin, f"{address}/close", version=version(text(admin, address)), reason="调离")
    assert closed.status_code == 303
    assert person.get("/worklist").headers["Location"].startswith("/sign-in")
    assert "已停用" in text(admin, address)


def test_what_would_stop_is_said_and_acknowledged_and_what_was_typed_stays(
    small_city: City, signed_in: People
) -> None:
    admin = signed_in("admin")
    address = f"/admin/accounts/{small_city.actors['cashier'].account_id}"
    page = text(admin, address)
    assert "平顶山市将没有财政部门拨付经办人，审核通过的补贴无法拨付" in page
    answer = post(admin, f"{address}/close", version=version(page), reason="退休回家")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'href="#close-confirmed"' in page
    assert 'value="退休回家"' in page
    assert post(admin, f"{address}/close", version=version(page), confirmed="true").status_code == 303
    assert post(admin, f"{address}/nothing", version="0").status_code == 404
    stale = post(admin, f"{address}/reopen", version="0")
    assert stale.status_code == 409
    assert "重新载入最新内容" in stale.get_data(as_text=True)


def test_a_wrong_change_keeps_what_was_typed_beside_the_reasons(small_city: City, signed_in: People) -> None:
    admin = signed_in("admin")
    address = f"/admin/accounts/{small_city.actors['hr1'].account_id}"
    typed = {"name": "新名", "role": "reviewer", "uscc": "9141", "region": "410400", "department": "hr"}
    answer = post(admin, address, version=version(text(admin, address)), **typed)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "没有统一社会信用代码为“9141”的单位" in page
    assert 'value="新名"' in page
    assert '<details class="fold" open>' in page


def test_filters_of_accounts_stay_in_the_address(small_city: City, signed_in: People) -> None:
    admin = signed_in("admin")
    page = text(admin, "/admin/accounts?role=cashier&region=410421")
    assert re.findall(r'<th scope="row" data-label="登录名"><a href="[^"]+">(\w+)</a>', page) == [
        "cashier_bf"
    ]
    assert "查询条件“状态”不能是“x”" in text(admin, "/admin/accounts?state=x", 422)
    assert "没有这样的账号" in text(admin, "/admin/accounts?text=nobody")
    page = text(admin, "/admin/accounts")
    (later,) = re.findall(r'href="(/admin/accounts\?cursor=[^"]+)" rel="next"', page)
    assert text(admin, later).count('data-label="登录名"') == 20


def test_empty_seats_lead_to_a_form_that_is_filled_in(small_city: City, signed_in: People) -> None:
    admin = signed_in("admin")
    address = f"/admin/accounts/{small_city.actors['inspector_bf'].account_id}"
    seen = version(text(admin, address))
    post(admin, f"{address}/close", version=seen, confirmed="true")
    page = text(admin, "/admin/seats")
    assert "宝丰县没有人力资源社会保障部门检查人员" in page
    (link,) = re.findall(r'href="(/admin/accounts/new\?role=inspector[^"]+)"', page)
    form = text(admin, link.replace("&amp;", "&"))
    for value in ("inspector", "hr", "410421"):
        assert f'<option value="{value}" selected>' in form


def test_nobody_else_comes_in(small_city: City, signed_in: People) -> None:
    client = signed_in("hr_head")
    for path in ("/admin/accounts", "/admin/accounts/new", "/admin/accounts/1", "/admin/seats"):
        text(client, path, 403)
    assert client.post("/admin/accounts", data={"csrf_token": forgery_token(client)}).status_code == 403
