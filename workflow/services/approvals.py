"""Several applications approved at once: each through the one door, each with a result of its own."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from workflow.access import Actor
from workflow.errors import Refused
from workflow.form.approvals import Approvals
from workflow.form.reading import read
from workflow.services.applications import read_application
from workflow.services.door import check_command_id, send_event
from workflow.services.product import Product
from workflow.vocabulary import Event

_NAMES = ("number", "applicant_name", "state_label")


def approve_several(
    product: Product, *, actor: Actor, body: Mapping[str, Any], command_id: str | None
) -> dict[str, Any]:
    """Approves each of the applications with the same opinion; answers what became of every one.

    One that is refused (by now another version, a warning that asks for a written answer, not this person's
    step) hinders no other. The same ``command_id`` approves nothing twice. Raises ``Malformed`` before
    anything is done where the request itself is wrong.
    """
    check_command_id(command_id)
    wanted = read(Approvals, dict(body))
    items = [
        _approve(product, actor, each.id, each.version, wanted.opinion, command_id)
        for each in wanted.applications
    ]
    done = sum(item["done"] for item in items)
    return {"items": items, "done_count": done, "refused_count": len(items) - done}


def _approve(
    product: Product, actor: Actor, application_id: int, version: int, opinion: str, command_id: str | None
) -> dict[str, Any]:
    result: dict[str, Any] = {"id": application_id, "done": False, "message": ""}
    try:
        view = send_event(
            product,
            actor=actor,
            application_id=application_id,
            event=Event.APPROVE.value,
            payload={"opinion": opinion},
            expected_version=version,
            # One command for each, as long as one of ours may be whatever the whole one is called.
            command_id=command_id and sha256(f"{command_id}/{application_id}".encode()).hexdigest(),
        )
    except Refused as refusal:
        return result | _named(product, actor, application_id) | {"message": refusal.message}
    return result | {name: view[name] for name in _NAMES} | {"done": True}


def _named(product: Product, actor: Actor, application_id: int) -> dict[str, Any]:
    try:
        view = read_application(product, actor=actor, application_id=application_id)
    except Refused:
        return dict.fromkeys(_NAMES)
    return {name: view[name] for name in _NAMES}
