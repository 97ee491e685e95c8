"""People by their identity numbers: found by the blind index of any key on the ring, or registered once.

However a number was typed, it is one person's. The number itself is sealed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from secrets import token_hex
from typing import Any, TypeVar

from sqlalchemy import Connection, delete, select

from workflow.form.identity import same_person_key
from workflow.form.masking import mask_identity
from workflow.persistence import tables
from workflow.persistence.bulk import insert_new_rows
from workflow.sealing import KeyRing, blind_indexes, seal
from workflow.vocabulary import IdentityType

_AT_ONCE = 500
Entry = TypeVar("Entry")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody the database knows. ``token`` stands for the person in digests and never changes."""

    id: int
    token: str
    masked: str


def find_persons(connection: Connection, numbers: Iterable[str], *, keys: KeyRing) -> dict[str, Person]:
    """The persons among these numbers that are known already, by the number as it was given."""
    given = list(dict.fromkeys(numbers))
    indexes = {
        number: [index for key in _possible_keys(number) for index in blind_indexes(key, keys=keys)]
        for number in given
    }
    known = _by_index(connection, [index for each in indexes.values() for index in each])
    return {
        number: known[index] for number, each in indexes.items() for index in reversed(each) if index in known
    }


def register_persons(
    connection: Connection, numbers: Mapping[str, IdentityType], *, keys: KeyRing
) -> dict[str, Person]:
    """Every one of these persons, by the number as it was given; who was not known is from now on.

    Two who register the same person at once get the same person: the indexes are unique.
    """
    known = find_persons(connection, numbers, keys=keys)
    missing = {same_person_key(number, kind) for number, kind in numbers.items() if number not in known}
    if missing:
        _insert(connection, sorted(missing), keys)
        known |= find_persons(connection, [number for number in numbers if number not in known], keys=keys)
    return known


def index_rows(person: int, number: str, *, keys: KeyRing) -> list[dict[str, Any]]:
    """The rows of ``person_index`` of one person, one for each key."""
    return [
        {"id_index": index, "person_id": person, "key_name": name}
        for index, name in zip(blind_indexes(number, keys=keys), keys.names, strict=True)
    ]


def _possible_keys(number: str) -> tuple[str, ...]:
    # A permit that was renewed is the same person's; where nobody says what a number is, it may be one.
    plain, permit = same_person_key(number), same_person_key(number, IdentityType.HK_MACAO_TAIWAN_PERMIT)
    return (plain,) if plain == permit else (plain, permit)


def lock_persons(connection: Connection, persons: Iterable[int]) -> None:
    """Until the transaction ends nobody else decides about these persons; taken in one order by everybody."""
    table = tables.person
    for some in _batches(sorted(set(persons))):
        locked = select(table.c.id).where(table.c.id.in_(some)).order_by(table.c.id)
        connection.execute(locked.with_for_update(key_share=True)).all()


def _by_index(connection: Connection, indexes: Sequence[str]) -> dict[str, Person]:
    person, index = tables.person, tables.person_index
    found: dict[str, Person] = {}
    for some in _batches(indexes):
        rows = connection.execute(
            select(index.c.id_index, person.c.id, person.c.token, person.c.id_number_masked)
            .join(person, person.c.id == index.c.person_id)
            .where(index.c.id_index.in_(some))
        )
        found |= {row.id_index: Person(row.id, row.token, row.id_number_masked) for row in rows}
    return found


def _batches(entries: Sequence[Entry]) -> Iterator[Sequence[Entry]]:
    for start in range(0, len(entries), _AT_ONCE):
        yield entries[start : start + _AT_ONCE]


def _insert(connection: Connection, numbers: Sequence[str], keys: KeyRing) -> None:
    """New persons under the indexes of every key; those whom somebody else was faster with are given up."""
    persons = {
        number: {
            "token": token_hex(32),
            "id_number_sealed": seal(number, keys=keys),
            "id_number_masked": mask_identity(number),
        }
        for number in numbers
    }
    # By their lots, so that ids say nothing of the order of numbers.
    by_lot = sorted(persons.values(), key=itemgetter("token"))
    inserted = insert_new_rows(connection, tables.person, by_lot, "id", "token")
    ids = {row.token: row.id for row in inserted}
    own = {number: ids[person["token"]] for number, person in persons.items()}
    rows = [row for number, person in own.items() for row in index_rows(person, number, keys=keys)]
    # In one order by everybody: who is slower waits for the faster one and then finds the index taken.
    rows.sort(key=itemgetter("id_index"))
    taken = {row.id_index for row in insert_new_rows(connection, tables.person_index, rows, "id_index")}
    # Processes may know different keys, so that some indexes were still free.
    lost = sorted({row["person_id"] for row in rows if row["id_index"] not in taken})
    for some in _batches(lost):
        connection.execute(delete(tables.person_index).where(tables.person_index.c.person_id.in_(some)))
        connection.execute(delete(tables.person).where(tables.person.c.id.in_(some)))
