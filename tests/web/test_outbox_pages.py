"""The pages of the outbox, and what the state of the system says to administrators and to operators."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import insert, update

from tests.journeys.city import City
from tests.journeys.conftest import small_city
from tests.web.test_account_pages import text
from tests.web.test_pages import People, post, signed_in
from workflow.clock import real_now
from workflow.persistence import tables
from workflow.persistence.engine import writing
from workflow.services.attachment_checks import run_wanted_check
from workflow.services.delivery import deliver
from workflow.services.sweep import node_name, record_delivery, record_heartbeat

__all__ = ["signed_in", "small_city"]


def fail(city: City) -> int:
    """One message that was tried in vain."""
    city.to_opening_review()
    with writing(city.product.engine) as connection:
        values = {"next_attempt_at": None, "attempts": 8, "last_error": "TimeoutError: timed out"}
        return int(
            connection.execute(update(tables.outbox).values(values).returning(tables.outbox.c.id))
            .scalars()
            .one()
        )


def test_a_stuck_message_is_sent_again_from_the_page(small_city: City, signed_in: People) -> None:
    message_id = fail(small_city)
    admin = signed_in("admin")
    page = text(admin, "/admin/outbox")
    assert "邮件服务器没有按时答复" in page
    assert "发送失败 1 条" in page
    assert "1 条发送失败" in text(admin, "/admin/system")
    assert post(admin, "/admin/outbox/retry").status_code == 422
    answer = post(admin, "/admin/outbox/retry", chosen=str(message_id), state="failed")
    assert answer.headers["Location"] == "/admin/outbox?state=failed"
    assert "已安排重发 1 条消息" in text(admin, "/admin/outbox?state=retrying")
    deliver(small_city.product)
    assert "已发送" in text(admin, f"/admin/outbox/{message_id}")
    assert "所有消息都已发出" in text(admin, "/admin/outbox")
    assert "查询条件“状态”不能是“x”" in text(admin, "/admin/outbox?state=x", 422)


def test_giving_up_needs_a_reason_and_shows_who_did_it(small_city: City, signed_in: People) -> None:
    message_id = fail(small_city)
    admin = signed_in("admin")
    address = f"/admin/outbox/{message_id}"
    answer = post(admin, f"{address}/give-up", reason=" ")
    assert answer.status_code == 422
    assert 'href="#field-reason"' in answer.get_data(as_text=True)
    assert post(admin, f"{address}/give-up", reason="收件人已调离").status_code == 303
    page = text(admin, address)
    assert "示例admin：收件人已调离" in page
    assert "放弃发送</button>" not in page
    assert post(admin, f"{address}/give-up", reason="再来").status_code == 409
    assert text(signed_in("office"), "/admin/outbox", 403)


def test_the_state_says_when_no_scheduler_is_alive_and_what_the_last_one_did(
    small_city: City, signed_in: People
) -> None:
    admin = signed_in("admin")
    assert "没有定时任务在运行" in text(admin, "/admin/system")
    facts = {"raised": 3, "recomputed": 2, "closed_notices": 1}
    record_heartbeat(small_city.product, started_at=real_now(), facts=facts, milliseconds=41)
    record_delivery(small_city.product, facts={"sent": 5, "failed": 1})
    page = text(admin, "/admin/system")
    assert "没有定时任务在运行" not in page
    assert "发出提醒 3 条，重算期限 2 件，结束公示 1 件，用时 41 毫秒" in page
    assert "发出 5 条，失败 1 条" in page
    assert node_name() in page
    with writing(small_city.product.engine) as connection:
        long_ago = {"name": "old:1", "started_at": real_now(), "last_raised_count": 0}
        stopped = real_now().replace(year=2020)
        connection.execute(insert(tables.scheduler_node).values(**long_ago, last_sweep_at=stopped))
    assert "已停止" in text(admin, "/admin/system")


def test_files_are_proved_when_an_administrator_asks(small_city: City, signed_in: People) -> None:
    admin = signed_in("admin")
    assert "还没有核验过" in text(admin, "/admin/system")
    assert post(admin, "/admin/attachment-check").headers["Location"] == "/admin/system#files"
    assert "等待定时任务开始" in text(admin, "/admin/system")
    assert post(admin, "/admin/attachment-check").status_code == 409
    assert run_wanted_check(small_city.product)
    assert "核验了 0 个附件：<strong>全部完好</strong>" in text(admin, "/admin/system")


def test_a_folder_that_cannot_be_written_is_told_to_operators(
    small_city: City, signed_in: People, tmp_path: Path
) -> None:
    admin = signed_in("admin")
    assert admin.get("/readyz").status_code == 200
    blocked = tmp_path / "blocked"
    blocked.write_text("no folder")
    object.__setattr__(small_city.product.settings, "files", blocked)
    answer = admin.get("/readyz")
    assert answer.status_code == 503
    assert "不能写入" in answer.get_json()["reason"]
    assert "上传文件的目录不能写入" in text(admin, "/admin/system")
