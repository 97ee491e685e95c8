"""No rule without code, each can be switched off; the whole example stays clean; drafts never break."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workflow.form.filled import example
from tests.workflow.rules.situations import (
    POLICY,
    assessed,
    changed_policy,
    claim,
    form_of,
    institution,
    listing,
    occupation,
    paid,
    past,
    people,
    platform,
    result,
    sanction,
)
from workflow.form import read_new_application, read_payload
from workflow.form.masking import mask_identity
from workflow.form.roster import read_roster_rows
from workflow.policy import Policy, available_policies, load_policy
from workflow.policy.tables import RULES as RULES_OF_A_POLICY
from workflow.rules import (
    RULES,
    Facts,
    Occasion,
    average_attendance,
    check,
    check_draft,
    eligibility,
    settlement,
)
from workflow.rules.direct_facts import BeneficiaryFacts, DirectClaim
from workflow.rules.facts import CertificateCounts, CertificateFacts, TraineeFacts
from workflow.vocabulary import (
    ApplicationKind,
    CertificateKind,
    Event,
    OnlineFault,
    SanctionKind,
    Subsidy,
    TraineeCategory,
)

TODAY = date(2026, 9, 10)
NOW = datetime.fromisoformat("2026-09-10T11:00:00+08:00")


# Every rule ------------------------------------------------------------------------------------------------


def opened(*changes: dict[str, Any], **facts: Any) -> tuple[Occasion, Facts]:
    given_facts = {"form": form_of(*changes), "roster": {1: 50}, "today": TODAY} | facts
    return Occasion.OPENING_SUBMIT, Facts(**given_facts)


def inspected(**payload: Any) -> tuple[Occasion, Facts]:
    seen = {"class_no": 1, "present_count": 40, "inspected_at": NOW.isoformat()} | payload
    return Occasion.INSPECTION, Facts(form=form_of(), payload=seen, roster={1: 50}, now=NOW)


def recorded(form: dict[str, Any], *results: dict[str, Any], **facts: Any) -> tuple[Occasion, Facts]:
    return Occasion.RESULTS, Facts(form=form, payload={"results": list(results)}, roster={1: 50}, **facts)


def claimed(*lines: tuple[int, int, str]) -> tuple[Occasion, Facts]:
    return Occasion.CLAIM_SUBMIT, Facts(form=assessed(), payload=claim(*lines), roster={1: 50})


def evaluated(**facts: Any) -> tuple[Occasion, Facts]:
    holder = BeneficiaryFacts(
        *(
            1,
            1,
            "持证人",
            "410499********0081",
            CertificateKind.SKILL_LEVEL,
            4,
            "6-18-01-01",
            "车工",
            "S1",
            TODAY,
        )
    )
    direct = DirectClaim(Subsidy.EVALUATION, "410400", (holder,))
    return Occasion.DIRECT_CLAIM, Facts(form={"claim": {}}, today=TODAY, direct=direct, **facts)


ONE = people(1)[0]
LESSON = {"class_no": 1, "inspection_no": 1, "count": 1, "made_up_on": "2026-09-20"}
STOP = sanction(SanctionKind.STOP, date(2026, 9, 1), date(2026, 10, 1), "满意度82%")
BROKEN: dict[str, tuple[Occasion, Facts]] = {
    "class-size": opened({"planned_count": 81, "teacher_count": 5, "workstation_count": 5}),
    "teacher-ratio": opened({"teacher_count": 2}),
    "workstation-ratio": opened({"workstation_count": 2}),
    "lesson-length": opened({"minutes_per_hour": 39}),
    "practical-share": opened({"practical_hours": 1}),
    "online-theory-share": opened({"online_theory_hours": 80}),
    "certificate-only-hours": opened({"certificate_kind": "completion", "total_hours": 39}),
    "apprentice-quota": opened(
        people=people(50, category=TraineeCategory.APPRENTICE), apprentices={"6-18-01-01": 11}
    ),
    "one-month-gap": opened(
        people=(ONE,), past={ONE.person: (past(date(2026, 8, 3), date(2026, 8, 6), None),)}
    ),
    "recording": inspected(practice_minutes=14),
    "online-integrity": inspected(online_faults=["fast_forward"]),
    "roster": opened(roster={}),
    "assessment-notice": (
        Occasion.ASSESSMENT_PROPOSAL,
        Facts(form=form_of(), payload={"assess_on": "2026-09-12"}, today=TODAY),
    ),
    "minor-certificate-share": recorded(
        form_of(),
        result(kind="special_ability", level=None, certified_count=1),
        certificates=CertificateCounts(2026, 10, 99),
    ),
    "satisfaction": opened(year_list=listing(sanctions=(STOP,))),
    "teachers": opened({"teacher_count": 1}),
    "premises": opened(year_list=listing(entries=(institution(theory_area=299),))),
    "staff": opened(year_list=listing(entries=(institution(own_account=False),))),
    "listed-institution": opened(year_list=listing(entries=())),
    "own-post": opened(people=(replace(ONE, post="会计"),)),
    "no-own-major": opened(people=(replace(ONE, category=TraineeCategory.STUDENT, major="车工"),)),
    "attendance": inspected(sign_in="签到40人"),
    "make-up": recorded(
        assessed() | {"training": {"inspections": [{"class_no": 1}], "make_ups": [LESSON]}}, result()
    ),
    "best-certificate": opened({"certificate_kind": "completion"}, year_list=listing()),
    "no-certificate-no-money": recorded(form_of(), result()),
    "headcount": claimed((1, 46, "1.00")),
    "payment-amount": (
        Occasion.PAYMENT,
        Facts(form=claim((1, 1, "1.00")), payload={"amount": "1.01", "paid_on": "2026-09-10"}, today=TODAY),
    ),
    "amount": claimed((1, 45, "54000.01")),
    "no-duplicate": opened(people=(ONE,), paid={ONE.person: (paid(),)}),
    "no-fee": inspected(fee_charged=True),
    "no-merge": inspected(classes_merged=True),
    "registered-body": evaluated(year_list=listing(entries=())),
}


def test_the_table_is_of_every_rule_a_policy_may_switch_on_and_every_rule_is_measured() -> None:
    assert set(BROKEN) == set(RULES_OF_A_POLICY)
    assert {rule for measured in RULES.values() for rule, _ in measured} == set(RULES_OF_A_POLICY)
    assert set(RULES) == set(Occasion)


@pytest.mark.parametrize("rule", RULES_OF_A_POLICY)
def test_every_rule_is_found_with_measure_limit_clause_and_place_and_silent_when_switched_off(
    rule: str,
) -> None:
    occasion, facts = BROKEN[rule]
    policy = changed_policy(certificates_required=True)
    found = [finding for finding in check(occasion, facts, policy) if finding.rule == rule]
    assert found
    for finding in found:
        assert all(finding.as_dict().values())
        assert finding.source == policy.rules[rule].source
        assert finding.source in finding.message
        assert finding.measured in finding.message
        assert finding.limit in finding.message
    # Nobody asks for a list under a policy without the rule that asks.
    listed = rule != "no-certificate-no-money"
    switched_off = changed_policy({rule: {"value": False}}, certificates_required=listed)
    assert rule not in switched_off.rules
    assert rule not in {finding.rule for finding in check(occasion, facts, switched_off)}
    # What else is wrong is told all the same.
    others = [finding for finding in check(occasion, facts, policy) if finding.rule != rule]
    assert [each for each in check(occasion, facts, switched_off) if each in others] == others


@pytest.mark.parametrize("rule", RULES_OF_A_POLICY)
def test_lines_are_written_whatever_rule_is_switched_off(rule: str) -> None:
    facts = Facts(
        form=assessed(),
        payload=claim((1, 45, "54000.00")),
        roster={1: 50},
        people=people(),
        paid={ONE.person: (paid(),)},
        past={people()[1].person: (past(date(2026, 9, 1), date(2026, 9, 8), None),)},
    )
    (only,) = settlement(facts, changed_policy({rule: {"value": False}}))
    assert only.eligible_heads == {"no-duplicate": 44, "one-month-gap": 44}.get(rule, 43)


@pytest.mark.parametrize("key", available_policies())
def test_every_policy_measures_a_matter_in_which_everything_is_broken(key: str) -> None:
    policy = load_policy(key)
    found: set[str] = set()
    for occasion, facts in BROKEN.values():
        found |= {finding.rule for finding in check(occasion, facts, policy)}
    expected = set(policy.rules) - (set() if policy.certificates_required else {"no-certificate-no-money"})
    assert found >= expected


def test_many_rules_broken_at_once_are_all_told_in_the_order_of_the_form() -> None:
    apprentice = replace(ONE, category=TraineeCategory.APPRENTICE, post="会计")
    student = replace(people(2)[1], category=TraineeCategory.STUDENT, major="车工")
    _, facts = opened(
        {
            "planned_count": 90,
            "teacher_count": 0,
            "workstation_count": 0,
            "minutes_per_hour": 30,
            "total_hours": 39,
            "practical_hours": 0,
            "online_theory_hours": 39,
            "certificate_kind": "completion",
            "level": None,
        },
        people=(apprentice, student),
        past={ONE.person: (past(date(2026, 8, 3), date(2026, 8, 6), None),)},
        paid={ONE.person: (paid(level=None),)},
        applicant_kind=ApplicationKind.INSTITUTION,
        year_list=listing(
            entries=(institution(occupation(full_time_teacher_count=0), theory_area=0, own_account=False),),
            sanctions=(STOP, sanction(SanctionKind.REMOVAL, date(2026, 9, 1), None)),
            platforms=(platform(listed_until_on=date(2026, 1, 31)),),
        ),
    )
    assert [finding.rule for finding in check(Occasion.OPENING_SUBMIT, facts, POLICY)] == [
        *("listed-institution", "satisfaction", "roster", "class-size", "teacher-ratio"),
        *("workstation-ratio", "lesson-length", "practical-share", "online-theory-share"),
        *("online-theory-share", "certificate-only-hours", "best-certificate", "apprentice-quota"),
        *("own-post", "no-own-major", "one-month-gap", "no-duplicate", "online-integrity"),
        *("teachers", "premises", "staff"),
    ]


# The minor share -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("minor", "everything", "own", "measured"),
    [
        # 10 of 100 are at the limit, 11 of 100 and 10 of 99 beyond it.
        (9, 99, 1, None),
        (10, 99, 1, "本地区2026年11%"),
        (9, 98, 1, "本地区2026年10.2%"),
        (0, 0, 1, "本地区2026年100%"),
        # Who adds none is not told what others did.
        (90, 99, 0, None),
    ],
)
def test_lesser_certificates_stay_within_a_tenth_of_region_and_year(
    minor: int, everything: int, own: int, measured: str | None
) -> None:
    kind, level = ("special_ability", None) if own else ("skill_level", 4)
    one = result(kind=kind, level=level, certified_count=1)
    form = form_of({"certificate_kind": kind, "level": level})
    counts = CertificateCounts(2026, minor, everything)
    occasion, facts = recorded(form, one, certificates=counts)
    findings = check(occasion, facts, POLICY)
    assert [finding.measured for finding in findings] == ([measured] if measured else [])
    form["assessment"] = {"results": [one]}
    facts = replace(facts, form=form, payload=claim((1, 1, "1.00")))
    share = [
        (finding.measured, finding.limit, finding.where)
        for finding in check(Occasion.CLAIM_SUBMIT, facts, POLICY)
        if finding.rule == "minor-certificate-share"
    ]
    assert share == ([(measured, "不超过10%", "claim.lines")] if measured else [])


def test_each_policy_says_which_certificates_are_the_lesser_ones() -> None:
    bare = result(kind="completion", level=None, certified_count=1)
    occasion, facts = recorded(form_of(), bare, certificates=CertificateCounts(2026, 10, 99))

    def told_of(key: str) -> bool:
        findings = check(occasion, facts, load_policy(key))
        return "minor-certificate-share" in {finding.rule for finding in findings}

    assert told_of("pingdingshan-2022")
    assert not told_of("xinxiang-2023")


# Results ---------------------------------------------------------------------------------------------------


def test_who_is_certified_again_is_told_of_and_recorded_all_the_same() -> None:
    certificates = {(1, ONE.person): (CertificateFacts(CertificateKind.SKILL_LEVEL, 4, "S1"),)}
    _, facts = recorded(
        form_of(), result(), people=people(2), paid={ONE.person: (paid(),)}, certified=certificates
    )
    (finding,) = check(Occasion.RESULTS, facts, POLICY)
    assert (finding.rule, finding.severity, finding.where) == ("no-duplicate", "warning", "roster.1")


def test_one_certificate_is_not_recorded_twice() -> None:
    def listed(number: str, identity: str) -> dict[str, str]:
        return {"id_number": identity, "number": number, "issued_on": "2026-09-24"}

    one = {"examined_count": 1, "certified_count": 1}
    first = result(**one, certificates=[listed("S1", "410499197909020081")])
    second = result(**one, level=5, certificates=[listed("ｓ 1", "41049919810226029X")])
    _, facts = recorded(form_of(), first, second)
    blocking = [each for each in check(Occasion.RESULTS, facts, POLICY) if each.severity == "blocking"]
    assert [(each.rule, each.where) for each in blocking] == [
        ("no-duplicate", "payload.results.1.certificates.0.number")
    ]


# The example -----------------------------------------------------------------------------------------------

OCCASIONS = {
    Event.RECORD_OPENING_INSPECTION: Occasion.INSPECTION,
    Event.RECORD_INSPECTION: Occasion.INSPECTION,
    Event.FINISH_TRAINING: Occasion.TRAINING_END,
    Event.PROPOSE_ASSESSMENT: Occasion.ASSESSMENT_PROPOSAL,
    Event.RECORD_RESULTS: Occasion.RESULTS,
    Event.PAY: Occasion.PAYMENT,
}


def test_the_example_with_everything_known_about_it_needs_no_answer_in_writing() -> None:
    form: dict[str, Any] = read_new_application(example("application")).sections()
    rows = read_roster_rows(example("roster"), form["opening"]["classes"]).rows
    trainees = tuple(
        TraineeFacts(
            person=number,
            row_no=number,
            class_no=row.class_no,
            name=row.name,
            masked=mask_identity(row.id_number),
            category=row.category,
            employer=row.employer,
            post=row.occupation,
        )
        for number, row in enumerate((each.trainee for each in rows), start=1)
    )
    known: dict[str, Any] = {
        "roster": {1: len(rows)},
        "people": trainees,
        "year_list": listing(),
        "certificates": CertificateCounts(2026, 0, 0),
        "applicant_kind": ApplicationKind.INSTITUTION,
        "past": {trainee.person: () for trainee in trainees},
    }
    refused = []
    for step in example("lifecycle-2026")["steps"]:
        event, now = Event(step["event"]), datetime.fromisoformat(step["at"])
        payload = read_payload(event, step["payload"]).stored()
        occasion = OCCASIONS.get(event)
        if event is Event.SUBMIT:
            occasion = Occasion.CLAIM_SUBMIT if payload else Occasion.OPENING_SUBMIT
        if occasion is None:
            continue
        facts = Facts(form=form, payload=payload, today=now.date(), now=now, **known)
        findings = check(occasion, facts, POLICY)
        assert [(finding.rule, finding.severity) for finding in findings] == [
            (step["expect"]["rule"], "blocking") for _ in findings
        ]
        refused += [finding.rule for finding in findings]
        if not findings:
            fill(form, event, payload)
    assert refused == ["assessment-notice", "headcount", "payment-amount"]
    assert average_attendance(form, POLICY) == 47
    (only,) = settlement(Facts(form=form, **known), POLICY)
    assert (only.eligible_heads, only.amount_fen) == (45, 5_400_000)


def fill(form: dict[str, Any], event: Event, payload: dict[str, Any]) -> None:
    """Writes an accepted payload into the form, as the services do."""
    if event is Event.RECORD_OPENING_INSPECTION:
        form.setdefault("training", {}).setdefault("opening_inspections", []).append(payload)
    elif event is Event.RECORD_INSPECTION:
        form["training"].setdefault("inspections", []).append(payload)
    elif event is Event.PROPOSE_ASSESSMENT:
        form["assessment"] = dict(payload)
    elif event is Event.RECORD_RESULTS:
        form["assessment"] |= payload
    elif event is Event.SUBMIT and payload:
        form.update(payload)


# Drafts ----------------------------------------------------------------------------------------------------


def parts(**boxes: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Some of the boxes filled in, the others missing."""
    return st.fixed_dictionaries({}, optional=boxes)


