"""Rules of the subsidies that start at the claim (中牟县 三(二)4, 三(三)7): for whom they are paid.

``head_lines`` says it person by person, with the reason for everybody who is left out; the claim's one line
asks for no more heads and no more money than these lines add up to.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from calendars import add_months
from workflow.errors import FieldError, Finding
from workflow.form.money import fen_from_yuan, yuan_from_fen
from workflow.policy import EmploymentSubsidy, Policy, Rate, Severity
from workflow.rules.direct_facts import BeneficiaryFacts, DirectClaim
from workflow.rules.facts import Facts
from workflow.vocabulary import Subsidy

# A social credit code names the region of registration in these places, the province in the first two.
_PROVINCE_OF_CODE = slice(2, 4)
_PROVINCE_OF_REGION = slice(0, 2)
_MOST_NAMED = 5
Price = Rate | EmploymentSubsidy


@dataclass(frozen=True, slots=True)
class HeadLine:
    """One person of the list: paid at ``rate`` with ``amount_fen``, or left out for ``reason``.

    ``source`` is the clause of the one or of the other, ``rule`` the rule that leaves the person out.
    """

    class_no: int
    row_no: int
    name: str
    masked: str
    eligible: bool
    reason: str
    source: str
    rate: str
    amount_fen: int
    rule: str = ""


@dataclass(frozen=True, slots=True)
class _Fault:
    rule: str
    reason: str


def head_lines(facts: Facts, policy: Policy) -> tuple[HeadLine, ...]:
    """Every person of the list in its order, and what is paid for each, in fen.

    A cap on what the applicant gets in all is used up in the order of the list.
    """
    claim, today = _claim(facts), facts.today
    assert today is not None, "who is paid depends on the day"
    left = _left_under_cap(claim, policy)
    lines = []
    for person in claim.people:
        price = _price(claim.subsidy, person, policy)
        fault = next(_faults(claim, person, price, policy, today), None)
        if fault is None and price is not None and left is not None and price.fen > left:
            fault = _Fault("amount", f"超过本单位累计上限（{_cap_words(claim, policy)}）")
        paid = price if fault is None else None
        if paid is not None and left is not None:
            left -= paid.fen
        lines.append(
            HeadLine(
                class_no=1,
                row_no=person.row_no,
                name=person.name,
                masked=person.masked,
                eligible=paid is not None,
                reason=fault.reason if fault else "",
                source=(price.source if price else _ground(claim.subsidy, policy)),
                rate=f"{paid.title} {yuan_from_fen(paid.fen)}元" if paid else "",
                amount_fen=paid.fen if paid else 0,
                rule=fault.rule if fault else "",
            )
        )
    return tuple(lines)


# --- who is left out ---------------------------------------------------------------------------------------


def _faults(
    claim: DirectClaim, person: BeneficiaryFacts, price: Price | None, policy: Policy, today: date
) -> Iterator[_Fault]:
    if price is None:
        kind = person.certificate_kind.label
        yield _Fault("no-certificate-no-money", f"政策没有规定这种证书（{kind}）的{claim.subsidy.label}")
        return
    if person.issued_on > today:
        yield _Fault("no-certificate-no-money", f"发证日期{person.issued_on}在今天（{today}）之后")
    if isinstance(price, EmploymentSubsidy):
        yield from _employment_faults(claim, person, price, policy, today)
    number = claim.heads_elsewhere.get(claim.head(person))
    if number is not None:
        same = "同一人员、同一职业、同一等级" if claim.subsidy is Subsidy.EVALUATION else "同一人员"
        yield _Fault("no-duplicate", f"{same}已由申请{number}申领")
    number = claim.certificates_elsewhere.get(person.certificate_number)
    if number is not None:
        yield _Fault("no-duplicate", f"证书{person.certificate_number}已由申请{number}申领")


def _employment_faults(
    claim: DirectClaim, person: BeneficiaryFacts, price: EmploymentSubsidy, policy: Policy, today: date
) -> Iterator[_Fault]:
    hiring = claim.subsidy is Subsidy.HIRING
    began_on = person.hired_on if hiring else person.placed_on
    from_on, until_on = person.insured_from_on, person.insured_until_on
    assert began_on is not None
    assert from_on is not None
    assert until_on is not None
    what = "录用" if hiring else "就业"
    if person.issued_on > began_on:
        yield _Fault(
            "no-certificate-no-money", f"{what}时（{began_on}）尚未持证，发证日期为{person.issued_on}"
        )
    if hiring and (
        began_on < policy.valid_from or (policy.valid_until is not None and began_on > policy.valid_until)
    ):
        until = f"至{policy.valid_until}" if policy.valid_until else "起"
        yield _Fault(
            "headcount", f"不是年度内新吸纳：录用日期{began_on}不在政策效力期内（{policy.valid_from}{until}）"
        )
    if not hiring and _province_of_employer(person) != claim.region[_PROVINCE_OF_REGION]:
        yield _Fault("headcount", f"用人单位（{person.employer_uscc}）不在本省登记")
    since = max(began_on, from_on)
    full_on = add_months(since, price.months)
    if today < full_on:
        yield _Fault(
            "headcount", f"{what}并参保自{since}起至今天（{today}）不满{price.months}个月，至{full_on}届满"
        )
    elif until_on < full_on - timedelta(days=1):
        yield _Fault("headcount", f"社会保险费自{since}起缴纳至{until_on}，不满{price.months}个月")


def _province_of_employer(person: BeneficiaryFacts) -> str:
    return (person.employer_uscc or "")[_PROVINCE_OF_CODE]


# --- what is paid ------------------------------------------------------------------------------------------


def _claim(facts: Facts) -> DirectClaim:
    assert facts.direct is not None, "only asked of a subsidy that starts at the claim"
    return facts.direct


def _price(subsidy: Subsidy, person: BeneficiaryFacts, policy: Policy) -> Price | None:
    if subsidy is Subsidy.EVALUATION:
        return policy.evaluation_rate(person.certificate_kind, person.level)
    return policy.employment_subsidies.get(subsidy.value)


def _ground(subsidy: Subsidy, policy: Policy) -> str:
    prices: list[Price] = list(policy.evaluation_rates.values())
    if subsidy is not Subsidy.EVALUATION:
        prices = [price for name, price in policy.employment_subsidies.items() if name == subsidy.value]
    return prices[0].source if prices else ""


def _cap_fen(claim: DirectClaim, policy: Policy) -> int | None:
    paid = policy.employment_subsidies.get(claim.subsidy.value)
    return paid.cap_fen if paid else None


def _left_under_cap(claim: DirectClaim, policy: Policy) -> int | None:
    cap = _cap_fen(claim, policy)
    return None if cap is None else max(cap - claim.asked_elsewhere_fen, 0)


def _cap_words(claim: DirectClaim, policy: Policy) -> str:
    cap = yuan_from_fen(_cap_fen(claim, policy) or 0)
    return f"累计不超过{cap}元，其他申请已申领{yuan_from_fen(claim.asked_elsewhere_fen)}元"


# --- the claim ---------------------------------------------------------------------------------------------


def shape(facts: Facts) -> Iterator[FieldError]:
    """There is one line, for the one list."""
    lines = facts.claim_lines
    if len(lines) > 1:
        yield FieldError("claim.lines", "“申领明细”只能有一行：人员都在同一份名单中")
    for index, line in enumerate(lines):
        if line["class_no"] != 1:
            yield FieldError(
                f"claim.lines.{index}.class_no",
                f"“班次”{line['class_no']}不可用：这种补贴不分班次，填写 1 或者不填",
            )


def headcount(facts: Facts, policy: Policy) -> Iterator[Finding]:
    """No more heads than the list has persons who are paid for."""
    lines = head_lines(facts, policy)
    paid = sum(line.eligible for line in lines)
    for index, claimed in enumerate(facts.claim_lines):
        if claimed["heads"] > paid:
            out = [line for line in lines if not line.eligible]
            ground = f"名单{len(lines)}人" + (f"，不计入{len(out)}人：{_named(out)}" if out else "")
            yield _finding(
                facts,
                policy,
                "headcount",
                measured=f"{claimed['heads']}人",
                limit=f"{paid}人（{ground}）",
                message="申请补贴人数过多",
                where=f"claim.lines.{index}.heads",
            )


def amount(facts: Facts, policy: Policy) -> Iterator[Finding]:
    """No more money than the heads that are claimed add up to, the best paid first; nor beyond a cap."""
    claim = _claim(facts)
    lines = head_lines(facts, policy)
    paid = sorted((line.amount_fen for line in lines if line.eligible), reverse=True)
    for index, claimed in enumerate(facts.claim_lines):
        asked_fen, most_fen = fen_from_yuan(claimed["amount"]), sum(paid[: claimed["heads"]])
        if asked_fen > most_fen:
            ground = f"{min(claimed['heads'], len(paid))}人的补贴标准之和"
            if _cap_fen(claim, policy) is not None:
                ground += f"；{_cap_words(claim, policy)}"
            yield _finding(
                facts,
                policy,
                "amount",
                measured=f"{yuan_from_fen(asked_fen)}元",
                limit=f"{yuan_from_fen(most_fen)}元（{ground}）",
                message="申请补贴资金过多",
                where=f"claim.lines.{index}.amount",
            )


def no_duplicate(facts: Facts, policy: Policy) -> Iterator[Finding]:
    """Nobody is paid for twice: who is on another application's list is named, whatever is claimed."""
    yield from _left_out(facts, policy, "no-duplicate", "名单中有人员或证书已由其他申请申领", "只补贴一次")


