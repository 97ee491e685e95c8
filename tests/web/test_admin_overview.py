"""The desk of the administrator: what is wrong comes first, each with the page where it is mended."""

from __future__ import annotations

import re

from tests.journeys.city import City
from tests.journeys.conftest import small_city
from tests.web.test_account_pages import text
from tests.web.test_outbox_pages import fail
from tests.web.test_pages import People, signed_in
from workflow.clock import real_now
from workflow.services.sweep import record_heartbeat

__all__ = ["signed_in", "small_city"]


def test_what_is_urgent_stands_first_and_is_gone_once_mended(small_city: City, signed_in: People) -> None:
    fail(small_city)
    admin = signed_in("admin")
    page = text(admin, "/admin")
    titles = re.findall(r"<p><strong>(.*?)</strong></p>", page)
    assert titles[:2] == ["没有定时任务在运行", "1 条消息发送失败"]
    assert "全系统只有 1 名系统管理员" in titles[2]
    assert 'href="/admin/outbox?state=failed"' in page
    facts = {"raised": 0, "recomputed": 0, "closed_notices": 0}
    record_heartbeat(small_city.product, started_at=real_now(), facts=facts, milliseconds=1)
    assert "没有定时任务在运行" not in text(admin, "/admin")


def test_each_renewal_leads_to_where_it_is_done(small_city: City, signed_in: People) -> None:
    small_city.at("2026-11-20")
    admin = signed_in("admin")
    page = text(admin, "/admin")
    assert "2027年放假安排" in page
    assert 'href="/calendar/import"' in page
    assert "2026年11月15日" in page
    assert 'href="/admin"' in text(admin, "/worklist")
    text(signed_in("office"), "/admin", 403)
