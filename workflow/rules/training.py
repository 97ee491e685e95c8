"""Rules of the inspections: what is seen on site is recorded as it is, so these findings only warn.

``average_attendance`` is the figure of the form that heads are measured against (二(四)21).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from workflow.errors import Finding
from workflow.form.reading import section
from workflow.policy import Policy, Severity
from workflow.rules.facts import Facts
from workflow.rules.findings import found, ratio_up


def attendance_by_class(form: Mapping[str, Any], policy: Policy) -> dict[int, int]:
    """Average attendance of each class that has been checked, rounded down."""
    training = section(form, "training")
    checks = list(training.get("inspections") or [])
    if policy.opening_day_counts_in_average:
        checks += training.get("opening_inspections") or []
    present: dict[int, list[int]] = {}
    for check in checks:
        present.setdefault(check["class_no"], []).append(check["present_count"])
    for make_up in training.get("make_ups") or []:
        # With HR's consent they count as if they had been there (二(四)21).
        if make_up.get("consented_on"):
            present[make_up["class_no"]][make_up["inspection_no"] - 1] += make_up["count"]
    return {number: sum(counts) // len(counts) for number, counts in sorted(present.items())}


def average_attendance(form: Mapping[str, Any], policy: Policy) -> int | None:
    """Average attendance per class, rounded down, then summed; None before the first check."""
    averages = attendance_by_class(form, policy)
    return sum(averages.values()) if averages else None


def class_size(facts: Facts, policy: Policy) -> Iterator[Finding]:
    """Whether more are present than a class may have."""
    most = policy.rules["class-size"].number
    present, number = facts.payload["present_count"], facts.payload["class_no"]
    if present > most:
        yield _seen(policy, "class-size", f"{present}人", f"不超过{most}人", f"班次{number}到场人数过多")


def teacher_ratio(facts: Facts, policy: Policy) -> Iterator[Finding]:
    """Whether there are enough teachers for those present."""
    yield from _ratio(facts, policy, "teacher-ratio", "teacher_count", "教师")


def workstation_ratio(facts: Facts, policy: Policy) -> Iterator[Finding]:
    """Whether there are enough workstations for those present."""
    yield from _ratio(facts, policy, "workstation-ratio", "workstation_count", "工位")


def roster(facts: Facts, policy: Policy) -> Iterator[Finding]:
    """Whether more are present than the roster names."""
    present, number = facts.payload["present_count"], facts.payload["class_no"]
    rows = facts.roster.get(number, 0)
    if present > rows:
        yield _seen(policy, "roster", f"{present}人", f"不超过名册{rows}人", f"班次{number}到场人数多于名册")


def _ratio(facts: Facts, policy: Policy, rule: str, name: str, label: str) -> Iterator[Finding]:
    most = policy.rules[rule].number
    present, number = facts.payload["present_count"], facts.payload["class_no"]
    supply = facts.class_of(number).get(name)
    if supply and present > supply * most:
        ratio = ratio_up(present, supply)
        yield _seen(policy, rule, ratio, f"不超过1:{most}", f"班次{number}按到场人数{label}不足")


def _seen(policy: Policy, rule: str, measured: str, limit: str, message: str) -> Finding:
    return found(
        policy,
        rule,
        measured=measured,
        limit=limit,
        message=message,
        where="payload.present_count",
        severity=Severity.WARNING,
    )
