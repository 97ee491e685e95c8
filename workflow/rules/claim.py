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
    """A line does not ask for more than its heads times the rates of the certificates they obtained."""
    for index, line in enumerate(facts.claim_lines):
        claimed = fen_from_yuan(line["amount"])
        paid = _paid_heads(facts, policy, line["class_no"], line["heads"])
        # Without a certificate that has a rate nothing may be claimed: silence would be an open purse.
        most = sum(heads * rate.fen for rate, heads in paid)
        if claimed > most:
            ground = "＋".join(f"{heads}人×{yuan_from_fen(rate.fen)}元，{rate.title}" for rate, heads in paid)
            yield found(
                policy,
                "amount",
                measured=f"{yuan_from_fen(claimed)}元",
                limit=f"{yuan_from_fen(most)}元（{ground or '没有补贴标准'}）",
                message=f"{_named(facts, line['class_no'])}申请补贴资金过多",
                where=f"claim.lines.{index}.amount",
            )


def _paid_heads(facts: Facts, policy: Policy, number: int, heads: int) -> list[tuple[Rate, int]]:
    """The heads by rate, the best paid first: each by what was obtained, but not above what was planned."""
    if facts.individual:
        certificate = section(facts.form, "certificate")
        rate = _rate(policy, certificate.get("kind"), certificate.get("level"))
        return [(rate, heads)] if rate else []
    entry = facts.class_of(number)
    planned = _rate(policy, entry.get("certificate_kind"), entry.get("level"))
    results = [result for result in facts.results if result["class_no"] == number]
    if planned is None or not results:
        # Before the results are in, a claim that is being written is measured by the plan.
        return [(planned, heads)] if planned and not facts.results else []
    obtained = [(_rate(policy, result["kind"], result.get("level")), result) for result in results]
    rated = [
        (min(rate, planned, key=lambda each: each.fen), result["certified_count"])
        for rate, result in obtained
        if rate is not None
    ]
    paid: list[tuple[Rate, int]] = []
    for rate, certified in sorted(rated, key=lambda each: -each[0].fen):
        taken = min(heads, certified)
        if taken:
            paid.append((rate, taken))
            heads -= taken
    if paid and heads:
        # Heads without a certificate are for the rule of heads to refuse; here they only have a price.
        rate, taken = paid.pop()
        paid.append((rate, taken + heads))
    return paid


def _rate(policy: Policy, kind: object, level: int | None) -> Rate | None:
    try:
        return policy.rate(CertificateKind(str(kind)), level)
    except ValueError:
        return None


def _named(facts: Facts, number: int) -> str:
    return "" if facts.individual else f"班次{number}"
