"""Requests made up from the OpenAPI document, good ones and bad ones, and whether the API keeps its word."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tests.files import PNG
from tests.journeys.city import CITY, City
from tests.journeys.conftest import small_city
from tests.year_list import EXAMPLE_USCC
from web import create_app
from web.access import ACCESS
from web.api.operations import OPERATIONS, Operation
from workflow.services import accounts, attachments, closures, sanctions
from workflow.services.uploads import Upload
from workflow.vocabulary import AttachmentPlace, Role

__all__ = ["small_city"]

# What fits the schema may still break a rule of the policy, name a cursor that was never given out, or ask
# for a day outside the calendar: 422 and 400 are right answers to good data.
LEFT_OUT = [positive_data_acceptance]
CALLERS = {
    Role.APPLICANT: "institution",
    Role.ADMIN: "admin",
    Role.AUDITOR: "auditor",
    Role.REVIEWER: "hr1",
    Role.CASHIER: "cashier",
    Role.HEAD: "hr_head",
    Role.INSPECTOR: "inspector",
}


def _login(operation: Operation) -> str:
    roles = ACCESS[f"api.{operation.name}"].roles
    if operation.tag == "funds" and roles == {Role.HEAD}:
        return "finance_head"
    return "institution" if roles is None else next(CALLERS[role] for role in CALLERS if role in roles)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_the_api_keeps_its_word(small_city: City, operation: Operation) -> None:
    product = small_city.to_notice().product
    closures.propose_closure(
        product,
        actor=small_city.actors["office"],
        region=CITY,
        days=[date(2026, 11, 2)],
        authority="市人民政府",
        document_number="1号",
        reason="暴雨停工",
    )
    sanctions.impose_sanction(
        product,
        actor=small_city.actors["hr1"],
        body={
            "region": CITY,
            "uscc": EXAMPLE_USCC,
            "kind": "blacklist",
            "from_on": "2026-10-01",
            "reason": "弄虚作假",
            "document": "决定书",
        },
    )
    attachments.add_attachments(
        product,
        actor=small_city.actors["hr1"],
        application_id=small_city.application["id"],
        place=AttachmentPlace.NOTICE_PROOF,
        class_no=None,
        uploads=[Upload("公示.png", PNG)],
    )
    app = create_app(product)
    app.config["OBJECTIONS_PER_MINUTE"] = 10_000
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", app)
    headers = {"Authorization": f"Bearer {accounts.issue_token(product, login=_login(operation))}"}
    # Good requests are for things that exist, so that they get beyond 404.
    existing: dict[str, Any] = dict.fromkeys(
        (
            *("application_id", "clock_id", "notice_id", "closure_id", "ordinal", "make_up_id"),
            "attachment_id",
            *("institution_id", "occupation_id", "platform_id", "sanction_id"),
        ),
        1,
    )
    existing["policy"] = "pingdingshan-2022"
    known = {name: key for name, key in existing.items() if f"{{{name}}}" in operation.path}
    described = schema["/api" + operation.path][operation.method]
    _keep_word(described.as_strategy(generation_mode=GenerationMode.POSITIVE, path_parameters=known), headers)
    # Nothing can be wrong with a call that takes nothing.
    with suppress(schemathesis.errors.InvalidSchema):
        _keep_word(described.as_strategy(generation_mode=GenerationMode.NEGATIVE), headers)


def _keep_word(cases: Any, headers: dict[str, str]) -> None:
    @given(case=cases)
    @settings(
        max_examples=10,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def keeps_its_word(case: Any) -> None:
        case.call_and_validate(headers=headers, excluded_checks=LEFT_OUT)

    keeps_its_word()
