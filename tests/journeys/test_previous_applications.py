"""A new application out of the last one: in minutes, with what holds today, and nobody else's."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import delete, update

from tests.journeys.city import City
from workflow.errors import Forbidden, Malformed, NotNow
from workflow.persistence import tables
from workflow.persistence.engine import writing
from workflow.services import applications, previews, previous_applications
from workflow.services.readings import read_in_clear
from workflow.vocabulary import ReadingPurpose, ReadingSubject, Subsidy


def offered(city: City, login: str = "institution") -> list[str]:
    found = previous_applications.list_previous(
        city.product, actor=city.actors[login], subsidy=Subsidy.TRAINING
    )
    return [each["number"] for each in found]


def carried(city: City, application_id: int, login: str = "institution") -> dict[str, Any]:
    return previous_applications.read_carry_over(
        city.product, actor=city.actors[login], application_id=application_id
    )


def anew(city: City, found: dict[str, Any], login: str = "institution") -> dict[str, Any]:
    actor = city.actors[login]
    return {
        "kind": actor.applicant_kind,
        "policy": found["policy"],
        "region": actor.region,
        "based_on": found["application_id"],
        **found["form"],
    }


def test_the_plan_comes_over_and_what_is_of_its_time_does_not(city: City) -> None:
    first = city.at("2026-08-31").apply()
    assert offered(city) == []
    with pytest.raises(NotNow, match="草稿"):
        carried(city, first["id"])
    city.send("institution", "submit")
    assert offered(city) == [first["number"]]
    assert offered(city, "institution2") == []
    found = carried(city, first["id"])
    (entry,) = found["form"]["opening"]["classes"]
    was = first["form"]["opening"]["classes"][0]
    assert entry == {
        name: value for name, value in was.items() if name not in {"batch", "starts_on", "ends_on"}
    }
    assert {"开班批次", "开班时间", "结束时间", "学员名册", "附件"} == set(found["anew"])
    assert found["dropped"] == []
    assert "*" in found["form"]["applicant"]["bank_account"]
    made = applications.create_application(
        city.product, actor=city.actors["institution"], body=anew(city, found)
    )
    assert made["form"]["applicant"] == first["form"]["applicant"]
    assert made["roster_count"] == 0
    clear = [
        read_in_clear(
            city.product,
            actor=city.actors["institution"],
            application_id=each["id"],
            subject=ReadingSubject.BANK_ACCOUNT,
            purpose=ReadingPurpose.CORRECTION,
        )["items"]
        for each in (first, made)
    ]
    assert clear[0] == clear[1]
    # While it is being typed the masks are no fault either.
    check = previews.preview_new(city.product, actor=city.actors["institution"], body=anew(city, found))
    assert check["faults"] == []


def test_nothing_comes_over_from_somebody_else(city: City) -> None:
    city.at("2026-08-31").apply()
    city.send("institution", "submit")
    first = city.application["id"]
    found = carried(city, first)
    for login in ("institution2", "individual", "hr1"):
        with pytest.raises(Forbidden):
            carried(city, first, login)
    body = anew(city, found, "institution2") | {"kind": "institution"}
    with pytest.raises(Forbidden):
        applications.create_application(city.product, actor=city.actors["institution2"], body=body)
    # Without saying whose they are, masks are no numbers.
    with pytest.raises(Malformed):
        applications.create_application(
            city.product,
            actor=city.actors["institution"],
            body={name: value for name, value in anew(city, found).items() if name != "based_on"},
        )


def test_an_occupation_that_is_listed_no_more_stays_behind_and_is_named(small_city: City) -> None:
    city = small_city
    city.at("2026-08-31").apply()
    city.send("institution", "submit")
    with writing(city.product.engine) as connection:
        connection.execute(delete(tables.listed_occupation))
    found = carried(city, city.application["id"])
    assert found["form"]["opening"]["classes"] == []
    assert len(found["dropped"]) == 1
    assert "目录清单中没有这个职业" in found["dropped"][0]


def test_a_person_gets_back_who_they_are_and_where_they_trained(small_city: City) -> None:
    city = small_city
    first = city.at("2026-08-31").apply_as_individual()
    with writing(city.product.engine) as connection:
        connection.execute(
            update(tables.application).where(tables.application.c.id == first["id"]).values(state="withdrawn")
        )
    found = carried(city, first["id"], "individual")
    assert set(found["form"]) == {"applicant", "provider"}
    assert set(found["form"]["provider"]) <= {"institution", "institution_uscc"}
    assert "证书" in found["anew"]


def test_a_new_form_with_nothing_on_it_says_each_missing_thing_once(small_city: City) -> None:
    actor = small_city.at("2026-08-31").actors["institution"]
    for typed in ({}, {"applicant": {}}, {"applicant": {"name": " ", "uscc": "x"}}):
        body = {"kind": "institution", "policy": "pingdingshan-2022", "region": "410400"} | typed
        check = previews.preview_new(small_city.product, actor=actor, body=body)
        said = [each["field"] for each in check["faults"] + check["missing"]]
        assert said.count("applicant.name") == 1
        assert len(said) == len(set(said)) > 3
    assert [each["field"] for each in check["faults"]] == ["applicant.uscc"]
