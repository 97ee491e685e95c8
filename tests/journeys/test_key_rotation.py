"""A key of personal data is replaced while everything goes on, and nothing and nobody is lost on the way."""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Engine, func, inspect, select, text, update

from tests.journeys.city import DATA, City
from workflow.access import Actor
from workflow.demonstration.trainees import identity_number
from workflow.errors import Broken, Conflict, Malformed, NotFound, NotNow, RuleBroken, Unavailable, UnknownKey
from workflow.persistence import tables
from workflow.persistence.engine import reading, writing
from workflow.persistence.types import canonical
from workflow.sealing import KeyRing, key_name, keyed_digest, seal, sm3, unseal
from workflow.services import (
    applications,
    audit,
    audit_verification,
    door,
    health,
    keys,
    notices,
    readings,
    rosters,
)
from workflow.services.case import open_case
from workflow.services.personal import open_form
from workflow.services.persons import find_persons, register_persons
from workflow.services.product import Product
from workflow.services.setup import prepare
from workflow.settings import read_settings
from workflow.vocabulary import IdentityType, ReadingPurpose, ReadingSubject

OLD, NEW, LOST = "old-key-" * 4, "new-key-" * 4, "lost-key" * 4
OLD_NAME, NEW_NAME = key_name(OLD), key_name(NEW)


def process(engine: Engine, url: str, current: str, *further: str) -> Product:
    """A process with these keys in its configuration; all of them share the database."""
    settings = read_settings(
        {
            "DATABASE_URL": url,
            "SUBSIDY_TEST_CLOCK": "1",
            "SUBSIDY_SECRET_KEY": current,
            "SUBSIDY_FURTHER_SECRET_KEYS": " ".join(further),
        }
    )
    return Product(engine=engine, settings=settings)


@pytest.fixture
def before(engine: Engine, database_url: str) -> Product:
    """The processes of before."""
    product = process(engine, database_url, OLD)
    prepare(product)
    return product


def seen_by(city: City, product: Product) -> City:
    """The same city and application, at work in another process."""
    city.product = product
    return city


def texts_of(engine: Engine) -> str:
    """Everything in the database."""
    with engine.connect() as connection:
        return "\n".join(
            str(tuple(row))
            for table in inspect(connection).get_table_names()
            for row in connection.execute(text(f'SELECT * FROM "{table}"'))
        )


def people(engine: Engine) -> int:
    with reading(engine) as connection:
        return connection.execute(select(func.count()).select_from(tables.person)).scalar_one()


def status_of(product: Product, name: str) -> dict[str, Any]:
    found = keys.read_key_status(product)["keys"]
    return next(key for key in found if key["name"] == name)


# --- the three steps ---------------------------------------------------------------------------------------


