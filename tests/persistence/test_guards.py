"""What the database refuses by itself, whatever the code above it forgets. Every refusal has a legal twin."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, Table, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from tests.persistence.rows import DAY, MOMENT, insert, insert_application
from workflow.persistence import tables
from workflow.persistence.engine import reading, writing


def _people(connection: Connection, count: int) -> list[int]:
    return [insert(connection, tables.account) for _ in range(count)]


def _refused(engine: Engine, table: Table, because: str, **values: Any) -> None:
    with pytest.raises(DBAPIError, match=because), writing(engine) as connection:
        insert(connection, table, **values)


# --- the audit trail ---------------------------------------------------------------------------------


@pytest.fixture
def audited(engine: Engine) -> Engine:
    """A database with one entry in the audit trail."""
    with writing(engine) as connection:
        insert(connection, tables.audit_entry, content='{"event":"submit"}')
    return engine


def _entries(engine: Engine) -> list[tuple[int, int, str]]:
    with reading(engine) as connection:
        rows = connection.execute(tables.audit_entry.select().order_by(tables.audit_entry.c.id))
        return [(row.chain_id, row.sequence, row.content) for row in rows]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET content = '{}'",
        "UPDATE audit_entry SET hash = hash",
        "DELETE FROM audit_entry",
        "DELETE FROM audit_entry WHERE sequence = 1",
    ],
)
def test_an_audit_entry_is_neither_changed_nor_deleted(audited: Engine, statement: str) -> None:
    with pytest.raises(IntegrityError, match="appended, never changed"), writing(audited) as connection:
        connection.execute(text(statement))
    assert _entries(audited) == [(1, 1, '{"event":"submit"}')]


@pytest.mark.parametrize(
    "statement", ["TRUNCATE audit_entry", "TRUNCATE audit_entry RESTART IDENTITY CASCADE"]
)
def test_the_audit_trail_is_not_truncated(postgresql_engine: Engine, statement: str) -> None:
    with writing(postgresql_engine) as connection:
        insert(connection, tables.audit_entry)
    with (
        pytest.raises(IntegrityError, match="appended, never changed"),
        writing(postgresql_engine) as connection,
    ):
        connection.execute(text(statement))
    assert len(_entries(postgresql_engine)) == 1


def test_an_audit_entry_is_not_replaced_by_an_upsert(audited: Engine) -> None:
    statement = (
        "INSERT INTO audit_entry (chain_id, sequence, recorded_at, content, previous_hash, hash) "
        "VALUES (1, 1, '2026-03-02 09:00:00', '{}', '', '') "
        "ON CONFLICT (chain_id, sequence) DO UPDATE SET content = excluded.content"
    )
    with pytest.raises(IntegrityError, match="appended, never changed"), writing(audited) as connection:
        connection.execute(text(statement))
    assert _entries(audited) == [(1, 1, '{"event":"submit"}')]


@pytest.mark.parametrize("collision", ["id", "sequence"])
def test_an_audit_entry_is_not_replaced_on_sqlite(sqlite_engine: Engine, collision: str) -> None:
    with writing(sqlite_engine) as connection:
        insert(connection, tables.audit_entry, id=7, content="kept")
    key, sequence = (7, 2) if collision == "id" else (8, 1)
    values = {"chain_id": 1, "recorded_at": MOMENT, "content": "x", "previous_hash": "", "hash": ""}
    statement = tables.audit_entry.insert().prefix_with("OR REPLACE")
    with pytest.raises(IntegrityError), writing(sqlite_engine) as connection:
        connection.execute(statement.values(id=key, sequence=sequence, **values))
    assert _entries(sqlite_engine) == [(1, 1, "kept")]


def test_an_audit_chain_has_one_entry_for_each_number(audited: Engine) -> None:
    with pytest.raises(IntegrityError), writing(audited) as connection:
        insert(connection, tables.audit_entry)


def test_an_audit_entry_is_appended(audited: Engine) -> None:
    with writing(audited) as connection:
        insert(connection, tables.audit_entry, sequence=2)
        insert(connection, tables.audit_entry, chain_id=2, sequence=1)
    assert [entry[:2] for entry in _entries(audited)] == [(1, 1), (1, 2), (2, 1)]


# --- decisions: 初审人 ≠ 复核人 ----------------------------------------------------------------------------


def test_a_seat_of_a_step_is_decided_once(engine: Engine) -> None:
    with writing(engine) as connection:
        application = insert_application(connection)
        first, other = _people(connection, 2)
        insert(connection, tables.decision, application_id=application, account_id=first)
    _refused(engine, tables.decision, "(?i)unique", application_id=application, account_id=other)


def test_no_person_sits_on_both_seats_of_a_step(engine: Engine) -> None:
    with writing(engine) as connection:
        application = insert_application(connection)
        [person] = _people(connection, 1)
        insert(connection, tables.decision, application_id=application, account_id=person)
    _refused(
        engine, tables.decision, "(?i)unique", application_id=application, account_id=person, seat="second"
    )


def test_two_persons_decide_a_step_and_one_may_decide_in_other_steps_and_applications(engine: Engine) -> None:
    with writing(engine) as connection:
        application, other_application = insert_application(connection), insert_application(connection)
        first, second = _people(connection, 2)
        insert(connection, tables.decision, application_id=application, account_id=first)
        insert(connection, tables.decision, application_id=application, account_id=second, seat="second")
        insert(connection, tables.decision, application_id=application, account_id=second, step="opening_hr")
        insert(connection, tables.decision, application_id=other_application, account_id=second)


def test_a_superseded_decision_frees_its_seat_and_its_person(engine: Engine) -> None:
    with writing(engine) as connection:
        application = insert_application(connection)
        first, second = _people(connection, 2)
        insert(connection, tables.decision, application_id=application, account_id=first, superseded=True)
        insert(connection, tables.decision, application_id=application, account_id=second)
        insert(connection, tables.decision, application_id=application, account_id=first, seat="second")


def test_a_seat_has_a_known_name(engine: Engine) -> None:
    with writing(engine) as connection:
        application = insert_application(connection)
        [person] = _people(connection, 1)
    _refused(
        engine,
        tables.decision,
        "ck_decision_seat",
        application_id=application,
        account_id=person,
        seat="third",
    )


# --- public notices and objections -------------------------------------------------------------------


def test_who_published_a_notice_does_not_close_it(engine: Engine) -> None:
    with writing(engine) as connection:
        application = insert_application(connection)
        publisher, closer = _people(connection, 2)
        notice = insert(connection, tables.notice, application_id=application, published_by=publisher)
    close = update(tables.notice).where(tables.notice.c.id == notice)
    with pytest.raises(IntegrityError, match="closer_is_another"), writing(engine) as connection:
        connection.execute(close.values(closed_by=publisher, closed_on=DAY, ended_because="closed"))
    with writing(engine) as connection:
        connection.execute(close.values(closed_by=closer, closed_on=DAY, ended_because="closed"))


def test_one_notice_of_an_application_hangs_at_a_time(engine: Engine) -> None:
    with writing(engine) as connection:
        application = insert_application(connection)
        [publisher] = _people(connection, 1)
        insert(connection, tables.notice, application_id=application, published_by=publisher)
    again = {"application_id": application, "published_by": publisher, "sequence": 2}
    _refused(engine, tables.notice, "(?i)unique", **again)
    with writing(engine) as connection:
        connection.execute(update(tables.notice).values(ended_because="upheld"))
        insert(connection, tables.notice, **again)


def test_who_published_a_notice_does_not_resolve_an_objection_to_it(engine: Engine) -> None:
    with writing(engine) as connection:
        application = insert_application(connection)
        publisher, resolver = _people(connection, 2)
        notice = insert(connection, tables.notice, application_id=application, published_by=publisher)
        insert(
            connection,
            tables.objection,
            application_id=application,
            notice_id=notice,
            published_by=publisher,
        )
    resolve = update(tables.objection).values(outcome="dismissed", reply="经核查属实", resolved_at=MOMENT)
    with pytest.raises(IntegrityError, match="resolver_is_another"), writing(engine) as connection:
        connection.execute(resolve.values(resolved_by=publisher))
    with pytest.raises(IntegrityError, match="resolved_whole"), writing(engine) as connection:
        connection.execute(resolve)
    with writing(engine) as connection:
        connection.execute(resolve.values(resolved_by=resolver))


def test_an_objection_names_the_true_publisher_of_its_notice(engine: Engine) -> None:
    with writing(engine) as connection:
        application = insert_application(connection)
        publisher, other = _people(connection, 2)
        notice = insert(connection, tables.notice, application_id=application, published_by=publisher)
    _refused(
        engine,
        tables.objection,
        "(?i)foreign key",
        application_id=application,
        notice_id=notice,
        published_by=other,
    )


# --- money -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("superseded", [False, True])
def test_who_reviewed_for_finance_does_not_pay(engine: Engine, superseded: bool) -> None:
    with writing(engine) as connection:
        application = insert_application(connection)
        reviewer, cashier = _people(connection, 2)
        decision = {"application_id": application, "account_id": reviewer, "step": "claim_finance"}
        insert(connection, tables.decision, superseded=superseded, **decision)
    _refused(
        engine,
        tables.payment,
        "who reviewed for finance does not pay",
        application_id=application,
        paid_by=reviewer,
    )
    with writing(engine) as connection:
        insert(connection, tables.payment, application_id=application, paid_by=cashier)


def test_who_reviewed_another_application_or_for_another_department_pays(engine: Engine) -> None:
    with writing(engine) as connection:
        application, other_application = insert_application(connection), insert_application(connection)
        [person] = _people(connection, 1)
        insert(
            connection,
            tables.decision,
            application_id=other_application,
            account_id=person,
            step="claim_finance",
        )
        insert(connection, tables.decision, application_id=application, account_id=person, step="claim_hr")
        insert(connection, tables.payment, application_id=application, paid_by=person)


def test_a_payment_is_not_rewritten_to_a_finance_reviewer(engine: Engine) -> None:
    with writing(engine) as connection:
        application = insert_application(connection)
        reviewer, cashier, other_cashier = _people(connection, 3)
        insert(
            connection, tables.decision, application_id=application, account_id=reviewer, step="claim_finance"
        )
        insert(connection, tables.payment, application_id=application, paid_by=cashier)
    with pytest.raises(DBAPIError, match="does not pay"), writing(engine) as connection:
        connection.execute(update(tables.payment).values(paid_by=reviewer))
    with writing(engine) as connection:
        connection.execute(update(tables.payment).values(paid_by=other_cashier))
        connection.execute(update(tables.payment).values(failed_at=MOMENT, failure_reason="账号有误"))


def test_who_paid_does_not_review_for_finance_afterwards(engine: Engine) -> None:
    with writing(engine) as connection:
        application = insert_application(connection)
        cashier, reviewer = _people(connection, 2)
        insert(connection, tables.payment, application_id=application, paid_by=cashier)
    decision = {"application_id": application, "step": "claim_finance"}
    _refused(engine, tables.decision, "does not pay", account_id=cashier, **decision)
    with writing(engine) as connection:
        insert(connection, tables.decision, account_id=reviewer, **decision)


@pytest.mark.parametrize(
    ("because", "amounts"),
    [
        ("paid_within_approved", {"approved_fen": 100, "paid_fen": 101}),
        ("paid_within_approved", {"approved_fen": 100, "paid_fen": -1}),
        ("recovery_within_paid", {"approved_fen": 100, "paid_fen": 100, "to_recover_fen": 101}),
        (
            "recovered_within_asked",
            {"approved_fen": 100, "paid_fen": 100, "to_recover_fen": 50, "recovered_fen": 51},
        ),
    ],
)
def test_no_more_is_paid_than_approved_nor_more_recovered_than_paid(
    engine: Engine, because: str, amounts: dict[str, int]
) -> None:
    with writing(engine) as connection:
        application = insert_application(connection)
    change = update(tables.application).where(tables.application.c.id == application)
    with pytest.raises(IntegrityError, match=because), writing(engine) as connection:
        connection.execute(change.values(amounts))


def test_all_that_is_approved_may_be_paid_and_all_that_is_paid_recovered(engine: Engine) -> None:
    with writing(engine) as connection:
        insert_application(connection, approved_fen=100, paid_fen=100, to_recover_fen=100, recovered_fen=100)


@pytest.mark.parametrize("table", [tables.payment, tables.recovery], ids=lambda table: table.name)
def test_a_voucher_is_entered_once_and_for_a_positive_amount(engine: Engine, table: Table) -> None:
    by = "paid_by" if table is tables.payment else "recorded_by"
    with writing(engine) as connection:
        application = insert_application(connection)
        [cashier] = _people(connection, 1)
        insert(connection, table, application_id=application, **{by: cashier})
    row = {"application_id": application, by: cashier}
    _refused(engine, table, "(?i)unique", **row)
    _refused(engine, table, "positive", **row, voucher="PZ-2", amount_fen=0)
    with writing(engine) as connection:
        insert(connection, table, **row, voucher="PZ-2")


# --- clocks and commands -----------------------------------------------------------------------------


def test_an_alert_is_raised_once_for_a_rung_and_a_due_date(engine: Engine) -> None:
    with writing(engine) as connection:
        application = insert_application(connection)
        clock = insert(connection, tables.clock, application_id=application)
        insert(connection, tables.alert, application_id=application, clock_id=clock)
    row = {"application_id": application, "clock_id": clock}
    _refused(engine, tables.alert, "(?i)unique", **row)
    with writing(engine) as connection:
        insert(connection, tables.alert, **row, due_on=DAY.replace(day=3))
        insert(connection, tables.alert, **row, rung="head")


def test_an_application_has_one_clock_of_a_kind_for_a_subject(engine: Engine) -> None:
    with writing(engine) as connection:
        application = insert_application(connection)
        insert(connection, tables.clock, application_id=application)
    _refused(engine, tables.clock, "(?i)unique", application_id=application)
    with writing(engine) as connection:
        insert(connection, tables.clock, application_id=application, subject_id=1)


def test_a_decision_belongs_to_an_application_and_a_person(engine: Engine) -> None:
    with writing(engine) as connection:
        application = insert_application(connection)
    _refused(engine, tables.decision, "(?i)foreign key", application_id=application, account_id=999)


# --- the year's list ---------------------------------------------------------------------------------

EARLIER = DAY - timedelta(days=1)
USCC = "52410400MJY000001Q"


@pytest.fixture
def listed(engine: Engine) -> tuple[Engine, int, int]:
    """A database with an institution on the list: its id, and who entered it."""
    with writing(engine) as connection:
        (clerk,) = _people(connection, 1)
        institution = insert(connection, tables.listed_institution, entered_by=clerk)
        insert(
            connection,
            tables.listed_occupation,
            institution_id=institution,
            entered_by=clerk,
            listed_until_on=DAY,
        )
        insert(connection, tables.listed_platform, entered_by=clerk)
        survey = insert(connection, tables.satisfaction_survey, entered_by=clerk)
        insert(connection, tables.sanction, entered_by=clerk, uscc=USCC, survey_id=survey)
        insert(connection, tables.sanction, entered_by=clerk, uscc=USCC)
        insert(connection, tables.sanction, entered_by=clerk, platform="某平台", kind="ban")
    return engine, institution, clerk


@pytest.mark.parametrize(
    ("table", "because", "values"),
    [
        (tables.listed_institution, "(?i)unique", {}),
        (tables.listed_institution, "until_not_before_from", {"year": 2027, "listed_until_on": EARLIER}),
        (tables.listed_institution, "theory_area_not_negative", {"year": 2027, "theory_area": -1}),
        (tables.listed_institution, "administrators_not_negative", {"year": 2027, "administrator_count": -1}),
        (tables.listed_institution, "finance_staff_not_negative", {"year": 2027, "finance_staff_count": -1}),
        (tables.listed_occupation, "(?i)unique", {}),
        (
            tables.listed_occupation,
            "until_not_before_from",
            {"occupation_code": "4-10-01-05", "listed_until_on": EARLIER},
        ),
        (
            tables.listed_occupation,
            "teachers_not_negative",
            {"occupation_code": "4-10-01-05", "full_time_teacher_count": -1},
        ),
        (tables.listed_platform, "(?i)unique", {}),
        (tables.listed_platform, "until_not_before_from", {"year": 2027, "listed_until_on": EARLIER}),
        (tables.satisfaction_survey, "(?i)unique", {}),
        (tables.satisfaction_survey, "satisfied_among_asked", {"surveyed_on": EARLIER, "asked_count": 39}),
        (
            tables.satisfaction_survey,
            "satisfied_among_asked",
            {"surveyed_on": EARLIER, "satisfied_count": -1},
        ),
        (
            tables.satisfaction_survey,
            "somebody_asked|satisfied_among_asked",
            {"surveyed_on": EARLIER, "asked_count": 0, "satisfied_count": 0},
        ),
        (tables.sanction, "(?i)unique", {"uscc": USCC}),
        (tables.sanction, "(?i)unique", {"platform": "某平台", "kind": "ban"}),
        (tables.sanction, "(?i)unique", {"uscc": USCC, "kind": "removal", "survey_id": 1}),
        (tables.sanction, "one_subject", {}),
        (tables.sanction, "one_subject", {"uscc": USCC, "platform": "某平台"}),
        (tables.sanction, "until_not_before_from", {"uscc": USCC, "kind": "ban", "until_on": EARLIER}),
        (tables.sanction, "lifted_whole", {"uscc": USCC, "kind": "ban", "lifted_on": DAY}),
    ],
)
def test_the_list_holds_nothing_twice_and_nothing_that_contradicts_itself(
    listed: tuple[Engine, int, int], table: Table, because: str, values: dict[str, Any]
) -> None:
    engine, institution, clerk = listed
    of = {"institution_id": institution} if table is tables.listed_occupation else {}
    _refused(engine, table, because, entered_by=clerk, **of, **values)


def test_a_sanction_that_was_lifted_may_be_imposed_again(listed: tuple[Engine, int, int]) -> None:
    engine, _, clerk = listed
    lifted = {"lifted_on": DAY, "lifted_by": clerk, "lifted_reason": "整改合格"}
    with writing(engine) as connection:
        connection.execute(
            update(tables.sanction).where(tables.sanction.c.survey_id.is_(None)).values(lifted)
        )
        insert(connection, tables.sanction, entered_by=clerk, uscc=USCC)
        insert(connection, tables.sanction, entered_by=clerk, platform="某平台", kind="ban")


# --- substitutes: four eyes are four eyes of both persons --------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second"),
    [((0, 1), (1, None)), ((0, None), (2, 0)), ((0, 1), (2, 1)), ((0, 1), (2, 0)), ((0, None), (1, 1))],
    ids=["absent-signs", "for-who-signed", "for-the-same", "for-the-substitute", "for-oneself"],
)
def test_nobody_holds_both_seats_through_another(
    engine: Engine, first: tuple[int, int | None], second: tuple[int, int | None]
) -> None:
    with writing(engine) as connection:
        application = insert_application(connection)
        people = _people(connection, 3)

        def by(who: tuple[int, int | None]) -> dict[str, Any]:
            return {
                "application_id": application,
                "account_id": people[who[0]],
                "on_behalf_of_id": None if who[1] is None else people[who[1]],
            }

        insert(connection, tables.decision, **by(first))
    _refused(engine, tables.decision, "both seats", seat="second", **by(second))
    with writing(engine) as connection:
        # Another step, or a signature that no longer counts, is no seat of this one.
        insert(connection, tables.decision, step="opening_hr", **by((0, 1)))
        insert(connection, tables.decision, seat="second", superseded=True, **by((2, 0)))
    with pytest.raises(DBAPIError, match=r"both seats|(?i:unique)"), writing(engine) as connection:
        connection.execute(
            update(tables.decision).where(tables.decision.c.seat == "second").values(superseded=False)
        )


@pytest.mark.parametrize(
    ("reviewed", "paid"), [((0, 1), (1, None)), ((0, None), (2, 0)), ((0, 1), (2, 1))], ids=str
)
def test_who_reviewed_for_finance_does_not_pay_through_another(
    engine: Engine, reviewed: tuple[int, int | None], paid: tuple[int, int | None]
) -> None:
    with writing(engine) as connection:
        one, other = insert_application(connection), insert_application(connection)
        people = [*_people(connection, 3)]
        decided = {"account_id": people[reviewed[0]], "step": "claim_finance"}
        given = {"paid_by": people[paid[0]]}
        if reviewed[1] is not None:
            decided["on_behalf_of_id"] = people[reviewed[1]]
        if paid[1] is not None:
            given["paid_on_behalf_of_id"] = people[paid[1]]
        insert(connection, tables.decision, application_id=one, **decided)
        insert(connection, tables.payment, application_id=other, **given)
    _refused(engine, tables.payment, "does not pay", application_id=one, **given)
    _refused(engine, tables.decision, "does not pay", application_id=other, **decided)


def test_a_notice_is_closed_and_answered_by_others_for_others(engine: Engine) -> None:
    with writing(engine) as connection:
        application = insert_application(connection)
        publisher, absent, closer = _people(connection, 3)
        notice = insert(
            connection,
            tables.notice,
            application_id=application,
            published_by=publisher,
            published_on_behalf_of_id=absent,
        )
        insert(
            connection,
            tables.objection,
            application_id=application,
            notice_id=notice,
            published_by=publisher,
        )
    close = update(tables.notice).values(closed_on=DAY, ended_because="closed")
    answer = update(tables.objection).values(outcome="dismissed", reply="属实", resolved_at=MOMENT)
    for by, instead_of in ((absent, None), (closer, absent), (closer, publisher)):
        with pytest.raises(DBAPIError, match="published a notice"), writing(engine) as connection:
            connection.execute(close.values(closed_by=by, closed_on_behalf_of_id=instead_of))
        with pytest.raises(DBAPIError, match="published a notice"), writing(engine) as connection:
            connection.execute(answer.values(resolved_by=by, resolved_on_behalf_of_id=instead_of))
    with writing(engine) as connection:
        connection.execute(answer.values(resolved_by=closer))
        connection.execute(close.values(closed_by=closer))


def test_one_person_has_an_application_in_hand_and_one_is_asked(engine: Engine) -> None:
    with writing(engine) as connection:
        application = insert_application(connection)
        one, other = _people(connection, 2)
        handed = {
            "application_id": application,
            "state": "x",
            "by_id": one,
            "reason": "-",
            "handed_at": MOMENT,
        }
        asked = {
            "application_id": application,
            "state": "x",
            "asked_by_id": one,
            "question": "-",
            "asked_at": MOMENT,
        }
        insert(connection, tables.hand_over, to_id=other, **handed)
        insert(connection, tables.delegation, to_id=other, **asked)
    _refused(engine, tables.hand_over, "(?i)unique", to_id=one, **handed)
    _refused(engine, tables.delegation, "(?i)unique", to_id=one, **asked)
