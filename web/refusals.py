"""Every error and what the caller sees: problem+json (RFC 9457) under ``/api/``, elsewhere a page."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote

import structlog
from flask import Flask, Response, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from gunicorn.http.errors import ParseException
from sqlalchemy.exc import (
    DatabaseError,
    DataError,
    IntegrityError,
    InterfaceError,
    NotSupportedError,
    ProgrammingError,
    SQLAlchemyError,
    TimeoutError,
)
from werkzeug.exceptions import HTTPException

from web.current import is_autosave, logged_path, request_id, wants_problem
from web.kept import form_of_request, page_before, written
from web.rate import TooMany
from workflow.errors import Conflict, FieldError, Malformed, NotSignedIn, Refused, RuleBroken, Unavailable
from workflow.form.masking import cover_numbers

_log = structlog.get_logger("web")
_UNREACHABLE = (DatabaseError, InterfaceError, TimeoutError)
"""How a database fails that is away, overloaded or broken; a few kinds of ``DatabaseError`` are our bugs."""
_TYPE = "urn:training-subsidy:problem:"
_HTTP_WORDS = {
    400: ("请求有误", "请求的格式不正确，无法读取"),
    404: ("未找到", "没有这个地址，或其中的内容不存在"),
    405: ("方法不支持", "该地址不支持这种请求方法"),
    413: ("内容过大", "提交的内容超过允许的大小"),
    414: ("地址过长", "请求地址过长"),
    415: ("内容类型不支持", "请求的内容类型不受支持"),
    429: ("请求过于频繁", "请求过于频繁，请稍后再试"),
    431: ("请求头过大", "请求头超过允许的大小"),
}


def map_errors(app: Flask) -> None:
    """Registers one handler for each kind of error; nothing reaches the caller unmapped."""
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(CSRFError, _forged)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(ParseException, _broken_body)
    for fault in _UNREACHABLE:
        app.register_error_handler(fault, _unreachable)
    for bug in (DataError, IntegrityError, NotSupportedError, ProgrammingError):
        app.register_error_handler(bug, _unexpected)
    app.register_error_handler(Exception, _unexpected)


def _refused(error: Refused) -> ResponseReturnValue:
    headers: dict[str, str] = {}
    if isinstance(error, TooMany):
        headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, NotSignedIn):
        if wants_problem():
            headers["WWW-Authenticate"] = "Bearer"
        elif is_autosave():
            # The page says so beside the button, and keeps what was typed.
            pass
        elif request.method != "GET":
            return _sign_in_first(error)
        elif "HX-Request" in request.headers:
            headers["HX-Redirect"] = url_for("sign_in.show")
        else:
            return redirect(url_for("sign_in.show", next=request.full_path.rstrip("?")), code=303)
    details: dict[str, Any] = {}
    if isinstance(error, Malformed) and error.errors:
        details["errors"] = [_covered(wrong) for wrong in error.errors]
    if isinstance(error, RuleBroken):
        details["findings"] = [finding.as_dict() for finding in error.findings]
    if isinstance(error, Conflict) and error.current_version is not None:
        details["current_version"] = error.current_version
    if error.source:
        details["source"] = error.source
    # What was typed is repeated, and may be somebody's number.
    message = cover_numbers(error.message)
    return _answer(_slug(type(error)), error.status, error.title, message, headers, **details)


def _sign_in_first(error: NotSignedIn) -> ResponseReturnValue:
    """Answers a form whose session has ended; what was typed stays with the page."""
    kept = form_of_request()
    after = "刚才的内容没有提交，登录之后请重新办理"
    if kept is not None:
        after = "刚才填写的内容还没有提交；登录之后可以接着提交，不必重填"
    if kept is not None and not kept.whole:
        after = "刚才填写的文字还在，登录之后可以接着提交；选择的文件和密码不保留，届时请重新选择、输入"
    page = render_template(
        "sign_in.html",
        form={"login": ""},
        error=f"登录已失效。{after}",
        next=page_before(),
        kept=written(kept),
    )
    return page, error.status


def _forged(_error: CSRFError) -> ResponseReturnValue:
    kept = None if wants_problem() or is_autosave() else form_of_request()
    if kept is not None:
        # Somebody has signed in again in another window since the page was opened.
        return render_template("resend.html", kept=kept), 403
    if wants_problem():
        detail = "使用登录会话调用接口时，请求头 X-CSRFToken 必须携带页面上的校验码"
    else:
        detail = "页面已过期或校验码不正确，请返回并刷新页面后重试"
    return _answer("forgery-check", 403, "校验未通过", detail, {})


def _http_error(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None:
        return error.get_response()
    status = error.code or 500
    if status >= 500:
        return _unexpected(error)
    title, detail = _HTTP_WORDS.get(status, _HTTP_WORDS[400])
    if status == 413 and request.max_content_length:
        detail += f"（最多 {request.max_content_length // 1024**2} MB）"
    headers = {name: value for name, value in error.get_headers() if name.lower() != "content-type"}
    return _answer(_slug(type(error)), status, title, detail, headers)


def _broken_body(_error: ParseException) -> ResponseReturnValue:
    # Gunicorn reads a body while we do, and says so in its own way; what breaks off, Werkzeug answers.
    return _answer("malformed", 400, "请求有误", "请求正文的分块传输有误，无法读取", {})


def _unreachable(error: SQLAlchemyError) -> ResponseReturnValue:
    # The driver's own words; SQLAlchemy's would repeat the statement.
    _log.error("database_unreachable", error=str(getattr(error, "orig", error)))
    return _refused(Unavailable("数据库暂时无法连接，本次操作没有生效，请稍后重试"))


def _unexpected(error: Exception) -> ResponseReturnValue:
    _log.error("unexpected_error", path=logged_path(), method=request.method, exc_info=error)
    detail = f"系统出现意外错误，本次操作没有完成；请联系管理员，并告知请求编号 {request_id()}"
    return _answer("unexpected", 500, "系统错误", detail, {})


def _covered(wrong: FieldError) -> dict[str, str]:
    return {name: cover_numbers(words) for name, words in wrong.as_dict().items()}


def _slug(kind: type[Exception]) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "-", kind.__name__).lower()


def _answer(
    slug: str, status: int, title: str, detail: str, headers: dict[str, str], **details: Any
) -> Response:
    if wants_problem() or is_autosave():
        body = {
            "type": _TYPE + slug,
            "title": title,
            "status": status,
            "detail": detail,
            "instance": quote(cover_numbers(request.path)),
            "request_id": request_id(),
            **details,
        }
        text = json.dumps(body, ensure_ascii=False)
        return Response(text, status=status, headers=headers, content_type="application/problem+json")
    if status >= 500:
        # The page's own furniture asks the database; now is not the moment.
        g.without_furniture = True
    try:
        page = render_template(
            "error.html",
            status=status,
            title=title,
            message=detail,
            findings=details.get("findings", []),
            errors=details.get("errors", []),
            source=details.get("source", ""),
            current_version=details.get("current_version"),
        )
    except Exception as error:
        if status < 500:
            raise
        _log.error("error_page_failed", exc_info=error)
        return Response(
            f"{title}：{detail}", status=status, headers=headers, content_type="text/plain; charset=utf-8"
        )
    return Response(page, status=status, headers=headers, content_type="text/html; charset=utf-8")
