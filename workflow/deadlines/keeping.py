"""Keeping an application's clocks: which run in which state, and what a move does to each of them; pure.

The table ``RUNS_IN`` and ``contract.md`` (Clocks at the surface) say the same. A move from one state to
another starts, pauses, resumes or ends clocks; only the public notice and HR's stay after it need more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from calendars import ChinaWorkingDays
from workflow.deadlines.ladder import next_rung
from workflow.deadlines.ledger import Figures, Ledger, Limit, figures, verdict
from workflow.errors import Broken
from workflow.policy import Policy
from workflow.vocabulary import ClockKind, ClockState, Department, LimitUnit, State

_HR_STAYS = frozenset({State.CLAIM_AWAITING_PUBLICATION, State.CLAIM_HR_FIRST, State.CLAIM_HR_SECOND})
_FINANCE_STAYS = frozenset(
    {State.CLAIM_FINANCE_FIRST, State.CLAIM_FINANCE_SECOND, State.DISBURSEMENT_AWAITING_PAYMENT}
)
RUNS_IN: dict[ClockKind, frozenset[State]] = {
    ClockKind.OPENING_INDUSTRY_REVIEW: frozenset(
        {State.OPENING_INDUSTRY_FIRST, State.OPENING_INDUSTRY_SECOND}
    ),
    ClockKind.OPENING_HR_REVIEW: frozenset({State.OPENING_HR_FIRST, State.OPENING_HR_SECOND}),
    ClockKind.TRAINING_HR_OPINION: frozenset({State.TRAINING_HR_OPINION}),
    ClockKind.ASSESSMENT_HR_OPINION: frozenset({State.ASSESSMENT_HR_OPINION}),
    ClockKind.CLAIM_ACCEPTANCE: frozenset({State.CLAIM_AWAITING_ACCEPTANCE}),
    ClockKind.CLAIM_INDUSTRY_REVIEW: frozenset({State.CLAIM_INDUSTRY_FIRST, State.CLAIM_INDUSTRY_SECOND}),
    ClockKind.HR_TOTAL: _HR_STAYS,
    ClockKind.FINANCE_TOTAL: _FINANCE_STAYS,
    ClockKind.FINANCE_MONTH: _FINANCE_STAYS,
    ClockKind.PAYMENT_ORDER: frozenset({State.DISBURSEMENT_AWAITING_PAYMENT}),
    ClockKind.OPENING_CORRECTION: frozenset({State.OPENING_CORRECTION}),
    ClockKind.CLAIM_CORRECTION: frozenset({State.CLAIM_CORRECTION}),
}
"""The states in which a clock runs; ``public_notice`` and ``objection`` follow their events."""

TOTALS = frozenset({ClockKind.HR_TOTAL, ClockKind.FINANCE_TOTAL, ClockKind.FINANCE_MONTH})
"""One per application: between its stays it rests, and it ends with the matter."""

_EACH_STAY_ANEW = frozenset(
    {ClockKind.PAYMENT_ORDER, ClockKind.OPENING_CORRECTION, ClockKind.CLAIM_CORRECTION}
)
RESTING = frozenset({State.SUSPENDED, State.OPENING_CORRECTION, State.CLAIM_CORRECTION})
"""States in which the departments' clocks are paused (退回补正、暂停)."""
_GIVEN_UP = frozenset({State.WITHDRAWN, State.TERMINATED})
_DECIDED = frozenset({State.REJECTED, State.DISBURSED})


