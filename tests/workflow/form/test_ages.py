"""Ages of trainees: counted to the day, on the first day of the class, with the clause."""

from __future__ import annotations

import json
from datetime import date

import pytest
from stdnum.iso7064 import mod_11_2

from workflow.form.ages import Ages
from workflow.policy import Policy, load_policy

POLICY = load_policy("pingdingshan-2022")
CLASSES = [{"class_no": 1, "starts_on": "2026-09-07"}, {"class_no": 2}]
MEN, WOMEN = "001", "002"


def number(born: str, sequence: str = MEN) -> str:
    body = f"410499{born.replace('-', '')}{sequence}"
    return body + mod_11_2.calc_check_digit(body)


def ages(today: str = "2026-08-31", policy: Policy = POLICY) -> Ages:
    return Ages.of_policy(policy, CLASSES, date.fromisoformat(today))


@pytest.mark.parametrize(
    ("born", "sequence", "words"),
    [
        ("2010-09-07", MEN, ""),
        ("2010-09-08", MEN, "学员开班时（2026年9月7日）未满16周岁（出生日期2010年9月8日；本地）"),
        ("2026-09-01", MEN, "“证件号码”中的出生日期2026年9月1日在今天之后"),
        # Of April 1966: at 60 years and 4 months; of May: a month later still.
        ("1966-05-01", MEN, ""),
        ("1966-04-30", MEN, "已满60周岁4个月，达到法定退休年龄60周岁4个月（出生日期1966年4月30日；"),
        ("1964-12-31", MEN, "已满61周岁8个月，达到法定退休年龄60周岁（"),
        # Whoever could retire at 50 is not asked: the sheet does not say.
        ("1971-03-15", WOMEN, "已满55周岁5个月，达到法定退休年龄55周岁4个月（"),
        ("1971-03-15", MEN, ""),
        ("1975-06-15", WOMEN, ""),
    ],
)
def test_age_is_that_of_the_first_day(born: str, sequence: str, words: str) -> None:
    said = ages().fault(number(born, sequence), 1)
    assert words in said
    assert bool(said) == bool(words)


def test_whoever_reaches_the_age_on_the_first_day_is_too_old() -> None:
    assert ages("2026-08-15").fault(number("1966-04-16"), None) == ""
    assert ages("2026-08-15").fault(number("1966-04-15"), None) != ""


def test_the_clause_of_retirement_is_named() -> None:
    said = ages().fault(number("1960-01-01"), 1)
    assert said.endswith("本地（参照国务院关于渐进式延迟法定退休年龄的办法 第一条））")


def test_a_class_without_its_day_or_with_a_day_gone_by_begins_today() -> None:
    assert "2026年8月31日" in ages().fault(number("2010-09-01"), 2)
    assert "2026年8月31日" in ages().fault(number("2010-09-01"), None)
    assert "2026年10月1日" in ages("2026-10-01").fault(number("2010-10-02"), 1)


def test_documents_without_a_birthday_are_not_asked() -> None:
    assert ages().fault("E12345678", 1) == ""


def test_a_policy_of_before_has_no_upper_age() -> None:
    data = json.loads(POLICY.content)
    del data["retirement"]
    assert ages(policy=Policy.from_content(json.dumps(data))).fault(number("1930-01-01"), 1) == ""
