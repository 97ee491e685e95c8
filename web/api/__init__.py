"""The JSON API: one blueprint, its routes registered from the table in ``operations``."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from web.api.intake import query
from web.api.openapi import describe
from web.api.operations import Operation, operations
from web.api.parameters import NoQuery
from web.api.replies import reply

_CONVERTERS = {
    "application_id": "key",
    "clock_id": "key",
    "account_id": "key",
    "alert_id": "key",
    "message_id": "key",
    "notice_id": "key",
    "closure_id": "key",
    "institution_id": "key",
    "occupation_id": "key",
    "platform_id": "key",
    "sanction_id": "key",
    "survey_id": "key",
    "make_up_id": "key",
    "attachment_id": "key",
    "batch_id": "key",
    "result_id": "key",
    "line_no": "key",
    "absence_id": "key",
    "registration_id": "key",
    "proof_id": "key",
    "row_no": "key",
    "ordinal": "key",
    "draw_id": "key",
    "visit_id": "key",
    "receipt": "string",
    "year": "int(fixed_digits=4)",
    "name": "string",
    "policy": "policy",
}


def create_api(*, test_clock: bool) -> Blueprint:
    """The blueprint; the test clock's route exists only with ``test_clock``."""
    blueprint = Blueprint("api", __name__, url_prefix="/api")
    served = operations(test_clock=test_clock)
    for operation in served:
        blueprint.add_url_rule(
            route_of(operation.path),
            endpoint=operation.name,
            view_func=_endpoint(operation),
            methods=[operation.method],
        )
    document = describe(served)

    def openapi() -> Response:
        return reply(document)

    blueprint.add_url_rule("/openapi.json", view_func=openapi)
    return blueprint


def route_of(path: str) -> str:
    """The route of a path template, each parameter with its converter."""
    for name, converter in _CONVERTERS.items():
        path = path.replace(f"{{{name}}}", f"<{converter}:{name}>")
    return path


def _endpoint(operation: Operation) -> Any:
    def call(**arguments: Any) -> Response:
        parameters = query(operation.query)
        if operation.query is not NoQuery:
            arguments["query"] = parameters
        return operation.view(**arguments)

    return call
