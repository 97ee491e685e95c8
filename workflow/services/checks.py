"""Asking the rules about a case, and keeping their warnings for the reviewers."""

from __future__ import annotations

from typing import Any

from workflow.rules import Facts, Occasion, demand
from workflow.services.case import Case
from workflow.services.facts import facts_of
from workflow.services.warnings import keep_warnings


def check_rules(
    case: Case, occasion: Occasion, payload: dict[str, Any] | None = None, *, place: str = "payload"
) -> Facts:
    """Checks the rules of an occasion before its payload is filled in; keeps the warnings on the case.

    Answers the facts that were looked at. ``place`` is where the payload comes to stand on the form. Raises
    ``Malformed`` and ``RuleBroken``.
    """
    facts = facts_of(case, occasion, payload or {})
    keep_warnings(case, occasion, demand(occasion, facts, case.policy), place)
    return facts
