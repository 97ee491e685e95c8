"""Who may be paid for, line by line: each head of a class with its rate, or with the reason it is left out.

``eligibility`` says it for every class, ``settlement`` for what is claimed of it: the lines of a claim that
the rules accept add up to its amount, to the fen. Where every certificate is listed the lines are persons;
elsewhere heads are counted, and only persons that are left out for themselves are named.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from workflow.form.fields import compact
from workflow.form.money import fen_from_yuan
from workflow.form.reading import section
from workflow.policy import Policy, Rate
from workflow.rules.assessment import issued_in_time
from workflow.rules.direct_claims import judged
from workflow.rules.direct_facts import DirectClaim
from workflow.rules.facts import CertificateFacts, Facts, TraineeFacts, day_in
from workflow.rules.findings import blocks
from workflow.rules.occupations import awarded_level
from workflow.rules.people import duplicate_fault, gap_fault, planned_award
from workflow.rules.training import attendance_by_class, void
from workflow.vocabulary import CertificateKind

NO_RATE = "没有补贴标准"
Held = Mapping[object, tuple[CertificateFacts, ...]]
Awards = list[tuple[int | None, str | None]]

_DUPLICATE, _GAP, _NOT_IN_TIME = "重复补贴", "培训间隔不足", "证书不是本次考核后已发的"


@dataclass(frozen=True, slots=True)
class EligibilityLine:
    """One head, or ``heads`` of them that nobody has named; ``eligible`` ones are paid at ``rate``.

    ``reason`` says why they are left out, with its clause in ``source`` (of an eligible head: the ground of
    the rate). ``certified``: whether a certificate was obtained; ``level`` and ``certificate_number`` are
    those of the one that is paid for. ``amount_fen`` is zero for whoever is left out.
    """

    class_no: int
    heads: int
    eligible: bool
    certified: bool
    reason: str = ""
    source: str = ""
    rate: str = ""
    rate_fen: int = 0
    amount_fen: int = 0
    row_no: int | None = None
    person: int | None = None
    name: str = ""
    masked: str = ""
    occupation_code: str = ""
    level: int | None = None
    certificate_number: str | None = None


@dataclass(frozen=True, slots=True)
class Bound:
    """One thing that heads may not exceed; ``rule`` is what says so."""

    heads: int
    label: str
    rule: str = "headcount"


@dataclass(frozen=True, slots=True)
class ClassEligibility:
    """The lines of one class, and what bounds its heads."""

    class_no: int
    bounds: tuple[Bound, ...]
    lines: tuple[EligibilityLine, ...]

    @property
    def tightest(self) -> Bound:
        """The bound that leaves the fewest heads; the first of several."""
        return min(self.bounds, key=lambda bound: bound.heads)

    @property
    def eligible_heads(self) -> int:
        """How many may be paid for."""
        return sum(line.heads for line in self.lines if line.eligible)

    @property
    def amount_fen(self) -> int:
        """What they are worth together."""
        return sum(line.amount_fen for line in self.lines)

    def priced(self, heads: int) -> list[tuple[str, int, int]]:
        """What so many heads cost: (rate, fen, heads), those that may be paid first, the best paid first.

        Heads beyond all certificates are for the rule of heads to refuse; here they only have a price.
        """
        paid: Counter[tuple[str, int]] = Counter()
        for line in sorted(self.lines, key=lambda line: (not line.eligible, -line.rate_fen)):
            if line.certified and (line.rate or line.eligible):
                taken = min(heads, line.heads)
                heads -= taken
                if line.rate and taken:
                    paid[line.rate, line.rate_fen] += taken
        if paid and heads:
            paid[list(paid)[-1]] += heads
        return [(title, fen, count) for (title, fen), count in paid.items()]


def eligibility(facts: Facts, policy: Policy) -> tuple[ClassEligibility, ...]:
    """Who may be paid for in each class, whatever is claimed; an individual is one head of class 1.

    A list of persons of a subsidy that starts at the claim is class 1 too.
    """
    if facts.direct is not None:
        return (_of_the_list(facts, facts.direct, policy),)
    if facts.individual:
        return (_individual(facts, policy),)
    attendance = attendance_by_class(facts.form, policy, facts.roster)
    return tuple(
        _class(facts, policy, entry, attendance.get(entry["class_no"], 0))
        for entry in facts.classes
        if "class_no" in entry
    )


def settlement(facts: Facts, policy: Policy) -> tuple[ClassEligibility, ...]:
    """What the lines of the claim come to: the claimed heads, the best paid first, and the claimed amount.

    Heads that are not claimed are left out; where less is asked than they are worth, a last line of no heads
    takes the difference off. What is claimed beyond the eligible is not in it: the rules refuse it.
    """
    classes = {each.class_no: each for each in eligibility(facts, policy)}
    return tuple(
        _settled(classes[line.get("class_no", 1)], line, policy)
        for line in facts.claim_lines
        if line.get("class_no", 1) in classes
    )


def _settled(whole: ClassEligibility, claimed: Mapping[str, Any], policy: Policy) -> ClassEligibility:
    lines = list(_taken(whole.lines, claimed.get("heads") or 0, "申请人没有申领", "headcount", policy))
    worth = sum(line.amount_fen for line in lines)
    asked = fen_from_yuan(claimed["amount"]) if "amount" in claimed else worth
    if asked < worth:
        lines.append(
            EligibilityLine(
                class_no=whole.class_no,
                heads=0,
                eligible=False,
                certified=False,
                reason="申请金额低于补贴标准，按申请金额",
                source=_source(policy, "amount"),
                amount_fen=asked - worth,
            )
        )
    return replace(whole, lines=tuple(lines))


def _of_the_list(facts: Facts, claim: DirectClaim, policy: Policy) -> ClassEligibility:
    lines = []
    for each in judged(facts, policy):
        _, occupation_code, level = claim.head(each.person)
        lines.append(
            EligibilityLine(
                class_no=1,
                heads=1,
                eligible=each.price is not None,
                certified=True,
                reason=each.reason,
                source=each.source,
                rate=each.price.title if each.price else "",
                rate_fen=each.price.fen if each.price else 0,
                amount_fen=each.price.fen if each.price else 0,
                row_no=each.person.row_no,
                person=each.person.person,
                name=each.person.name,
                masked=each.person.masked,
                occupation_code=occupation_code,
                level=level or None,
                certificate_number=each.person.certificate_number,
            )
        )
    paid = sum(line.eligible for line in lines)
    return ClassEligibility(1, (Bound(paid, "名单中可计入的人数"),), tuple(lines))


# One class -------------------------------------------------------------------------------------------------


def _class(facts: Facts, policy: Policy, entry: Mapping[str, Any], attended: int) -> ClassEligibility:
    number: int = entry["class_no"]
    held = holders(facts, number)
    lines = list(_counted(facts, policy, entry) if held is None else _named(facts, policy, entry, held))
    excluded = Counter(line.reason for line in lines if line.certified and not line.eligible)
    certified = sum(line.heads for line in lines if line.eligible)
    without = "、".join(f"{reason}{count}人" for reason, count in excluded.items())
    bounds = [
        Bound(certified, "取证人数" + (f"扣除{without}" if without else "")),
        Bound(attended, "平均出勤人数"),
        Bound(facts.roster.get(number, 0), "名册人数"),
    ]
    voided = void(facts, policy, number)
    if voided:
        bounds.insert(0, Bound(0, voided[1], voided[0]))
    tightest = min(bounds, key=lambda bound: bound.heads)
    reason = tightest.label if voided else f"超过{tightest.label}{tightest.heads}人"
    taken = _taken(lines, tightest.heads, reason, tightest.rule, policy)
    return ClassEligibility(number, tuple(bounds), tuple(taken))


def _taken(
    lines: Iterable[EligibilityLine], heads: int, reason: str, rule: str, policy: Policy
) -> Iterator[EligibilityLine]:
    """The lines with no more than so many eligible heads, the best paid first; the others are left out."""
    lines = list(lines)
    kept: dict[int, int] = {}
    for place in sorted(range(len(lines)), key=lambda place: -lines[place].rate_fen):
        if lines[place].eligible:
            kept[place] = min(heads, lines[place].heads)
            heads -= kept[place]
    for place, line in enumerate(lines):
        count = kept.get(place, line.heads)
        if count == line.heads:
            yield line
            continue
        if count:
            yield replace(line, heads=count, amount_fen=count * line.rate_fen)
        yield _left_out(line, reason, _source(policy, rule), line.heads - count)


def _named(
    facts: Facts,
    policy: Policy,
    entry: Mapping[str, Any],
    held: Held,
) -> Iterator[EligibilityLine]:
    """One line for each trainee and for each holder of a certificate, in the order of the roster."""
    trainees = facts.people_of(entry)
    planned = _rate(policy, entry.get("certificate_kind"), entry.get("level"))
    blank = _blank(entry)
    for trainee in trainees:
        line = replace(blank, **_identity(trainee))
        if trainee.person not in held:
            yield _left_out(line, "未取证", _source(policy, "no-certificate-no-money"))
            continue
        own = held[trainee.person]
        certificates = tuple(each for each in own if issued_in_time(facts, each.issued_on))
        line = _rewarded(line, policy, planned, certificates or own)
        excluded = exclusion(facts, policy, entry, trainee, held)
        if not certificates and excluded is None and blocks(policy, "no-certificate-no-money"):
            excluded = "no-certificate-no-money", _NOT_IN_TIME
        yield _left_out(line, excluded[1], _source(policy, excluded[0])) if excluded else line
    known = {trainee.person for trainee in trainees}
    for mark, certificates in held.items():
        if mark not in known:
            line = _rewarded(blank, policy, planned, certificates)
            # Without the trainees nothing is known of who is on the roster; its size bounds the heads.
            yield _left_out(line, "不在名册", _source(policy, "roster")) if trainees else line


def _counted(facts: Facts, policy: Policy, entry: Mapping[str, Any]) -> Iterator[EligibilityLine]:
    """Heads by the certificates they obtained, where not every certificate is listed.

    Who is left out as a person may be any of them, and is taken off the certified.
    """
    number = entry["class_no"]
    planned = _rate(policy, entry.get("certificate_kind"), entry.get("level"))
    results = [result for result in facts.results if result.get("class_no") == number]
    certified = sum(result.get("certified_count", 0) for result in results)
    left_out = 0
    for trainee in facts.people_of(entry):
        excluded = exclusion(facts, policy, entry, trainee, None)
        if excluded:
            line = replace(_blank(entry), certified=left_out < certified, **_identity(trainee))
            yield _left_out(line, excluded[1], _source(policy, excluded[0]))
            left_out += 1
    lines = [
        _rewarded(_blank(entry), policy, planned, [_certificate(result, {})], heads)
        for result in results
        if (heads := result.get("certified_count", 0))
    ]
    for line in _taken(lines, max(0, certified - left_out), "", "headcount", policy):
        if line.eligible:
            yield line
    uncertified = facts.roster.get(number, 0) - max(certified, left_out)
    if uncertified > 0:
        source = _source(policy, "no-certificate-no-money")
        yield _left_out(_blank(entry), "未取证", source, uncertified)


def exclusion(
    facts: Facts, policy: Policy, entry: Mapping[str, Any], trainee: TraineeFacts, held: Held | None
) -> tuple[str, str] | None:
    """Why a trainee is not paid for, as (rule, reason), under the rules that the policy lets refuse."""
    awards = awards_of(facts, entry, held, trainee.person)
    if blocks(policy, "no-duplicate") and duplicate_fault(facts, trainee.person, entry, awards):
        return "no-duplicate", _DUPLICATE
    if blocks(policy, "one-month-gap") and gap_fault(facts, policy, entry, trainee):
        return "one-month-gap", _GAP
    return None


def awards_of(facts: Facts, entry: Mapping[str, Any], held: Held | None, person: int) -> Awards:
    """The level and number of a person's certificates; where nobody has listed them, of any there are."""
    if held is not None:
        return [(each.level, each.number) for each in held.get(person, ())]
    return [
        (awarded_level(result["kind"], result.get("level")), None)
        for result in facts.results
        if result["class_no"] == entry["class_no"] and result.get("certified_count")
    ]