def some(entries: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(entries, max_size=3)


NUMBERS, COUNTS = st.integers(1, 3), st.integers(0, 90)
DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31)).map(date.isoformat)
MONEY = st.sampled_from(["0.01", "1200.00", "54000.00"])
KINDS, LEVELS = st.sampled_from([kind.value for kind in CertificateKind]), st.integers(1, 5)
CODES = st.sampled_from(["6-18-01-01", "6-18-01", "4-10-01-05"])
NAMES = st.sampled_from(["车工", "焊工", "示例培训平台", "工"])
CLASSES = parts(
    class_no=NUMBERS,
    starts_on=DAYS,
    ends_on=DAYS,
    occupation_code=CODES,
    occupation=NAMES,
    kind_of_work=NAMES,
    level=LEVELS,
    certificate_kind=KINDS,
    planned_count=COUNTS,
    total_hours=COUNTS,
    practical_hours=COUNTS,
    online_theory_hours=COUNTS,
    minutes_per_hour=COUNTS,
    teacher_count=COUNTS,
    workstation_count=COUNTS,
    online_platform=NAMES,
)
CHECKS = parts(
    class_no=NUMBERS,
    present_count=COUNTS,
    inspected_at=st.just(NOW.isoformat()),
    sign_in=NAMES,
    recording_complete=st.booleans(),
    practice_minutes=COUNTS,
    online_faults=st.lists(st.sampled_from([fault.value for fault in OnlineFault]), max_size=3),
    fee_charged=st.booleans(),
    classes_merged=st.booleans(),
    hours_short=st.booleans(),
    observations_struck=st.booleans(),
)
LESSONS = parts(class_no=NUMBERS, inspection_no=NUMBERS, count=COUNTS, made_up_on=DAYS, consented_on=DAYS)
RESULTS = parts(
    class_no=NUMBERS,
    kind=KINDS,
    level=LEVELS,
    examined_count=COUNTS,
    certified_count=COUNTS,
    certificates=some(parts(person=st.integers(0, 3), number=NAMES, issued_on=DAYS)),
)
LINES = parts(class_no=NUMBERS, heads=COUNTS, amount=MONEY)
ORGANISATION = parts(
    applicant=parts(name=NAMES),
    opening=parts(classes=some(CLASSES)),
    training=parts(inspections=some(CHECKS), opening_inspections=some(CHECKS), make_ups=some(LESSONS)),
    assessment=parts(assess_on=DAYS, results=some(RESULTS)),
    claim=parts(lines=some(LINES)),
    disbursement=parts(payments=some(parts(amount=MONEY)), recovery=parts(amount=MONEY)),
)
INDIVIDUAL = parts(
    provider=parts(institution=NAMES, occupation_code=CODES, occupation=NAMES, level=LEVELS),
    certificate=parts(kind=KINDS, level=LEVELS, number=NAMES, issued_on=DAYS),
    claim=parts(lines=some(LINES)),
)
YEAR_LISTS = st.sampled_from(
    [
        None,
        listing(),
        listing(entries=(), platforms=()),
        listing(entries=(institution(occupation(levels=())),), sanctions=(STOP,)),
        listing(sanctions=(sanction(SanctionKind.BLACKLIST, date(2026, 1, 1), None),)),
    ]
)
PEOPLE = st.sampled_from(
    [
        (),
        people(3),
        (*people(2, category=TraineeCategory.APPRENTICE), *people(2, class_no=2, post=None)),
        (replace(ONE, category=TraineeCategory.STUDENT, major_code="6-18-01-01"), *people(2, class_no=3)),
    ]
)


