"""Search: what is looked up is what would be found by reading everything, and never what is not theirs."""

from __future__ import annotations

import random
import string
from typing import Any
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select

from tests.journeys.city import City
from tests.persistence.rows import insert_application
from workflow.persistence import tables
from workflow.persistence.engine import reading, writing
from workflow.services import applications, listing, search
from workflow.services.numbers import number_of

SIGNS = "培训学校职业技能示例甲乙aBZ10%_\\"
REGIONS = ("410400", "410421", "410700")
# Ids of six and of seven digits, with gaps.
IDS = [*range(1, 40), *range(99_990, 100_030, 3), 123_456, 234_561, *range(999_990, 1_000_020), 1_234_561]


@pytest.fixture
def filled(city: City) -> City:
    chance = random.Random(3)
    names = ["".join(chance.choices(SIGNS, k=chance.randrange(1, 9))) for _ in range(25)]
    with writing(city.product.engine) as connection:
        holders = [
            connection.execute(
                insert(tables.organisation)
                .values(name="示例", uscc=f"5241040{place}MJY000001Q", kind="institution", region="410400")
                .returning(tables.organisation.c.id)
            ).scalar_one()
            for place in range(3)
        ]
        for key in IDS:
            name, region = chance.choice(names), chance.choice(REGIONS)
            search.keep_name(connection, name)
            insert_application(
                connection,
                id=key,
                number=number_of(region, chance.choice((2025, 2026)), key),
                region=region,
                applicant_name=name,
                organisation_id=chance.choice([None, *holders]),
                state=chance.choice(("draft", "claim_hr_first")),
            )
    return city


def _piece(text: str, chance: random.Random) -> str:
    start = chance.randrange(len(text))
    return text[start : start + chance.randrange(1, len(text) + 1)]


def test_looking_up_finds_exactly_what_reading_through_finds(filled: City) -> None:
    with reading(filled.product.engine) as connection:
        rows = connection.execute(
            select(tables.application, tables.organisation.c.uscc).outerjoin(tables.organisation)
        ).all()
        actors = [filled.actors[login] for login in ("auditor", "hr1", "hr1_bf", "institution")]
        looked_up = set()

        @settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
        @given(st.integers(0, 2**32), st.sampled_from(actors), st.sampled_from([1, 20, 2_000]))
        def compare(seed: int, actor: Any, most: int) -> None:
            chance = random.Random(seed)
            row = chance.choice(rows)
            words = chance.choice(
                [
                    _piece(row.number, chance),
                    _piece(row.applicant_name, chance),
                    (row.uscc or "524104")[: chance.randrange(6, 19)].lower(),
                    "".join(chance.choices(string.digits + "-甲%_\\", k=chance.randrange(1, 7))),
                ]
            )
            own = tables.application.c.region == actor.region if actor.region else True
            ids = select(tables.application.c.id).where(own)
            with mock.patch.object(search, "MOST_LOOKED_UP", most):
                condition = search.found_by(connection, actor, words)
            if "IN" in str(condition) and "LIKE" not in str(condition):
                looked_up.add(most)
            found = set(connection.scalars(ids.where(condition)))
            assert found == {
                each.id
                for each in rows
                if (not actor.region or each.region == actor.region)
                and (
                    words in each.number
                    or words.lower() in each.applicant_name.lower()
                    or (len(words) >= 8 and (each.uscc or "").startswith(words.upper()))
                )
            }, words

        compare()
        assert looked_up == {1, 20, 2_000}


def test_what_is_found_is_only_what_the_person_may_see(filled: City) -> None:
    product = filled.product
    numbers = {}
    with reading(product.engine) as connection:
        for row in connection.execute(select(tables.application)):
            numbers[row.number] = row
    for login in ("hr1", "hr1_bf", "finance1", "institution", "individual"):
        actor = filled.actors[login]
        for number, row in numbers.items():
            sees = actor.region == row.region and row.state != "draft" and login[0] in "hf"
            assert (search.find_number(product, actor=actor, number=f" {number} ") == row.id) is sees
            found = listing.list_applications(product, actor=actor, text=number[7:])["items"]
            assert (row.id in {each["id"] for each in found}) is sees


def test_a_name_is_found_by_any_part_from_its_first_draft_on_and_after_it_was_changed(
    city: City,
) -> None:
    city.at("2026-08-31")
    draft = city.apply()
    owner, auditor = city.actors["institution"], city.actors["auditor"]

    def found(words: str) -> list[int]:
        page = listing.list_applications(city.product, actor=auditor, text=words)
        return [each["id"] for each in page["items"]]

    name = draft["form"]["applicant"]["name"]
    for words in (name, name[2:5], name[-1], draft["number"], draft["number"][-5:]):
        assert found(words) == [draft["id"]], words
    assert found("鸿鹄") == []
    applications.edit_application(
        city.product,
        actor=owner,
        application_id=draft["id"],
        body={"applicant": draft["form"]["applicant"] | {"name": "平顶山鸿鹄ABC学校"}},
        expected_version=None,
    )
    assert found("鸿鹄") == found("abc学") == [draft["id"]]
    assert found(name[2:5]) == []
