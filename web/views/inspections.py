"""What an inspector may look at besides the head count, as inputs of three answers. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from web.views.fields import Errors, Field, Sent, fields_of, with_options
from workflow.errors import FieldError
from workflow.form.reading import malformed
from workflow.form.training import DEMANDS, FAULTY, FINE, ONLINE_LABEL, Observations

UNSEEN = "未检查"
ONLINE = "online_seen"


def observation_fields(values: Sent, errors: Errors, scope: str) -> list[Field]:
    """The inputs of the observations; nothing is chosen beforehand but that it was not looked at."""
    found: list[Field] = []
    for one in fields_of(Observations, values=values, errors=errors, scope=scope):
        if one.name in DEMANDS:
            label, fine = DEMANDS[one.name]
            found.append(replace(with_options(one, _choices(fine), widget="radio"), label=label, help=""))
        elif one.name == "online_faults":
            seen = str(values.get(ONLINE, ""))
            choices = (("", UNSEEN), ("fine", FINE), ("faulty", f"{FAULTY}（在下面勾选）"))
            found.append(Field(ONLINE, ONLINE_LABEL, "radio", seen, options=choices, scope=scope))
            found.append(replace(one, help=""))
        else:
            found.append(replace(one, width="half", help="没有检查的不填"))
    return found


def with_online(payload: dict[str, Any], sent: Sent) -> dict[str, Any]:
    """The payload with what was said of online learning; fine is an empty list of faults.

    Raises ``Malformed`` where the verdict and the ticks contradict each other.
    """
    seen, ticked = str(sent.get(ONLINE, "")), bool(payload.get("online_faults"))
    if seen == "fine" and ticked:
        raise malformed([FieldError("online_faults", f"“{ONLINE_LABEL}”选了“{FINE}”，又勾选了问题")])
    if seen == "faulty" and not ticked:
        raise malformed([FieldError("online_faults", f"“{ONLINE_LABEL}”不符合的，须勾选存在的问题")])
    return payload | {"online_faults": []} if seen == "fine" else payload


def _choices(fine: bool) -> tuple[tuple[str, str], ...]:
    yes, no = ("true", "false") if fine else ("false", "true")
    return (("", UNSEEN), (yes, FINE), (no, FAULTY))
