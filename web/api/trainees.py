"""The trainees of a roster one by one, over the API."""

from __future__ import annotations

from flask import Response

from web.api.intake import json_object, version_of
from web.api.parameters import RosterQuery
from web.api.replies import reply
from web.current import product, require_actor
from workflow.services import trainees


def add_trainee(application_id: int) -> Response:
    """Adds one trainee at the end of the roster; ``version`` in the body guards against lost updates."""
    body = json_object()
    version = version_of(body.pop("version", None), required=False)
    answer = trainees.add_trainee(
        product(), actor=require_actor(), application_id=application_id, data=body, expected_version=version
    )
    return reply(answer, status=201)


def change_trainee(application_id: int, row_no: int) -> Response:
    """Changes the fields given of one trainee, named by its number in the roster."""
    body = json_object()
    version = version_of(body.pop("version", None), required=False)
    return reply(
        trainees.change_trainee(
            product(),
            actor=require_actor(),
            application_id=application_id,
            row_no=row_no,
            data=body,
            expected_version=version,
        )
    )


def remove_trainee(application_id: int, row_no: int, query: RosterQuery) -> Response:
    """Takes one trainee off the roster; the numbers of the others stay."""
    return reply(
        trainees.remove_trainee(
            product(),
            actor=require_actor(),
            application_id=application_id,
            row_no=row_no,
            expected_version=query.version,
        )
    )
