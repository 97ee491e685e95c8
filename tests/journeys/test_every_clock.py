"""Whatever calendars follow each other: open clocks end up as if derived by the last alone."""

from __future__ import annotations

import copy
import uuid
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, insert, select

from calendars import CalendarYear, ChinaWorkingDays, Closure, Named
from tests.journeys.city import CITY, COUNTY, City
from workflow.clock import real_now, shanghai_date
from workflow.deadlines.keeping import Clock, ClockKeeper, clock_of_row
from workflow.deadlines.ledger import Ledger, Limit
from workflow.persistence import tables
from workflow.persistence.engine import reading, writing
from workflow.policy import Policy, load_policy
from workflow.services.audit_verification import verify_audit
from workflow.services.product import Product, open_product
from workflow.services.recompute import behind, recompute_behind
from workflow.services.setup import prepare, store_calendar
from workflow.settings import read_settings
from workflow.vocabulary import ClockKind, Department, LimitUnit

TODAY = date(2026, 11, 20)
KINDS = [kind for kind in ClockKind if kind not in {ClockKind.PUBLIC_NOTICE, ClockKind.OBJECTION}]
days_near = st.integers(-120, 200).map(lambda offset: TODAY + timedelta(days=offset))


@st.composite
def ledgers(draw: st.DrawFn) -> Ledger:
    """A clock that began, rested and went on a few times; open at the end."""
    moments = sorted(draw(st.lists(st.integers(-120, 0), min_size=1, max_size=5)))
    ledger = Ledger.started(TODAY + timedelta(days=moments[0]), "start")
    for number, offset in enumerate(moments[1:]):
        on = TODAY + timedelta(days=offset)
        ledger = ledger.resume(on, "go") if number % 2 else ledger.pause(on, "rest")
    return ledger


limits = st.one_of(
    st.builds(Limit, st.integers(1, 60), st.just(LimitUnit.WORKING_DAY), st.booleans()),
    st.builds(Limit, st.integers(1, 3), st.just(LimitUnit.MONTH)),
)


@st.composite
def matters(draw: st.DrawFn) -> list[Clock]:
    """The open clocks of an application: one alone, or HR's that goes on when the hanging notice is over."""
    if draw(st.booleans()):
        return [_clock(draw(st.sampled_from(KINDS)), draw(limits), draw(ledgers()))]
    published_on = TODAY + timedelta(days=draw(st.integers(-20, 0)))
    began_on = published_on - timedelta(days=draw(st.integers(0, 60)))
    length = Limit(draw(st.integers(1, 30)), LimitUnit.WORKING_DAY, minimum=True)
    ends_on = ChinaWorkingDays.published().nth_working_day_after(published_on, length.count)
    stay = Ledger.started(began_on, "approve").pause(published_on, "publish")
    # Arranged when the notice was published, or anew when its last objection was answered.
    arranged_on = min(published_on + timedelta(days=draw(st.integers(0, 20))), TODAY)
    stay = stay.resume_after_notice(ends_on, arranged_on, "publish")
    return [
        _clock(ClockKind.HR_TOTAL, Limit(15, LimitUnit.WORKING_DAY), stay),
        _clock(ClockKind.PUBLIC_NOTICE, length, Ledger.started(published_on, "publish")),
    ]


def _clock(kind: ClockKind, limit: Limit, ledger: Ledger) -> Clock:
    return Clock(0, kind, Department.HR, 0, limit, "本地", ledger)


@st.composite
def calendars(draw: st.DrawFn) -> ChinaWorkingDays:
    """The packaged calendar with some days of 2026 turned, perhaps 2027 by notice, perhaps closures."""
    published = ChinaWorkingDays.published()
    years = []
    for year in (2026, 2027):
        known = published.year(year)
        if year == 2027 and draw(st.booleans()):
            continue
        off = {named.on: named.festival for named in known.days_off}
        work = {named.on: named.festival for named in known.workdays}
        for on in draw(st.lists(days_near.filter(lambda day, wanted=year: day.year == wanted), max_size=4)):
            if on in off:
                off.pop(on)
            elif on in work:
                work.pop(on)
            elif on.weekday() >= 5:
                work[on] = "春节"
            else:
                off[on] = "春节"
        years.append(
            CalendarYear(
                year,
                tuple(Named(*pair) for pair in off.items()),
                tuple(Named(*pair) for pair in work.items()),
                ("示例通知",),
            )
        )
    closures = draw(
        st.lists(
            st.builds(
                Closure,
                st.sampled_from([CITY, COUNTY]),
                st.lists(days_near, min_size=1, max_size=3).map(tuple),
                st.just("示例人民政府"),
                st.just("示例〔2026〕1号"),
                st.just("暴雨"),
            ),
            max_size=2,
        )
    )
    return published.with_years(years).with_closures(closures)


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    url = f"sqlite:///{tmp_path_factory.mktemp('every_clock')}/subsidy.sqlite"
    opened = open_product(read_settings({"DATABASE_URL": url, "SUBSIDY_TEST_CLOCK": "1"}))
    prepare(opened)
    city = City(opened).at(TODAY.isoformat())
    city.apply(roster=False)
    with writing(opened.engine) as connection:
        opened.keep_policy(connection, load_policy("pingdingshan-2022"), real_now())
    yield opened
    opened.engine.dispose()