def _blank(entry: Mapping[str, Any]) -> EligibilityLine:
    return EligibilityLine(
        class_no=entry["class_no"],
        heads=1,
        eligible=True,
        certified=False,
        occupation_code=entry.get("occupation_code", ""),
        level=planned_award(entry)[0],
    )


def _identity(trainee: TraineeFacts) -> dict[str, Any]:
    return {
        "row_no": trainee.row_no,
        "person": trainee.person,
        "name": trainee.name,
        "masked": trainee.masked,
    }


def _rewarded(
    line: EligibilityLine,
    policy: Policy,
    planned: Rate | None,
    certificates: Iterable[CertificateFacts],
    heads: int = 1,
) -> EligibilityLine:
    """The heads with their best paid certificate, which is not paid above what the class was opened for."""
    rated = [(certificate, _capped(policy, planned, certificate)) for certificate in certificates]
    certificate, rate = max(rated, key=lambda each: each[1].fen if each[1] else -1)
    return replace(
        line,
        heads=heads,
        certified=True,
        level=certificate.level,
        certificate_number=certificate.number,
        reason="" if rate else NO_RATE,
        source=rate.source if rate else _source(policy, "amount"),
        rate=rate.title if rate else "",
        rate_fen=rate.fen if rate else 0,
        amount_fen=rate.fen * heads if rate else 0,
    )


