"""The OpenAPI 3.1 document, written from the table of operations and the models it names."""

from __future__ import annotations

import re
from functools import cache
from importlib.metadata import version
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from calendars.statute import FIRST_YEAR, LAST_YEAR
from web.access import ACCESS
from web.api.answers import Problem
from web.api.attachments import RAW
from web.api.intake import XLSX
from web.api.operations import Operation
from web.api.parameters import NoQuery
from web.api.replies import CSV, PDF, ZIP
from web.routing import LARGEST_KEY, POLICY_REFERENCE
from workflow.attachments.kinds import FileKind
from workflow.form.fields import Typed

References = dict[tuple[Any, JsonSchemaMode], dict[str, Any]]
"""To each model, as it goes in (validation) or comes out (serialization), its ``$ref``."""

_REF = "#/components/schemas/{model}"
_WORKBOOK = {"type": "string", "contentMediaType": XLSX, "contentEncoding": "binary"}
_BINARY = {"type": "string", "contentEncoding": "binary"}
_KEY_SCHEMA = {"type": "integer", "minimum": 1, "maximum": LARGEST_KEY}
_PATH_SCHEMAS: dict[str, dict[str, Any]] = {
    "draw_id": _KEY_SCHEMA,
    "visit_id": _KEY_SCHEMA,
    "application_id": _KEY_SCHEMA,
    "clock_id": _KEY_SCHEMA,
    "account_id": _KEY_SCHEMA,
    "alert_id": _KEY_SCHEMA,
    "message_id": _KEY_SCHEMA,
    "notice_id": _KEY_SCHEMA,
    "closure_id": _KEY_SCHEMA,
    "institution_id": _KEY_SCHEMA,
    "occupation_id": _KEY_SCHEMA,
    "platform_id": _KEY_SCHEMA,
    "sanction_id": _KEY_SCHEMA,
    "survey_id": _KEY_SCHEMA,
    "make_up_id": _KEY_SCHEMA,
    "attachment_id": _KEY_SCHEMA,
    "absence_id": _KEY_SCHEMA,
    "receipt": {"type": "string", "maxLength": 60, "description": "异议的回执编号，如 YY-12-001-7KQ4XD"},
    "batch_id": _KEY_SCHEMA,
    "result_id": _KEY_SCHEMA,
    "line_no": _KEY_SCHEMA | {"description": "批次中的行号"},
    "registration_id": _KEY_SCHEMA,
    "proof_id": _KEY_SCHEMA,
    "row_no": _KEY_SCHEMA | {"description": "学员在名册中的序号"},
    "ordinal": _KEY_SCHEMA | {"description": "日历的版次"},
    # With every notice the calendar in force reaches a year further, at most to here.
    "year": {"type": "integer", "minimum": FIRST_YEAR, "maximum": LAST_YEAR},
    "name": {"type": "string", "pattern": "^[a-z][a-z0-9-]{0,63}$"},
    "policy": {
        "type": "string",
        "pattern": f"^{POLICY_REFERENCE}$",
        "description": "政策，如 pingdingshan-2022；@ 之后可以写它的一个存储版本",
    },
}
_REFUSALS = {
    400: "请求不能读取，或缺少必要的请求头、版本",
    401: "未登录，或令牌、会话无效",
    403: "无权办理",
    404: "没有这个内容",
    409: "当前不能办理，或内容已被他人更新（current_version）",
    413: "内容过大",
    415: "内容类型不支持",
    422: "字段有误（errors）或不符合规定（findings）",
    429: "请求过于频繁",
    500: "意外错误",
    503: "数据库暂不可用",
}


@cache
def describe(served: tuple[Operation, ...]) -> dict[str, Any]:
    """The document of these operations. It is made once; nobody changes it."""
    schemas, references = _schemas(served)
    paths: dict[str, dict[str, Any]] = {}
    for operation in served:
        paths.setdefault("/api" + operation.path, {})[operation.method.lower()] = _operation(
            operation, references
        )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "年度补贴培训资金申请平台接口",
            "version": version("training-subsidy"),
            "description": "日期为中国标准时间的日期，时刻为带时区的 ISO 8601；金额为两位小数的元（文本）；"
            "错误为 application/problem+json（RFC 9457）；列表均为 {items, next}。",
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": "subsidy_session",
                    "description": "浏览器会话；POST、PUT、PATCH、DELETE 须带请求头 X-CSRFToken",
                },
            },
        },
    }


def _schemas(
    served: tuple[Operation, ...],
) -> tuple[dict[str, Any], References]:
    """All schemas under ``components``, and the reference to each model as it goes in or comes out."""
    wanted: dict[tuple[type[BaseModel], JsonSchemaMode], None] = {(Problem, "serialization"): None}
    for operation in served:
        for model in operation.body:
            wanted[model, "validation"] = None
        if operation.answer is not None:
            wanted[operation.answer, "serialization"] = None
        if operation.other_answer is not None:
            wanted[operation.other_answer, "serialization"] = None
    references, definitions = models_json_schema(list(wanted), ref_template=_REF)
    return definitions["$defs"], references


