"""Rules of the assessment: proposed in time, the right certificate, results that agree with the roster.

Who sat it and got what is recorded as it was: of that the findings only warn.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from workflow.clock import day_cn
from workflow.errors import Finding
from workflow.form.fields import compact
from workflow.form.masking import mask_identity
from workflow.form.reading import section
from workflow.policy import Policy, Severity
from workflow.rules.facts import Facts, day_in
from workflow.rules.findings import found, of_trainees, share_up
from workflow.rules.listing import better_certificate
from workflow.rules.occupations import awarded_level
from workflow.rules.people import duplicate_fault
from workflow.vocabulary import ApplicationKind, CertificateKind


def assessment_notice(facts: Facts, policy: Policy) -> Iterator[Finding]:
    """The assessment is proposed enough natural days ahead; the day of the proposal does not count."""
    least = policy.rules["assessment-notice"].number
    assess_on = facts.payload.get("assess_on")
    if assess_on is None or facts.today is None:
        return
    ahead = (date.fromisoformat(assess_on) - facts.today).days
    if ahead < least:
        yield found(
            policy,
            "assessment-notice",
            measured=f"提前{ahead}日" if ahead >= 0 else f"已过{-ahead}日",
            limit=f"至少提前{least}日",
            message="考核时间提出过晚",
            where="payload.assess_on",
        )


def results_within_roster(facts: Facts, policy: Policy) -> Iterator[Finding]:
    """Nobody is examined, or holds a listed certificate, who is not on the roster of the class."""
    results = facts.payload.get("results") or []
    # One person is examined at one level of a kind, so the levels of a kind add up within the roster.
    examined: Counter[tuple[int, str]] = Counter()
    for index, result in enumerate(results):
        number, kind = result["class_no"], CertificateKind(result["kind"])
        examined[number, kind] += result.get("examined_count", 0)
        rows = facts.roster.get(number, 0)
        if examined[number, kind] > rows:
            yield found(
                policy,
                "roster",
                measured=f"{examined[number, kind]}人",
                limit=f"不超过名册{rows}人",
                message=f"班次{number}参加{kind.label}的人数多于名册",
                where=f"payload.results.{index}.examined_count",
            )
        if facts.roster_ids is None:
            continue
        known = facts.roster_ids.get(number, frozenset())
        for place, certificate in enumerate(result.get("certificates") or []):
            if compact(certificate["id_number"]) not in known:
                yield found(
                    policy,
                    "roster",
                    measured=mask_identity(certificate["id_number"]),
                    limit=f"班次{number}名册中的学员",
                    message="取证人员不在名册中",
                    where=f"payload.results.{index}.certificates.{place}.id_number",
                )


def results_as_planned(facts: Facts, policy: Policy) -> Iterator[Finding]:
    """A class is assessed for the certificate it was opened for; another one is told to the reviewer."""
    for index, result in enumerate(facts.payload.get("results") or []):
        entry = facts.class_of(result["class_no"])
        kind = entry.get("certificate_kind")
        if kind is None:
            continue
        planned = (kind, awarded_level(kind, entry.get("level")))
        limit, message = _certificate(*planned), "与开班申请不一致"
        if planned == (result["kind"], awarded_level(result["kind"], result.get("level"))):
            better = better_certificate(facts, entry)
            if better is None or not _completion_only(facts, result["class_no"]):
                continue
            limit, message = better.label, "只有培训合格证书考试，不予认可"
        yield found(
            policy,
            "best-certificate",
            measured=_certificate(result["kind"], result.get("level")),
            limit=limit,
            message=f"班次{result['class_no']}的考核{message}",
            where=f"payload.results.{index}.kind",
            severity=Severity.WARNING,
        )


def _completion_only(facts: Facts, number: int) -> bool:
    kinds = {result["kind"] for result in facts.payload.get("results") or [] if result["class_no"] == number}
    return kinds == {CertificateKind.COMPLETION}


def _certificate(kind: str, level: int | None) -> str:
    return CertificateKind(kind).label + (f"{level}级" if level else "")


def certificates_listed(facts: Facts, policy: Policy) -> Iterator[Finding]:
    """Where the policy asks for every certificate, every one is listed."""
    if not policy.certificates_required:
        return
    for index, result in enumerate(facts.payload.get("results") or []):
        listed = len(result.get("certificates") or [])
        if listed != result["certified_count"]:
            yield found(
                policy,
                "no-certificate-no-money",
                measured=f"{listed}本",
                limit=f"{result['certified_count']}本",
                message=f"班次{result['class_no']}须逐人填写证书",
                where=f"payload.results.{index}.certificates",
            )


def certificates_in_time(facts: Facts, policy: Policy) -> Iterator[Finding]:
    """The listed certificates are of this assessment, and issued already; others are not paid for."""
    assessed_on = day_cn(_assessed_on(facts))
    for index, result in enumerate(facts.payload.get("results") or []):
        outside = [
            (place, certificate["issued_on"])
            for place, certificate in enumerate(result.get("certificates") or [])
            if not issued_in_time(facts, day_in(certificate, "issued_on"))
        ]
        if outside:
            place, issued_on = outside[0]
            yield found(
                policy,
                "no-certificate-no-money",
                measured=f"{len(outside)}本，如发证日期{day_cn(issued_on)}",
                limit=f"考核之日（{assessed_on or '未定'}）至登记之日（{day_cn(facts.today)}）",
                message=f"班次{result['class_no']}有证书不是本次考核后已发的，不予补贴",
                where=f"payload.results.{index}.certificates.{place}.issued_on",
                severity=Severity.WARNING,
            )


def issued_in_time(facts: Facts, issued_on: date | None) -> bool:
    """Whether a certificate was issued neither before the assessment nor after today; unknown days pass."""
    if issued_on is None:
        return True
    assessed_on = _assessed_on(facts)
    early = assessed_on is not None and issued_on < assessed_on
    return not early and (facts.today is None or issued_on <= facts.today)


def _assessed_on(facts: Facts) -> date | None:
    return day_in(section(facts.form, "assessment"), "assess_on")


def no_duplicate(facts: Facts, policy: Policy) -> Iterator[Finding]:
    """Nobody is certified again for what was claimed elsewhere; no certificate is of two persons."""
    faults = (
        (trainee, fault)
        for trainee in facts.people
        if (certificates := facts.certified.get((trainee.class_no, trainee.person)))
        and (
            fault := duplicate_fault(
                facts,
                trainee.person,
                facts.class_of(trainee.class_no),
                [(each.level, each.number) for each in certificates],
            )
        )
    )
    yield from of_trainees(policy, "no-duplicate", faults, Severity.WARNING)
    seen: set[object] = set()
    for index, result in enumerate(facts.payload.get("results") or []):
        for place, certificate in enumerate(result.get("certificates") or []):
            number = compact(certificate["number"])
            if number in seen:
                yield found(
                    policy,
                    "no-duplicate",
                    measured=f"{certificate['number']}登记两次",
                    limit="每本证书只登记一次",
                    message=f"班次{result['class_no']}的证书编号重复",
                    where=f"payload.results.{index}.certificates.{place}.number",
                )
            elif number in facts.numbers_elsewhere:
                yield found(
                    policy,
                    "no-duplicate",
                    measured=f"{certificate['number']}已登记",
                    limit="每本证书只登记一次",
                    message=f"班次{result['class_no']}的证书已在另一申请中登记",
                    where=f"payload.results.{index}.certificates.{place}.number",
                )
            seen.add(number)


def minor_certificate_share(facts: Facts, policy: Policy) -> Iterator[Finding]:
    """Certificates of the lesser kinds stay within their share in the region and year."""
    results = facts.payload.get("results") or []
    lesser = [index for index, result in enumerate(results) if result["kind"] in policy.minor_certificates]
    if lesser:
        where = f"payload.results.{lesser[0]}.certified_count"
        yield from minor_share(facts, policy, results, where, Severity.WARNING)


def minor_share(
    facts: Facts,
    policy: Policy,
    results: Sequence[Mapping[str, Any]],
    where: str,
    severity: Severity | None = None,
) -> Iterator[Finding]:
    """The share of region and year with these results; who adds no lesser certificate does not raise it."""
    most, counts = policy.rules["minor-certificate-share"].number, facts.certificates
    minor = sum(
        result.get("certified_count", 0)
        for result in results
        if result.get("kind") in policy.minor_certificates
    )
    if counts is None or not minor:
        return
    minor += counts.minor
    certified = counts.all + sum(result.get("certified_count", 0) for result in results)
    if minor * 100 > certified * most:
        yield found(
            policy,
            "minor-certificate-share",
            measured=f"本地区{counts.year}年{share_up(minor, certified)}",
            limit=f"不超过{most}%",
            message=f"{policy.rules['minor-certificate-share'].title}过高",
            where=where,
            severity=severity,
        )


def purely_online(facts: Facts, policy: Policy) -> Iterator[Finding]:
    """A purely online training is assessed only for an enterprise or a person who applies."""
    if facts.applicant_kind is not ApplicationKind.INSTITUTION:
        return
    for path, entry in facts.classes_at():
        total, online = entry.get("total_hours"), entry.get("online_theory_hours")
        if total and online == total:
            yield found(
                policy,
                "online-integrity",
                measured=f"线上{online}课时，共{total}课时",
                limit="纯线上培训只接受企业、劳动者个人申请考核",
                message=f"班次{entry.get('class_no')}为纯线上培训",
                where=f"{path}.online_theory_hours",
            )
