"""催办: whoever waits for an application reminds those in whose hands it is, once in a working day."""

from __future__ import annotations

from datetime import date
from typing import Any

from workflow.access import Actor, is_awaited, is_own, require_reading
from workflow.clock import day_cn
from workflow.deadlines.keeping import Clock
from workflow.errors import Forbidden, NotNow
from workflow.form.reading import read
from workflow.form.urging import Urging
from workflow.persistence.engine import writing
from workflow.services.alerts import raise_alerts
from workflow.services.audience import People, excused_of
from workflow.services.audit import append_entry
from workflow.services.case import Case, open_case
from workflow.services.product import Product
from workflow.vocabulary import ClockState, Role

_URGING = frozenset({Role.REVIEWER, Role.HEAD, Role.CASHIER, Role.OFFICE})
_TITLE = "催办"


def urge(product: Product, *, actor: Actor, application_id: int, body: dict[str, Any]) -> dict[str, Any]:
    """Reminds those who have to act on it now; answers how many were told, and when it may be urged again.

    Nothing about the application changes but its trail. Raises ``Malformed``, ``NotFound``, ``Forbidden``
    for whose turn it is or who only looks on, and ``NotNow`` where nobody is waited for or it was urged
    already in this working day (a day off belongs to the working day before it).
    """
    given = read(Urging, body)
    with writing(product.engine) as connection:
        case = open_case(product, connection, actor, application_id, lock=True)
        require_reading(actor, case.matter())
        if not _is_waiting(case, actor):
            raise Forbidden("催办由申请人、正在等待的部门或者领导小组办公室提出，轮到您办理的不能催办")
        clock = _running(case)
        if clock is None:
            raise NotNow(f"目前状态为“{case.state.label}”，没有正在计时的时限，不能催办")
        if not is_own(actor, case.matter()) and actor.role not in _URGING:
            case.on_behalf_of = next(person for person in case.absent if person.role in _URGING)
        people = People(connection, {case.row["region"]}, case.today, [case.row])
        row = dict(case.row) | {"application_id": case.id, "state": case.state.value}
        told = people.actors(row) - excused_of(connection, [row])[case.id]
        if not told:
            raise NotNow("这一环节目前没有可以办理的人员，请与管理员联系")
        day = _working_day_of(case)
        rung = f"urged_{day}"
        alert = {
            "application_id": case.id,
            "clock_id": clock.id,
            "rung": rung,
            "title": _TITLE,
            "reason": f"{case.signature}：{given.reason}" if given.reason else case.signature,
            "due_on": clock.due_on,
            "provisional": clock.provisional,
            "scheduled_at": case.now,
            "raised_at": case.now,
        }
        again_on = case.calendar.nth_working_day_after(day, 1)
        if not raise_alerts(connection, [alert], {(clock.id, rung): told}, case.now):
            raise NotNow(
                f"这一环节在{day_cn(day)}这个工作日已经催办过，每个工作日最多一次，{day_cn(again_on)}起可以再催办"
            )
        append_entry(
            case,
            "urge",
            outcome="done",
            old=case.state,
            new=case.state,
            details=given.stored() | {"told_count": len(told)},
        )
        case.write_row()
    return {"told_count": len(told), "again_on": again_on.isoformat()}


def may_urge(case: Case, actor: Actor) -> bool:
    """Whether this person waits for somebody else to act on it, and a clock counts for them."""
    return _is_waiting(case, actor) and _running(case) is not None


def _is_waiting(case: Case, actor: Actor) -> bool:
    people = (actor, *case.absent)
    if any(is_awaited(person.role, person.department, case.state) for person in people):
        return False
    return is_own(actor, case.matter()) or any(person.role in _URGING for person in people)


def _running(case: Case) -> Clock | None:
    """The clock that is due first among those that count now."""
    live = [
        clock
        for clock in case.clocks
        if clock.ended is None
        and clock.due_on is not None
        and not clock.limit.minimum
        and clock.figures(case.calendar, case.today).state in {ClockState.RUNNING, ClockState.OVERDUE}
    ]
    return min(live, key=lambda clock: (clock.due_on or date.max, clock.id), default=None)


def _working_day_of(case: Case) -> date:
    calendar, today = case.calendar, case.today
    return today if calendar.is_working_day(today) else calendar.nth_working_day_before(today, 1)