@pytest.mark.timeout(300)
def test_every_step_lets_everything_go_on_and_at_the_end_the_old_key_is_gone(
    before: Product, engine: Engine, database_url: str
) -> None:
    city = City(before)
    city.to_notice()
    institution, hr, cashier = (city.actors[login] for login in ("institution", "hr1", "cashier"))
    first = city.application
    city.send(None, "file_objection", name="王小明", contact="13900000000", content="人数不实")
    (objection,) = city.look()["form"]["claim"]["objections"]
    known = people(engine)
    # Step one and two, process by process: each sees what the others write.
    learning = process(engine, database_url, OLD, NEW)
    turned = process(engine, database_url, NEW, OLD)
    for number, product in enumerate((before, learning, turned, learning), start=1):
        assert health.is_ready(product)["ready"]
        seen_by(city, product).at("2026-10-16 09:00").apply("institution2")
        _same_people_again(product)
        assert people(engine) == known + number * 50
        city.application = first
    seen_by(city, learning).send(
        "hr2", "resolve_objection", objection_id=objection["id"], outcome="dismissed", reply="已核实"
    )
    read = notices.read_objection(turned, actor=hr, application_id=first["id"], objection_id=objection["id"])
    assert (read["name"], read["contact"]) == ("王小明", "13900000000")
    trainee = readings.read_in_clear(
        turned,
        actor=institution,
        application_id=first["id"],
        subject=ReadingSubject.TRAINEE,
        purpose=ReadingPurpose.CORRECTION,
        row_nos=[1],
    )
    written = texts_of(engine)
    assert OLD_NAME in written
    assert NEW_NAME in written
    with pytest.raises(NotNow, match="还在配置中"):
        keys.drop_key(turned, name=OLD_NAME)
    with pytest.raises(Unavailable, match=OLD_NAME):
        health.is_ready(process(engine, database_url, NEW))
    # Step three.
    told: list[tuple[str, int, int]] = []
    done = keys.rotate_keys(turned, told=lambda *progress: told.append(progress))
    assert done["left_count"] == 0
    assert {"person", "trainee", "objection", "application"} <= set(done["resealed"])
    assert [progress for progress in told if progress[0] == "person"][-1][1:] == (
        done["resealed"]["person"],
        done["resealed"]["person"],
    )
    assert f"sm4:{OLD_NAME}" not in texts_of(engine)
    assert keys.rotate_keys(turned) == {"key": NEW_NAME, "resealed": {}, "left_count": 0, "left": []}
    assert status_of(turned, OLD_NAME)["droppable"]
    assert audit_verification.verify_audit(turned)["holds"]
    after = process(engine, database_url, NEW)
    dropped = keys.drop_key(after, name=OLD_NAME)
    assert dropped["dropped"] == status_of(after, NEW_NAME)["index_count"] == people(engine)
    with pytest.raises(NotFound):
        keys.drop_key(after, name=OLD_NAME)
    # Nothing but the new key, and all as it was.
    _same_people_again(after)
    again = readings.read_in_clear(
        after,
        actor=institution,
        application_id=first["id"],
        subject=ReadingSubject.TRAINEE,
        purpose=ReadingPurpose.CORRECTION,
        row_nos=[1],
    )
    assert again["items"] == trainee["items"]
    city.application = first
    city.at("2026-10-23 09:00").send("hr2", "close_notice")
    for day, login in (("26", "hr1"), ("27", "hr2"), ("29", "finance1"), ("30", "finance2")):
        city.at(f"2026-10-{day} 10:00").send(login, "approve", opinion="同意")
    account = applications.read_payee(after, actor=cashier, application_id=first["id"])
    assert account["bank_account"] == "4100000000000000001"
    assert audit_verification.verify_audit(after)["holds"]
    events = [json.loads(content)["event"] for content in _system_trail(engine)]
    assert [events.count(event) for event in ("rotate_keys", "drop_key")] == [1, 1]


def _same_people_again(product: Product) -> None:
    """Some people of the first roster after the example's: known, however often they are registered."""
    numbers = [identity_number(1_000 + place) for place in range(3)]
    with writing(product.engine) as connection:
        ring = product.settings.keys
        registered = register_persons(connection, dict.fromkeys(numbers, IdentityType.RESIDENT_ID), keys=ring)
        assert find_persons(connection, numbers, keys=ring) == registered


def _system_trail(engine: Engine) -> list[str]:
    entry = tables.audit_entry
    with reading(engine) as connection:
        found = connection.scalars(select(entry.c.content).where(entry.c.chain_id == 0))
        return list(found.all())


def test_a_command_sent_again_to_a_process_with_another_key_gets_its_stored_reply(
    before: Product, engine: Engine, database_url: str
) -> None:
    city = City(before).to_opening_review()
    command: dict[str, Any] = {
        "actor": city.actors["industry1"],
        "application_id": city.application["id"],
        "event": "approve",
        "expected_version": None,
        "command_id": "once",
    }
    learning, turned = process(engine, database_url, OLD, NEW), process(engine, database_url, NEW, OLD)
    first = door.send_event(learning, payload={"opinion": "同意"}, **command)
    assert door.send_event(turned, payload={"opinion": "同意"}, **command) == first
    with pytest.raises(Malformed, match="已用于另一项内容不同的请求"):
        door.send_event(turned, payload={"opinion": "另一意见"}, **command)
    # What was sent cannot be found by trying from its digest alone.
    content = canonical([command["application_id"], "approve", {"opinion": "同意"}, None])
    stored = tables.command.c.digest
    with reading(engine) as connection:
        digests = connection.scalars(select(stored).where(tables.command.c.command_id == "once")).all()
    assert digests == [keyed_digest(content, key=OLD)]
    assert sm3(content) not in digests


# --- the form and its chain --------------------------------------------------------------------------------


