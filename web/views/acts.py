"""The forms of the events a person may send, drawn from the payload models; nothing of the request here."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any
from uuid import uuid4

from web.views.fields import Field, Sent, fields_of, flat, with_options
from web.views.wording import level_label
from workflow.form import PAYLOADS, from_inputs
from workflow.form.assessment import Result
from workflow.form.claim import ClaimLine, Commitment
from workflow.policy import load_policy
from workflow.rules.training import attendance_by_class
from workflow.vocabulary import Event, State

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
    Event.PROPOSE_ASSESSMENT: "考核时间须提前提出；在考核之前可以改期，仍须提前。",
}
CONFIRMED = "confirmed"
MOST_EXTRA_ROWS = 20
_CERTIFICATE_COLUMNS = ("id_number", "number", "issued_on")
_ROW = re.compile(r"(claim\.lines|results)\.(\d+)\.(.+)")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table inside a form: a class, with what was measured of it."""

    words: str
    fields: list[Field]
    class_no: int | None = None
    roster: int | None = None
    attendance: int | None = None
    certified: int | None = None
    certificates: Field | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """The form of one event."""

    event: Event
    fields: list[Field] = field(default_factory=list)
    form: str = ""
    rows: list[Row] = field(default_factory=list)
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


@dataclass(frozen=True, slots=True)
class Attempt:
    """A form that was sent and refused: what was typed stays, with the messages beside it."""

    event: Event
    sent: Sent
    errors: Mapping[str, str]
    extra_rows: int = 0


def acts_for(view: dict[str, Any], roster: dict[str, Any], attempt: Attempt | None = None) -> list[Act]:
    """One form for each event this person may send; the one to expect, or the refused one, is open."""
    allowed = set(view["allowed_events"])
    if not _open_objections(view):
        allowed.discard(Event.RESOLVE_OBJECTION)
    events = [event for event in ORDER if event.value in allowed]
    acts = [
        _act(event, view, roster, attempt if attempt and attempt.event is event else None) for event in events
    ]
    first = attempt.event if attempt else next((act.event for act in acts if not act.danger), None)
    return [replace(act, open=act.event is first) for act in acts]


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
    """What the page sent as a payload, and the page's names of the rows it is made of, in order."""
    sent = dict(sent)
    rows: list[str] = []
    if event is Event.SUBMIT and _claims(view):
        rows = [row for row in _row_names(sent, "claim.lines") if _line_is_meant(sent, row)]
        kept = tuple(f"{row}." for row in rows)
        sent = {
            name: value
            for name, value in sent.items()
            if not name.startswith("claim.lines.") or name.startswith(kept)
        }
        for row in rows:
            sent[f"{row}.amount"] = _plain_amount(sent.get(f"{row}.amount", ""))
    elif event is Event.SUBMIT:
        return {}, []
    elif event is Event.RECORD_RESULTS:
        rows = [row for row in _row_names(sent, "results") if any(_given(sent, row))]
        for row in rows:
            sent |= _certificates(row, str(sent.pop(f"{row}.certificates", "")))
    elif "amount" in sent:
        sent["amount"] = _plain_amount(sent["amount"])
    return from_inputs(PAYLOADS[event], sent), rows


def place_on_page(path: str, rows: list[str]) -> str:
    """The page's name of the field that an error path means; rows left blank had not been sent."""
    path = path.removeprefix("payload.")
    found = _ROW.fullmatch(path)
    if found is None or int(found[2]) >= len(rows):
        return path
    rest = "certificates" if found[3].startswith("certificates") else found[3]
    return f"{rows[int(found[2])]}.{rest}"


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
        if not _claims(view):
            return Act(event, confirm=confirm)
        values = attempt.sent if attempt else flat({"claim": _stored_claim(view)})
        return Act(
            event,
            form="claim",
            rows=_claim_rows(view, roster, values, errors, scope),
            commitment=fields_of(
                Commitment, prefix="claim.commitment.", values=values, errors=errors, scope=scope
            ),
        )
    if event is Event.RECORD_RESULTS:
        return Act(event, form="results", rows=_result_rows(view, attempt, scope))
    values = attempt.sent if attempt else _defaults(event, view)
    fields = fields_of(PAYLOADS[event], values=values, errors=errors, scope=scope)
    return Act(event, fields=[_with_choices(one, event, view) for one in fields], confirm=confirm)


