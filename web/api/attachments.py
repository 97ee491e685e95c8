"""Scans and photographs of an application over the API."""

from __future__ import annotations

from urllib.parse import quote

from flask import Response, request
from werkzeug.exceptions import UnsupportedMediaType

from web.api.intake import bad_request, idempotency_key, raw_body
from web.api.parameters import AttachmentQuery, AttachmentVersionQuery
from web.api.replies import reply
from web.current import product, require_actor
from workflow.attachments.kinds import FileKind
from workflow.errors import FieldError, Malformed
from workflow.services import attachments
from workflow.services.uploads import File, Upload

RAW = "application/octet-stream"
_RAW_TYPES = frozenset({RAW, *(kind.content_type for kind in FileKind)})


def list_attachments(application_id: int) -> Response:
    """The files of an application in the order of the form, all in one page."""
    return reply(
        attachments.list_attachments(product(), actor=require_actor(), application_id=application_id)
    )


def list_attachment_places(application_id: int) -> Response:
    """The places of the form that ask for a seal or a proof, and where the caller may add files now."""
    return reply(
        attachments.list_attachment_places(product(), actor=require_actor(), application_id=application_id)
    )


def add_attachment(application_id: int, query: AttachmentQuery) -> Response:
    """Adds one PDF, JPEG or PNG to a place: the file itself as the body, or a multipart ``file``."""
    command_id = idempotency_key(required=False)
    if request.mimetype == "multipart/form-data":
        sent = request.files.get("file")
        if sent is None:
            bad_request("file", "请以 file 为名上传文件（PDF、JPEG 或者 PNG）")
        upload = Upload(query.name or sent.filename or "", sent.read())
    elif request.mimetype in _RAW_TYPES:
        upload = Upload(query.name or "", raw_body())
    else:
        raise UnsupportedMediaType
    answer = attachments.add_attachments(
        product(),
        actor=require_actor(),
        application_id=application_id,
        place=query.place,
        class_no=query.class_no,
        inspection_no=query.inspection_no,
        uploads=[upload],
        expected_version=query.version,
        command_id=command_id,
    )
    (result,) = answer["results"]
    if result["message"]:
        raise Malformed(result["message"], [FieldError("file", result["message"])])
    return reply({"version": answer["version"], "attachment": result["attachment"]}, status=201)


def read_attachment(application_id: int, attachment_id: int) -> Response:
    """One file as it was sent. Looking at one that shows personal data is recorded."""
    return file_reply(application_id, attachment_id)


def remove_attachment(application_id: int, attachment_id: int, query: AttachmentVersionQuery) -> Response:
    """Removes a file from its place; auditors can still read it."""
    return reply(
        attachments.remove_attachment(
            product(),
            actor=require_actor(),
            application_id=application_id,
            attachment_id=attachment_id,
            expected_version=query.version,
            command_id=idempotency_key(required=False),
        )
    )


def file_reply(application_id: int, attachment_id: int, *, saved: bool = False) -> Response:
    """A file for its reader's eyes alone: shown in the browser, or ``saved`` under its name."""
    file = attachments.read_attachment(
        product(), actor=require_actor(), application_id=application_id, attachment_id=attachment_id
    )
    return file_response(file, saved=saved)


def file_response(file: File, *, saved: bool = False) -> Response:
    """A file that runs nothing and loads nothing, for one reader; ``saved`` under its name, or shown."""
    response = Response(file.content, content_type=file.kind.content_type)
    response.headers["Content-Disposition"] = (
        f"{'attachment' if saved else 'inline'}; filename*=UTF-8''{quote(file.name)}"
    )
    response.headers["Content-Security-Policy"] = _policy_of(file)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _policy_of(file: File) -> str:
    # Whatever it may be besides, it loads nothing and runs nothing. Chromium shows no PDF in a sandbox, and
    # its viewer brings its own; the viewer's own style is inline.
    if file.kind is FileKind.PDF:
        return "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'none'"
    return "default-src 'none'; sandbox; frame-ancestors 'none'"
