"""The dashboard's numbers against plain Python, on both databases; and who sees what of it."""

from __future__ import annotations

import io
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from math import ceil
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, true, update

from tests.journeys.city import City
from tests.persistence import rows as legal
from workflow.errors import Forbidden, Malformed
from workflow.form.money import fen_from_yuan, yuan_from_fen
from workflow.persistence import tables
from workflow.persistence.engine import reading, writing
from workflow.services import dashboard, listing, overdue, tallies, timings
from workflow.services.overdue import BANDS, holder_of
from workflow.vocabulary import ClockKind, Department, State

_WALK = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
PLACES = [("hr", "hr_total", 15), ("hr", "opening_hr_review", 5), ("finance", "finance_total", 15)]
CLOCKS = st.lists(
    st.tuples(
        st.sampled_from(
            [("hr", "hr_total", 15), ("hr", "opening_hr_review", 5), ("finance", "finance_total", 15)]
        ),
        st.integers(0, 40),
        st.sampled_from(["410400", "410421"]),
        st.dates(date(2025, 11, 1), date(2026, 2, 28)),
        st.sampled_from(["met", "missed", "cancelled", None]),
    ),
    max_size=40,
)


def nearest_rank(days: list[int], percent: int) -> int:
    return sorted(days)[ceil(len(days) * percent / 100) - 1]


def put(city: City, clocks: list[Any]) -> None:
    """These clocks and no others, each of an application of its own."""
    with writing(city.product.engine) as connection:
        connection.execute(delete(tables.clock))
        person = connection.execute(select(tables.account.c.id).limit(1)).scalar_one()
        one = connection.execute(select(tables.application.c.id).limit(1)).scalar_one_or_none()
        one = one or legal.insert(connection, tables.application, created_by=person)
        for number, ((department, kind, limit), used, region, ended_on, ended) in enumerate(clocks, start=1):
            values = {"department": department, "kind": kind, "limit_count": limit, "region": region}
            closed = {"ended": ended, "ended_on": ended_on, "used_days": used} if ended else {}
            legal.insert(connection, tables.clock, application_id=one, subject_id=number, **values, **closed)


def table(city: City, name: str, login: str = "office", **scope: Any) -> list[dict[str, Any]]:
    found = dashboard.read_dashboard(city.product, actor=city.actors[login], **scope)
    rows: list[dict[str, Any]] = next(each["rows"] for each in found["tables"] if each["name"] == name)
    return rows


@_WALK
@given(clocks=CLOCKS, period=st.sampled_from(["all", "2025", "2026", "2025-12"]), near=st.booleans())
def test_percentiles_are_the_nearest_rank_of_what_departments_used(
    city: City, clocks: list[Any], period: str, near: bool
) -> None:
    put(city, clocks)
    tallies.refresh_tallies(city.product, older_than=timedelta(0))
    used: dict[Any, list[int]] = {}
    for place, days, region, ended_on, ended in clocks:
        in_period = period == "all" or ended_on.isoformat().startswith(period)
        if ended in {"met", "missed"} and in_period and (not near or region == "410421"):
            used.setdefault(place, []).append(days)
    rows = table(city, "timings", period=period, region="410421" if near else None)
    assert {
        (row["department"], row["kind"], row["limit_days"]): (
            *(row["clock_count"], row["median_days"], row["ninety_days"]),
            *(row["most_days"], row["late_count"]),
        )
        for row in rows
    } == {
        place: (
            *(len(days), nearest_rank(days, 50), nearest_rank(days, 90)),
            *(max(days), sum(day > place[2] for day in days)),
        )
        for place, days in used.items()
    }
    # Behind each row stand the very clocks that were counted, the longest first.
    for row in rows:
        days = used[row["department"], row["kind"], row["limit_days"]]
        wanted = {"period": period, "region": "410421" if near else None}
        assert behind(city, row, **wanted) == sorted(days, reverse=True)
        slow = sorted((day for day in days if day >= row["ninety_days"]), reverse=True)
        assert behind(city, row, used_from=row["ninety_days"], **wanted) == slow
        exact = days.count(row["median_days"])
        bounds = {"used_from": row["median_days"], "used_until": row["median_days"]}
        assert len(behind(city, row, **bounds, **wanted)) == exact


