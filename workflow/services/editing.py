"""What the applicant may write when: the guards of every change to a form or a roster."""

from __future__ import annotations

from collections.abc import Collection

from workflow.access import Actor, is_own, require_reading
from workflow.errors import Conflict, Forbidden, NotNow
from workflow.services.case import Case
from workflow.vocabulary import State, Subsidy

EDITABLE: dict[State, frozenset[str]] = {
    State.DRAFT: frozenset({"applicant", "opening", "provider", "certificate", "claim"}),
    State.OPENING_CORRECTION: frozenset({"applicant", "opening"}),
    State.CLAIM_DRAFT: frozenset({"claim"}),
    State.CLAIM_CORRECTION: frozenset({"applicant", "opening", "claim", "provider", "certificate"}),
}
"""What the applicant may write on the form in which state."""

# An individual's opening is what the person trained for and got: the provider and the certificate.
_PART_OF_SECTION = {"provider": "opening", "certificate": "opening"}


def parts_to_correct(sections: Collection[str]) -> set[str]:
    """The parts of the form that a return with these sections opens."""
    parts = EDITABLE[State.CLAIM_CORRECTION]
    return {part for part in parts if _PART_OF_SECTION.get(part, part) in sections}


def list_part(case: Case) -> str:
    """The part of the form to which the roster, or the list of persons, belongs."""
    return "opening" if case.subsidy is Subsidy.TRAINING else "claim"


def require_own(case: Case, actor: Actor) -> None:
    """Raises ``Forbidden`` for everybody but the applicant and the applicant's colleagues."""
    matter = case.matter()
    require_reading(actor, matter)
    if not is_own(actor, matter):
        raise Forbidden("只有申请人本人或者本单位的人员可以修改申请表")


def require_version(case: Case, expected: int | None) -> None:
    """Raises ``Conflict`` when the form has changed since this version was seen; None asks nothing."""
    if expected is not None and expected != case.row["version"]:
        raise Conflict(
            f"这件申请已被更新（当前版本 {case.row['version']}，您看到的是版本 {expected}），请刷新后再修改",
            current_version=case.row["version"],
        )


def require_editable(case: Case, parts: set[str]) -> None:
    """Raises ``NotNow`` where these parts are not the applicant's to write now.

    A returned application opens only the sections that the return named.
    """
    open_parts = set(EDITABLE.get(case.state, frozenset()))
    if not open_parts:
        raise NotNow(f"当前状态为“{case.state.label}”，申请表不在申请人手中，不能修改")
    corrections = case.form.get("corrections", [])
    if case.state in {State.OPENING_CORRECTION, State.CLAIM_CORRECTION} and corrections:
        open_parts &= parts_to_correct(corrections[-1]["sections"])
    closed = parts - open_parts
    if closed:
        labels = {"applicant": "申请人信息", "opening": "开班申请", "claim": "补贴资金申领"}
        named_parts = "、".join(sorted({labels[_PART_OF_SECTION.get(part, part)] for part in closed}))
        raise NotNow(f"当前状态为“{case.state.label}”，“{named_parts}”不在可以修改的部分之内")
