"""An inspector's day: which classes wait for a visit, the roster that is called, and what was drawn."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from tests.files import jpeg
from tests.journeys.city import City
from workflow.errors import Conflict, Forbidden, Malformed, NotFound, NotNow
from workflow.persistence import tables
from workflow.persistence.engine import reading, writing
from workflow.services import attachments, visits
from workflow.services.due_visits import visits_of
from workflow.services.uploads import Upload
from workflow.vocabulary import AttachmentPlace, State, VisitList

OPENING: dict[str, Any] = {"sign_in": "已签到", "materials": "齐全"}
DURING: dict[str, Any] = {"place": "实训楼", "teachers": "到岗"}


def listed(city: City, login: str = "inspector", **wanted: Any) -> list[tuple[str, int, str, bool]]:
    page = visits.list_visits(city.product, actor=city.actors[login], **wanted)
    return [
        (each["occasion"], each["lacking_count"], each["until_on"], each["late"]) for each in page["items"]
    ]


def call(city: City, day: str, event: str, absent: list[int], present: int, **more: Any) -> dict[str, Any]:
    return city.send(
        "inspector",
        event,
        class_no=1,
        inspected_at=f"{day}T08:40:00+08:00",
        present_count=present,
        absent_rows=absent,
        **(OPENING if event == "record_opening_inspection" else DURING),
        **more,
    )


def read(city: City, number: int, login: str = "inspector") -> dict[str, Any]:
    return visits.read_inspection(
        city.product,
        actor=city.actors[login],
        application_id=city.application["id"],
        class_no=1,
        inspection_no=number,
    )


def test_a_class_is_listed_from_its_opening_to_its_assessment(city: City) -> None:
    city.to_training()
    assert listed(city, on=date(2026, 9, 3)) == []
    assert listed(city, on=date(2026, 9, 4)) == [("opening", 1, "2026-09-07", False)]
    assert listed(city, on=date(2026, 9, 8)) == [("opening", 1, "2026-09-07", True)]
    # Another region's inspector is told nothing of it, and nobody else has such a list.
    assert listed(city, "inspector_bf", on=date(2026, 9, 7)) == []
    for login in ("hr_head", "institution", "auditor", "finance1"):
        with pytest.raises(Forbidden):
            listed(city, login)

    city.at("2026-09-07 09:00")
    call(city, "2026-09-07", "record_opening_inspection", [4, 9], 48)
    assert listed(city) == [("training", 2, "2026-09-18", False)]
    city.at("2026-09-10 16:00").inspect("2026-09-10", 47)
    assert listed(city) == [("training", 1, "2026-09-18", False)]
    (item,) = visits.list_visits(city.product, actor=city.actors["inspector"])["items"]
    assert (item["heads"], item["last"]["inspection_no"], item["last"]["present_count"]) == (50, 1, 47)
    assert "*" in item["contact_phone"]
    city.at("2026-09-16 16:00").inspect("2026-09-16", 48)
    assert listed(city) == []
    assert listed(city, show=VisitList.RUNNING) == [("training", 0, "2026-09-18", False)]
    assert listed(city, show=VisitList.RUNNING, on=date(2026, 9, 19)) == []

    city.at("2026-09-18 17:00").send("institution", "finish_training", ended_on="2026-09-18")
    assert listed(city, show=VisitList.RUNNING) == []
    city.at("2026-09-21 09:30").send("hr1", "approve", opinion="过程规范")
    city.at("2026-09-21 10:05").send("institution", "propose_assessment", assess_on="2026-09-24")
    assert listed(city) == [("assessment", 1, "2026-09-24", False)]
    # Held up, nobody goes; and there it is again.
    city.send("hr_head", "suspend", reason="核查")
    assert listed(city) == []
    city.send("hr_head", "resume", reason="查清")
    assert listed(city) == [("assessment", 1, "2026-09-24", False)]


def test_the_register_of_due_visits_is_what_the_forms_say(city: City) -> None:
    city.to_training().at("2026-09-07 09:00")
    call(city, "2026-09-07", "record_opening_inspection", [], 50)
    with reading(city.product.engine) as connection:
        row = connection.execute(select(tables.due_visit)).mappings().one()
    form = city.application["form"]
    (wanted,) = visits_of(State.TRAINING_IN_PROGRESS, form, 2)
    assert {name: row[name] for name in wanted} == wanted
    assert list(visits_of(State.CLAIM_DRAFT, form, 2)) == []


def test_a_page_of_visits_goes_on_where_the_last_one_ended(city: City) -> None:
    for login in ("institution", "institution2"):
        city.at("2026-08-31").apply(login)
        city.send(login, "submit")
        for day, reviewer in enumerate(("industry1", "industry2", "hr1", "hr2"), start=1):
            city.at(f"2026-09-0{day} 10:00").send(reviewer, "approve", opinion="同意")
    person = city.actors["inspector"]
    first = visits.list_visits(city.product, actor=person, limit=1)
    second = visits.list_visits(city.product, actor=person, limit=1, cursor=first["next"])
    found = [page["items"][0]["application_id"] for page in (first, second)]
    assert len(set(found)) == 2
    assert second["next"] is None
    with pytest.raises(Malformed):
        visits.list_visits(city.product, actor=person, show=VisitList.DRAWN, cursor=first["next"])


def test_who_was_absent_is_kept_by_the_place_on_the_roster(city: City) -> None:
    city.to_training().at("2026-09-07 09:00")
    call(city, "2026-09-07", "record_opening_inspection", [4, 9], 48)
    found = read(city, 0)
    (entry,) = city.application["form"]["training"]["opening_inspections"]
    assert entry["absent_rows"] == [4, 9]
    assert [each["row"] for each in found["absent"]] == [4, 9]
    assert all("*" in each["id_number"] for each in found["absent"])
    # The heads alone may still be given; then nobody is said to have been absent.
    city.at("2026-09-10 16:00").inspect("2026-09-10", 47)
    assert read(city, 1)["absent"] is None
    with pytest.raises(NotFound):
        read(city, 2)
    with pytest.raises(Forbidden):
        read(city, 0, "institution2")
    # Of another roster the places are other people: their names are not told.
    trainee = tables.application
    with writing(city.product.engine) as connection:
        connection.execute(trainee.update().values(roster_digest="0" * 64))
    assert read(city, 0)["absent"] is None


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_ticks_and_heads_agree_or_nothing_is_recorded(small_city: City, data: st.DataObject) -> None:
    city = small_city
    if not city.application:
        city.to_training().at("2026-09-07 09:00")
        call(city, "2026-09-07", "record_opening_inspection", [], 50)
        city.at("2026-09-16 16:00")
    absent = data.draw(st.lists(st.integers(1, 52), unique=True, max_size=52))
    present = data.draw(st.one_of(st.just(50 - len(absent)), st.integers(0, 60)).filter(lambda n: n >= 0))
    held = len(city.application["form"]["training"].get("inspections", ()))
    minute = f"2026-09-10T{8 + held // 60:02}:{held % 60:02}:00+08:00"
    payload = DURING | {"class_no": 1, "inspected_at": minute, "present_count": present}
    if all(row <= 50 for row in absent) and present == 50 - len(absent):
        city.send("inspector", "record_inspection", **payload, absent_rows=absent)
        assert city.application["form"]["training"]["inspections"][-1]["absent_rows"] == absent
    else:
        with pytest.raises(Malformed) as refused:
            city.send("inspector", "record_inspection", **payload, absent_rows=absent)
        assert {error.field for error in refused.value.errors} <= {
            "payload.present_count",
            "payload.absent_rows",
        }
        assert len(city.look()["form"]["training"].get("inspections", ())) == held


def test_the_form_of_a_visit_says_what_may_be_recorded(city: City) -> None:
    city.to_opening_review()
    wanted: dict[str, Any] = {"application_id": city.application["id"], "class_no": 1}
    inspector = city.actors["inspector"]
    assert visits.read_visit(city.product, actor=inspector, **wanted)["event"] is None
    for day, reviewer in enumerate(("industry1", "industry2", "hr1", "hr2"), start=1):
        city.at(f"2026-09-0{day} 10:00").send(reviewer, "approve", opinion="同意")
    visit = visits.read_visit(city.product, actor=inspector, **wanted)
    assert (visit["event"], len(visit["roster"])) == ("record_opening_inspection", 50)
    city.at("2026-09-07 09:00")
    call(city, "2026-09-07", "record_opening_inspection", [], 50)
    visit = visits.read_visit(city.product, actor=inspector, **wanted)
    assert visit["event"] == "record_inspection"
    with pytest.raises(NotFound):
        visits.read_visit(city.product, actor=inspector, **wanted | {"class_no": 2})
    with pytest.raises(Forbidden):
        visits.read_visit(city.product, actor=city.actors["inspector_bf"], **wanted)
    with pytest.raises(NotNow):
        call(city, "2026-09-07", "record_opening_inspection", [], 50)


def test_photographs_belong_to_one_inspection(city: City) -> None:
    city.to_training().at("2026-09-07 09:00")
    call(city, "2026-09-07", "record_opening_inspection", [], 50)

    def add(number: int | None, place: AttachmentPlace, **more: Any) -> dict[str, Any]:
        return attachments.add_attachments(
            city.product,
            actor=city.actors["inspector"],
            application_id=city.application["id"],
            place=place,
            class_no=1,
            inspection_no=number,
            uploads=[Upload("现场.jpg", jpeg(40 + (number or 0), 30))],
            **more,
        )

    added = add(0, AttachmentPlace.OPENING_INSPECTION, command_id="photo")
    assert added["results"][0]["attachment"]["inspection_no"] == 0
    assert add(0, AttachmentPlace.OPENING_INSPECTION, command_id="photo") == added
    for number, place in (
        (1, AttachmentPlace.TRAINING_INSPECTION),
        (0, AttachmentPlace.TRAINING_INSPECTION),
        (1, AttachmentPlace.OPENING_INSPECTION),
    ):
        with pytest.raises(Malformed) as refused:
            add(number, place)
        assert refused.value.errors[0].field == "inspection_no"
    with pytest.raises(Conflict):
        add(0, AttachmentPlace.OPENING_INSPECTION, expected_version=1)


def test_without_the_register_nothing_is_listed(city: City) -> None:
    city.to_training()
    with writing(city.product.engine) as connection:
        connection.execute(delete(tables.due_visit))
    assert listed(city, on=date(2026, 9, 7)) == []
