"""The inspections of a training, and the forms beside them: make-up lessons, struck observations. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

from web.views.fields import Field, Sent, fields_of, with_options
from workflow.clock import day_cn
from workflow.form import from_inputs
from workflow.form.payloads import Reason
from workflow.form.training import MakeUp, ObservationStrike, observed

ASK = "make-up"
_ROWS_HELP = "选填；名册中的序号，如 3、7、12，个数与补课人数一致"


@dataclass(frozen=True, slots=True)
class Tried:
    """A form that was sent and refused: which one, what was typed, and the messages beside it."""

    form: str
    sent: Sent
    errors: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RecordForm:
    """One form; ``open`` after it was refused."""

    scope: str
    fields: list[Field]
    open: bool = False
    command_id: str = field(default_factory=lambda: str(uuid4()))


def decision_scope(make_up_id: int) -> str:
    """The form in which one make-up is decided."""
    return f"make-up-{make_up_id}"


def strike_scope(class_no: object, inspection_no: object) -> str:
    """The form in which the observations of one inspection are struck."""
    return f"strike-{class_no}-{inspection_no}"


def with_forms(records: dict[str, Any], tried: Tried | None) -> dict[str, Any]:
    """The records in words, each with the form that this person may send."""
    inspections = [_inspection(one, tried) for one in records["inspections"]]
    make_ups = [
        one
        | {
            "words": _words(one["class_no"], one["inspection_no"]),
            "form": _form(Reason, decision_scope(one["id"]), tried) if one["may_decide"] else None,
        }
        for one in records["make_ups"]
    ]
    short = [one for one in inspections if one["left_count"] > 0]
    return {
        "inspections": inspections,
        "make_ups": make_ups,
        "may_ask": records["may_ask"],
        "waiting": records["waiting"],
        "ask": _ask(short, tried) if records["may_ask"] and short else None,
    }


def make_up_sent(sent: Sent) -> dict[str, Any]:
    """What the page sent of a make-up, as data to be read."""
    data = from_inputs(MakeUp, {name: value for name, value in sent.items() if name != "row_nos"})
    chosen = re.fullmatch(r"(\d{1,3})-(\d{1,3})", str(sent.get("inspection", "")), re.ASCII)
    if chosen:
        data |= {"class_no": int(chosen[1]), "inspection_no": int(chosen[2])}
    typed = str(sent.get("row_nos", "")).strip()
    if typed:
        parts = [part for part in re.split(r"[\s,，、;；]+", typed) if part]
        data["row_nos"] = [int(part) if re.fullmatch(r"\d{1,9}", part, re.ASCII) else part for part in parts]
    return data


def place_of_make_up(path: str) -> str:
    """The page's name of the field that an error path means."""
    name = path.partition(".")[0]
    return "inspection" if name in {"class_no", "inspection_no"} else name


def _inspection(one: dict[str, Any], tried: Tried | None) -> dict[str, Any]:
    scope = strike_scope(one["class_no"], one["inspection_no"])
    return one | {
        "words": _words(one["class_no"], one["inspection_no"]),
        "observed": observed(one["observed"]),
        "form": _form(ObservationStrike, scope, tried) if one["may_strike"] else None,
    }


def _form(model: type[Reason] | type[ObservationStrike], scope: str, tried: Tried | None) -> RecordForm:
    """A form that asks for a reason."""
    mine = tried if tried and tried.form == scope else None
    values, errors = (mine.sent, mine.errors) if mine else ({}, {})
    inputs = fields_of(model, values=values, errors=errors, scope=scope)
    return RecordForm(scope, [one for one in inputs if one.name == "reason"], open=mine is not None)


def _ask(short: list[dict[str, Any]], tried: Tried | None) -> RecordForm:
    mine = tried if tried and tried.form == ASK else None
    values, errors = (mine.sent, mine.errors) if mine else ({}, {})
    inputs = {one.name: one for one in fields_of(MakeUp, values=values, errors=errors, scope=ASK)}
    options = [
        (
            f"{one['class_no']}-{one['inspection_no']}",
            f"{one['words']}（{day_cn(one['inspected_on'])}，缺勤{one['absent_count']}人，"
            f"可补{one['left_count']}人）",
        )
        for one in short
    ]
    chosen = str(values.get("inspection", options[0][0] if len(options) == 1 else ""))
    inspection = Field(
        "inspection",
        "哪一次检查的缺勤",
        value=chosen,
        error=errors.get("inspection", ""),
        required=True,
        enforced=True,
        scope=ASK,
    )
    rows = replace(
        inputs["row_nos"],
        widget="text",
        value=str(values.get("row_nos", "")),
        help=_ROWS_HELP,
        width="half",
    )
    return RecordForm(
        ASK,
        [
            with_options(inspection, options),
            inputs["count"],
            inputs["made_up_on"],
            inputs["hours"],
            rows,
            inputs["remarks"],
        ],
        open=mine is not None,
    )


def _words(class_no: int, inspection_no: int) -> str:
    return f"{class_no} 班" + (f"第 {inspection_no} 次检查" if inspection_no else "开班当日检查")
