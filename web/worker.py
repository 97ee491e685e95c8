"""The server's worker: what cannot even be read as a request is answered in Chinese too, and short."""

from __future__ import annotations

from contextlib import suppress
from html import escape
from http import HTTPStatus
from typing import Any

from gunicorn.http.errors import (
    ExpectationFailed,
    InvalidResponseHeader,
    InvalidResponseHeaderName,
    LimitRequestHeaders,
    LimitRequestLine,
    ParseException,
    UnsupportedTransferCoding,
)
from gunicorn.util import write_nonblock
from gunicorn.workers.gthread import ThreadWorker

_UNREADABLE = (HTTPStatus.BAD_REQUEST, "服务器无法读懂这个请求，请刷新页面或者重新输入网址")
_ANSWERS: dict[type[Exception], tuple[HTTPStatus, str]] = {
    LimitRequestLine: (HTTPStatus.REQUEST_URI_TOO_LONG, "网址过长，请从首页重新进入，或者减少查询条件"),
    LimitRequestHeaders: (
        HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
        "请求头过大，请清除本网站的浏览器缓存（Cookie）后重试",
    ),
    ExpectationFailed: (HTTPStatus.EXPECTATION_FAILED, "服务器不支持这种请求方式"),
    UnsupportedTransferCoding: (HTTPStatus.NOT_IMPLEMENTED, "服务器不支持这种传输编码"),
}
# What the application wanted to say is not the caller's fault.
_OURS = (InvalidResponseHeader, InvalidResponseHeaderName)


class Worker(ThreadWorker):  # type: ignore[misc]
    """gunicorn's worker with threads; its own pages of error are in English."""

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        """Answers a request that could not be read, and closes; everything else is left to gunicorn."""
        if not isinstance(exc, ParseException) or isinstance(exc, _OURS):
            super().handle_error(req, client, addr, exc)
            return
        status, words = _ANSWERS.get(type(exc), _UNREADABLE)
        # Its kind alone: the line or the header itself may hold what belongs in no log.
        self.log.warning("Invalid request from ip=%s: %s", addr[0] if addr else "", type(exc).__name__)
        with suppress(Exception):
            write_nonblock(client, _answer(status, words))


def _answer(status: HTTPStatus, words: str) -> bytes:
    body = (
        '<!doctype html><html lang="zh-CN"><meta charset="utf-8">'
        f"<title>请求有误</title><h1>请求有误</h1><p>{escape(words)}。</p>"
        '<p><a href="/">回到首页</a></p></html>\n'
    ).encode()
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\nConnection: close\r\nCache-Control: no-store\r\n"
        "Content-Security-Policy: default-src 'none'\r\nX-Content-Type-Options: nosniff\r\n"
        f"Content-Type: text/html; charset=utf-8\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode("ascii") + body
