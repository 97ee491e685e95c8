"""The rules: each at its limit and just beyond it, with measure, limit and clause."""

from __future__ import annotations

import tomllib
from datetime import date, datetime, timedelta
from importlib import resources
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workflow.form.filled import example
from tests.workflow.rules.situations import (
    PDS22,
    POLICY,
    assessed,
    changed_policy,
    claim,
    form_of,
    result,
    told,
)
from workflow.errors import Finding, Malformed, RuleBroken
from workflow.form import read_new_application
from workflow.form.money import yuan_from_fen
from workflow.policy import Policy, parse_policy
from workflow.rules import Facts, Occasion, average_attendance, check, demand

MONDAY = date(2026, 9, 21)


def opening(*changes: dict[str, Any], roster: dict[int, int] | None = None) -> list[Finding]:
    form = form_of(*changes)
    planned = {entry["class_no"]: entry["planned_count"] for entry in form["opening"]["classes"]}
    facts = Facts(form=form, roster=planned if roster is None else roster)
    return check(Occasion.OPENING_SUBMIT, facts, POLICY)


def test_the_example_opens_without_a_finding() -> None:
    assert opening() == []


@pytest.mark.parametrize(
    ("changes", "good"),
    [
        ({"planned_count": 80, "teacher_count": 4, "workstation_count": 4}, True),
        ({"planned_count": 60, "teacher_count": 3, "workstation_count": 3}, True),
        ({"minutes_per_hour": 40}, True),
        ({"practical_hours": 48}, True),
        ({"online_theory_hours": 32, "practical_hours": 48}, True),
        ({"certificate_kind": "completion", "total_hours": 40, "practical_hours": 24}, True),
        ({"total_hours": 39, "practical_hours": 30, "online_theory_hours": 0}, True),
    ],
)
def test_at_the_limit_nothing_is_found(changes: dict[str, Any], good: bool) -> None:
    assert (opening(changes) == []) is good


@pytest.mark.parametrize(
    ("changes", "rule", "measured", "limit", "where"),
    [
        (
            {"planned_count": 81, "teacher_count": 5, "workstation_count": 5},
            "class-size",
            "81人",
            "不超过80人",
            "planned_count",
        ),
        ({"planned_count": 61}, "teacher-ratio", "1:20.4", "不超过1:20", "teacher_count"),
        ({"workstation_count": 2}, "workstation-ratio", "1:25", "不超过1:20", "workstation_count"),
        ({"minutes_per_hour": 39}, "lesson-length", "39分钟", "不少于40分钟", "minutes_per_hour"),
        ({"practical_hours": 47}, "practical-share", "58.7%", "不少于60%", "practical_hours"),
        (
            {"online_theory_hours": 33, "practical_hours": 48, "total_hours": 80},
            "online-theory-share",
            "41.3%",
            "不超过40%",
            "online_theory_hours",
        ),
        (
            {
                "certificate_kind": "completion",
                "total_hours": 39,
                "practical_hours": 30,
                "online_theory_hours": 0,
            },
            "certificate-only-hours",
            "39课时",
            "不少于40课时",
            "total_hours",
        ),
    ],
)
def test_beyond_the_limit_the_rule_is_found_with_measure_limit_and_place(
    changes: dict[str, Any], rule: str, measured: str, limit: str, where: str
) -> None:
    (finding,) = opening(changes)
    assert told([finding]) == [(rule, measured, limit, f"opening.classes.0.{where}")]
    assert finding.severity == "blocking"
    assert finding.source == POLICY.rules[rule].source
    assert finding.source.startswith(PDS22)
    for part in (measured, limit, finding.source, "班次1"):
        assert part in finding.message


def test_a_measure_never_looks_equal_to_the_limit_it_breaks() -> None:
    (finding,) = opening({"total_hours": 10_000, "practical_hours": 5_999, "online_theory_hours": 0})
    assert finding.measured == "59.9%"
    (finding,) = opening({"total_hours": 10_000, "practical_hours": 6_000, "online_theory_hours": 4_001})
    assert finding.measured == "40.1%"


def test_the_larger_of_plan_and_roster_counts() -> None:
    findings = opening({"teacher_count": 5, "workstation_count": 5}, roster={1: 81})
    assert [(finding.rule, finding.severity) for finding in findings] == [
        ("roster", "warning"),
        ("class-size", "blocking"),
    ]


