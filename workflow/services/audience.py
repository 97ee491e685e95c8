"""Who is told: the accounts of some regions, found by what they may do to an application as it stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, or_, select

from workflow.access import is_awaited
from workflow.persistence import tables
from workflow.policy import Audience, Rung
from workflow.services.actors import stand_ins
from workflow.services.case import REVIEW_STEPS
from workflow.vocabulary import Department, Role, Section, State

_account = tables.account
_STAFF = select(_account.c.id, _account.c.role, _account.c.department, _account.c.region).where(
    _account.c.active,
    or_(
        _account.c.region.in_(bindparam("regions", expanding=True))
        & (_account.c.role != Role.APPLICANT.value),
        _account.c.role == Role.OFFICE.value,
    ),
)
_APPLICANTS_TURN = frozenset(state.value for state in State if is_awaited(Role.APPLICANT, None, state))
_MONEY_SECTIONS = frozenset({Section.CLAIM.value, Section.DISBURSEMENT.value})


class _Seat(NamedTuple):
    """A role of a department, and the account that acts in it: the person's own or a substitute's."""

    id: int
    role: str
    department: str | None


class People:
    """The accounts of these regions as they are on one day.

    What is addressed to who is absent goes to the substitute as well. A ``row`` has ``region``, ``state``,
    ``section``, ``department`` (of the clock), ``organisation_id``, ``created_by`` and ``assigned_to_id``.
    Applicants are many: only those of the ``rows`` that were met are known.
    """

    def __init__(
        self, connection: Connection, regions: Iterable[str], on: date, rows: Iterable[Mapping[Any, Any]] = ()
    ) -> None:
        self.regions = frozenset(regions)
        self._staff: dict[str, list[_Seat]] = defaultdict(list)
        # By person who may be assigned something: the account, and that of the substitute.
        self._reached: dict[int, set[int]] = defaultdict(set)
        # By organisation its members, by account the person itself; none where nobody is active.
        self._members: dict[int, set[int]] = {}
        self._persons: dict[int, set[int]] = {}
        self._office: set[int] = set()
        for each in connection.execute(_STAFF, {"regions": sorted(self.regions)}):
            if each.role == Role.OFFICE.value:
                self._office.add(each.id)
            self._staff[each.region].append(_Seat(each.id, each.role, each.department))
            self._reached[each.id].add(each.id)
        for substitute_id, absent in stand_ins(connection, self.regions, on).items():
            for person in absent:
                if person.region and person.role and person.department:
                    seat = _Seat(substitute_id, person.role.value, person.department.value)
                    self._staff[person.region].append(seat)
                    self._reached[person.account_id].add(substitute_id)
        self._awaited: dict[tuple[str, str], set[int]] = {}
        self.meet(connection, rows)

    def meet(self, connection: Connection, rows: Iterable[Mapping[Any, Any]]) -> None:
        """Gets to know the applicants of these rows."""
        organisations, persons = set(), set()
        for row in rows:
            if row["organisation_id"] is None:
                persons.add(row["created_by"])
            else:
                organisations.add(row["organisation_id"])
        organisations -= self._members.keys()
        persons -= self._persons.keys()
        if not organisations and not persons:
            return
        self._members |= {each: set() for each in organisations}
        self._persons |= {each: set() for each in persons}
        found = connection.execute(
            select(_account.c.id, _account.c.organisation_id).where(
                _account.c.active,
                _account.c.role == Role.APPLICANT.value,
                or_(_account.c.organisation_id.in_(organisations), _account.c.id.in_(persons)),
            )
        )
        for each in found:
            if each.organisation_id in organisations:
                self._members[each.organisation_id].add(each.id)
            if each.id in persons:
                self._persons[each.id].add(each.id)

    def told(self, rung: Rung, row: Mapping[Any, Any]) -> set[int]:
        """Who hears this rung of this clock."""
        told: set[int] = set()
        for audience in rung.audience:
            if audience is Audience.ACTORS:
                told |= self.actors(row)
            elif audience is Audience.DEPARTMENT_HEAD and row["department"]:
                told |= self._where(row["region"], row["department"], Role.HEAD)
            elif audience is Audience.FINANCE and row["section"] in _MONEY_SECTIONS:
                told |= self._where(row["region"], Department.FINANCE.value, None)
            elif audience is Audience.OFFICE:
                told |= self._office
        return told

    def concerned(self, row: Mapping[Any, Any]) -> set[int]:
        """Who is touched when the application's dates move: who has to act on it, and its applicant."""
        return self.actors(row) | self.applicants_of(row)

    def actors(self, row: Mapping[Any, Any]) -> set[int]:
        """Who may have to act on it as it stands: whom it was handed over to, or all of the role."""
        if row["assigned_to_id"] is not None:
            return self._reached[row["assigned_to_id"]]
        key = (row["region"], row["state"])
        if key not in self._awaited:
            state = State(row["state"])
            self._awaited[key] = {
                each.id
                for each in self._staff[row["region"]]
                if is_awaited(
                    Role(each.role), Department(each.department) if each.department else None, state
                )
            }
        told = self._awaited[key]
        return told | self.applicants_of(row) if row["state"] in _APPLICANTS_TURN else told

    def applicants_of(self, row: Mapping[Any, Any]) -> set[int]:
        """The applicant, or whoever belongs to the organisation that applies."""
        if row["organisation_id"] is not None:
            return self._members[row["organisation_id"]]
        return self._persons[row["created_by"]]

    def _where(self, region: str, department: str, role: Role | None) -> set[int]:
        return {
            each.id
            for each in self._staff[region]
            if each.department == department and (role is None or each.role == role.value)
        }


def excused_of(connection: Connection, rows: Iterable[Any]) -> Mapping[int, set[int]]:
    """By application the accounts that cannot act in its state, and are not told, though their role can.

    Who signed first does not sign second; who published a notice neither answers objections nor closes it;
    and so whoever they did it for.
    A row has ``application_id`` and ``state``.
    """
    excused: defaultdict[int, set[int]] = defaultdict(set)
    second = {row["application_id"]: row["state"] for row in rows if row["state"].endswith("_second")}
    if second:
        decision = tables.decision
        signed = connection.execute(
            select(
                decision.c.application_id,
                decision.c.step,
                decision.c.account_id,
                decision.c.on_behalf_of_id,
            ).where(decision.c.application_id.in_(second), decision.c.seat == "first", ~decision.c.superseded)
        )
        for row in signed:
            if REVIEW_STEPS[State(second[row.application_id])][0] == row.step:
                excused[row.application_id] |= {row.account_id, row.on_behalf_of_id} - {None}
    hanging = [row["application_id"] for row in rows if row["state"] == State.CLAIM_PUBLIC_NOTICE.value]
    if hanging:
        notice = tables.notice
        published = connection.execute(
            select(notice.c.application_id, notice.c.published_by, notice.c.published_on_behalf_of_id).where(
                notice.c.application_id.in_(hanging), notice.c.ended_because.is_(None)
            )
        )
        for each in published:
            excused[each.application_id] |= {each.published_by, each.published_on_behalf_of_id} - {None}
    return excused