def behind(city: City, row: dict[str, Any], login: str = "office", **wanted: Any) -> list[int]:
    """The working days of every clock of the list behind a row, over all its pages."""
    found: list[int] = []
    cursor: str | None = None
    place = {
        "department": Department(row["department"]),
        "kind": ClockKind(row["kind"]),
        "limit_days": row["limit_days"],
    }
    while True:
        page = timings.list_timings(
            city.product, actor=city.actors[login], cursor=cursor, limit=7, **place, **wanted
        )
        found += [item["used_days"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            return found


FIRST_AT = datetime(2025, 12, 30, tzinfo=UTC)
MADE = st.lists(
    st.tuples(
        st.sampled_from(["draft", "claim_hr_first", "disbursed", "suspended"]),
        st.sampled_from(["410400", "410421"]),
        # About midnight in China, when it is still yesterday in UTC.
        st.integers(0, 35 * 24 * 60).map(lambda minutes: FIRST_AT + timedelta(minutes=minutes)),
        st.integers(0, 10**9),
        st.dates(date(2026, 9, 1), date(2026, 11, 10)),
    ),
    max_size=25,
)


def put_made(city: City, made: list[Any]) -> None:
    with writing(city.product.engine) as connection:
        connection.execute(delete(tables.clock))
        connection.execute(delete(tables.application))
        person = connection.execute(select(tables.account.c.id).limit(1)).scalar_one()
        for number, (state, region, at, fen, due_on) in enumerate(made):
            legal.insert(
                connection,
                tables.application,
                number=f"N-{number}",
                created_by=person,
                state=state,
                region=region,
                created_at=at,
                asked_fen=fen,
                approved_fen=fen // 2,
                paid_fen=fen // 3,
                due_on=due_on,
            )


@_WALK
@given(made=MADE, period=st.sampled_from(["all", "2026", "2026-01", "2025-12"]))
def test_counts_and_money_are_the_sums_and_the_lists_behind_them_are_as_long(
    city: City, made: list[Any], period: str
) -> None:
    put_made(city, made)
    tallies.refresh_tallies(city.product, older_than=timedelta(0))
    mine = [
        each
        for each in made
        if each[0] != "draft"
        and (period == "all" or (each[2] + timedelta(hours=8)).date().isoformat().startswith(period))
    ]
    counted = Counter(each[0] for each in mine)
    rows = table(city, "matters", period=period)
    assert {row["state"]: row["application_count"] for row in rows} == counted
    for name, divisor in (("asked", 1), ("approved", 2), ("paid", 3)):
        by_region = Counter({region: 0 for _, region, *_ in mine})
        for _, region, _, fen, _ in mine:
            by_region[region] += fen // divisor
        money = {row["region"]: row[name] for row in table(city, "money", period=period)}
        assert money == {region: yuan_from_fen(fen) for region, fen in by_region.items()}
        months = table(city, "months", period=period)
        assert sum(fen_from_yuan(row[name]) for row in months) == sum(by_region.values())
    days = dashboard.Scope(period, None, None).days or (None, None)
    for state, count in counted.items():
        page = listing.list_applications(
            city.product, actor=city.actors["office"], state=state, since=days[0], until=days[1], limit=100
        )
        assert len(page["items"]) == count


@_WALK
@given(made=MADE, offset=st.integers(0, 20))
def test_the_overdue_are_counted_and_listed_by_holder_and_working_days_late(
    city: City, made: list[Any], offset: int
) -> None:
    put_made(city, made)
    today = date(2026, 10, 1) + timedelta(days=offset)
    city.at(today.isoformat())
    calendar = city.product.calendar
    expected: Counter[tuple[str, str]] = Counter()
    with reading(city.product.engine) as connection:
        days = calendar(connection)
        for state, region, _, _, due_on in made:
            if due_on < today:
                late = days.for_region(region).working_days_between(due_on, today)
                band = next(each.name for each in BANDS if each.most is None or late <= each.most)
                expected[holder_of(State(state)).value, band] += 1
    rows = table(city, "overdue")
    for row in rows:
        for band in BANDS:
            count = expected[row["holder"], band.name]
            assert row[f"{band.name}_count"] == count
            assert len(listed(city, holder=row["holder"], band=band.name)) == count
        assert len(listed(city, holder=row["holder"])) == row["count"]
    assert len(listed(city, limit=3)) == sum(expected.values())


def listed(city: City, limit: int = 100, **wanted: Any) -> list[dict[str, Any]]:
    """Every page of the list, put together."""
    found: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        page = overdue.list_overdue(
            city.product, actor=city.actors["auditor"], cursor=cursor, limit=limit, **wanted
        )
        found += page["items"]
        cursor = page["next"]
        if cursor is None:
            assert found == sorted(found, key=lambda item: (item["due_on"], item["id"]))
            return found


def test_heads_see_their_own_region_and_department_and_applicants_nothing(city: City) -> None:
    city.to_hr_review()
    city.at("2027-01-15")
    tallies.refresh_tallies(city.product, older_than=timedelta(0))
    timings_rows = table(city, "timings", "industry_head", period="2026")
    assert {row["department"] for row in timings_rows} == {"industry"}
    (mine,) = [row for row in timings_rows if row["kind"] == "claim_industry_review"]
    assert len(behind(city, mine, "industry_head", period="2026")) == mine["clock_count"]
    for login, wrong in (("hr_head", {}), ("industry_head", {"region": "410421"}), ("hr1", {})):
        with pytest.raises(Forbidden):
            behind(city, mine, login, period="2026", **wrong)
    assert behind(city, mine, "industry_head_bf", period="2026") == []
    assert [row["holder"] for row in table(city, "overdue", "hr_head")] == ["hr"]
    assert table(city, "matters", "hr_head_bf", period="all") == []
    (late,) = listed(city)
    assert late["holder_names"] == "示例hr1、示例hr2"
    for login in ("institution", "hr1", "inspector"):
        for ask in (dashboard.read_dashboard, overdue.list_overdue):
            with pytest.raises(Forbidden):
                ask(city.product, actor=city.actors[login])
    for ask, wrong in (
        (dashboard.read_dashboard, {"region": "410421"}),
        (overdue.list_overdue, {"region": "410421"}),
        (overdue.list_overdue, {"holder": "finance"}),
    ):
        with pytest.raises(Forbidden):
            ask(city.product, actor=city.actors["hr_head"], **wrong)
    with pytest.raises(Forbidden):
        dashboard.refresh_dashboard(city.product, actor=city.actors["hr_head"])
    with pytest.raises(Malformed, match="统计期间"):
        dashboard.read_dashboard(city.product, actor=city.actors["office"], period="2026-13")
    found = dashboard.read_dashboard(city.product, actor=city.actors["office"], period="all")
    _, file = dashboard.dashboard_workbook(found)
    book: Any = openpyxl.load_workbook(io.BytesIO(file))
    assert book.sheetnames == [each["title"] for each in found["tables"]]
    title, file = dashboard.dashboard_workbook(found, "timings")
    assert (title, len(openpyxl.load_workbook(io.BytesIO(file)).sheetnames)) == (
        "各部门用时 全部地区 全部",
        1,
    )


def test_tallies_are_counted_once_in_a_while_however_many_ask(city: City) -> None:
    city.to_opening_review()
    assert tallies.refresh_tallies(city.product)
    assert not tallies.refresh_tallies(city.product)
    run = tables.tally_run
    with writing(city.product.engine) as connection:
        connection.execute(update(run).values(begun_at=run.c.begun_at))
        connection.execute(delete(tables.matter_tally).where(true()))
        connection.execute(
            insert(tables.matter_tally).values(
                region="410400",
                month="2026-08",
                section="opening",
                state="draft",
                application_count=7,
                asked_fen=0,
                approved_fen=0,
                paid_fen=0,
            )
        )
    assert table(city, "matters", period="all") == []
    dashboard.refresh_dashboard(city.product, actor=city.actors["office"])
    tallies.refresh_tallies(city.product, older_than=timedelta(0))
    assert [row["state"] for row in table(city, "matters", period="all")] == ["opening_industry_first"]