def test_a_form_sealed_anew_proves_that_nothing_else_changed(
    before: Product, engine: Engine, database_url: str
) -> None:
    city = City(before).to_opening_review()
    application = tables.application
    with reading(engine) as connection:
        backup = connection.execute(select(application)).mappings().one()
    seen = city.look()
    turned = process(engine, database_url, NEW, OLD)
    keys.rotate_keys(turned)
    with reading(engine) as connection:
        standing = connection.execute(select(application)).mappings().one()
    assert standing["form"] != backup["form"]
    assert {name: standing[name] for name in ("version", "updated_at", "state")} == {
        name: backup[name] for name in ("version", "updated_at", "state")
    }
    entry = audit.read_history(turned, actor=city.actors["auditor"], application_id=seen["id"])["items"][-1]
    assert (entry["event"], entry["actor"], entry["detail"]["key"]) == ("reseal", "system", NEW_NAME)
    # The entry is of the form before, as a backup has it, and of the same content now.
    assert entry["detail"]["form_before"] == sm3(backup["form"])
    assert entry["form_digest"] == sm3(standing["form"])
    for row in (backup, standing):
        clear = open_form(json.loads(row["form"]), keys=turned.settings.keys)
        assert keyed_digest(canonical(clear), key=NEW) == entry["detail"]["clear_digest"]
    # Who had the form open goes on with the version seen.
    edited = seen_by(city, turned).look()
    assert edited["version"] == seen["version"]
    assert audit_verification.verify_audit(turned)["holds"]


@pytest.mark.parametrize("changed", ["form", "asked_fen"])
def test_a_form_that_was_tampered_with_is_left_and_named_and_the_audit_still_finds_it(
    before: Product, engine: Engine, database_url: str, changed: str
) -> None:
    city = City(before).to_opening_review()
    first = city.application["id"]
    city.apply("institution2")
    application = tables.application
    with writing(engine) as connection:
        forms = dict(connection.execute(select(application.c.id, application.c.form)).all())
        # The money would go to somebody else's account.
        theirs = json.loads(forms[city.application["id"]])["applicant"]["bank_account"]
        form = json.loads(forms[first])
        form["applicant"]["bank_account"] = theirs
        values = {"form": canonical(form)} if changed == "form" else {"asked_fen": 100}
        connection.execute(update(application).where(application.c.id == first).values(values))
    turned = process(engine, database_url, NEW, OLD)
    done = keys.rotate_keys(turned)
    assert done["left_count"] == 1
    (left,) = done["left"]
    assert (left["table"], left["ids"]) == ("application", [first])
    assert "与审计记录不符" in left["reason"]
    assert not status_of(turned, OLD_NAME)["droppable"]
    verdict = audit_verification.verify_audit(turned)
    assert {fault["chain"] for fault in verdict["faults"]} == {first}


def test_the_audit_finds_a_new_sealing_under_which_something_else_was_changed(
    before: Product, engine: Engine, database_url: str
) -> None:
    city = City(before).to_opening_review()
    turned = process(engine, database_url, NEW, OLD)
    application_id = city.application["id"]
    with writing(engine) as connection:
        case = open_case(turned, connection, city.actors["admin"], application_id, lock=True)
        case.form["opening"]["mode"] = "self_run"
        case.row["form"] = canonical(case.form)
        audit.append_entry(
            case,
            audit.RESEAL,
            outcome="done",
            old=case.state,
            new=case.state,
            details={"key": NEW_NAME, "form_before": sm3(case.row["form"]), "clear_digest": "-"},
        )
        case.write_row()
    faults = audit_verification.verify_audit(turned)["faults"]
    assert [fault["fault"] for fault in faults] == ["重新加密时，申请与上一条记录不符"]


# --- what cannot be opened, and what is from before ---------------------------------------------------------


