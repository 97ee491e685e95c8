"""A registration as its row has it: how it stands, its files, its receipt, and the letter about it."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from workflow.clock import SHANGHAI, shanghai_date
from workflow.notifications.outbox import post
from workflow.persistence import tables
from workflow.policy import region_labels
from workflow.services.product import Product
from workflow.vocabulary import ApplicationKind, ProofKind, RegistrationState

TOPIC = "registration"
"""Of its messages in the outbox."""
_proof = tables.registration_proof
# Without what is misread when it is typed off paper (Crockford).
_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD = str.maketrans("ILO", "110")
_PREFIX, _LETTERS = "ZC", 12


def registration_view(product: Product, connection: Connection, row: RowMapping) -> dict[str, Any]:
    """How a registration stands; nothing of it is a person's. ``waited_days`` are working days so far."""
    calendar = product.calendar(connection).for_region(row["region"])
    until = shanghai_date(row["decided_at"] or product.now(connection))
    state, kind = RegistrationState(row["state"]), ApplicationKind(row["kind"])
    decided_at = row["decided_at"]
    return {
        "receipt": row["receipt"],
        "state": state.value,
        "state_label": state.label,
        "kind": kind.value,
        "kind_label": kind.label,
        "region": row["region"],
        "region_label": region_labels().get(row["region"], row["region"]),
        "name": row["name"],
        "uscc": row["uscc"],
        "login": row["login"],
        "submitted_at": row["submitted_at"].astimezone(SHANGHAI).isoformat(),
        "waited_days": calendar.working_days_between(shanghai_date(row["submitted_at"]), until),
        "decided_at": decided_at.astimezone(SHANGHAI).isoformat() if decided_at else None,
        "reason": row["reason"] if state is RegistrationState.REFUSED else None,
        "version": row["version"],
        "proofs": [
            {
                "id": each["id"],
                "proof": each["proof"],
                "proof_label": ProofKind(each["proof"]).label,
                "name": each["name"],
                "kind": each["kind"],
                "byte_count": each["byte_count"],
            }
            for each in proofs_of(connection, row["id"])
        ],
    }


def proofs_of(connection: Connection, registration_id: int) -> Sequence[RowMapping]:
    """The files that count, in the order in which they were sent."""
    wanted = select(_proof).where(_proof.c.registration_id == registration_id, _proof.c.replaced_at.is_(None))
    return connection.execute(wanted.order_by(_proof.c.id)).mappings().all()


def post_news(connection: Connection, row: RowMapping, now: datetime) -> None:
    """Tells whoever registered by e-mail how it stands, where an address was given."""
    if row["email"]:
        post(connection, TOPIC, None, {"registration_id": row["id"], "version": row["version"]}, now)


def new_receipt() -> str:
    """A receipt, drawn by lot."""
    return _written_out("".join(secrets.choice(_SIGNS) for _ in range(_LETTERS)))


def read_receipt(typed: str) -> str:
    """The receipt as it is printed, of whatever was typed off it; empty where it can be none."""
    plain = unicodedata.normalize("NFKC", typed).upper()
    signs = "".join(sign for sign in plain if sign.isalnum()).translate(_MISREAD)
    if len(signs) > _LETTERS:
        signs = signs.removeprefix(_PREFIX)
    return _written_out(signs) if len(signs) == _LETTERS and set(signs) <= set(_SIGNS) else ""


def _written_out(signs: str) -> str:
    return "-".join((_PREFIX, *(signs[place : place + 4] for place in range(0, _LETTERS, 4))))
