"""The accounts of one's organisation over the API."""

from __future__ import annotations

from typing import Annotated

from flask import Response
from pydantic import Field

from web.api.intake import json_object
from web.api.replies import reply
from web.current import product, require_actor
from web.routing import LARGEST_KEY
from workflow.form.fields import Typed
from workflow.form.reading import read
from workflow.form.registration import Colleague
from workflow.services import organisation_accounts


class Activity(Typed):
    """Whether an account may sign in."""

    active: bool = Field(title="是否启用")


class NewOwner(Typed):
    """The account that keeps the others from now on."""

    account_id: Annotated[int, Field(ge=1, le=LARGEST_KEY)] = Field(title="账号")


COLLEAGUE = (Colleague,)
ACTIVITY = (Activity,)
OWNER = (NewOwner,)


def read_organisation() -> Response:
    """The caller's organisation with its accounts, all in one page."""
    return reply(organisation_accounts.read_organisation(product(), actor=require_actor()))


def add_colleague() -> Response:
    """Adds an account of the caller's organisation, for its owner; the same again adds nothing."""
    added = organisation_accounts.add_colleague(product(), actor=require_actor(), body=json_object())
    return reply(added, status=201)


def set_colleague_active(account_id: int) -> Response:
    """Closes or reopens an account of the caller's organisation, for its owner."""
    wanted = read(Activity, json_object())
    return reply(
        organisation_accounts.set_colleague_active(
            product(), actor=require_actor(), account_id=account_id, active=wanted.active
        )
    )


def hand_over_organisation() -> Response:
    """Makes another active account of the organisation its owner."""
    wanted = read(NewOwner, json_object())
    return reply(
        organisation_accounts.hand_over(product(), actor=require_actor(), account_id=wanted.account_id)
    )