def _with_choices(one: Field, event: Event, view: dict[str, Any]) -> Field:
    if one.name == "class_no":
        return with_options(one, [(str(row["class_no"]), _class_words(row)) for row in _classes(view)])
    if one.name == "objection_id":
        return with_options(one, [(str(row["id"]), _objection_words(row)) for row in _open_objections(view)])
    if event is Event.PAYMENT_FAILED and one.name == "voucher":
        payments = [row for row in _payments(view) if not row.get("failed")]
        return with_options(
            one,
            [
                (row["voucher"], f"{row['voucher']}（{row['paid_on']}，{row['amount']} 元）")
                for row in payments
            ],
        )
    return one


def _defaults(event: Event, view: dict[str, Any]) -> Sent:
    money = view.get("money") or {}
    match event:
        case Event.PAY:
            rest = Decimal(money.get("approved") or "0") - Decimal(money.get("paid") or "0")
            return {"amount": f"{rest:.2f}"} if rest > 0 else {}
        case Event.RECORD_RECOVERY:
            rest = Decimal(money.get("to_recover") or "0") - Decimal(money.get("recovered") or "0")
            return {"amount": f"{rest:.2f}"} if rest > 0 else {}
        case Event.RECORD_OPENING_INSPECTION | Event.RECORD_INSPECTION if len(_classes(view)) == 1:
            return {"class_no": str(_classes(view)[0]["class_no"])}
        case Event.RESOLVE_OBJECTION if len(_open_objections(view)) == 1:
            return {"objection_id": str(_open_objections(view)[0]["id"])}
        case Event.PAYMENT_FAILED if len(_payments(view)) == 1:
            return {"voucher": _payments(view)[0]["voucher"]}
        case _:
            return {}


# The claim -------------------------------------------------------------------------------------------------


def _claims(view: dict[str, Any]) -> bool:
    """Whether a submission from here carries the claim."""
    state = State(view["state"])
    if state is State.CLAIM_CORRECTION:
        return "claim" in (view.get("correction") or {}).get("sections", ())
    return state is State.CLAIM_DRAFT or (state is State.DRAFT and view["kind"] == "individual")


def _stored_claim(view: dict[str, Any]) -> dict[str, Any]:
    """The lines of the stored claim in the order of the classes; the commitment is always given anew."""
    lines = {line["class_no"]: line for line in (view["form"].get("claim") or {}).get("lines", ())}
    return {"lines": [lines.get(number, {}) for number in _class_numbers(view)]}


def _claim_rows(
    view: dict[str, Any], roster: dict[str, Any], values: Sent, errors: Mapping[str, str], scope: str
) -> list[Row]:
    on_roster = Counter(trainee["class_no"] for trainee in roster["items"])
    classes = {row["class_no"]: row for row in _classes(view)}
    attended = attendance_by_class(view["form"], load_policy(view["policy"]))
    rows = []
    for index, number in enumerate(_class_numbers(view)):
        prefix = f"claim.lines.{index}."
        if view["kind"] == "individual":
            values = Sent({f"{prefix}heads": "1"}) | values
        rows.append(
            Row(
                words=_class_words(classes[number]) if number in classes else "个人申请",
                class_no=number,
                roster=on_roster.get(number),
                attendance=attended.get(number),
                certified=_certified(view, number),
                fields=fields_of(
                    ClaimLine,
                    prefix=prefix,
                    values=values,
                    errors=errors,
                    scope=scope,
                    enforced=False,
                    without=("class_no",),
                ),
            )
        )
    return rows


def _class_numbers(view: dict[str, Any]) -> list[int]:
    """The classes; an individual claims as if for class 1."""
    return [row["class_no"] for row in _classes(view)] or [1]


def _line_is_meant(sent: Sent, row: str) -> bool:
    return bool(str(sent.get(f"{row}.heads", "")).strip() or str(sent.get(f"{row}.amount", "")).strip())


def _certified(view: dict[str, Any], number: int) -> int | None:
    results = (view["form"].get("assessment") or {}).get("results") or ()
    mine = [result["certified_count"] for result in results if result["class_no"] == number]
    return sum(mine) if mine else None


