"""The demonstration: everything the contract names is there, made by the product itself, on any day."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select
from stdnum.cn import uscc
from stdnum.iso7064 import mod_11_2

from calendars import ChinaWorkingDays
from tests.workflow.form.filled import example
from tests.workflow.printing.printed import pages_of
from workflow import demonstration
from workflow.access import Actor
from workflow.clock import SHANGHAI, at_shanghai, shanghai_date
from workflow.demonstration import ACCOUNTS, PASSWORD, load
from workflow.demonstration.people import CITY, COUNTY, ORGANISATIONS, ZHONGMU
from workflow.demonstration.script import Script
from workflow.demonstration.stories import STORIES, Story
from workflow.demonstration.year_list import BANNED_PLATFORM, SCHOOL_USCC
from workflow.errors import Broken
from workflow.persistence import tables
from workflow.persistence.engine import reading, writing
from workflow.rules.facts import ListedInstitution
from workflow.sealing import unseal
from workflow.services import audit_search
from workflow.services.accounts import sign_in
from workflow.services.alerts import list_alerts
from workflow.services.applications import read_application
from workflow.services.audit import read_history
from workflow.services.audit_verification import verify_audit
from workflow.services.listing import list_applications
from workflow.services.notices import list_public_notices
from workflow.services.official_forms import check_printed_form, print_official_form
from workflow.services.product import Product, open_product
from workflow.services.setup import prepare
from workflow.services.year_list import year_list_facts
from workflow.settings import read_settings
from workflow.vocabulary import ApplicationKind, Role, State

TODAY = date(2026, 11, 20)
PLAIN = [
    "institution",
    "institution2",
    "enterprise",
    "individual",
    "industry1",
    "industry2",
    "industry_head",
    "hr1",
    "hr2",
    "hr_head",
    "inspector",
    "finance1",
    "finance2",
    "cashier",
    "finance_head",
]
EVERYWHERE = ["office", "auditor", "admin"]
CALENDAR = ChinaWorkingDays.published()


def opened(url: str, *, test_clock: bool = False, files: Path | None = None) -> Product:
    product = open_product(
        read_settings(
            {
                "DATABASE_URL": url,
                "SUBSIDY_DEMONSTRATION": "1",
                "SUBSIDY_TEST_CLOCK": "1" if test_clock else "0",
                "SUBSIDY_FILES": str(files or ""),
            }
        )
    )
    prepare(product)
    return product


@pytest.fixture
def product(sqlite_url: str) -> Iterator[Product]:
    """A product in which nobody is yet."""
    opened_product = opened(sqlite_url)
    yield opened_product
    opened_product.engine.dispose()


@pytest.fixture(scope="module")
def loaded(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The demonstration as it was loaded on the morning of ``TODAY``; only to be read."""
    path = tmp_path_factory.mktemp("demonstration") / "subsidy.db"
    shutil.copyfile(sqlite_template, path)
    product = opened(f"sqlite:///{path}", test_clock=True)
    assert load(product, today=TODAY)
    with writing(product.engine) as connection:
        assert connection.execute(select(tables.test_clock)).all() == []
        connection.execute(insert(tables.test_clock).values(id=1, now_at=at_shanghai(TODAY, 8, 20)))
    yield product
    product.engine.dispose()


def actor(product: Product, login: str) -> Actor:
    account = tables.account
    with reading(product.engine) as connection:
        row = connection.execute(select(account).where(account.c.login == login)).mappings().one()
    kind = row["applicant_kind"]
    return Actor(
        account_id=row["id"],
        login=login,
        name=row["name"],
        role=Role(row["role"]),
        department=row["department"],
        region=row["region"],
        organisation_id=row["organisation_id"],
        applicant_kind=ApplicationKind(kind) if kind else None,
    )


def applications(product: Product, **filters: Any) -> list[dict[str, Any]]:
    auditor = actor(product, "auditor")
    page = list_applications(product, actor=auditor, limit=100, **filters)
    assert page["next"] is None
    return [read_application(product, actor=auditor, application_id=each["id"]) for each in page["items"]]


def clock_of(application: dict[str, Any], kind: str) -> dict[str, Any]:
    clocks = [clock for clock in application["clocks"] if clock["kind"] == kind]
    assert clocks, f"no clock {kind}"
    return dict(clocks[-1])


