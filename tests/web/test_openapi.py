"""The OpenAPI document: valid, complete, and the one that is committed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from schemathesis.specs.openapi.definitions import OPENAPI_31

from web.access import ACCESS

ROOT = Path(__file__).parents[2]


@pytest.fixture
def document(client: FlaskClient) -> dict[str, Any]:
    answer = client.get("/api/openapi.json")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.get_json()
    return found


def test_it_is_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1.")
    Draft202012Validator(OPENAPI_31).validate(document)


def test_every_schema_is_a_json_schema_and_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for name, schema in schemas.items():
        Draft202012Validator.check_schema(schema)
        assert "$defs" not in schema, name
    references = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(document)))
    assert references == set(schemas)


def test_every_bound_of_a_model_reached_the_document_as_json_schema(document: dict[str, Any]) -> None:
    # Where pydantic cannot say a constraint in JSON Schema, it writes its own name for it.
    assert not re.search(r'"(ge|gt|le|lt|min_length|max_length|strict)":', json.dumps(document))


def test_every_route_of_the_api_stands_in_it_and_nothing_else(app: Flask, document: dict[str, Any]) -> None:
    served = set()
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("api.") and rule.endpoint != "api.openapi":
            path = re.sub(r"<[^:>]*(?:\([^)]*\))?:(\w+)>", r"{\1}", rule.rule)
            served |= {(path, method, rule.endpoint) for method in (rule.methods or set()) - {"HEAD"}}
    described = {
        (path, method.upper(), f"api.{operation['operationId']}")
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    }
    assert described == served


WITHOUT_BODY = {
    "mark_alert_read",
    "create_calendar_feed",
    "take_out_payment_line",
    "fetch_payment_file",
    "record_bank_result",
    "refresh_dashboard",
    "request_verification",
}


def test_it_says_truly_which_calls_need_signing_in(document: dict[str, Any]) -> None:
    for operations in document["paths"].values():
        for operation in operations.values():
            public = ACCESS[f"api.{operation['operationId']}"].public
            assert (operation["security"] == []) is public


def test_every_operation_says_what_it_does_in_words_and_what_can_go_wrong(document: dict[str, Any]) -> None:
    for operations in document["paths"].values():
        for method, operation in operations.items():
            assert len(operation["summary"]) > 10
            assert {"401", "422", "500", "503"} <= set(operation["responses"])
            assert ("requestBody" in operation) is (
                method in {"post", "put", "patch"} and operation["operationId"] not in WITHOUT_BODY
            )


def test_the_event_call_names_every_event_with_its_payload(document: dict[str, Any]) -> None:
    call = document["paths"]["/api/v1/applications/{application_id}/events"]["post"]
    bodies = call["requestBody"]["content"]["application/json"]["schema"]["anyOf"]
    events = {
        document["components"]["schemas"][body["$ref"].rsplit("/", 1)[1]]["properties"]["event"]["const"]
        for body in bodies
    }
    assert len(events) == 23
    (key,) = [parameter for parameter in call["parameters"] if parameter["in"] == "header"]
    assert (key["name"], key["required"]) == ("Idempotency-Key", True)


def test_the_event_call_may_answer_a_mere_receipt(document: dict[str, Any]) -> None:
    call = document["paths"]["/api/v1/applications/{application_id}/events"]["post"]
    answers = call["responses"]["200"]["content"]["application/json"]["schema"]["anyOf"]
    names = [answer["$ref"].rsplit("/", 1)[1] for answer in answers]
    assert names == ["ApplicationAnswer", "EventReceipt"]
    assert set(document["components"]["schemas"]["EventReceipt"]["required"]) == {
        *("id", "number", "state", "state_label", "version", "objection_id", "receipt")
    }


def test_the_committed_document_is_the_one_served(document: dict[str, Any]) -> None:
    committed = json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))
    assert committed == document, "python -m web.api > docs/openapi.json"


def test_it_can_be_printed_without_a_database() -> None:
    printed = subprocess.run(
        [sys.executable, "-m", "web.api"], capture_output=True, cwd=ROOT, check=True, text=True
    )
    assert json.loads(printed.stdout)["openapi"].startswith("3.1.")
