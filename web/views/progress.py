"""The five numbered steps above an application, with the day on which each was passed. Pure."""

from __future__ import annotations

from typing import Any, NamedTuple

from web.views.wording import day
from workflow.vocabulary import ApplicationKind, Section, State, Subsidy, starts_at_claim

STOPPED = {State.REJECTED, State.WITHDRAWN, State.TERMINATED}
# The signature that ends each section of the form.
_LAST_SIGNATURE = {
    Section.OPENING: ("opening_hr", "second"),
    Section.TRAINING: ("training_hr", "only"),
    Section.ASSESSMENT: ("assessment_hr", "only"),
    Section.CLAIM: ("claim_finance", "second"),
}
_OF_TRAINING = {Section.TRAINING, Section.ASSESSMENT}


class Step(NamedTuple):
    """One step: ``state`` is done, now, stopped or ahead."""

    name: str
    state: str
    note: str


def steps_of(view: dict[str, Any]) -> list[Step]:
    """The steps of this application in the order of the form."""
    sections = list(Section)
    state, here = State(view["state"]), sections.index(Section(view["section"]))
    return [_step(view, section, index - here, state) for index, section in enumerate(sections)]


def _step(view: dict[str, Any], section: Section, distance: int, state: State) -> Step:
    listed = view["subsidy"] != Subsidy.TRAINING
    if starts_at_claim(ApplicationKind(view["kind"]), Subsidy(view["subsidy"])) and section in _OF_TRAINING:
        return Step(section.label, "ahead", f"{'这种补贴' if listed else '个人申请'}不经过此阶段")
    name = "填报" if listed and section is Section.OPENING else section.label
    if distance > 0:
        return Step(name, "ahead", "未开始")
    if distance == 0 and state in STOPPED:
        return Step(name, "stopped", f"{state.label}，{day(view['state_since_on'])}")
    if distance == 0 and state not in {State.DISBURSED, State.RECOVERED}:
        return Step(name, "now", view["state_label"])
    passed = _passed_on(view, section)
    return Step(name, "done", f"{passed} 完成" if passed else "已完成")


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
