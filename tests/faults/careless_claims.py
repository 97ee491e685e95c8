"""A sabotaged product: claims that nothing keeps from counting what another one counts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

from sqlalchemy import Engine, text

from workflow.persistence.engine import writing
from workflow.services import beneficiaries
from workflow.services.acts import claim

KEYS = ("uq_entitlement_person", "uq_entitlement_certificate")


@contextmanager
def unlocked(_engine: Engine) -> Iterator[None]:
    """Nobody waits for anybody: what is checked may be lost in a race."""
    with mock.patch.object(claim, "lock_direct_claim", return_value=None):
        yield


@contextmanager
def keyless(engine: Engine) -> Iterator[None]:
    """And the database has no unique keys."""
    with writing(engine) as connection:
        for key in KEYS:
            connection.execute(text(f"DROP INDEX {key}"))
    with unlocked(engine):
        yield


@contextmanager
def blind(engine: Engine) -> Iterator[None]:
    """And nobody looks at other applications either."""
    looks = mock.patch.multiple(
        beneficiaries,
        _heads_elsewhere=lambda _case: {},
        _certificates_elsewhere=lambda _case: {},
        _asked_elsewhere_fen=lambda _case: 0,
    )
    with keyless(engine), looks:
        yield
