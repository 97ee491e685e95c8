"""The reports there are: name, title, period, columns, and how their rows come about.

月调度、季通报、半年、全年: 平技领办〔2022〕5号 三(一), 新技领办〔2023〕4号 第六条; the quarterly bulletin of
payments: 平技领办〔2022〕5号 三(三).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection

from workflow.reports.figures import Rows, named_matters, region_rows
from workflow.reports.ledgers import count_overdue, count_requests, funding_requests, overdue_clocks
from workflow.reports.scope import Scope, Span
from workflow.vocabulary import FundSource, Section


@dataclass(frozen=True, slots=True)
class Report:
    """A kind of report. ``columns`` are key and label; a row may hold more than its columns show."""

    name: str
    title: str
    span: Span
    columns: dict[str, str]
    rows: Callable[[Connection, Scope], Rows]
    # Of a list of matters, how many rows it has in all.
    count: Callable[[Connection, Scope], int] | None = None


_REGION = {"region_label": "地区"}
_MATTER = {
    "application_number": "申请编号",
    "applicant_name": "申请人",
    "subsidy_label": "补贴种类",
    "region_label": "地区",
}
_ARRIVALS = {"received_count": "收到申请（件）", "claimed_count": "收到补贴申领（件）"}
_MONEY = {
    "approved_count": "审核通过（件）",
    "approved_fen": "审核通过金额（元）",
    "payment_count": "拨付（笔）",
    "paid_fen": "拨付金额（元）",
}
_SOURCES = {f"paid_{source.value}_fen": f"其中：{source.label}（元）" for source in FundSource}
_RECOVERED = {"recovered_fen": "追缴到账（元）"}
_STANDING = {
    **{f"in_{section.value}_count": f"目前在办·{section.label}（件）" for section in Section},
    "disbursed_count": "目前已拨付（件）",
    "closed_count": "目前已终结（件）",
    "overdue_count": "目前逾期（件）",
}
_TIMELINESS = {"met_count": "按期办结时限（个）", "missed_count": "逾期办结时限（个）"}
_RATE = {"on_time_rate": "按期办结率"}
_BULLETIN = {
    "arrears_count": "超过一个月未拨付（件）",
    "named_count": "逾期10个工作日以上（件）",
}
_NAMED = {"named_numbers": "通报事项（申请编号）"}


def _monthly(connection: Connection, scope: Scope) -> Rows:
    return region_rows(connection, scope, [*_ARRIVALS, *_MONEY, *_STANDING])


def _quarterly(connection: Connection, scope: Scope) -> Rows:
    rows = region_rows(connection, scope, [*_MONEY, *_SOURCES, *_RECOVERED, *_BULLETIN])
    return _with_names(connection, scope, rows)


def _summary(connection: Connection, scope: Scope) -> Rows:
    figures = [*_ARRIVALS, *_MONEY, *_RECOVERED, *_TIMELINESS, *_BULLETIN, *_STANDING]
    rows = region_rows(connection, scope, figures)
    for row in rows:
        ended = row["met_count"] + row["missed_count"]
        row["on_time_rate"] = f"{row['met_count'] * 100 / ended:.1f}%" if ended else "—"
    return _with_names(connection, scope, rows)


def _with_names(connection: Connection, scope: Scope, rows: Rows) -> Rows:
    named = named_matters(connection, scope)
    for row in rows:
        row["named_numbers"] = "、".join(named.get(row["region"], ()))
    return rows


def _columns(*parts: dict[str, str]) -> dict[str, str]:
    # Counted in fen, shown in yuan.
    return {key.removesuffix("_fen"): label for part in parts for key, label in part.items()}


_SUMMARY = _columns(_REGION, _ARRIVALS, _MONEY, _RECOVERED, _TIMELINESS, _RATE, _BULLETIN, _NAMED, _STANDING)

REPORTS: dict[str, Report] = {
    report.name: report
    for report in (
        Report("monthly", "月调度表", Span.MONTH, _columns(_REGION, _ARRIVALS, _MONEY, _STANDING), _monthly),
        Report(
            "quarterly",
            "补贴资金拨付季通报",
            Span.QUARTER,
            _columns(_REGION, _MONEY, _SOURCES, _RECOVERED, _BULLETIN, _NAMED),
            _quarterly,
        ),
        Report("half_year", "半年情况报告", Span.HALF_YEAR, _SUMMARY, _summary),
        Report("yearly", "全年情况报告", Span.YEAR, _SUMMARY, _summary),
        Report(
            "overdue",
            "逾期事项清单",
            Span.NOW,
            _MATTER
            | {
                "state_label": "当前状态",
                "department_label": "责任部门",
                "clock_label": "时限",
                "due_text": "到期日",
                "late_text": "已逾期",
            },
            overdue_clocks,
            count_overdue,
        ),
        Report(
            "funding_requests",
            "补贴资金请款台账",
            Span.MONTH,
            _MATTER
            | {
                "state_label": "当前状态",
                "handed_on": "移交财政日期",
                "asked": "申请金额（元）",
                "approved": "审核通过金额（元）",
                "paid": "已拨付（元）",
                "unpaid": "待拨付（元）",
                "month_due_text": "一个月期限到期日",
                "arrears_label": "欠拨",
            },
            funding_requests,
            count_requests,
        ),
    )
}
"""Every report by its name."""
