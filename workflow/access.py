"""Who acts, and what this person may do to an application; pure.

Deny by default: role × department × region × own organisation, and by person where the law wants four eyes.
"""

from __future__ import annotations

from collections.abc import Sequence
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
    # Let in by a one-time password, to set an own one and for nothing else.
    must_change_password: bool = False
    # Whose role, department and region these are where the person does the work of somebody absent (代办).
    in_place_of: Actor | None = None

    @property
    def account_ids(self) -> set[int]:
        """Whose act it is: the person's, and that of whoever's place they take."""
        return {self.account_id, self.on_behalf_of_id or self.account_id}

    @property
    def on_behalf_of_id(self) -> int | None:
        """The account in whose place the person acts; None as themselves."""
        return None if self.in_place_of is None else self.in_place_of.account_id


SYSTEM = Actor(0, "system", "系统", None, None, None, None, None)
PUBLIC = Actor(0, "public", "社会公众", None, None, None, None, None)
_EVERYWHERE = frozenset({Role.OFFICE, Role.AUDITOR, Role.ADMIN})


@dataclass(frozen=True, slots=True)
class Holder:
    """A person in whose hands something is."""

    account_id: int
    name: str


@dataclass(frozen=True, slots=True)
class Matter:
    """What access asks of an application: where it stands, whose it is, who has signed, who has it in hand.

    ``first_reviewer_ids`` are the persons of the valid 初审 of the step under review, ``publisher_ids`` those
    who published the hanging notice, ``finance_reviewer_ids`` everybody who ever reviewed it for finance:
    whoever did it and, where that was a substitute, in whose place. ``assigned_to`` alone acts on it (转办);
    the opinion of ``delegated_to`` is awaited before anybody does (委派).
    """

    state: State
    region: str
    created_by: int
    organisation_id: int | None
    first_reviewer_ids: frozenset[int]
    publisher_ids: frozenset[int]
    finance_reviewer_ids: frozenset[int]
    assigned_to: Holder | None = None
    delegated_to: Holder | None = None


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


def require_event(actor: Actor, matter: Matter, event: Event, absent: Sequence[Actor] = ()) -> Actor | None:
    """As whom this person sends the event: None as themselves, or one of ``absent``, for whom they stand in.

    Raises ``NotNow`` where the state does not know the event or an opinion is awaited first, ``Forbidden``
    where this person may not, neither themselves nor in another's place.
    """
    wanted = actor_of(matter.state, event)
    if wanted.anyone or (actor is SYSTEM and wanted.system):
        return None
    if wanted.own:
        if not is_own(actor, matter):
            raise Forbidden(f"“{event.label}”只能由申请人本人或者本单位的人员办理")
        return None
    refusal = why_not(actor, matter, event, wanted, actor)
    if refusal is None:
        return actor.in_place_of
    for person in absent:
        reason = why_not(person, matter, event, wanted, actor)
        if reason is None:
            return person
        if has_role(person, wanted):
            # Why not in the other's place says more than that the own role does not do it.
            refusal = refusal if has_role(actor, wanted) else f"代{person.name}办理：{reason}"
    raise Forbidden(refusal)


def why_not(person: Actor, matter: Matter, event: Event, wanted: Admitted, actor: Actor) -> str | None:
    """Why ``actor`` may not send the event in the place of ``person``, who may be the same; None: may.

    Four eyes are four eyes of both: nobody does through another what they may not do, nor the other way.
    """
    if not has_role(person, wanted):
        who = "、".join(sorted(role.label for role in wanted.roles))
        where = wanted.department.label if wanted.department else ""
        return f"当前步骤“{matter.state.label}”的“{event.label}”只能由{where}的{who}办理"
    if person.role is not Role.OFFICE and person.region != matter.region:
        return "只能办理本地区的申请"
    if is_of_applicant(person, matter) or is_of_applicant(actor, matter):
        return "您是申请单位的人员，依照回避规定不能办理本单位的申请"
    overlooked = _seen_by_the_same(person.account_ids | actor.account_ids, matter, event)
    if overlooked or event not in AWAITED_EVENTS:
        return overlooked
    if matter.delegated_to is not None:
        raise NotNow(
            f"已委派{matter.delegated_to.name}提出意见，尚未答复；需要先办理的，"
            "请由委派的人员或者部门负责人收回委派"
        )
    assigned = matter.assigned_to
    if (
        assigned is not None
        and person.role is not Role.OFFICE
        and assigned.account_id not in person.account_ids
    ):
        return (
            f"这件申请已转办给{assigned.name}办理；需要改由他人办理的，"
            f"请由{assigned.name}退回本部门，或者由部门负责人另行转办"
        )
    return None


def has_role(person: Actor, wanted: Admitted) -> bool:
    """Whether role and department are among the wanted."""
    return person.role is not None and wanted.admits(person.role, person.department)


