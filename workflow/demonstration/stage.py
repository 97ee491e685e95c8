"""Where the demonstration is played: one transaction in which the product's own services act in the past.

Each service's transaction becomes a savepoint of the one that is open. So the demonstration is there whole
or not at all, and nobody else ever sees the test clock on which its past runs.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Self, cast

from sqlalchemy import Connection, Dialect, Engine, delete, insert, select, update

from workflow.clock import at_shanghai
from workflow.notifications.outbox import ATTEMPTS
from workflow.persistence import tables
from workflow.persistence.types import canonical
from workflow.policy import Policy
from workflow.services.delivery import deliver
from workflow.services.product import Product
from workflow.services.sweep import count_waiting, sweep


class _OneTransaction:
    """Stands in for the engine while the demonstration is loaded."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def dialect(self) -> Dialect:
        """The dialect of the real engine."""
        return self._connection.dialect

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A savepoint: what a service refuses is undone, what went before stays."""
        with self._connection.begin_nested():
            yield self._connection

    def connect(self) -> _Reader:
        """The open connection, to be read from and left open."""
        return _Reader(self._connection)


class _Reader:
    """The open connection as ``reading`` asks for it: leaving the block leaves it open."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def execution_options(self, **_options: Any) -> Self:
        """The open transaction keeps the options it was opened with."""
        return self

    def __enter__(self) -> Connection:
        return self._connection

    def __exit__(self, *_raised: object) -> None:
        return None


EARLIER_CORRECTION_DAYS = 40
_A_DAY = timedelta(days=1)


class _EarlierProduct(Product):
    """The product as it was before the local time for corrections was shortened to what it is today.

    An application keeps the policy of its first submission, so the demonstration has one of each.
    """

    def policy_of_the_day(self, key: str) -> Policy:
        """The policy with the longer time."""
        content = json.loads(super().policy_of_the_day(key).content)
        content["clocks"]["claim_correction"] |= {
            "value": EARLIER_CORRECTION_DAYS,
            "note": "演示：较早版本的本地参数",
        }
        return Policy.from_content(canonical(content))


class Stage:
    """The product on the open transaction, at a moment that only this transaction sees."""

    def __init__(self, product: Product, connection: Connection) -> None:
        self._connection = connection
        # Nobody is written a letter about an invented past.
        settings = replace(product.settings, test_clock=True, smtp_url="")
        engine = cast(Engine, _OneTransaction(connection))
        # Nothing is cached in the caller's product that a rollback would take back from the database.
        self.product = Product(engine=engine, settings=settings)
        self.earlier_product: Product = _EarlierProduct(engine=engine, settings=settings)

    def open(self, moment: datetime) -> None:
        """The story begins."""
        self._connection.execute(delete(tables.test_clock))
        self._connection.execute(insert(tables.test_clock).values(id=1, now_at=moment))

    def move(self, moment: datetime) -> None:
        """It is ``moment`` now."""
        self._connection.execute(update(tables.test_clock).values(now_at=moment))

    def tick(self, moment: datetime) -> None:
        """The scheduler wakes at ``moment``: it gives the alerts that have come and empties the outbox."""
        self.move(moment)
        if count_waiting(self._connection, moment):
            sweep(self.product)
        self.deliver()

    def deliver(self) -> None:
        """What waits in the outbox is told, as the scheduler does every few seconds."""
        deliver(self.product)

    def read_messages(self, before: date) -> None:
        """Everybody has read what came before this day."""
        recipient, alert = tables.alert_recipient, tables.alert
        moment = at_shanghai(before, 0)
        old = select(alert.c.id).where(alert.c.raised_at < moment)
        self._connection.execute(
            update(recipient).where(recipient.c.alert_id.in_(old)).values(read_at=moment)
        )

    def leave_mail_stuck(self) -> None:
        """Two letters that a mail server did not take: one was tried to the end, one waits for tomorrow."""
        outbox = tables.outbox
        now = self.product.now(self._connection)
        newest = self._connection.execute(
            select(outbox).where(outbox.c.topic == "moved").order_by(outbox.c.id.desc()).limit(2)
        ).mappings()
        stuck = (
            {"attempts": ATTEMPTS, "last_error": "ConnectionRefusedError: [Errno 111] Connection refused"},
            {"attempts": 2, "last_error": "office: 451 mailbox busy", "next_attempt_at": now + _A_DAY},
        )
        for row, failure in zip(newest.all(), stuck, strict=True):
            kept = {name: row[name] for name in ("topic", "application_id", "content", "created_at")}
            self._connection.execute(insert(outbox).values(**kept, **failure))

    def close(self) -> None:
        """Real time holds again."""
        self._connection.execute(delete(tables.test_clock))
