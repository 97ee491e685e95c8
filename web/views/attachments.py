"""Scans and photographs of an application, from its page."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from web.api.attachments import file_reply
from web.current import product, require_actor
from web.views.applications import page_of
from web.views.attachment_forms import Uploaded
from web.views.fields import ordinal_typed
from web.views.refused import Shown, shown
from workflow.errors import Malformed, NotFound, Refused
from workflow.services import applications, attachments
from workflow.services.uploads import Upload
from workflow.vocabulary import AttachmentPlace

blueprint = Blueprint("attachments", __name__)


@blueprint.get("/applications/<key:application_id>/attachments")
def show(application_id: int) -> ResponseReturnValue:
    """The address of a form that was sent, opened by hand: leads to the files."""
    return redirect(_address(application_id), code=303)


@blueprint.post("/applications/<key:application_id>/attachments")
def add(application_id: int) -> ResponseReturnValue:
    """Adds files to a place; where one is not taken, the page says of each what became of it."""
    place = next((each for each in AttachmentPlace if each == request.form.get("place")), None)
    if place is None:
        raise NotFound("没有这个附件位置")
    class_no = request.form.get("class_no", "")
    sent = [file for file in request.files.getlist("file") if file.filename]
    try:
        answer = attachments.add_attachments(
            product(),
            actor=require_actor(),
            application_id=application_id,
            place=place,
            class_no=ordinal_typed(class_no),
            uploads=[Upload(file.filename or "", file.read()) for file in sent],
            command_id=request.form.get("command_id") or None,
        )
    except NotFound:
        raise
    except Refused as refusal:
        uploaded = Uploaded(place.value, wrong=[refusal.message], class_no=class_no)
        return _page(application_id, uploaded, refusal), refusal.status
    taken = [each["name"] for each in answer["results"] if not each["message"]]
    wrong = [each["message"] for each in answer["results"] if each["message"]]
    if wrong:
        uploaded = Uploaded(place.value, taken, wrong, class_no)
        return _page(application_id, uploaded, Malformed("有文件没有上传")), Malformed.status
    flash(f"已上传 {len(taken)} 个文件：{'、'.join(taken)}", "good")
    return redirect(_address(application_id), code=303)


@blueprint.get("/applications/<key:application_id>/attachments/<key:attachment_id>")
def read(application_id: int, attachment_id: int) -> Response:
    """One file, shown in the browser; with ``?save=1`` to be kept."""
    return file_reply(application_id, attachment_id, saved=request.args.get("save") == "1")


@blueprint.post("/applications/<key:application_id>/attachments/<key:attachment_id>/remove")
def remove(application_id: int, attachment_id: int) -> ResponseReturnValue:
    """Removes a file."""
    try:
        answer = attachments.remove_attachment(
            product(),
            actor=require_actor(),
            application_id=application_id,
            attachment_id=attachment_id,
            command_id=request.form.get("command_id") or None,
        )
    except NotFound:
        raise
    except Refused as refusal:
        return _page(application_id, None, refusal), refusal.status
    flash(f"已移除附件“{answer['attachment']['name']}”，审计人员仍可查看。", "good")
    return redirect(_address(application_id), code=303)


def _page(application_id: int, uploaded: Uploaded | None, refusal: Refused) -> str:
    """The application as it stands, with what was wrong beside the field and at the head."""
    view = applications.read_application(product(), actor=require_actor(), application_id=application_id)
    head = shown(refusal)
    if uploaded is not None:
        errors = [{"message": message, "id": f"file-{uploaded.place}"} for message in uploaded.wrong]
        title = "有文件没有上传" if uploaded.taken else "文件没有上传"
        head = Shown(title, "", refusal.source, errors)
    return page_of(view, refused=head, uploaded=uploaded)


def _address(application_id: int) -> str:
    return url_for("applications.show", application_id=application_id, _anchor="attachments")
