"""The five numbered steps above an application, with the day on which each was passed. Pure."""

from __future__ import annotations

from typing import Any, NamedTuple

from workflow.clock import day_cn
from workflow.vocabulary import FINAL_STATES, ApplicationKind, Section, State, Subsidy, starts_at_claim

STOPPED = {State.REJECTED, State.WITHDRAWN, State.TERMINATED}
FINISHED = frozenset(FINAL_STATES | {State.DISBURSED})
"""Nobody has anything to do."""
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


# What comes after what is being done now; the states of an applicant say what to do and where it leads.
_NEXT: dict[State, str] = {
    State.OPENING_INDUSTRY_FIRST: "初审通过后，由行业主管部门的另一名审核人员复核",
    State.OPENING_INDUSTRY_SECOND: "复核通过后，转人力资源社会保障部门初审",
    State.OPENING_HR_FIRST: "初审通过后，由人力资源社会保障部门的另一名审核人员复核",
    State.OPENING_HR_SECOND: "复核通过后即可开班，开班当日由人力资源社会保障部门到现场检查",
    State.OPENING_CORRECTION: "补正后重新提交，回到退回的环节继续审核，期限从剩余天数接着算",
    State.TRAINING_AWAITING_START: "开班当日检查登记后，进入培训",
    State.TRAINING_IN_PROGRESS: "培训结束后，由人力资源社会保障部门填写检查意见",
    State.TRAINING_HR_OPINION: "意见填写后，由申请人提出考核时间",
    State.ASSESSMENT_AWAITING_PROPOSAL: "提出考核时间后，由人力资源社会保障部门到现场巡查、登记结果",
    State.ASSESSMENT_PROPOSED: "登记考核结果后，由人力资源社会保障部门填写考核意见",
    State.ASSESSMENT_HR_OPINION: "意见填写后，由申请人申领补贴",
    State.CLAIM_DRAFT: "提交申领后，由行业主管部门受理",
    State.CLAIM_AWAITING_ACCEPTANCE: "受理后，由行业主管部门初审",
    State.CLAIM_INDUSTRY_FIRST: "初审通过后，由行业主管部门的另一名审核人员复核",
    State.CLAIM_INDUSTRY_SECOND: "复核通过后，由人力资源社会保障部门公示",
    State.CLAIM_AWAITING_PUBLICATION: "公示期满、异议处理完毕后，由人力资源社会保障部门审核",
    State.CLAIM_PUBLIC_NOTICE: "公示结束后，由人力资源社会保障部门初审",
    State.CLAIM_HR_FIRST: "初审通过后，由人力资源社会保障部门的另一名审核人员复核",
    State.CLAIM_HR_SECOND: "复核通过后，转财政部门初审",
    State.CLAIM_FINANCE_FIRST: "初审通过后，由财政部门的另一名审核人员复核",
    State.CLAIM_FINANCE_SECOND: "复核通过后，由财政部门拨付",
    State.CLAIM_CORRECTION: "补正后重新提交，回到退回的环节继续审核，期限从剩余天数接着算",
    State.DISBURSEMENT_AWAITING_PAYMENT: "款项全部拨付后办结",
    State.RECOVERING: "款项全部追缴到账后办结",
}


def next_of(view: dict[str, Any]) -> str:
    """What comes after the step at hand, in words; empty where nothing does."""
    state = State(view["state"])
    if state is State.SUSPENDED:
        before = State(view["suspended_from"]).label if view.get("suspended_from") else "暂停前的环节"
        return f"恢复办理后回到“{before}”，期限接着计算"
    if state is State.DRAFT:
        claims = starts_at_claim(ApplicationKind(view["kind"]), Subsidy(view["subsidy"]))
        return "提交后，由行业主管部门受理" if claims else "提交后，由行业主管部门初审"
    return _NEXT.get(state, "")


def _step(view: dict[str, Any], section: Section, distance: int, state: State) -> Step:
    listed = view["subsidy"] != Subsidy.TRAINING
    if starts_at_claim(ApplicationKind(view["kind"]), Subsidy(view["subsidy"])) and section in _OF_TRAINING:
        return Step(section.label, "ahead", f"{'这种补贴' if listed else '个人申请'}不经过此阶段")
    name = "填报" if listed and section is Section.OPENING else section.label
    if distance > 0:
        return Step(name, "ahead", "未开始")
    if distance == 0 and state in STOPPED:
        return Step(name, "stopped", f"{state.label}，{day_cn(view['state_since_on'])}")
    if distance == 0 and state not in {State.DISBURSED, State.RECOVERED}:
        return Step(name, "now", view["state_label"])
    passed = _passed_on(view, section)
    return Step(name, "done", f"{passed} 完成" if passed else "已完成")


def _passed_on(view: dict[str, Any], section: Section) -> str:
    part = view["form"].get(section.value) or {}
    if section is Section.DISBURSEMENT:
        paid = [payment["paid_on"] for payment in part.get("payments", ()) if not payment.get("failed")]
        return day_cn(max(paid)) if paid else ""
    step, seat = _LAST_SIGNATURE[section]
    signed = [
        review["decided_at"]
        for review in part.get("reviews", ())
        if (review["step"], review["seat"]) == (step, seat) and not review["superseded"]
    ]
    return day_cn(signed[-1]) if signed else ""
