"""Rules of the year's list (目录清单): who and what is on it on the first day, stops, platforms, equipment.

Where the list was not looked up, or does not state a thing, nothing is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any, NamedTuple, TypeVar

from workflow.clock import day_cn, shanghai_date
from workflow.errors import Finding
from workflow.form.fields import compact
from workflow.form.reading import section
from workflow.policy import Policy, Severity
from workflow.policy.model import LEVELLED_KINDS
from workflow.rules.facts import (
    Facts,
    ListedInstitution,
    ListedOccupation,
    ListedPlatform,
    Sanction,
    YearList,
    day_in,
)
from workflow.rules.findings import found
from workflow.rules.occupations import code_of
from workflow.vocabulary import CertificateKind, SanctionKind

_INSPECTED_AT = "payload.inspected_at"
Listed = TypeVar("Listed", ListedInstitution, ListedOccupation, ListedPlatform)


class _Course(NamedTuple):
    """What must be listed on its day: a class on its first day, or an individual's training."""

    label: str
    day: date
    day_label: str
    where_day: str
    occupation: Mapping[str, Any]
    where_occupation: str
    level: int | None
    where_level: str


def _courses(facts: Facts) -> Iterator[_Course]:
    if facts.individual:
        provider, certificate = section(facts.form, "provider"), section(facts.form, "certificate")
        issued_on = day_in(certificate, "issued_on")
        if issued_on is not None:
            level = _level(certificate) or _level(dict(provider, kind=certificate.get("kind")))
            yield _Course(
                *("培训机构", issued_on, "发证日", "provider.institution", provider, "provider"),
                *(level, "certificate.level"),
            )
        return
    for path, entry in facts.classes_at():
        day = facts.first_day(entry)
        if day is not None:
            yield _Course(
                *(f"班次{entry.get('class_no')}", day, "开班日", f"{path}.starts_on", entry, path),
                *(_level(entry), f"{path}.level"),
            )


def _level(part: Mapping[str, Any]) -> int | None:
    kind = part.get("certificate_kind") or part.get("kind")
    return part.get("level") if kind is None or kind in LEVELLED_KINDS else None


def listed_institution(facts: Facts, policy: Policy) -> Iterator[Finding]:
    """On the first day the institution is listed and not removed, and so are its occupation and level.

    A change of occupation counts from the day it is approved, which is said.
    """
    if facts.year_list is None:
        return
    for course in _courses(facts):
        yield from _unlisted(facts.year_list, course, policy)


def _unlisted(listing: YearList, course: _Course, policy: Policy) -> Iterator[Finding]:
    sanction = _in_force(listing.sanctions, course.day, stops=False)
    entries = [entry for entry in listing.entries if entry.holds(course.day)]
    if sanction is not None:
        yield found(
            policy,
            "listed-institution",
            measured=_sanction_text(sanction),
            limit=f"{course.day_label}（{day_cn(course.day)}）未被移出目录或者列入黑名单",
            message=f"{course.label}：该机构{sanction.kind.label}（{sanction.reason}）",
            where=course.where_day,
        )
    elif not entries:
        yield found(
            policy,
            "listed-institution",
            measured=_missing(listing.entries, course.day),
            limit=f"{course.day_label}（{day_cn(course.day)}）在年度目录清单内",
            message=f"{course.label}：该机构不在年度目录清单内",
            where=course.where_day,
        )
    else:
        yield from _unlisted_occupation(entries, course, policy)


def _unlisted_occupation(
    entries: list[ListedInstitution], course: _Course, policy: Policy
) -> Iterator[Finding]:
    code, name = course.occupation.get("occupation_code"), course.occupation.get("occupation", "")
    if not code:
        return
    known = _occupations(entries, code)
    listed = [each for each in known if each.holds(course.day)]
    levels = {level for each in listed for level in each.levels}
    if not listed:
        yield found(
            policy,
            "listed-institution",
            measured=_missing(known, course.day),
            limit=f"{course.day_label}（{day_cn(course.day)}）职业（工种）在年度目录清单内",
            message=f"{course.label}：职业（工种）{name}当日没有列入该机构的目录清单",
            where=f"{course.where_occupation}.occupation_code",
        )
    elif course.level is not None and course.level not in levels:
        yield found(
            policy,
            "listed-institution",
            measured=f"{course.level}级",
            limit="、".join(f"{level}级" for level in sorted(levels, reverse=True)) or "目录清单没有列出级别",
            message=f"{course.label}：目录清单没有列出{name}的这一级别",
            where=course.where_level,
        )