def test_every_class_needs_its_roster() -> None:
    findings = opening({}, {}, roster={1: 50})
    assert told(findings) == [("roster", "0人", "至少1人", "opening.classes.1")]
    assert findings[0].severity == "blocking"


def test_a_roster_of_another_size_is_a_warning() -> None:
    (finding,) = opening(roster={1: 49})
    assert (finding.rule, finding.severity) == ("roster", "warning")
    assert (finding.measured, finding.limit) == ("名册49人", "拟培训50人")


def test_an_occupation_with_stated_hours_is_measured_by_them() -> None:
    data = resources.files("workflow.policy") / "data" / "pingdingshan-2022.toml"
    raw = tomllib.loads(data.read_text(encoding="utf-8"))
    raw["stated_hours"] = {"6-18-01-01": {"value": 24, "local": True, "note": "试"}}
    hours = {"certificate_kind": "completion", "practical_hours": 20, "online_theory_hours": 0}
    for total, count in ((24, 0), (23, 1)):
        facts = Facts(form=form_of(hours | {"total_hours": total}), roster={1: 50})
        assert len(check(Occasion.OPENING_SUBMIT, facts, parse_policy(raw))) == count


def test_a_warning_of_the_policy_does_not_block() -> None:
    data = resources.files("workflow.policy") / "data" / "pingdingshan-2022.toml"
    raw = tomllib.loads(data.read_text(encoding="utf-8"))
    raw["rules"]["lesson-length"]["severity"] = "warning"
    raw["rules"]["practical-share"]["value"] = False
    facts = Facts(form=form_of({"minutes_per_hour": 30, "practical_hours": 0}), roster={1: 50})
    (finding,) = demand(Occasion.OPENING_SUBMIT, facts, parse_policy(raw))
    assert (finding.rule, finding.severity) == ("lesson-length", "warning")


def test_a_blocking_finding_refuses_and_all_findings_are_told() -> None:
    facts = Facts(form=form_of({"minutes_per_hour": 30}), roster={1: 49})
    with pytest.raises(RuleBroken) as refused:
        demand(Occasion.OPENING_SUBMIT, facts, POLICY)
    assert [finding.rule for finding in refused.value.findings] == ["roster", "lesson-length"]


def test_an_unfinished_draft_can_be_measured() -> None:
    form = {"applicant": {"name": "甲"}, "opening": {"classes": [{"class_no": 1}]}}
    assert [finding.rule for finding in check(Occasion.OPENING_SUBMIT, Facts(form=form), POLICY)] == [
        "roster"
    ]
    assert check(Occasion.OPENING_SUBMIT, Facts(form={}), POLICY) == []


# Training --------------------------------------------------------------------------------------------------


def inspect(present: int, number: int = 1, *, hours: int = 0) -> list[Finding]:
    now = datetime.fromisoformat("2026-09-10T11:00:00+08:00")
    payload = {
        "class_no": number,
        "present_count": present,
        "inspected_at": (now + timedelta(hours=hours)).isoformat(),
    }
    facts = Facts(form=form_of({"workstation_count": 2}), payload=payload, roster={1: 50}, now=now)
    return check(Occasion.INSPECTION, facts, POLICY)


def test_what_is_seen_on_site_only_warns() -> None:
    assert inspect(40) == []
    findings = inspect(81)
    assert [finding.rule for finding in findings] == [
        "class-size",
        "teacher-ratio",
        "workstation-ratio",
        "roster",
    ]
    assert {finding.severity for finding in findings} == {"warning"}


def test_an_inspection_is_of_a_class_that_exists_and_of_the_past() -> None:
    with pytest.raises(Malformed, match="“班次”2不在开班申请中（已有班次：1）"):
        inspect(40, number=2)
    assert inspect(40, hours=-1) == []
    with pytest.raises(Malformed, match="不能晚于现在"):
        inspect(40, hours=1)


@pytest.mark.parametrize(
    ("ended_on", "fault"),
    [("2026-09-18", None), ("2026-09-19", "不能晚于今天"), ("2026-09-07", None), ("2026-09-06", "不能早于")],
)
def test_the_training_ends_between_its_opening_and_today(ended_on: str, fault: str | None) -> None:
    form = form_of()
    # 23:00 on the sixth in London is the morning of the seventh in Shanghai.
    form["training"] = {"opening_inspections": [{"class_no": 1, "inspected_at": "2026-09-06T23:00:00+00:00"}]}
    facts = Facts(form=form, payload={"ended_on": ended_on}, today=date(2026, 9, 18))
    if fault is None:
        assert check(Occasion.TRAINING_END, facts, POLICY) == []
    else:
        with pytest.raises(Malformed, match=fault):
            check(Occasion.TRAINING_END, facts, POLICY)


