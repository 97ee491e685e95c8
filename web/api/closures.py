"""Local closures: entered by one person, confirmed by another."""

from __future__ import annotations

from flask import Response

from web.api.bodies import ClosureDecision, ClosureEntry, ClosureWithdrawal
from web.api.intake import json_object
from web.api.parameters import ClosuresQuery
from web.api.replies import reply
from web.current import product, require_actor
from workflow.form.reading import read
from workflow.services import closures


def list_closures(query: ClosuresQuery) -> Response:
    """The local closures the caller may see, newest first."""
    return reply(
        closures.list_closures(
            product(), actor=require_actor(), status=query.status, cursor=query.cursor, limit=query.limit
        )
    )


def read_closure(closure_id: int) -> Response:
    """One closure and, while it waits for a decision, the clocks that would move with it."""
    return reply(closures.read_closure(product(), actor=require_actor(), closure_id=closure_id))


def propose_closure() -> Response:
    """Enters a closure; it counts once another person has confirmed it."""
    wanted = read(ClosureEntry, json_object())
    made = closures.propose_closure(
        product(),
        actor=require_actor(),
        region=wanted.region,
        days=list(wanted.days),
        authority=wanted.authority,
        document_number=wanted.document_number,
        reason=wanted.reason,
    )
    return reply(made, status=201)


def decide_closure(closure_id: int) -> Response:
    """Confirms or declines what another person entered: the closure, or its withdrawal."""
    wanted = read(ClosureDecision, json_object())
    return reply(
        closures.decide_closure(
            product(),
            actor=require_actor(),
            closure_id=closure_id,
            confirmed=wanted.confirmed,
            seen=wanted.seen,
        )
    )


def propose_closure_withdrawal(closure_id: int) -> Response:
    """Asks to take back a closure that is in force; another person confirms."""
    wanted = read(ClosureWithdrawal, json_object())
    return reply(
        closures.propose_withdrawal(
            product(), actor=require_actor(), closure_id=closure_id, reason=wanted.reason
        )
    )
