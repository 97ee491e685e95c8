"""People by their identity numbers: found by the blind index of any key on the ring, or registered once.

However a number was typed, it is one person's. The number itself is sealed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Connection, select

from workflow.form.identity import same_person_key
from workflow.form.masking import mask_identity
from workflow.persistence import tables
from workflow.persistence.bulk import insert_new_rows
from workflow.sealing import KeyRing, blind_indexes, key_name, seal
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
    indexes: Mapping[str, tuple[str, ...]] = {number: blind_indexes(number, keys=keys) for number in numbers}
    persons = [
        {
            "token": indexes[number][0],
            "id_number_sealed": seal(number, keys=keys),
            "id_number_masked": mask_identity(number),
        }
        for number in sorted(numbers, key=lambda each: indexes[each][0])
    ]
    inserted = insert_new_rows(connection, tables.person, persons, "id", "token")
    ids = {row.token: row.id for row in inserted}
    names = [key_name(secret) for secret in keys.all]
    rows = [
        {"id_index": index, "person_id": ids[each[0]], "key_name": name}
        for each in indexes.values()
        if each[0] in ids
        for index, name in zip(each, names, strict=True)
    ]
    insert_new_rows(
        connection, tables.person_index, sorted(rows, key=lambda row: str(row["id_index"])), "id_index"
    )
