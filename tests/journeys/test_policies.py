"""An application keeps the policy of its first submission, whatever the files say later; cities beside it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.journeys.city import COUNTY, City
from workflow.errors import Malformed
from workflow.policy import Policy, load_policy, packaged, parse_policy
from workflow.services import applications, audit, policies

KEY = "pingdingshan-2022"
Change = Callable[..., Policy]


@pytest.fixture
def files_change(monkeypatch: pytest.MonkeyPatch) -> Change:
    """Puts another content in the place of a policy's file."""
    today = dict(
        zip(packaged.available_policies(), map(load_policy, packaged.available_policies()), strict=True)
    )

    def change(key: str = KEY, **tables: dict[str, Any]) -> Policy:
        data = json.loads(load_policy(KEY).content) | {"key": key}
        for table, values in tables.items():
            if table in {"valid_from", "valid_until"}:
                data[table] = values
            for name, leaf in values.items() if table not in {"valid_from", "valid_until"} else ():
                data[table][name] |= leaf
        today[key] = parse_policy(data)
        return today[key]

    monkeypatch.setattr(packaged, "available_policies", lambda: tuple(sorted(today)))
    for module in ("workflow.policy.packaged", "workflow.services.product", "workflow.services.policies"):
        monkeypatch.setattr(f"{module}.load_policy", lambda key: today[key])
    monkeypatch.setattr("workflow.services.policies.available_policies", lambda: tuple(sorted(today)))
    return change


def test_an_application_keeps_the_version_it_was_submitted_under(city: City, files_change: Change) -> None:
    city.to_publication()
    before = load_policy(KEY).version
    changed = files_change(clocks={"hr_total": {"value": 20}}, rates={"level_4": {"value": "900.00"}})
    assert city.look()["policy_version"] == before != changed.version
    assert city.clock("hr_total")["limit"]["count"] == 15
    city.at("2026-10-15 09:00").send("hr1", "publish", site="市人力资源和社会保障局官网")
    city.at("2026-10-23 09:00").send("hr2", "close_notice")
    assert city.clock("hr_total")["limit"]["count"] == 15
    entries = audit.read_history(
        city.product, actor=city.actors["auditor"], application_id=city.application["id"]
    )["items"]
    # Until it was submitted the draft followed the policy of the day, which was the same.
    assert {entry["policy_version"] for entry in entries} == {before}


def test_a_draft_follows_the_policy_of_the_day_until_it_is_submitted(
    small_city: City, files_change: Change
) -> None:
    small_city.at("2026-08-31").apply()
    changed = files_change(clocks={"opening_industry_review": {"value": 7}})
    assert small_city.look("institution")["policy_version"] == changed.version
    small_city.send("institution", "submit")
    assert small_city.look()["policy_version"] == changed.version
    assert small_city.clock("opening_industry_review")["limit"]["count"] == 7


def test_who_looks_sees_which_versions_are_in_use_and_what_differs_between_them(
    small_city: City, files_change: Change
) -> None:
    small_city.to_opening_review()
    old = load_policy(KEY).version
    changed = files_change(clocks={"hr_total": {"value": 14}})
    small_city.at("2026-09-01").apply(login="institution_bf")
    small_city.send("institution_bf", "submit")
    small_city.send("institution_bf", "withdraw", reason="不再开班")
    found = policies.read_policy(small_city.product, reference=KEY)
    assert found["version"] == changed.version
    assert [
        (one["version"], one["applications_count"], one["open_count"], one["shown"])
        for one in found["stored_versions"]
    ] == [(changed.version, 1, 0, True), (old, 1, 1, False)]
    compared = policies.compare_policies(small_city.product, before=f"{KEY}@{old}", after=KEY)
    (change,) = compared["changes"]
    assert (change["path"], change["in_value"]) == ("clocks.hr_total", True)
    assert (change["before"]["value"], change["after"]["value"]) == ("15个工作日", "14个工作日")
    assert change["before"]["source"] == change["after"]["source"] == "平技领办〔2022〕5号 二(四)21"


def test_a_draft_of_a_replaced_policy_is_not_submitted_under_it(
    small_city: City, files_change: Change
) -> None:
    small_city.at("2026-08-28").apply()
    files_change("pingdingshan-2026", valid_from={"value": "2026-08-31", "local": True, "note": "试"})
    small_city.at("2026-08-31")
    with pytest.raises(Malformed) as refused:
        small_city.send("institution", "submit")
    assert refused.value.errors[0].field == "policy"
    assert "在2026年8月31日没有效力：现行的是" in refused.value.message
    assert small_city.look("institution")["state"] == "draft"


def test_a_draft_is_not_submitted_after_the_end_of_its_policy(small_city: City, files_change: Change) -> None:
    small_city.at("2026-08-31").apply()
    files_change(valid_until={"value": "2026-08-30", "local": True, "note": "试"})
    with pytest.raises(Malformed, match="没有效力：效力至2026年8月30日止，还没有后续的政策"):
        small_city.send("institution", "submit")
    small_city.at("2026-08-30").send("institution", "submit")
    assert small_city.state == "opening_industry_first"


def test_a_policy_of_another_city_cannot_be_chosen(small_city: City) -> None:
    body = {"kind": "institution", "region": COUNTY, "policy": "xinxiang-2023", "applicant": {"name": "某校"}}
    with pytest.raises(Malformed, match="不适用所选政策，适用的有：410700（新乡市）"):
        applications.create_application(
            small_city.product, actor=small_city.actors["institution_bf"], body=body
        )