def _capped(policy: Policy, planned: Rate | None, certificate: CertificateFacts) -> Rate | None:
    rate = _rate(policy, certificate.kind, certificate.level)
    return min(rate, planned, key=lambda each: each.fen) if rate and planned else None


def _left_out(line: EligibilityLine, reason: str, source: str, heads: int = 1) -> EligibilityLine:
    return replace(line, heads=heads, eligible=False, reason=reason, source=source, amount_fen=0)


def _source(policy: Policy, rule: str) -> str:
    return policy.rules[rule].source if rule in policy.rules else "本地"


def _rate(policy: Policy, kind: object, level: int | None) -> Rate | None:
    try:
        return policy.rate(CertificateKind(str(kind)), level)
    except ValueError:
        return None


# Who holds which certificates ------------------------------------------------------------------------------


def holders(facts: Facts, number: int) -> Held | None:
    """The certificates of a class by person; None where not every one of them is listed."""
    results = [result for result in facts.results if result.get("class_no") == number]
    held: dict[object, tuple[CertificateFacts, ...]] = {
        person: certificates
        for (class_no, person), certificates in facts.certified.items()
        if class_no == number and certificates
    }
    if not held:
        for result in results:
            for listed in result.get("certificates") or []:
                mark = _mark(listed)
                held[mark] = (*held.get(mark, ()), _certificate(result, listed))
    counted = sum(result.get("certified_count", 0) for result in results)
    return held if sum(map(len, held.values())) == counted else None


