"""Rules of the assessment: proposed in time, and results that agree with the roster."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date

from workflow.errors import Finding
from workflow.form.fields import compact
from workflow.form.masking import mask_identity
from workflow.policy import Policy, Severity
from workflow.rules.facts import Facts
from workflow.rules.findings import found
from workflow.vocabulary import CertificateKind


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
        examined[number, kind] += result["examined_count"]
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
        planned = (entry.get("certificate_kind"), entry.get("level"))
        if planned[0] is None or planned == (result["kind"], result.get("level")):
            continue
        yield found(
            policy,
            "best-certificate",
            measured=_certificate(result["kind"], result.get("level")),
            limit=_certificate(str(planned[0]), planned[1]),
            message=f"班次{result['class_no']}的考核与开班申请不一致",
            where=f"payload.results.{index}.kind",
            severity=Severity.WARNING,
        )


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
