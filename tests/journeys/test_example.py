"""The whole application of ``examples/lifecycle-2026.json``, step by step, with every answer it asks for."""

from __future__ import annotations

import json
from typing import Any

from tests.journeys.city import DATA, City
from workflow.errors import Refused, RuleBroken


def sent(city: City, step: dict[str, Any]) -> tuple[dict[str, Any], Refused | None]:
    """What the step was answered, or why it was refused."""
    try:
        # Nobody answers a warning here: there must be none.
        unanswered = {"answers": []} if step["event"] == "approve" else {}
        return city.send(step["as"], step["event"], **step["payload"], **unanswered), None
    except Refused as refusal:
        return {}, refusal


def test_the_example_lifecycle_answers_what_it_must(city: City) -> None:
    scenario = json.loads((DATA / "lifecycle-2026.json").read_text(encoding="utf-8"))
    steps = scenario["steps"]
    city.at(f"{steps[0]['at'][:10]} {steps[0]['at'][11:16]}").apply()
    for step in steps:
        city.at(f"{step['at'][:10]} {step['at'][11:16]}")
        expect, where = step["expect"], f"{step['at']} {step['event']}"
        view, refusal = sent(city, step)
        assert (refusal.status if refusal else 200) == expect.get("status", 200), where
        if "rule" in expect:
            assert isinstance(refusal, RuleBroken), where
            assert expect["rule"] in [finding.rule for finding in refusal.findings], where
        if "state" in expect:
            assert view["state"] == expect["state"], where
        if "average_attendance" in expect:
            assert view["average_attendance"] == expect["average_attendance"], where
        if "clock" in expect:
            clock = [each for each in view["clocks"] if each["kind"] == expect["clock"]["kind"]][-1]
            assert {name: clock[name] for name in expect["clock"]} == expect["clock"], where
        if "department" in expect:
            wanted = dict(expect["department"])
            total = view["departments"][wanted.pop("name")]
            assert {name: total[name] for name in wanted} == wanted, where
    assert city.state == "disbursed"
