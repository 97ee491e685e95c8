"""A clock is a ledger of segments; used days, days left and the due date are derived from it, never patched.

Counting follows 民法典 200-204: dates in Asia/Shanghai, the first day not counted, a period ends at the
close of its last working day. A segment from day *a* to day *b* uses the working days after *a* up to and
with *b*; a pause moves nothing but the days that lie in it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from calendars import ChinaWorkingDays
from workflow.vocabulary import ClockState, LimitUnit


class SegmentState(StrEnum):
    """What the days of a segment do."""

    RUNNING = "running"
    PAUSED = "paused"
    # Ran, but is deemed not to have begun: an objection was open when HR's stay after the notice began.
    VOID = "void"


@dataclass(frozen=True, slots=True)
class Limit:
    """How long a clock may run; ``minimum`` is a time that must pass, not one to act in."""

    count: int
    unit: LimitUnit
    minimum: bool = False


@dataclass(frozen=True, slots=True)
class Segment:
    """One stretch of a clock: from the day it began (not counted) to the day it ended (counted).

    ``after_notice`` marks HR's stay after a public notice, which a new objection takes back. It begins with
    the notice's last minimum day, but not before ``not_before_on``: the day of publication, or of the last
    objection's answer. ``scheduled`` marks one that begins by itself when that last day, ``since_on``, is
    over; until then the clock shows as paused.
    """

    state: SegmentState
    since_on: date
    until_on: date | None
    why: str
    after_notice: bool = False
    scheduled: bool = False
    not_before_on: date | None = None

    def as_dict(self) -> dict[str, Any]:
        """The segment as it is stored."""
        return {
            "state": self.state.value,
            "since_on": self.since_on.isoformat(),
            "until_on": self.until_on.isoformat() if self.until_on else None,
            "why": self.why,
            "after_notice": self.after_notice,
            "scheduled": self.scheduled,
            **({"not_before_on": self.not_before_on.isoformat()} if self.not_before_on else {}),
        }

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> Segment:
        """The segment read back."""
        until, not_before = stored["until_on"], stored.get("not_before_on")
        return cls(
            state=SegmentState(stored["state"]),
            since_on=date.fromisoformat(stored["since_on"]),
            until_on=date.fromisoformat(until) if until else None,
            why=stored["why"],
            after_notice=stored["after_notice"],
            scheduled=stored["scheduled"],
            not_before_on=date.fromisoformat(not_before) if not_before else None,
        )


@dataclass(frozen=True, slots=True)
class Ledger:
    """The segments of one clock, in order and without gaps; only the last may be open."""

    segments: tuple[Segment, ...]

    @classmethod
    def started(cls, on: date, why: str) -> Ledger:
        """A clock that begins on ``on``, whose days count from the next one."""
        return cls((Segment(SegmentState.RUNNING, on, None, why),))

    @property
    def started_on(self) -> date:
        """The day the clock first began."""
        return self.segments[0].since_on

    @property
    def last(self) -> Segment:
        """The newest segment."""
        return self.segments[-1]

    @property
    def is_running(self) -> bool:
        """Whether the newest segment counts and is open (it may begin in the future)."""
        return self.last.state is SegmentState.RUNNING and self.last.until_on is None

    def pause(self, on: date, why: str) -> Ledger:
        """The clock rests from ``on``; the working days after ``on`` do not count.

        A stay that has not begun yet is taken back, and the rest before it goes on.
        """
        if not self.is_running:
            return self
        if self.last.scheduled and self.last.since_on >= on:
            return self._with_last_but_one_open()
        return self._closed(on)._and(Segment(SegmentState.PAUSED, on, None, why))

    def resume(self, on: date, why: str) -> Ledger:
        """The clock goes on from ``on`` with what was left; ``on`` itself does not count."""
        if self.is_running:
            return self
        ledger = self._closed(on) if self.last.until_on is None else self._bridged(on, why)
        return ledger._and(Segment(SegmentState.RUNNING, on, None, why))

    def resume_after_notice(self, notice_end: date, today: date, why: str) -> Ledger:
        """HR's clock goes on when the notice's last minimum day is over or, if later, from ``today``."""
        if self.is_running:
            return self
        begins_on = max(notice_end, today)
        stay = Segment(SegmentState.RUNNING, begins_on, None, why, True, notice_end >= today, today)
        return self._closed(begins_on)._and(stay)

    def void_stay_after_notice(self, on: date, why: str) -> Ledger:
        """An objection is filed on ``on``: HR's stay after the notice begins only when it is resolved.

        The stay begun at the notice's end is kept in the ledger but no longer counts (``contract.md``,
        ``hr_total``: from the last minimum day *or, if later,* the day the last objection is resolved).
        """
        if not (self.is_running and self.last.after_notice):
            return self.pause(on, why)
        if self.last.scheduled and self.last.since_on >= on:
            return self._with_last_but_one_open()
        void = replace(self.last, state=SegmentState.VOID, until_on=on, why=why)
        return Ledger((*self.segments[:-1], void, Segment(SegmentState.PAUSED, on, None, why)))

    def stop(self, on: date) -> Ledger:
        """The clock ends on ``on``."""
        if self.last.until_on is not None:
            return self
        if self.last.scheduled and self.last.since_on > on:
            return self._with_last_but_one_open()._closed(on)
        return self._closed(on)

    def before_rest(self) -> Ledger:
        """The ledger as it was before the rest it ends with, if it does."""
        resting = self.last.state is SegmentState.PAUSED and len(self.segments) > 1
        return self._with_last_but_one_open() if resting else self

    def with_notice_end(self, on: date) -> Ledger:
        """The same ledger after the notice's last minimum day moved to ``on`` (a new calendar)."""
        arranged_on = self.last.not_before_on
        if not (self.is_running and self.last.after_notice) or arranged_on is None:
            return self
        begins_on = max(on, arranged_on)
        before = replace(self.segments[-2], until_on=begins_on)
        stay = replace(self.last, since_on=begins_on, scheduled=on >= arranged_on)
        return Ledger((*self.segments[:-2], before, stay))

    def as_list(self) -> list[dict[str, Any]]:
        """The ledger as it is stored."""
        return [segment.as_dict() for segment in self.segments]

    @classmethod
    def from_list(cls, stored: list[dict[str, Any]]) -> Ledger:
        """The ledger read back."""
        return cls(tuple(Segment.from_dict(segment) for segment in stored))

    def _closed(self, on: date) -> Ledger:
        return Ledger((*self.segments[:-1], replace(self.last, until_on=max(on, self.last.since_on))))

    def _and(self, segment: Segment) -> Ledger:
        return Ledger((*self.segments, segment))

    def _bridged(self, on: date, why: str) -> Ledger:
        # A clock that had ended and begins again (a payment failed): the time between did not count.
        ended_on = self.last.until_on
        assert ended_on is not None
        return self._and(Segment(SegmentState.PAUSED, ended_on, on, why))

    def _with_last_but_one_open(self) -> Ledger:
        return Ledger((*self.segments[:-2], replace(self.segments[-2], until_on=None)))


