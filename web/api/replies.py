"""How answers are written."""

from __future__ import annotations

import json
from collections.abc import Iterable
from io import TextIOWrapper
from tempfile import TemporaryFile
from typing import Any
from urllib.parse import quote

from flask import Response, send_file

from web.api.intake import XLSX
from workflow.reports import workbook
from workflow.reports.moves import MOVES_NAME, write_moves
from workflow.services.case_exports import CaseExport
from workflow.services.official_forms import PrintedForm

CSV, PDF, ZIP = "text/csv", "application/pdf", "application/zip"


def reply(content: Any, *, status: int = 200) -> Response:
    """``content`` as JSON, its keys in the order of the service and its characters as they are."""
    return Response(json.dumps(content, ensure_ascii=False), status=status, content_type="application/json")


def workbook_reply(workbook: bytes, name: str) -> Response:
    """A workbook to be saved under ``name``."""
    response = Response(workbook, content_type=XLSX)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}.xlsx"
    return response


def report_reply(report: dict[str, Any]) -> Response:
    """A report as a workbook, under its title."""
    return workbook_reply(workbook(report), report["title"])


def pdf_reply(form: PrintedForm) -> Response:
    """A printed form, for the browser to show; saved it is named after its number and version."""
    response = Response(form.pdf, content_type=PDF)
    name = quote(f"年度补贴培训资金申请表-{form.number}-第{form.version}版")
    response.headers["Content-Disposition"] = f"inline; filename*=UTF-8''{name}.pdf"
    # The viewers of older browsers put the file into an object of its own address.
    response.headers["Content-Security-Policy"] = "default-src 'self'; frame-ancestors 'none'"
    return response


def folder_reply(folder: CaseExport) -> Response:
    """A folder to be saved, sent while it is being written."""
    response = Response(folder.pieces, content_type=ZIP)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(folder.name)}.zip"
    return response


def moves_reply(moves: Iterable[dict[str, Any]]) -> Response:
    """Clocks that move, as a file; on disk until it is sent, since there may be a million."""
    file = TemporaryFile()  # noqa: SIM115 - the response closes it
    text = TextIOWrapper(file, encoding="utf-8", newline="")
    write_moves(moves, text)
    text.detach()
    file.seek(0)
    return send_file(file, CSV, as_attachment=True, download_name=f"{MOVES_NAME}.csv")