# The results -----------------------------------------------------------------------------------------------


def _result_rows(view: dict[str, Any], attempt: Attempt | None, scope: str) -> list[Row]:
    classes = _classes(view)
    if attempt is None:
        values: Sent = {}
        for index, row in enumerate(classes):
            first = {
                "class_no": row["class_no"],
                "kind": row.get("certificate_kind"),
                "level": row.get("level"),
            }
            values |= flat(first, f"results.{index}.")
        count = len(classes)
    else:
        values = attempt.sent
        count = min(len(_row_names(values, "results")), len(classes) + MOST_EXTRA_ROWS) + attempt.extra_rows
    errors = attempt.errors if attempt else {}
    choices = [(str(row["class_no"]), _class_words(row)) for row in classes]
    return [_result_row(index, classes, choices, values, errors, scope) for index in range(count)]


def _result_row(
    index: int,
    classes: list[dict[str, Any]],
    choices: list[tuple[str, str]],
    values: Sent,
    errors: Mapping[str, str],
    scope: str,
) -> Row:
    prefix = f"results.{index}."
    fields = fields_of(Result, prefix=prefix, values=values, errors=errors, scope=scope, enforced=False)
    fields = [with_options(one, choices) if one.name.endswith(".class_no") else one for one in fields]
    if index < len(classes):
        # The class of the first rows is fixed, so that no class is forgotten.
        fields = [replace(one, widget="hidden") if one.name.endswith(".class_no") else one for one in fields]
    name = f"{prefix}certificates"
    return Row(
        words=_class_words(classes[index]) if index < len(classes) else "其他考核种类",
        fields=fields,
        certificates=Field(
            name=name,
            label="证书清单",
            widget="textarea",
            value=values.get(name, ""),
            error=errors.get(name, ""),
            help="每行一人：证件号码、证书编号、发证日期（如 2026-09-24），以空格或逗号分隔；与取证人数一致",
            scope=scope,
        ),
    )


def _given(sent: Sent, row: str) -> list[str]:
    return [
        str(value).strip()
        for name, value in sent.items()
        if name.startswith(f"{row}.") and str(value).strip()
    ]


def _certificates(row: str, typed: str) -> Sent:
    found: Sent = {}
    for index, line in enumerate(filter(str.strip, typed.splitlines())):
        parts = re.split(r"[\s,，、;；]+", line.strip(), maxsplit=len(_CERTIFICATE_COLUMNS) - 1)
        for column, part in zip(_CERTIFICATE_COLUMNS, parts, strict=False):
            found[f"{row}.certificates.{index}.{column}"] = part
    return found


# What stands in the view -----------------------------------------------------------------------------------


def _row_names(sent: Sent, name: str) -> list[str]:
    pattern = re.compile(re.escape(name) + r"\.(\d{1,3})\.", re.ASCII)
    numbers = sorted({int(found[1]) for key in sent if (found := pattern.match(key))})
    return [f"{name}.{number}" for number in numbers]


def _plain_amount(typed: str | list[str]) -> str:
    """People copy amounts with separators and the unit: 54,000.00 元."""
    return re.sub(r"[,，\s元]", "", typed if isinstance(typed, str) else "")


def _classes(view: dict[str, Any]) -> list[dict[str, Any]]:
    classes: list[dict[str, Any]] = (view["form"].get("opening") or {}).get("classes") or []
    return classes


def _payments(view: dict[str, Any]) -> list[dict[str, Any]]:
    payments: list[dict[str, Any]] = (view["form"].get("disbursement") or {}).get("payments") or []
    return payments


def _open_objections(view: dict[str, Any]) -> list[dict[str, Any]]:
    filed: list[dict[str, Any]] = (view["form"].get("claim") or {}).get("objections") or []
    return [objection for objection in filed if not objection.get("outcome")]


def _class_words(row: dict[str, Any]) -> str:
    parts = (
        f"{row['class_no']} 班",
        row.get("occupation"),
        row.get("kind_of_work"),
        level_label(row.get("level")),
    )
    return " ".join(str(part) for part in parts if part)


def _objection_words(row: dict[str, Any]) -> str:
    content = str(row.get("content", ""))
    return f"{row.get('receipt') or row['id']}：{content[:30]}{'…' if len(content) > 30 else ''}"
