"""Rules of the opening: roster, class size, teachers, workstations and hours (rulebook section 4)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from workflow.errors import Finding
from workflow.policy import Policy, Severity
from workflow.rules.facts import Facts
from workflow.rules.findings import found, ratio_up, share_down, share_up
from workflow.vocabulary import CertificateKind


def roster(facts: Facts, policy: Policy) -> Iterator[Finding]:
    """Every class has its roster; a roster of another size than planned is a warning."""
    least = policy.rules["roster"].number
    for path, entry in facts.classes_at():
        number = entry.get("class_no", 0)
        rows, planned = facts.roster.get(number, 0), entry.get("planned_count")
        if rows < least:
            yield found(
                policy,
                "roster",
                measured=f"{rows}人",
                limit=f"至少{least}人",
                message=f"班次{number}没有学员名册",
                where=path,
            )
        elif planned is not None and rows != planned:
            yield found(
                policy,
                "roster",
                measured=f"名册{rows}人",
                limit=f"拟培训{planned}人",
                message=f"班次{number}的名册人数与拟培训人数不一致",
                where=f"{path}.planned_count",
                severity=Severity.WARNING,
            )


def class_size(facts: Facts, policy: Policy) -> Iterator[Finding]:
    """A class is not too large, neither as planned nor as on the roster."""
    most = policy.rules["class-size"].number
    for path, entry in facts.classes_at():
        trainees = facts.trainees(entry)
        if trainees > most:
            yield found(
                policy,
                "class-size",
                measured=f"{trainees}人",
                limit=f"不超过{most}人",
                message=f"班次{entry.get('class_no')}人数过多",
                where=f"{path}.planned_count",
            )


def teacher_ratio(facts: Facts, policy: Policy) -> Iterator[Finding]:
    """There are enough teachers for the trainees."""
    yield from _ratio(facts, policy, "teacher-ratio", "teacher_count", "教师")


def workstation_ratio(facts: Facts, policy: Policy) -> Iterator[Finding]:
    """There are enough workstations for the trainees."""
    yield from _ratio(facts, policy, "workstation-ratio", "workstation_count", "工位")


def _ratio(facts: Facts, policy: Policy, rule: str, name: str, label: str) -> Iterator[Finding]:
    most = policy.rules[rule].number
    for path, entry in facts.classes_at():
        supply, trainees = entry.get(name), facts.trainees(entry)
        if supply is None or trainees <= supply * most:
            continue
        yield found(
            policy,
            rule,
            measured=ratio_up(trainees, supply) if supply else f"没有{label}",
            limit=f"不超过1:{most}",
            message=f"班次{entry.get('class_no')}{label}不足",
            where=f"{path}.{name}",
        )


def lesson_length(facts: Facts, policy: Policy) -> Iterator[Finding]:
    """A 课时 is long enough."""
    least = policy.rules["lesson-length"].number
    for path, entry in facts.classes_at():
        minutes = entry.get("minutes_per_hour")
        if minutes is not None and minutes < least:
            yield found(
                policy,
                "lesson-length",
                measured=f"{minutes}分钟",
                limit=f"不少于{least}分钟",
                message=f"班次{entry.get('class_no')}每课时过短",
                where=f"{path}.minutes_per_hour",
            )


def practical_share(facts: Facts, policy: Policy) -> Iterator[Finding]:
    """Enough of the hours are practice."""
    least = policy.rules["practical-share"].number
    for path, entry in facts.classes_at():
        total, practical = entry.get("total_hours"), entry.get("practical_hours")
        if not total or practical is None or practical * 100 >= total * least:
            continue
        yield found(
            policy,
            "practical-share",
            measured=share_down(practical, total),
            limit=f"不少于{least}%",
            message=f"班次{entry.get('class_no')}实操课时过少",
            where=f"{path}.practical_hours",
        )


def online_theory_share(facts: Facts, policy: Policy) -> Iterator[Finding]:
    """Not too much of the hours is theory taught online."""
    most = policy.rules["online-theory-share"].number
    for path, entry in facts.classes_at():
        total, online = entry.get("total_hours"), entry.get("online_theory_hours") or 0
        if not total or online * 100 <= total * most:
            continue
        yield found(
            policy,
            "online-theory-share",
            measured=share_up(online, total),
            limit=f"不超过{most}%",
            message=f"班次{entry.get('class_no')}线上理论课时过多",
            where=f"{path}.online_theory_hours",
        )


def certificate_only_hours(facts: Facts, policy: Policy) -> Iterator[Finding]:
    """Where only a 培训合格证 can be had the training is long enough, or as long as the occupation states."""
    for path, entry in facts.classes_at():
        total = entry.get("total_hours")
        if entry.get("certificate_kind") != CertificateKind.COMPLETION or total is None:
            continue
        least = _stated_hours(entry, policy)
        if total < least:
            yield found(
                policy,
                "certificate-only-hours",
                measured=f"{total}课时",
                limit=f"不少于{least}课时",
                message=f"班次{entry.get('class_no')}培训课时过少",
                where=f"{path}.total_hours",
            )


def _stated_hours(entry: Any, policy: Policy) -> int:
    return policy.stated_hours.get(
        str(entry.get("occupation_code", "")), policy.rules["certificate-only-hours"].number
    )
