"""Between people over the API: hand-overs, delegations, circulations, absences."""

from __future__ import annotations

from flask import Response

from web.api.intake import idempotency_key, json_object
from web.api.parameters import PageQuery
from web.api.replies import reply
from web.current import product, require_actor
from workflow.form.payloads import Nothing
from workflow.form.reading import read
from workflow.services import absences, collaboration, collaboration_view


def read_collaboration(application_id: int) -> Response:
    """Who has an application in hand, what colleagues were asked and told, and who could be."""
    return reply(
        collaboration_view.read_collaboration(product(), actor=require_actor(), application_id=application_id)
    )


def hand_over(application_id: int) -> Response:
    """转办: puts an application in the hands of one colleague, until its state is left."""
    command_id, body = idempotency_key(required=False), json_object()
    return reply(
        collaboration.hand_over(
            product(),
            actor=require_actor(),
            application_id=application_id,
            body=body,
            command_id=command_id,
        )
    )


def give_back(application_id: int) -> Response:
    """Opens an application that was handed over to the whole department again."""
    command_id = idempotency_key(required=False)
    read(Nothing, json_object())
    return reply(
        collaboration.give_back(
            product(), actor=require_actor(), application_id=application_id, command_id=command_id
        )
    )


def delegate(application_id: int) -> Response:
    """委派: asks a colleague for an opinion; nobody decides before it is there or taken back."""
    command_id, body = idempotency_key(required=False), json_object()
    return reply(
        collaboration.delegate(
            product(),
            actor=require_actor(),
            application_id=application_id,
            body=body,
            command_id=command_id,
        )
    )


def answer_delegation(application_id: int) -> Response:
    """Answers what the caller was asked; neither a decision nor a signature."""
    command_id, body = idempotency_key(required=False), json_object()
    return reply(
        collaboration.answer_delegation(
            product(),
            actor=require_actor(),
            application_id=application_id,
            body=body,
            command_id=command_id,
        )
    )


def take_back_delegation(application_id: int) -> Response:
    """Takes back what a colleague was asked."""
    command_id = idempotency_key(required=False)
    read(Nothing, json_object())
    return reply(
        collaboration.take_back_delegation(
            product(), actor=require_actor(), application_id=application_id, command_id=command_id
        )
    )


def circulate(application_id: int) -> Response:
    """抄送: sends an application to colleagues for information, each at most once in a day."""
    command_id, body = idempotency_key(required=False), json_object()
    return reply(
        collaboration.circulate(
            product(),
            actor=require_actor(),
            application_id=application_id,
            body=body,
            command_id=command_id,
        )
    )


def list_absences(query: PageQuery) -> Response:
    """The absences that concern the caller, newest first."""
    return reply(
        absences.list_absences(product(), actor=require_actor(), cursor=query.cursor, limit=query.limit)
    )


def enter_absence() -> Response:
    """Somebody is away, and who acts in the meantime (代办)."""
    return reply(absences.enter_absence(product(), actor=require_actor(), body=json_object()), status=201)


def end_absence(absence_id: int) -> Response:
    """From today on nobody acts for the absent person any longer."""
    read(Nothing, json_object())
    return reply(absences.end_absence(product(), actor=require_actor(), absence_id=absence_id))
