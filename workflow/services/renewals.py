"""What has to be renewed: calendars, policies, lists, funds, keys; until when, and what happens otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, exists, func, or_, select

from calendars import ChinaWorkingDays
from workflow.access import Actor
from workflow.clock import shanghai_date
from workflow.errors import Forbidden
from workflow.persistence import tables
from workflow.persistence.engine import reading
from workflow.policy import policy_in_force, region_labels
from workflow.printing.fonts import FontsMissing, find_fonts
from workflow.services.product import Product
from workflow.services.reminders import REMIND_FROM
from workflow.vocabulary import Role, Urgency

# Counted no further; nobody needs to know how many thousands are meant.
MOST_COUNTED = 100
# So long before it takes effect it is time to see to it; a local choice.
AHEAD = timedelta(days=60)


def read_renewals(product: Product, *, actor: Actor) -> dict[str, Any]:
    """For administrators: what is overdue for renewal or due soon first, then what is in order for now.

    Each has the day ``on`` by which it is needed, its ``urgency`` (None: in order, or far ahead), what
    ``happens`` otherwise, and the ``place`` where it is done.
    """
    if actor.role is not Role.ADMIN:
        raise Forbidden("只有系统管理员可以查看需要更新的事项")
    with reading(product.engine) as connection:
        today = shanghai_date(product.now(connection))
        calendar = product.calendar(connection)
        items = [
            *_calendars(connection, calendar, today),
            *_of_regions(connection, today),
            *_settings(product),
        ]
    order = {Urgency.OVERDUE.value: 0, Urgency.SOON.value: 1, None: 2}
    items.sort(key=lambda item: (order[item["urgency"]], item["on"] or "9999"))
    return {"items": items, "next": None}


def _item(
    place: str,
    title: str,
    happens: str,
    *,
    on: date | None = None,
    urgency: Urgency | None = None,
    region: str | None = None,
) -> dict[str, Any]:
    return {
        "place": place,
        "title": title,
        "happens": happens,
        "on": on.isoformat() if on else None,
        "urgency": urgency.value if urgency else None,
        "urgency_label": urgency.label if urgency else "正常",
        "region": region,
        "region_label": region_labels().get(region or ""),
    }


def _due(on: date, today: date) -> Urgency | None:
    if on <= today:
        return Urgency.OVERDUE
    return Urgency.SOON if on - AHEAD <= today else None


def _calendars(connection: Connection, calendar: ChinaWorkingDays, today: date) -> Iterator[dict[str, Any]]:
    for year in (today.year, today.year + 1):
        if not calendar.first_day.year <= year <= calendar.last_day.year:
            continue
        if not calendar.year(year).provisional:
            yield _item("calendar", f"{year}年放假安排", "已按国务院办公厅通知导入，期限确定")
            continue
        counted = _count_provisional(connection, date(year, 1, 1))
        many = f"{MOST_COUNTED} 个以上" if counted >= MOST_COUNTED else f"{counted} 个"
        happens = f"通知导入之前，涉及{year}年的期限均为暂定；现有 {many}正在计时的期限因此暂定"
        wanted_on = date(year - 1, *REMIND_FROM)
        urgency = Urgency.OVERDUE if year == today.year else Urgency.SOON if wanted_on <= today else None
        yield _item("calendar", f"{year}年放假安排", happens, on=wanted_on, urgency=urgency)


def _count_provisional(connection: Connection, since: date) -> int:
    clock = tables.clock
    some = (
        select(clock.c.id)
        .where(
            clock.c.region.in_(list(region_labels())),
            clock.c.due_on >= since,
            clock.c.ended.is_(None),
            clock.c.provisional,
        )
        .limit(MOST_COUNTED)
        .subquery()
    )
    return int(connection.execute(select(func.count()).select_from(some)).scalar_one())


def _of_regions(connection: Connection, today: date) -> Iterator[dict[str, Any]]:
    account = tables.account
    used = connection.scalars(
        select(account.c.region)
        .where(account.c.active, account.c.role != Role.APPLICANT.value, account.c.region.is_not(None))
        .distinct()
    )
    for region in sorted(set(used) & set(region_labels())):
        yield _policy(region, today)
        yield from _list_and_funds(connection, region, today)


def _policy(region: str, today: date) -> dict[str, Any]:
    name = region_labels()[region]
    policy = policy_in_force(region, today)
    if policy is None:
        happens = f"{name}没有现行政策，不能提交新的申请"
        return _item("policy", f"{name}的政策", happens, on=today, urgency=Urgency.OVERDUE, region=region)
    last = policy.valid_until
    if last is None or policy_in_force(region, last + timedelta(days=1)) is not None:
        until = "长期有效" if last is None else f"有效至{last}，之后已有接替的政策"
        return _item("policy", f"{name}的政策", f"{policy.title}，{until}", region=region)
    ends = last + timedelta(days=1)
    happens = f"{policy.title}{last}到期，没有接替的政策；之后{name}不能提交新的申请，已提交的照原政策办完"
    return _item("policy", f"{name}的政策", happens, on=ends, urgency=_due(ends, today), region=region)


def _list_and_funds(connection: Connection, region: str, today: date) -> Iterator[dict[str, Any]]:
    name = region_labels()[region]
    listed, pool = tables.listed_institution, tables.fund_pool
    for year in (today.year, today.year + 1):
        begins = date(year, 1, 1)
        has_list = exists().where(
            listed.c.region == region,
            listed.c.listed_from_on <= date(year, 12, 31),
            or_(listed.c.listed_until_on.is_(None), listed.c.listed_until_on >= begins),
        )
        if not connection.scalar(select(has_list)):
            happens = f"{name}人社部门没有登记{year}年度目录清单，机构不在目录内，不能提交开班申请"
            yield _item(
                "year_list",
                f"{name}{year}年度目录清单",
                happens,
                on=begins,
                urgency=_due(begins, today),
                region=region,
            )
        funded = exists().where(pool.c.region == region, pool.c.year == year, pool.c.movement_count > 0)
        if not connection.scalar(select(funded)):
            happens = f"{name}财政部门负责人没有登记{year}年的资金，补贴审核通过时无法预留"
            yield _item(
                "funds", f"{name}{year}年资金", happens, on=begins, urgency=_due(begins, today), region=region
            )


def _settings(product: Product) -> Iterator[dict[str, Any]]:
    settings = product.settings
    if len(settings.keys.names) > 1:
        happens = "配置中还有备用密钥：更换密钥没有做完，用 subsidy keys status 查看进行到哪一步"
        yield _item("keys", "加密密钥", happens, urgency=Urgency.SOON)
    try:
        find_fonts(settings.font_path)
    except FontsMissing as missing:
        yield _item("fonts", "打印用的中文字体", missing.message, urgency=Urgency.OVERDUE)
    if not settings.scan_command:
        happens = "上传的文件没有经过病毒扫描；设置环境变量 SUBSIDY_SCAN_COMMAND"
        yield _item("scanning", "病毒扫描", happens, urgency=Urgency.SOON)
    if not settings.smtp_url:
        happens = "提醒只在本系统的“消息”中，不发邮件；设置环境变量 SUBSIDY_SMTP_URL"
        yield _item("mail", "发信服务器", happens, urgency=Urgency.SOON)