def history(product: Product, application: dict[str, Any]) -> list[dict[str, Any]]:
    auditor = actor(product, "auditor")
    page = read_history(product, actor=auditor, application_id=application["id"], limit=200)
    return list(page["items"])


def rows(product: Product, query: Any) -> list[Any]:
    with reading(product.engine) as connection:
        return list(connection.execute(query).all())


def test_every_event_of_the_trail_is_searched_for_by_a_name(loaded: Product) -> None:
    events = {event for (event,) in rows(loaded, select(tables.audit_entry.c.event).distinct())}
    assert events <= set(audit_search.EVENT_LABELS)
    assert {"submit", "import_calendar"} & events


def kept(product: Product) -> dict[str, list[Any]]:
    """What a load leaves, but for what is random (sealed values, people's tokens, hashes over both)."""
    entry, alert, clock = tables.audit_entry, tables.alert, tables.clock
    trail = []
    for (content,) in rows(product, select(entry.c.content).order_by(entry.c.chain_id, entry.c.sequence)):
        read = json.loads(content)
        for digest in ("form_digest", "row_digest"):
            read.pop(digest, None)
        read["details"].pop("digest", None)
        trail.append(read)
    return {
        "trail": trail,
        "alerts": rows(product, select(alert).order_by(alert.c.id)),
        "clocks": rows(product, select(clock).order_by(clock.c.id)),
        "people": sorted(rows(product, select(tables.person.c.id_number_masked))),
    }


# --- who is there ------------------------------------------------------------------------------------------


def test_the_accounts_are_those_of_the_contract() -> None:
    logins = [account.login for account in ACCOUNTS]
    assert len(logins) == len(set(logins))
    officers = {each for each in PLAIN if not each.startswith(("institution", "enterprise", "individual"))}
    # Beyond the contract, which knows claims for training alone: who claims for something else.
    further = {
        "inspector2",
        "inspector3",
        "assessment_body",
        "enterprise_zm",
        "agency_zm",
        *(f"{login}_zm" for login in officers),
    }
    assert set(logins) == {*PLAIN, *EVERYWHERE, *(f"{login}_bf" for login in PLAIN), *further}
    for account in ACCOUNTS:
        if account.login not in EVERYWHERE:
            suffix = account.login.rpartition("_")[2]
            assert account.region == {"bf": COUNTY, "zm": ZHONGMU}.get(suffix, CITY)
        assert "示例" in account.name


def test_every_account_signs_in_with_the_password(loaded: Product) -> None:
    for account in ACCOUNTS:
        token, person = sign_in(loaded, login=account.login, password=PASSWORD, address="127.0.0.1")
        assert token
        assert (person.name, person.role, person.department, person.region, person.applicant_kind) == (
            account.name,
            account.role,
            account.department,
            account.region,
            account.applicant_kind,
        )


def test_every_case_is_printed_in_its_state_and_the_print_is_found_genuine(loaded: Product) -> None:
    auditor, states = actor(loaded, "auditor"), set()
    for each in applications(loaded):
        form = print_official_form(loaded, actor=auditor, application_id=each["id"])
        text = "".join(pages_of(form.pdf))
        assert f"办理状态：{each['state_label']}" in text
        assert "财政部门审核意见" in text
        found = check_printed_form(loaded, number=form.number, code=form.code)
        assert (found["result"], found["current"]) == ("genuine", True)
        assert (found["state"], found["version"]) == (each["state"], each["version"])
        states.add(each["state"])
    # Most states of the chart; what is left out is passed through in the same second.
    assert len(states) > 25


def test_the_organisations_are_invented_with_codes_that_are_well_formed(loaded: Product) -> None:
    assert all(uscc.is_valid(each.uscc) and "示例" in each.name for each in ORGANISATIONS.values())
    assert ORGANISATIONS["institution"].uscc == example("application")["applicant"]["uscc"]
    assert ORGANISATIONS["institution"].name == example("application")["applicant"]["name"]
    organisation = tables.organisation
    stored = rows(loaded, select(organisation.c.name, organisation.c.uscc, organisation.c.region))
    assert sorted(map(tuple, stored)) == sorted(
        (each.name, each.uscc, each.region) for each in ORGANISATIONS.values()
    )


