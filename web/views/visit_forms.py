"""The form of a visit: the roster to be ticked, what is asked beside it, and the payload it makes. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

from web.views.fields import Errors, Field, Sent, fields_of
from web.views.inspections import observation_fields, with_online
from workflow.clock import SHANGHAI
from workflow.errors import FieldError, Malformed
from workflow.form import PAYLOADS, from_inputs, read
from workflow.form.reading import malformed
from workflow.form.training import OBSERVATIONS
from workflow.vocabulary import Event

SCOPE = "visit"
BY_ROSTER, BY_COUNT = "roster", "count"
_BESIDE = ("class_no", "absent_rows", *OBSERVATIONS)
_ROWS = {"remarks": 2, "sign_in": 2, "materials": 2, "teachers": 2}


@dataclass(frozen=True, slots=True)
class VisitForm:
    """The form as it is drawn; ``ticked`` are the rows of the roster that are there."""

    event: Event
    way: str
    ticked: frozenset[str]
    at: Field
    count: Field
    fields: list[Field]
    observed: list[Field]
    roll_error: str = ""
    refused: bool = False
    command_id: str = field(default_factory=lambda: str(uuid4()))

    @property
    def looked_further(self) -> bool:
        """Whether something is said of the other things that may be looked at."""
        return any(one.value or one.error for one in self.observed)


def visit_form(
    visit: dict[str, Any], event: Event, sent: Sent | None = None, errors: Errors | None = None
) -> VisitForm:
    """An empty form, or one as it was ``sent``."""
    errors = errors or {}
    values = _suggested(visit) if sent is None else sent
    fields = {
        one.name: replace(one, rows=_ROWS.get(one.name, one.rows), width="")
        for one in fields_of(PAYLOADS[event], values=values, errors=errors, scope=SCOPE, without=_BESIDE)
    }
    count = replace(fields.pop("present_count"), required=False, enforced=False)
    way = str(values.get("way") or (BY_ROSTER if visit["roster"] else BY_COUNT))
    by_roster = way == BY_ROSTER
    return VisitForm(
        event=event,
        way=way,
        ticked=frozenset(_several(values.get("present"))),
        at=fields.pop("inspected_at"),
        count=replace(count, error="") if by_roster else count,
        fields=list(fields.values()),
        observed=observation_fields(values, errors, SCOPE),
        roll_error=errors.get("present", "") or (count.error if by_roster else ""),
        refused=bool(errors),
    )


def payload_of_visit(event: Event, visit: dict[str, Any], sent: Sent) -> dict[str, Any]:
    """What the page sent as a payload; the heads are counted from the ticks where the roster was called.

    Raises ``Malformed`` naming every field at once, the ticks as ``present``.
    """
    typed = {name: value for name, value in sent.items() if name not in {"absent_rows", "class_no"}}
    faults: list[FieldError] = []
    if sent.get("way") == BY_ROSTER:
        ticked, rows = set(_several(sent.get("present"))), [each["row"] for each in visit["roster"]]
        there = [row for row in rows if str(row) in ticked]
        typed["present_count"] = str(len(there))
        if len(there) != len(ticked):
            faults.append(FieldError("present", "勾选的学员与现在的名册不一致，请按现在的名册重新点名"))
        elif not there:
            message = "“学员出勤”还没有勾选到场的学员；确实无人到场的，请选“只填人数”并填 0"
            faults.append(FieldError("present", message))
    payload = from_inputs(PAYLOADS[event], typed)
    payload["class_no"] = visit["class_no"]
    if sent.get("way") == BY_ROSTER:
        payload["absent_rows"] = [row for row in rows if str(row) not in ticked]
    try:
        payload = with_online(payload, sent)
    except Malformed as wrong:
        faults += wrong.errors
    if faults:
        try:
            read(PAYLOADS[event], payload)
        except Malformed as wrong:
            faults += wrong.errors
        raise malformed(faults)
    return payload


def place_on_form(path: str) -> str:
    """The page's name of the field that an error path means."""
    name = path.removeprefix("payload.").partition(".")[0]
    return "present" if name == "absent_rows" else name


def _suggested(visit: dict[str, Any]) -> Sent:
    """What is so nearly always; ``inspected_at`` is now."""
    now = visit["now"].astimezone(SHANGHAI)
    return {"inspected_at": f"{now:%Y-%m-%dT%H:%M}", "place": visit["place"] or ""}


def _several(value: str | list[str] | None) -> list[str]:
    if value is None:
        return []
    return [value] if isinstance(value, str) else value
