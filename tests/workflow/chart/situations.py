"""Situations to measure the chart in, and what the written table says in them."""

from __future__ import annotations

from itertools import product

from tests.workflow.chart import written_table as written
from workflow.chart.moves import Situation
from workflow.vocabulary import State

NO_TARGET_AND_EVERY_TARGET = (None, *State)
INSTITUTION = Situation()
BASIC = [
    Situation(starts_at_claim=begun, settled=settled, publish_again=publish_again, objection_upheld=upheld)
    for begun, settled, publish_again, upheld in product((False, True), repeat=4)
]
CORRECTED = [
    Situation(correction_target=target, publish_again=publish_again)
    for target, publish_again in product(NO_TARGET_AND_EVERY_TARGET, (False, True))
]
SUSPENDED = [Situation(suspension_target=target) for target in NO_TARGET_AND_EVERY_TARGET]
EVERY_SITUATION = [*BASIC, *CORRECTED, *SUSPENDED]

_BY_STATE_AND_EVENT: dict[tuple[str, str], list[tuple[str, str]]] = {}
for _event, _who, _source, _target, _condition in written.rows():
    _BY_STATE_AND_EVENT.setdefault((_source, _event), []).append((_target, _condition))


def _holds(condition: str, target: str, situation: Situation) -> bool:
    after_the_notice = situation.correction_target in ("claim_hr_first", "claim_finance_first")
    if condition.startswith("suspended in "):
        return situation.suspension_target == condition.removeprefix("suspended in ")
    return {
        "": True,
        "organisation": not situation.starts_at_claim,
        "individual": situation.starts_at_claim,
        "returned": situation.correction_target == target,
        "returned unchanged": situation.correction_target == target and not situation.publish_again,
        "changed": situation.publish_again and after_the_notice,
        "upheld": situation.objection_upheld,
        "not upheld": not situation.objection_upheld,
        "in part": not situation.settled,
        "in full": situation.settled,
        "before the end of the notice": situation.correction_target in written.UP_TO_THE_NOTICE,
    }[condition]


def written_target(state: str, event: str, situation: Situation) -> str | None:
    """Where the written table leads, or None."""
    targets = {
        target
        for target, condition in _BY_STATE_AND_EVENT.get((state, event), ())
        if _holds(condition, target, situation)
    }
    assert len(targets) <= 1, f"the written table contradicts itself: {state}, {event}, {situation}"
    return targets.pop() if targets else None