def test_a_value_under_a_lost_key_is_said_in_a_sentence_and_holds_up_nothing_else(
    before: Product, engine: Engine, database_url: str
) -> None:
    city = City(before).to_opening_review()
    lost = seal("13800000000", keys=KeyRing(LOST))
    trainee = tables.trainee
    with writing(engine) as connection:
        connection.execute(update(trainee).where(trainee.c.row_no == 7).values(phone_sealed=lost))
    turned = process(engine, database_url, NEW, OLD)
    with pytest.raises(UnknownKey, match=f"以密钥 {key_name(LOST)} 加密，而配置中没有这个密钥"):
        readings.read_in_clear(
            turned,
            actor=city.actors["industry1"],
            application_id=city.application["id"],
            subject=ReadingSubject.TRAINEE,
            purpose=ReadingPurpose.TELEPHONE_CHECK,
            row_nos=[7],
        )
    # What is not shown is not recorded.
    assert not any("read_" in content for content in _system_trail(engine))
    done = keys.rotate_keys(turned)
    assert done["left_count"] == 1
    assert done["left"][0]["table"] == "trainee"
    assert key_name(LOST) in done["left"][0]["reason"]
    assert status_of(turned, key_name(LOST)) == {
        "name": key_name(LOST),
        "role": "unknown",
        "role_label": "不在配置中",
        "sealed": {"trainee": 1},
        "sealed_count": 1,
        "index_count": 0,
        "droppable": False,
    }
    assert status_of(turned, OLD_NAME)["sealed_count"] == 0
    with pytest.raises(NotNow, match="学员电话 1 处以它加密"):
        keys.drop_key(turned, name=key_name(LOST))


def test_an_altered_value_is_never_opened_with_another_meaning(before: Product) -> None:
    ring = before.settings.keys
    sealed = seal("4100000000000000001", keys=ring)
    for place in range(len("sm4:00000000:") + 2, len(sealed) - 2, 7):
        altered = sealed[:place] + ("A" if sealed[place] != "A" else "B") + sealed[place + 1 :]
        with pytest.raises(Broken):
            unseal(altered, keys=ring)


def test_what_was_sealed_and_indexed_before_keys_had_names_gets_its_name(
    before: Product, engine: Engine, database_url: str
) -> None:
    City(before).to_opening_review()
    person, index = tables.person, tables.person_index
    with writing(engine) as connection:
        for row in connection.execute(select(person.c.id, person.c.id_number_sealed)).all():
            unnamed = row.id_number_sealed.replace(f"{OLD_NAME}:", "")
            connection.execute(update(person).where(person.c.id == row.id).values(id_number_sealed=unnamed))
        connection.execute(update(index).values(key_name=""))
    turned = process(engine, database_url, NEW, OLD)
    assert status_of(turned, "")["sealed"] == {"person": 50}
    assert health.is_ready(turned)["ready"]
    assert keys.rotate_keys(turned)["left_count"] == 0
    status = keys.read_key_status(turned)
    assert [(key["name"], key["index_count"]) for key in status["keys"]] == [(NEW_NAME, 50), (OLD_NAME, 50)]
    assert keys.drop_key(process(engine, database_url, NEW), name=OLD_NAME)["dropped"] == 50
    _same_people_again(process(engine, database_url, NEW))
    assert people(engine) == 53


def test_two_persons_of_one_number_are_named_and_both_are_kept(
    before: Product, engine: Engine, database_url: str
) -> None:
    number = identity_number(7)
    ids = []
    for product in (before, process(engine, database_url, NEW)):
        # A process that does not know the old key was started too early.
        with writing(engine) as connection:
            found = register_persons(
                connection, {number: IdentityType.RESIDENT_ID}, keys=product.settings.keys
            )
            ids.append(found[number].id)
    assert ids[0] != ids[1]
    done = keys.rotate_keys(process(engine, database_url, NEW, OLD))
    assert done["left_count"] == 1
    assert done["left"][0]["ids"] == [ids[0]]
    assert f"与人员 {ids[1]} 的证件号码相同" in done["left"][0]["reason"]
    with pytest.raises(NotNow, match="1 人还没有现用密钥的索引"):
        keys.drop_key(process(engine, database_url, NEW), name=OLD_NAME)


# --- at once -----------------------------------------------------------------------------------------------

