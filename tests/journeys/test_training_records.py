"""What inspectors observe, make-up lessons that HR consents to, and observations that are struck."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any

import pytest
from sqlalchemy import select, update

from tests.journeys.city import City
from workflow.errors import Conflict, Forbidden, Malformed, NotFound, NotNow, Refused
from workflow.form.training import MakeUp, ObservationStrike
from workflow.persistence import tables
from workflow.persistence.engine import reading, writing
from workflow.policy import Policy
from workflow.services import audit, audit_verification, listing, training_records, worklist
from workflow.services.product import Product

OBSERVED: dict[str, Any] = {
    "recording_complete": False,
    "practice_minutes": 12,
    "online_faults": ["fast_forward", "no_face_check"],
    "fee_charged": False,
    "classes_merged": True,
    "hours_short": False,
}


def _in_training(city: City, *present: int, **observed: Any) -> City:
    """A class of 50, opened on 7 September 2026 and checked on the days from the tenth on."""
    city.to_training()
    city.at("2026-09-07 09:00").send(
        "inspector",
        "record_opening_inspection",
        class_no=1,
        inspected_at="2026-09-07T08:40:00+08:00",
        present_count=50,
        sign_in="签到50人",
        materials="齐全",
        **observed,
    )
    for number, count in enumerate(present):
        city.at(f"2026-09-{10 + number} 16:00").inspect(f"2026-09-{10 + number}", count)
    return city


def _make_up(number: int = 1, count: int = 2, on: str = "2026-09-15", **more: Any) -> MakeUp:
    return MakeUp(
        class_no=1, inspection_no=number, count=count, made_up_on=date.fromisoformat(on), hours=4, **more
    )


def _ask(city: City, asked: MakeUp | None = None, login: str = "institution", **more: Any) -> dict[str, Any]:
    command = {"expected_version": None} | more
    return training_records.ask_make_up(
        city.product,
        actor=city.actors[login],
        application_id=city.application["id"],
        asked=asked or _make_up(),
        **command,
    )


def _consent(city: City, make_up_id: int = 1, login: str = "hr1", **more: Any) -> dict[str, Any]:
    command = {"expected_version": None} | more
    return training_records.consent_make_up(
        city.product,
        actor=city.actors[login],
        application_id=city.application["id"],
        make_up_id=make_up_id,
        **command,
    )


def _decline(city: City, make_up_id: int = 1, login: str = "hr1") -> dict[str, Any]:
    return training_records.decline_make_up(
        city.product,
        actor=city.actors[login],
        application_id=city.application["id"],
        make_up_id=make_up_id,
        reason="没有补课记录",
        expected_version=None,
    )


def _strike(city: City, login: str = "hr_head", number: int = 0, class_no: int = 1) -> dict[str, Any]:
    return training_records.strike_observations(
        city.product,
        actor=city.actors[login],
        application_id=city.application["id"],
        strike=ObservationStrike(class_no=class_no, inspection_no=number, reason="登记有误"),
        expected_version=None,
    )


def _make_ups(city: City) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = city.look()["form"]["training"].get("make_ups", [])
    return found


# --- observations ------------------------------------------------------------------------------------------


def test_what_was_observed_stands_on_the_form_and_what_was_not_looked_at_does_not(city: City) -> None:
    _in_training(city, 48, **OBSERVED)
    city.at("2026-09-11 16:00").send(
        "inspector",
        "record_inspection",
        class_no=1,
        inspected_at="2026-09-11T14:30:00+08:00",
        place="实训楼",
        teachers="到岗",
        present_count=48,
        online_faults=[],
        fee_charged=False,
    )
    training = city.look()["form"]["training"]
    (opening,) = training["opening_inspections"]
    assert {name: opening[name] for name in OBSERVED} == OBSERVED
    plain, looked_at = training["inspections"]
    assert set(plain).isdisjoint(OBSERVED)
    assert {name: looked_at[name] for name in OBSERVED if name in looked_at} == {
        "online_faults": [],
        "fee_charged": False,
    }


def test_hrs_head_strikes_what_was_observed_and_what_rested_on_it_ends(city: City) -> None:
    _in_training(city, 48, **OBSERVED)
    finding = {
        "rule": "online-integrity",
        "severity": "warning",
        "measured": "快进",
        "limit": "不得快进",
        "source": "平技领办〔2022〕5号 二(四)20(3)",
        "message": "线上学习不合规",
        "occasion": "inspection",
    }
    places = [
        "training.opening_inspections.0.online_faults",
        "training.opening_inspections.0.present_count",
        "training.opening_inspections.01.online_faults",
    ]
    with writing(city.product.engine) as connection:
        findings = [finding | {"where": place} for place in places]
        connection.execute(update(tables.application).values(findings=findings))
    before = city.look()
    struck = _strike(city)
    (entry,) = struck["form"]["training"]["opening_inspections"]
    assert {name: entry[name] for name in OBSERVED} == OBSERVED
    assert (entry["observations_struck"], entry["struck_by"], entry["struck_on"], entry["struck_reason"]) == (
        True,
        "示例hr_head",
        "2026-09-10",
        "登记有误",
    )
    assert entry["present_count"] == 50
    assert [one["where"] for one in struck["findings"]] == places[1:]
    assert (struck["version"], struck["state"]) == (before["version"] + 1, before["state"])
    with pytest.raises(NotNow, match="已由示例hr_head"):
        _strike(city)
    trail = audit.read_history(
        city.product, actor=city.actors["auditor"], application_id=city.application["id"], limit=100
    )
    last = trail["items"][-1]
    assert (last["event_label"], last["detail"]["reason"]) == ("撤销检查所见", "登记有误")
    assert audit_verification.verify_audit(city.product)["holds"]


def test_only_the_head_of_the_regions_hr_strikes_and_only_what_there_is(small_city: City) -> None:
    city = _in_training(small_city, 48, **OBSERVED)
    before = city.look()
    for login in ("hr1", "inspector", "hr_head_bf", "industry_head", "finance_head", "institution", "office"):
        with pytest.raises(Forbidden):
            _strike(city, login)
    with pytest.raises(NotNow, match="没有登记其他检查内容"):
        _strike(city, number=1)
    for class_no, number, field in ((1, 2, "inspection_no"), (2, 0, "class_no"), (2, 1, "class_no")):
        with pytest.raises(Malformed) as refusal:
            _strike(city, class_no=class_no, number=number)
        assert [error.field for error in refusal.value.errors] == [field]
    assert city.look() == before


def test_nothing_is_struck_once_the_money_is_on_its_way(small_city: City) -> None:
    city = small_city.to_payment()
    with pytest.raises(NotNow, match="待拨付"):
        _strike(city)


# --- make-up lessons ---------------------------------------------------------------------------------------


def test_absence_made_up_with_hrs_consent_counts_as_attended(city: City) -> None:
    _in_training(city, 48, 45)
    assert city.look()["average_attendance"] == 46
    city.at("2026-09-14")
    asked = _ask(city, _make_up(2, 4, row_nos=[3, 7, 12, 50], remarks="实操补课"))
    (entry,) = asked["form"]["training"]["make_ups"]
    assert entry == {
        "id": 1,
        "class_no": 1,
        "inspection_no": 2,
        "count": 4,
        "row_nos": [3, 7, 12, 50],
        "made_up_on": "2026-09-15",
        "hours": 4,
        "remarks": "实操补课",
        "asked_by": "示例institution",
        "asked_on": "2026-09-14",
    }
    assert asked["average_attendance"] == 46
    with pytest.raises(NotNow, match="补课之后方可同意") as refusal:
        _consent(city)
    assert refusal.value.source == ""
    consented = _consent(city.at("2026-09-15 17:00"), login="inspector")
    (entry,) = consented["form"]["training"]["make_ups"]
    assert (entry["consented_by"], entry["consented_on"]) == ("示例inspector", "2026-09-15")
    assert consented["average_attendance"] == 48
    trail = audit.read_history(
        city.product, actor=city.actors["auditor"], application_id=city.application["id"], limit=100
    )
    assert [(one["event"], one["actor"]) for one in trail["items"][-2:]] == [
        ("ask_make_up", "institution"),
        ("consent_make_up", "inspector"),
    ]
    assert audit_verification.verify_audit(city.product)["holds"]


def test_one_visit_is_counted_once(small_city: City) -> None:
    city = _in_training(small_city, 48, 45)
    held = city.look()["form"]["training"]["inspections"]
    again = {"class_no": 1, "present_count": 50, "place": "实训楼", "teachers": "3人到岗"}
    with pytest.raises(Malformed, match="同一次检查只登记一次") as refused:
        city.send("inspector", "record_inspection", inspected_at=held[0]["inspected_at"], **again)
    assert [error.field for error in refused.value.errors] == ["payload.inspected_at"]
    # The same moment as another part of the world writes it.
    moment = datetime.fromisoformat(held[1]["inspected_at"]).astimezone(UTC).isoformat()
    with pytest.raises(Malformed, match="同一次检查只登记一次"):
        city.send("inspector", "record_inspection", inspected_at=moment, **again)
    assert city.look()["form"]["training"]["inspections"] == held
    assert city.look()["average_attendance"] == 46


def test_a_claim_may_count_who_made_up_and_no_more(small_city: City) -> None:
    city = _in_training(small_city, 44, 44)
    for number in (1, 2):
        _ask(city.at("2026-09-15"), _make_up(number, 2))
        _consent(city, number)
    city.at("2026-09-18 17:00").send("institution", "finish_training", ended_on="2026-09-18")
    city.at("2026-09-21").send("hr1", "approve", opinion="过程规范")
    city.send("institution", "propose_assessment", assess_on="2026-09-24")
    result = {"class_no": 1, "kind": "skill_level", "level": 4, "examined_count": 47, "certified_count": 47}
    city.at("2026-09-24 17:00").send("inspector", "record_results", results=[result])
    city.at("2026-09-28").send("hr1", "approve", opinion="考核属实")
    with pytest.raises(Refused, match="47人，规定46人（平均出勤人数）"):
        city.send("institution", "submit", claim=city.claim(47, "56400.00"))
    city.send("institution", "submit", claim=city.claim(46, "55200.00"))
    assert city.state == "claim_awaiting_acceptance"


@pytest.mark.parametrize(
    ("asked", "fields"),
    [
        (_make_up(1, 3), ["count"]),
        (_make_up(3), ["inspection_no"]),
        (MakeUp(class_no=2, inspection_no=1, count=1, made_up_on=date(2026, 9, 15), hours=1), ["class_no"]),
        (_make_up(on="2026-09-10"), ["made_up_on"]),
        (_make_up(row_nos=[1]), ["row_nos"]),
        (_make_up(row_nos=[1, 51]), ["row_nos.1"]),
        (_make_up(2, 9, on="2026-09-01", row_nos=[1]), ["count", "row_nos", "made_up_on"]),
        (
            MakeUp(class_no=1, inspection_no=1, count=1, made_up_on=date(2026, 9, 15), hours=81),
            ["hours"],
        ),
    ],
)
def test_a_make_up_agrees_with_the_inspection_the_roster_and_the_calendar(
    small_city: City, asked: MakeUp, fields: list[str]
) -> None:
    city = _in_training(small_city, 48, 45).at("2026-09-15")
    before = city.look()
    with pytest.raises(Malformed) as refusal:
        _ask(city, asked)
    assert [error.field for error in refusal.value.errors] == fields
    assert city.look() == before


def test_a_trainee_makes_up_for_an_inspection_once(small_city: City) -> None:
    city = _in_training(small_city, 45, 45).at("2026-09-15")
    _ask(city, _make_up(1, 2, row_nos=[3, 4]))
    with pytest.raises(Malformed, match="序号为4"):
        _ask(city, _make_up(1, 2, row_nos=[4, 5]))
    _ask(city, _make_up(2, 2, row_nos=[3, 4]))
    _decline(city, 1)
    _ask(city, _make_up(1, 2, row_nos=[4, 5]))
    assert [("reason" in one, one["id"]) for one in _make_ups(city)] == [(True, 1), (False, 2), (False, 3)]


def test_never_more_than_were_absent_whatever_is_asked_consented_and_declined(small_city: City) -> None:
    city = _in_training(small_city, 48, 44, 50).at("2026-09-15")
    absent = {1: 2, 2: 6, 3: 0}
    chance = random.Random(2026)
    refused = 0
    for _ in range(120):
        pending = [one for one in _make_ups(city) if not _is_decided(one)]
        if pending and chance.random() < 0.5:
            chance.choice([_consent, _decline])(city, chance.choice(pending)["id"])
            continue
        number, count = chance.randint(1, 3), chance.randint(1, 4)
        mine = [one for one in _make_ups(city) if one["inspection_no"] == number]
        standing = sum(one["count"] for one in mine if "declined_on" not in one)
        if standing + count <= absent[number]:
            _ask(city, _make_up(number, count))
            continue
        refused += 1
        with pytest.raises(Malformed) as refusal:
            _ask(city, _make_up(number, count))
        assert [error.field for error in refusal.value.errors] == ["count"]
    consented = sum(one["count"] for one in _make_ups(city) if "consented_on" in one)
    assert city.look()["average_attendance"] == (48 + 44 + 50 + consented) // 3
    assert (consented, refused > 0) == (8, True)


def _is_decided(entry: dict[str, Any]) -> bool:
    return "consented_on" in entry or "declined_on" in entry


def test_who_may_ask_and_who_may_decide(small_city: City) -> None:
    city = _in_training(small_city, 48, 45).at("2026-09-15")
    for login in ("institution2", "hr1", "inspector", "individual", "institution_bf", "office"):
        with pytest.raises(Forbidden):
            _ask(city, login=login)
    _ask(city)
    before = city.look()
    for login in ("institution", "hr_head", "hr1_bf", "inspector_bf", "industry1", "finance1", "office"):
        for act in (_consent, _decline):
            with pytest.raises(Forbidden):
                act(city, login=login)
    owner = city.actors["institution"].organisation_id
    city.actors["hr2"] = replace(city.actors["hr2"], organisation_id=owner)
    with pytest.raises(Forbidden, match="回避"):
        _consent(city, login="hr2")
    with pytest.raises(NotFound):
        _consent(city, 2)
    assert city.look() == before
    _decline(city)
    for act in (_consent, _decline):
        with pytest.raises(NotNow, match="示例hr1已对这件补课申请作出不同意的意见"):
            act(city)


def _waiting(city: City, login: str) -> dict[str, Any] | None:
    """What the worklist of somebody says of make-ups; None where the application is not on it."""
    items = worklist.read_worklist(city.product, actor=city.actors[login])["items"]
    return next((one["make_ups"] or {} for one in items if one["id"] == city.application["id"]), None)


def test_requests_stand_on_the_worklist_of_who_may_decide_until_they_are_decided(small_city: City) -> None:
    city = _in_training(small_city, 48, 45).at("2026-09-15")
    assert _waiting(city, "hr1") is None
    assert _waiting(city, "inspector") == {}
    _ask(city)
    _ask(city, _make_up(2))
    for login in ("hr1", "hr2", "inspector"):
        assert _waiting(city, login) == {"count": 2, "decide_before": None}, login
        mine = listing.list_applications(city.product, actor=city.actors[login], mine=True)["items"]
        assert [one["id"] for one in mine] == [city.application["id"]], login
    for login in ("hr_head", "hr1_bf", "industry1", "finance1", "auditor"):
        assert _waiting(city, login) is None, login
    owner = city.actors["institution"].organisation_id
    city.actors["hr2"] = replace(city.actors["hr2"], organisation_id=owner)
    assert _waiting(city, "hr2") is None
    _consent(city)
    assert _waiting(city, "hr1") == {"count": 1, "decide_before": None}
    _decline(city, 2)
    assert _waiting(city, "hr1") is None
    assert _waiting(city, "inspector") == {}


def test_the_worklist_says_before_which_day_a_request_is_decided(small_city: City) -> None:
    city = _in_training(small_city, 48, 45)
    city.at("2026-09-25 17:00").send("institution", "finish_training", ended_on="2026-09-25")
    city.send("hr1", "approve", opinion="同意")
    city.send("institution", "propose_assessment", assess_on="2026-09-30")
    _ask(city.at("2026-09-28"), _make_up(on="2026-09-27"))
    assert _waiting(city, "hr1") == {"count": 1, "decide_before": "2026-09-30"}
    assert _waiting(city.at("2026-09-30"), "hr1") is None


def test_a_make_up_lies_between_the_beginning_of_the_training_and_the_assessment(small_city: City) -> None:
    city = small_city.to_training()
    with pytest.raises(NotNow, match="培训开始之后、考核之前"):
        _ask(city)
    city = _in_training(small_city, 45, 45)
    city.at("2026-09-18 17:00").send("institution", "finish_training", ended_on="2026-09-18")
    _ask(city, _make_up(1, 1, on="2026-09-19"))
    city.at("2026-09-21").send("hr1", "approve", opinion="过程规范")
    _ask(city, _make_up(1, 1, on="2026-09-22"))
    city.send("institution", "propose_assessment", assess_on="2026-09-24")
    with pytest.raises(Malformed, match="须在考核（2026年9月24日）之前"):
        _ask(city, _make_up(1, 1, on="2026-09-24"))
    _ask(city, _make_up(1, 1, on="2026-09-23"))
    _consent(city.at("2026-09-23"), 1)
    city.at("2026-09-24 08:00")
    for act in (lambda: _ask(city), lambda: _consent(city, 2), lambda: _decline(city, 3)):
        with pytest.raises(NotNow, match="考核时间为2026年9月24日") as refusal:
            act()
        assert refusal.value.source == "平技领办〔2022〕5号 二(四)21"
    # Another day of the assessment gives back the time.
    city.send("institution", "propose_assessment", assess_on="2026-09-28")
    _consent(city, 2)
    result = {"class_no": 1, "kind": "skill_level", "level": 4, "examined_count": 45, "certified_count": 45}
    city.at("2026-09-28").send("inspector", "record_results", results=[result])
    with pytest.raises(NotNow, match="待人社部门意见"):
        _consent(city, 3)
    assert [_is_decided(one) for one in _make_ups(city)] == [True, True, False]


def test_where_the_policy_knows_no_make_up_nobody_asks_for_one(
    small_city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    city = _in_training(small_city, 45, 45).at("2026-09-15")
    known = Product.policy_of

    def without(product: Product, connection: Any, version: str) -> Policy:
        policy = known(product, connection, version)
        rules = {name: rule for name, rule in policy.rules.items() if name != "make-up"}
        return replace(policy, rules=MappingProxyType(rules))

    monkeypatch.setattr(Product, "policy_of", without)
    with pytest.raises(NotNow, match="没有关于补课的规定"):
        _ask(city)


def test_the_same_command_is_done_once_and_an_old_version_is_a_conflict(city: City) -> None:
    _in_training(city, 48, 45).at("2026-09-15")
    seen = city.look()["version"]
    first = _ask(city, expected_version=seen, command_id="ask-1")
    assert _ask(city, expected_version=seen, command_id="ask-1") == first
    assert len(_make_ups(city)) == 1
    with pytest.raises(Malformed, match="ask-1"):
        _ask(city, _make_up(1, 1), expected_version=seen, command_id="ask-1")
    with pytest.raises(Conflict) as refusal:
        _ask(city, _make_up(2, 1), expected_version=seen, command_id="ask-2")
    assert refusal.value.current_version == seen + 1
    with pytest.raises(Conflict):
        _consent(city, expected_version=seen)
    done = _consent(city, expected_version=seen + 1, command_id="yes-1")
    assert _consent(city, expected_version=seen + 1, command_id="yes-1") == done
    assert city.look()["version"] == seen + 2


@pytest.mark.parametrize("rounds", [10])
def test_however_many_ask_and_decide_at_once_no_more_are_made_up_than_were_absent(
    city: City, rounds: int
) -> None:
    _in_training(city, *[48] * rounds).at("2026-09-25")
    barrier = threading.Barrier(4)

    def ask(number: int) -> str:
        barrier.wait()
        try:
            _ask(city, _make_up(number, 2, on="2026-09-24"))
            return "done"
        except Refused as refusal:
            return type(refusal).__name__

    def consent(make_up_id: int) -> str:
        barrier.wait()
        try:
            _consent(city, make_up_id)
            return "done"
        except Refused as refusal:
            return type(refusal).__name__

    with ThreadPoolExecutor(4) as pool:
        for number in range(1, rounds + 1):
            assert sorted(pool.map(ask, [number] * 4)) == ["Malformed"] * 3 + ["done"]
            assert sorted(pool.map(consent, [number] * 4)) == ["NotNow"] * 3 + ["done"]
    assert city.look()["average_attendance"] == 50
    with reading(city.product.engine) as connection:
        version = connection.execute(select(tables.application.c.version)).scalar_one()
    assert version == city.application["version"]
    assert audit_verification.verify_audit(city.product)["holds"]
