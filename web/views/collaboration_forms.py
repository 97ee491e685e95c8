"""The forms by which colleagues turn to each other, with who is eligible; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

from web.views.fields import Field, Sent, fields_of, with_options
from workflow.form.collaboration import Circulation, Delegation, DelegationAnswer, HandOver
from workflow.form.fields import Typed

_PEOPLE = frozenset({"to_id", "to_ids", "account_id", "substitute_id"})
FORMS: dict[str, type[Typed]] = {
    "hand_over": HandOver,
    "delegate": Delegation,
    "circulate": Circulation,
    "answer_delegation": DelegationAnswer,
}


@dataclass(frozen=True, slots=True)
class Turned:
    """A form that was sent and refused: which one, what was typed, and the messages beside it."""

    form: str
    sent: Sent
    errors: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TurnForm:
    """One form; ``open`` after it was refused."""

    fields: list[Field]
    open: bool
    command_id: str = field(default_factory=lambda: str(uuid4()))


def with_forms(found: dict[str, Any], turned: Turned | None) -> dict[str, Any]:
    """How it stands between people, with the form of each act."""
    people = {
        "hand_over": _choices(found["takers"]),
        "delegate": _choices(found["colleagues"]),
        "circulate": _choices(found["colleagues"]),
    }
    waiting = next((one for one in found["delegations"] if one["ended_at"] is None), None)
    return found | {
        "forms": {name: _form(name, people.get(name, []), turned) for name in FORMS},
        "offered": {name for name, offer in _offers(found, waiting).items() if offer},
        "waiting": waiting,
        "answered": [one for one in found["delegations"] if one["answer"]],
        "shown": found["may_direct"]
        or found["may_give_back"]
        or bool(found["hand_overs"] or found["delegations"] or found["circulations"]),
    }


def _offers(found: dict[str, Any], waiting: dict[str, Any] | None) -> dict[str, bool]:
    """Which of the forms the page has for this person."""
    directs = found["may_direct"]
    return {
        "hand_over": directs and bool(found["takers"]),
        "delegate": directs and bool(found["colleagues"]) and waiting is None,
        "circulate": directs and bool(found["colleagues"]),
        "answer_delegation": waiting is not None and waiting["may_answer"],
    }


def with_keys(data: dict[str, Any]) -> dict[str, Any]:
    """What a page sent, with the people that were chosen as the numbers of their accounts."""
    return {name: _keys(value) if name in _PEOPLE else value for name, value in data.items()}


def _keys(value: Any) -> Any:
    if isinstance(value, list):
        return [_keys(each) for each in value]
    is_key = isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19
    return int(value) if is_key else value


def _form(name: str, people: list[tuple[str, str]], turned: Turned | None) -> TurnForm:
    mine = turned if turned and turned.form == name else None
    fields = fields_of(
        FORMS[name],
        values=mine.sent if mine else {},
        errors=mine.errors if mine else {},
        scope=name.replace("_", "-"),
    )
    return TurnForm([_with_people(one, people) for one in fields], open=mine is not None)


def _with_people(one: Field, people: list[tuple[str, str]]) -> Field:
    if one.name == "to_id":
        return with_options(one, people)
    if one.name == "to_ids":
        ticked = [one.value] if isinstance(one.value, str) else one.value
        return replace(with_options(one, people, widget="checkboxes"), value=ticked)
    return one


def _choices(people: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [
        (str(one["id"]), f"{one['name']}（{one['role_label']}{'，外出' if one['is_away'] else ''}）")
        for one in people
    ]
