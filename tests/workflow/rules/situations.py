"""Situations for the rules: the example's form changed here and there, and facts that lie outside it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from tests.workflow.form.filled import example
from workflow.errors import Finding
from workflow.form import read_new_application
from workflow.policy import Policy, load_policy, parse_policy
from workflow.rules.facts import (
    ListedInstitution,
    ListedOccupation,
    ListedPlatform,
    PaidHead,
    PastTraining,
    Sanction,
    TraineeFacts,
    YearList,
)
from workflow.vocabulary import CertificateKind, SanctionKind, TraineeCategory

POLICY = load_policy("pingdingshan-2022")
PDS22 = "平技领办〔2022〕5号"
NEW_YEAR = date(2026, 1, 1)
STARTS_ON, ENDS_ON = date(2026, 9, 7), date(2026, 9, 18)


def changed_policy(rules: Mapping[str, Mapping[str, Any]] | None = None, **settings: object) -> Policy:
    """The policy with some settings put to another value, and some rules changed in what is given."""
    data = json.loads(POLICY.content)
    for name, value in settings.items():
        data["settings"][name] = {"value": value, "title": name, "local": True, "note": "试"}
    for name, change in (rules or {}).items():
        data["rules"][name] |= change
    return parse_policy(data)


def form_of(*changes: dict[str, Any]) -> dict[str, Any]:
    """The example's form with one class per change."""
    form = read_new_application(example("application")).sections()
    (entry,) = form["opening"]["classes"]
    form["opening"]["classes"] = [
        entry | {"class_no": number} | change for number, change in enumerate(changes or ({},), start=1)
    ]
    return form


def assessed(*changes: dict[str, Any]) -> dict[str, Any]:
    """A form whose classes had 48 and 47 present, and 45 certified of 47 examined."""
    form = form_of(*changes)
    numbers = [entry["class_no"] for entry in form["opening"]["classes"]]
    form["training"] = {
        "opening_inspections": [
            {"class_no": number, "present_count": 50, "inspected_at": "2026-09-07T08:40:00+08:00"}
            for number in numbers
        ],
        "inspections": [
            {"class_no": number, "present_count": count} for number in numbers for count in (48, 47)
        ],
    }
    form["assessment"] = {"results": [result(class_no=number) for number in numbers]}
    return form


def result(**changes: Any) -> dict[str, Any]:
    return {
        "class_no": 1,
        "kind": "skill_level",
        "level": 4,
        "examined_count": 47,
        "certified_count": 45,
    } | changes


def claim(*lines: tuple[int, int, str]) -> dict[str, Any]:
    return {
        "claim": {
            "lines": [{"class_no": number, "heads": heads, "amount": sum_} for number, heads, sum_ in lines],
            "commitment": {"accepted": True, "signatory": "示例负责人"},
        }
    }


def told(findings: list[Finding]) -> list[tuple[str, str, str, str]]:
    return [(finding.rule, finding.measured, finding.limit, finding.where) for finding in findings]


def people(count: int = 50, class_no: int = 1, **changes: Any) -> tuple[TraineeFacts, ...]:
    """So many trainees of a class, as on the example's roster: staff whose post is the class's occupation."""
    one = TraineeFacts(
        person=0,
        row_no=0,
        class_no=class_no,
        name="学员甲",
        masked="410499********0081",
        category=TraineeCategory.ENTERPRISE_EMPLOYEE,
        employer="示例机械有限公司",
        post="车工",
    )
    first = class_no * 1000
    return tuple(
        replace(one, **{"person": first + number, "row_no": number} | changes)
        for number in range(1, count + 1)
    )


def occupation(**changes: Any) -> ListedOccupation:
    """车工 as the demonstration's list has it."""
    one = ListedOccupation(
        occupation_code="6-18-01-01",
        occupation="车工",
        levels=(5, 4, 3),
        certificate_kind=CertificateKind.SKILL_LEVEL,
        full_time_teacher_count=4,
        listed_from_on=NEW_YEAR,
        listed_until_on=None,
        document="2026年度目录清单",
    )
    return replace(one, **changes)


def institution(*occupations: ListedOccupation, **changes: Any) -> ListedInstitution:
    """An institution with everything it needs."""
    one = ListedInstitution(
        name="鹰城职业技能培训学校（示例）",
        listed_from_on=NEW_YEAR,
        listed_until_on=None,
        document="2026年度目录清单",
        occupations=occupations or (occupation(),),
        theory_area=300,
        residential=False,
        full_time_head=True,
        administrator_count=3,
        finance_staff_count=2,
        own_account=True,
    )
    return replace(one, **changes)


def platform(**changes: Any) -> ListedPlatform:
    """The example's online platform."""
    return replace(ListedPlatform("示例培训平台", NEW_YEAR, None, "2026年度目录清单"), **changes)


def listing(**changes: Any) -> YearList:
    """A year's list on which the example's application stands."""
    return replace(YearList(entries=(institution(),), platforms=(platform(),)), **changes)


def sanction(kind: SanctionKind, from_on: date, until_on: date | None, reason: str = "查实违规") -> Sanction:
    """A sanction with its document."""
    return Sanction(kind, from_on, until_on, reason, "平人社罚〔2026〕1号")


def past(starts_on: date, ends_on: date, assessed_on: date | None) -> PastTraining:
    """Another training of a person, in an application whose number nobody else may see."""
    return PastTraining("GSECRET", 1, "6-18-02-04", "焊工", 4, starts_on, ends_on, assessed_on)


def paid(**changes: Any) -> PaidHead:
    """A head that another application has claimed for 车工 level 4."""
    one = PaidHead("GSECRET", "training", "6-18-01-01", 4, "S000041040000264099001")
    return replace(one, **changes)
