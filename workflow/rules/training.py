"""Rules of the inspections: what is seen on site is recorded as it is, so these findings only warn.

``average_attendance`` is the figure of the form that heads are measured against (二(四)21). At the end of the
training the same is asked of every recorded inspection, so that whoever gives HR's opinion has it together;
at the claim what makes a training void refuses, unless HR has struck the observation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from workflow.clock import day_cn
from workflow.errors import Finding
from workflow.form.reading import section
from workflow.policy import Policy, Severity
from workflow.rules.facts import Facts, day_in
from workflow.rules.findings import blocks, found, ratio_up
from workflow.vocabulary import OnlineFault

Rule = Callable[[Facts, Policy], Iterator[Finding]]

_CHECKS = ("opening_inspections", "inspections")
# What an inspector may note of a class beside the attendance; HR may strike it (``observations_struck``).
OBSERVATIONS = frozenset(
    {
        "recording_complete",
        "practice_minutes",
        "online_faults",
        "fee_charged",
        "classes_merged",
        "hours_short",
    }
)


def attendance_by_class(
    form: Mapping[str, Any], policy: Policy, roster: Mapping[int, int] | None = None
) -> dict[int, int]:
    """Average attendance of each class that has been checked, rounded down.

    Absence made up before the assessment with HR's consent counts as attended, never above the trainees of
    ``roster`` (without one: above those planned). Make-up lessons name the check by its place among those of
    the class during the training, from 1.
    """
    training = section(form, "training")
    made_up: Counter[tuple[int, int]] = Counter()
    for lesson in training.get("make_ups") or []:
        if make_up_counts(form, lesson):
            made_up[lesson.get("class_no", 0), lesson.get("inspection_no", 0)] += lesson.get("count", 0)
    present: dict[int, list[int]] = {}
    for check in training.get("inspections") or []:
        number, seen = check.get("class_no"), check.get("present_count")
        if number is None or seen is None:
            continue
        counts = present.setdefault(number, [])
        most = max(seen, _enrolled(form, roster, number))
        counts.append(min(seen + made_up[number, len(counts) + 1], most))
    if policy.opening_day_counts_in_average:
        for check in training.get("opening_inspections") or []:
            if "class_no" in check and "present_count" in check:
                present.setdefault(check["class_no"], []).append(check["present_count"])
    return {number: sum(counts) // len(counts) for number, counts in sorted(present.items())}


def average_attendance(
    form: Mapping[str, Any], policy: Policy, roster: Mapping[int, int] | None = None
) -> int | None:
    """Average attendance per class, rounded down, then summed; None before the first check."""
    averages = attendance_by_class(form, policy, roster)
    return sum(averages.values()) if averages else None


def make_up_counts(form: Mapping[str, Any], lesson: Mapping[str, Any]) -> bool:
    """Whether a make-up lesson counts as attendance: HR consented, and it was held before the assessment."""
    held_on, assess_on = day_in(lesson, "made_up_on"), day_in(section(form, "assessment"), "assess_on")
    consented = bool(lesson.get("consented_on"))
    return consented and held_on is not None and (assess_on is None or held_on < assess_on)


def _enrolled(form: Mapping[str, Any], roster: Mapping[int, int] | None, number: int) -> int:
    if roster is not None:
        return roster.get(number, 0)
    classes = section(form, "opening").get("classes") or []
    return next((each.get("planned_count") or 0 for each in classes if each.get("class_no") == number), 0)


# What is counted on site -----------------------------------------------------------------------------------


def class_size(facts: Facts, policy: Policy) -> Iterator[Finding]:
    """Whether more are present than a class may have."""
    most = policy.rules["class-size"].number
    present, number = _present(facts)
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
    present, number = _present(facts)
    rows = facts.roster.get(number, 0)
    if present > rows:
        yield _seen(policy, "roster", f"{present}人", f"不超过名册{rows}人", f"班次{number}到场人数多于名册")


def attendance(facts: Facts, policy: Policy) -> Iterator[Finding]:
    """Opening counts those present: fewer than enrolled then, or more later than there were then, is told.

    That attendance falls in the course of the training is no fault; the average bounds the paid heads.
    """
    if "present_count" not in facts.payload:
        return
    present, number = _present(facts)
    rows = facts.roster.get(number, 0)
    if facts.is_opening_day:
        if present < rows:
            message = f"班次{number}开班当日未到齐，开班人数以实到为准"
            yield _seen(policy, "attendance", f"实到{present}人", f"名册{rows}人", message)
        return
    for check in section(facts.form, "training").get("opening_inspections") or []:
        opened = check.get("present_count")
        if check.get("class_no") == number and opened is not None and present > opened:
            message = f"班次{number}出勤人数多于开班当日实到人数"
            yield _seen(policy, "attendance", f"出勤{present}人", f"开班实到{opened}人", message)


def _present(facts: Facts) -> tuple[int, int]:
    return facts.payload.get("present_count", 0), facts.payload.get("class_no", 0)


def _ratio(facts: Facts, policy: Policy, rule: str, name: str, label: str) -> Iterator[Finding]:
    most = policy.rules[rule].number
    present, number = _present(facts)
    supply = facts.class_of(number).get(name)
    if supply and present > supply * most:
        ratio = ratio_up(present, supply)
        yield _seen(policy, rule, ratio, f"不超过1:{most}", f"班次{number}按到场人数{label}不足")


def _seen(
    policy: Policy, rule: str, measured: str, limit: str, message: str, where: str = "present_count"
) -> Finding:
    return found(
        policy,
        rule,
        measured=measured,
        limit=limit,
        message=message,
        where=f"payload.{where}",
        severity=Severity.WARNING,
    )


# What an inspector notes beside ----------------------------------------------------------------------------


def recording(facts: Facts, policy: Policy) -> Iterator[Finding]:
    """Whether the recording shows everybody, and enough of each hour of practice in one piece."""
    yield from recording_complete(facts, policy)
    least, minutes = policy.rules["recording"].number, facts.payload.get("practice_minutes")
    if minutes is not None and minutes < least:
        message = f"班次{facts.payload.get('class_no')}实操培训的连续录像过短"
        measured, limit = f"每学时{minutes}分钟", f"不少于{least}分钟"
        yield _seen(policy, "recording", measured, limit, message, "practice_minutes")


def recording_complete(facts: Facts, policy: Policy) -> Iterator[Finding]:
    """Whether the recording shows everybody; a class of which it does not is not recognised."""
    if facts.payload.get("recording_complete") is False:
        message = f"班次{facts.payload.get('class_no')}的录像无法显示全体学员，培训不予认可"
        limit = "录像显示全部学员"
        yield _seen(policy, "recording", "未显示全部学员", limit, message, "recording_complete")


def online_integrity(facts: Facts, policy: Policy) -> Iterator[Finding]:
    """Whether the training online was what it should be; any of these faults makes it void."""
    faults = facts.payload.get("online_faults") or []
    if faults:
        minutes = policy.rules["online-integrity"].number
        labels = [
            f"连续{minutes}分钟内无弹窗" if fault == OnlineFault.NO_POPUP_CHECK else OnlineFault(fault).label
            for fault in faults
        ]
        message = f"班次{facts.payload.get('class_no')}的线上培训视同无效"
        yield _seen(
            policy, "online-integrity", "、".join(labels), "不得有任何一种情形", message, "online_faults"
        )


def no_fee(facts: Facts, policy: Policy) -> Iterator[Finding]:
    """Whether trainees were charged."""
    if facts.payload.get("fee_charged"):
        message = f"班次{facts.payload.get('class_no')}向学员收取费用"
        yield _seen(policy, "no-fee", "有收费", "不得收费", message, "fee_charged")


def no_merge(facts: Facts, policy: Policy) -> Iterator[Finding]:
    """Whether classes were merged or hours cut."""
    number = facts.payload.get("class_no")
    if facts.payload.get("classes_merged"):
        message = f"班次{number}与其他班次合并上课"
        yield _seen(policy, "no-merge", "擅自并班", "不得并班", message, "classes_merged")
    if facts.payload.get("hours_short"):
        yield _seen(
            policy, "no-merge", "学时不足", "不得缩短课时", f"班次{number}培训学时不足", "hours_short"
        )


def as_recorded(rule: Rule) -> Rule:
    """A rule of the inspection, asked of every inspection that is recorded; warnings all."""

    def measure(facts: Facts, policy: Policy) -> Iterator[Finding]:
        for path, check in _recorded(facts.form):
            for finding in rule(replace(facts, payload=check), policy):
                yield replace(finding, where=finding.where.replace("payload", path, 1))

    return measure


def of_the_claimed(rule: Rule) -> Rule:
    """A rule of the inspection, asked of those of the claimed classes, as severely as the policy has it."""

    def measure(facts: Facts, policy: Policy) -> Iterator[Finding]:
        claimed = {line.get("class_no") for line in facts.claim_lines}
        for path, check in _recorded(facts.form):
            if check.get("class_no") not in claimed:
                continue
            for finding in rule(replace(facts, payload=check), policy):
                severity = policy.rules[finding.rule].severity.value
                where = finding.where.replace("payload", path, 1)
                yield replace(finding, where=where, severity=severity)

    return measure


def void(facts: Facts, policy: Policy, number: int) -> tuple[str, str] | None:
    """Why no training of a class is recognised: the rule and the reason; None where it is.

    Only where the policy lets the rule refuse; what HR has struck does not count.
    """
    checks = [check for _, check in _recorded(facts.form) if check.get("class_no") == number]
    if blocks(policy, "recording") and any(check.get("recording_complete") is False for check in checks):
        return "recording", "录像不予认可"
    if blocks(policy, "online-integrity") and any(check.get("online_faults") for check in checks):
        return "online-integrity", "线上培训视同无效"
    return None


def _recorded(form: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name in _CHECKS:
        for index, check in enumerate(section(form, "training").get(name) or []):
            if check.get("observations_struck"):
                check = {key: value for key, value in check.items() if key not in OBSERVATIONS}
            yield f"training.{name}.{index}", check


def make_up(facts: Facts, policy: Policy) -> Iterator[Finding]:
    """Make-up lessons that do not count, or make up for more than were absent, are told."""
    training = section(facts.form, "training")
    for index, lesson in enumerate(training.get("make_ups") or []):
        number, count = lesson.get("class_no", 0), lesson.get("count", 0)
        checks = [check for check in training.get("inspections") or [] if check.get("class_no") == number]
        place = lesson.get("inspection_no", 0)
        check = checks[place - 1] if 1 <= place <= len(checks) else {}
        absent = max(0, _enrolled(facts.form, facts.roster, number) - check.get("present_count", 0))
        if not lesson.get("consented_on"):
            measured, limit = "未经同意", "经人社部门同意"
        elif not make_up_counts(facts.form, lesson):
            measured, limit = f"{day_cn(lesson.get('made_up_on')) or '未载明日期'}补课", "在结业考核前补课"
        elif not check:
            measured, limit = f"第{place}次检查", f"已登记的检查（共{len(checks)}次）"
        elif count > absent:
            measured, limit = f"补课{count}人", f"不超过缺勤{absent}人"
        else:
            continue
        yield found(
            policy,
            "make-up",
            measured=measured,
            limit=limit,
            message=f"班次{number}的补课不能全部计入到课",
            where=f"training.make_ups.{index}",
            severity=Severity.WARNING,
        )