def certificates(facts: Facts, policy: Policy) -> Iterator[Finding]:
    """无证无价: whose certificate is of another kind, or was not there yet, is named."""
    yield from _left_out(facts, policy, "no-certificate-no-money", "名单中有人员的证书不符合", "凭证补贴")


def _left_out(facts: Facts, policy: Policy, rule: str, message: str, limit: str) -> Iterator[Finding]:
    lines = head_lines(facts, policy)
    out = [line for line in lines if line.rule == rule]
    if not out:
        return
    paid = sum(line.eligible for line in lines)
    too_many = any(claimed["heads"] > paid for claimed in facts.claim_lines)
    yield _finding(
        facts,
        policy,
        rule,
        measured=f"{len(out)}人（{_named(out)}）",
        limit=limit,
        message=message,
        where="roster",
        # Left out of what is claimed it does no harm, and the reviewer is told.
        severity=None if too_many else Severity.WARNING,
    )


def _named(lines: list[HeadLine]) -> str:
    named = "；".join(f"第{line.row_no}行{line.reason}" for line in lines[:_MOST_NAMED])
    return named + ("等" if len(lines) > _MOST_NAMED else "")


def _finding(
    facts: Facts,
    policy: Policy,
    rule: str,
    *,
    measured: str,
    limit: str,
    message: str,
    where: str,
    severity: Severity | None = None,
) -> Finding:
    # The clause of the subsidy, not of the rule for training of the same name.
    source = _ground(_claim(facts).subsidy, policy)
    return Finding(
        rule=rule,
        severity=(severity or policy.rules[rule].severity).value,
        measured=measured,
        limit=limit,
        source=source,
        message=f"{message}（{measured}，规定{limit}；{source}）",
        where=where,
    )
