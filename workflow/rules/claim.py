"""Rules of the claim: no more heads than were present, certified and enrolled; no more than the rate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from workflow.errors import Finding
from workflow.form.fields import compact
from workflow.form.money import fen_from_yuan, yuan_from_fen
from workflow.form.reading import section
from workflow.policy import Policy, Rate
from workflow.rules.facts import Facts
from workflow.rules.findings import found
from workflow.rules.training import attendance_by_class
from workflow.vocabulary import CertificateKind


@dataclass(frozen=True, slots=True)
class Bound:
    """One thing that heads may not exceed."""

    heads: int
    label: str


def certified_in(facts: Facts, number: int) -> int:
    """How many of a class are certified: persons where every certificate is listed, else the counts' sum."""
    results = [result for result in facts.results if result["class_no"] == number]
    listed = [certificate for result in results for certificate in result.get("certificates") or []]
    total: int = sum(result["certified_count"] for result in results)
    if len(listed) == total:
        # Stored numbers are sealed, each time differently; their blind index stays the same.
        return len(
            {certificate.get("id_index") or compact(certificate["id_number"]) for certificate in listed}
        )
    return total


def head_bounds(facts: Facts, policy: Policy, number: int) -> list[Bound]:
    """What bounds the heads of a class: attendance, certificates, roster. An individual is one head."""
    if facts.individual:
        return [Bound(1, "个人申请")]
    attendance = attendance_by_class(facts.form, policy).get(number, 0)
    return [
        Bound(certified_in(facts, number), "取证人数"),
        Bound(attendance, "平均出勤人数"),
        Bound(facts.roster.get(number, 0), "名册人数"),
    ]


def headcount(facts: Facts, policy: Policy) -> Iterator[Finding]:
    """Paid heads stay within every bound; the tightest is named. No certificate, no money."""
    for index, line in enumerate(facts.claim_lines):
        heads = line["heads"]
        tightest = min(head_bounds(facts, policy, line["class_no"]), key=lambda bound: bound.heads)
        # Line heads are at least one, so that an individual's single head is exactly one.
        if heads > tightest.heads:
            yield found(
                policy,
                "headcount",
                measured=f"{heads}人",
                limit=f"{tightest.heads}人（{tightest.label}）",
                message=f"{_named(facts, line['class_no'])}申请补贴人数过多",
                where=f"claim.lines.{index}.heads",
            )


def amount(facts: Facts, policy: Policy) -> Iterator[Finding]:
    """A line does not ask for more than its heads times the rate of the certificate."""
    for index, line in enumerate(facts.claim_lines):
        claimed = fen_from_yuan(line["amount"])
        rate = _rate_of(facts, policy, line["class_no"])
        # Without a certificate that has a rate nothing may be claimed: silence would be an open purse.
        most = line["heads"] * rate.fen if rate else 0
        if claimed > most:
            ground = (
                f"{line['heads']}人×{yuan_from_fen(rate.fen)}元，{rate.title}" if rate else "没有补贴标准"
            )
            yield found(
                policy,
                "amount",
                measured=f"{yuan_from_fen(claimed)}元",
                limit=f"{yuan_from_fen(most)}元（{ground}）",
                message=f"{_named(facts, line['class_no'])}申请补贴资金过多",
                where=f"claim.lines.{index}.amount",
            )


def _rate_of(facts: Facts, policy: Policy, number: int) -> Rate | None:
    if facts.individual:
        certificate = section(facts.form, "certificate")
        kind, level = certificate.get("kind"), certificate.get("level")
    else:
        entry = facts.class_of(number)
        kind, level = entry.get("certificate_kind"), entry.get("level")
    try:
        return policy.rate(CertificateKind(str(kind)), level)
    except ValueError:
        return None


def _named(facts: Facts, number: int) -> str:
    return "" if facts.individual else f"班次{number}"
