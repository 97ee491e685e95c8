"""What the sections declare with: a ``Move``, the ``Actor`` who may send it, the ``Situation`` it meets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from workflow.errors import Broken
from workflow.vocabulary import STATE_DEPARTMENT, Department, Event, Role, State


@dataclass(frozen=True, slots=True)
class Situation:
    """The facts outside the state that decide where an event leads.

    ``starts_at_claim``: there is no class to open, the first submission is the claim. ``correction_target``
    and ``suspension_target`` are the two stored columns: where ``submit`` leads after a correction
    (``table.correction_target`` says what to store) and the state that was suspended. ``settled``: with this
    event everything is paid, or everything is back. ``publish_again``: people, heads or amounts changed
    after a publication.
    """

    starts_at_claim: bool = False
    correction_target: State | None = None
    suspension_target: State | None = None
    settled: bool = False
    publish_again: bool = False
    objection_upheld: bool = False


@dataclass(frozen=True, slots=True)
class Actor:
    """Who may send an event: one of ``roles`` of ``department``. Region and four eyes are not looked at here.

    ``own``: only for the applicant's own application; ``anyone``: no login needed; ``system``: the scheduler
    may do it too, where the policy lets it.
    """

    roles: frozenset[Role] = frozenset()
    department: Department | None = None
    own: bool = False
    anyone: bool = False
    system: bool = False

    def admits(self, role: Role, department: Department | None) -> bool:
        """Whether this role in this department may; the office stands outside the departments."""
        if self.anyone:
            return True
        return role in self.roles and (
            role is Role.OFFICE or self.department is None or department is self.department
        )


def _one(role: Role, department: Department) -> Actor:
    return Actor(roles=frozenset({role}), department=department)


APPLICANT = Actor(roles=frozenset({Role.APPLICANT}), own=True)
ANYONE = Actor(anyone=True)
INDUSTRY_REVIEWER = _one(Role.REVIEWER, Department.INDUSTRY)
HR_REVIEWER = _one(Role.REVIEWER, Department.HR)
HR_REVIEWER_OR_SYSTEM = Actor(roles=frozenset({Role.REVIEWER}), department=Department.HR, system=True)
HR_HEAD = _one(Role.HEAD, Department.HR)
HR_HEAD_OR_OFFICE = Actor(roles=frozenset({Role.HEAD, Role.OFFICE}), department=Department.HR)
INSPECTOR = _one(Role.INSPECTOR, Department.HR)
FINANCE_REVIEWER = _one(Role.REVIEWER, Department.FINANCE)
FINANCE_HEAD = _one(Role.HEAD, Department.FINANCE)
CASHIER = _one(Role.CASHIER, Department.FINANCE)


def reviewer_of(state: State) -> Actor:
    """The reviewers of the department in whose hands the state is."""
    return _one(Role.REVIEWER, STATE_DEPARTMENT[state])


Guard = Callable[[Situation], bool]


@dataclass(frozen=True, slots=True)
class Move:
    """One arrow of the chart, open while ``when`` holds.

    ``otherwise`` tells people why it is closed. Without it the moves of the event are meant to leave no gap,
    so that none of them being open means that the stored facts contradict the state. ``on_condition`` is
    ``when`` in words, for the printed chart.
    """

    event: Event
    source: State
    target: State
    actor: Actor
    when: Guard | None = None
    on_condition: str = ""
    otherwise: str = ""


_STORED_STATES = {state.value: state for state in State}


def stored_state(value: str) -> State:
    """The state a stored value stands for; ``Broken`` when there is none."""
    state = _STORED_STATES.get(value)
    if state is None:
        raise Broken(f"no such state: {value!r}")
    return state


def settled(situation: Situation) -> bool:
    """With this event everything is paid, or everything is back."""
    return situation.settled


def unsettled(situation: Situation) -> bool:
    """Something is still to be paid, or still to come back."""
    return not situation.settled


def upheld(situation: Situation) -> bool:
    """An objection against the current public notice has been upheld."""
    return situation.objection_upheld


def not_upheld(situation: Situation) -> bool:
    """No objection against the current public notice has been upheld."""
    return not situation.objection_upheld


UPHELD = "异议成立"
ONLY_WHEN_UPHELD = "公示期间，只有异议成立后才可以退回补正或者不予通过"
"""Why a public notice is not sent back or refused while every objection is open or dismissed."""
