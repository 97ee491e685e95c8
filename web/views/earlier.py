"""What was said before at the step under review: the first reviewer's opinion, and why it came back."""

from __future__ import annotations

from typing import Any

from workflow.services.case import REVIEW_STEPS
from workflow.vocabulary import SECTION_OF, State

_BACK = frozenset({"returned_to_first", "returned"})


def said_before(view: dict[str, Any]) -> list[dict[str, Any]]:
    """The signature that stands on the first seat, and the last reason for which the step was returned."""
    state = State(view["state"])
    if state not in REVIEW_STEPS:
        return []
    step, seat = REVIEW_STEPS[state]
    reviews = [
        each for each in view["form"][SECTION_OF[state].value].get("reviews", ()) if each["step"] == step
    ]
    standing = [each for each in reviews if each["seat"] == "first" and not each["superseded"]]
    returned = [each for each in reviews if each["outcome"] in _BACK][-1:]
    return [*returned, *(standing if seat == "second" else [])]