def test_everybody_who_trains_is_listed_for_it_on_every_day_of_the_class(loaded: Product) -> None:
    trained = 0
    with reading(loaded.engine) as connection:
        for each in applications(loaded):
            if "classes" not in each["form"].get("opening", {}):
                # Neither a person nor a list of holders is trained here.
                continue
            code = each["form"]["applicant"]["uscc"]
            listed = year_list_facts(connection, region=each["region"], uscc=code)
            if not listed.entries:
                # Who is not on the list gets no further than a draft.
                assert "submit" not in {entry["event"] for entry in history(loaded, each)}
                continue
            for entry in each["form"]["opening"]["classes"]:
                for on in (date.fromisoformat(entry[name]) for name in ("starts_on", "ends_on")):
                    assert any(_is_listed(one, entry, on) for one in listed.entries), (each["number"], on)
                if entry.get("online_platform"):
                    (platform,) = (
                        one
                        for one in listed.platforms
                        if one.name == entry["online_platform"]
                        and one.holds(date.fromisoformat(entry["starts_on"]))
                    )
                    assert platform.sanctions == ()
                trained += 1
            assert listed.sanctions == ()
    assert trained > 30


def _is_listed(listed: ListedInstitution, entry: dict[str, Any], on: date) -> bool:
    return listed.holds(on) and any(
        one.holds(on) and one.occupation_code == entry["occupation_code"] and entry["level"] in one.levels
        for one in listed.occupations
    )


def test_the_lists_are_those_of_the_contract(loaded: Product) -> None:
    with reading(loaded.engine) as connection:
        for login, each in ORGANISATIONS.items():
            entries = year_list_facts(connection, region=each.region, uscc=each.uscc).entries
            # The others are ours: the assessment body is listed so that it may be paid for its certificates.
            others = {"assessment_body", "enterprise_zm", "agency_zm"}
            if login not in {"institution", "enterprise", "institution_bf"} | others:
                assert entries == ()
                continue
            for year in (2026, 2027):
                (entry,) = (one for one in entries if one.holds(date(year, 1, 1)))
                assert entry.document == f"（示例）{year}年度目录清单"
                if login == "agency_zm":
                    assert not entry.occupations
                    continue
                assert {(one.occupation, one.occupation_code) for one in entry.occupations} == {
                    ("车工", "6-18-01-01"),
                    ("焊工", "6-18-02-04"),
                    ("养老护理员", "4-10-01-05"),
                }
                assert {one.levels for one in entry.occupations} == {(5, 4, 3)}
        shown = year_list_facts(connection, region=CITY, uscc=SCHOOL_USCC)
    assert uscc.is_valid(SCHOOL_USCC)
    (stop,) = shown.sanctions
    assert not stop.holds(TODAY)
    assert [one.name for one in shown.platforms if one.sanctions and one.sanctions[0].holds(TODAY)][-1:] == [
        BANNED_PLATFORM
    ]


def test_no_trainee_appears_twice_and_every_number_has_its_check_digit(loaded: Product) -> None:
    sealed = rows(loaded, select(tables.person.c.id_number_sealed))
    numbers = [unseal(each, keys=loaded.settings.keys) for (each,) in sealed]
    assert len(numbers) > 1_000
    assert len(set(numbers)) == len(numbers)
    assert all(number.startswith("410499") and len(number) == 18 for number in numbers)
    assert all(mod_11_2.is_valid(number) for number in numbers)
    assert set(numbers).isdisjoint(row["id_number"] for row in example("roster"))


# --- what is there -----------------------------------------------------------------------------------------


def test_there_is_an_application_in_every_state_and_many_in_both_regions(loaded: Product) -> None:
    found = applications(loaded)
    assert {each["state"] for each in found} == {state.value for state in State}
    assert len(found) >= 40
    for region in (CITY, COUNTY):
        assert len({each["state"] for each in found if each["region"] == region}) >= 12


