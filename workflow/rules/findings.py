"""How a broken rule becomes a ``Finding``: severity and source from the policy, words from the rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from workflow.errors import Finding
from workflow.form.masking import mask_name
from workflow.policy import Policy, Severity
from workflow.rules.facts import TraineeFacts

# A rule that everybody breaks is told of so many, and then how many more there are.
MOST_TRAINEES = 50


class Fault(NamedTuple):
    """What is wrong with one trainee: what was measured, the limit, and the sentence about the trainee."""

    measured: str
    limit: str
    message: str


def found(
    policy: Policy,
    rule: str,
    *,
    measured: str,
    limit: str,
    message: str,
    where: str,
    severity: Severity | None = None,
) -> Finding:
    """The finding of a rule that the policy has; ``severity`` only where a rule is milder in one respect."""
    setting = policy.rules[rule]
    return Finding(
        rule=rule,
        severity=(severity or setting.severity).value,
        measured=measured,
        limit=limit,
        source=setting.source,
        message=f"{message}（{measured}，规定{limit}；{setting.source}）",
        where=where,
    )


def blocks(policy: Policy, rule: str) -> bool:
    """Whether the policy has the rule, and breaking it refuses."""
    return rule in policy.rules and policy.rules[rule].severity is Severity.BLOCKING


def of_trainees(
    policy: Policy,
    rule: str,
    faults: Iterable[tuple[TraineeFacts, Fault]],
    severity: Severity | None = None,
) -> Iterator[Finding]:
    """One finding for each trainee, at most ``MOST_TRAINEES``, and one that counts the others."""
    left = iter(faults)
    for trainee, fault in islice(left, MOST_TRAINEES):
        yield found(
            policy,
            rule,
            measured=fault.measured,
            limit=fault.limit,
            message=f"学员{mask_name(trainee.name)}（{trainee.masked}）{fault.message}",
            where=f"roster.{trainee.row_no}",
            severity=severity,
        )
    more = sum(1 for _ in left)
    if more:
        yield found(
            policy,
            rule,
            measured=f"另有{more}人",
            limit=f"逐人列出前{MOST_TRAINEES}人",
            message=f"名册中另有{more}名学员不符合同一规定",
            where="roster",
            severity=severity,
        )


def share_up(part: int, whole: int) -> str:
    """A share in percent, rounded up to one decimal: what exceeds a limit never looks equal to it."""
    return _tenths(-(-part * 1000 // whole)) + "%"


def share_down(part: int, whole: int) -> str:
    """A share in percent, rounded down to one decimal: what falls short never looks equal to the limit."""
    return _tenths(part * 1000 // whole) + "%"


def ratio_up(part: int, whole: int) -> str:
    """One to so many, rounded up to one decimal."""
    return "1:" + _tenths(-(-part * 10 // whole))


def _tenths(tenths: int) -> str:
    whole, rest = divmod(tenths, 10)
    return f"{whole}.{rest}" if rest else str(whole)