def _mark(listed: Mapping[str, Any]) -> object:
    """Whose certificate it is. Stored numbers are sealed, each time differently; their index stays."""
    return listed.get("person") or listed.get("id_index") or compact(listed.get("id_number"))


def _certificate(result: Mapping[str, Any], listed: Mapping[str, Any]) -> CertificateFacts:
    kind = CertificateKind(result["kind"])
    level = awarded_level(kind, result.get("level"))
    return CertificateFacts(kind, level, listed.get("number"), day_in(listed, "issued_on"))


def _individual(facts: Facts, policy: Policy) -> ClassEligibility:
    """An individual is one head, with the certificate that stands on the form."""
    provider, certificate = section(facts.form, "provider"), section(facts.form, "certificate")
    kind, number = certificate.get("kind"), certificate.get("number")
    level = awarded_level(kind, certificate.get("level"))
    rate = _rate(policy, kind, level)
    line = EligibilityLine(
        class_no=1,
        heads=1,
        eligible=True,
        certified=True,
        reason="" if rate else NO_RATE,
        source=rate.source if rate else _source(policy, "amount"),
        rate=rate.title if rate else "",
        rate_fen=rate.fen if rate else 0,
        amount_fen=rate.fen if rate else 0,
        occupation_code=provider.get("occupation_code", ""),
        level=level,
        certificate_number=number,
    )
    bounds = [Bound(1, "个人申请")]
    for person in facts.people[:1]:
        line = replace(line, **_identity(person) | {"row_no": None})
        if blocks(policy, "no-duplicate") and duplicate_fault(
            facts, person.person, provider, [(level, number)]
        ):
            bounds.insert(0, Bound(0, _DUPLICATE, "no-duplicate"))
            line = _left_out(line, _DUPLICATE, _source(policy, "no-duplicate"))
    return ClassEligibility(1, tuple(bounds), (line,))
