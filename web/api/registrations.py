"""Organisations that register themselves, over the API: sent by the public, decided by HR."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Any

from flask import Response
from pydantic import Field

from web.api.attachments import file_response
from web.api.bodies import Version
from web.api.intake import idempotency_key, json_object, version_of
from web.api.parameters import RegistrationsQuery
from web.api.replies import reply
from web.current import product, require_actor
from web.rate import check_reading_rate, check_registration_lookup_rate, check_registration_rate
from workflow.errors import FieldError, Malformed
from workflow.form.fields import Code, Typed, asked
from workflow.form.reading import read
from workflow.form.registration import Registration, RegistrationDecision
from workflow.services import registration_reviews, registrations
from workflow.services.registrations import Proofs
from workflow.services.uploads import Upload
from workflow.vocabulary import ProofKind


class SentProof(Typed):
    """One file as proof."""

    proof: Annotated[ProofKind, Field(strict=False)] = asked("证明材料")
    name: Annotated[str, Field(min_length=1, max_length=200)] = asked("文件名")
    content: Annotated[str, Field(min_length=1, json_schema_extra={"contentEncoding": "base64"})] = asked(
        "文件内容", help="base64"
    )


class SentProofs(Typed):
    """The files of a registration."""

    proofs: Annotated[list[SentProof], Field(max_length=10)] = Field(title="证明材料")


class SentRegistration(Registration, SentProofs):
    """An organisation, its owner's account and its proof, all at once."""


class RegistrationLookup(Typed):
    """What proves that somebody may ask after a registration."""

    receipt: Code = asked("回执编号")
    uscc: Code = asked("统一社会信用代码")


class MendedRegistration(SentRegistration):
    """A refused registration as it was mended; what is not given of password and proof stays."""

    receipt: Code = asked("回执编号")
    former_uscc: Code = asked("退回时的统一社会信用代码")


class SentDecision(RegistrationDecision):
    """HR's decision on the version that was seen."""

    version: Version = Field(title="您所看到的版本")


REGISTRATION = (SentRegistration,)
LOOKUP = (RegistrationLookup,)
MENDED_REGISTRATION = (MendedRegistration,)
DECISION = (SentDecision,)


def register_organisation() -> Response:
    """Registers an organisation with its proof; answers the receipt by which it is followed."""
    check_registration_rate()
    body = json_object()
    proofs = _proofs(body.pop("proofs", None))
    made = registrations.register(
        product(), body=body, proofs=proofs, command_id=idempotency_key(required=False)
    )
    return reply(made, status=201)


def look_up_registration() -> Response:
    """How a registration stands, for whoever holds its receipt and knows its code."""
    check_registration_lookup_rate()
    wanted = read(RegistrationLookup, json_object())
    return reply(registrations.read_registration_status(product(), receipt=wanted.receipt, uscc=wanted.uscc))


def send_registration_again() -> Response:
    """Sends a refused registration again as it was mended."""
    check_registration_rate()
    body = json_object()
    proofs = _proofs(body.pop("proofs", None))
    known = read(
        RegistrationLookup, {"receipt": body.pop("receipt", None), "uscc": body.pop("former_uscc", None)}
    )
    return reply(
        registrations.send_again(
            product(),
            receipt=known.receipt,
            uscc=known.uscc,
            body=body,
            proofs=proofs,
            command_id=idempotency_key(required=False),
        )
    )


def list_registrations(query: RegistrationsQuery) -> Response:
    """The registrations of the caller's region; those that wait with the longest first."""
    return reply(
        registration_reviews.list_registrations(
            product(), actor=require_actor(), state=query.state, cursor=query.cursor, limit=query.limit
        )
    )


def read_registration(registration_id: int) -> Response:
    """One registration with what the year's list has of it."""
    return reply(
        registration_reviews.read_registration(
            product(), actor=require_actor(), registration_id=registration_id
        )
    )


def decide_registration(registration_id: int) -> Response:
    """Approves a registration or refuses it with a reason."""
    body = json_object()
    version = version_of(body.pop("version", None), required=True)
    return reply(
        registration_reviews.decide_registration(
            product(),
            actor=require_actor(),
            registration_id=registration_id,
            body=body,
            expected_version=version,
        )
    )


def read_registration_contact(registration_id: int) -> Response:
    """Name and telephone of the contact in clear; each reading is recorded for auditors."""
    check_reading_rate()
    return reply(
        registration_reviews.read_contact(product(), actor=require_actor(), registration_id=registration_id)
    )


def read_registration_proof(registration_id: int, proof_id: int) -> Response:
    """One proof as it was sent; each look is recorded for auditors."""
    check_reading_rate()
    return file_response(
        registration_reviews.read_proof(
            product(), actor=require_actor(), registration_id=registration_id, proof_id=proof_id
        )
    )


def _proofs(sent: Any) -> Proofs:
    """The files of a body, read from their base64."""
    found: dict[ProofKind, list[Upload]] = {}
    for place, each in enumerate(read(SentProofs, {"proofs": [] if sent is None else sent}).proofs):
        try:
            content = base64.b64decode(each.content, validate=True)
        except (ValueError, binascii.Error):
            message = "文件内容不是 base64"
            raise Malformed(message, [FieldError(f"proofs.{place}.content", message)]) from None
        found.setdefault(each.proof, []).append(Upload(each.name, content))
    return found
