"""What an inspector may look at besides the head count: as inputs of three answers, and in words. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from web.views.fields import Errors, Field, Sent, fields_of, with_options
from workflow.errors import FieldError
from workflow.form.reading import malformed
from workflow.form.training import Observations
from workflow.vocabulary import OnlineFault

UNSEEN, FINE, FAULTY = "未检查", "符合", "不符合"
ONLINE = "online_seen"
_ONLINE_LABEL = "线上学习监管"
# What is demanded, and which value of the field says that it is so.
_DEMANDS: dict[str, tuple[str, bool]] = {
    "recording_complete": ("录像显示全部学员", True),
    "fee_charged": ("不向学员收费", False),
    "classes_merged": ("不并班", False),
    "hours_short": ("课时足额，不缩短", False),
}


def observation_fields(values: Sent, errors: Errors, scope: str) -> list[Field]:
    """The inputs of the observations; nothing is chosen beforehand but that it was not looked at."""
    found: list[Field] = []
    for one in fields_of(Observations, values=values, errors=errors, scope=scope):
        if one.name in _DEMANDS:
            label, fine = _DEMANDS[one.name]
            found.append(replace(with_options(one, _choices(fine), widget="radio"), label=label, help=""))
        elif one.name == "online_faults":
            seen = str(values.get(ONLINE, ""))
            choices = (("", UNSEEN), ("fine", FINE), ("faulty", f"{FAULTY}（在下面勾选）"))
            found.append(Field(ONLINE, _ONLINE_LABEL, "radio", seen, options=choices, scope=scope))
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
        raise malformed([FieldError("online_faults", f"“{_ONLINE_LABEL}”选了“{FINE}”，又勾选了问题")])
    if seen == "faulty" and not ticked:
        raise malformed([FieldError("online_faults", f"“{_ONLINE_LABEL}”不符合的，须勾选存在的问题")])
    return payload | {"online_faults": []} if seen == "fine" else payload


def observed(entry: Mapping[str, Any]) -> list[str]:
    """What an inspection observed, in words; empty where nothing was looked at."""
    words = [
        f"{label}：{FINE if entry[name] is fine else FAULTY}"
        for name, (label, fine) in _DEMANDS.items()
        if entry.get(name) is not None
    ]
    if entry.get("practice_minutes") is not None:
        words.append(f"实操每学时连续录像：{entry['practice_minutes']}分钟")
    faults = entry.get("online_faults")
    if faults is not None:
        named = "、".join(OnlineFault(fault).label for fault in faults)
        words.append(f"{_ONLINE_LABEL}：{f'{FAULTY}（{named}）' if faults else FINE}")
    return words


def _choices(fine: bool) -> tuple[tuple[str, str], ...]:
    yes, no = ("true", "false") if fine else ("false", "true")
    return (("", UNSEEN), (yes, FINE), (no, FAULTY))
