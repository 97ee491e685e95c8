"""For whom of a list is paid, at every limit: the reason for whoever is left out, and sums to the fen."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calendars import add_months
from tests.workflow.rules.situations import institution, listing, occupation, sanction
from workflow.errors import Finding, Malformed, RuleBroken
from workflow.form.money import fen_from_yuan, yuan_from_fen
from workflow.policy import Policy, load_policy, parse_policy
from workflow.rules import Facts, Occasion, check, demand, eligibility, settlement
from workflow.rules.direct_claims import judged
from workflow.rules.direct_facts import BeneficiaryFacts, DirectClaim, Head
from workflow.rules.facts import ListedOccupation, YearList
from workflow.vocabulary import CertificateKind, SanctionKind, Subsidy

ZHONGMU = load_policy("zhongmu-2022")
TODAY = date(2026, 9, 28)
DRAFT = "中牟县工作方案（征求意见稿）"
EVALUATION, HIRING, PLACEMENT = Subsidy.EVALUATION, Subsidy.HIRING, Subsidy.PLACEMENT


def person(number: int = 1, **changes: Any) -> BeneficiaryFacts:
    """Somebody for whom every subsidy is paid on ``TODAY``."""
    return replace(
        BeneficiaryFacts(
            person=number,
            row_no=number,
            name=f"持证人{number}",
            masked="410499********0081",
            certificate_kind=CertificateKind.SKILL_LEVEL,
            level=4,
            occupation_code="6-18-01-01",
            occupation="车工",
            certificate_number=f"S{number:06d}",
            issued_on=date(2025, 6, 30),
            hired_on=date(2025, 9, 1),
            placed_on=date(2026, 2, 1),
            insured_from_on=date(2025, 9, 1),
            insured_until_on=date(2026, 8, 31),
            employer_uscc="91410400MAEX00001Y",
        ),
        **changes,
    )


def facts(
    subsidy: Subsidy,
    *people: BeneficiaryFacts,
    heads: int | None = None,
    amount: str | None = None,
    today: date = TODAY,
    **elsewhere: Any,
) -> Facts:
    """The facts of a claim; without ``heads`` nothing is claimed yet."""
    lines = [] if heads is None else [{"class_no": 1, "heads": heads, "amount": amount or "0.01"}]
    return Facts(
        form={"applicant": {"name": "甲"}, "claim": {"lines": lines}},
        today=today,
        direct=DirectClaim(subsidy=subsidy, region="410122", people=people, **elsewhere),
    )


def only(subsidy: Subsidy, *people: BeneficiaryFacts, **more: Any) -> tuple[int, str, str]:
    """What is paid for the first of them in fen, and by which rule and why it is left out."""
    first = judged(facts(subsidy, *people, **more), ZHONGMU)[0]
    return (first.price.fen if first.price else 0, first.rule, first.reason)


# --- what is paid, and for whom not ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "level", "yuan"),
    [
        ("special_ability", None, 100),
        *(
            (kind, level, yuan)
            for kind in ("skill_level", "national_qualification")
            for level, yuan in ((5, 200), (4, 240), (3, 280), (2, 350), (1, 380))
        ),
    ],
)
def test_a_certificate_is_paid_by_its_kind_and_level(kind: str, level: int | None, yuan: int) -> None:
    holder = person(certificate_kind=CertificateKind(kind), level=level)
    assert only(EVALUATION, holder) == (yuan * 100, "", "")


@pytest.mark.parametrize("kind", ["special_operation", "completion"])
def test_a_certificate_of_another_kind_is_not_paid_for(kind: str) -> None:
    fen, rule, reason = only(EVALUATION, person(certificate_kind=CertificateKind(kind), level=None))
    assert (fen, rule) == (0, "no-certificate-no-money")
    assert CertificateKind(kind).label in reason


def on_list(*occupations: ListedOccupation, **changes: Any) -> YearList:
    """A list with one body, entered at the beginning of 2025."""
    return listing(entries=(institution(*occupations, **{"listed_from_on": date(2025, 1, 1)} | changes),))


REGISTERED = occupation(listed_from_on=date(2025, 6, 30))
LISTS: list[tuple[YearList, dict[str, Any], str]] = [
    (on_list(REGISTERED), {}, ""),
    (on_list(REGISTERED), {"issued_on": date(2025, 6, 29)}, "自2025年6月30日起列入"),
    (on_list(REGISTERED, listed_until_on=date(2025, 6, 30)), {}, ""),
    (on_list(REGISTERED, listed_until_on=date(2025, 6, 29)), {}, "列入至2025年6月29日"),
    (on_list(replace(REGISTERED, occupation_code="06-18-01-01")), {}, ""),
    (on_list(replace(REGISTERED, levels=(5, 3))), {}, "4级不在评价机构的备案范围内"),
    (on_list(replace(REGISTERED, occupation_code="4-10-01-05")), {}, "职业（工种）6-18-01-01不在"),
    (
        on_list(replace(REGISTERED, levels=())),
        {"certificate_kind": CertificateKind.SPECIAL_ABILITY, "level": None},
        "",
    ),
    (listing(entries=()), {}, "评价机构不在年度目录清单内（未列入）"),
    *(
        (
            replace(on_list(REGISTERED), sanctions=(sanction(kind, date(2025, 6, 1), until_on),)),
            {},
            said,
        )
        for kind, until_on, said in (
            (SanctionKind.REMOVAL, None, "2025年6月1日起移出目录，没有期限"),
            (SanctionKind.BLACKLIST, date(2025, 6, 30), "列入黑名单，至2025年6月30日止"),
            (SanctionKind.BLACKLIST, date(2025, 6, 29), ""),
            (SanctionKind.STOP, date(2025, 7, 30), ""),
        )
    ),
]


def _strict() -> Policy:
    content = json.loads(ZHONGMU.content)
    content["rules"]["registered-body"]["severity"] = "blocking"
    return parse_policy(content)


STRICT = _strict()


@pytest.mark.parametrize(("year_list", "changes", "said"), LISTS)
def test_a_body_is_paid_for_what_it_was_registered_for_on_the_day_of_the_certificate(
    year_list: YearList, changes: dict[str, Any], said: str
) -> None:
    given = replace(facts(EVALUATION, person(**changes), person(2)), year_list=year_list)
    (first, _) = judged(given, STRICT)
    assert said in first.reason
    assert (first.rule, first.price is None) == (("registered-body", True) if said else ("", False))
    if said:
        assert first.source == STRICT.rules["registered-body"].source
        assert "新人社办〔2023〕35号 附件2 1、11" in first.source
    # Another subsidy is not asked for it.
    hiring = replace(facts(HIRING, person()), year_list=year_list)
    assert check(Occasion.DIRECT_CLAIM, hiring, ZHONGMU) == []


def test_who_was_certified_outside_the_registration_is_named_and_refused_only_once_counted() -> None:
    everybody = (person(1), person(2, level=1), person(3, level=2))

    def asked(heads: int, policy: Policy = STRICT) -> list[tuple[str, str, str]]:
        given = replace(facts(EVALUATION, *everybody, heads=heads), year_list=on_list(REGISTERED))
        found = check(Occasion.DIRECT_CLAIM, given, policy)
        return [(each.rule, each.severity, each.measured) for each in found]

    row = "第{}行发证日（2025年6月30日）{}级不在评价机构的备案范围内"
    named = f"2人（{row.format(2, 1)}；{row.format(3, 2)}）"
    assert asked(1) == [("registered-body", "warning", named)]
    assert asked(2) == [("registered-body", "blocking", named), ("headcount", "blocking", "2人")]
    # A city that lets the rule warn pays for them, and its reviewer answers.
    assert asked(3, ZHONGMU) == [("registered-body", "warning", named)]


def test_employment_is_paid_by_the_head_whatever_the_certificate() -> None:
    assert only(HIRING, person(level=1)) == (100_000, "", "")
    assert only(PLACEMENT, person(certificate_kind=CertificateKind.COMPLETION, level=None)) == (
        30_000,
        "",
        "",
    )


LONG_AGO = {"issued_on": date(2021, 1, 1), "insured_from_on": date(2021, 12, 1)}
# Subsidy, what is wrong, by which rule, and what the reason says; everything else is as it should be.
BROKEN: list[tuple[Subsidy, Mapping[str, Any], str, str]] = [
    (EVALUATION, {"issued_on": TODAY + timedelta(days=1)}, "no-certificate-no-money", "在今天"),
    (HIRING, {"issued_on": date(2025, 9, 2)}, "no-certificate-no-money", "尚未持证"),
    (PLACEMENT, {"issued_on": date(2026, 2, 2)}, "no-certificate-no-money", "尚未持证"),
    (HIRING, {"hired_on": date(2025, 9, 29)}, "headcount", "不满12个月，至2026年9月29日届满"),
    (HIRING, {"insured_from_on": date(2025, 9, 29)}, "headcount", "不满12个月，至2026年9月29日届满"),
    (HIRING, {"insured_until_on": date(2026, 8, 30)}, "headcount", "缴纳至2026年8月30日，不满12个月"),
    (
        HIRING,
        {"hired_on": date(2021, 12, 31), "issued_on": date(2021, 1, 1)},
        "headcount",
        "不是年度内新吸纳",
    ),
    (PLACEMENT, {"placed_on": date(2026, 3, 29)}, "headcount", "不满6个月，至2026年9月29日届满"),
    (PLACEMENT, {"insured_until_on": date(2026, 7, 30)}, "headcount", "缴纳至2026年7月30日，不满6个月"),
    (PLACEMENT, {"employer_uscc": "91110000100000009M"}, "headcount", "不在本省登记"),
]


@pytest.mark.parametrize(("subsidy", "wrong", "rule", "said"), BROKEN)
def test_whoever_breaks_one_rule_is_left_out_with_the_reason(
    subsidy: Subsidy, wrong: Mapping[str, Any], rule: str, said: str
) -> None:
    fen, broken, reason = only(subsidy, person(**wrong))
    assert (fen, broken) == (0, rule)
    assert said in reason
    assert judged(facts(subsidy, person(**wrong)), ZHONGMU)[0].source.startswith(DRAFT)


@pytest.mark.parametrize(
    ("subsidy", "still_good"),
    [
        (EVALUATION, {"issued_on": TODAY}),
        (HIRING, {"issued_on": date(2025, 9, 1)}),
        (HIRING, {"hired_on": date(2025, 9, 28), "insured_until_on": date(2026, 9, 27)}),
        (
            HIRING,
            {
                "hired_on": date(2022, 1, 1),
                "insured_from_on": date(2022, 1, 1),
                "issued_on": date(2021, 1, 1),
            },
        ),
        (PLACEMENT, {"placed_on": date(2026, 3, 28), "insured_until_on": date(2026, 9, 27)}),
        (PLACEMENT, {"employer_uscc": "91419001MA00000000"}),
    ],
)
def test_at_the_limit_the_head_is_paid_for(subsidy: Subsidy, still_good: Mapping[str, Any]) -> None:
    assert only(subsidy, person(**still_good))[1:] == ("", "")


@settings(max_examples=300)
@given(
    began_on=st.dates(date(2022, 1, 1), date(2030, 12, 31)),
    later=st.integers(0, 60),
    past=st.integers(-3, 3),
    short=st.integers(0, 2),
)
def test_a_year_of_work_and_insurance_is_over_on_its_day_and_not_before(
    began_on: date, later: int, past: int, short: int
) -> None:
    from_on = began_on + timedelta(days=later)
    full_on = add_months(from_on, 12)
    at_work = {
        "hired_on": began_on,
        "issued_on": began_on,
        "insured_from_on": from_on,
        "insured_until_on": full_on - timedelta(days=short),
    }
    fen, _, _ = only(HIRING, person(**at_work), today=full_on + timedelta(days=past))
    assert (fen > 0) is (past >= 0 and short <= 1)


# --- the same twice ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("subsidy", "head", "duplicate"),
    [
        (EVALUATION, (1, "6-18-01-01", 4), True),
        (EVALUATION, (1, "6-18-01-01", 3), False),
        (EVALUATION, (1, "6-18-02-04", 4), False),
        (EVALUATION, (2, "6-18-01-01", 4), False),
        (HIRING, (1, "", 0), True),
        (PLACEMENT, (1, "", 0), True),
    ],
)
def test_a_head_is_paid_once(subsidy: Subsidy, head: Head, duplicate: bool) -> None:
    fen, rule, reason = only(subsidy, person(), heads_elsewhere={head: "410122-2026-000009"})
    assert (rule == "no-duplicate") is duplicate is (fen == 0)
    assert ("410122-2026-000009" in reason) is duplicate


@pytest.mark.parametrize("subsidy", [EVALUATION, HIRING, PLACEMENT])
def test_a_certificate_is_paid_once_whoever_shows_it(subsidy: Subsidy) -> None:
    _, rule, reason = only(subsidy, person(), certificates_elsewhere={"S000001": "410122-2026-000009"})
    assert rule == "no-duplicate"
    assert reason == "这本证书已由申请410122-2026-000009申领"


# --- the claim ---------------------------------------------------------------------------------------------


def found_in(claimed: Facts) -> dict[str, Finding]:
    """The findings by rule."""
    return {finding.rule: finding for finding in check(Occasion.DIRECT_CLAIM, claimed, ZHONGMU)}


def test_what_the_list_is_worth_may_be_claimed_and_less() -> None:
    three = [person(1), person(2, level=3), person(3, level=1)]
    assert found_in(facts(EVALUATION, *three, heads=3, amount="900.00")) == {}
    assert found_in(facts(EVALUATION, *three, heads=2, amount="660.00")) == {}
    assert found_in(facts(EVALUATION, *three, heads=1, amount="0.01")) == {}


def test_a_fen_or_a_head_too_many_is_refused_with_the_clause_of_the_subsidy() -> None:
    three = [person(1), person(2, level=3), person(3, level=1)]
    (amount,) = found_in(facts(EVALUATION, *three, heads=2, amount="660.01")).values()
    assert (amount.rule, amount.measured, amount.where) == ("amount", "660.01元", "claim.lines.0.amount")
    assert amount.limit.startswith("660.00元")
    assert amount.source == f"{DRAFT} 三(二)4"
    (heads,) = found_in(facts(EVALUATION, *three, heads=4, amount="900.00")).values()
    assert (heads.rule, heads.measured, heads.where) == ("headcount", "4人", "claim.lines.0.heads")
    assert heads.limit == "3人（名单3人）"
    assert "征求意见稿" in heads.message


def test_who_is_left_out_is_told_as_a_warning_unless_the_claim_counts_the_head() -> None:
    people = [person(1), person(2), person(3, issued_on=TODAY + timedelta(days=1))]
    elsewhere = {"heads_elsewhere": {(2, "6-18-01-01", 4): "410122-2026-000009"}}
    modest = found_in(facts(EVALUATION, *people, heads=1, amount="240.00", **elsewhere))
    assert {rule: finding.severity for rule, finding in modest.items()} == {
        "no-duplicate": "warning",
        "no-certificate-no-money": "warning",
    }
    bold = found_in(facts(EVALUATION, *people, heads=3, amount="720.00", **elsewhere))
    assert {rule: finding.severity for rule, finding in bold.items()} == dict.fromkeys(
        ("no-duplicate", "no-certificate-no-money", "headcount", "amount"), "blocking"
    )
    assert "第2行" in bold["no-duplicate"].message
    assert "第3行" in bold["no-certificate-no-money"].message


def test_a_claim_has_one_line() -> None:
    two = facts(EVALUATION, person(), heads=1)
    for lines in (
        [{"class_no": 1, "heads": 1, "amount": "1.00"}] * 2,
        [{"class_no": 2, "heads": 1, "amount": "1.00"}],
    ):
        with pytest.raises(Malformed):
            check(Occasion.DIRECT_CLAIM, replace(two, form={"claim": {"lines": lines}}), ZHONGMU)


# --- the cap -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked_elsewhere", "paid"),
    [
        ("0.00", 3),
        ("1997000.00", 3),
        ("1997000.01", 2),
        ("1999000.00", 1),
        ("1999000.01", 0),
        ("2500000.00", 0),
    ],
)
def test_an_enterprise_gets_no_more_than_two_million_over_all_its_applications(
    asked_elsewhere: str, paid: int
) -> None:
    elsewhere = {"asked_elsewhere_fen": fen_from_yuan(asked_elsewhere)}
    people = [person(1), person(2), person(3)]
    assert [each.price is not None for each in judged(facts(HIRING, *people, **elsewhere), ZHONGMU)] == [
        place < paid for place in range(3)
    ]
    found = found_in(facts(HIRING, *people, heads=3, amount="3000.00", **elsewhere))
    assert set(found) == ({"headcount", "amount"} if paid < 3 else set())
    if paid < 3:
        assert "累计不超过2,000,000.00元" in found["amount"].limit
        assert found["amount"].source == f"{DRAFT} 三(三)7"


def test_an_agency_has_no_cap() -> None:
    assert only(PLACEMENT, person(), asked_elsewhere_fen=10**12)[0] == 30_000


# --- to the fen --------------------------------------------------------------------------------------------


@st.composite
def lists(draw: st.DrawFn) -> Facts:
    """Any list, and any claim for it."""
    subsidy = draw(st.sampled_from([EVALUATION, HIRING, PLACEMENT]))
    count = draw(st.integers(0, 12))
    days = st.dates(date(2025, 3, 1), date(2026, 10, 31))
    people = [
        person(
            number,
            certificate_kind=(kind := draw(st.sampled_from(CertificateKind))),
            level=draw(st.integers(1, 5)) if kind in ("skill_level", "national_qualification") else None,
            issued_on=draw(st.one_of(st.just(date(2025, 1, 1)), days)),
            hired_on=draw(st.one_of(st.just(date(2025, 9, 1)), days)),
            insured_until_on=draw(st.one_of(st.just(date(2026, 9, 1)), days)),
            employer_uscc=draw(st.sampled_from(["91410400MAEX00001Y", "91110000100000009M"])),
        )
        for number in range(1, count + 1)
    ]
    taken = draw(st.sets(st.integers(1, 12), max_size=4))
    return facts(
        subsidy,
        *people,
        heads=draw(st.integers(1, 14)),
        amount=yuan_from_fen(draw(st.integers(1, 500_000))),
        heads_elsewhere={(number, "", 0): "N" for number in taken}
        | {(number, "6-18-01-01", 4): "N" for number in taken},
        asked_elsewhere_fen=draw(st.sampled_from([0, 199_700_000, 199_900_050])),
    )


@settings(max_examples=400)
@given(claimed=lists())
def test_the_lines_of_a_list_add_up_to_its_amount_and_those_of_a_claim_to_the_claim(claimed: Facts) -> None:
    (whole,) = eligibility(claimed, ZHONGMU)
    everybody = judged(claimed, ZHONGMU)
    assert whole.amount_fen == sum(each.price.fen for each in everybody if each.price)
    assert whole.eligible_heads == sum(each.price is not None for each in everybody)
    assert all(bool(each.reason) is (each.price is None) for each in everybody)
    assert all(each.source for each in everybody)
    line = claimed.claim_lines[0]
    best = sorted((each.price.fen for each in everybody if each.price), reverse=True)
    asked, worth = fen_from_yuan(line["amount"]), sum(best[: line["heads"]])
    try:
        demand(Occasion.DIRECT_CLAIM, claimed, ZHONGMU)
    except RuleBroken:
        assert line["heads"] > len(best) or asked > worth
        return
    assert line["heads"] <= len(best)
    assert asked <= worth
    (settled,) = settlement(claimed, ZHONGMU)
    assert sum(each.amount_fen for each in settled.lines) == asked
    assert sum(each.heads for each in settled.lines if each.eligible) == line["heads"]
