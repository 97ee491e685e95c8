"""Who sits where: which role of which department has how many people in each region, and what is missing.

An application waits for ever where nobody of a seat is left; so it is said before, and with what would stop.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, exists, func, select

from workflow.access import Actor, is_awaited
from workflow.errors import Forbidden
from workflow.persistence import tables
from workflow.persistence.engine import reading
from workflow.policy import region_labels
from workflow.services.audience import excused_of
from workflow.services.product import Product
from workflow.vocabulary import Department, Role, State

# Counted no further; nobody needs to know how many thousands would wait.
MOST_COUNTED = 100


@dataclass(frozen=True, slots=True)
class Seat:
    """A role of a department, or of none; ``needed`` people of each region, and what stops without them."""

    role: Role
    department: Department | None
    needed: int
    stops: str

    @property
    def label(self) -> str:
        """财政部门拨付经办人 and so on."""
        department = self.department.label if self.department else ""
        return department + self.role.label.removeprefix("部门" if department else "")


_REVIEWERS = 2
"""初审 and 复核 are never the same person (平技领办〔2022〕5号 附件2)."""

SEATS: tuple[Seat, ...] = (
    Seat(Role.REVIEWER, Department.INDUSTRY, _REVIEWERS, "开班申请和补贴申领无法通过行业主管部门审核"),
    Seat(Role.HEAD, Department.INDUSTRY, 1, "行业主管部门逾期的事项没有负责人督办"),
    Seat(Role.REVIEWER, Department.HR, _REVIEWERS, "开班申请、公示和补贴申领无法通过人社部门审核"),
    Seat(Role.INSPECTOR, Department.HR, 1, "开班检查、过程检查和考核结果无人登记"),
    Seat(Role.HEAD, Department.HR, 1, "人社部门逾期的事项没有负责人督办，暂停、终止和本地停办无人决定"),
    Seat(Role.REVIEWER, Department.FINANCE, _REVIEWERS, "补贴申领无法通过财政部门审核"),
    Seat(Role.CASHIER, Department.FINANCE, 1, "审核通过的补贴无法拨付"),
    Seat(Role.HEAD, Department.FINANCE, 1, "财政部门逾期的事项没有负责人督办，资金拨入和结转无人登记"),
)
OF_ALL_REGIONS: tuple[Seat, ...] = (
    Seat(Role.OFFICE, None, 1, "逾期通报没有人收到"),
    Seat(Role.AUDITOR, None, 1, "没有人核验办理记录"),
    Seat(Role.ADMIN, None, 2, "唯一的系统管理员不在时，没有人管理账号和日历"),
)
Filled = Mapping[tuple[str, str | None, str | None], int]


def read_seats(product: Product, *, actor: Actor) -> dict[str, Any]:
    """For administrators: every seat of every region where somebody works, and what is missing in words."""
    if actor.role is not Role.ADMIN:
        raise Forbidden("只有系统管理员可以查看人员配备")
    with reading(product.engine) as connection:
        filled = _filled(connection)
        used = [code for code in region_labels() if any(region == code for _, _, region in filled)]
        regions = [_region(connection, code, filled) for code in used]
        common = [
            _seat_view(connection, seat, None, _count_of(filled, seat, None)) for seat in OF_ALL_REGIONS
        ]
    missing = [seat for region in regions for seat in region["seats"] if seat["missing"]]
    return {
        "seats": [
            {
                "role": seat.role.value,
                "department": seat.department and seat.department.value,
                "label": seat.label,
            }
            for seat in SEATS
        ],
        "regions": regions,
        "common": common,
        "unused_regions": [label for code, label in region_labels().items() if code not in used],
        "missing": missing + [seat for seat in common if seat["missing"]],
    }


def lost_without(connection: Connection, row: Mapping[Any, Any]) -> list[str]:
    """What would stop, or nobody could do, if this account (a row of ``account``) left its seat; in words."""
    if not row["active"]:
        return []
    return _short_of(connection, row) + _in_hand(connection, row)


def _in_hand(connection: Connection, row: Mapping[Any, Any]) -> list[str]:
    """What was handed over to this person alone, unless somebody acts for who has left (离岗代办)."""
    absence, handed, asked = tables.absence, tables.hand_over, tables.delegation
    stand_in = exists().where(
        absence.c.account_id == row["id"], absence.c.until_on.is_(None), absence.c.ended_on.is_(None)
    )
    if connection.scalar(select(stand_in)):
        return []
    said = []
    for table, what in ((handed, "转办"), (asked, "委派")):
        open_ones = select(func.count()).where(table.c.to_id == row["id"], table.c.ended_at.is_(None))
        if count := connection.execute(open_ones).scalar_one():
            said.append(f"{count} 件{what}")
    if not said:
        return []
    return [f"手中有{'、'.join(said)}的申请，请先登记离岗代办，由同事接着办理"]


def _short_of(connection: Connection, row: Mapping[Any, Any]) -> list[str]:
    seat = seat_of(row["role"], row["department"])
    if seat is None:
        return []
    region = row["region"] if seat.department else None
    left = _count_of(_filled(connection), seat, region) - 1
    if left >= seat.needed:
        return []
    words = [_shortage(seat, region, left, begins="将")]
    waiting = _count_waiting(connection, seat, region)
    if waiting and left == 0:
        words.append(f"正在等待其办理的申请有 {_number(waiting)} 件，将无人可办")
    elif waiting and seat.role is Role.REVIEWER:
        only = _only_by(connection, row)
        if only:
            words.append(f"其中 {_number(only)} 件已由另一名审核人员初审，只有该人员可以复核")
    return words


def seat_of(role: str, department: str | None) -> Seat | None:
    """The seat of this role in this department; None for applicants and for others that no work needs."""
    found = (
        seat
        for seat in SEATS + OF_ALL_REGIONS
        if seat.role == role and (seat.department is None or seat.department == department)
    )
    return next(found, None)


def _filled(connection: Connection) -> Filled:
    account = tables.account
    rows = connection.execute(
        select(account.c.role, account.c.department, account.c.region, func.count().label("people"))
        .where(account.c.active, account.c.role != Role.APPLICANT.value)
        .group_by(account.c.role, account.c.department, account.c.region)
    )
    return Counter({(row.role, row.department, row.region): row.people for row in rows})


def _count_of(filled: Filled, seat: Seat, region: str | None) -> int:
    if seat.department is None:
        return sum(people for (role, _, _), people in filled.items() if role == seat.role)
    return filled.get((seat.role.value, seat.department.value, region), 0)


def _region(connection: Connection, code: str, filled: Filled) -> dict[str, Any]:
    seats = [_seat_view(connection, seat, code, _count_of(filled, seat, code)) for seat in SEATS]
    return {"region": code, "region_label": region_labels()[code], "seats": seats}


def _seat_view(connection: Connection, seat: Seat, region: str | None, people: int) -> dict[str, Any]:
    missing = people < seat.needed
    return {
        "role": seat.role.value,
        "department": seat.department.value if seat.department else None,
        "label": seat.label,
        "region": region,
        "region_label": region_labels().get(region or ""),
        "people": people,
        "needed": seat.needed,
        "missing": missing,
        "message": _shortage(seat, region, people) if missing else "",
        "waiting": _count_waiting(connection, seat, region) if missing else 0,
    }


def _shortage(seat: Seat, region: str | None, people: int, *, begins: str = "") -> str:
    where = region_labels().get(region or "", "全系统")
    if people <= 0:
        return f"{where}{begins}没有{seat.label}，{seat.stops}"
    if seat.role is Role.REVIEWER:
        return f"{where}{begins}只有 {people} 名{seat.label}，初审、复核不能由同一人完成，{seat.stops}"
    return f"{where}{begins}只有 {people} 名{seat.label}，{seat.stops}"


def _count_waiting(connection: Connection, seat: Seat, region: str | None) -> int:
    """How many applications wait for this seat now, counted up to ``MOST_COUNTED``."""
    states = [state.value for state in State if is_awaited(seat.role, seat.department, state)]
    if region is None or not states:
        return 0
    application = tables.application
    some = (
        select(application.c.id)
        .where(application.c.region == region, application.c.state.in_(states))
        .limit(MOST_COUNTED)
        .subquery()
    )
    return int(connection.execute(select(func.count()).select_from(some)).scalar_one())


def _only_by(connection: Connection, leaving: Mapping[Any, Any]) -> int:
    """Of those that wait for a second signature, how many somebody else has signed first."""
    application = tables.application
    states = [
        state.value
        for state in State
        if state.value.endswith("_second")
        and is_awaited(Role.REVIEWER, Department(leaving["department"]), state)
    ]
    rows = connection.execute(
        select(application.c.id.label("application_id"), application.c.state)
        .where(application.c.region == leaving["region"], application.c.state.in_(states))
        .limit(MOST_COUNTED)
    ).mappings()
    signed = excused_of(connection, rows.all())
    return sum(1 for people in signed.values() if people - {leaving["id"]})


def _number(count: int) -> str:
    return f"{count} 以上" if count >= MOST_COUNTED else str(count)
