"""Who may be paid for, line by line: reasons with their clauses, rates, and sums to the fen."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workflow.form.filled import example
from tests.workflow.rules.random_claims import RandomClaim, random_claim
from tests.workflow.rules.situations import (
    PDS22,
    POLICY,
    assessed,
    changed_policy,
    claim,
    paid,
    past,
    people,
    result,
    told,
)
from workflow.errors import Finding
from workflow.form import read_new_application
from workflow.form.money import fen_from_yuan
from workflow.rules import Facts, Occasion, check, eligibility, settlement
from workflow.rules.eligibility import EligibilityLine
from workflow.rules.facts import CertificateFacts
from workflow.vocabulary import CertificateKind

SKILL = CertificateKind.SKILL_LEVEL
AUGUST = past(date(2026, 8, 3), date(2026, 8, 6), date(2026, 8, 8))


def listed(*awards: tuple[CertificateKind, int | None] | None, **facts: Any) -> Facts:
    """A class of ten in which the first trainees obtained these certificates, and 8 were present."""
    trainees = people(10)
    form = assessed({"planned_count": 10})
    form["training"]["inspections"] = [{"class_no": 1, "present_count": 8}]
    counts: dict[tuple[CertificateKind, int | None], int] = {}
    certified = {}
    for trainee, award in zip(trainees, awards, strict=False):
        if award:
            certified[1, trainee.person] = (CertificateFacts(*award, f"S{trainee.row_no}"),)
            counts[award] = counts.get(award, 0) + 1
    form["assessment"]["results"] = [
        result(kind=kind.value, level=level, examined_count=count, certified_count=count)
        for (kind, level), count in counts.items()
    ]
    given_facts = {"form": form, "roster": {1: 10}, "people": trainees, "certified": certified}
    return Facts(**given_facts | facts)


def lines_of(facts: Facts) -> list[tuple[int | None, int, bool, str, int]]:
    (only,) = eligibility(facts, POLICY)
    return [(line.row_no, line.heads, line.eligible, line.reason, line.amount_fen) for line in only.lines]


def claiming(facts: Facts, heads: int, amount: str = "1.00") -> list[Finding]:
    return check(Occasion.CLAIM_SUBMIT, replace(facts, payload=claim((1, heads, amount))), POLICY)


# Persons ---------------------------------------------------------------------------------------------------


def test_each_trainee_is_a_line_with_rate_or_reason_and_clause() -> None:
    facts = listed((SKILL, 4), (SKILL, 5), (SKILL, 3), None, (CertificateKind.COMPLETION, None))
    (only,) = eligibility(facts, POLICY)
    shown = [(line.row_no, line.eligible, line.rate, line.amount_fen) for line in only.lines[:5]]
    assert shown == [
        (1, True, "中级工（四级）", 120_000),
        (2, True, "初级工（五级）", 100_000),
        # Not above what the class was opened for.
        (3, True, "中级工（四级）", 120_000),
        (4, False, "", 0),
        (5, True, "培训合格证书", 40_000),
    ]
    assert (only.lines[3].reason, only.lines[3].source) == ("未取证", f"{PDS22} 二(四)20(5)")
    assert (only.lines[0].name, only.lines[0].masked) == ("学员甲", "410499********0081")
    assert (only.lines[0].occupation_code, only.lines[0].level, only.lines[0].certificate_number) == (
        "6-18-01-01",
        4,
        "S1",
    )
    assert (only.eligible_heads, only.amount_fen) == (4, 380_000)


def test_of_two_certificates_of_one_person_the_better_is_paid_once() -> None:
    facts = listed((SKILL, 4), (SKILL, 5))
    person = facts.people[0].person
    both = (CertificateFacts(SKILL, 5, "S1"), CertificateFacts(SKILL, 4, "S2"))
    facts.form["assessment"]["results"][1]["certified_count"] = 2
    (only,) = eligibility(replace(facts, certified=dict(facts.certified) | {(1, person): both}), POLICY)
    assert (only.eligible_heads, only.amount_fen) == (2, 220_000)
    assert only.lines[0].certificate_number == "S2"


def test_who_was_paid_for_or_trained_too_lately_is_left_out_and_named_once_counted() -> None:
    trainees = people(10)
    facts = listed(
        *[(SKILL, 4)] * 5,
        paid={trainees[1].person: (paid(),)},
        past={trainees[3].person: (AUGUST,)},
    )
    (only,) = eligibility(facts, POLICY)
    left_out = [(line.row_no, line.reason, line.source) for line in only.lines if not line.eligible]
    assert left_out[:2] == [
        (2, "重复补贴", POLICY.rules["no-duplicate"].source),
        (4, "培训间隔不足", f"{PDS22} 二(四)20(3)"),
    ]
    assert [reason for _, reason, _ in left_out[2:]] == ["未取证"] * 5
    assert claiming(facts, 3, "3600.00") == []
    findings = claiming(facts, 4)
    assert told(findings) == [
        (
            "one-month-gap",
            "上次考核2026年8月8日，本班2026年9月7日开班",
            "满1个月，2026年9月8日起",
            "roster.4",
        ),
        ("no-duplicate", "车工4级已申领补贴", "同一人员、同一职业、同一等级只补贴一次", "roster.2"),
        ("headcount", "4人", "3人（取证人数扣除重复补贴1人、培训间隔不足1人）", "claim.lines.0.heads"),
    ]
    assert {finding.severity for finding in findings} == {"blocking"}


@pytest.mark.parametrize(
    ("issued_on", "paid_for"),
    [
        (date(2026, 9, 23), False),
        (date(2026, 9, 24), True),
        (date(2026, 9, 28), True),
        (date(2026, 9, 29), False),
        (None, True),
    ],
)
def test_a_certificate_of_before_the_assessment_or_of_tomorrow_is_not_paid_for(
    issued_on: date | None, paid_for: bool
) -> None:
    facts = listed(*[(SKILL, 4)] * 2, today=date(2026, 9, 28))
    facts.form["assessment"]["assess_on"] = "2026-09-24"
    mine = (1, facts.people[0].person)
    dated = dict(facts.certified) | {mine: (CertificateFacts(SKILL, 4, "S1", issued_on),)}
    facts = replace(facts, certified=dated)
    reason = "" if paid_for else "证书不是本次考核后已发的"
    assert lines_of(facts)[0] == (1, 1, paid_for, reason, 120_000 if paid_for else 0)
    assert [each.rule for each in claiming(facts, 2, "2400.00")] == ([] if paid_for else ["headcount"])
    # Where there is another one of this assessment, that one is paid for.
    good = (CertificateFacts(SKILL, 5, "S9", date(2026, 9, 24)),)
    facts = replace(facts, certified=dated | {mine: dated[mine] + good})
    facts.form["assessment"]["results"].append(result(level=5, examined_count=1, certified_count=1))
    assert lines_of(facts)[0] == (1, 1, True, "", 120_000 if paid_for else 100_000)


def test_the_level_that_was_obtained_is_what_was_paid_for() -> None:
    trainees = people(10)
    heads = {trainees[0].person: (paid(level=5, certificate_number=None),)}
    assert [line[2] for line in lines_of(listed((SKILL, 4), paid=heads))[:1]] == [True]
    assert [line[2] for line in lines_of(listed((SKILL, 5), paid=heads))[:1]] == [False]


def test_one_certificate_is_not_paid_for_under_another_occupation() -> None:
    trainees = people(10)
    other = paid(occupation_code="4-10-01-05", certificate_number="s 1")
    findings = claiming(listed((SKILL, 4), paid={trainees[0].person: (other,)}), 1)
    assert [(finding.rule, finding.measured) for finding in findings] == [
        ("no-duplicate", "该证书已申领补贴"),
        ("headcount", "1人"),
    ]


def test_where_a_rule_only_warns_the_head_stays_and_is_told_of() -> None:
    mild = changed_policy({name: {"severity": "warning"} for name in ("no-duplicate", "one-month-gap")})
    person = people(10)[0].person
    facts = listed((SKILL, 4), paid={person: (paid(),)}, past={person: (AUGUST,)})
    facts = replace(facts, payload=claim((1, 1, "1200.00")))
    assert eligibility(facts, mild)[0].eligible_heads == 1
    assert [(each.rule, each.severity) for each in check(Occasion.CLAIM_SUBMIT, facts, mild)] == [
        ("one-month-gap", "warning"),
        ("no-duplicate", "warning"),
    ]


def test_who_is_not_on_the_roster_is_not_paid_for() -> None:
    facts = listed((SKILL, 4), (SKILL, 4))
    stranger = {(1, 77): (CertificateFacts(SKILL, 4, "S77"),)}
    facts.form["assessment"]["results"][0]["certified_count"] = 3
    facts = replace(facts, certified=dict(facts.certified) | stranger)
    (only,) = eligibility(facts, POLICY)
    assert (only.lines[-1].reason, only.lines[-1].source) == ("不在名册", POLICY.rules["roster"].source)
    assert (only.lines[-1].row_no, only.lines[-1].name) == (None, "")
    (finding,) = claiming(facts, 3)
    assert finding.limit == "2人（取证人数扣除不在名册1人）"


def test_heads_above_the_average_attendance_are_left_out_the_least_paid_first() -> None:
    facts = listed(*[(SKILL, 5)] * 2, *[(SKILL, 4)] * 8)
    left_out = [line for line in lines_of(facts) if not line[2]]
    assert left_out == [(1, 1, False, "超过平均出勤人数8人", 0), (2, 1, False, "超过平均出勤人数8人", 0)]
    (finding,) = claiming(facts, 9)
    assert finding.limit == "8人（平均出勤人数）"


# Counted heads ---------------------------------------------------------------------------------------------


def counted(**facts: Any) -> Facts:
    return Facts(form=assessed(), roster={1: 50}, people=people(50), **facts)


def test_heads_that_nobody_has_named_are_counted_by_certificate() -> None:
    facts = counted()
    assert lines_of(facts) == [(None, 45, True, "", 5_400_000), (None, 5, False, "未取证", 0)]
    facts.form["training"]["inspections"][0]["present_count"] = 40
    assert lines_of(facts) == [
        (None, 43, True, "", 5_160_000),
        (None, 2, False, "超过平均出勤人数43人", 0),
        (None, 5, False, "未取证", 0),
    ]


def test_who_is_left_out_may_be_any_of_the_certified_and_is_taken_off_them() -> None:
    facts = counted(paid={people(50)[6].person: (paid(),)})
    assert lines_of(facts) == [
        (7, 1, False, "重复补贴", 0),
        (None, 44, True, "", 5_280_000),
        (None, 5, False, "未取证", 0),
    ]
    assert claiming(facts, 44, "52800.00") == []
    assert [(finding.rule, finding.limit) for finding in claiming(facts, 45, "54000.00")] == [
        ("no-duplicate", "同一人员、同一职业、同一等级只补贴一次"),
        ("headcount", "44人（取证人数扣除重复补贴1人）"),
    ]


def test_only_what_somebody_of_the_class_was_certified_in_can_be_a_duplicate() -> None:
    form = assessed({}, {})
    form["assessment"]["results"] += [
        result(level=5, certified_count=0),
        result(class_no=2, level=3, certified_count=5),
    ]
    first = people(50)[0].person

    def heads(level: int) -> int:
        known = {first: (paid(level=level),)}
        facts = Facts(form=form, roster={1: 50, 2: 50}, people=people(50), paid=known)
        return eligibility(facts, POLICY)[0].eligible_heads

    assert [heads(level) for level in (5, 4, 3)] == [45, 44, 45]


def test_of_more_left_out_than_certified_only_as_many_are_taken_off() -> None:
    facts = counted(paid={trainee.person: (paid(),) for trainee in people(50)[:4]})
    facts.form["assessment"]["results"][0]["certified_count"] = 2
    assert lines_of(facts) == [
        *((row, 1, False, "重复补贴", 0) for row in (1, 2, 3, 4)),
        (None, 46, False, "未取证", 0),
    ]
    (finding,) = (each for each in claiming(facts, 1) if each.rule == "headcount")
    assert finding.limit == "0人（取证人数扣除重复补贴2人）"


def test_before_the_results_nobody_is_eligible() -> None:
    form = assessed()
    del form["assessment"]
    facts = Facts(form=form, roster={1: 50}, people=people(50))
    (only,) = eligibility(facts, POLICY)
    assert (only.eligible_heads, only.amount_fen, {line.reason for line in only.lines}) == (0, 0, {"未取证"})


def test_certificates_are_known_by_their_person_where_nobody_has_looked_them_up() -> None:
    form = assessed()
    trainees = people(50)
    form["assessment"]["results"][0] |= {
        "certified_count": 2,
        "certificates": [
            {"person": trainees[place].person, "number": f"S{place}", "issued_on": "2026-09-24"}
            for place in (3, 4)
        ],
    }
    (only,) = eligibility(Facts(form=form, roster={1: 50}, people=trainees), POLICY)
    assert [line.row_no for line in only.lines if line.eligible] == [4, 5]


# An individual ---------------------------------------------------------------------------------------------


def individual(**facts: Any) -> Facts:
    form = read_new_application(example("application-individual")).sections()
    return Facts(form=form, payload=claim((1, 1, "1200.00")), **facts)


def test_an_individual_is_one_line_unless_paid_for_before() -> None:
    (person,) = people(1, category="other", post=None)
    facts = individual(people=(person,))
    assert lines_of(facts) == [(None, 1, True, "", 120_000)]
    assert check(Occasion.CLAIM_SUBMIT, facts, POLICY) == []
    facts = individual(people=(person,), paid={person.person: (paid(certificate_number=None),)})
    assert lines_of(facts) == [(None, 1, False, "重复补贴", 0)]
    assert [(each.rule, each.limit) for each in check(Occasion.CLAIM_SUBMIT, facts, POLICY)] == [
        ("no-duplicate", "同一人员、同一职业、同一等级只补贴一次"),
        ("headcount", "0人（重复补贴）"),
    ]


# The claim -------------------------------------------------------------------------------------------------


def settled(facts: Facts, heads: int, amount: str) -> list[EligibilityLine]:
    (only,) = settlement(replace(facts, payload=claim((1, heads, amount))), POLICY)
    assert only.amount_fen == fen_from_yuan(amount)
    return list(only.lines)


def test_what_is_not_claimed_is_left_out_and_what_is_not_asked_is_taken_off() -> None:
    facts = listed((SKILL, 5), (SKILL, 4), (SKILL, 4))
    whole = settled(facts, 3, "3400.00")
    assert [line.amount_fen for line in whole] == [100_000, 120_000, 120_000, *[0] * 7]
    assert {line.heads for line in whole} == {1}
    two = settled(facts, 2, "2399.99")
    assert [(line.eligible, line.reason) for line in two[:3]] == [
        (False, "申请人没有申领"),
        (True, ""),
        (True, ""),
    ]
    assert (two[-1].heads, two[-1].reason, two[-1].amount_fen) == (
        0,
        "申请金额低于补贴标准，按申请金额",
        -1,
    )


def holds(drawn: RandomClaim) -> bool:
    """Asserts what must hold of every claim; whether the rules accept this one."""
    facts, worth = drawn.facts, drawn.worth
    classes = {each.class_no: each for each in eligibility(facts, POLICY)}
    for number, prices in worth.items():
        lines = classes[number].lines
        assert classes[number].eligible_heads == len(prices) == max(0, classes[number].tightest.heads)
        assert classes[number].amount_fen == sum(line.amount_fen for line in lines) == sum(prices)
        for line in lines:
            assert line.heads >= 1
            assert line.amount_fen == (line.heads * line.rate_fen if line.eligible else 0)
            assert line.source
            assert line.eligible is not bool(line.reason)
        rows = [line.row_no for line in lines if line.row_no is not None]
        assert len(rows) == len(set(rows))
    expected = {
        "headcount": any(line["heads"] > len(worth[line["class_no"]]) for line in facts.claim_lines),
        "amount": any(
            line["heads"] <= len(prices) and fen_from_yuan(line["amount"]) > sum(prices[: line["heads"]])
            for line in facts.claim_lines
            for prices in [worth[line["class_no"]]]
        ),
    }
    told_of = {
        finding.rule
        for finding in check(Occasion.CLAIM_SUBMIT, facts, POLICY)
        if finding.where.startswith("claim.lines")
    }
    assert ("headcount" in told_of) is expected["headcount"]
    assert "amount" in told_of or not expected["amount"]
    accepted = not told_of
    if accepted:
        asked = sum(fen_from_yuan(line["amount"]) for line in facts.claim_lines)
        parts = settlement(facts, POLICY)
        assert sum(line.amount_fen for part in parts for line in part.lines) == asked
        assert [part.eligible_heads for part in parts] == [line["heads"] for line in facts.claim_lines]
    return accepted


@settings(max_examples=300, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_lines_of_a_claim_add_up_to_its_amount(random: Random) -> None:
    holds(random_claim(random))


def test_of_many_random_claims_a_good_part_is_accepted_and_adds_up() -> None:
    random = Random(20220317)
    accepted = sum(holds(random_claim(random)) for _ in range(2_000))
    assert 500 < accepted < 1_900


@pytest.mark.soak
def test_a_hundred_thousand_random_claims_add_up_to_the_fen() -> None:
    random = Random(5)
    assert sum(holds(random_claim(random)) for _ in range(100_000)) > 30_000