def test_one_is_overdue_at_finance_and_was_escalated_when_due(loaded: Product) -> None:
    late = [
        each
        for each in applications(loaded, state="claim_finance_first", overdue=True)
        if clock_of(each, "finance_total")["state"] == "overdue"
    ]
    assert len(late) == 1
    assert clock_of(late[0], "finance_month")["state"] == "overdue"
    alert = tables.alert
    given = rows(loaded, select(alert).where(alert.c.application_id == late[0]["id"]))
    rungs = {row.rung for row in given}
    assert rungs >= {"overdue", "overdue_3", "overdue_10", "arrears_1_month"}
    told = list_alerts(loaded, actor=actor(loaded, "office"), limit=50)["items"]
    assert {each["rung"] for each in told} >= {"overdue_3", "overdue_10", "arrears_1_month"}


def test_every_alert_was_raised_when_it_was_scheduled_as_if_the_scheduler_had_always_run(
    loaded: Product,
) -> None:
    alerts = rows(loaded, select(tables.alert))
    assert {row.rung for row in alerts} >= {"due_in_3", "due_in_1", "overdue", "overdue_3"}
    for row in alerts:
        assert row.raised_at == row.scheduled_at
        if row.clock_id is None and row.application_id is not None:
            # A step of the application is told when it is taken.
            continue
        assert row.scheduled_at < at_shanghai(TODAY, 0)
        local = row.scheduled_at.astimezone(SHANGHAI)
        assert (local.hour, local.minute) == (8, 30)
        assert CALENDAR.is_working_day(local.date())


def test_the_waiting_alerts_are_those_that_lie_ahead(loaded: Product) -> None:
    waiting = rows(
        loaded, select(tables.clock.c.next_alert_at).where(tables.clock.c.next_alert_at.is_not(None))
    )
    assert waiting
    assert min(row.next_alert_at for row in waiting) >= at_shanghai(TODAY, 8, 30)


def test_one_rests_for_a_correction(loaded: Product) -> None:
    resting = [
        each
        for each in applications(loaded, state="claim_correction")
        if any(clock["kind"] == "finance_total" for clock in each["clocks"])
    ]
    assert len(resting) == 1
    assert clock_of(resting[0], "finance_total")["state"] == "paused"
    assert clock_of(resting[0], "finance_month")["state"] == "paused"
    assert clock_of(resting[0], "claim_correction")["state"] == "running"
    assert resting[0]["correction"]["sections"] == ["applicant"]


def test_one_is_in_public_notice_with_an_open_objection(loaded: Product) -> None:
    noticed = applications(loaded, state="claim_public_notice")
    objected = [
        each
        for each in noticed
        if any(entry["outcome"] is None for entry in each["form"]["claim"].get("objections", []))
    ]
    assert len(objected) == 1
    assert clock_of(objected[0], "public_notice")["state"] == "running"
    assert clock_of(objected[0], "objection")["state"] == "running"
    assert len(list_public_notices(loaded, limit=100)["items"]) > len(noticed)


def test_objections_have_been_dismissed_and_upheld_and_changed_claims_published_again(
    loaded: Product,
) -> None:
    found = applications(loaded)
    outcomes = {entry["outcome"] for each in found for entry in each["form"]["claim"].get("objections", [])}
    assert outcomes == {None, "dismissed", "upheld"}
    assert any(len(each["form"]["claim"].get("notices", [])) == 2 for each in found)


def test_an_assessment_body_claims_for_certificates_and_has_been_paid(loaded: Product) -> None:
    claims = [each for each in applications(loaded) if each["subsidy"] == "evaluation"]
    assert {each["state"] for each in claims} == {"draft", "claim_public_notice", "disbursed"}
    assert {each["applicant_name"] for each in claims} == {ORGANISATIONS["assessment_body"].name}
    assert all(each["roster_count"] for each in claims)


def test_individuals_stand_in_several_states(loaded: Product) -> None:
    individual = [each for each in applications(loaded) if each["kind"] == "individual"]
    assert len({each["state"] for each in individual}) >= 5
    assert {each["region"] for each in individual} == {CITY, COUNTY}


def test_suspended_ones_remember_where_they_stood_and_their_clocks_rest(loaded: Product) -> None:
    suspended = applications(loaded, state="suspended")
    assert {each["suspended_from"] for each in suspended} == {
        "claim_industry_first",
        "training_awaiting_start",
    }
    claim = next(each for each in suspended if each["suspended_from"] == "claim_industry_first")
    assert clock_of(claim, "claim_industry_review")["state"] == "paused"


