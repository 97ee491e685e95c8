"""What each event carries: one model per event, from which the API reads and the pages draw their forms.

``read_payload(event, data)`` returns the model or raises ``Malformed``; ``model.stored()`` is its JSON shape.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema, field_validator

from workflow.form.assessment import AssessmentProposal, Results
from workflow.form.claim import Claim
from workflow.form.disbursement import Payment, PaymentFailure, Recovery, RecoveryReceipt
from workflow.form.fields import Code, Contact, Line, Lines, Name, Typed, Widget, asked, optional
from workflow.form.reading import read
from workflow.form.training import Inspection, OpeningInspection, TrainingEnd
from workflow.vocabulary import CorrectionCode, CorrectionSection, Event, ObjectionOutcome

__all__ = [
    "PAYLOADS",
    "AssessmentProposal",
    "Claim",
    "CorrectionRequest",
    "Inspection",
    "Nothing",
    "Objection",
    "ObjectionReply",
    "OpeningInspection",
    "Opinion",
    "Payment",
    "PaymentFailure",
    "Publication",
    "Reason",
    "Recovery",
    "RecoveryReceipt",
    "Results",
    "Submission",
    "TrainingEnd",
    "WarningAnswer",
    "read_payload",
]


MOST_ANSWERS = 5_000


class Nothing(Typed):
    """An event that carries nothing."""


class Submission(Typed):
    """What a submission may bring: the claim, where the claim is submitted."""

    claim: Claim | None = optional("补贴资金申领")


class WarningAnswer(Typed):
    """What a reviewer answers in writing to a warning, named by its rule and its place in the form."""

    rule: Code = asked("规则")
    where: Line = asked("所在位置")
    answer: Lines = asked("书面答复")


class Opinion(Typed):
    """The opinion with which a review ends well, and the answers to the warnings that stand."""

    opinion: Lines = asked("审核意见")
    answers: Annotated[list[WarningAnswer], Field(max_length=MOST_ANSWERS)] | None = optional(
        "对提示的书面答复", help="尚未答复的提示须逐条答复"
    )


class Reason(Typed):
    """Why something is sent back, ended or held."""

    reason: Lines = asked("理由")


class CorrectionRequest(Typed):
    """What the applicant has to correct, and why."""

    reason: Lines = asked("退回理由", help="写明需要补正的内容")
    code: Annotated[CorrectionCode, Field(strict=False), Widget("select")] = asked("退回原因")
    sections: Annotated[
        list[Annotated[CorrectionSection, Field(strict=False)]], Field(min_length=1, max_length=10)
    ] = asked("需要补正的部分")

    @field_validator("sections")
    @classmethod
    def _each_once(cls, sections: list[CorrectionSection]) -> list[CorrectionSection]:
        if len(set(sections)) != len(sections):
            raise ValueError("中有重复")
        return sections


class Publication(Typed):
    """Where the public notice stands."""

    site: Line = asked("公示网站", help="如 市人力资源和社会保障局官网")


class Objection(Typed):
    """What anybody may object to a public notice."""

    name: Name = asked("姓名或单位名称")
    contact: Contact = asked("联系方式", personal="phone")
    content: Lines = asked("异议内容")


def _id_as_text(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


ObjectionId = Annotated[
    str,
    Field(min_length=1, max_length=64),
    BeforeValidator(_id_as_text),
    WithJsonSchema({"type": ["integer", "string"]}),
    Widget("hidden"),
]


class ObjectionReply(Typed):
    """How one objection ends, and what is answered to it. The id is text, whatever it was given as."""

    objection_id: ObjectionId = asked("异议编号")
    outcome: Annotated[ObjectionOutcome, Field(strict=False), Widget("select")] = asked("处理结果")
    reply: Lines = asked("答复")


PAYLOADS: dict[Event, type[Typed]] = {
    Event.SUBMIT: Submission,
    Event.APPROVE: Opinion,
    Event.RETURN_TO_FIRST: Reason,
    Event.RETURN_FOR_CORRECTION: CorrectionRequest,
    Event.REJECT: Reason,
    Event.WITHDRAW: Reason,
    Event.RECORD_OPENING_INSPECTION: OpeningInspection,
    Event.RECORD_INSPECTION: Inspection,
    Event.FINISH_TRAINING: TrainingEnd,
    Event.PROPOSE_ASSESSMENT: AssessmentProposal,
    Event.RECORD_RESULTS: Results,
    Event.ACCEPT: Nothing,
    Event.PUBLISH: Publication,
    Event.FILE_OBJECTION: Objection,
    Event.RESOLVE_OBJECTION: ObjectionReply,
    Event.CLOSE_NOTICE: Nothing,
    Event.PAY: Payment,
    Event.PAYMENT_FAILED: PaymentFailure,
    Event.SUSPEND: Reason,
    Event.RESUME: Reason,
    Event.TERMINATE: Reason,
    Event.RECOVER: Recovery,
    Event.RECORD_RECOVERY: RecoveryReceipt,
}


def read_payload(event: Event, data: object, prefix: str = "payload", *, classless: bool = False) -> Typed:
    """The payload of an event; raises ``Malformed`` naming each field that is wrong, under ``prefix``.

    What starts at the claim is ``classless``: its one line need not name a class.
    """
    return read(PAYLOADS[event], _with_the_only_class(data) if classless else data, prefix)


def _with_the_only_class(data: object) -> object:
    claim = data.get("claim") if isinstance(data, dict) else None
    lines = claim.get("lines") if isinstance(claim, dict) else None
    if not isinstance(data, dict) or not isinstance(claim, dict) or not isinstance(lines, list):
        return data
    named = [
        line | {"class_no": 1} if isinstance(line, dict) and line.get("class_no") is None else line
        for line in lines
    ]
    return data | {"claim": claim | {"lines": named}}
