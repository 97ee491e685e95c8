"""Whether an event that state and person allow has something to act on now, by date and by the form."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from workflow.services.case import Case
from workflow.vocabulary import ClockKind, Event, Section


def is_possible_now(case: Case, event: Event) -> bool:
    """False where the act itself would refuse the event whatever it carried; for lists and buttons."""
    ready = _READY.get(event)
    return ready is None or ready(case)


def _minimum_is_over(case: Case) -> bool:
    notice = case.open_notice()
    if notice is None or case.open_objections():
        return False
    clock = next(
        (
            clock
            for clock in case.clocks
            if clock.kind is ClockKind.PUBLIC_NOTICE and clock.subject_id == notice["id"]
        ),
        None,
    )
    return clock is not None and clock.due_on is not None and case.today > clock.due_on


def _has_open_objection(case: Case) -> bool:
    return bool(case.open_objections())


def _classes(case: Case) -> set[int]:
    return {entry["class_no"] for entry in case.form.get("opening", {}).get("classes", [])}


def _opened(case: Case) -> set[int]:
    checks = case.form.get(Section.TRAINING.value, {}).get("opening_inspections", [])
    return {check["class_no"] for check in checks}


def _has_class_to_open(case: Case) -> bool:
    return bool(_classes(case) - _opened(case))


def _has_open_class(case: Case) -> bool:
    return bool(_opened(case))


def _is_inspected_enough(case: Case) -> bool:
    checks = case.form.get(Section.TRAINING.value, {}).get("inspections", [])
    held = [check["class_no"] for check in checks]
    return all(
        number in _opened(case) and held.count(number) >= case.policy.inspections_required
        for number in _classes(case)
    )


def _assessment_day_has_come(case: Case) -> bool:
    assess_on = case.form.get(Section.ASSESSMENT.value, {}).get("assess_on")
    return assess_on is not None and case.today >= date.fromisoformat(assess_on)


def _has_payment(case: Case) -> bool:
    return bool(case.row["paid_fen"])


_READY: dict[Event, Callable[[Case], bool]] = {
    Event.CLOSE_NOTICE: _minimum_is_over,
    Event.RESOLVE_OBJECTION: _has_open_objection,
    Event.RECORD_OPENING_INSPECTION: _has_class_to_open,
    Event.RECORD_INSPECTION: _has_open_class,
    Event.FINISH_TRAINING: _is_inspected_enough,
    Event.RECORD_RESULTS: _assessment_day_has_come,
    Event.PAYMENT_FAILED: _has_payment,
    Event.RECOVER: _has_payment,
}
