"""The forms of the events a person may send, drawn from the payload models."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any
from unicodedata import normalize
from uuid import uuid4

from web.views import opinions
from web.views.fields import Field, Sent, fields_of, flat, with_options
from web.views.findings import AnswerBox, answer_boxes, answered_rows
from web.views.inspections import observation_fields, with_online
from web.views.opinions import opinion_choice, opinion_of
from web.views.rows import (
    Attempt,
    Row,
    certificates,
    claim_rows,
    claims,
    class_words,
    classes_of,
    given,
    line_is_meant,
    result_rows,
    row_names,
    stored_claim,
)
from web.views.wording import yuan
from workflow.clock import day_cn
from workflow.form import PAYLOADS, from_inputs
from workflow.form.claim import Commitment
from workflow.form.training import OBSERVATIONS
from workflow.vocabulary import CorrectionSection, Event, Section, State, Subsidy

# In the order in which people meet them; what ends or holds a matter comes last.
ORDER: tuple[Event, ...] = (
    Event.APPROVE,
    Event.ACCEPT,
    Event.PUBLISH,
    Event.RESOLVE_OBJECTION,
    Event.CLOSE_NOTICE,
    Event.RECORD_INSPECTION,
    Event.RECORD_OPENING_INSPECTION,
    Event.FINISH_TRAINING,
    Event.PROPOSE_ASSESSMENT,
    Event.RECORD_RESULTS,
    Event.SUBMIT,
    Event.PAY,
    Event.RECORD_RECOVERY,
    Event.RESUME,
    Event.RETURN_TO_FIRST,
    Event.RETURN_FOR_CORRECTION,
    Event.REJECT,
    Event.PAYMENT_FAILED,
    Event.SUSPEND,
    Event.WITHDRAW,
    Event.RECOVER,
    Event.TERMINATE,
)
_INSPECTING = frozenset({Event.RECORD_OPENING_INSPECTION, Event.RECORD_INSPECTION})
_MAIN_EVENTS = ORDER[: ORDER.index(Event.RETURN_TO_FIRST)]
GRAVE: dict[Event, str] = {
    Event.REJECT: "我已核对，确认不予通过；本申请就此终结，不能恢复",
    Event.WITHDRAW: "我确认撤回；本申请就此终结，需要时须重新申请",
    Event.TERMINATE: "我已核对，确认终止办理；本申请就此终结，不能恢复",
    Event.RECOVER: "我已核对，确认启动追缴",
    Event.SUSPEND: "我确认暂停办理；暂停期间不计入时限",
    Event.PAY: "我已核对收款账户、金额和凭证号",
}
"""Acts that ask for a tick before they are sent, and what the tick says."""
NOTES: dict[Event, str] = {
    Event.SUBMIT: "请先核对申请表和附件；提交后，除退回补正外不能修改。",
    Event.ACCEPT: "受理后，行业主管部门的审核时限从受理之日起计算。",
    Event.CLOSE_NOTICE: "最短公示期届满、异议均已处理，方可结束；即以复核人身份签署，不能是发布公示的人员。",
    Event.PUBLISH: "发布即以初审人身份签署；公示期从下一个工作日起算。内容不含身份证号码、电话和银行账号。",
    Event.RETURN_FOR_CORRECTION: "退回期间暂停计时，申请人补正后接着计算，不重新起算。",
    Event.RETURN_TO_FIRST: "退回后由初审人重新审核，原初审意见失效但保留可查。",
    Event.RESUME: "恢复后接着计时，不重新起算；暂停的公示须重新公示。",
    Event.PAY: "从预留的资金来源拨付；预留分属几个来源的，分笔登记。",
    Event.PAYMENT_FAILED: "退回的资金回到原来源的预留，可以再次拨付。",
    Event.RECORD_RECOVERY: "收回的资金回到拨付时的来源和年度，最后拨付的先收回。",
    Event.PROPOSE_ASSESSMENT: "考核时间须提前提出；在考核之前可以改期，仍须提前。",
}
CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True)
class Act:
    """The form of one event."""

    event: Event
    fields: list[Field] = field(default_factory=list)
    form: str = ""
    rows: list[Row] = field(default_factory=list)
    observed: list[Field] = field(default_factory=list)
    answers: list[AnswerBox] = field(default_factory=list)
    commitment: list[Field] = field(default_factory=list)
    confirm: Field | None = None
    open: bool = False
    command_id: str = field(default_factory=lambda: str(uuid4()))

    @property
    def label(self) -> str:
        """What the event is called."""
        return self.event.label

    @property
    def button(self) -> str:
        """What the button says."""
        return f"确认{self.event.label}" if self.event in GRAVE else self.event.label

    @property
    def note(self) -> str:
        """What to know before."""
        return NOTES.get(self.event, "")

    @property
    def danger(self) -> bool:
        """Whether it ends the matter, or takes money back."""
        return self.event in {Event.REJECT, Event.WITHDRAW, Event.TERMINATE, Event.RECOVER}


def acts_for(view: dict[str, Any], roster: dict[str, Any], attempt: Attempt | None = None) -> list[Act]:
    """One form for each event this person may send; the one to expect, or the refused one, is open."""
    acts = [
        _act(event, view, roster, attempt if attempt and attempt.event is event else None)
        for event in offered(view)
    ]
    first = attempt.event if attempt else next((act.event for act in acts if not act.danger), None)
    return [replace(act, open=act.event is first) for act in acts]


def offered(view: dict[str, Any]) -> list[Event]:
    """The events whose forms this person finds on the page, in their order."""
    allowed = set(view["allowed_events"])
    if not _open_objections(view):
        allowed.discard(Event.RESOLVE_OBJECTION)
    return [event for event in ORDER if event.value in allowed]


def tasks_of(item: dict[str, Any]) -> list[str]:
    """What a matter of the worklist waits for, in words: what moves it on, not what may always be done."""
    allowed = set(item["allowed_events"])
    state = State(item["state"])
    if state in {State.OPENING_CORRECTION, State.CLAIM_CORRECTION}:
        return ["补正后重新提交"]
    return [
        "审核" if event is Event.APPROVE else event.label for event in _MAIN_EVENTS if event.value in allowed
    ]


def payload_of(event: Event, view: dict[str, Any], sent: Sent) -> tuple[dict[str, Any], list[str]]:
    """What the page sent as a payload, and the page's names of the rows it is made of, in order.

    Raises ``Malformed`` where what was chosen contradicts itself.
    """
    sent = dict(sent)
    rows: list[str] = []
    if event is Event.SUBMIT and claims(view):
        rows = [row for row in row_names(sent, "claim.lines") if line_is_meant(sent, row)]
        sent = _only_rows(sent, "claim.lines.", rows)
        for row in rows:
            sent[f"{row}.amount"] = plain_amount(sent.get(f"{row}.amount", ""))
    elif event is Event.SUBMIT:
        return {}, []
    elif event is Event.RECORD_RESULTS:
        rows = [row for row in row_names(sent, "results") if any(given(sent, row))]
        for row in rows:
            sent |= certificates(row, str(sent.pop(f"{row}.certificates", "")))
    elif event is Event.APPROVE:
        sent["opinion"] = opinion_of(str(sent.get("opinion", "")), str(sent.pop(opinions.NAME, "")))
        rows = answered_rows(view, sent)
        sent = _only_rows(sent, "answers.", rows)
    elif event in _INSPECTING:
        return with_online(from_inputs(PAYLOADS[event], sent), sent), rows
    elif "amount" in sent:
        sent["amount"] = plain_amount(sent["amount"])
    payload = from_inputs(PAYLOADS[event], sent)
    if event is Event.SUBMIT:
        # Each of its fields is asked for by itself, so that the message stands beside it.
        payload.setdefault("claim", {}).setdefault("commitment", {})
    return payload, rows


def _only_rows(sent: Sent, name: str, rows: list[str]) -> Sent:
    kept = tuple(f"{row}." for row in rows)
    return {each: value for each, value in sent.items() if not each.startswith(name) or each.startswith(kept)}


def confirmation(event: Event, errors: Mapping[str, str], scope: str) -> Field | None:
    """The tick that a grave act asks for."""
    if event not in GRAVE:
        return None
    return Field(
        name=CONFIRMED,
        label=GRAVE[event],
        widget="checkbox",
        required=True,
        error=errors.get(CONFIRMED, ""),
        scope=scope,
    )


def _act(event: Event, view: dict[str, Any], roster: dict[str, Any], attempt: Attempt | None) -> Act:
    scope = event.value
    errors = attempt.errors if attempt else {}
    confirm = confirmation(event, errors, scope)
    if event is Event.SUBMIT:
        if not claims(view):
            return Act(event, confirm=confirm)
        values = attempt.sent if attempt else flat({"claim": stored_claim(view)})
        return Act(
            event,
            form="claim",
            rows=claim_rows(view, roster, values, errors, scope),
            commitment=fields_of(
                Commitment, prefix="claim.commitment.", values=values, errors=errors, scope=scope
            ),
        )
    if event is Event.RECORD_RESULTS:
        return Act(event, form="results", rows=result_rows(view, attempt, scope))
    values = attempt.sent if attempt else _defaults(event, view)
    # The roster is called on the page of the visit.
    without = (*OBSERVATIONS, "absent_rows")
    fields = fields_of(PAYLOADS[event], values=values, errors=errors, scope=scope, without=without)
    if event is Event.APPROVE:
        fields.insert(0, opinion_choice(str(values.get(opinions.NAME, "")), scope))
    return Act(
        event,
        fields=[_with_choices(one, event, view) for one in fields],
        observed=observation_fields(values, errors, scope) if event in _INSPECTING else [],
        answers=answer_boxes(view, attempt, scope) if event is Event.APPROVE else [],
        confirm=confirm,
    )


def _with_choices(one: Field, event: Event, view: dict[str, Any]) -> Field:
    if one.name == "class_no":
        return with_options(one, [(str(row["class_no"]), class_words(row)) for row in classes_of(view)])
    if one.name == "objection_id":
        return with_options(one, [(str(row["id"]), _objection_words(row)) for row in _open_objections(view)])
    if one.name == "sections":
        # What there is not, or not yet, cannot be mended.
        absent = set() if view["subsidy"] == Subsidy.TRAINING else {CorrectionSection.OPENING}
        if view["section"] == Section.OPENING:
            absent.add(CorrectionSection.CLAIM)
        return replace(one, options=tuple(option for option in one.options if option[0] not in absent))
    if event is Event.PAYMENT_FAILED and one.name == "voucher":
        payments = [row for row in _payments(view) if not row.get("failed")]
        return with_options(
            one,
            [
                (row["voucher"], f"{row['voucher']}（{day_cn(row['paid_on'])}，{yuan(row['amount'])} 元）")
                for row in payments
            ],
        )
    return one


def _defaults(event: Event, view: dict[str, Any]) -> Sent:
    money = view.get("money") or {}
    match event:
        case Event.PAY if _reservation(view):
            # One payment has one source: first what is reserved in the first of them.
            first = _reservation(view)[0]
            return {"amount": first["amount"], "source": first["source"]}
        case Event.PAY:
            rest = Decimal(money.get("approved") or "0") - Decimal(money.get("paid") or "0")
            return {"amount": f"{rest:.2f}"} if rest > 0 else {}
        case Event.RECORD_RECOVERY:
            rest = Decimal(money.get("to_recover") or "0") - Decimal(money.get("recovered") or "0")
            return {"amount": f"{rest:.2f}"} if rest > 0 else {}
        case Event.RECORD_OPENING_INSPECTION | Event.RECORD_INSPECTION if len(classes_of(view)) == 1:
            return {"class_no": str(classes_of(view)[0]["class_no"])}
        case Event.RESOLVE_OBJECTION if len(_open_objections(view)) == 1:
            return {"objection_id": str(_open_objections(view)[0]["id"])}
        case Event.PAYMENT_FAILED if len(_payments(view)) == 1:
            return {"voucher": _payments(view)[0]["voucher"]}
        case _:
            return {}


def plain_amount(typed: str | list[str]) -> str:
    """People copy amounts with separators and the unit, and digits may be full-width: 54,000.00 元."""
    return re.sub(r"[,\s元]", "", normalize("NFKC", typed) if isinstance(typed, str) else "")


def _payments(view: dict[str, Any]) -> list[dict[str, Any]]:
    payments: list[dict[str, Any]] = (view["form"].get("disbursement") or {}).get("payments") or []
    return payments


def _reservation(view: dict[str, Any]) -> list[dict[str, Any]]:
    held: list[dict[str, Any]] = (view["form"].get("disbursement") or {}).get("reservation") or []
    return held


def _open_objections(view: dict[str, Any]) -> list[dict[str, Any]]:
    filed: list[dict[str, Any]] = (view["form"].get("claim") or {}).get("objections") or []
    return [objection for objection in filed if not objection.get("outcome")]


def _objection_words(row: dict[str, Any]) -> str:
    content = str(row.get("content", ""))
    return f"{row.get('receipt') or row['id']}：{content[:30]}{'…' if len(content) > 30 else ''}"