def _alone(
    clocks: list[Clock], region: str, calendar: ChinaWorkingDays, now: datetime
) -> list[dict[str, Any]]:
    """The clocks of one application, derived by one calendar alone."""
    own = copy.deepcopy(clocks)
    keeper = ClockKeeper(own, _policy(), calendar.for_region(region), now, shanghai_date(now))
    keeper.recompute()
    return [_figures(each) for each in own]


def _policy() -> Policy:
    return load_policy("pingdingshan-2022")


def _figures(clock: Clock) -> dict[str, Any]:
    row = clock.as_row()
    cached = ("segments", "due_on", "provisional", "runs_from_on", "next_rung", "next_alert_at")
    return {name: row[name] for name in cached}


def _store(connection: Connection, region: str, clocks: list[Clock], model: dict[str, Any]) -> int:
    values = model | {
        "number": f"N-{uuid.uuid4().hex[:12]}",
        "region": region,
        "policy_version": _policy().version,
        "audit_count": 0,
        "audit_head": "",
    }
    values.pop("id")
    application_id: int = connection.execute(
        insert(tables.application).values(values).returning(tables.application.c.id)
    ).scalar_one()
    for clock in clocks:
        row = clock.as_row() | {"application_id": application_id, "region": region}
        connection.execute(insert(tables.clock).values(row))
    return application_id


@pytest.mark.filterwarnings("ignore:Generating overly large repr")
@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from([CITY, COUNTY]), matters()), min_size=1, max_size=12),
    st.lists(st.tuples(calendars(), st.booleans()), min_size=1, max_size=4),
)
def test_open_clocks_end_up_as_the_last_calendar_alone_would_have_them(
    product: Product,
    drawn: list[tuple[str, list[Clock]]],
    versions: list[tuple[ChinaWorkingDays, bool]],
) -> None:
    first = ChinaWorkingDays.published()
    given_clocks = {}
    with writing(product.engine) as connection:
        now = product.now(connection)
        for table in (tables.alert_recipient, tables.alert, tables.outbox, tables.clock):
            connection.execute(delete(table))
        model = dict(connection.execute(select(tables.application).limit(1)).mappings().one())
        store_calendar(connection, first, note="起点", created_by=None, now=now)
        for region, clocks in drawn:
            ClockKeeper(clocks, _policy(), first.for_region(region), now, shanghai_date(now)).recompute()
            given_clocks[_store(connection, region, clocks, model)] = (region, clocks)
    for calendar, recomputed in versions:
        with writing(product.engine) as connection:
            store_calendar(connection, calendar, note="示例", created_by=None, now=now)
        # Sometimes the next version comes before the clocks have followed the last one.
        if recomputed:
            recompute_behind(product)
    recompute_behind(product)
    last = versions[-1][0]
    with reading(product.engine) as connection:
        assert product.calendar(connection).version == last.version
        left = behind(product, connection, last)
        if left is not None:
            assert connection.execute(select(tables.clock.c.id).where(left)).all() == []
        for application_id, (region, clocks) in given_clocks.items():
            rows = connection.execute(
                select(tables.clock)
                .where(tables.clock.c.application_id == application_id)
                .order_by(tables.clock.c.id)
            ).mappings()
            assert [_figures(clock_of_row(row)) for row in rows] == _alone(clocks, region, last, now)
    faults = verify_audit(product)["faults"]
    # An application that never moved has no chain, which nobody but this test could bring about.
    assert [fault for fault in faults if fault["sequence"] != 0] == []