def test_the_average_is_rounded_down_per_class_and_then_summed() -> None:
    checks = [(1, 48), (1, 47), (2, 10), (2, 11), (2, 11)]
    form = {
        "training": {
            "opening_inspections": [{"class_no": 1, "present_count": 50}],
            "inspections": [{"class_no": number, "present_count": count} for number, count in checks],
        }
    }
    assert average_attendance(form, POLICY) == 47 + 10
    assert average_attendance(form, changed_policy(opening_day_counts_in_average=True)) == 48 + 10


def test_before_the_first_check_there_is_no_average() -> None:
    assert average_attendance({}, POLICY) is None
    opened = {"training": {"opening_inspections": [{"class_no": 1, "present_count": 50}]}}
    assert average_attendance(opened, POLICY) is None
    assert average_attendance(opened, changed_policy(opening_day_counts_in_average=True)) == 50


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(0, 100)), min_size=1))
def test_the_average_lies_between_the_least_and_the_most_present(checks: list[tuple[int, int]]) -> None:
    form = {
        "training": {
            "inspections": [{"class_no": number, "present_count": count} for number, count in checks]
        }
    }
    per_class = [
        [count for number, count in checks if number == each] for each in {each for each, _ in checks}
    ]
    average = average_attendance(form, POLICY)
    assert average is not None
    assert sum(map(min, per_class)) <= average <= sum(map(max, per_class))


# Assessment ------------------------------------------------------------------------------------------------


def propose(day: date, today: date = MONDAY) -> list[Finding]:
    facts = Facts(form=form_of(), payload={"assess_on": day.isoformat()}, today=today)
    return check(Occasion.ASSESSMENT_PROPOSAL, facts, POLICY)


@pytest.mark.parametrize(
    ("assess_on", "measured"),
    [
        (date(2026, 9, 24), None),
        (date(2026, 9, 23), "提前2日"),
        (date(2026, 9, 21), "提前0日"),
        (date(2026, 9, 20), "已过1日"),
    ],
)
def test_an_assessment_is_proposed_three_natural_days_ahead(assess_on: date, measured: str | None) -> None:
    findings = propose(assess_on)
    if measured is None:
        assert findings == []
    else:
        assert told(findings) == [("assessment-notice", measured, "至少提前3日", "payload.assess_on")]
        assert findings[0].source == f"{PDS22} 附件2 结业考核"


@given(st.dates(date(2020, 1, 1), date(2090, 1, 1)), st.integers(-400, 400))
def test_three_days_ahead_is_counted_in_natural_days(today: date, days: int) -> None:
    assert (propose(today + timedelta(days=days), today) == []) is (days >= 3)


def record(
    *results: dict[str, Any], policy: Policy = POLICY, roster: int = 50, **facts: Any
) -> list[Finding]:
    given_facts = Facts(form=form_of(), payload={"results": list(results)}, roster={1: roster}, **facts)
    return check(Occasion.RESULTS, given_facts, policy)


def test_nobody_is_examined_who_is_not_on_the_roster() -> None:
    assert record(result(examined_count=50)) == []
    findings = record(result(examined_count=51))
    assert told(findings) == [("roster", "51人", "不超过名册50人", "payload.results.0.examined_count")]
    two_levels = record(result(examined_count=30), result(examined_count=21, level=5, certified_count=0))
    assert [finding.rule for finding in two_levels if finding.severity == "blocking"] == ["roster"]


def test_one_person_may_be_examined_in_two_kinds() -> None:
    findings = record(result(examined_count=50), result(kind="completion", level=None, examined_count=50))
    assert [finding.rule for finding in findings] == ["best-certificate"]


def test_another_certificate_than_the_opening_named_is_a_warning() -> None:
    (finding,) = record(result(kind="completion", level=None))
    assert (finding.rule, finding.severity) == ("best-certificate", "warning")
    assert (finding.measured, finding.limit) == ("结业考核", "职业技能等级评定4级")