def _occupations(entries: list[ListedInstitution], code: object) -> list[ListedOccupation]:
    wanted = code_of(code)
    return [
        each for entry in entries for each in entry.occupations if code_of(each.occupation_code) == wanted
    ]


def _missing(known: tuple[Listed, ...] | list[Listed], day: date) -> str:
    """Since when, or until when, something is listed that is not listed on the day."""
    later = [each.listed_from_on for each in known if each.listed_from_on > day]
    if later:
        return f"自{day_cn(min(later))}起列入"
    ended = [each.listed_until_on for each in known if each.listed_until_on is not None]
    return f"列入至{day_cn(max(ended))}" if ended else "未列入"


def _in_force(sanctions: tuple[Sanction, ...], day: date, *, stops: bool) -> Sanction | None:
    """The sanction of the day that lasts longest, among the stops or among all others."""
    holding = [each for each in sanctions if each.holds(day) and (each.kind is SanctionKind.STOP) is stops]
    return max(holding, key=lambda each: each.until_on or date.max, default=None)


def _sanction_text(sanction: Sanction) -> str:
    until = f"至{day_cn(sanction.until_on)}止" if sanction.until_on else "没有期限"
    return f"{day_cn(sanction.from_on)}起{sanction.kind.label}，{until}"


def registration_fault(listing: YearList, day: date, code: str, level: int | None) -> str:
    """Why a body may not have certified an occupation and level on a day; empty where it may.

    A stop of classes is none of it.
    """
    sanction = _in_force(listing.sanctions, day, stops=False)
    if sanction is not None:
        return f"发证日（{day_cn(day)}）评价机构{_sanction_text(sanction)}"
    entries = [entry for entry in listing.entries if entry.holds(day)]
    if not entries:
        return f"发证日（{day_cn(day)}）评价机构不在年度目录清单内（{_missing(listing.entries, day)}）"
    known = _occupations(entries, code)
    listed = [each for each in known if each.holds(day)]
    if not listed:
        return f"发证日（{day_cn(day)}）职业（工种）{code}不在评价机构的备案范围内（{_missing(known, day)}）"
    if level is not None and all(level not in each.levels for each in listed):
        return f"发证日（{day_cn(day)}）{level}级不在评价机构的备案范围内"
    return ""


# Stops and platforms ---------------------------------------------------------------------------------------


def satisfaction(facts: Facts, policy: Policy) -> Iterator[Finding]:
    """No class begins while the institution is stopped because its trainees were not satisfied."""
    if facts.year_list is None:
        return
    for path, entry in facts.classes_at():
        day = facts.first_day(entry)
        if day is not None:
            yield from _stopped(facts.year_list, policy, entry, day, f"{path}.starts_on")


def stopped_on_opening_day(facts: Facts, policy: Policy) -> Iterator[Finding]:
    """Whether the class that was seen to begin was stopped; it is recorded as it was seen."""
    day = _seen_to_begin(facts)
    if facts.year_list is None or day is None:
        return
    entry = facts.class_of(facts.payload.get("class_no"))
    yield from _stopped(facts.year_list, policy, entry, day, _INSPECTED_AT, Severity.WARNING)


def unlisted_on_opening_day(facts: Facts, policy: Policy) -> Iterator[Finding]:
    """Whether the class that was seen to begin is of the list still: it may have been removed since."""
    day = _seen_to_begin(facts)
    if facts.year_list is None or day is None:
        return
    entry = facts.class_of(facts.payload.get("class_no"))
    course = _Course(
        *(f"班次{entry.get('class_no')}", day, "开班检查日", _INSPECTED_AT, entry, "payload"),
        *(_level(entry), _INSPECTED_AT),
    )
    for finding in _unlisted(facts.year_list, course, policy):
        yield replace(finding, where=_INSPECTED_AT, severity=Severity.WARNING.value)


