"""What the applicant changed since a return, as the reviewer who looks again is told."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.journeys.city import DATA, City
from tests.journeys.holders import TODAY, apply_with, holder, put_list, submit
from workflow.errors import NotFound, Refused
from workflow.services import applications, rosters
from workflow.services.changes import read_changes

ROWS = json.loads((DATA / "roster.json").read_text(encoding="utf-8"))


def looked(city: City, login: str = "industry1") -> dict[str, Any]:
    return read_changes(city.product, actor=city.actors[login], application_id=city.application["id"])


def edit(city: City, login: str, **parts: Any) -> None:
    applications.edit_application(
        city.product,
        actor=city.actors[login],
        application_id=city.application["id"],
        body=parts,
        expected_version=None,
        merge=True,
    )


def test_a_reviewer_sees_what_was_changed_on_the_form_and_on_the_roster(city: City) -> None:
    city.to_opening_review()
    assert looked(city) == {"returned_at": None, "reason": "", "current": False, "form": [], "people": []}
    city.at("2026-09-01 10:00").send(
        "industry1",
        "return_for_correction",
        reason="地点不全，一人重复",
        code="incorrect",
        sections=["opening", "applicant"],
    )
    found = looked(city, "institution")
    assert (found["reason"], found["current"], found["form"], found["people"]) == (
        "地点不全，一人重复",
        True,
        [],
        [],
    )
    (entry,) = city.look()["form"]["opening"]["classes"]
    edit(
        city,
        "institution",
        opening={"classes": [entry | {"place": "示例路2号"}]},
        applicant={"contact_phone": "13800009999", "bank_account": "4100000000000999001"},
    )
    # The second is no longer there, the third has another post, and somebody new is the last.
    newcomer = ROWS[1] | {"name": "新来的", "id_number": "410499197404076004"}
    rows = [ROWS[0], ROWS[2] | {"occupation": "铣工"}, *ROWS[3:], newcomer]
    rosters.replace_roster(
        city.product,
        actor=city.actors["institution"],
        application_id=city.application["id"],
        rows=rows,
        expected_version=None,
    )
    city.send("institution", "submit")
    found = looked(city)
    form = {each["where"]: (each["before"], each["after"]) for each in found["form"]}
    assert form["opening.classes.0.place"] == (entry["place"], "示例路2号")
    assert form["applicant.contact_phone"][1].endswith("9999")
    assert "4100000000000999001" not in json.dumps(found)
    assert set(form) == {"opening.classes.0.place", "applicant.contact_phone", "applicant.bank_account"}
    people = [(each["what"], each["row_no"], each["name"]) for each in found["people"]]
    assert people == [
        ("removed", 2, ROWS[1]["name"]),
        ("changed", 2, ROWS[2]["name"]),
        ("added", len(rows), "新来的"),
    ]
    (change,) = found["people"][1]["changes"]
    assert (change["label"], change["before"], change["after"]) == (
        "职业（工种）",
        ROWS[2]["occupation"],
        "铣工",
    )
    assert ROWS[1]["id_number"] not in json.dumps(found)
    # Nobody's answer of the application carries what was kept.
    assert "before" not in json.dumps(city.look("industry1")["correction"] or {})
    # Once the training has begun it is of another section.
    for login in ("industry1", "industry2", "hr1", "hr2"):
        city.at(f"2026-09-0{'2233'[('industry1', 'industry2', 'hr1', 'hr2').index(login)]} 11:00")
        city.send(login, "approve", opinion="同意")
    assert city.state == "training_awaiting_start"
    assert looked(city)["current"] is False


def test_a_second_return_is_compared_with_what_it_returned(city: City) -> None:
    city.to_acceptance()
    asked = {"code": "incorrect", "sections": ["claim"]}
    city.at("2026-09-29 09:00").send("industry1", "return_for_correction", reason="人数", **asked)
    city.send("institution", "submit", claim=city.claim(44, "52800.00"))
    ((heads, amount),) = [[each for each in looked(city)["form"] if each["where"].startswith("claim.lines")]]
    assert (heads["before"], heads["after"], amount["after"]) == ("45", "44", "52800.00")
    city.send("industry1", "return_for_correction", reason="再核", **asked)
    city.send("institution", "submit", claim=city.claim(43, "51600.00"))
    found = looked(city)
    assert found["reason"] == "再核"
    assert [(each["before"], each["after"]) for each in found["form"]] == [
        ("44", "43"),
        ("52800.00", "51600.00"),
    ]
    assert found["people"] == []


def test_a_return_that_does_not_open_the_roster_tells_no_older_change_of_it(city: City) -> None:
    city.to_opening_review()
    asked = {"reason": "更正", "code": "incorrect"}
    city.at("2026-09-01 10:00").send("industry1", "return_for_correction", sections=["opening"], **asked)
    rosters.replace_roster(
        city.product,
        actor=city.actors["institution"],
        application_id=city.application["id"],
        rows=[ROWS[0] | {"occupation": "铣工"}, *ROWS[1:]],
        expected_version=None,
    )
    city.send("institution", "submit")
    assert len(looked(city)["people"]) == 1
    city.send("industry1", "return_for_correction", sections=["applicant"], **asked)
    assert looked(city)["people"] == []
    edit(city, "institution", applicant={"contact_phone": "13800009999"})
    city.send("institution", "submit")
    found = looked(city)
    assert [each["where"] for each in found["form"]] == ["applicant.contact_phone"]
    assert found["people"] == []


def test_a_list_of_persons_is_compared_too(small_city: City) -> None:
    city = small_city.at(TODAY)
    apply_with(city, "assessment_body", [holder(1), holder(2)])
    submit(city, "assessment_body", city.application["id"], 2, "480.00")
    city.send("industry1", "return_for_correction", reason="一人有误", code="incorrect", sections=["claim"])
    put_list(city, "assessment_body", [holder(1, occupation="铣工", occupation_code="6-18-01-02"), holder(3)])
    found = looked(city)["people"]
    assert [(each["what"], each["name"]) for each in found] == [
        ("removed", "持证人0002"),
        ("changed", "持证人0001"),
        ("added", "持证人0003"),
    ]
    assert {each["after"] for each in found[1]["changes"]} == {"铣工", "6-18-01-02"}


def test_who_may_not_read_the_application_is_told_nothing(small_city: City) -> None:
    city = small_city.to_opening_review()
    with pytest.raises(Refused):
        looked(city, "institution2")
    city.application = {"id": 999_999}
    with pytest.raises(NotFound):
        looked(city)