def test_one_was_returned_to_its_first_reviewer(loaded: Product) -> None:
    (returned,) = (
        each
        for each in applications(loaded, state="opening_hr_first")
        if "return_to_first" in {entry["event"] for entry in history(loaded, each)}
    )
    assert [review["outcome"] for review in returned["form"]["opening"]["reviews"]][-1] == "returned_to_first"


def test_payments_were_split_failed_and_made_again(loaded: Product) -> None:
    disbursed = applications(loaded, state="disbursed")
    payments = [each["form"]["disbursement"]["payments"] for each in disbursed]
    assert any(len({payment["source"] for payment in made}) == 2 for made in payments)
    assert any([payment["failed"] for payment in made] == [True, False] for made in payments)
    waiting = applications(loaded, state="disbursement_awaiting_payment")
    assert {each["money"]["paid"] == "0.00" for each in waiting} == {True, False}
    assert all(each["money"]["paid"] == each["money"]["approved"] for each in disbursed)


def test_money_is_being_recovered_and_has_been(loaded: Product) -> None:
    (recovering,) = applications(loaded, state="recovering")
    (recovered,) = applications(loaded, state="recovered")
    assert recovering["money"]["recovered"] != recovering["money"]["to_recover"]
    assert recovered["money"]["recovered"] == recovered["money"]["to_recover"] != "0.00"


def test_there_are_several_classes_occupations_levels_and_a_training_by_the_enterprise_itself(
    loaded: Product,
) -> None:
    found = applications(loaded)
    openings = [each["form"]["opening"] for each in found if each["form"]["opening"].get("classes")]
    classes = [entry for opening in openings for entry in opening["classes"]]
    assert {entry["occupation"] for entry in classes} == {"车工", "焊工", "养老护理员"}
    assert {entry["level"] for entry in classes} == {5, 4, 3}
    assert any(len(opening["classes"]) > 1 for opening in openings)
    assert {opening["mode"] for opening in openings} == {"self_run", "commissioned", "other"}
    assert all(15 <= entry["planned_count"] <= 60 for entry in classes)


def test_what_the_product_refused_stands_in_the_trail(loaded: Product) -> None:
    refused = [
        entry["event"]
        for each in applications(loaded)
        for entry in history(loaded, each)
        if entry["outcome"] == "refused"
    ]
    assert sorted(refused) == ["close_notice", "pay"]


# --- when it was -------------------------------------------------------------------------------------------


def test_everything_was_done_in_office_hours_of_working_days_before_today(loaded: Product) -> None:
    for each in applications(loaded):
        for entry in history(loaded, each):
            at = datetime.fromisoformat(entry["at"]).astimezone(SHANGHAI)
            assert at.date() < TODAY
            assert "08:30" <= f"{at:%H:%M}" <= "17:30"
            assert CALENDAR.is_working_day(at.date())
        training = each["form"]["training"]
        for seen in training.get("opening_inspections", []) + training.get("inspections", []):
            at = datetime.fromisoformat(seen["inspected_at"])
            assert at.date() < TODAY
            assert "08:30" <= f"{at:%H:%M}" <= "17:30"
            assert CALENDAR.is_working_day(at.date())


def test_a_class_began_on_the_day_that_its_opening_named(loaded: Product) -> None:
    begun = 0
    for each in applications(loaded):
        starts = {
            entry["class_no"]: entry["starts_on"] for entry in each["form"]["opening"].get("classes", [])
        }
        for seen in each["form"]["training"].get("opening_inspections", []):
            assert (
                shanghai_date(datetime.fromisoformat(seen["inspected_at"])).isoformat()
                == starts[seen["class_no"]]
            )
            begun += 1
    assert begun > 25


@pytest.mark.parametrize(
    ("today", "crosses"),
    [
        (date(2026, 10, 12), False),
        (date(2026, 11, 20), True),
        (date(2026, 12, 2), True),
        (date(2026, 12, 28), True),
    ],
)
def test_a_due_date_in_a_year_without_notice_is_provisional_as_soon_as_a_clock_reaches_so_far(
    product: Product, today: date, crosses: bool
) -> None:
    load(product, today=today)
    clock = tables.clock
    due = rows(product, select(clock.c.due_on).where(clock.c.provisional, clock.c.ended.is_(None)))
    assert bool(due) is crosses
    assert {row.due_on.year for row in due} <= {2027}


