"""The printed chart is the committed one and names everything."""

from __future__ import annotations

from pathlib import Path

from workflow.chart.document import CLOCKS, render_chart
from workflow.vocabulary import ClockKind, Event, Section, State

COMMITTED = Path(__file__).parents[3] / "docs" / "chart.md"


def test_the_committed_chart_is_what_the_code_prints() -> None:
    assert COMMITTED.read_text(encoding="utf-8") == render_chart(), "print it anew with `subsidy chart`"


def test_the_chart_has_a_row_for_every_state() -> None:
    rows = [
        line.split(" | ")[0].strip("| `") for line in render_chart().splitlines() if line.startswith("| `")
    ]
    assert rows == [state.value for state in State]


def test_the_chart_names_every_state_event_section_and_clock() -> None:
    printed = render_chart()
    for word in (*State, *Event, *Section, *ClockKind):
        assert word.label in printed


def test_every_clock_runs_somewhere_and_none_in_a_state_at_rest() -> None:
    assert {clock for clocks in CLOCKS.values() for clock in clocks} == set(ClockKind)
    assert not {State.DRAFT, State.SUSPENDED, State.REJECTED, State.DISBURSED} & set(CLOCKS)


def test_no_arrow_of_the_diagram_joins_states_of_different_boxes() -> None:
    diagram = render_chart().split("```mermaid")[1].split("```")[0]
    box, boxes = None, {}
    for line in diagram.splitlines():
        words = line.split()
        if line.strip().startswith("state "):
            name = words[3]
            box = name if line.endswith("{") else box
            boxes[name] = box
        elif line.strip() == "}":
            box = None
        elif "-->" in line and box:
            assert {boxes[end] for end in (words[0], words[2]) if end != "[*]"} == {box}
