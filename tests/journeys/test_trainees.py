"""One trainee after another: what a roster keeps when it is changed row by row."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from tests.journeys.city import DATA, City
from workflow.demonstration.trainees import identity_number
from workflow.errors import Conflict, Forbidden, Malformed, NotFound, NotNow
from workflow.persistence import tables
from workflow.persistence.engine import reading
from workflow.services import applications, audit, audit_verification, rosters, trainees

PEOPLE: list[dict[str, Any]] = json.loads((DATA / "roster.json").read_text(encoding="utf-8"))
NEW = PEOPLE[0] | {"name": "新学员", "id_number": identity_number(77_001), "phone": "13912345678"}


def _command(city: City, login: str = "institution", version: int | None = None) -> dict[str, Any]:
    return {
        "actor": city.actors[login],
        "application_id": city.application["id"],
        "expected_version": version,
    }


def _roster(city: City) -> list[dict[str, Any]]:
    roster = rosters.read_roster(
        city.product, actor=city.actors["auditor"], application_id=city.application["id"]
    )
    items: list[dict[str, Any]] = roster["items"]
    return items


def _faults(city: City) -> list[Any]:
    return list(audit_verification.verify_audit(city.product)["faults"])


def test_a_trainee_is_added_changed_and_removed_and_the_trail_still_proves_the_roster(city: City) -> None:
    city.at("2026-08-31").apply()
    before = city.look()["version"]
    added = trainees.add_trainee(city.product, data=NEW, **_command(city, version=before))
    assert (added["count"], added["version"], added["items"][-1]["row"]) == (51, before + 1, 51)
    removed = trainees.remove_trainee(city.product, row_no=7, **_command(city, version=before + 1))
    assert [item["row"] for item in removed["items"]] == [*range(1, 7), *range(8, 52)]
    again = trainees.add_trainee(city.product, data=PEOPLE[6], **_command(city))
    assert again["items"][-1]["row"] == 52
    changed = trainees.change_trainee(
        city.product, row_no=51, data={"name": "改名", "major": "机械", "phone": None}, **_command(city)
    )
    row = changed["items"][-2]
    assert (row["row"], row["name"], row["major"], row["phone"]) == (51, "改名", "机械", None)
    assert row["id_number"] == added["items"][-1]["id_number"]
    assert city.look()["roster_count"] == 51
    assert _faults(city) == []
    trail = audit.read_history(
        city.product, actor=city.actors["auditor"], application_id=city.application["id"]
    )["items"]
    entries = [entry for entry in trail if entry["event"] == "change_roster"]
    assert [entry["detail"]["count"] for entry in entries] == [51, 50, 51, 51]
    assert entries[0]["event_label"] == "逐人修改学员花名册"
    said = json.dumps(entries, ensure_ascii=False)
    for personal in (NEW["name"], NEW["id_number"], NEW["phone"], "改名"):
        assert personal not in said


def test_numbers_that_come_back_covered_stay_as_they_are_stored(city: City) -> None:
    city.at("2026-08-31").apply(roster=False)
    trainees.add_trainee(city.product, data=NEW, **_command(city))
    shown = trainees.read_trainee(
        city.product, actor=city.actors["institution"], application_id=city.application["id"], row_no=1
    )
    assert shown["phone"] == "139****5678"
    assert "*" in shown["id_number"]

    def stored() -> tuple[Any, ...]:
        trainee, person = tables.trainee, tables.person
        with reading(city.product.engine) as connection:
            return tuple(
                connection.execute(
                    select(person.c.token, person.c.id_number_sealed, trainee.c.phone_masked).join(
                        person, person.c.id == trainee.c.person_id
                    )
                ).one()
            )

    before = stored()
    trainees.change_trainee(city.product, row_no=1, data=shown | {"employer": "某厂"}, **_command(city))
    assert stored() == before
    with pytest.raises(Malformed) as refused:
        trainees.change_trainee(
            city.product, row_no=1, data={"id_number": "410499********9999"}, **_command(city)
        )
    assert [error.field for error in refused.value.errors] == ["id_number"]
    assert "不能遮盖" in refused.value.errors[0].message
    other = identity_number(77_002)
    trainees.change_trainee(city.product, row_no=1, data={"id_number": other}, **_command(city))
    assert stored()[0] != before[0]
    assert _faults(city) == []


@pytest.mark.parametrize(
    ("data", "field", "words"),
    [
        (NEW | {"id_number": PEOPLE[3]["id_number"]}, "id_number", "序号为4的学员重复"),
        (
            NEW | {"id_number": f" {PEOPLE[3]['id_number'][:6]} {PEOPLE[3]['id_number'][6:]}"},
            "id_number",
            "重复",
        ),
        (NEW | {"class_no": 9}, "class_no", "不在开班申请中"),
        (NEW | {"id_number": "410499197909020082"}, "id_number", "校验码"),
        (NEW | {"phone": "123"}, "phone", "手机号码"),
        (NEW | {"name": ""}, "name", "未填写"),
        (NEW | {"salary": "1"}, "salary", "没有这一项"),
        ([], "", "JSON 对象"),
    ],
)
def test_a_wrong_trainee_is_refused_by_field_and_nothing_changes(
    small_city: City, data: Any, field: str, words: str
) -> None:
    small_city.at("2026-08-31").apply()
    before, rows = small_city.look(), _roster(small_city)
    for act in (trainees.add_trainee, trainees.change_trainee):
        more = {"row_no": 1} if act is trainees.change_trainee else {}
        with pytest.raises(Malformed) as refused:
            act(small_city.product, data=data, **more, **_command(small_city))  # type: ignore[operator]
        assert field in [error.field for error in refused.value.errors]
        assert words in str([error.message for error in refused.value.errors])
    assert small_city.look() == before
    assert _roster(small_city) == rows


def test_only_the_applicant_in_time_and_with_the_newest_version_may_change_a_trainee(
    small_city: City,
) -> None:
    city = small_city.at("2026-08-31")
    city.apply()
    for refusal, login, version in (
        (Conflict, "institution", city.look()["version"] - 1),
        (Forbidden, "hr1", None),
    ):
        with pytest.raises(refusal):
            trainees.add_trainee(city.product, data=NEW, **_command(city, login, version))
        with pytest.raises(refusal):
            trainees.change_trainee(city.product, row_no=1, data={}, **_command(city, login, version))
        with pytest.raises(refusal):
            trainees.remove_trainee(city.product, row_no=1, **_command(city, login, version))
    for row_no in (51, 10**17):
        with pytest.raises(NotFound):
            trainees.remove_trainee(city.product, row_no=row_no, **_command(city))
        with pytest.raises(NotFound):
            trainees.change_trainee(city.product, row_no=row_no, data={}, **_command(city))
    city.send("institution", "submit")
    with pytest.raises(NotNow):
        trainees.remove_trainee(city.product, row_no=1, **_command(city))
    city.apply_as_individual()
    with pytest.raises(NotNow):
        trainees.add_trainee(city.product, data=NEW, **_command(city, "individual"))


def test_no_roster_grows_beyond_its_limit_and_none_below_nobody(
    small_city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_city.at("2026-08-31").apply()
    monkeypatch.setattr(trainees, "MOST_ROWS", 50)
    with pytest.raises(Malformed, match="最多50人"):
        trainees.add_trainee(small_city.product, data=NEW, **_command(small_city))
    for row_no in range(1, 51):
        trainees.remove_trainee(small_city.product, row_no=row_no, **_command(small_city))
    assert small_city.look()["roster_count"] == 0
    assert _faults(small_city) == []
    assert trainees.add_trainee(small_city.product, data=NEW, **_command(small_city))["items"][0]["row"] == 1


def test_a_roster_edited_by_hand_no_longer_agrees_with_the_trail(small_city: City) -> None:
    small_city.at("2026-08-31").apply()
    trainees.remove_trainee(small_city.product, row_no=1, **_command(small_city))
    assert _faults(small_city) == []
    with small_city.product.engine.begin() as connection:
        connection.execute(text("DELETE FROM trainee WHERE row_no = 2"))
    assert _faults(small_city) != []


STEPS = st.lists(
    st.tuples(st.sampled_from(["add", "change", "remove"]), st.integers(0, 9), st.integers(1, 9)), max_size=12
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_is_added_changed_and_removed_the_roster_is_as_if_it_were_kept_in_a_list(
    small_city: City, steps: list[tuple[str, int, int]]
) -> None:
    city = small_city.at("2026-08-31")
    city.apply(roster=False)
    kept: dict[int, int] = {}
    for act, person, row_no in steps:
        data = NEW | {
            "name": "学员" + "甲乙丙丁戊己庚辛壬癸"[person],
            "id_number": identity_number(80_000 + person),
        }
        try:
            if act == "add":
                trainees.add_trainee(city.product, data=data, **_command(city))
                assert person not in kept.values()
                kept[max(kept, default=0) + 1] = person
            elif act == "change":
                trainees.change_trainee(city.product, row_no=row_no, data=data, **_command(city))
                assert person not in {other for row, other in kept.items() if row != row_no}
                kept[row_no] = person
            else:
                trainees.remove_trainee(city.product, row_no=row_no, **_command(city))
                del kept[row_no]
        except NotFound:
            assert row_no not in kept
        except Malformed:
            assert person in {other for row, other in kept.items() if act == "add" or row != row_no}
    assert [(item["row"], item["name"][-1]) for item in _roster(city)] == [
        (row, "甲乙丙丁戊己庚辛壬癸"[person]) for row, person in sorted(kept.items())
    ]
    assert applications.read_application(
        city.product, actor=city.actors["auditor"], application_id=city.application["id"]
    )["roster_count"] == len(kept)
    assert _faults(city) == []
