"""What is recorded of a training beside its events: make-up lessons, and observations that are struck."""

from __future__ import annotations

from flask import Response

from web.api.intake import idempotency_key, json_object, version_of
from web.api.replies import reply
from web.current import product, require_actor
from workflow.form.payloads import Nothing, Reason
from workflow.form.reading import read
from workflow.form.training import MakeUp, ObservationStrike
from workflow.services import training_records


def ask_make_up(application_id: int) -> Response:
    """Asks for HR's consent to a make-up lesson; it stands last in ``form.training.make_ups``."""
    command_id, body = idempotency_key(required=False), json_object()
    version = version_of(body.pop("version", None), required=False)
    view = training_records.ask_make_up(
        product(),
        actor=require_actor(),
        application_id=application_id,
        asked=read(MakeUp, body),
        expected_version=version,
        command_id=command_id,
    )
    return reply(view, status=201)


def consent_make_up(application_id: int, make_up_id: int) -> Response:
    """Consents to a make-up lesson that was held: who was absent counts as attended."""
    command_id, body = idempotency_key(required=False), json_object()
    version = version_of(body.pop("version", None), required=False)
    read(Nothing, body)
    return reply(
        training_records.consent_make_up(
            product(),
            actor=require_actor(),
            application_id=application_id,
            make_up_id=make_up_id,
            expected_version=version,
            command_id=command_id,
        )
    )


def decline_make_up(application_id: int, make_up_id: int) -> Response:
    """Does not consent to a make-up lesson, and says why."""
    command_id, body = idempotency_key(required=False), json_object()
    version = version_of(body.pop("version", None), required=False)
    return reply(
        training_records.decline_make_up(
            product(),
            actor=require_actor(),
            application_id=application_id,
            make_up_id=make_up_id,
            reason=read(Reason, body).reason,
            expected_version=version,
            command_id=command_id,
        )
    )


def strike_observations(application_id: int) -> Response:
    """Strikes what an inspection observed besides the head count; it stays on the form, marked."""
    command_id, body = idempotency_key(required=False), json_object()
    version = version_of(body.pop("version", None), required=False)
    return reply(
        training_records.strike_observations(
            product(),
            actor=require_actor(),
            application_id=application_id,
            strike=read(ObservationStrike, body),
            expected_version=version,
            command_id=command_id,
        )
    )