@st.composite
def drafts(draw: Callable[[st.SearchStrategy[Any]], Any]) -> Facts:
    """Whatever is filled in of a form, and whatever is known beside it."""
    trainees = draw(PEOPLE)
    persons = [trainee.person for trainee in trainees]
    return Facts(
        form=draw(st.one_of(ORGANISATION, INDIVIDUAL)),
        payload=draw(st.one_of(st.just({}), parts(claim=parts(lines=some(LINES))), CHECKS)),
        roster=draw(st.dictionaries(NUMBERS, COUNTS, max_size=3)),
        today=draw(st.none() | st.just(TODAY)),
        year_list=draw(YEAR_LISTS),
        people=trainees,
        past={person: (past(date(2026, 8, 3), date(2026, 8, 6), None),) for person in persons[:1]},
        paid={person: (paid(),) for person in persons[-2:]},
        certificates=draw(st.none() | st.just(CertificateCounts(2026, 1, 2))),
        apprentices=draw(st.sampled_from([{}, {"6-18-01-01": 99}])),
        applicant_kind=draw(st.none() | st.sampled_from(list(ApplicationKind))),
        certified=draw(
            st.sampled_from(
                [{}, {(1, ONE.person): (CertificateFacts(CertificateKind.SKILL_LEVEL, 4, "S1"),)}]
            )
        ),
    )


OTHER_POLICY = changed_policy(
    {"recording": {"severity": "warning"}},
    opening_day_counts_in_average=True,
    certificates_required=True,
)


@settings(max_examples=400, deadline=None)
@given(drafts(), st.sampled_from([POLICY, OTHER_POLICY]))
def test_a_half_filled_form_is_measured_on_every_occasion(facts: Facts, policy: Policy) -> None:
    for occasion in Occasion:
        for finding in check_draft(occasion, facts, policy):
            assert all(finding.as_dict().values())
            assert finding.rule in policy.rules
            assert "GSECRET" not in finding.message
    for part in (*eligibility(facts, policy), *settlement(facts, policy)):
        assert part.amount_fen == sum(line.amount_fen for line in part.lines)
        assert part.eligible_heads <= part.tightest.heads


def test_an_empty_form_says_nothing() -> None:
    facts = Facts(form={}, year_list=listing(entries=()), today=TODAY)
    assert [finding for occasion in Occasion for finding in check_draft(occasion, facts, POLICY)] == []
