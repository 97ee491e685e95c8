"""The one door: a command is done once and whole, or refused with its reason and recorded."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select, text, update
from stdnum.iso7064 import mod_11_2

from tests.journeys.city import DATA, City
from workflow.errors import Conflict, Forbidden, Malformed, NotFound, NotNow, Refused
from workflow.persistence import tables
from workflow.persistence.engine import reading, writing
from workflow.services import applications, audit, audit_verification, door, listing, rosters


def send(city: City, login: str, event: str, payload: Any, version: int | None, key: str) -> dict[str, Any]:
    return door.send_event(
        city.product,
        actor=city.actors[login],
        application_id=city.application["id"],
        event=event,
        payload=payload,
        expected_version=version,
        command_id=key,
    )


def history(city: City) -> list[tuple[str, str]]:
    page = audit.read_history(
        city.product, actor=city.actors["auditor"], application_id=city.application["id"], limit=100
    )
    return [(entry["event"], entry["outcome"]) for entry in page["items"]]


def test_the_same_command_again_gets_the_stored_reply_and_does_nothing(city: City) -> None:
    city.to_opening_review()
    version = city.look()["version"]
    first = send(city, "industry1", "approve", {"opinion": "同意"}, version, "key-1")
    before = history(city)
    city.send("industry2", "approve", opinion="同意")
    assert send(city, "industry1", "approve", {"opinion": "同意"}, version, "key-1") == first
    assert history(city) == [*before, ("approve", "done")]


def test_the_same_command_id_with_other_content_is_refused(city: City) -> None:
    city.to_opening_review()
    version = city.look()["version"]
    send(city, "industry1", "approve", {"opinion": "同意"}, version, "key-1")
    with pytest.raises(Malformed, match="key-1"):
        send(city, "industry1", "approve", {"opinion": "不同意"}, version, "key-1")
    # Even on another application whose version fits.
    other = city.apply("institution")
    city.send("institution", "submit")
    with pytest.raises(Malformed, match="key-1"):
        send(city, "industry1", "approve", {"opinion": "同意"}, city.look()["version"], "key-1")
    assert other["id"] == city.application["id"]
    assert city.state == "opening_industry_first"


def test_a_stale_version_is_a_conflict_that_names_the_current_one(city: City) -> None:
    city.to_opening_review()
    version = city.look()["version"]
    city.send("industry1", "approve", opinion="同意")
    with pytest.raises(Conflict) as caught:
        send(city, "industry2", "approve", {"opinion": "同意"}, version, "key-2")
    assert caught.value.current_version == version + 1


def test_what_is_refused_changes_nothing_and_is_recorded(city: City) -> None:
    city.to_opening_review()
    before = city.look()
    with pytest.raises(Forbidden):
        city.send("hr1", "approve", opinion="同意")
    with pytest.raises(Forbidden):
        city.send("industry1_bf", "approve", opinion="同意")
    with pytest.raises(NotNow):
        city.send("industry1", "publish", site="官网")
    with pytest.raises(Malformed):
        city.send("industry1", "approve", opinion="")
    with pytest.raises(Malformed):
        city.send("industry1", "dance")
    assert city.look() == before
    assert history(city)[-3:] == [("approve", "refused"), ("approve", "refused"), ("publish", "refused")]
    assert audit_verification.verify_audit(city.product)["holds"]


def test_an_unknown_application_is_not_found(city: City) -> None:
    city.to_opening_review()
    for number in (999_999, 0, -1, 2**70):
        city.application["id"] = number
        with pytest.raises(NotFound):
            send(city, "industry1", "approve", {"opinion": "同意"}, 1, "key")


def test_a_reviewer_who_belongs_to_the_applicant_may_not_review(city: City) -> None:
    city.to_opening_review()
    owner = city.actors["institution"].organisation_id
    city.actors["industry1"] = replace(city.actors["industry1"], organisation_id=owner)
    with pytest.raises(Forbidden, match="回避"):
        city.send("industry1", "approve", opinion="同意")


def test_other_applicants_and_other_regions_see_nothing(city: City) -> None:
    city.to_opening_review()
    for login in ("institution2", "institution_bf", "individual", "hr1_bf"):
        with pytest.raises(Forbidden):
            city.look(login)
        page = listing.list_applications(city.product, actor=city.actors[login])
        assert page["items"] == []


def test_who_objects_learns_nothing_of_the_application(city: City) -> None:
    city.to_notice()
    payload = {"name": "李某", "contact": "邮箱", "content": "疑问"}
    answer = send(city, "institution2", "file_objection", payload, None, "key")
    assert "form" not in answer
    assert city.look()["form"]["claim"]["objections"][0]["name"] == "李*"


@pytest.mark.parametrize("rounds", [25])
def test_of_two_officers_who_decide_at_once_one_wins(city: City, rounds: int) -> None:
    decide_at_once(city, rounds)


@pytest.mark.soak
def test_of_two_officers_who_decide_at_once_one_wins_a_thousand_times(city: City) -> None:
    decide_at_once(city, 1000)


def decide_at_once(city: City, rounds: int) -> None:
    city.to_opening_review()
    barrier = threading.Barrier(2)

    def decide(login: str, version: int, number: int) -> str:
        barrier.wait()
        try:
            send(city, login, "approve", {"opinion": "同意"}, version, f"{login}-{number}")
            return "won"
        except Refused as refusal:
            return type(refusal).__name__

    with ThreadPoolExecutor(2) as pool:
        for number in range(rounds):
            version = city.look()["version"]
            outcomes = sorted(
                pool.map(decide, ("industry1", "industry2"), (version, version), (number, number))
            )
            assert outcomes == ["Conflict", "won"]
            assert city.state == "opening_industry_second"
            winner = city.application["form"]["opening"]["reviews"][-1]["name"].removeprefix("示例")
            other = "industry2" if winner == "industry1" else "industry1"
            city.send(other, "return_to_first", reason="再看一遍")
    with reading(city.product.engine) as connection:
        decision = tables.decision
        first = connection.execute(
            select(func.count()).where(decision.c.seat == "first", decision.c.outcome == "approved")
        ).scalar_one()
    assert first == rounds
    assert audit_verification.verify_audit(city.product)["holds"]


def test_the_audit_finds_an_edited_form_and_a_state_set_by_hand(city: City) -> None:
    city.to_opening_review()
    assert audit_verification.verify_audit(city.product)["holds"]
    application = tables.application
    with writing(city.product.engine) as connection:
        connection.execute(update(application).values(state="training_awaiting_start"))
    found = audit_verification.verify_audit(city.product)
    assert not found["holds"]
    assert "状态" in found["faults"][0]["fault"]


def test_personal_data_stands_nowhere_in_clear(city: City) -> None:
    city.to_notice()
    with reading(city.product.engine) as connection:
        for table in tables.metadata.sorted_tables:
            for row in connection.execute(select(table)):
                assert "410499197909020081" not in str(row)
                assert "4100000000000000001" not in str(row)


def test_a_reused_command_id_is_told_before_any_other_refusal(city: City) -> None:
    city.to_opening_review()
    version = city.look()["version"]
    first = send(city, "industry1", "approve", {"opinion": "同意"}, version, "key-1")
    # industry1 may not sign again, but that is not what is wrong with this request.
    with pytest.raises(Malformed, match="key-1"):
        send(city, "industry1", "approve", {"opinion": "另一意见"}, version + 1, "key-1")
    assert send(city, "industry1", "approve", {"opinion": "同意"}, version, "key-1") == first
    assert history(city)[-1] == ("approve", "done")


def test_a_draft_is_made_once_by_one_command(small_city: City) -> None:
    city = small_city
    city.at("2026-08-31")
    body = json.loads((DATA / "application.json").read_text(encoding="utf-8"))
    made = [
        applications.create_application(
            city.product, actor=city.actors["institution"], body=body, command_id="create-1"
        )["id"]
        for _ in range(2)
    ]
    assert made[0] == made[1]
    other = body | {"opening": {}}
    with pytest.raises(Malformed, match="create-1"):
        applications.create_application(
            city.product, actor=city.actors["institution"], body=other, command_id="create-1"
        )


def test_an_edit_changes_only_the_fields_given(small_city: City) -> None:
    city = small_city
    city.at("2026-08-31").apply()
    edited = applications.edit_application(
        city.product,
        actor=city.actors["institution"],
        application_id=city.application["id"],
        body={"opening": {"mode": "self_run"}, "applicant": {"bank_name": "另一银行"}},
        expected_version=None,
        merge=True,
    )
    assert edited["form"]["opening"]["mode"] == "self_run"
    assert len(edited["form"]["opening"]["classes"]) == 1
    assert edited["form"]["applicant"]["name"] == city.application["form"]["applicant"]["name"]
    city.send("institution", "submit")
    assert city.state == "opening_industry_first"


def test_the_cashier_reads_the_account_in_clear_and_the_reading_is_recorded(city: City) -> None:
    city.to_finance()
    number = city.application["id"]
    with pytest.raises(Forbidden):
        applications.read_payee(city.product, actor=city.actors["cashier"], application_id=number)
    city.at("2026-10-29").send("finance1", "approve", opinion="同意")
    city.at("2026-10-30").send("finance2", "approve", opinion="同意")
    for login in ("finance1", "institution", "admin", "auditor", "cashier_bf"):
        with pytest.raises(Forbidden):
            applications.read_payee(city.product, actor=city.actors[login], application_id=number)
    account = applications.read_payee(city.product, actor=city.actors["cashier"], application_id=number)
    assert account["bank_account"] == "4100000000000000001"
    with reading(city.product.engine) as connection:
        entry = tables.audit_entry
        content = connection.execute(select(entry.c.content).where(entry.c.chain_id == 0)).scalar_one()
    assert json.loads(content)["event"] == "read_bank_account"
    assert audit_verification.verify_audit(city.product)["holds"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE application SET approved_fen = approved_fen + 100",
        "UPDATE application SET region = '410421'",
        "UPDATE application SET asked_fen = asked_fen + 1",
        "UPDATE decision SET opinion = '改过' WHERE step = 'opening_hr'",
        "DELETE FROM decision WHERE step = 'claim_industry'",
        "UPDATE payment SET voucher = 'V-9'",
        "DELETE FROM payment",
        "UPDATE notice SET site = '别处'",
        "UPDATE trainee SET class_no = 2 WHERE row_no = 1",
        "DELETE FROM trainee WHERE row_no = 3",
    ],
)
def test_the_audit_finds_what_was_edited_beside_the_form(small_city: City, statement: str) -> None:
    city = small_city
    city.to_payment()
    city.at("2026-11-03").pay("1000.00")
    assert audit_verification.verify_audit(city.product)["holds"]
    with writing(city.product.engine) as connection:
        connection.execute(text(statement))
    assert not audit_verification.verify_audit(city.product)["holds"]


def test_a_roster_of_the_unborn_or_of_children_is_refused(small_city: City) -> None:
    city = small_city
    city.at("2026-08-31").apply(roster=False)
    for number in ("41049920990101001X", "410499202608300016", "410499201208300014"):
        number = number[:17] + mod_11_2.calc_check_digit(number[:17])
        row = {"class_no": 1, "name": "学员", "id_number": number, "category": "jobless"}
        with pytest.raises(Malformed) as caught:
            rosters.replace_roster(
                city.product,
                actor=city.actors["institution"],
                application_id=city.application["id"],
                rows=[row],
                expected_version=None,
            )
        assert caught.value.errors[0].field == "rows.1.id_number"


def test_a_draft_sent_twice_at_once_is_made_once(city: City) -> None:
    city.at("2026-08-31")
    body = json.loads((DATA / "application.json").read_text(encoding="utf-8"))
    barrier = threading.Barrier(4)

    def create(number: int) -> int:
        barrier.wait()
        made: int = applications.create_application(
            city.product, actor=city.actors["institution"], body=body, command_id=f"create-{number}"
        )["id"]
        return made

    with ThreadPoolExecutor(4) as pool:
        for number in range(5):
            assert len(set(pool.map(create, [number] * 4))) == 1
    assert audit_verification.verify_audit(city.product)["chains"] == 6
