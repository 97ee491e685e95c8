"""An application as it is answered: the API's JSON, and what the pages are drawn from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import zip_longest
from typing import Any

from calendars import ChinaWorkingDays
from workflow.access import Actor, Matter, capacities
from workflow.clock import SHANGHAI
from workflow.deadlines.keeping import Clock
from workflow.deadlines.ledger import SegmentState
from workflow.form.money import yuan_from_fen
from workflow.rules import attendance_by_class, average_attendance
from workflow.services.case import DEPARTMENT_CLOCKS, Case
from workflow.services.facts import enrolled_by_class
from workflow.services.personal import masked_form
from workflow.services.readiness import is_possible_now
from workflow.services.urging import may_urge
from workflow.services.warnings import findings_view
from workflow.vocabulary import (
    ApplicationKind,
    ClockKind,
    ClockState,
    Department,
    Event,
    Section,
    State,
)

SIGNATURE_LABELS = {"first": "初审人", "second": "复核人", "only": "审核人"}
OUTCOME_LABELS = {
    "approved": "同意",
    "returned_to_first": "退回初审",
    "returned": "退回补正",
    "rejected": "不予通过",
}
STEP_LABELS = {
    "opening_industry": "行业主管部门审核意见",
    "opening_hr": "人力资源社会保障部门审核意见",
    "training_hr": "人力资源社会保障部门检查意见",
    "assessment_hr": "人力资源社会保障部门意见",
    "claim_industry": "行业主管部门审核情况",
    "claim_hr": "人力资源社会保障部门审核意见",
    "claim_finance": "财政部门审核意见",
}
WHY_LABELS = {event.value: event.label for event in Event}


def application_view(case: Case, actor: Actor, matter: Matter | None = None) -> dict[str, Any]:
    """The whole application for this person; personal data masked. ``matter`` is the case's, if at hand."""
    row, today = case.row, case.today
    able = capacities_now(case, actor, matter)
    clocks = [clock_view(clock, case, today) for clock in case.clocks]
    form = masked_form(case.form)
    corrections = form.pop("corrections", [])
    for correction in corrections:
        correction.pop("before", None)
    # Only lessons made up are held against the roster.
    made_up = (case.form.get("training") or {}).get("make_ups")
    enrolled = enrolled_by_class(case) if made_up else None
    return {
        "id": row["id"],
        "number": row["number"],
        "kind": row["kind"],
        "kind_label": ApplicationKind(row["kind"]).label,
        "subsidy": row["subsidy"],
        "subsidy_label": case.subsidy.label,
        "region": row["region"],
        "region_label": case.policy.regions.get(row["region"], row["region"]),
        "policy": row["policy_key"],
        "policy_title": case.policy.title,
        "policy_version": row["policy_version"] or case.policy.version,
        "applicant_name": row["applicant_name"],
        "created_at": row["created_at"].astimezone(SHANGHAI).isoformat(),
        "updated_at": row["updated_at"].astimezone(SHANGHAI).isoformat(),
        "state": case.state.value,
        "state_label": case.state.label,
        "state_since_on": row["state_since_on"].isoformat(),
        "section": row["section"],
        "section_label": Section(row["section"]).label,
        "version": row["version"],
        "form": _form_view(form),
        "allowed_events": list(able),
        "acting_for": {event: name for event, name in able.items() if name is not None},
        "may_urge": may_urge(case, actor),
        "clocks": clocks,
        "departments": _departments(case, today),
        "average_attendance": average_attendance(case.form, case.policy, enrolled),
        "attendance": [
            {"class_no": number, "average": average}
            for number, average in attendance_by_class(case.form, case.policy, enrolled).items()
        ],
        "findings": findings_view(case),
        "roster_count": row["roster_count"],
        "correction": corrections[-1] if corrections and _is_correcting(case) else None,
        "suspended_from": row["suspension_target"],
        "money": {
            "asked": yuan_from_fen(row["asked_fen"]),
            "approved": yuan_from_fen(row["approved_fen"]),
            "paid": yuan_from_fen(row["paid_fen"]),
            "to_recover": yuan_from_fen(row["to_recover_fen"]),
            "recovered": yuan_from_fen(row["recovered_fen"]),
        },
    }


def allowed_now(case: Case, actor: Actor, matter: Matter | None = None) -> list[str]:
    """The events that this person may send now; ``matter`` is the case's, if at hand."""
    return list(capacities_now(case, actor, matter))


