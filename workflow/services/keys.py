"""The keys of personal data: what lies under which key, sealing everything anew, giving up an old key.

Everything goes on meanwhile: each batch holds only what nobody else holds, and what is registered or sealed
beside it lies under a key that every process knows (``docs/decisions/0009``).
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial, reduce
from itertools import accumulate
from operator import add, itemgetter
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Select,
    Table,
    and_,
    case,
    delete,
    exists,
    func,
    or_,
    select,
)

from workflow.access import SYSTEM
from workflow.errors import Broken, NotFound, NotNow
from workflow.persistence import tables
from workflow.persistence.bulk import insert_new_rows, update_rows
from workflow.persistence.engine import reading, writing
from workflow.persistence.types import LARGEST_ID, canonical
from workflow.sealing import KeyRing, key_of, keyed_digest, keys_of_form, seal, sm3, unseal
from workflow.services.audit import RESEAL, append_entry, append_system_entry, form_as_recorded
from workflow.services.case import Case, open_case
from workflow.services.personal import open_form, reseal_form
from workflow.services.persons import index_rows
from workflow.services.product import Product

# Rows of one transaction, and the characters in their sealed values: an uploaded workbook is a large one.
BATCH, MOST_CHARACTERS = 200, 4_000_000
# How often, and how long apart in seconds, to come back for what somebody holds.
ROUNDS, PAUSE = 20, 0.25
MOST_LISTED = 10
_DROPPED_AT_ONCE = 5_000
_SEALED = "_sealed"
_ON_FORM = '%"sealed":"sm4:%'
LABELS = {
    "person": "人员证件号码",
    "trainee": "学员电话",
    "beneficiary": "人员清单中的电话",
    "objection": "异议人",
    "roster_import": "上传的名册",
    "attachment": "附件的密钥",
    "payment_line": "拨付批次的收款账号",
    "registration": "机构注册的联系人和电话",
    "registration_proof": "机构注册证明材料的密钥",
    "application": "申请表",
}
ROLES = {"current": "现用", "further": "备用", "unknown": "不在配置中"}

Told = Callable[[str, int, int], None]
"""Is told how far it is: of which table, how many rows so far, of how many."""


def sealed_columns() -> Iterator[tuple[Table, list[Column[Any]]]]:
    """The columns that hold sealed values, by table; whatever is named ``…_sealed``."""
    for table in tables.metadata.sorted_tables:
        columns = [column for column in table.columns if column.name.endswith(_SEALED)]
        if columns:
            yield table, columns


# --- what lies under which key -----------------------------------------------------------------------------


def read_key_status(product: Product) -> dict[str, Any]:
    """How much lies sealed under which key, table by table, and which keys may be taken away.

    A former key is ``droppable`` once nothing is sealed under it and every person can be found without it.
    """
    keys = product.settings.keys
    index = tables.person_index
    sealed: dict[str, Counter[str]] = {name: Counter() for name in keys.names}
    with reading(product.engine) as connection:
        for table, columns in sealed_columns():
            for column in columns:
                for row in connection.execute(_by_key(column)):
                    sealed.setdefault(row.lies_under, Counter())[table.name] += row.so_many
        for name, count in _on_forms(connection).items():
            sealed.setdefault(name, Counter())[tables.application.name] += count
        counted = select(index.c.key_name, func.count().label("so_many")).group_by(index.c.key_name)
        indexes: dict[str, int] = {row.key_name: row.so_many for row in connection.execute(counted)}
        unindexed = connection.execute(
            select(func.count()).select_from(tables.person).where(_unindexed(keys))
        ).scalar_one()
    names = [*keys.names, *sorted((sealed.keys() | indexes.keys()) - set(keys.names))]
    return {
        "current": keys.name,
        "unindexed_count": unindexed,
        "keys": [
            {
                "name": name,
                "role": (role := _role(name, keys)),
                "role_label": ROLES[role],
                "sealed": dict(sealed.get(name, {})),
                "sealed_count": sum(sealed.get(name, Counter()).values()),
                "index_count": indexes.get(name, 0),
                "droppable": role != "current" and not sealed.get(name) and not unindexed,
            }
            for name in names
        ],
    }


def unknown_keys(connection: Connection, keys: KeyRing) -> set[str]:
    """Keys that are not on the ring, by a look at the oldest and the newest value of each kind.

    The oldest are sealed anew last, so that a rotation that is not finished shows; all is counted by
    ``read_key_status``.
    """
    form = tables.application.c.form
    ends = []
    for column in [column for _, columns in sealed_columns() for column in columns] + [form]:
        given = column.like(_ON_FORM) if column is form else column.is_not(None)
        for order in (column.table.c.id, column.table.c.id.desc()):
            ends.append(select(column).where(given).order_by(order).limit(1).scalar_subquery())
    found: set[str] = set()
    for value in connection.execute(select(*ends)).one():
        if value is not None:
            found.update(keys_of_form(value) if value.startswith("{") else [key_of(value)])
    # Of a value that does not say under which key it lies nobody can tell without opening it.
    return found - set(keys.names) - {""}


def _by_key(column: Column[Any]) -> Select[Any]:
    named = case((column.like("sm4:________:%"), func.substr(column, 5, 8)), else_="")
    counted = select(named.label("lies_under"), func.count().label("so_many"))
    return counted.where(column.is_not(None)).group_by("lies_under")


def _on_forms(connection: Connection) -> Counter[str]:
    form = tables.application.c.form
    found: Counter[str] = Counter()
    stream = connection.execute(select(form).where(form.like(_ON_FORM)).execution_options(yield_per=500))
    for stored in stream.scalars():
        found.update(keys_of_form(stored))
    return found


def _unindexed(keys: KeyRing) -> ColumnElement[bool]:
    index = tables.person_index
    return ~exists().where(index.c.person_id == tables.person.c.id, index.c.key_name == keys.name)


def _role(name: str, keys: KeyRing) -> str:
    if name == keys.name:
        return "current"
    return "further" if name in keys.names else "unknown"


# --- sealing anew ------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Rotation:
    """One run: what it has done, by table, and what it had to leave, by table and id, with the reason."""

    product: Product
    keys: KeyRing
    resealed: Counter[str] = field(default_factory=Counter)
    left: dict[tuple[str, int], str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Place:
    """Rows that may lie under another key than the current one, and how such rows are sealed anew."""

    table: Table
    columns: Sequence[Column[Any]]
    behind: ColumnElement[bool]
    work: Callable[[_Rotation, Connection, Sequence[int]], None]

    def next_below(self, connection: Connection, below: int) -> list[int]:
        """The next rows that are behind, from the newest to the oldest, as many as fit into a batch."""
        row_id = self.table.c.id
        size = reduce(add, (func.coalesce(func.length(each), 0) for each in self.columns))
        rows = connection.execute(
            select(row_id, size.label("characters"))
            .where(self.behind, row_id < below)
            .order_by(row_id.desc())
            .limit(BATCH)
        ).all()
        through = accumulate(row.characters for row in rows)
        fitting = [row.id for row, sofar in zip(rows, through, strict=True) if sofar <= MOST_CHARACTERS]
        return fitting or [row.id for row in rows[:1]]


def rotate_keys(product: Product, *, told: Told = lambda *_: None) -> dict[str, Any]:
    """Seals everything anew that does not lie under the current key, and indexes every person by it.

    In small batches, each a transaction: killed at any moment it goes on where it stood, and with nothing
    left to do it does nothing. Answers ``resealed`` by table, ``left_count``, and what was ``left`` by the
    reason, with the first ids: a value that cannot be opened, a form that is not as the audit trail has it.
    """
    run = _Rotation(product, product.settings.keys)
    for place in _places(run.keys):
        _rotate_place(run, place, told)
    left_count = _left(run)
    if run.resealed:
        with writing(product.engine) as connection:
            details = {"key": run.keys.name, "resealed": dict(run.resealed), "left_count": left_count}
            append_system_entry(connection, SYSTEM, "rotate_keys", product.now(connection), details)
    by_reason: dict[tuple[str, str], list[int]] = {}
    for (table, row_id), reason in run.left.items():
        by_reason.setdefault((table, reason), []).append(row_id)
    return {
        "key": run.keys.name,
        "resealed": dict(run.resealed),
        "left_count": left_count,
        "left": [
            {"table": table, "reason": reason, "count": len(ids), "ids": ids[:MOST_LISTED]}
            for (table, reason), ids in by_reason.items()
        ],
    }


def _places(keys: KeyRing) -> Iterator[_Place]:
    current = f"sm4:{keys.name}:%"
    for table, columns in sealed_columns():
        behind = or_(*(and_(column.is_not(None), column.not_like(current)) for column in columns))
        if table is tables.person:
            behind = or_(behind, _unindexed(keys))
        yield _Place(table, columns, behind, partial(_reseal_rows, table, columns))
    form = tables.application.c.form
    others = func.replace(form, f'"sealed":"sm4:{keys.name}:', "")
    yield _Place(tables.application, [form], others.like(_ON_FORM), _reseal_forms)


def _rotate_place(run: _Rotation, place: _Place, told: Told) -> None:
    engine, row_id = run.product.engine, place.table.c.id
    with reading(engine) as connection:
        total = connection.execute(
            select(func.count()).select_from(place.table).where(place.behind)
        ).scalar_one()
    if not total:
        return
    seen = 0
    for _ in range(ROUNDS):
        # From the newest to the oldest; see ``unknown_keys``.
        below, held = LARGEST_ID, False
        while True:
            # Looked for without a lock: the look may be long where most is done.
            with reading(engine) as connection:
                ids = place.next_below(connection, below)
            if not ids:
                break
            began = time.monotonic()
            with writing(engine) as connection:
                free = connection.scalars(
                    select(row_id)
                    .where(place.behind, row_id.in_(ids))
                    .with_for_update(of=place.table, key_share=True, skip_locked=True)
                ).all()
                place.work(run, connection, free)
            held = held or len(free) < len(ids)
            below, seen = ids[-1], seen + len(free)
            told(place.table.name, min(seen, total), total)
            if engine.dialect.name == "sqlite":
                # One writer at a time: whoever waits must find the door open now and then.
                time.sleep(min(time.monotonic() - began, 0.1))
        if not held:
            return
        time.sleep(PAUSE)


def _left(run: _Rotation) -> int:
    """How many rows do not lie under the current key after all; sealed beside the run, or left by it."""
    with reading(run.product.engine) as connection:
        return sum(
            connection.execute(select(func.count()).select_from(place.table).where(place.behind)).scalar_one()
            for place in _places(run.keys)
        )


def _reseal_rows(
    table: Table, columns: Sequence[Column[Any]], run: _Rotation, connection: Connection, ids: Sequence[int]
) -> None:
    resealed = []
    for row in connection.execute(select(table.c.id, *columns).where(table.c.id.in_(ids))).mappings():
        try:
            values = {str(column.name): _resealed(row[column.name], run.keys) for column in columns}
        except Broken as broken:
            run.left[table.name, row["id"]] = str(broken)
        else:
            resealed.append({"id": row["id"], **values})
    if resealed:
        update_rows(connection, table, resealed)
        run.resealed[table.name] += len(resealed)
    if table is tables.person:
        _index_persons(run, connection, {row["id"]: row["id_number_sealed"] for row in resealed})


def _resealed(sealed: str | None, keys: KeyRing) -> str | None:
    if sealed is None or key_of(sealed) == keys.name:
        return sealed
    return seal(unseal(sealed, keys=keys), keys=keys)


def _index_persons(run: _Rotation, connection: Connection, persons: dict[int, str]) -> None:
    """An index of each key on the ring for each of these persons."""
    index = tables.person_index
    # One that was made before keys had names comes back with its name.
    connection.execute(delete(index).where(index.c.person_id.in_(persons), index.c.key_name == ""))
    rows = [
        row
        for person, sealed in persons.items()
        for row in index_rows(person, unseal(sealed, keys=run.keys), keys=run.keys)
    ]
    rows.sort(key=itemgetter("id_index"))
    insert_new_rows(connection, index, rows, "id_index")
    wanted = index.c.id_index.in_([row["id_index"] for row in rows])
    known = connection.execute(select(index.c.id_index, index.c.person_id).where(wanted))
    owners = {row.id_index: row.person_id for row in known}
    for row in rows:
        owner = owners[str(row["id_index"])]
        if owner != row["person_id"]:
            message = f"与人员 {owner} 的证件号码相同，须先由维护人员合并"
            run.left[tables.person.name, int(row["person_id"])] = message


def _reseal_forms(run: _Rotation, connection: Connection, ids: Sequence[int]) -> None:
    for application_id in ids:
        one = open_case(run.product, connection, SYSTEM, application_id, lock=True)
        try:
            _reseal_form(one, run.keys)
        except Broken as broken:
            run.left[tables.application.name, application_id] = str(broken)
        else:
            run.resealed[tables.application.name] += 1


def _reseal_form(one: Case, keys: KeyRing) -> None:
    """The same form under the current key, with an entry in its chain by which that can be proved."""
    before = one.row["form"]
    if not form_as_recorded(one):
        # Another entry would cover up what happened to it.
        raise Broken("申请表与审计记录不符，没有重新加密；请先运行 subsidy audit verify")
    clear = open_form(one.form, keys=keys)
    one.form = reseal_form(one.form, keys=keys)
    if open_form(one.form, keys=keys) != clear:
        raise Broken("重新加密前后的内容不一致")
    one.row["form"] = canonical(one.form)
    append_entry(
        one,
        RESEAL,
        outcome="done",
        old=one.state,
        new=one.state,
        details={
            "key": keys.name,
            "form_before": sm3(before),
            # Made alike of the form before, as a backup has it, and of the form now.
            "clear_digest": keyed_digest(canonical(clear), key=keys.current),
        },
    )
    one.write_row()


# --- giving up a key ---------------------------------------------------------------------------------------


def drop_key(product: Product, *, name: str) -> dict[str, Any]:
    """Removes the indexes of a former key; answers how many.

    Raises ``NotFound`` for a key of which there is nothing, ``NotNow`` while something still needs it: it
    is in this configuration, values lie under it, or somebody can be found by it alone.
    """
    status = read_key_status(product)
    found = next((key for key in status["keys"] if key["name"] == name), None)
    if found is None:
        raise NotFound(f"没有名为“{name[:40]}”的密钥，也没有以它加密的内容")
    if found["role"] != "unknown":
        raise NotNow(
            f"密钥 {name} 还在配置中（{found['role_label']}）：请先从所有进程的配置中去掉，再运行本命令"
        )
    if found["sealed"]:
        what = "、".join(f"{LABELS.get(table, table)} {count} 处" for table, count in found["sealed"].items())
        raise NotNow(f"密钥 {name} 还不能弃用：{what}以它加密，请先运行 subsidy keys rotate")
    if status["unindexed_count"]:
        raise NotNow(
            f"密钥 {name} 还不能弃用：有 {status['unindexed_count']} 人还没有现用密钥的索引，"
            "请先运行 subsidy keys rotate"
        )
    dropped = _drop_indexes(product, name, status["current"])
    if dropped:
        with writing(product.engine) as connection:
            details = {"key": name, "dropped": dropped}
            append_system_entry(connection, SYSTEM, "drop_key", product.now(connection), details)
    return {"key": name, "dropped": dropped}


def _drop_indexes(product: Product, name: str, current: str) -> int:
    old, other = tables.person_index, tables.person_index.alias()
    # Of somebody registered this moment by a process that has the old key alone, the index stays.
    needless = (
        select(old.c.id_index)
        .where(
            old.c.key_name == name,
            exists().where(other.c.person_id == old.c.person_id, other.c.key_name == current),
        )
        .limit(_DROPPED_AT_ONCE)
    )
    dropped = 0
    while True:
        with writing(product.engine) as connection:
            done = connection.execute(delete(old).where(old.c.id_index.in_(needless))).rowcount
        if not done:
            return dropped
        dropped += done