def _seen_to_begin(facts: Facts) -> date | None:
    inspected_at = facts.payload.get("inspected_at")
    if not inspected_at or not facts.is_opening_day:
        return None
    return shanghai_date(datetime.fromisoformat(inspected_at))


def _stopped(
    listing: YearList,
    policy: Policy,
    entry: Mapping[str, Any],
    day: date,
    where: str,
    severity: Severity | None = None,
) -> Iterator[Finding]:
    stop = _in_force(listing.sanctions, day, stops=True)
    if stop is None:
        return
    yield found(
        policy,
        "satisfaction",
        measured=f"{_sanction_text(stop)}（{stop.reason}）",
        limit=f"满意度不低于{policy.rules['satisfaction'].number}%，停止开班期内不开班",
        message=f"班次{entry.get('class_no')}在停止开班期内（{day_cn(day)}）开班",
        where=where,
        severity=severity,
    )


def listed_platform(facts: Facts, policy: Policy) -> Iterator[Finding]:
    """Theory moves only to online platforms that are listed on the first day, and not banned."""
    if facts.year_list is None:
        return
    for path, entry in facts.classes_at():
        name, day = entry.get("online_platform"), facts.first_day(entry)
        if not entry.get("online_theory_hours") or not name or day is None:
            continue
        known = [each for each in facts.year_list.platforms if compact(each.name) == compact(name)]
        sanctions = tuple(sanction for each in known for sanction in each.sanctions)
        ban = _in_force(sanctions, day, stops=False) or _in_force(sanctions, day, stops=True)
        if ban is None and any(each.holds(day) for each in known):
            continue
        years = policy.platform_ban_years
        yield found(
            policy,
            "online-theory-share",
            measured=_sanction_text(ban) if ban else _missing(known, day),
            limit=(f"违规之日起{years}年内" if ban and years else "")
            + ("不得参与补贴培训" if ban else f"开班日（{day_cn(day)}）在目录清单内的平台"),
            message=f"班次{entry.get('class_no')}的线上培训平台{name}不能承担补贴培训"
            + (f"：{ban.reason}" if ban else ""),
            where=f"{path}.online_platform",
        )


# What the list says of an occupation and of the institution's equipment ------------------------------------


def best_certificate(facts: Facts, policy: Policy) -> Iterator[Finding]:
    """No class is opened for a bare 合格证 where the list names a better certificate of the occupation.

    An individual is told likewise, by the occupation and the day of the certificate.
    """
    if facts.individual:
        yield from _best_of_individual(facts, policy)
    for path, entry in facts.classes_at():
        better = better_certificate(facts, entry)
        if entry.get("certificate_kind") == CertificateKind.COMPLETION and better is not None:
            yield found(
                policy,
                "best-certificate",
                measured=CertificateKind.COMPLETION.label,
                limit=better.label,
                message=f"班次{entry.get('class_no')}的职业（工种）能够取得其他证书，不能只组织培训合格证书考试",
                where=f"{path}.certificate_kind",
            )


def _best_of_individual(facts: Facts, policy: Policy) -> Iterator[Finding]:
    certificate = section(facts.form, "certificate")
    better = _better(facts, section(facts.form, "provider"), day_in(certificate, "issued_on"))
    if certificate.get("kind") == CertificateKind.COMPLETION and better is not None:
        yield found(
            policy,
            "best-certificate",
            measured=CertificateKind.COMPLETION.label,
            limit=better.label,
            message="所学职业（工种）能够取得其他证书，只参加培训合格证书考试的不予认可",
            where="certificate.kind",
        )


def better_certificate(facts: Facts, entry: Mapping[str, Any]) -> CertificateKind | None:
    """A certificate better than 合格证 that the list names for a class's occupation on its first day."""
    return _better(facts, entry, facts.first_day(entry))


def _better(facts: Facts, entry: Mapping[str, Any], day: date | None) -> CertificateKind | None:
    if facts.year_list is None or day is None:
        return None
    entries = [each for each in facts.year_list.entries if each.holds(day)]
    kinds = [
        each.certificate_kind
        for each in _occupations(entries, entry.get("occupation_code"))
        if each.holds(day) and each.certificate_kind is not None
    ]
    return next((kind for kind in kinds if kind is not CertificateKind.COMPLETION), None)