@dataclass(slots=True)
class Clock:
    """One clock of an application: its ledger, its limit, and what is cached of it for sweep and lists.

    ``id`` is 0 until it is stored. ``ended`` is ``met``, ``missed`` or ``cancelled``; what it was judged by
    (due date, used days, calendar version) then stays as it is.
    """

    id: int
    kind: ClockKind
    department: Department | None
    subject_id: int
    limit: Limit
    source: str
    ledger: Ledger
    ended: ClockState | None = None
    ended_on: date | None = None
    used_days: int | None = None
    left_days: int | None = None
    due_on: date | None = None
    runs_from_on: date | None = None
    provisional: bool = False
    calendar_version: str = ""
    next_rung: str | None = None
    next_alert_at: datetime | None = None
    changed: bool = False

    def as_row(self) -> dict[str, Any]:
        """The columns, but for those of the application."""
        return {
            "kind": self.kind.value,
            "department": self.department.value if self.department else None,
            "subject_id": self.subject_id,
            "limit_count": self.limit.count,
            "limit_unit": self.limit.unit.value,
            "minimum": self.limit.minimum,
            "source": self.source,
            "segments": self.ledger.as_list(),
            "ended": self.ended.value if self.ended else None,
            "ended_on": self.ended_on,
            "used_days": self.used_days,
            "left_days": self.left_days,
            "started_on": self.ledger.started_on,
            "due_on": self.due_on,
            "runs_from_on": self.runs_from_on,
            "provisional": self.provisional,
            "calendar_version": self.calendar_version,
            "next_rung": self.next_rung,
            "next_alert_at": self.next_alert_at,
        }

    def figures(self, calendar: ChinaWorkingDays, today: date) -> Figures:
        """What the clock says on ``today``; an ended one what it was judged by."""
        if self.ended is None:
            return figures(self.ledger, self.limit, calendar, today)
        return Figures(
            self.ended, self.due_on, self.provisional, self.used_days or 0, self.left_days or 0, None
        )


def first_due_on(limits: Iterable[tuple[date | None, date | None]]) -> date | None:
    """The last day on which none of an application's clocks is overdue; None where none has a due date.

    ``limits`` are ``due_on`` and ``runs_from_on`` of its open clocks, but for minimums. One that rests until
    a notice is over is not overdue before it runs again, however late it was.
    """
    days = (
        due_on if runs_from_on is None else max(due_on, runs_from_on - timedelta(days=1))
        for due_on, runs_from_on in limits
        if due_on is not None
    )
    return min(days, default=None)


def clock_of_row(row: Mapping[Any, Any]) -> Clock:
    """The clock read back from its columns."""
    return Clock(
        id=row["id"],
        kind=ClockKind(row["kind"]),
        department=Department(row["department"]) if row["department"] else None,
        subject_id=row["subject_id"],
        limit=Limit(row["limit_count"], LimitUnit(row["limit_unit"]), row["minimum"]),
        source=row["source"],
        ledger=Ledger.from_list(row["segments"]),
        ended=ClockState(row["ended"]) if row["ended"] else None,
        ended_on=row["ended_on"],
        used_days=row["used_days"],
        left_days=row["left_days"],
        due_on=row["due_on"],
        runs_from_on=row["runs_from_on"],
        provisional=row["provisional"],
        calendar_version=row["calendar_version"],
        next_rung=row["next_rung"],
        next_alert_at=row["next_alert_at"],
    )


