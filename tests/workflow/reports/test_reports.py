"""What the reports count, for whom they are, and the workbook they become."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from sqlalchemy import Connection, Engine

from tests.persistence.rows import insert
from workflow.access import Actor
from workflow.errors import Forbidden, Malformed, NotFound
from workflow.persistence import tables
from workflow.reports import REPORTS, Span, period_of
from workflow.services.product import Product
from workflow.services.reports import list_reports, make_report, report_workbook
from workflow.services.setup import prepare
from workflow.settings import read_settings
from workflow.vocabulary import ApplicationKind, Department, Role

CITY, COUNTY = "410400", "410421"
NOW = datetime(2026, 9, 18, 1, 0, tzinfo=UTC)


@pytest.fixture
def product(engine: Engine) -> Product:
    settings = read_settings({"SUBSIDY_TEST_CLOCK": "1"})
    made = Product(engine=engine, settings=settings)
    prepare(made)
    with engine.begin() as connection:
        connection.execute(tables.test_clock.insert().values(id=1, now_at=NOW))
        insert(
            connection,
            tables.policy_version,
            version="v1",
            key="pingdingshan-2022",
            content="{}",
            stored_at=NOW,
        )
    return made


@pytest.fixture
def filled(product: Product) -> Product:
    """Three matters of the city, one of the county, and a draft that is nobody's business."""
    with product.engine.begin() as connection:
        person, cashier = insert(connection, tables.account), insert(connection, tables.account)
        add = _adder(connection, person)
        add("410400-2026-00001", state="draft", section="opening", policy_version=None)

        paid = add("410400-2026-00002", state="disbursed", section="disbursement", approved=5_400_000)
        _clock(
            connection,
            paid,
            "opening_industry_review",
            date(2026, 9, 1),
            ended="met",
            ended_on=date(2026, 9, 3),
        )
        _clock(
            connection, paid, "claim_acceptance", date(2026, 9, 1), ended="missed", ended_on=date(2026, 9, 9)
        )
        insert(
            connection,
            tables.decision,
            application_id=paid,
            account_id=person,
            step="claim_finance",
            seat="second",
            # 00:30 on 1 September in China is still August in UTC.
            decided_at=datetime(2026, 8, 31, 16, 30, tzinfo=UTC),
        )
        for voucher, fen, source, failed_at in (
            ("PZ-1", 3_000_000, "special_account", None),
            ("PZ-2", 2_400_000, "employment_subsidy", None),
            ("PZ-3", 2_400_000, "special_account", NOW),
        ):
            insert(
                connection,
                tables.payment,
                application_id=paid,
                paid_by=cashier,
                voucher=voucher,
                amount_fen=fen,
                source=source,
                failed_at=failed_at,
                paid_on=date(2026, 9, 10),
            )

        late = add("410400-2026-00003", state="claim_industry_first", section="claim")
        clock = _clock(connection, late, "claim_industry_review", date(2026, 8, 10), due_on=date(2026, 8, 24))
        insert(
            connection,
            tables.alert,
            application_id=late,
            clock_id=clock,
            rung="overdue_10",
            raised_at=datetime(2026, 9, 7, 0, 30, tzinfo=UTC),
        )

        asked = add(
            "410421-2026-00004", region=COUNTY, state="claim_finance_second", section="claim", asked=90_000
        )
        _clock(connection, asked, "finance_total", date(2026, 9, 2), due_on=date(2026, 9, 23), region=COUNTY)
        _clock(connection, asked, "finance_month", date(2026, 9, 2), due_on=date(2026, 10, 8), region=COUNTY)
    return product


def _adder(connection: Connection, person: int) -> Callable[..., int]:
    def add(number: str, *, asked: int = 0, approved: int = 0, **values: Any) -> int:
        row = {
            "number": number,
            "policy_version": "v1",
            "created_by": person,
            "asked_fen": asked or approved,
            "approved_fen": approved,
            "paid_fen": approved,
        }
        return insert(connection, tables.application, **{**row, **values})

    return add


def _clock(
    connection: Connection,
    application_id: int,
    kind: str,
    started_on: date,
    *,
    due_on: date | None = None,
    ended: str | None = None,
    ended_on: date | None = None,
    region: str = CITY,
) -> int:
    segment = {
        "state": "running",
        "since_on": started_on.isoformat(),
        "until_on": ended_on.isoformat() if ended_on else None,
        "why": "accept",
        "after_notice": False,
        "scheduled": False,
    }
    return insert(
        connection,
        tables.clock,
        application_id=application_id,
        region=region,
        kind=kind,
        department="finance" if kind.startswith("finance") else "industry",
        limit_count=1 if kind == "finance_month" else 15 if kind == "finance_total" else 10,
        limit_unit="month" if kind == "finance_month" else "working_day",
        segments=[segment],
        started_on=started_on,
        runs_from_on=started_on,
        due_on=due_on,
        ended=ended,
        ended_on=ended_on,
    )