def _operation(operation: Operation, references: References) -> dict[str, Any]:
    public = ACCESS[f"api.{operation.name}"].public
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "tags": [operation.tag],
        "security": [] if public else [{"bearer": []}, {"session": []}],
        "responses": _responses(operation, references, public=public),
    }
    parameters = _parameters(operation)
    if parameters:
        described["parameters"] = parameters
    if operation.takes_body:
        described["requestBody"] = {"required": True, "content": _content_in(operation, references)}
    return described


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": _PATH_SCHEMAS[name]}
        for name in re.findall(r"{(\w+)}", operation.path)
    ]
    parameters += _query_parameters(operation.query)
    if operation.key:
        parameters.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": operation.key == "required",
                "description": "同一键、同一内容再次提交时，答复与第一次相同",
                "schema": {"type": "string", "pattern": "^[!-~]{1,128}$"},
            }
        )
    return parameters


def _query_parameters(model: type[Typed]) -> list[dict[str, Any]]:
    """Each field of the model as a parameter. Its words stand in place: a parameter is easier read whole."""
    schema = model.model_json_schema()
    definitions = schema.get("$defs", {})
    required = schema.get("required", [])
    return [
        {
            "name": name,
            "in": "query",
            "required": name in required,
            "description": field.get("title", ""),
            "schema": _in_place(field, definitions),
        }
        for name, field in schema.get("properties", {}).items()
    ]


def _in_place(field: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    # A query parameter is given or absent, never null.
    choices = [choice for choice in field.get("anyOf", [field]) if choice.get("type") != "null"]
    chosen = choices[0]
    if "$ref" in chosen:
        chosen = definitions[chosen["$ref"].rsplit("/", 1)[1]]
    kept = {name: value for name, value in chosen.items() if name not in {"title", "description", "default"}}
    if field.get("default") is not None:
        kept["default"] = field["default"]
    return kept


def _content_in(operation: Operation, references: References) -> dict[str, Any]:
    models = [references[model, "validation"] for model in operation.body]
    content: dict[str, Any] = {}
    if models:
        content["application/json"] = {"schema": models[0] if len(models) == 1 else {"anyOf": models}}
    if operation.also_workbook_in:
        content[XLSX] = {"schema": _WORKBOOK}
        content["multipart/form-data"] = {
            "schema": {"type": "object", "properties": {"file": _WORKBOOK}, "required": ["file"]}
        }
    if operation.also_csv_in:
        content[CSV] = {"schema": {"type": "string"}}
    if operation.file_in:
        content[RAW] = {"schema": _BINARY}
        content["multipart/form-data"] = {
            "schema": {"type": "object", "properties": {"file": _BINARY}, "required": ["file"]}
        }
    return content


def _responses(operation: Operation, references: References, *, public: bool) -> dict[str, Any]:
    content: dict[str, Any] = {}
    if operation.answer is not None:
        answer = references[operation.answer, "serialization"]
        if operation.other_answer is not None:
            answer = {"anyOf": [answer, references[operation.other_answer, "serialization"]]}
        content["application/json"] = {"schema": _list_of(answer) if operation.listed else answer}
    if operation.also_workbook_out:
        content[XLSX] = {"schema": _WORKBOOK}
    if operation.file_out:
        content |= {kind.content_type: {"schema": _BINARY} for kind in FileKind}
    if operation.also_csv_out:
        content[CSV] = {"schema": {"type": "string"}}
    if operation.pdf_out:
        content[PDF] = {"schema": {"type": "string", "contentMediaType": PDF, "contentEncoding": "binary"}}
    if operation.folder_out:
        content[ZIP] = {"schema": {"type": "string", "contentMediaType": ZIP, "contentEncoding": "binary"}}
    done: dict[str, Any] = {"description": "成功", "content": content}
    if operation.status == 201 and operation.name == "create_application":
        done["headers"] = {"Location": {"schema": {"type": "string"}, "description": "新申请的地址"}}
    words = _REFUSALS | (
        {503: "暂不可用：数据库，或者打印所需的中文字体"} if operation.pdf_out or operation.folder_out else {}
    )
    problem = {"application/problem+json": {"schema": references[Problem, "serialization"]}}
    refused = {
        str(status): {"description": words[status], "content": problem}
        for status in sorted(_refusals(operation, public=public))
    }
    return {str(operation.status): done, **refused}


def _refusals(operation: Operation, *, public: bool) -> set[int]:
    statuses = {401, 422, 500, 503}  # 401: a token that is no good is refused even where none is needed
    if not public:
        statuses |= {403}
    if "{" in operation.path or operation.looks_up:
        statuses |= {404}
    if operation.takes_body:
        statuses |= {400, 413, 415}
    if operation.query is not NoQuery or operation.key:
        statuses |= {400}
    if operation.conflicts:
        statuses |= {409}
    if operation.limited:
        statuses |= {429}
    return statuses


def _list_of(item: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            "items": {"type": "array", "items": item},
            "next": {"type": ["string", "null"], "description": "下一页的 cursor；没有下一页时为 null"},
        },
        "required": ["items", "next"],
    }