MIXTURES = {
    "learning and turned": ((OLD, NEW), (NEW, OLD)),
    "before and learning": ((OLD,), (OLD, NEW)),
    "turned and after": ((NEW, OLD), (NEW,)),
    "before and turned": ((OLD,), (NEW, OLD)),
}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("mixture", MIXTURES)
def test_processes_with_different_keys_that_register_the_same_people_at_once_get_the_same_persons(
    before: Product, engine: Engine, database_url: str, mixture: str
) -> None:
    rounds, each, workers = 12, 5, 4
    products = [process(engine, database_url, *MIXTURES[mixture][place % 2]) for place in range(workers)]
    start = threading.Barrier(workers)

    def register(place: int) -> list[dict[str, int]]:
        found = []
        for turn in range(rounds):
            numbers = [identity_number(turn * each + one) for one in range(each)]
            start.wait(30)
            with writing(engine) as connection:
                given = dict.fromkeys(reversed(numbers) if place % 2 else numbers, IdentityType.RESIDENT_ID)
                made = register_persons(connection, given, keys=products[place].settings.keys)
            found.append({number: person.id for number, person in made.items()})
        return found

    with ThreadPoolExecutor(workers) as pool:
        results = list(pool.map(register, range(workers)))
    assert all(result == results[0] for result in results)
    assert people(engine) == rounds * each
    index = tables.person_index
    with reading(engine) as connection:
        owners = connection.execute(select(index.c.person_id, index.c.key_name)).all()
    assert len(owners) == len(set(owners))
    # Afterwards everybody is found by everybody who may look.
    assert keys.rotate_keys(process(engine, database_url, NEW, OLD))["left_count"] == 0
    for product in (*products, process(engine, database_url, NEW)):
        with reading(engine) as connection:
            numbers = [identity_number(serial) for serial in range(rounds * each)]
            known = find_persons(connection, numbers, keys=product.settings.keys)
        assert len(known) == rounds * each


@pytest.mark.timeout(300)
def test_work_goes_on_while_everything_is_sealed_anew(
    before: Product, engine: Engine, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "BATCH", 5)
    city = City(before)
    matters = []
    for _ in range(3):
        city.to_opening_review()
        matters.append(city.application["id"])
    institution = city.actors["institution2"]
    learning, turned = process(engine, database_url, OLD, NEW), process(engine, database_url, NEW, OLD)
    over, failures = threading.Event(), []
    serials = count(500_000)
    done = {"events": 0, "rosters": 0}

    def review(product: Product, officers: tuple[Actor, Actor], matter: int) -> None:
        while not over.is_set():
            for actor, event, payload in (
                (officers[0], "approve", {"opinion": "同意"}),
                (officers[1], "return_to_first", {"reason": "再看"}),
            ):
                door.send_event(
                    product,
                    actor=actor,
                    application_id=matter,
                    event=event,
                    payload=payload,
                    expected_version=None,
                    command_id=None,
                )
                done["events"] += 1
                # SQLite has one writer, and gives no turns.
                time.sleep(0.02)

    def draft(product: Product) -> None:
        body = json.loads(json.dumps(_body(city)))
        while not over.is_set():
            made = applications.create_application(product, actor=institution, body=body)
            rows = [_row(identity_number(next(serials))) for _ in range(5)] + [_row(identity_number(999_999))]
            rosters.replace_roster(
                product, actor=institution, application_id=made["id"], rows=rows, expected_version=None
            )
            done["rosters"] += 1
            time.sleep(0.02)

    def guarded(work: Any, *arguments: Any) -> None:
        try:
            work(*arguments)
        except (Conflict, RuleBroken) as error:
            failures.append(error)

    officers = (city.actors["industry1"], city.actors["industry2"])
    with ThreadPoolExecutor(4) as pool:
        jobs = [
            pool.submit(guarded, review, learning, officers, matters[0]),
            pool.submit(guarded, review, turned, officers, matters[1]),
            pool.submit(guarded, draft, turned),
        ]
        rotated = pool.submit(keys.rotate_keys, turned)
        try:
            result = rotated.result(120)
            while min(done.values()) < 3:
                assert not failures, failures
                assert not any(job.done() and job.exception() for job in jobs), jobs
        finally:
            over.set()
        for job in jobs:
            job.result(60)
    assert failures == []
    assert result["resealed"]["person"] >= 150
    # What the process that still seals with the old key has left, the next run takes.
    assert keys.rotate_keys(turned)["left_count"] == 0
    assert f"sm4:{OLD_NAME}" not in texts_of(engine)
    assert audit_verification.verify_audit(turned)["holds"]
    registered = 150 + done["rosters"] * 5 + 1
    assert registered <= people(engine) <= registered + 5


def _body(city: City) -> dict[str, Any]:
    body: dict[str, Any] = json.loads((DATA / "application.json").read_text(encoding="utf-8"))
    return body


def _row(number: str) -> dict[str, Any]:
    return {
        "class_no": 1,
        "name": "张示例",
        "id_number": number,
        "phone": "13800000000",
        "category": "jobless",
    }