def test_a_level_that_was_typed_for_a_certificate_without_levels_is_no_other_certificate() -> None:
    planned = form_of({"certificate_kind": "special_operation", "level": 4})
    for level in (None, 4):
        payload = {"results": [result(kind="special_operation", level=level)]}
        assert check(Occasion.RESULTS, Facts(form=planned, payload=payload, roster={1: 50}), POLICY) == []


def test_certificates_of_another_time_than_the_assessment_are_told_once_for_each_result() -> None:
    days = ("2026-09-24", "2026-09-28", "2026-09-23", "2026-09-29")
    numbers = ["410499197909020081", "41049919810226029X", "410499198808081234", "410499199001010011"]
    listed = [
        {"id_number": number, "number": f"S{place}", "issued_on": day}
        for place, (number, day) in enumerate(zip(numbers, days, strict=True))
    ]
    form = form_of() | {"assessment": {"assess_on": "2026-09-24"}}

    def told_of(count: int) -> list[Finding]:
        entry = result(examined_count=count, certified_count=count, certificates=listed[:count])
        facts = Facts(
            form=form,
            payload={"results": [entry]},
            roster={1: 50},
            roster_ids={1: frozenset(numbers)},
            today=date(2026, 9, 28),
        )
        return check(Occasion.RESULTS, facts, POLICY)

    assert told_of(2) == []
    (finding,) = told_of(4)
    assert (finding.rule, finding.severity) == ("no-certificate-no-money", "warning")
    assert finding.measured == "2本，如发证日期2026年9月23日"
    assert finding.limit == "考核之日（2026年9月24日）至登记之日（2026年9月28日）"
    assert finding.where == "payload.results.0.certificates.2.issued_on"


def test_results_are_of_classes_that_exist_and_of_all_of_them() -> None:
    with pytest.raises(Malformed) as refused:
        record(result(class_no=2))
    assert [error.field for error in refused.value.errors] == [
        "payload.results.0.class_no",
        "payload.results",
    ]


def test_listed_certificates_belong_to_the_roster() -> None:
    listed = [
        {"id_number": "410499197909020081", "number": "S1", "issued_on": "2026-09-24"},
        {"id_number": "41049919810226029x", "number": "S2", "issued_on": "2026-09-24"},
    ]
    entry = result(examined_count=2, certified_count=2, certificates=listed)
    both = {1: frozenset({"410499197909020081", "41049919810226029X"})}
    assert record(entry, roster_ids=both) == []
    (finding,) = record(entry, roster_ids={1: frozenset({"41049919810226029X"})})
    assert (finding.rule, finding.measured) == ("roster", "410499********0081")
    assert finding.where == "payload.results.0.certificates.0.id_number"
    assert "410499197909020081" not in finding.message


def test_a_policy_may_ask_for_every_certificate() -> None:
    assert record(result()) == []
    (finding,) = record(result(), policy=changed_policy(certificates_required=True))
    assert (finding.rule, finding.measured, finding.limit) == ("no-certificate-no-money", "0本", "45本")


# Claim -----------------------------------------------------------------------------------------------------


def claimed(form: dict[str, Any], *lines: tuple[int, int, str], roster: int = 50) -> list[Finding]:
    counts = {entry["class_no"]: roster for entry in form["opening"]["classes"]}
    findings = check(Occasion.CLAIM_SUBMIT, Facts(form=form, payload=claim(*lines), roster=counts), POLICY)
    return [finding for finding in findings if finding.severity == "blocking"]


def test_the_example_claims_forty_five_heads_but_not_forty_six() -> None:
    assert claimed(assessed(), (1, 45, "54000.00")) == []
    (finding,) = claimed(assessed(), (1, 46, "55200.00"))
    assert told([finding]) == [("headcount", "46人", "45人（取证人数）", "claim.lines.0.heads")]
    assert finding.source == f"{PDS22} 二(四)21、附件2"


def test_heads_are_bound_by_the_average_attendance() -> None:
    form = assessed()
    form["training"]["inspections"][0]["present_count"] = 40
    (finding,) = claimed(form, (1, 44, "1.00"))
    assert finding.limit == "43人（平均出勤人数）"


def test_heads_are_bound_by_the_roster() -> None:
    (finding,) = claimed(assessed({"planned_count": 40}), (1, 41, "1.00"), roster=40)
    assert finding.limit == "40人（名册人数）"


