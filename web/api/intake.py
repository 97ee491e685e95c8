"""Reading what an API caller sent: body, query and headers. Whatever cannot be read is refused by name."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, NoReturn, TypeVar

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from workflow.errors import FieldError, Malformed
from workflow.form.fields import Typed
from workflow.form.reading import read

QueryModel = TypeVar("QueryModel", bound=Typed)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_KEY = re.compile(r"[\x21-\x7e]{1,128}")
_LARGEST_VERSION = 2**31 - 1
_LONGEST_ECHO = 40


def bad_request(field: str, message: str) -> NoReturn:
    """Refuses with 400, naming what is missing or unreadable."""
    raise Malformed(message, [FieldError(field, message)], status=400)


def raw_body() -> bytes:
    """The whole body; 413 when it is larger than allowed, however it was sent."""
    body = request.get_data()
    limit = request.max_content_length
    # Werkzeug compares an announced length; a chunked body it merely stops reading at the limit.
    if request.content_length is None and limit is not None and len(body) >= limit:
        raise RequestEntityTooLarge
    return body


def json_body() -> Any:
    """The body as JSON; 415 for another content type, 400 for what is not JSON or says a thing twice."""
    if request.mimetype != "application/json":
        raise UnsupportedMediaType
    try:
        value = json.loads(
            raw_body().decode("utf-8"), parse_constant=_no_constant, object_pairs_hook=_each_once
        )
    except (ValueError, RecursionError):
        bad_request("body", "请求正文不是有效的 JSON（UTF-8 编码）")
    for path, text in _texts(value, "", 0):
        # No database can keep these: NUL ends text in PostgreSQL, half a surrogate pair is no character.
        if "\x00" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
            raise Malformed("内容含有无法保存的字符", [FieldError(path, "含有无法保存的字符")])
    return value


def json_object() -> dict[str, Any]:
    """The body as a JSON object."""
    value = json_body()
    if not isinstance(value, dict):
        bad_request("body", "请求正文应为 JSON 对象")
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # Readers of JSON disagree on which of two equal keys counts; what was meant is not ours to choose.
    found = dict(pairs)
    if len(found) < len(pairs):
        name = Counter(name for name, _ in pairs).most_common(1)[0][0]
        # Half a surrogate pair, which JSON can carry, would break the answer.
        name = "".join(sign if sign.isprintable() else "?" for sign in name[:_LONGEST_ECHO])
        bad_request(name or "body", f"“{name}”在同一个 JSON 对象中重复出现")
    return found


def _texts(value: Any, path: str, depth: int) -> Iterator[tuple[str, str]]:
    if depth > 32:
        bad_request("body", "请求正文嵌套过深")
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield path or "body", name
            yield from _texts(inner, f"{path}.{name}".lstrip("."), depth + 1)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _texts(inner, f"{path}.{index}".lstrip("."), depth + 1)


def version_of(value: Any, *, required: bool) -> int | None:
    """The version that the caller has seen; 400 when it is missing where required, or no number."""
    if value is None and not required:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _LARGEST_VERSION:
        bad_request("version", "必须给出 version（整数）：您所看到的申请版本")
    return value


def query(model: type[QueryModel]) -> QueryModel:
    """The query parameters as ``model``; unknown names and values are refused, each by its name."""
    repeated = [name for name, values in request.args.lists() if len(values) > 1]
    if repeated:
        raise Malformed("查询参数重复", [FieldError(name, "只能给出一次") for name in repeated])
    return read(model, request.args.to_dict())


def idempotency_key(*, required: bool) -> str | None:
    """The ``Idempotency-Key`` header; 400 when it is missing where required, or unusable."""
    key = request.headers.get("Idempotency-Key")
    if key is None and not required:
        return None
    if key is None or not _KEY.fullmatch(key):
        bad_request("Idempotency-Key", "必须给出请求头 Idempotency-Key：1 至 128 个可见的 ASCII 字符")
    return key