@dataclass(frozen=True, slots=True)
class Figures:
    """What a ledger says on a day.

    ``used_days`` and ``left_days`` are working days for limits in working days and calendar days
    otherwise. ``due_on`` is None while the clock is paused. ``runs_from_on`` is the first day on which the
    clock shows as running.
    """

    state: ClockState
    due_on: date | None
    provisional: bool
    used_days: int
    left_days: int
    runs_from_on: date | None


def due_date(ledger: Ledger, limit: Limit, calendar: ChinaWorkingDays) -> date | None:
    """The last day of the limit, were the clock to run on undisturbed; None while it is paused.

    A clock that was late before a pause keeps the date on which it was due. A month ends on the same day
    number, later by the days of its pauses, and moves off a day off; a minimum does not move
    (``contract.md``).
    """
    return (
        _passed_on(ledger, limit, calendar) or _end_of(ledger, limit, calendar) if ledger.is_running else None
    )


def _passed_on(ledger: Ledger, limit: Limit, calendar: ChinaWorkingDays) -> date | None:
    """The due date that was passed in an earlier stay, if one was."""
    for place, segment in enumerate(ledger.segments):
        if segment.state is not SegmentState.RUNNING or segment.until_on is None:
            continue
        due_on = _end_of(Ledger(ledger.segments[: place + 1]), limit, calendar)
        if segment.until_on > due_on:
            return due_on
    return None


def _end_of(ledger: Ledger, limit: Limit, calendar: ChinaWorkingDays) -> date:
    """When the limit ends if the last segment runs on and no earlier one was late."""
    earlier, last = ledger.segments[:-1], ledger.last
    if limit.unit is LimitUnit.WORKING_DAY:
        used = sum(
            calendar.working_days_between(segment.since_on, segment.until_on)
            for segment in earlier
            if segment.state is SegmentState.RUNNING and segment.until_on is not None
        )
        left = limit.count - used
        if left > 0:
            return calendar.nth_working_day_after(last.since_on, left)
        # Used up before the rest, which moves the end by its working days and may itself end on a day off.
        on = last.since_on
        return on if calendar.is_working_day(on) else calendar.nth_working_day_before(on, 1)
    rested = sum(
        (segment.until_on - segment.since_on).days
        for segment in earlier
        if segment.state is not SegmentState.RUNNING and segment.until_on is not None
    )
    if limit.unit is LimitUnit.MONTH:
        end = calendar.add_months(ledger.started_on, limit.count, False) + timedelta(days=rested)
    else:
        end = ledger.started_on + timedelta(days=limit.count + rested)
    return end if limit.minimum else calendar.first_working_day_from(end)


