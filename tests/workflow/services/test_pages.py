"""Cursors: opaque, and good for the list that gave them only."""

from __future__ import annotations

import base64
import json

import pytest

from workflow.errors import Malformed
from workflow.services.pages import read_cursor, write_cursor


@pytest.mark.parametrize("place", [0, 2**63 - 1, ["2026-11-23", 7]])
def test_a_cursor_gives_back_its_place(place: object) -> None:
    assert read_cursor(write_cursor("clock", place), "clock") == place


def forged(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        write_cursor("notice", 3),
        forged(3),
        forged(["clock", -1]),
        forged(["clock", 2**63]),
        forged(["clock", ["2026-11-23", 2**63]]),
        forged(["clock", ["tomorrow", 1]]),
        forged(["clock", None]),
        forged(["clock", True]),
        forged({"clock": 1}),
        forged("x"),
        write_cursor("clock", 3) + "=",
        "",
        "%%%",
    ],
)
def test_a_cursor_of_another_list_or_of_nobody_is_refused(cursor: str) -> None:
    with pytest.raises(Malformed) as caught:
        read_cursor(cursor, "clock")
    assert caught.value.status == 400
