"""The product, opened: its database, its settings, and the calendar and policy that hold at a moment."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

from sqlalchemy import Connection, Engine, bindparam, select

from calendars import CalendarYear, ChinaWorkingDays, Closure
from workflow.clock import real_now
from workflow.errors import Broken, FieldError, Malformed
from workflow.persistence import tables
from workflow.persistence.engine import open_database, upsert
from workflow.policy import Policy, UnknownPolicy, load_policy
from workflow.settings import Settings

CURRENT_CALENDAR = (
    select(tables.calendar_version.c.version)
    .order_by(tables.calendar_version.c.id.desc())
    .limit(1)
    .scalar_subquery()
)
TEST_NOW = select(tables.test_clock.c.now_at).scalar_subquery()

# A version may have been in force more than once; its content is the same each time.
_CALENDAR_CONTENT = (
    select(tables.calendar_version.c.years, tables.calendar_version.c.closures)
    .where(tables.calendar_version.c.version == bindparam("version"))
    .limit(1)
)
_POLICY_CONTENT = select(tables.policy_version.c.content).where(
    tables.policy_version.c.version == bindparam("version")
)


@dataclass(frozen=True)
class Product:
    """Everything a use case needs; shared by all threads of a process."""

    engine: Engine
    settings: Settings
    _calendars: dict[str, ChinaWorkingDays] = field(default_factory=dict)
    _policies: dict[str, Policy] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def now(self, connection: Connection) -> datetime:
        """The present instant of the business: the machine's, or the test clock's where it is on and set."""
        if self.settings.test_clock:
            set_to: datetime | None = connection.execute(
                select(tables.test_clock.c.now_at)
            ).scalar_one_or_none()
            if set_to is not None:
                return set_to
        return real_now()

    def calendar(self, connection: Connection) -> ChinaWorkingDays:
        """The calendar in force."""
        return self.calendar_of(connection, connection.execute(select(CURRENT_CALENDAR)).scalar_one())

    def calendar_of(self, connection: Connection, version: str) -> ChinaWorkingDays:
        """The calendar of a stored version; ``for_region`` of it counts by a region's closures too."""
        published = ChinaWorkingDays.published()
        if version == published.version:
            return published
        known = self._calendars.get(version)
        if known is None:
            stored = connection.execute(_CALENDAR_CONTENT, {"version": version}).one_or_none()
            if stored is None:
                raise Broken(f"no such calendar version: {version}")
            known = ChinaWorkingDays(
                map(CalendarYear.from_dict, stored.years), map(Closure.from_dict, stored.closures)
            )
            if known.version != version:
                raise Broken(f"the years stored for calendar version {version} do not give that version")
            with self._lock:
                self._calendars[version] = known
        return known

    def policy_of_the_day(self, key: str) -> Policy:
        """The policy of that key as it stands today; ``Malformed`` names the field when there is none."""
        try:
            return load_policy(key)
        except UnknownPolicy as error:
            raise Malformed(str(error), [FieldError("policy", str(error))]) from error

    def policy_of(self, connection: Connection, version: str) -> Policy:
        """The policy of a stored version, whatever the files say by now."""
        known = self._policies.get(version)
        if known is None:
            content = connection.execute(_POLICY_CONTENT, {"version": version}).scalar_one_or_none()
            if content is None:
                raise Broken(f"no such policy version: {version}")
            known = Policy.from_content(content)
            with self._lock:
                self._policies[version] = known
        return known

    def keep_policy(self, connection: Connection, policy: Policy, now: datetime) -> None:
        """Stores the policy's content under its version, once."""
        if policy.version in self._policies:
            return
        connection.execute(
            upsert(connection, tables.policy_version)
            .values(version=policy.version, key=policy.key, content=policy.content, stored_at=now)
            .on_conflict_do_nothing()
        )


def open_product(settings: Settings) -> Product:
    """The product of these settings; opens no connection yet."""
    return Product(engine=open_database(settings.database_url), settings=settings)