def late_on(ledger: Ledger, due_on: date, count: int, calendar: ChinaWorkingDays) -> date:
    """The ``count``-th working day after ``due_on`` on which the clock runs; days of a pause do not count."""
    for segment in ledger.segments:
        if segment.state is not SegmentState.RUNNING:
            continue
        since = max(segment.since_on, due_on)
        if segment.until_on is None:
            return calendar.nth_working_day_after(since, count)
        passed = calendar.working_days_between(since, segment.until_on)
        if passed >= count:
            return calendar.nth_working_day_after(since, count)
        count -= passed
    return calendar.nth_working_day_after(max(ledger.last.since_on, due_on), count)


def used_days(ledger: Ledger, limit: Limit, calendar: ChinaWorkingDays, today: date) -> int:
    """The days the clock has used up to and with ``today``."""
    total = 0
    for segment in ledger.segments:
        if segment.state is not SegmentState.RUNNING:
            continue
        until = today if segment.until_on is None else min(segment.until_on, today)
        if limit.unit is LimitUnit.WORKING_DAY:
            total += calendar.working_days_between(segment.since_on, until)
        else:
            total += max((until - segment.since_on).days, 0)
    return total


def figures(ledger: Ledger, limit: Limit, calendar: ChinaWorkingDays, today: date) -> Figures:
    """State, due date, used and left days of an open clock on ``today``."""
    used = used_days(ledger, limit, calendar, today)
    due_on = due_date(ledger, limit, calendar)
    if due_on is None:
        left = _left_at_rest(ledger, limit, calendar, today, used)
        return Figures(ClockState.PAUSED, None, False, used, left, None)
    # From the very start: a date that was passed in an earlier stay lies before the last one.
    provisional = calendar.runs_into_provisional(ledger.started_on, due_on)
    runs_from = ledger.last.since_on + timedelta(days=1) if ledger.last.scheduled else ledger.last.since_on
    if today < runs_from:
        return Figures(ClockState.PAUSED, due_on, provisional, used, limit.count - used, runs_from)
    if limit.minimum:
        over = today > due_on
        state = ClockState.MET if over else ClockState.RUNNING
        return Figures(
            state, due_on, provisional, min(used, limit.count), max(limit.count - used, 0), runs_from
        )
    if today > due_on:
        late = _late_days(ledger, limit, calendar, due_on, today)
        return Figures(ClockState.OVERDUE, due_on, provisional, used, -late, runs_from)
    left = limit.count - used if limit.unit is LimitUnit.WORKING_DAY else (due_on - today).days
    return Figures(ClockState.RUNNING, due_on, provisional, used, left, runs_from)


def verdict(ledger: Ledger, limit: Limit, calendar: ChinaWorkingDays, on: date) -> ClockState:
    """Whether a clock that is about to end on ``on`` kept its limit: ``met`` or ``missed``."""
    going = ledger if ledger.is_running else ledger.resume(max(on, ledger.last.since_on), "end")
    due_on = due_date(going, limit, calendar)
    assert due_on is not None
    return ClockState.MET if on <= due_on else ClockState.MISSED


def _late_days(ledger: Ledger, limit: Limit, calendar: ChinaWorkingDays, due_on: date, today: date) -> int:
    """Days after the due date on which the clock ran; at least one, even if all of them were days off."""
    late = 0
    for segment in ledger.segments:
        if segment.state is not SegmentState.RUNNING:
            continue
        since = max(segment.since_on, due_on)
        until = today if segment.until_on is None else min(segment.until_on, today)
        if limit.unit is LimitUnit.WORKING_DAY:
            late += calendar.working_days_between(since, until)
        else:
            late += max((until - since).days, 0)
    return max(late, 1)


def _left_at_rest(ledger: Ledger, limit: Limit, calendar: ChinaWorkingDays, today: date, used: int) -> int:
    passed_on = _passed_on(ledger, limit, calendar)
    if passed_on is not None:
        return -_late_days(ledger, limit, calendar, passed_on, today)
    if limit.unit is LimitUnit.WORKING_DAY:
        return limit.count - used
    resumed_on = max(today, ledger.last.since_on)
    resumed = due_date(ledger.resume(resumed_on, "resume"), limit, calendar)
    assert resumed is not None
    return (resumed - resumed_on).days
