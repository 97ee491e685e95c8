"""How a broken rule becomes a ``Finding``: severity and source from the policy, words from the rule."""

from __future__ import annotations

from workflow.errors import Finding
from workflow.policy import Policy, Severity


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