@dataclass(slots=True)
class ClockKeeper:
    """The clocks of one application at one moment, under one policy and one calendar."""

    clocks: list[Clock]
    policy: Policy
    calendar: ChinaWorkingDays
    now: datetime
    today: date

    def move(self, old: State, new: State, why: str) -> None:
        """The application went from ``old`` to ``new`` by the event ``why``."""
        if new in _GIVEN_UP or new in _DECIDED:
            self._end_all(new)
            return
        for kind, states in self._runs_in().items():
            was_in, is_in = old in states, new in states
            if is_in and not was_in:
                self._enter(kind, why)
            elif was_in and not is_in:
                self._leave(kind, new, why)
        if old is State.CLAIM_PUBLIC_NOTICE and new is not old:
            self._rest_after_notice(new, why)
        elif new is State.CLAIM_PUBLIC_NOTICE and old is not new:
            self._resume_objections(why)

    def start(self, kind: ClockKind, why: str, subject_id: int = 0) -> Clock | None:
        """A new clock of ``kind`` from today; None where the policy does not have it."""
        setting = self.policy.clock(kind)
        if setting is None:
            return None
        clock = Clock(
            id=0,
            kind=kind,
            department=setting.department,
            subject_id=subject_id,
            limit=Limit(setting.count, setting.unit, setting.minimum),
            source=setting.source,
            ledger=Ledger.started(self.today, why),
        )
        self.clocks.append(clock)
        self.refresh(clock)
        return clock

    def find(self, kind: ClockKind, subject_id: int = 0) -> Clock | None:
        """The clock of a kind (and of a notice or objection)."""
        return next(
            (clock for clock in self.clocks if clock.kind is kind and clock.subject_id == subject_id), None
        )

    def end(self, clock: Clock, how: ClockState | None = None) -> None:
        """The clock ends today: ``met`` or ``missed`` by its limit, unless ``how`` says otherwise."""
        if clock.ended is not None:
            return
        last = figures(clock.ledger, clock.limit, self.calendar, self.today)
        clock.ended = how or verdict(clock.ledger, clock.limit, self.calendar, self.today)
        clock.used_days, clock.left_days = last.used_days, last.left_days
        if last.due_on is None:
            # A total that ends between its stays keeps the date that held during the last of them.
            last = figures(clock.ledger.before_rest(), clock.limit, self.calendar, self.today)
        clock.due_on, clock.provisional = last.due_on, last.provisional
        clock.ledger = clock.ledger.stop(self.today)
        clock.ended_on = self.today
        clock.runs_from_on = clock.next_rung = clock.next_alert_at = None
        clock.calendar_version = self.calendar.version
        clock.changed = True

    def refresh(self, clock: Clock) -> None:
        """Derives anew what is cached of an open clock, and arms the rungs that lie ahead."""
        state = figures(clock.ledger, clock.limit, self.calendar, self.today)
        clock.due_on = state.due_on
        clock.runs_from_on = state.runs_from_on
        clock.provisional = state.provisional
        clock.calendar_version = self.calendar.version
        rungs = self.policy.rungs(clock.kind)
        ahead = (
            next_rung(rungs, clock.ledger, state.due_on, self.calendar, self.now)
            if state.due_on and rungs
            else None
        )
        clock.next_rung = ahead.name if ahead else None
        clock.next_alert_at = ahead.at if ahead else None
        clock.changed = True

    # --- the public notice and the stay of HR around it ----------------------------------------------------

    def publish(self, notice_id: int, why: str) -> Clock:
        """A notice hangs from today; HR's clock rests until the end of its last minimum day."""
        notice = self.start(ClockKind.PUBLIC_NOTICE, why, notice_id)
        if notice is None or notice.due_on is None:
            raise Broken("the policy has no public notice")
        if not self.policy.notice_minimum_counts_for_hr:
            self.resume_hr_after_notice(notice_id, why)
        return notice

    def resume_hr_after_notice(self, notice_id: int, why: str) -> None:
        """HR's clock goes on at the end of the minimum or, if later, today (the last objection resolved)."""
        notice, total = self.find(ClockKind.PUBLIC_NOTICE, notice_id), self.find(ClockKind.HR_TOTAL)
        if notice is None or notice.due_on is None or total is None or total.ended is not None:
            return
        total.ledger = total.ledger.pause(self.today, why).resume_after_notice(notice.due_on, self.today, why)
        self.refresh(total)

    def await_objection(self, why: str) -> None:
        """An objection is filed: HR's stay after the notice begins only when it is resolved."""
        total = self.find(ClockKind.HR_TOTAL)
        if total is None or total.ended is not None or self.policy.notice_minimum_counts_for_hr:
            return
        total.ledger = total.ledger.void_stay_after_notice(self.today, why)
        self.refresh(total)

    def end_notice(self, notice_id: int) -> None:
        """The notice is taken down: its minimum was kept, or it is cancelled before it was over."""
        notice = self.find(ClockKind.PUBLIC_NOTICE, notice_id)
        if notice is None or notice.ended is not None:
            return
        over = notice.due_on is not None and self.today > notice.due_on
        self.end(notice, ClockState.MET if over else ClockState.CANCELLED)

    def recompute(self) -> list[tuple[Clock, date | None]]:
        """Derives every open clock from its ledger under this calendar; those whose due date or flag moved,
        each with its old due date."""
        moved = []
        ordered = sorted(self.clocks, key=lambda clock: clock.kind is not ClockKind.PUBLIC_NOTICE)
        notice_end: date | None = None
        for clock in ordered:
            if clock.ended is not None:
                continue
            before = (clock.due_on, clock.provisional)
            if clock.kind is ClockKind.HR_TOTAL and notice_end is not None:
                clock.ledger = clock.ledger.with_notice_end(notice_end)
            self.refresh(clock)
            if clock.kind is ClockKind.PUBLIC_NOTICE:
                notice_end = clock.due_on
            if (clock.due_on, clock.provisional) != before:
                moved.append((clock, before[0]))
        return moved

    # --- inside --------------------------------------------------------------------------------------------

    def _runs_in(self) -> dict[ClockKind, frozenset[State]]:
        if not self.policy.notice_minimum_counts_for_hr:
            return RUNS_IN
        return RUNS_IN | {ClockKind.HR_TOTAL: _HR_STAYS | {State.CLAIM_PUBLIC_NOTICE}}

    def _of_kind(self, kind: ClockKind) -> list[Clock]:
        return [clock for clock in self.clocks if clock.kind is kind]

    def _enter(self, kind: ClockKind, why: str) -> None:
        known = self._of_kind(kind)
        latest = known[-1] if known else None
        if latest is None:
            self.start(kind, why)
        elif latest.ended is not None and kind in _EACH_STAY_ANEW:
            self.start(kind, why, subject_id=len(known))
        else:
            latest.ended = latest.ended_on = latest.used_days = latest.left_days = None
            latest.ledger = latest.ledger.resume(self.today, why)
            self.refresh(latest)

    def _leave(self, kind: ClockKind, new: State, why: str) -> None:
        for clock in self._of_kind(kind):
            if clock.ended is not None:
                continue
            correcting = kind in {ClockKind.OPENING_CORRECTION, ClockKind.CLAIM_CORRECTION}
            if kind in TOTALS or new is State.SUSPENDED or (new in RESTING and not correcting):
                clock.ledger = clock.ledger.pause(self.today, why)
                self.refresh(clock)
            else:
                self.end(clock)

    def _rest_after_notice(self, new: State, why: str) -> None:
        # An objection can be answered only while a notice hangs.
        resting = self._open(ClockKind.OBJECTION)
        if new in RESTING:
            # HR's stay after a notice is not bound to a state of its own; it rests with the matter.
            resting += [clock for clock in self._open(ClockKind.HR_TOTAL) if clock.ledger.is_running]
        for clock in resting:
            clock.ledger = clock.ledger.pause(self.today, why)
            self.refresh(clock)

    def _resume_objections(self, why: str) -> None:
        for clock in self._open(ClockKind.OBJECTION):
            clock.ledger = clock.ledger.resume(self.today, why)
            self.refresh(clock)

    def _open(self, kind: ClockKind) -> list[Clock]:
        return [clock for clock in self.clocks if clock.kind is kind and clock.ended is None]

    def _end_all(self, new: State) -> None:
        for clock in self.clocks:
            if clock.ended is not None:
                continue
            if clock.kind is ClockKind.PUBLIC_NOTICE:
                self.end_notice(clock.subject_id)
            else:
                self.end(clock, ClockState.CANCELLED if new in _GIVEN_UP else None)