@pytest.mark.parametrize(
    "today",
    [
        date(2026, 11, 20),
        date(2027, 1, 4),
        date(2026, 10, 5),
        date(2026, 2, 20),
        date(2026, 2, 14),
        date(2028, 2, 29),
        date(2026, 5, 31),
    ],
    ids=str,
)
def test_it_loads_on_any_day(product: Product, today: date) -> None:
    assert load(product, today=today)
    assert rows(product, select(tables.test_clock)) == []
    assert verify_audit(product)["holds"]
    assert (
        rows(
            product,
            select(tables.application.c.id).where(tables.application.c.created_at >= at_shanghai(today, 0)),
        )
        == []
    )
    states = rows(product, select(tables.application.c.state).distinct())
    assert {row.state for row in states} == {state.value for state in State}


# --- how it is loaded --------------------------------------------------------------------------------------


def test_it_loads_once_on_each_kind_of_database(database_url: str, tmp_path: Path) -> None:
    product = opened(database_url, test_clock=True, files=tmp_path / "files")
    said: list[str] = []
    assert load(product, said.append)
    before = kept(product)
    assert not load(product)
    assert kept(product) == before
    assert rows(product, select(tables.test_clock)) == []
    held = verify_audit(product)
    assert held["holds"], held["faults"]
    assert len(said) >= 3
    assert all(re.search(r"[\u4e00-\u9fff]", line) for line in said)
    # Two letters are left stuck, for whoever wants to see what an administrator does about them.
    unsent = select(tables.outbox.c.attempts).where(tables.outbox.c.sent_at.is_(None))
    assert sorted(row.attempts for row in rows(product, unsent)) == [2, 8]
    product.engine.dispose()


def test_it_depends_on_nothing_but_the_day(sqlite_template: Path, tmp_path: Path, loaded: Product) -> None:
    path = tmp_path / "again.db"
    shutil.copyfile(sqlite_template, path)
    again = opened(f"sqlite:///{path}")
    assert load(again, today=TODAY)
    first, second = kept(loaded), kept(again)
    # People who signed in have left no trace in the trail, so that it may be compared whole.
    assert first == second
    again.engine.dispose()


def test_nothing_of_it_stays_when_it_cannot_be_finished(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    last = STORIES[-1]
    wrong = Story(last.login, last.courses, last.acts, State.DISBURSED)
    monkeypatch.setattr("workflow.demonstration.playing.STORIES", (*STORIES[:-1], wrong))
    with pytest.raises(Broken, match="ends as terminated"):
        load(product)
    for table in (
        tables.account,
        tables.application,
        tables.audit_entry,
        tables.test_clock,
        tables.organisation,
    ):
        assert rows(product, select(func.count()).select_from(table))[0][0] == 0
    monkeypatch.undo()
    assert load(product)


def test_of_two_who_load_at_the_same_time_one_does(database_url: str, tmp_path: Path) -> None:
    product = opened(database_url, files=tmp_path / "files")
    with ThreadPoolExecutor(2) as pool:
        loads = [pool.submit(load, product) for _ in range(2)]
        assert sorted(each.result() for each in loads) == [False, True]
    assert len(rows(product, select(tables.account.c.id))) == len(ACCOUNTS)
    product.engine.dispose()


def test_where_somebody_has_an_account_nothing_is_loaded(product: Product) -> None:
    with writing(product.engine) as connection:
        connection.execute(
            insert(tables.account).values(
                login="somebody",
                name="某人",
                password_hash="-",
                role="admin",
                active=True,
                failed_count=0,
                created_at=at_shanghai(TODAY, 9),
            )
        )
    assert not demonstration.load(product)
    assert rows(product, select(func.count()).select_from(tables.application))[0][0] == 0


def test_what_a_story_expects_to_be_refused_must_be_refused(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    def drafted_in_vain(script: Script) -> Script:
        return script.drafted().then(script.login, "withdraw", {"reason": "示例"}, refused=True)

    first = STORIES[0]
    wrong = Story(first.login, first.courses, drafted_in_vain, State.WITHDRAWN)
    monkeypatch.setattr("workflow.demonstration.playing.STORIES", (wrong,))
    with pytest.raises(Broken, match="was to be refused"):
        load(product)
