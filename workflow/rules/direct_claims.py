"""Rules of the subsidies that start at the claim (中牟县 三(二)4, 三(三)7): for whom they are paid.

``judged`` says it person by person, with the reason for everybody who is left out; ``eligibility`` makes its
lines of it. The claim's one line asks for no more heads and no more money than they add up to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from calendars import add_months
from workflow.clock import day_cn
from workflow.errors import FieldError, Finding
from workflow.form.money import fen_from_yuan, yuan_text
from workflow.policy import EmploymentSubsidy, Policy, Rate, Severity
from workflow.rules.direct_facts import BeneficiaryFacts, DirectClaim
from workflow.rules.facts import Facts
from workflow.rules.findings import blocks, found
from workflow.rules.listing import registration_fault
from workflow.vocabulary import Subsidy

# A social credit code names the region of registration in these places, the province in the first two.
_PROVINCE_OF_CODE = slice(2, 4)
_PROVINCE_OF_REGION = slice(0, 2)
_MOST_NAMED = 5
_REGISTERED = "registered-body"
Price = Rate | EmploymentSubsidy


@dataclass(frozen=True, slots=True)
class Judged:
    """One person of the list: paid for at ``price``, or left out by ``rule`` for ``reason``.

    ``source`` is the clause of the subsidy, which says the one and the other; of who was certified outside
    the registration of the body, the clause of that rule.
    """

    person: BeneficiaryFacts
    price: Price | None
    source: str
    rule: str = ""
    reason: str = ""


def judged(facts: Facts, policy: Policy) -> tuple[Judged, ...]:
    """Every person of the list in its order; nobody where there is no list, or no day to judge them on.

    A cap on what the applicant gets in all is used up in the order of the list.
    """
    claim, today = facts.direct, facts.today
    if claim is None or today is None:
        return ()
    left = _left_under_cap(claim, policy)
    everybody = []
    for person in claim.people:
        price = _price(claim.subsidy, person, policy)
        fault = next(_faults(claim, person, price, policy, today), None)
        if fault is None and blocks(policy, _REGISTERED):
            fault = _unregistered(facts, person)
        if fault is None and price is not None and left is not None:
            if price.fen > left:
                fault = _Fault("amount", f"超过本单位累计上限（{_cap_words(claim, policy)}）")
            else:
                left -= price.fen
        source = price.source if price else _ground(claim.subsidy, policy)
        if fault is not None and fault.rule == _REGISTERED:
            source = policy.rules[_REGISTERED].source
        everybody.append(
            Judged(person, None, source, fault.rule, fault.reason) if fault else Judged(person, price, source)
        )
    return tuple(everybody)


# --- who is left out ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Fault:
    rule: str
    reason: str


def _faults(
    claim: DirectClaim, person: BeneficiaryFacts, price: Price | None, policy: Policy, today: date
) -> Iterator[_Fault]:
    if price is None:
        kind = person.certificate_kind.label
        yield _Fault("no-certificate-no-money", f"政策没有规定这种证书（{kind}）的{claim.subsidy.label}")
        return
    if person.issued_on > today:
        yield _Fault(
            "no-certificate-no-money", f"发证日期{day_cn(person.issued_on)}在今天（{day_cn(today)}）之后"
        )
    if isinstance(price, EmploymentSubsidy):
        yield from _employment_faults(claim, person, price, policy, today)
    number = claim.heads_elsewhere.get(claim.head(person))
    if number is not None:
        same = "同一人员、同一职业、同一等级" if claim.subsidy is Subsidy.EVALUATION else "同一人员"
        yield _Fault("no-duplicate", f"{same}已由申请{number}申领")
    number = claim.certificates_elsewhere.get(person.certificate_number)
    if number is not None:
        # Not by its number: that of a 特种作业操作证 is the number of the identity document.
        yield _Fault("no-duplicate", f"这本证书已由申请{number}申领")


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
            "no-certificate-no-money",
            f"{what}时（{day_cn(began_on)}）尚未持证，发证日期为{day_cn(person.issued_on)}",
        )
    if hiring and (
        began_on < policy.valid_from or (policy.valid_until is not None and began_on > policy.valid_until)
    ):
        until = f"至{day_cn(policy.valid_until)}" if policy.valid_until else "起"
        yield _Fault(
            "headcount",
            f"不是年度内新吸纳：录用日期{day_cn(began_on)}不在政策效力期内（{day_cn(policy.valid_from)}{until}）",
        )
    if not hiring and _province_of_employer(person) != claim.region[_PROVINCE_OF_REGION]:
        yield _Fault("headcount", f"用人单位（{person.employer_uscc}）不在本省登记")
    since = max(began_on, from_on)
    full_on = add_months(since, price.months)
    if today < full_on:
        yield _Fault(
            "headcount",
            f"{what}并参保自{day_cn(since)}起至今天（{day_cn(today)}）不满{price.months}个月，至{day_cn(full_on)}届满",
        )
    elif until_on < full_on - timedelta(days=1):
        yield _Fault(
            "headcount", f"社会保险费自{day_cn(since)}起缴纳至{day_cn(until_on)}，不满{price.months}个月"
        )


def _unregistered(facts: Facts, person: BeneficiaryFacts) -> _Fault | None:
    """What was certified outside the registration (备案) of the body that claims for it."""
    if facts.year_list is None or facts.direct is None or facts.direct.subsidy is not Subsidy.EVALUATION:
        return None
    reason = registration_fault(
        facts.year_list, person.issued_on, person.occupation_code, person.level or None
    )
    return _Fault(_REGISTERED, reason) if reason else None


def _province_of_employer(person: BeneficiaryFacts) -> str:
    return (person.employer_uscc or "")[_PROVINCE_OF_CODE]


# --- what is paid ------------------------------------------------------------------------------------------


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
    cap = yuan_text(_cap_fen(claim, policy) or 0)
    return f"累计不超过{cap}，其他申请已申领{yuan_text(claim.asked_elsewhere_fen)}"


# --- the claim ---------------------------------------------------------------------------------------------


def shape(facts: Facts) -> Iterator[FieldError]:
    """There is one line, for the one list."""
    lines = facts.claim_lines
    if len(lines) > 1:
        yield FieldError("claim.lines", "“申领明细”只能有一行：人员都在同一份名单中")
    for index, line in enumerate(lines):
        if line.get("class_no", 1) != 1:
            yield FieldError(
                f"claim.lines.{index}.class_no",
                f"“班次”{line['class_no']}不可用：这种补贴不分班次，填写 1 或者不填",
            )


def headcount(facts: Facts, policy: Policy) -> Iterator[Finding]:
    """No more heads than the list has persons who are paid for."""
    if facts.direct is None:
        return
    everybody = judged(facts, policy)
    out = [each for each in everybody if each.price is None]
    paid = len(everybody) - len(out)
    for index, line in enumerate(facts.claim_lines):
        if line.get("heads", 0) > paid:
            ground = f"名单{len(everybody)}人" + (f"，不计入{len(out)}人：{_named(out)}" if out else "")
            yield _finding(
                facts,
                policy,
                "headcount",
                measured=f"{line['heads']}人",
                limit=f"{paid}人（{ground}）",
                message="申请补贴人数过多",
                where=f"claim.lines.{index}.heads",
            )


def amount(facts: Facts, policy: Policy) -> Iterator[Finding]:
    """No more money than the heads that are claimed add up to, the best paid first; nor beyond a cap."""
    claim = facts.direct
    if claim is None:
        return
    paid = sorted((each.price.fen for each in judged(facts, policy) if each.price), reverse=True)
    for index, line in enumerate(facts.claim_lines):
        if "amount" not in line or "heads" not in line:
            continue
        asked_fen, most_fen = fen_from_yuan(line["amount"]), sum(paid[: line["heads"]])
        if asked_fen > most_fen:
            ground = f"{min(line['heads'], len(paid))}人的补贴标准之和"
            if _cap_fen(claim, policy) is not None:
                ground += f"；{_cap_words(claim, policy)}"
            yield _finding(
                facts,
                policy,
                "amount",
                measured=f"{yuan_text(asked_fen)}",
                limit=f"{yuan_text(most_fen)}（{ground}）",
                message="申请补贴资金过多",
                where=f"claim.lines.{index}.amount",
            )


def no_duplicate(facts: Facts, policy: Policy) -> Iterator[Finding]:
    """Nobody is paid for twice: who is on another application's list is named, whatever is claimed."""
    yield from _left_out(facts, policy, "no-duplicate", "名单中有人员或证书已由其他申请申领", "只补贴一次")


