"""Findings of the rules on a page: when they were made, how answered, and the boxes to answer them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from web.views.fields import Field, Sent
from web.views.rows import Attempt, row_names
from workflow.clock import day_cn
from workflow.rules import Occasion
from workflow.services.warnings import answers_to, is_before
from workflow.vocabulary import Section, State

_OCCASIONS = {
    Occasion.OPENING_SUBMIT: "提交开班申请时",
    Occasion.TRAINING_END: "培训结束时",
    Occasion.ASSESSMENT_PROPOSAL: "提出考核时间时",
    Occasion.RESULTS: "登记考核结果时",
    Occasion.CLAIM_SUBMIT: "申领补贴时",
}
_INSPECTIONS = {"opening_inspections": "开班当日检查", "inspections": "培训期间检查"}


@dataclass(frozen=True, slots=True)
class AnswerBox:
    """Where one warning is answered: its findings (mostly one), and the box with its number in the form."""

    number: int
    rule: str
    where: str
    findings: list[dict[str, Any]]
    field: Field

    @property
    def needed(self) -> bool:
        """Whether nobody has answered yet."""
        return self.field.required


def shown_findings(findings: list[dict[str, Any]], view: dict[str, Any]) -> list[dict[str, Any]]:
    """The findings with when they were made, every answer that stands, and whether one is awaited."""
    state = State(view["state"])
    return [
        one
        | {
            "made": _made(one, view["form"]),
            "answers": answers_to(view["form"], one),
            # What a submission would find now is nobody's to answer yet.
            "awaited": is_before(one, state) and one.get("answer", "") is None,
        }
        for one in findings
    ]


def answer_boxes(view: dict[str, Any], attempt: Attempt | None, scope: str) -> list[AnswerBox]:
    """A box for each warning before the present reviewer; one already answered may be answered again."""
    state = State(view["state"])
    grouped: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for one in shown_findings(view.get("findings") or [], view):
        if is_before(one, state):
            grouped.setdefault((one["rule"], one["where"]), []).append(one)
    typed = _typed(attempt.sent) if attempt else {}
    errors = attempt.errors if attempt else {}
    boxes = []
    for number, ((rule, where), findings) in enumerate(grouped.items()):
        name, needed = f"answers.{number}.answer", any(one["awaited"] for one in findings)
        box = Field(
            name,
            "书面答复" if needed else "补充答复（选填）",
            "textarea",
            typed.get((rule, where), ""),
            error=errors.get(name, ""),
            required=needed,
            enforced=needed,
            rows=2,
            scope=scope,
        )
        boxes.append(AnswerBox(number, rule, where, findings, box))
    return boxes


def answered_rows(view: dict[str, Any], sent: Sent) -> list[str]:
    """The rows of answers that count: those filled in, and those left blank that must not be."""
    needed = {(box.rule, box.where) for box in answer_boxes(view, None, "") if box.needed}
    return [
        row
        for row in row_names(sent, "answers")
        if str(sent.get(f"{row}.answer", "")).strip()
        or (str(sent.get(f"{row}.rule")), str(sent.get(f"{row}.where"))) in needed
    ]


def with_answers(history: dict[str, Any], view: dict[str, Any]) -> dict[str, Any]:
    """The trail, each approval with the warnings it answered in the words that the reviewer read."""
    messages = {
        (answer["rule"], answer["where"]): answer["message"]
        for section in Section
        for answer in (view["form"].get(section.value) or {}).get("answers", ())
    }
    for entry in history["items"]:
        entry["answers"] = [
            {
                "message": messages.get((answer["rule"], answer["where"]), answer["rule"]),
                "answer": answer["answer"],
            }
            for answer in entry["detail"].get("answers", ())
        ]
    return history


def _typed(sent: Sent) -> dict[tuple[str, str], str]:
    # By warning and not by number: on a page that has changed meanwhile the numbers may be other ones.
    return {
        (str(sent.get(f"{row}.rule", "")), str(sent.get(f"{row}.where", ""))): str(
            sent.get(f"{row}.answer", "")
        )
        for row in row_names(sent, "answers")
    }


def _made(finding: Mapping[str, Any], form: Mapping[str, Any]) -> str:
    """When the finding was made; of an inspection, which one."""
    occasion = finding.get("occasion")
    section, _, rest = finding["where"].partition(".")
    name, _, rest = rest.partition(".")
    number = rest.partition(".")[0]
    if section == Section.TRAINING and name in _INSPECTIONS and number.isdecimal():
        entries = (form.get(section) or {}).get(name, [])
        if int(number) < len(entries):
            return f"{day_cn(entries[int(number)]['inspected_at'])} {_INSPECTIONS[name]}"
    return _OCCASIONS.get(Occasion(occasion), "") if occasion else ""
