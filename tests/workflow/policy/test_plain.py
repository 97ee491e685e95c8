"""Policies in plain words: nothing left out, every number the policy's own, every sentence grounded."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from workflow.policy import Policy, available_policies, load_policy, plain
from workflow.policy.tables import RULES

PARTS = (
    plain.trainee_statements,
    plain.training_statements,
    plain.money_statements,
    plain.rate_statements,
    plain.evaluation_statements,
    plain.employment_statements,
    plain.lateness_statements,
)


def statements(policy: Policy) -> list[plain.Statement]:
    return [each for part in PARTS for each in part(policy)]


def test_every_rule_has_words_for_citizens() -> None:
    assert set(plain.RULE_WORDS) == set(RULES)


@pytest.mark.parametrize("key", available_policies())
def test_every_rule_rate_and_clock_of_a_policy_is_told_with_its_ground(key: str) -> None:
    policy = load_policy(key)
    told = statements(policy)
    for rule in policy.rules.values():
        same = [each for each in told if (each.source, each.local) == (rule.source, rule.local)]
        wanted = str(rule.limit) if rule.limit is not None else ""
        assert any(wanted in each.words for each in same), rule
    assert {rate.title for rate in policy.rate_table.values()} <= {each.topic for each in told}
    steps = list(plain.steps(policy))
    assert sorted(step.source for step in steps) == sorted(limit.source for limit in policy.clocks.values())
    assert all(each.source for each in (*told, *steps))


@pytest.mark.parametrize("key", available_policies())
def test_a_sentence_is_short_and_holds_no_code(key: str) -> None:
    for each in statements(load_policy(key)):
        assert len(each.words) <= 80
        assert not re.search(r"[a-z_{}]", each.words), each.words


def test_a_number_is_the_one_of_the_policy() -> None:
    policy = load_policy("pingdingshan-2022")
    rules = dict(policy.rules) | {"class-size": replace(policy.rules["class-size"], limit=77)}
    told = [each.words for each in plain.training_statements(replace(policy, rules=rules))]
    assert "每个班不超过 77 人。" in told
    assert next(plain.rate_statements(policy)).words == "1,000"