def _actor(role: Role, department: Department | None = None, region: str | None = None) -> Actor:
    kind = ApplicationKind.INSTITUTION if role is Role.APPLICANT else None
    return Actor(1, "somebody", "某人", role, department, region, None, kind)


def _rows(product: Product, name: str, **chosen: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = make_report(product, actor=None, name=name, **chosen)["rows"]
    return rows


def _of(rows: list[dict[str, Any]], region: str | None) -> dict[str, Any]:
    return next(row for row in rows if row["region"] == region)


def test_every_report_is_listed_and_can_be_made_of_an_empty_database(product: Product) -> None:
    assert [each["name"] for each in list_reports()] == list(REPORTS)
    for name in REPORTS:
        report = make_report(product, actor=None, name=name)
        keys = {column["key"] for column in report["columns"]}
        assert all(keys <= set(row) for row in report["rows"])
        assert report_workbook(report)[:2] == b"PK"


def test_the_month_counts_arrivals_approvals_and_payments_by_region(filled: Product) -> None:
    report = make_report(filled, actor=None, name="monthly", year=2026, month=9)
    assert report["title"] == "月调度表（2026年9月）"
    city = _of(report["rows"], CITY)
    assert (city["received_count"], city["claimed_count"]) == (1, 1)
    assert (city["approved_count"], city["approved"]) == (1, "54000.00")
    assert (city["payment_count"], city["paid"]) == (2, "54000.00")
    assert (city["in_claim_count"], city["disbursed_count"], city["overdue_count"]) == (1, 1, 1)
    assert city["in_opening_count"] == 0, "a draft belongs to its applicant alone"
    total = _of(report["rows"], None)
    assert (total["region_label"], total["in_claim_count"], total["paid"]) == ("合计", 2, "54000.00")


def test_a_moment_belongs_to_the_month_it_has_in_china(filled: Product) -> None:
    assert _of(_rows(filled, "monthly", year=2026, month=8), CITY)["approved_count"] == 0
    assert _of(_rows(filled, "monthly", year=2026, month=9), CITY)["approved_count"] == 1


def test_a_person_without_an_opening_is_received_with_the_claim(product: Product) -> None:
    with product.engine.begin() as connection:
        add = _adder(connection, insert(connection, tables.account))
        own = add("410400-2026-00009", kind="individual", state="claim_awaiting_acceptance", section="claim")
        _clock(connection, own, "claim_acceptance", date(2026, 9, 4))
    city = _of(_rows(product, "monthly"), CITY)
    assert (city["received_count"], city["claimed_count"]) == (1, 1)


def test_the_quarter_names_what_is_ten_days_overdue_and_tells_payments_by_source(filled: Product) -> None:
    rows = _rows(filled, "quarterly", year=2026, month=8)
    city = _of(rows, CITY)
    assert (city["named_count"], city["named_numbers"]) == (1, "410400-2026-00003")
    assert (city["paid"], city["paid_special_account"], city["paid_employment_subsidy"]) == (
        "54000.00",
        "30000.00",
        "24000.00",
    )
    assert _of(_rows(filled, "quarterly", year=2026, month=6), CITY)["named_numbers"] == ""


def test_the_year_tells_how_many_limits_were_kept(filled: Product) -> None:
    rows = _rows(filled, "yearly")
    assert (_of(rows, CITY)["on_time_rate"], _of(rows, COUNTY)["on_time_rate"]) == ("50.0%", "—")
    assert _of(rows, None)["met_count"] == 1


def test_the_overdue_report_says_who_is_how_late(filled: Product) -> None:
    (row,) = _rows(filled, "overdue")
    assert row["application_number"] == "410400-2026-00003"
    assert (row["department"], row["clock"], row["due_on"]) == (
        "industry",
        "claim_industry_review",
        "2026-08-24",
    )
    assert (row["late_days"], row["late_text"], row["provisional"]) == (19, "19个工作日", False)


def test_the_ledger_of_requests_holds_what_finance_has_not_paid(filled: Product) -> None:
    row, total = _rows(filled, "funding_requests")
    assert (row["application_number"], row["handed_on"], row["month_due_on"]) == (
        "410421-2026-00004",
        "2026-09-02",
        "2026-10-08",
    )
    assert (row["asked"], row["approved"], row["unpaid"], row["arrears_label"]) == (
        "900.00",
        "0.00",
        "900.00",
        "",
    )
    assert (total["application_number"], total["unpaid"]) == ("合计", "900.00")
    assert _rows(filled, "funding_requests", month=8) == []


def test_office_and_auditors_see_all_regions_and_may_choose_one(filled: Product) -> None:
    for role in (Role.OFFICE, Role.AUDITOR, Role.ADMIN):
        everything = make_report(filled, actor=_actor(role), name="monthly")
        assert [row["region"] for row in everything["rows"]] == [CITY, COUNTY, None]
        chosen = make_report(filled, actor=_actor(role), name="monthly", region=COUNTY)
        assert [row["region"] for row in chosen["rows"]] == [COUNTY]


def test_a_department_sees_its_own_region_only(filled: Product) -> None:
    head = _actor(Role.HEAD, Department.FINANCE, COUNTY)
    for name in REPORTS:
        rows = make_report(filled, actor=head, name=name)["rows"]
        assert {row["region"] for row in rows if "region" in row} <= {COUNTY}
        with pytest.raises(Forbidden):
            make_report(filled, actor=head, name=name, region=CITY)


def test_applicants_have_no_reports(product: Product) -> None:
    with pytest.raises(Forbidden):
        make_report(product, actor=_actor(Role.APPLICANT, region=CITY), name="monthly")


def test_what_there_is_not_is_refused(product: Product) -> None:
    with pytest.raises(NotFound, match="monthly、quarterly"):
        make_report(product, actor=None, name="weekly")
    with pytest.raises(Malformed) as refused:
        make_report(product, actor=None, name="monthly", region="110000", year=1, month=13)
    assert [error.field for error in refused.value.errors] == ["region", "year", "month"]


@pytest.mark.parametrize(
    ("span", "month", "title", "first_on", "last_on"),
    [
        (Span.MONTH, 2, "2028年2月", date(2028, 2, 1), date(2028, 2, 29)),
        (Span.QUARTER, 3, "2028年第一季度", date(2028, 1, 1), date(2028, 3, 31)),
        (Span.QUARTER, 10, "2028年第四季度", date(2028, 10, 1), date(2028, 12, 31)),
        (Span.HALF_YEAR, 6, "2028年上半年", date(2028, 1, 1), date(2028, 6, 30)),
        (Span.HALF_YEAR, 7, "2028年下半年", date(2028, 7, 1), date(2028, 12, 31)),
        (Span.YEAR, 5, "2028年", date(2028, 1, 1), date(2028, 12, 31)),
        (Span.NOW, 5, "截至2026年9月18日", date(2026, 9, 18), date(2026, 9, 18)),
    ],
)
def test_a_period_is_the_one_in_which_the_month_lies(
    span: Span, month: int, title: str, first_on: date, last_on: date
) -> None:
    period = period_of(span, 2028, month, date(2026, 9, 18))
    assert (period.title, period.first_on, period.last_on) == (title, first_on, last_on)


def test_nothing_in_a_workbook_is_a_formula() -> None:
    report = {
        "name": "overdue",
        "title": "=1+1",
        "columns": [{"key": "name", "label": "@名称"}, {"key": "count", "label": "件数"}],
        "rows": [{"name": '=HYPERLINK("http://x")', "count": 3}, {"name": None}],
    }
    sheet = openpyxl.load_workbook(BytesIO(report_workbook(report))).active
    assert sheet is not None
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None} == {
        "s",
        "n",
    }
    assert [cell.value for cell in sheet[3]] == ['=HYPERLINK("http://x")', 3]


@pytest.mark.parametrize(("name", "kind"), [("overdue", "hr_total"), ("funding_requests", "finance_total")])
def test_a_page_takes_the_beginning_of_a_list_and_says_how_many_more_there_are(
    filled: Product, name: str, kind: str
) -> None:
    with filled.engine.begin() as connection:
        add = _adder(connection, insert(connection, tables.account))
        for number in range(3):
            more = add(f"410400-2026-0001{number}", state="claim_finance_first", section="claim", asked=100)
            _clock(connection, more, kind, date(2026, 8, 3), due_on=date(2026, 8, 20 + number))
    whole = make_report(filled, actor=None, name=name)["rows"]
    some = make_report(filled, actor=None, name=name, most=2)
    sums = [] if name == "overdue" else whole[-1:]
    assert len(whole) - len(sums) > 3
    assert some["rows"] == [*whole[:2], *sums], "the sum is of all"
    assert some["left_out"] == len(whole) - len(some["rows"])
    assert make_report(filled, actor=None, name=name, most=10**6)["left_out"] == 0
