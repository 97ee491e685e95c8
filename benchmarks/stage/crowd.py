"""Very many applications: those of the demonstration, copied with all that pages read of them.

Every copy has its own number, name, region and organisation. Most are of such as are over, and their dates
lie back by up to five years, evenly. What only other measurements ask for (registers of persons,
certificates) is not copied; trainees and the history only for the newest, since a page reads them of one
application at a time.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any

import psycopg
from sqlalchemy import Column, Date, Table, make_url

from workflow.persistence import tables
from workflow.persistence.types import Instant
from workflow.policy import region_labels
from workflow.vocabulary import FINAL_STATES, State

ORGANISATIONS = 5_000
PERSONS = 5_000
_OVER = sorted(state.value for state in FINAL_STATES | {State.DISBURSED})
# Nine of ten are over; of the demonstration's own city there are most.
_SHARE_OVER, _SHARE_HERE = 0.9, 0.25
_HERE = "410400"
_IDS_APART = 10_000
_DAYS = 5 * 365
_NEWEST = 2_000
_WHOLE = (
    tables.clock,
    tables.decision,
    tables.notice,
    tables.objection,
    tables.payment,
    tables.recovery,
    tables.alert,
    tables.fund_reservation,
)
_OF_NEWEST = (tables.audit_entry, tables.trainee)
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华文玉萍红建国志海燕云辉鹏飞凤兰梅"
_PLACES = tuple("平顶山 宝丰 新乡 卫辉 辉县 长垣 原阳 延津 封丘 获嘉 中牟 鹰城 牧野 红旗 凤泉".split())  # noqa: SIM905
_TRADES = tuple("焊接 车工 养老护理 家政 烹饪 电工 电商 汽修 美容 叉车 保育 茶艺 缝纫 消防 安防 数控".split())  # noqa: SIM905
_KINDS = ("职业技能培训学校", "职业培训中心", "机械有限公司", "人力资源有限公司", "技工学校", "实业有限公司")


def fill(url: str, count: int) -> None:
    """``count`` applications beside those that a loaded demonstration has; the statistics are up to date."""
    connection = _connect(url)
    try:
        _run(connection, _SETTINGS[make_url(url).get_backend_name()])
        # SQLite cannot be told to let its guards rest.
        lite = isinstance(connection, sqlite3.Connection)
        guards = _rows(connection, _GUARDS) if lite else []
        _run(connection, [f"DROP TRIGGER {name}" for name, _ in guards])
        _write_copies(connection, count)
        _copy_all(connection)
        _run(connection, [_LAST_MOVEMENT])
        _run(connection, [made for _, made in guards])
        connection.commit()
    finally:
        connection.close()
    _settle(url)


_LAST_MOVEMENT = (
    "UPDATE fund_pool SET movement_count = coalesce("
    "(SELECT max(sequence) FROM ledger_movement WHERE pool_id = fund_pool.id), 0)"
)
_GUARDS = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
_SETTINGS = {
    # The rows refer to each other rightly; a million looks to see that would take the time of the fill.
    "postgresql": ("SET session_replication_role = replica", "SET statement_timeout = 0"),
    "sqlite": ("PRAGMA foreign_keys = OFF", "PRAGMA synchronous = OFF", "PRAGMA temp_store = MEMORY"),
}


def _connect(url: str) -> Any:
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return sqlite3.connect(str(parsed.database))
    plain = parsed.set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(plain)


def _settle(url: str) -> None:
    connection = _connect(url)
    if isinstance(connection, sqlite3.Connection):
        _run(connection, ("ANALYZE",))
    else:
        connection.autocommit = True
        _run(connection, ("VACUUM ANALYZE", "CHECKPOINT"))
    connection.close()


def _run(connection: Any, statements: Sequence[str]) -> None:
    for statement in statements:
        connection.execute(statement)


def _rows(connection: Any, statement: str) -> list[Any]:
    found: list[Any] = connection.execute(statement).fetchall()
    return found


def _insert(connection: Any, table: str, columns: Sequence[str], rows: Iterator[Sequence[Any]]) -> None:
    if isinstance(connection, sqlite3.Connection):
        marks = ", ".join("?" * len(columns))
        connection.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)
        return
    with connection.cursor().copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _write_copies(connection: Any, count: int) -> None:
    """Which application is a copy of which, and what is its own."""
    chance = random.Random(count)
    models = _rows(connection, "SELECT id, state, organisation_id FROM application ORDER BY id")
    over = [model for model in models if model[1] in _OVER]
    going = [model for model in models if model[1] not in _OVER]
    first = models[-1][0] + 1
    known = [row[0] for row in _rows(connection, "SELECT id FROM organisation")]
    new = max(known) + 1
    titles = [
        f"{_PLACES[n % len(_PLACES)]}{_TRADES[n // 7 % len(_TRADES)]}{n}{_KINDS[n % len(_KINDS)]}（示例）"
        for n in range(ORGANISATIONS)
    ]
    first_person = _write_persons(connection)
    regions = [each for each in region_labels() if each != _HERE]
    _insert(
        connection,
        "organisation",
        ("id", "name", "uscc", "kind", "region"),
        (
            (new + n, title, f"9141{n:014d}", "institution", regions[n % len(regions)])
            for n, title in enumerate(titles)
        ),
    )
    _run(
        connection,
        (
            "CREATE TEMPORARY TABLE copied (place BIGINT, id BIGINT, model_id BIGINT, number VARCHAR(32),"
            " region VARCHAR(6), name VARCHAR(200), organisation_id BIGINT, days INTEGER,"
            " created_by BIGINT)",
        ),
    )
    names: set[str] = set()

    def copies() -> Iterator[Sequence[Any]]:
        for place in range(count):
            # What is still in hand came last.
            still = place >= count * _SHARE_OVER
            model = chance.choice(going if still else over)
            region = _HERE if chance.random() < _SHARE_HERE else chance.choice(regions)
            person = first_person + chance.randrange(PERSONS)
            organisation, name = None, chance.choice(_SURNAMES) + "".join(chance.choices(_GIVEN, k=2))
            if model[2] is not None:
                person = None
                n = chance.randrange(ORGANISATIONS + len(known))
                organisation = known[n - ORGANISATIONS] if n >= ORGANISATIONS else new + n
                name = titles[n] if n < ORGANISATIONS else f"示例机构{n}"
            names.add(name)
            year = 2022 + place * 5 // count
            key = first + place
            days = 0 if still else _DAYS - int(_DAYS * place / (count * _SHARE_OVER))
            number = f"{region}-{year}-{key:06d}"
            yield place + 1, key, model[0], number, region, name, organisation, days, person

    columns = ("place", "id", "model_id", "number", "region", "name", "organisation_id", "days", "created_by")
    _insert(connection, "copied", columns, copies())
    parts = ((part, name) for name in sorted(names) for part in {name[start:] for start in range(len(name))})
    _insert(connection, "name_part", ("part", "name"), parts)
    _run(connection, ("CREATE INDEX copied_model ON copied (model_id)", "ANALYZE copied"))


def _write_persons(connection: Any) -> int:
    """Accounts of private persons, as many as ``PERSONS``; answers the id of the first."""
    names = [column.name for column in tables.account.c]
    (model,) = _rows(connection, f"SELECT {', '.join(names)} FROM account WHERE login = 'individual'")
    row = dict(zip(names, model, strict=True))
    first = int(_rows(connection, "SELECT max(id) FROM account")[0][0]) + 1
    copies = (row | {"id": first + n, "login": f"individual{n + 1}"} for n in range(PERSONS))
    _insert(connection, "account", names, (tuple(each.values()) for each in copies))
    return first


def _copy_all(connection: Any) -> None:
    own = {
        "id": "copied.id",
        "number": "copied.number",
        "region": "copied.region",
        "applicant_name": "copied.name",
        "organisation_id": "copied.organisation_id",
        "created_by": "coalesce(copied.created_by, model.created_by)",
    }
    _copy(connection, tables.application, own, "copied.model_id = model.id")
    for table in (*_WHOLE, *_OF_NEWEST):
        whose = "chain_id" if table is tables.audit_entry else "application_id"
        newest = f" AND copied.place > (SELECT max(place) FROM copied) - {_NEWEST}"
        _copy(
            connection,
            table,
            _moved(table) | {whose: "copied.id"},
            f"copied.model_id = model.{whose}" + (newest if table in _OF_NEWEST else ""),
        )
    told = {"alert_id": f"model.alert_id + copied.place * {_IDS_APART}"}
    read = "CASE WHEN copied.place % 40 = 0 THEN model.read_at ELSE alert.raised_at END"
    _copy(
        connection,
        tables.alert_recipient,
        told | {"read_at": read},
        "copied.model_id = alert.application_id",
        "JOIN alert ON alert.id = model.alert_id",
    )
    sequence = "model.sequence + copied.place * 1000"
    _copy(
        connection,
        tables.ledger_movement,
        _moved(tables.ledger_movement) | {"application_id": "copied.id", "sequence": sequence},
        "copied.model_id = model.application_id",
    )


def _moved(table: Table) -> dict[str, str]:
    """What a copied row has of its own: its key, and what it refers to inside its application."""
    moved = {}
    if "id" in table.c:
        moved["id"] = f"model.id + copied.place * {_IDS_APART}"
    for name in ("notice_id", "clock_id", "payment_id"):
        if name in table.c:
            moved[name] = f"model.{name} + copied.place * {_IDS_APART}"
    if "subject_id" in table.c:
        moved["subject_id"] = (
            f"CASE WHEN model.subject_id = 0 THEN 0 ELSE model.subject_id + copied.place * {_IDS_APART} END"
        )
    if table is tables.clock:
        # Nobody sweeps here.
        moved |= {"region": "copied.region", "next_alert_at": "NULL", "next_rung": "NULL"}
    if table is tables.objection:
        moved["receipt"] = "model.receipt || '-' || copied.place"
    return moved


def _earlier(column: Column[Any], lite: bool) -> str:
    """What a copied row has in a column: what its model has; a date lies back by the days of the copy."""
    if column.table is tables.audit_entry or not isinstance(column.type, Date | Instant):
        return f"model.{column.name}"
    if lite:
        shape = "%Y-%m-%d" if isinstance(column.type, Date) else "%Y-%m-%d %H:%M:%f"
        rest = "" if isinstance(column.type, Date) else " || '000'"
        earlier = f"strftime('{shape}', model.{column.name}, '-' || copied.days || ' days'){rest}"
    else:
        days = "copied.days" if isinstance(column.type, Date) else "make_interval(days => copied.days)"
        earlier = f"model.{column.name} - {days}"
    if (column.table, column.name) == (tables.application, "due_on"):
        # Due on no day, and so in no index of what is due.
        return f"CASE WHEN model.due_on = '9999-12-31' THEN model.due_on ELSE {earlier} END"
    return earlier


def _copy(connection: Any, table: Table, own: dict[str, str], on: str, joined: str = "") -> None:
    lite = isinstance(connection, sqlite3.Connection)
    names = [column.name for column in table.c]
    values = ", ".join(own.get(column.name) or _earlier(column, lite) for column in table.c)
    connection.execute(
        f"INSERT INTO {table.name} ({', '.join(names)}) SELECT {values} FROM {table.name} model {joined}"
        f" JOIN copied ON {on}"
    )