def capacities_now(case: Case, actor: Actor, matter: Matter | None = None) -> dict[str, str | None]:
    """By event that this person may send now the name of the person in whose place; None as themselves."""
    possible = capacities(actor, matter or case.matter(), case.situation(), case.absent)
    return {
        event.value: person.name if person else None
        for event, person in possible.items()
        if is_possible_now(case, event)
    }


@dataclass(frozen=True, slots=True)
class Counted:
    """Of a case what ``clock_view`` asks: clocks, and the calendar they are counted by."""

    calendar: ChinaWorkingDays
    clocks: list[Clock]


def clock_view(clock: Clock, case: Case | Counted, today: date) -> dict[str, Any]:
    """One clock as it is answered (``contract.md``, Clocks at the surface)."""
    figures = clock.figures(case.calendar, today)
    paused = figures.state is ClockState.PAUSED
    due_on = None if paused else figures.due_on
    # HR's stay after a notice begins where the notice's minimum ends, which is itself a counted date.
    provisional_ends = {
        notice.due_on
        for notice in case.clocks
        if clock.kind is ClockKind.HR_TOTAL and notice.kind is ClockKind.PUBLIC_NOTICE and notice.provisional
    }
    return {
        "id": clock.id,
        "kind": clock.kind.value,
        "label": clock.kind.label,
        "department": clock.department.value if clock.department else None,
        "department_label": clock.department.label if clock.department else "申请人",
        "limit": {
            "count": clock.limit.count,
            "unit": clock.limit.unit.value,
            "minimum": clock.limit.minimum,
        },
        "started_on": clock.ledger.started_on.isoformat(),
        "due_on": due_on.isoformat() if due_on else None,
        "provisional": figures.provisional and not paused,
        "state": figures.state.value,
        "state_label": figures.state.label,
        "used_days": figures.used_days,
        "left_days": figures.left_days,
        "ended_on": clock.ended_on.isoformat() if clock.ended_on else None,
        # The figures of an open clock are derived as they are shown.
        "calendar_version": clock.calendar_version if clock.ended else case.calendar.version,
        "source": clock.source,
        "segments": [
            {
                "from": segment.since_on.isoformat(),
                "from_provisional": segment.after_notice and segment.since_on in provisional_ends,
                "to": segment.until_on.isoformat() if segment.until_on else None,
                "to_provisional": following is not None
                and following.after_notice
                and segment.until_on in provisional_ends,
                "counts": segment.state is SegmentState.RUNNING,
                "state": segment.state.value,
                "why": segment.why,
                "why_label": WHY_LABELS.get(segment.why, segment.why),
            }
            for segment, following in zip_longest(clock.ledger.segments, clock.ledger.segments[1:])
        ],
    }


def _is_correcting(case: Case) -> bool:
    correcting = {State.OPENING_CORRECTION, State.CLAIM_CORRECTION}
    return case.state in correcting or (
        case.state is State.SUSPENDED and case.row["suspension_target"] in correcting
    )


def _departments(case: Case, today: date) -> dict[str, Any]:
    totals = {}
    for department in Department:
        kind = ClockKind(DEPARTMENT_CLOCKS[department])
        setting = case.policy.clock(kind)
        limit = setting.count if setting else 0
        clock = next((clock for clock in case.clocks if clock.kind is kind), None)
        used = clock.figures(case.calendar, today).used_days if clock else 0
        totals[department.value] = {"limit_days": limit, "used_days": used, "left_days": limit - used}
    return totals


def _form_view(form: dict[str, Any]) -> dict[str, Any]:
    for section in Section:
        part = form.setdefault(section.value, {})
        for review in part.get("reviews", ()):
            review.pop("account_id", None)
            review.pop("on_behalf_of_id", None)
            review["step_label"] = STEP_LABELS[review["step"]]
            review["seat_label"] = SIGNATURE_LABELS[review["seat"]]
            review["outcome_label"] = OUTCOME_LABELS[review["outcome"]]
        for answer in part.get("answers", ()):
            answer["step_label"] = STEP_LABELS[answer["step"]]
            answer["seat_label"] = SIGNATURE_LABELS[answer["seat"]]
    for result in form[Section.ASSESSMENT.value].get("results", ()):
        for certificate in result.get("certificates", ()):
            certificate.pop("id_index")
    for notice in form[Section.CLAIM.value].get("notices", ()):
        notice.pop("published_by")
        notice.pop("published_on_behalf_of_id", None)
    return form