def certificates(facts: Facts, policy: Policy) -> Iterator[Finding]:
    """无证无价: whose certificate is of another kind, or was not there yet, is named."""
    yield from _left_out(facts, policy, "no-certificate-no-money", "名单中有人员的证书不符合", "凭证补贴")


def registered_body(facts: Facts, policy: Policy) -> Iterator[Finding]:
    """A body certifies in what it is registered for: who was certified otherwise is named."""
    limit = "在备案的职业（工种）、等级内评价"
    if blocks(policy, _REGISTERED):
        yield from _left_out(facts, policy, _REGISTERED, "名单中有人员不是在备案范围内评价的", limit)
        return
    people = facts.direct.people if facts.direct else ()
    faults = [(each.row_no, fault.reason) for each in people if (fault := _unregistered(facts, each))]
    if faults:
        yield found(
            policy,
            _REGISTERED,
            measured=f"{len(faults)}人（{_in_words(faults)}）",
            limit=limit,
            message="名单中有人员不是在备案范围内评价的",
            where="roster",
        )


def _left_out(facts: Facts, policy: Policy, rule: str, message: str, limit: str) -> Iterator[Finding]:
    everybody = judged(facts, policy)
    out = [each for each in everybody if each.rule == rule]
    if not out:
        return
    paid = sum(each.price is not None for each in everybody)
    too_many = any(line.get("heads", 0) > paid for line in facts.claim_lines)
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


def _named(out: Iterable[Judged]) -> str:
    return _in_words([(each.person.row_no, each.reason) for each in out])


def _in_words(faults: Sequence[tuple[int, str]]) -> str:
    named = [f"第{row_no}行{reason}" for row_no, reason in faults]
    return "；".join(named[:_MOST_NAMED]) + ("等" if len(named) > _MOST_NAMED else "")


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
    source = _ground(facts.direct.subsidy, policy) if facts.direct else ""
    if rule == _REGISTERED:
        source = policy.rules[rule].source
    return Finding(
        rule=rule,
        severity=(severity or policy.rules[rule].severity).value,
        measured=measured,
        limit=limit,
        source=source,
        message=f"{message}（{measured}，规定{limit}；{source}）",
        where=where,
    )