def full_time_teachers(facts: Facts, entry: Mapping[str, Any]) -> int | None:
    """The full-time teachers that the list states for a class's occupation on its first day."""
    day = facts.first_day(entry)
    if facts.year_list is None or day is None:
        return None
    entries = [each for each in facts.year_list.entries if each.holds(day)]
    stated = [
        each.full_time_teacher_count
        for each in _occupations(entries, entry.get("occupation_code"))
        if each.holds(day) and each.full_time_teacher_count is not None
    ]
    return max(stated, default=None)


def teachers(facts: Facts, policy: Policy) -> Iterator[Finding]:
    """Each occupation has enough teachers, as listed or as its classes name them together."""
    least = policy.rules["teachers"].number
    for path, entry, named in occupations_of(facts):
        stated = [count for count in (named, full_time_teachers(facts, entry)) if count is not None]
        if stated and max(stated) < least:
            yield found(
                policy,
                "teachers",
                measured=f"{max(stated)}人",
                limit=f"至少{least}人",
                message=f"职业（工种）{entry.get('occupation', '')}的教师不足",
                where=f"{path}.teacher_count",
            )


def occupations_of(facts: Facts) -> Iterator[tuple[str, Mapping[str, Any], int | None]]:
    """Each occupation once: its first class with the path, and the teachers of all its classes together."""
    firsts: dict[str, tuple[str, Mapping[str, Any]]] = {}
    named: dict[str, list[int]] = {}
    for path, entry in facts.classes_at():
        code = code_of(entry.get("occupation_code"))
        if not code:
            continue
        firsts.setdefault(code, (path, entry))
        if entry.get("teacher_count") is not None:
            named.setdefault(code, []).append(entry["teacher_count"])
    for code, (path, entry) in firsts.items():
        yield path, entry, sum(named[code]) if code in named else None


def premises(facts: Facts, policy: Policy) -> Iterator[Finding]:
    """The institution has theory rooms enough, and none in a residential building."""
    least = policy.rules["premises"].number
    entry = _entry_of_the_first_class(facts)
    if entry is None:
        return
    if entry.theory_area is not None and entry.theory_area < least:
        limit = f"不少于{least}平方米"
        yield _equipment(policy, "premises", f"{entry.theory_area}平方米", limit, "理论教学场地面积不足")
    if entry.residential:
        yield _equipment(policy, "premises", "在居民楼院内", "不得在居民楼院内", "培训场地不符合要求")


def staff(facts: Facts, policy: Policy) -> Iterator[Finding]:
    """The institution has a full-time head, administrators, finance staff and an account of its own."""
    least, finance = policy.rules["staff"].number, policy.finance_staff_minimum
    entry = _entry_of_the_first_class(facts)
    if entry is None:
        return
    if entry.full_time_head is False:
        yield _equipment(policy, "staff", "没有专职校长", "配备专职校长", "管理队伍不符合要求")
    if entry.administrator_count is not None and entry.administrator_count < least:
        measured, limit = f"{entry.administrator_count}人", f"至少{least}人"
        yield _equipment(policy, "staff", measured, limit, "专职行政管理人员不足")
    if entry.finance_staff_count is not None and finance and entry.finance_staff_count < finance:
        measured, limit = f"{entry.finance_staff_count}人", f"至少{finance}人"
        yield _equipment(policy, "staff", measured, limit, "财务管理人员不足")
    if entry.own_account is False:
        yield _equipment(policy, "staff", "没有独立财务账户", "有独立财务账户", "财务账户不符合要求")


def _entry_of_the_first_class(facts: Facts) -> ListedInstitution | None:
    days = [day for _, entry in facts.classes_at() if (day := facts.first_day(entry)) is not None]
    if facts.year_list is None or not days:
        return None
    holding = [entry for entry in facts.year_list.entries if entry.holds(min(days))]
    return max(holding, key=lambda entry: entry.listed_from_on, default=None)


def _equipment(policy: Policy, rule: str, measured: str, limit: str, message: str) -> Finding:
    return found(policy, rule, measured=measured, limit=limit, message=message, where="applicant.name")