def test_without_check_or_certificate_nothing_can_be_claimed() -> None:
    assert claimed(form_of(), (1, 1, "1.00"))[0].limit == "0人（取证人数）"
    form = assessed()
    form["training"]["inspections"] = []
    assert claimed(form, (1, 1, "1.00"))[0].limit == "0人（平均出勤人数）"


def test_two_certificates_of_one_person_are_one_head() -> None:
    form = assessed()
    one = {"id_number": "410499197909020081", "number": "S1", "issued_on": "2026-09-24"}
    form["assessment"]["results"] = [
        result(certified_count=1, certificates=[one]),
        result(kind="completion", level=None, certified_count=1, certificates=[one | {"number": "S2"}]),
    ]
    assert claimed(form, (1, 2, "1.00"))[0].limit == "1人（取证人数）"
    sealed = [
        one | {"id_number": "sealed-a", "id_index": "i"},
        one | {"id_number": "sealed-b", "id_index": "i"},
    ]
    form["assessment"]["results"] = [
        result(certified_count=1, certificates=sealed[:1]),
        result(kind="completion", level=None, certified_count=1, certificates=sealed[1:]),
    ]
    assert claimed(form, (1, 2, "1.00"))[0].limit == "1人（取证人数）"


def test_each_class_is_bound_by_its_own() -> None:
    form = assessed({}, {})
    form["assessment"]["results"][1]["certified_count"] = 20
    assert claimed(form, (1, 45, "1.00"), (2, 20, "1.00")) == []
    (finding,) = claimed(form, (1, 30, "1.00"), (2, 21, "1.00"))
    assert finding.where == "claim.lines.1.heads"
    assert "班次2" in finding.message


def test_an_amount_is_at_most_heads_times_rate() -> None:
    assert claimed(assessed(), (1, 45, "53999.99")) == []
    (finding,) = claimed(assessed(), (1, 45, "54000.01"))
    assert told([finding]) == [
        (
            "amount",
            "54,000.01元",
            "54,000.00元（45人×1,200.00元，中级工（四级））",
            "claim.lines.0.amount",
        )
    ]
    assert finding.source == "本地"


@given(heads=st.integers(1, 45), fen=st.integers(1, 6_000_000))
def test_the_amount_is_refused_exactly_above_the_rate(heads: int, fen: int) -> None:
    findings = claimed(assessed(), (1, heads, yuan_from_fen(fen)))
    assert bool(findings) is (fen > heads * 120_000)


def test_a_certificate_without_a_rate_earns_nothing() -> None:
    (finding,) = claimed(assessed({"level": None}), (1, 1, "0.01"))
    assert finding.limit == "0.00元（没有补贴标准）"


@pytest.mark.parametrize(
    ("obtained", "most", "limit"),
    [
        ([("completion", None, 45)], "18000.00", "18,000.00元（45人×400.00元，培训合格证书）"),
        ([("skill_level", 5, 45)], "45000.00", "45,000.00元（45人×1,000.00元，初级工（五级））"),
        (
            [("special_ability", None, 15), ("skill_level", 4, 30)],
            "43500.00",
            "43,500.00元（30人×1,200.00元，中级工（四级）＋15人×500.00元，专项职业能力证书）",
        ),
        # A better certificate than the class was opened for is not paid better.
        ([("skill_level", 3, 45)], "54000.00", "54,000.00元（45人×1,200.00元，中级工（四级））"),
    ],
)
def test_heads_are_paid_by_the_certificates_they_obtained(
    obtained: list[tuple[str, int | None, int]], most: str, limit: str
) -> None:
    form = assessed()
    form["assessment"]["results"] = [
        result(kind=kind, level=level, examined_count=count, certified_count=count)
        for kind, level, count in obtained
    ]
    assert claimed(form, (1, 45, most)) == []
    above = yuan_from_fen(round(float(most) * 100) + 1)
    (finding,) = claimed(form, (1, 45, above))
    assert (finding.rule, finding.limit) == ("amount", limit)


def test_a_line_is_of_a_class_that_exists_and_no_class_stands_twice() -> None:
    with pytest.raises(Malformed, match="“班次”7不在开班申请中"):
        claimed(assessed(), (7, 1, "1.00"))
    with pytest.raises(Malformed, match="“班次”1重复"):
        claimed(assessed(), (1, 1, "1.00"), (1, 1, "1.00"))


def test_the_stored_claim_is_measured_when_none_is_sent() -> None:
    form = assessed() | claim((1, 46, "1.00"))
    findings = check(Occasion.CLAIM_SUBMIT, Facts(form=form, roster={1: 50}), POLICY)
    assert [finding.rule for finding in findings] == ["headcount"]


