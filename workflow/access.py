"""Who acts, and what this person may do to an application; pure.

Deny by default: role × department × region × own organisation, and by person where the law wants four eyes.
"""

from __future__ import annotations

from dataclasses import dataclass

from workflow.chart.moves import Actor as Admitted
from workflow.chart.moves import Situation
from workflow.chart.table import actor_of, events_from
from workflow.errors import Forbidden, NotNow
from workflow.vocabulary import (
    ApplicationKind,
    Department,
    Event,
    ReadingPurpose,
    ReadingSubject,
    Role,
    State,
)


@dataclass(frozen=True, slots=True)
class Actor:
    """A person who is signed in: the role says what, department and region say where.

    ``organisation_id`` is the organisation the person belongs to; ``applicant_kind`` as what an applicant
    applies. ``SYSTEM`` acts for the scheduler, ``PUBLIC`` for whoever is not signed in.
    """

    account_id: int
    login: str
    name: str
    role: Role | None
    department: Department | None
    region: str | None
    organisation_id: int | None
    applicant_kind: ApplicationKind | None


SYSTEM = Actor(0, "system", "系统", None, None, None, None, None)
PUBLIC = Actor(0, "public", "社会公众", None, None, None, None, None)
_EVERYWHERE = frozenset({Role.OFFICE, Role.AUDITOR, Role.ADMIN})


@dataclass(frozen=True, slots=True)
class Matter:
    """What access asks of an application: where it stands, whose it is, and who has signed already.

    ``first_reviewer_id`` is the valid 初审人 of the step under review, ``publisher_id`` who published the
    hanging notice, ``finance_reviewer_ids`` everybody who ever reviewed it for finance.
    """

    state: State
    region: str
    created_by: int
    organisation_id: int | None
    first_reviewer_id: int | None
    publisher_id: int | None
    finance_reviewer_ids: frozenset[int]


def is_own(actor: Actor, matter: Matter) -> bool:
    """Whether the application is the applicant's own, or of the applicant's organisation."""
    if actor.role is not Role.APPLICANT:
        return False
    if matter.organisation_id is not None:
        return actor.organisation_id == matter.organisation_id
    return actor.account_id == matter.created_by


def may_read(actor: Actor, matter: Matter) -> bool:
    """Own applications; departments those of their region once submitted; office and auditors all."""
    if actor.role is Role.APPLICANT:
        return is_own(actor, matter)
    if actor.role in _EVERYWHERE:
        return True
    return actor.department is not None and actor.region == matter.region and matter.state is not State.DRAFT


def require_reading(actor: Actor, matter: Matter) -> None:
    """Raises ``Forbidden`` for whom the application is none of the business."""
    if not may_read(actor, matter):
        raise Forbidden("这件申请不属于您的单位或者您所在的地区、部门，您无权查看或者办理")


def require_event(actor: Actor, matter: Matter, event: Event) -> None:
    """Raises ``NotNow`` where the state does not know the event, ``Forbidden`` where this person may not."""
    wanted = actor_of(matter.state, event)
    if wanted.anyone or (actor is SYSTEM and wanted.system):
        return
    if wanted.own:
        if not is_own(actor, matter):
            raise Forbidden(f"“{event.label}”只能由申请人本人或者本单位的人员办理")
        return
    if actor.role is None or not wanted.admits(actor.role, actor.department):
        who = "、".join(sorted(role.label for role in wanted.roles))
        where = wanted.department.label if wanted.department else ""
        raise Forbidden(f"当前步骤“{matter.state.label}”的“{event.label}”只能由{where}的{who}办理")
    if actor.role is not Role.OFFICE and actor.region != matter.region:
        raise Forbidden("只能办理本地区的申请")
    if _is_of_the_same(actor, matter):
        raise Forbidden("您是申请单位的人员，依照回避规定不能办理本单位的申请")
    _require_other_eyes(actor, matter, event)


def require_attaching(actor: Actor, matter: Matter, adds: Admitted, label: str) -> None:
    """Raises ``Forbidden`` unless this person, as one of ``adds``, adds files to the place ``label``.

    Officers only of the region, and not of the applicant's own organisation.
    """
    if adds.own:
        if not is_own(actor, matter):
            raise Forbidden(f"“{label}”只能由申请人本人或者本单位的人员上传")
        return
    if actor.role is None or not adds.admits(actor.role, actor.department):
        who = "、".join(sorted(role.label for role in adds.roles))
        where = adds.department.label if adds.department else ""
        raise Forbidden(f"“{label}”只能由{where}的{who}上传")
    if actor.region != matter.region:
        raise Forbidden("只能办理本地区的申请")
    if _is_of_the_same(actor, matter):
        raise Forbidden("您是申请单位的人员，依照回避规定不能办理本单位的申请")


def _require_other_eyes(actor: Actor, matter: Matter, event: Event) -> None:
    if matter.state.value.endswith("_second") and event not in {Event.SUSPEND, Event.TERMINATE}:
        if actor.account_id == matter.first_reviewer_id:
            raise Forbidden("复核人与初审人不能是同一人（平技领办〔2022〕5号 附件2 初审人、复核人分别签字）")
    elif event is Event.CLOSE_NOTICE and actor.account_id == matter.publisher_id:
        raise Forbidden("发布公示的人员不能结束同一次公示（初审人与复核人不能是同一人）")
    elif event is Event.RESOLVE_OBJECTION and actor.account_id == matter.publisher_id:
        raise Forbidden("发布公示的人员不能处理对同一次公示的异议")
    elif event is Event.PAY and actor.account_id in matter.finance_reviewer_ids:
        raise Forbidden("在财政部门审核过本申请的人员不能经办拨付")


