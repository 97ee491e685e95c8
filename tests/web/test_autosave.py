"""A draft that is saved while it is typed: what the script is answered, and what the trail keeps of it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from tests.journeys.city import City
from tests.journeys.conftest import small_city
from tests.web.conftest import forgery_token
from tests.web.test_pages import People, post, signed_in
from workflow.persistence import tables
from workflow.persistence.engine import reading
from workflow.services import audit

__all__ = ["signed_in", "small_city"]
NEW = "/applications/new"
PLAIN = {"policy": "pingdingshan-2022", "applicant__name": "示例培训学校"}


def autosave(client: FlaskClient, path: str, **typed: Any) -> TestResponse:
    """What the script sends: the form as the button would send it, and a header."""
    data = {name.replace("__", "."): value for name, value in typed.items()}
    data |= {"csrf_token": forgery_token(client)}
    return client.post(path, data=data, headers={"X-Autosave": "1"})


def count(city: City) -> int:
    with reading(city.product.engine) as connection:
        return connection.scalar(select(func.count()).select_from(tables.application)) or 0


def edits(city: City, application_id: int) -> list[str]:
    trail = audit.read_history(
        city.product, actor=city.actors["institution"], application_id=application_id, cursor=None, limit=100
    )
    return [entry["event"] for entry in trail["items"]]


def test_one_form_makes_one_draft_however_often_it_is_sent(small_city: City, signed_in: People) -> None:
    client, before = signed_in("institution"), count(small_city)
    typed = PLAIN | {"command_id": uuid4().hex}
    nameless = autosave(client, NEW, command_id=typed["command_id"], policy=typed["policy"])
    assert nameless.status_code == 422
    assert nameless.content_type == "application/problem+json"
    assert "名称" in nameless.get_json()["errors"][0]["message"]
    assert count(small_city) == before
    made = autosave(client, NEW, **typed)
    assert made.status_code == 200
    saved = made.get_json()
    assert saved["version"] == 1
    assert saved["address"] == f"/applications/{saved['id']}/edit"
    assert saved["check"] == f"/applications/{saved['id']}/check"
    assert saved["saved_at"].endswith("+08:00")
    assert autosave(client, NEW, **typed).get_json() == saved
    # The answer got lost, the person typed on and pressed the button.
    pressed = post(client, NEW, **typed, applicant__bank_name="示例银行某")
    assert pressed.status_code == 303
    assert pressed.headers["Location"] == f"/applications/{saved['id']}"
    assert count(small_city) == before + 1
    assert edits(small_city, saved["id"]) == ["create", "edit"]


def test_what_stands_there_is_not_saved_again_and_who_was_faster_is_named(
    small_city: City, signed_in: People
) -> None:
    client = signed_in("institution")
    made = autosave(client, NEW, command_id=uuid4().hex, **PLAIN).get_json()
    path, first = made["address"], {"version": 1, "applicant__name": "示例培训学校甲"}
    second = first | {"applicant__contact_phone": "13800000000"}
    assert autosave(client, path, **first).get_json()["version"] == 2
    # The answer got lost and the very same comes again, with the version of before.
    assert autosave(client, path, **first).get_json()["version"] == 2
    assert edits(small_city, made["id"]) == ["create", "edit"]
    stale = autosave(client, path, **second)
    assert stale.status_code == 409
    said = stale.get_json()
    assert said["current_version"] == 2
    assert "最近一次变动" in said["detail"]
    assert "您填写的内容还在本页" in said["detail"]
    by_hand = post(client, path, **second)
    assert by_hand.status_code == 409
    assert "最近一次变动" in by_hand.text
    assert 'value="13800000000"' in by_hand.text
    assert autosave(client, path, **second | {"version": 2}).get_json()["version"] == 3
    wrong = autosave(client, path, version=3, applicant__name="示例培训学校", applicant__uscc="1")
    assert [error["field"] for error in wrong.get_json()["errors"]] == ["applicant.uscc"]
    assert edits(small_city, made["id"]) == ["create", "edit", "edit"]


def test_an_autosave_without_a_session_or_of_another_organisation_is_told_so_in_json(
    small_city: City, signed_in: People
) -> None:
    path = autosave(signed_in("institution"), NEW, command_id=uuid4().hex, **PLAIN).get_json()["address"]
    stranger = signed_in("institution2")
    hidden = autosave(stranger, path, version=1, applicant__name="别人")
    assert hidden.status_code == 403
    assert hidden.content_type == "application/problem+json"
    left = post(stranger, "/sign-out")
    assert left.status_code == 303
    ended = autosave(stranger, path, version=1, applicant__name="别人")
    assert ended.status_code == 401
    assert ended.content_type == "application/problem+json"


def test_a_form_that_was_checked_is_saved_by_its_button(small_city: City, signed_in: People) -> None:
    client = signed_in("institution")
    checked = post(client, NEW + "/check", command_id="checked-first", **PLAIN)
    assert f'action="{NEW}"' in checked.text
    assert 'name="command_id" value="checked-first"' in checked.text
    made = autosave(client, NEW, command_id="checked-first", **PLAIN).get_json()
    checked = post(client, made["check"], version=1, applicant__name="示例培训学校")
    assert f'action="{made["address"]}"' in checked.text


def test_the_lines_of_a_claim_are_saved_while_they_are_typed(small_city: City, signed_in: People) -> None:
    number = small_city.to_claim_draft().application["id"]
    client, path = signed_in("institution"), f"/applications/{number}/claim"
    shown = client.get(f"/applications/{number}").text
    assert f'data-autosave-to="{path}"' in shown
    version = small_city.look()["version"]
    line = {"claim__lines__0__class_no": "1", "claim__lines__0__heads": "45"}
    wrong = autosave(client, path, version=version, **line, claim__lines__0__amount="一万")
    assert wrong.status_code == 422
    assert wrong.get_json()["errors"][0]["field"] == "claim.lines.0.amount"
    typed = line | {"claim__lines__0__amount": "54,000.00", "claim__commitment__signatory": "负责人某"}
    saved = autosave(client, path, version=version, **typed)
    assert (saved.status_code, saved.get_json()["version"]) == (200, version + 1)
    # The answer got lost: the very same again changes nothing, another on top of the old version is told.
    assert autosave(client, path, version=version, **typed).get_json()["version"] == version + 1
    stale = autosave(client, path, version=version, **typed | {"claim__lines__0__heads": "44"})
    assert (stale.status_code, stale.get_json()["current_version"]) == (409, version + 1)
    assert "最近一次变动" in stale.get_json()["detail"]
    claim = small_city.look()["form"]["claim"]
    assert claim["lines"][0]["heads"] == 45
    assert "commitment" not in claim
    assert small_city.state == "claim_draft"
