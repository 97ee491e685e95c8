"""Finding applications by what people have in hand: a part of the number, of the name, a credit code.

What is found is always what ``read_through`` says. Where that is rare it is looked up instead: names by their
endings in ``name_part``, numbers by their order, and the ends of numbers by the ids they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from unicodedata import normalize

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select, text

from workflow.access import Actor
from workflow.persistence import tables
from workflow.persistence.bulk import insert_new_rows
from workflow.persistence.engine import prefer_order, reading
from workflow.services.numbers import DIGITS, HEAD
from workflow.services.pages import containing
from workflow.services.product import Product
from workflow.services.visibility import visible
from workflow.vocabulary import Role

MOST_LOOKED_UP = 2_000
"""What more than so many have is soon met by whoever reads from the newest on."""
_LEAST_DIGITS = 4
_LEAST_CODE = 8
_AFTER_ALL = "\U0010ffff"
_NUMBERED = re.compile("([0-9]{6})-[0-9]{4}")
_application, _part, _organisation = tables.application, tables.name_part, tables.organisation

# The beginnings of numbers, one for each region and year: one look into the index for each.
_HEADS = text(
    "WITH RECURSIVE head(signs) AS (SELECT substr(min(number), 1, :length) FROM application UNION ALL"
    " SELECT (SELECT substr(min(number), 1, :length) FROM application WHERE number > head.signs || '~')"
    " FROM head WHERE head.signs IS NOT NULL) SELECT signs FROM head WHERE signs IS NOT NULL"
).bindparams(length=HEAD)


def keep_name(connection: Connection, name: str) -> None:
    """Makes an applicant's name findable by any part of it, in the transaction that writes the name."""
    insert_new_rows(connection, _part, parts_of(name), "part")


def parts_of(name: str) -> list[dict[str, str]]:
    """What ``name_part`` holds of a name: all of it, all but the first sign, and so on to the last one."""
    folded = name.lower()
    return [{"part": part, "name": name} for part in {folded[start:] for start in range(len(folded))}]


def find_number(product: Product, *, actor: Actor, number: str) -> int | None:
    """The id of the application of this very number; None where there is none that this person may see."""
    wanted = select(_application.c.id).where(_application.c.number == _compact(number), visible(actor))
    with reading(product.engine) as connection:
        return connection.scalars(wanted).one_or_none()


def found_by(
    connection: Connection, actor: Actor, words: str, region: str | None = None
) -> ColumnElement[bool]:
    """Applications of which ``words`` are a part of the number or of the applicant's name, or the beginning
    of the organisation's credit code, 8 signs at least; capitals or not makes no difference.

    Only for a list that shows what ``actor`` may see, of ``region`` where that is given.
    """
    ids = looked_up(connection, actor, words, region)
    if ids is not None:
        return _application.c.id.in_(ids)
    numbered = _NUMBERED.match(_compact(words))
    if numbered is None or _names(connection, words) != set():
        return read_through(words)
    # What begins like a number, and is in no name, is of one region: that list is the shorter one.
    return and_(read_through(words), _application.c.region == numbered[1])


def looked_up(connection: Connection, actor: Actor, words: str, region: str | None = None) -> set[int] | None:
    """The ids of what ``found_by`` finds, some others among them that the person may not see.

    None where they are too many to be looked up, so that reading in order soon meets them.
    """
    code = _compact(words)
    if actor.role is Role.APPLICANT or (code.isdigit() and len(code) < _LEAST_DIGITS):
        # One's own are few; and a few digits are in very many numbers.
        return None
    ids: set[int] = set()
    for found in _look_ups(connection, words, region or actor.region):
        if found is None or len(ids) + len(found) > MOST_LOOKED_UP:
            prefer_order(connection)
            return None
        ids.update(found)
    return ids


def read_through(words: str) -> ColumnElement[bool]:
    """What is found, as it would be read through row by row."""
    code = _compact(words)
    conditions = [func.lower(_application.c.applicant_name).like(containing(words.lower()), escape="\\")]
    if _may_be_number(code):
        conditions.append(_application.c.number.like(containing(code)))
    if _may_be_credit_code(code):
        holders = select(_organisation.c.id).where(_organisation.c.uscc.startswith(code))
        conditions.append(_application.c.organisation_id.in_(holders))
    return or_(*conditions)


def _look_ups(connection: Connection, words: str, region: str | None) -> Iterator[set[int] | None]:
    """The ids that each way of looking up finds; None where it is too many."""
    code = _compact(words)
    yield _ids(connection, _names(connection, words), _application.c.applicant_name, region)
    if _may_be_credit_code(code):
        holders = _some(connection, select(_organisation.c.id).where(_organisation.c.uscc.startswith(code)))
        yield _ids(connection, holders, _application.c.organisation_id, region)
    if _may_be_number(code):
        beginnings = [
            and_(_application.c.number >= signs, _application.c.number < signs + "~")
            for signs in _beginnings(connection, code)
            # A number begins with its region.
            if region is None or signs.startswith(region)
        ]
        if beginnings:
            yield _some(connection, _of(region, or_(*beginnings)))
        if code.isdigit():
            yield _ends(code, connection.scalar(select(func.max(_application.c.id))) or 0)


def _names(connection: Connection, words: str) -> set[str] | None:
    folded = words.lower()
    return _some(
        connection,
        select(_part.c.name).where(_part.c.part >= folded, _part.c.part < folded + _AFTER_ALL).distinct(),
    )


def _ids(connection: Connection, values: set[Any] | None, column: Any, region: str | None) -> set[int] | None:
    if values is None:
        return None
    return _some(connection, _of(region, column.in_(values))) if values else set()


def _of(region: str | None, condition: ColumnElement[bool]) -> Select[Any]:
    found = select(_application.c.id).where(condition)
    return found if region is None else found.where(_application.c.region == region)


def _some(connection: Connection, statement: Select[Any]) -> set[Any] | None:
    found = set(connection.scalars(statement.limit(MOST_LOOKED_UP + 1)))
    return None if len(found) > MOST_LOOKED_UP else found


def _beginnings(connection: Connection, code: str) -> Iterator[str]:
    """The beginnings of the numbers in which ``code`` begins before the place among all."""
    for head in connection.scalars(_HEADS):
        for start in range(HEAD):
            rest = head[start:]
            if rest.startswith(code):
                yield head
            elif code.startswith(rest):
                yield head + code.removeprefix(rest)


def _ends(digits: str, last: int) -> set[int] | None:
    """The ids up to ``last`` in which, as numbers write them, these digits stand; None where too many."""
    found: set[int] = set()
    for length in range(max(DIGITS, len(digits)), len(str(last)) + 1 if last >= 10**DIGITS else DIGITS + 1):
        for behind in range(length - len(digits) + 1):
            before = length - len(digits) - behind
            for head in range(10**before):
                written = (f"{head:0{before}d}" if before else "") + digits
                low = int(written) * 10**behind
                if low > last:
                    break
                if length > DIGITS and written[0] == "0":
                    continue
                found.update(range(low, min(low + 10**behind, last + 1)))
                if len(found) > MOST_LOOKED_UP:
                    return None
    return found


def _compact(words: str) -> str:
    """Full-width signs and blanks make no difference to numbers and codes."""
    return re.sub(r"\s", "", normalize("NFKC", words)).upper()


def _may_be_number(code: str) -> bool:
    return re.fullmatch("[0-9-]+", code) is not None


def _may_be_credit_code(code: str) -> bool:
    return re.fullmatch(f"[0-9A-Z]{{{_LEAST_CODE},18}}", code) is not None