def allowed_events(actor: Actor, matter: Matter, situation: Situation) -> list[Event]:
    """The events this person may send now, as far as state, person and chart decide it."""
    if actor.role is None or not may_read(actor, matter):
        return []
    return [event for event in events_from(matter.state, situation) if _admits(actor, matter, event)]


def _admits(actor: Actor, matter: Matter, event: Event) -> bool:
    wanted = actor_of(matter.state, event)
    if not wanted.own and (actor.role is None or not wanted.admits(actor.role, actor.department)):
        # Most events are other people's: no refusal is worded for each of them.
        return False
    try:
        require_event(actor, matter, event)
    except Forbidden:
        return False
    return True


AWAITED_EVENTS = frozenset(Event) - {
    Event.WITHDRAW,
    Event.SUSPEND,
    Event.TERMINATE,
    Event.RECOVER,
    Event.PAYMENT_FAILED,
    Event.FILE_OBJECTION,
}
"""Events that somebody waits for; the others are always possible and nobody's task."""


def is_awaited(role: Role | None, department: Department | None, state: State) -> bool:
    """Whether a matter in this state waits for somebody of this role in this department."""
    return any(_waits_for(role, department, state, event) for event in AWAITED_EVENTS)


def _waits_for(role: Role | None, department: Department | None, state: State, event: Event) -> bool:
    try:
        wanted = actor_of(state, event)
    except NotNow:
        return False
    if wanted.own:
        return role is Role.APPLICANT
    return role is not None and not wanted.anyone and wanted.admits(role, department)


_CHECKING = frozenset({Department.INDUSTRY, Department.HR})
_CHECKS: dict[Role, tuple[ReadingPurpose, ...]] = {
    Role.INSPECTOR: (
        ReadingPurpose.INSPECTION,
        ReadingPurpose.IDENTITY_CHECK,
        ReadingPurpose.TELEPHONE_CHECK,
    ),
    Role.REVIEWER: (ReadingPurpose.IDENTITY_CHECK, ReadingPurpose.TELEPHONE_CHECK, ReadingPurpose.OBJECTION),
}


def reading_purposes(actor: Actor, state: State, subject: ReadingSubject) -> tuple[ReadingPurpose, ...]:
    """What for this person may read this personal data in clear; nothing means not at all.

    It is for somebody who may see the application. Applicants read what is their own, inspectors and
    reviewers while the application waits for them, cashiers when there is money to move.
    """
    if subject is ReadingSubject.OBJECTOR:
        answering = actor.role in {Role.REVIEWER, Role.HEAD} and actor.department is Department.HR
        return (ReadingPurpose.OBJECTION,) if answering else ()
    if actor.role is Role.APPLICANT:
        return (ReadingPurpose.CORRECTION,)
    if subject is ReadingSubject.BANK_ACCOUNT:
        if actor.role is not Role.CASHIER:
            return ()
        if state is State.RECOVERING:
            return (ReadingPurpose.RECOVERY,)
        paying = state in {State.DISBURSEMENT_AWAITING_PAYMENT, State.DISBURSED}
        return (ReadingPurpose.PAYMENT,) if paying else ()
    in_hand = actor.department in _CHECKING and is_awaited(actor.role, actor.department, state)
    return _CHECKS.get(actor.role, ()) if actor.role is not None and in_hand else ()


def require_clear_reading(
    actor: Actor, matter: Matter, subject: ReadingSubject, purpose: ReadingPurpose | None
) -> ReadingPurpose:
    """What this person reads this personal data for; ``purpose`` None where the task leaves only one.

    Raises ``Forbidden`` for whom the data, or the purpose, is none of the business.
    """
    require_reading(actor, matter)
    allowed = reading_purposes(actor, matter.state, subject)
    if not allowed:
        raise Forbidden(f"您现在无权查看{subject.label}的完整内容：{_MAY_READ[subject]}")
    if actor.role is not Role.APPLICANT and _is_of_the_same(actor, matter):
        raise Forbidden("您是申请单位的人员，依照回避规定不能查看本单位申请中的个人信息")
    if purpose is None and len(allowed) == 1:
        return allowed[0]
    if purpose not in allowed:
        raise Forbidden(f"查看{subject.label}，目的只能是：{'、'.join(each.label for each in allowed)}")
    return purpose


_WHILE_IN_HAND = (
    "只有本地区人社部门、行业主管部门的审核和检查人员，在本环节办理期间，以及申请人本单位可以查看"
)
_MAY_READ: dict[ReadingSubject, str] = {
    ReadingSubject.TRAINEE: _WHILE_IN_HAND,
    ReadingSubject.APPLICANT: _WHILE_IN_HAND,
    ReadingSubject.BANK_ACCOUNT: (
        "只有本地区财政部门的拨付经办人在拨付或者追缴阶段，以及申请人本单位可以查看"
    ),
    ReadingSubject.OBJECTOR: "只有本地区人社部门的审核人员可以查看",
}


def _is_of_the_same(actor: Actor, matter: Matter) -> bool:
    return actor.organisation_id is not None and actor.organisation_id == matter.organisation_id


def attachment_purpose(actor: Actor, matter: Matter) -> ReadingPurpose | None:
    """What for this person may look at a file that shows personal data; None: not at all.

    Who may read the applicant's numbers in clear, finance while the application is before it, and auditors.
    """
    if actor.role is Role.AUDITOR:
        return ReadingPurpose.AUDIT
    if actor.role is not Role.APPLICANT and _is_of_the_same(actor, matter):
        return None
    if actor.department is Department.FINANCE and is_awaited(actor.role, actor.department, matter.state):
        return ReadingPurpose.PAYMENT
    purposes = reading_purposes(actor, matter.state, ReadingSubject.APPLICANT)
    return purposes[0] if purposes else None
