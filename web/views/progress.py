"""The five numbered steps above an application, with the day on which each was passed. Pure."""

from __future__ import annotations

from typing import Any, NamedTuple

from web.views.wording import day
from workflow.vocabulary import Section, State

STOPPED = {State.REJECTED, State.WITHDRAWN, State.TERMINATED}
# The signature that ends each section of the form.
_LAST_SIGNATURE = {
    Section.OPENING: ("opening_hr", "second"),
    Section.TRAINING: ("training_hr", "only"),
    Section.ASSESSMENT: ("assessment_hr", "only"),
    Section.CLAIM: ("claim_finance", "second"),
}
_NOT_FOR_INDIVIDUALS = {Section.TRAINING, Section.ASSESSMENT}


class Step(NamedTuple):
    """One step: ``state`` is done, now, stopped or ahead."""

    name: str
    state: str
    note: str


def steps_of(view: dict[str, Any]) -> list[Step]:
    """The steps of this application in the order of the form."""
    sections = list(Section)
    state, here = State(view["state"]), sections.index(Section(view["section"]))
    individual = view["kind"] == "individual"
    return [_step(view, section, index - here, state, individual) for index, section in enumerate(sections)]


def _step(view: dict[str, Any], section: Section, distance: int, state: State, individual: bool) -> Step:
    if individual and section in _NOT_FOR_INDIVIDUALS:
        return Step(section.label, "ahead", "个人申请不经过此阶段")
    if distance > 0:
        return Step(section.label, "ahead", "未开始")
    if distance == 0 and state in STOPPED:
        return Step(section.label, "stopped", f"{state.label}，{day(view['state_since_on'])}")
    if distance == 0 and state not in {State.DISBURSED, State.RECOVERED}:
        return Step(section.label, "now", view["state_label"])
    passed = _passed_on(view, section)
    return Step(section.label, "done", f"{passed} 完成" if passed else "已完成")


def _passed_on(view: dict[str, Any], section: Section) -> str:
    part = view["form"].get(section.value) or {}
    if section is Section.DISBURSEMENT:
        paid = [payment["paid_on"] for payment in part.get("payments", ()) if not payment.get("failed")]
        return day(max(paid)) if paid else ""
    step, seat = _LAST_SIGNATURE[section]
    signed = [
        review["decided_at"]
        for review in part.get("reviews", ())
        if (review["step"], review["seat"]) == (step, seat) and not review["superseded"]
    ]
    return day(signed[-1]) if signed else ""
