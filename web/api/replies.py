"""How answers are written."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from flask import Response

from web.api.intake import XLSX


def reply(content: Any, *, status: int = 200) -> Response:
    """``content`` as JSON, its keys in the order of the service and its characters as they are."""
    return Response(json.dumps(content, ensure_ascii=False), status=status, content_type="application/json")


def workbook_reply(workbook: bytes, name: str) -> Response:
    """A workbook to be saved under ``name``."""
    response = Response(workbook, content_type=XLSX)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}.xlsx"
    return response
