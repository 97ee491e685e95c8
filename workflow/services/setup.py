"""Making a database ready: its schema, the packaged calendar, the head of the system's audit chain."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert, select

from calendars import CalendarYear, ChinaWorkingDays, Closure
from workflow.clock import real_now
from workflow.persistence import schema, tables
from workflow.persistence.engine import writing
from workflow.services.product import Product


def prepare(product: Product) -> bool:
    """Migrates the database where it is behind, and stores what it must have; safe to repeat.

    Answers whether a migration was run. Several processes may do it at once: the later ones find it done.
    """
    behind = schema.current_revision(product.engine) != schema.newest_revision()
    if behind:
        schema.migrate(product.engine)
    with writing(product.engine) as connection:
        chain = tables.system_chain
        if connection.execute(select(chain.c.id)).one_or_none() is None:
            connection.execute(insert(chain).values(id=0, audit_count=0, audit_head=""))
        _store_calendar(connection)
    return behind


def _store_calendar(connection: Connection) -> None:
    versions = tables.calendar_version
    newest = connection.execute(
        select(versions.c.years, versions.c.closures).order_by(versions.c.id.desc()).limit(1)
    ).one_or_none()
    published = ChinaWorkingDays.published()
    if newest is None:
        known, note = published, "随产品提供的放假安排"
    else:
        # A newer product may bring years that were imported from no notice yet; imported ones stay.
        stored = [CalendarYear.from_dict(year) for year in newest.years]
        have = {year.year for year in stored if not year.provisional}
        added = [year for year in published.years if year.year not in have]
        if not added:
            return
        known = ChinaWorkingDays(stored, map(Closure.from_dict, newest.closures)).with_years(added)
        note = "随产品新版本提供的放假安排"
    store_calendar(connection, known, note=note, created_by=None, now=real_now())


def store_calendar(
    connection: Connection, calendar: ChinaWorkingDays, *, note: str, created_by: int | None, now: datetime
) -> int:
    """Makes ``calendar`` the one in force from the end of the transaction on; answers its ordinal."""
    versions = tables.calendar_version
    ordinal: int = connection.execute(
        insert(versions)
        .values(
            version=calendar.version,
            years=[year.as_dict() for year in calendar.years],
            closures=[closure.as_dict() for closure in calendar.closures],
            note=note,
            created_by=created_by,
            created_at=now,
        )
        .returning(versions.c.id)
    ).scalar_one()
    return ordinal