def test_the_opening_is_measured_again_with_the_claim() -> None:
    (finding,) = claimed(assessed({"minutes_per_hour": 30}), (1, 45, "1.00"))
    assert finding.rule == "lesson-length"


def individual(heads: int, amount: str, **certificate: Any) -> list[Finding]:
    form = read_new_application(example("application-individual")).sections()
    form["certificate"].update(certificate)
    facts = Facts(form=form, payload=claim((1, heads, amount)))
    return check(Occasion.CLAIM_SUBMIT, facts, POLICY)


def test_an_individual_claims_for_one_head_at_the_rate_of_the_certificate() -> None:
    assert individual(1, "1200.00") == []
    assert told(individual(2, "1.00")) == [("headcount", "2人", "1人（个人申请）", "claim.lines.0.heads")]
    assert [finding.rule for finding in individual(1, "1200.01")] == ["amount"]
    assert [finding.rule for finding in individual(1, "400.01", kind="completion", level=None)] == ["amount"]


def test_an_individual_has_one_line() -> None:
    form = read_new_application(example("application-individual")).sections()
    facts = Facts(form=form, payload=claim((1, 1, "1.00"), (2, 1, "1.00")))
    with pytest.raises(Malformed, match="只能有一行"):
        check(Occasion.CLAIM_SUBMIT, facts, POLICY)


# Money -----------------------------------------------------------------------------------------------------


def paying(amount: str, *payments: dict[str, Any], day: str = "2026-11-03") -> list[Finding]:
    form = assessed() | claim((1, 45, "54000.00")) | {"disbursement": {"payments": list(payments)}}
    facts = Facts(form=form, payload={"amount": amount, "paid_on": day}, today=date(2026, 11, 3))
    return check(Occasion.PAYMENT, facts, POLICY)


def test_a_fen_more_than_approved_is_not_paid() -> None:
    assert paying("54000.00") == []
    (finding,) = paying("54000.01")
    assert told([finding]) == [
        ("payment-amount", "累计54,000.01元", "不超过核定金额54,000.00元", "payload.amount")
    ]
    assert finding.source == f"{PDS22} 附件2 资金拨付"


def test_earlier_payments_count_unless_they_failed() -> None:
    assert paying("14000.00", {"amount": "40000.00"}) == []
    assert len(paying("14000.01", {"amount": "40000.00"})) == 1
    assert paying("54000.00", {"amount": "40000.00", "failed": True}) == []


def test_a_payment_lies_in_the_past() -> None:
    with pytest.raises(Malformed, match="“拨付时间”不能晚于今天"):
        paying("1.00", day="2026-11-04")


@given(st.lists(st.integers(1, 3_000_000), min_size=1, max_size=6))
def test_no_sequence_of_payments_exceeds_what_was_approved(amounts: list[int]) -> None:
    paid: list[dict[str, Any]] = []
    for fen in amounts:
        if not paying(yuan_from_fen(fen), *paid):
            paid.append({"amount": yuan_from_fen(fen)})
    assert sum(round(float(payment["amount"]) * 100) for payment in paid) <= 5_400_000


def test_not_more_is_recovered_than_was_paid_and_not_more_comes_back() -> None:
    disbursement = {
        "payments": [{"amount": "54000.00"}],
        "recovery": {"amount": "1000.00"},
        "recoveries": [{"amount": "400.00"}],
    }

    def findings(occasion: Occasion, amount: str) -> int:
        facts = Facts(
            form={"disbursement": disbursement},
            payload={"amount": amount, "received_on": "2026-12-01"},
            today=date(2026, 12, 1),
        )
        return len(check(occasion, facts, POLICY))

    assert findings(Occasion.RECOVERY, "54000.00") == 0
    assert findings(Occasion.RECOVERY, "54000.01") == 1
    assert findings(Occasion.RECOVERY_RECEIPT, "600.00") == 0
    assert findings(Occasion.RECOVERY_RECEIPT, "600.01") == 1


def test_every_finding_can_be_sent_over_the_api() -> None:
    (finding,) = claimed(assessed(), (1, 46, "55200.00"))
    assert set(finding.as_dict()) == {"rule", "severity", "measured", "limit", "source", "message", "where"}
    assert all(finding.as_dict().values())