def require_attaching(
    actor: Actor, matter: Matter, adds: Admitted, label: str, absent: Sequence[Actor] = ()
) -> None:
    """Raises ``Forbidden`` unless this person, as one of ``adds``, adds files to the place ``label``.

    Officers only of the region, and not of the applicant's own organisation; substitutes of ``absent`` too.
    """
    if adds.own:
        if not is_own(actor, matter):
            raise Forbidden(f"“{label}”只能由申请人本人或者本单位的人员上传")
        return
    if not any(has_role(person, adds) for person in (actor, *absent)):
        who = "、".join(sorted(role.label for role in adds.roles))
        where = adds.department.label if adds.department else ""
        raise Forbidden(f"“{label}”只能由{where}的{who}上传")
    if actor.region != matter.region:
        raise Forbidden("只能办理本地区的申请")
    if is_of_applicant(actor, matter):
        raise Forbidden("您是申请单位的人员，依照回避规定不能办理本单位的申请")


def _seen_by_the_same(persons: set[int], matter: Matter, event: Event) -> str | None:
    """What the law wants seen by other eyes than those of these persons; None where nothing is."""
    if matter.state.value.endswith("_second") and event not in {Event.SUSPEND, Event.TERMINATE}:
        if persons & matter.first_reviewer_ids:
            return "复核人与初审人不能是同一人（平技领办〔2022〕5号 附件2 初审人、复核人分别签字）"
    elif event is Event.CLOSE_NOTICE and persons & matter.publisher_ids:
        return "发布公示的人员不能结束同一次公示（初审人与复核人不能是同一人）"
    elif event is Event.RESOLVE_OBJECTION and persons & matter.publisher_ids:
        return "发布公示的人员不能处理对同一次公示的异议"
    elif event is Event.PAY and persons & matter.finance_reviewer_ids:
        return "在财政部门审核过本申请的人员不能经办拨付"
    return None


def capacities(
    actor: Actor, matter: Matter, situation: Situation, absent: Sequence[Actor] = ()
) -> dict[Event, Actor | None]:
    """The events this person may send now, as far as state, person and chart decide it, and in whose place.

    None stands for the person's own.
    """
    if actor.role is None or not may_read(actor, matter):
        return {}
    found: dict[Event, Actor | None] = {}
    for event in events_from(matter.state, situation):
        wanted = actor_of(matter.state, event)
        if not wanted.own and not any(has_role(person, wanted) for person in (actor, *absent)):
            # Most events are other people's: no refusal is worded for each of them.
            continue
        try:
            found[event] = require_event(actor, matter, event, absent)
        except (Forbidden, NotNow):
            continue
    return found


def allowed_events(
    actor: Actor, matter: Matter, situation: Situation, absent: Sequence[Actor] = ()
) -> list[Event]:
    """The events this person may send now, themselves or in the place of one of ``absent``."""
    return list(capacities(actor, matter, situation, absent))


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
    if subject is ReadingSubject.REGISTRATION:
        return ()
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
    actor: Actor,
    matter: Matter,
    subject: ReadingSubject,
    purpose: ReadingPurpose | None,
    absent: Sequence[Actor] = (),
) -> tuple[ReadingPurpose, Actor | None]:
    """What this person reads this personal data for; ``purpose`` None where the task leaves only one.

    And in whose place: None as themselves, or one of ``absent``. Raises ``Forbidden`` for whom the data, or
    the purpose, is none of the business.
    """
    require_reading(actor, matter)
    by_person = {person: reading_purposes(person, matter.state, subject) for person in (actor, *absent)}
    allowed = list(dict.fromkeys(each for purposes in by_person.values() for each in purposes))
    if not allowed:
        raise Forbidden(f"您现在无权查看{subject.label}的完整内容：{_MAY_READ[subject]}")
    if actor.role is not Role.APPLICANT and is_of_applicant(actor, matter):
        raise Forbidden("您是申请单位的人员，依照回避规定不能查看本单位申请中的个人信息")
    if purpose is None and len(allowed) == 1:
        purpose = allowed[0]
    for person, purposes in by_person.items():
        if purpose is not None and purpose in purposes:
            return purpose, None if person is actor else person
    raise Forbidden(f"查看{subject.label}，目的只能是：{'、'.join(each.label for each in allowed)}")


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
    ReadingSubject.REGISTRATION: "在“机构注册”中查看",
}


def is_of_applicant(actor: Actor, matter: Matter) -> bool:
    """Whether the person belongs to the organisation that applies, and so keeps out of it (回避)."""
    people = (actor,) if actor.in_place_of is None else (actor, actor.in_place_of)
    own = {person.organisation_id for person in people} - {None}
    return matter.organisation_id in own


def attachment_purpose(
    actor: Actor, matter: Matter, absent: Sequence[Actor] = ()
) -> tuple[ReadingPurpose, Actor | None] | None:
    """What for this person may look at a file that shows personal data; None: not at all.

    Who may read the applicant's numbers in clear, finance while the application is before it, and auditors.
    With it in whose place: None as themselves, or one of ``absent``.
    """
    if actor.role is not Role.APPLICANT and is_of_applicant(actor, matter):
        return None
    for person in (actor, *absent):
        purpose = _attachment_purpose(person, matter)
        if purpose is not None:
            return purpose, None if person is actor else person
    return None


def _attachment_purpose(person: Actor, matter: Matter) -> ReadingPurpose | None:
    if person.role is Role.AUDITOR:
        return ReadingPurpose.AUDIT
    if person.department is Department.FINANCE and is_awaited(person.role, person.department, matter.state):
        return ReadingPurpose.PAYMENT
    purposes = reading_purposes(person, matter.state, ReadingSubject.APPLICANT)
    return purposes[0] if purposes else None
