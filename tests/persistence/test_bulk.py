"""Rows written many at a time are the same rows on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from sqlalchemy import Engine, select

from tests.persistence.rows import insert, insert_application
from workflow.persistence import tables
from workflow.persistence.bulk import insert_new_rows, insert_rows, update_rows
from workflow.persistence.engine import reading, writing

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=timezone(timedelta(hours=8)))
AWKWARD = '{"引号": "\\"\'\\\\", "换行": "\\n", "空": null}'


def _parcel(application_id: int | None, **changes: Any) -> dict[str, Any]:
    return {
        "topic": "calendar",
        "application_id": application_id,
        "content": {"文": ["“", '"', "\\", None, 1]},
        "created_at": NOON,
        "attempts": 0,
        "next_attempt_at": None,
    } | changes


def test_inserted_rows_keep_documents_instants_and_what_is_empty(engine: Engine) -> None:
    with writing(engine) as connection:
        application = insert_application(connection)
        insert_rows(
            connection, tables.outbox, [_parcel(application), _parcel(None, content=AWKWARD, attempts=3)]
        )
        insert_rows(connection, tables.outbox, [])
    with reading(engine) as connection:
        rows = connection.execute(select(tables.outbox).order_by(tables.outbox.c.id)).mappings().all()
    assert [row["application_id"] for row in rows] == [application, None]
    assert rows[0]["content"] == {"文": ["“", '"', "\\", None, 1]}
    assert rows[1]["content"] == {"引号": "\"'\\", "换行": "\n", "空": None}
    assert rows[0]["created_at"] == NOON.astimezone(UTC)
    assert rows[0]["next_attempt_at"] is None


def test_rows_that_a_unique_key_forbids_are_left_out(engine: Engine) -> None:
    with writing(engine) as connection:
        application = insert_application(connection)
        clock = insert(connection, tables.clock, application_id=application)
        alert = {
            "application_id": application,
            "clock_id": clock,
            "rung": "calendar_2",
            "title": "示例",
            "due_before_on": None,
            "due_on": date(2027, 1, 4),
            "provisional": False,
            "scheduled_at": NOON,
            "raised_at": NOON,
        }
        other = alert | {"due_on": date(2027, 1, 5)}
        first = insert_new_rows(connection, tables.alert, [alert], "id", "due_on")
        second = insert_new_rows(connection, tables.alert, [alert, other], "id", "due_on")
        assert [row.due_on for row in first] == [date(2027, 1, 4)]
        assert [row.due_on for row in second] == [date(2027, 1, 5)]
        assert insert_new_rows(connection, tables.alert, [], "id") == []


def test_updated_rows_are_found_by_their_ids_and_others_stay(engine: Engine) -> None:
    with writing(engine) as connection:
        application = insert_application(connection)
        insert_rows(connection, tables.outbox, [_parcel(application) for _ in range(3)])
        ids = list(connection.scalars(select(tables.outbox.c.id).order_by(tables.outbox.c.id)))
        update_rows(
            connection,
            tables.outbox,
            [
                {"id": ids[2], "content": {"三": 3}, "sent_at": NOON, "last_error": None},
                {"id": ids[0], "content": AWKWARD, "sent_at": None, "last_error": "“误”"},
            ],
        )
        update_rows(connection, tables.outbox, [])
    with reading(engine) as connection:
        rows = connection.execute(select(tables.outbox).order_by(tables.outbox.c.id)).mappings().all()
    assert [row["content"].get("三") for row in rows] == [None, None, 3]
    assert [row["last_error"] for row in rows] == ["“误”", None, None]
    assert [row["sent_at"] for row in rows] == [None, None, NOON.astimezone(UTC)]
