"""Many open clocks at once: one submitted application copied as often as is wanted, in SQL."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, insert, select, text

from calendars import ChinaWorkingDays
from workflow.clock import at_shanghai
from workflow.deadlines.ladder import next_rung
from workflow.deadlines.ledger import Ledger, Limit, due_date
from workflow.persistence import tables
from workflow.persistence.types import canonical
from workflow.policy import load_policy
from workflow.vocabulary import ClockKind, LimitUnit

KIND = ClockKind.OPENING_INDUSTRY_REVIEW
# Invented, but its weekdays and sums are those of 2027.
NOTICE = """国务院办公厅关于2027年部分节假日安排的通知
一、元旦：1月1日（周五）至3日（周日）放假，共3天。
二、春节：2月4日（周四）至10日（周三）放假调休，共7天。1月30日（周六）、2月13日（周六）上班。
三、清明节：4月3日（周六）至5日（周一）放假，共3天。
四、劳动节：5月1日（周六）至5日（周三）放假调休，共5天。4月25日（周日）、5月8日（周六）上班。
五、端午节：6月9日（周三）放假1天，不调休。
六、中秋节：9月15日（周三）放假1天，不调休。
七、国庆节：10月1日（周五）至7日（周四）放假调休，共7天。9月26日（周日）、10月9日（周六）上班。
"""


def copy_application(
    connection: Connection, *, first: int, count: int, limit: int, started_on: date, today: date
) -> None:
    """Copies of the first application under the ids from ``first`` on, each with one running clock.

    The clock runs for ``limit`` working days from ``started_on``, by the calendar of the packaged notices. A
    copy has neither an audit chain nor a roster.
    """
    own = [column.name for column in tables.application.c if column.name not in {"id", "number"}]
    values = {name: f"model.{name}" for name in own} | {
        "audit_count": "0",
        "audit_head": "''",
        "roster_count": "0",
        "roster_digest": "''",
    }
    numbers = (
        "WITH RECURSIVE numbers(id) AS (SELECT CAST(:first AS BIGINT) UNION ALL"
        " SELECT id + 1 FROM numbers WHERE id + 1 < :first + :count)"
    )
    head = f"INSERT INTO application (id, number, {', '.join(values)})"
    body = (
        f"SELECT numbers.id, '410400-' || numbers.id, {', '.join(values.values())}"
        " FROM numbers, (SELECT * FROM application ORDER BY id LIMIT 1) model"
    )
    connection.execute(text(f"{head} {numbers} {body}"), {"first": first, "count": count})
    calendar, ledger = ChinaWorkingDays.published(), Ledger.started(started_on, "submit")
    due_on = due_date(ledger, Limit(limit, LimitUnit.WORKING_DAY), calendar)
    assert due_on is not None
    rungs = load_policy("pingdingshan-2022").rungs(KIND)
    rung = next_rung(rungs, ledger, due_on, calendar, at_shanghai(today, 9, 0))
    assert rung is not None
    clock = {
        "region": "410400",
        "kind": KIND.value,
        "department": "industry",
        "subject_id": 0,
        "limit_count": limit,
        "limit_unit": LimitUnit.WORKING_DAY.value,
        "minimum": False,
        "source": "本地",
        "segments": canonical(ledger.as_list()),
        "started_on": started_on,
        "due_on": due_on,
        "runs_from_on": started_on,
        "provisional": calendar.runs_into_provisional(started_on, due_on),
        "calendar_version": calendar.version,
        "next_rung": rung.name,
        "next_alert_at": rung.at,
    }
    bound = insert(tables.clock).values(clock | {"application_id": 0}).compile().binds
    ids = select(tables.application.c.id, *(bound[name].label(name) for name in clock)).where(
        tables.application.c.id >= first, tables.application.c.id < first + count
    )
    connection.execute(insert(tables.clock).from_select(["application_id", *clock], ids))
