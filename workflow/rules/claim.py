"""Rules of the claim: no more heads than may be paid for, no more than the rate, nobody twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from workflow.errors import Finding
from workflow.form.money import fen_from_yuan, yuan_text
from workflow.form.reading import section
from workflow.policy import Policy
from workflow.rules.assessment import minor_share
from workflow.rules.eligibility import Awards, ClassEligibility, awards_of, eligibility, holders
from workflow.rules.facts import Facts, TraineeFacts
from workflow.rules.findings import Fault, blocks, found, of_trainees
from workflow.rules.occupations import awarded_level
from workflow.rules.people import duplicate_fault, gap_fault
from workflow.vocabulary import CertificateKind

Measure = Callable[[Mapping[str, Any], TraineeFacts, Awards], Fault | None]


def headcount(facts: Facts, policy: Policy) -> Iterator[Finding]:
    """Paid heads stay within every bound; the tightest is named. No certificate, no money."""
    classes = _by_number(facts, policy)
    for index, line in enumerate(facts.claim_lines):
        eligible, heads = classes.get(line.get("class_no", 1)), line.get("heads", 0)
        # Line heads are at least one, so that an individual's single head is exactly one.
        if eligible is None or heads <= eligible.tightest.heads:
            continue
        yield found(
            policy,
            "headcount",
            measured=f"{heads}人",
            limit=f"{eligible.tightest.heads}人（{eligible.tightest.label}）",
            message=f"{_named(facts, eligible.class_no)}申请补贴人数过多",
            where=f"claim.lines.{index}.heads",
        )


def amount(facts: Facts, policy: Policy) -> Iterator[Finding]:
    """A line does not ask for more than its heads times the rates of the certificates they obtained."""
    classes = _by_number(facts, policy)
    for index, line in enumerate(facts.claim_lines):
        eligible = classes.get(line.get("class_no", 1))
        if eligible is None or "amount" not in line or "heads" not in line:
            continue
        claimed = fen_from_yuan(line["amount"])
        paid = _priced(facts, policy, eligible, line["heads"])
        # Without a certificate that has a rate nothing may be claimed: silence would be an open purse.
        most = sum(fen * heads for _, fen, heads in paid)
        if claimed > most:
            ground = "＋".join(f"{heads}人×{yuan_text(fen)}，{title}" for title, fen, heads in paid)
            yield found(
                policy,
                "amount",
                measured=f"{yuan_text(claimed)}",
                limit=f"{yuan_text(most)}（{ground or '没有补贴标准'}）",
                message=f"{_named(facts, eligible.class_no)}申请补贴资金过多",
                where=f"claim.lines.{index}.amount",
            )


def _priced(
    facts: Facts, policy: Policy, eligible: ClassEligibility, heads: int
) -> list[tuple[str, int, int]]:
    if facts.individual or facts.results:
        return eligible.priced(heads)
    # Before the results are in, a claim that is being written is measured by the plan.
    entry = facts.class_of(eligible.class_no)
    try:
        rate = policy.rate(CertificateKind(str(entry.get("certificate_kind"))), entry.get("level"))
    except ValueError:
        return []
    return [(rate.title, rate.fen, heads)]


def no_duplicate(facts: Facts, policy: Policy) -> Iterator[Finding]:
    """Nobody is paid twice for one occupation and level, nor on one certificate.

    Where this refuses, a person who was paid for is left out, and named only when the claim counts the head.
    """

    def measure(entry: Mapping[str, Any], trainee: TraineeFacts, awards: Awards) -> Fault | None:
        return duplicate_fault(facts, trainee.person, entry, awards)

    faults = _individual_duplicate(facts) if facts.individual else _certified_faults(facts, measure)
    yield from _of_counted_heads(facts, policy, "no-duplicate", faults)


def one_month_gap(facts: Facts, policy: Policy) -> Iterator[Finding]:
    """Nobody is paid for who trained elsewhere at the same time, or too shortly after the last assessment.

    Trained at once is the fault of both trainings, too short a gap that of the later. Whoever is at fault is
    left out and named as in ``no_duplicate``.
    """

    def measure(entry: Mapping[str, Any], trainee: TraineeFacts, _awards: Awards) -> Fault | None:
        return gap_fault(facts, policy, entry, trainee)

    yield from _of_counted_heads(facts, policy, "one-month-gap", _certified_faults(facts, measure))


def _certified_faults(facts: Facts, measure: Measure) -> Iterator[tuple[TraineeFacts, Fault]]:
    """Those at fault who are, or where nobody has listed them may be, among the certified."""
    for _, entry in facts.classes_at():
        if "class_no" not in entry:
            continue
        held = holders(facts, entry["class_no"])
        for trainee in facts.people_of(entry):
            if held is None or trainee.person in held:
                fault = measure(entry, trainee, awards_of(facts, entry, held, trainee.person))
                if fault:
                    yield trainee, fault


def _individual_duplicate(facts: Facts) -> Iterator[tuple[TraineeFacts, Fault]]:
    certificate = section(facts.form, "certificate")
    level = awarded_level(certificate.get("kind"), certificate.get("level"))
    award = level, certificate.get("number")
    for person in facts.people[:1]:
        fault = duplicate_fault(facts, person.person, section(facts.form, "provider"), [award])
        if fault:
            yield person, fault


def _of_counted_heads(
    facts: Facts, policy: Policy, rule: str, faults: Iterator[tuple[TraineeFacts, Fault]]
) -> Iterator[Finding]:
    """The findings where the claimed heads cannot do without those at fault; where they only warn, all."""
    at_fault = list(faults)
    if not at_fault:
        return
    classes = _by_number(facts, policy)
    counted = {
        number
        for line in facts.claim_lines
        if (number := line.get("class_no", 1)) in classes
        and (not blocks(policy, rule) or line.get("heads", 0) > classes[number].tightest.heads)
    }
    yield from of_trainees(policy, rule, (each for each in at_fault if each[0].class_no in counted))


def minor_certificate_share(facts: Facts, policy: Policy) -> Iterator[Finding]:
    """Certificates of the lesser kinds stay within their share in the region and year."""
    if facts.individual:
        certificate = section(facts.form, "certificate")
        yield from minor_share(facts, policy, [dict(certificate, certified_count=1)], "certificate.kind")
    else:
        yield from minor_share(facts, policy, facts.results, "claim.lines")


def _by_number(facts: Facts, policy: Policy) -> dict[int, ClassEligibility]:
    return {each.class_no: each for each in eligibility(facts, policy)} if facts.claim_lines else {}


def _named(facts: Facts, number: int) -> str:
    return "" if facts.individual else f"班次{number}"
