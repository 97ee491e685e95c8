"""The list of certificates as a workbook: taken away filled in, brought back into the form of the results."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, render_template, request
from flask.typing import ResponseReturnValue

from web.api.replies import workbook_reply
from web.current import product, require_actor
from web.views.applications import page_of
from web.views.fields import Field, Sent, flat
from web.views.refused import messages_of, shown
from web.views.rosters import wrong_rows
from web.views.rows import MOST_EXTRA_ROWS, Attempt, certificate_lines, classes_of, planned_result
from workflow.errors import FieldError, Malformed, NotNow, Refused
from workflow.services import applications, results_sheets
from workflow.vocabulary import Event, State

blueprint = Blueprint("results_sheets", __name__)
_MOST_SHOWN = 200
_ADDRESS = "/applications/<key:application_id>/results-sheet"


@blueprint.get(_ADDRESS)
def show(application_id: int) -> ResponseReturnValue:
    """How to fill in the list, and where to send it."""
    view = _view(application_id)
    # The list may be prepared before the day of the assessment.
    if State(view["state"]) is not State.ASSESSMENT_PROPOSED:
        raise NotNow("现在不能登记考核结果")
    results_sheets.require_recordable(product(), actor=require_actor(), application_id=application_id)
    return _page(view)


@blueprint.get(f"{_ADDRESS}.xlsx")
def template(application_id: int) -> ResponseReturnValue:
    """The workbook with the trainees of every class."""
    workbook, name = results_sheets.results_sheet(
        product(), actor=require_actor(), application_id=application_id
    )
    return workbook_reply(workbook, name)


@blueprint.post(_ADDRESS)
def send(application_id: int) -> ResponseReturnValue:
    """Fills the form of the results by the list, to be confirmed; or gives the list back with its faults."""
    command: dict[str, Any] = {"actor": require_actor(), "application_id": application_id}
    view = _view(application_id)
    try:
        content = _uploaded()
        if request.form.get("act") == "mark":
            marked = results_sheets.mark_results_sheet(product(), content=content, **command)
            if marked is not None:
                return workbook_reply(marked, "取证名单 需改正")
        found = results_sheets.read_results_sheet(product(), content=content, **command)
        sent = _filled(view, found["results"])
    except Refused as refusal:
        return _page(view, refusal), refusal.status
    for warning in found["warnings"]:
        flash(warning["message"], "note")
    flash("已按取证名单填入考核结果，尚未登记。请核对人数和证书，再点“登记考核结果”。", "good")
    return page_of(view, attempt=Attempt(Event.RECORD_RESULTS, sent, {}))


def _view(application_id: int) -> dict[str, Any]:
    return applications.read_application(product(), actor=require_actor(), application_id=application_id)


def _uploaded() -> bytes:
    file = request.files.get("file")
    if file is None or not file.filename:
        message = "请选择填好的取证名单（.xlsx）"
        raise Malformed(message, [FieldError("file", message)])
    content: bytes = file.read()
    return content


def _filled(view: dict[str, Any], results: list[dict[str, Any]]) -> Sent:
    """The results under the names of the form: first one for each class, then the other kinds."""
    rest, rows = list(results), []
    for entry in classes_of(view):
        mine = next((one for one in rest if one["class_no"] == entry["class_no"]), None)
        if mine is not None:
            rest.remove(mine)
        rows.append(mine or planned_result(entry))
    if len(rest) > MOST_EXTRA_ROWS:
        message = f"考核种类过多：除各班的一种外，最多{MOST_EXTRA_ROWS}种，现有{len(rest)}种"
        raise Malformed(message, [FieldError("file", message)])
    sent: Sent = {}
    for index, row in enumerate([*rows, *rest]):
        listed = row.pop("certificates", [])
        sent |= flat(row, f"results.{index}.")
        sent[f"results.{index}.certificates"] = certificate_lines(listed)
    return sent


def _page(view: dict[str, Any], refusal: Refused | None = None) -> str:
    wrong = wrong_rows(refusal) if isinstance(refusal, Malformed) else []
    errors = messages_of(refusal) if refusal else {}
    return render_template(
        "applications/results_sheet.html",
        view=view,
        wrong=[] if "file" in errors else wrong[:_MOST_SHOWN],
        wrong_count=len(wrong),
        message=refusal.message if refusal else "",
        refused=shown(refusal) if refusal and (not wrong or "file" in errors) else None,
        field=Field(
            "file",
            "填好的取证名单",
            "file",
            error=errors.get("file", ""),
            help=".xlsx 文件，不超过 5 MB",
            required=True,
            accept=".xlsx,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
    )
