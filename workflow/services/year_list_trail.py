"""What changed on the year's list: sealed in the system's audit chain, and found again as a history."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from workflow.access import Actor
from workflow.form.year_list import PARTS, in_order, label_of, said
from workflow.persistence import tables
from workflow.persistence.bulk import insert_rows
from workflow.services.audit import SYSTEM_CHAIN, append_system_entries
from workflow.services.case import signed_as

MOST_SHOWN = 50
EVENT_LABELS = {
    "list_institution": "列入目录清单",
    "change_listed_institution": "修改机构",
    "list_occupation": "增加职业",
    "change_listed_occupation": "修改职业",
    "list_platform": "列入平台",
    "change_listed_platform": "修改平台",
    "import_year_list": "导入目录清单",
    "impose_sanction": "作出处理",
    "lift_sanction": "解除处理",
    "record_satisfaction_survey": "登记满意度调查",
    "correct_satisfaction_survey": "更正满意度调查",
}
_KNOWN_BY = {
    "institution": frozenset({"region", "year", "uscc"}),
    "occupation": frozenset({"occupation_code", "occupation", "listed_from_on"}),
    "platform": frozenset({"region", "year", "name"}),
    "sanction": frozenset({"region", "uscc", "platform", "subject_name", "kind", "from_on"}),
    "survey": frozenset({"region", "uscc", "surveyed_on"}),
}
_change, _entry = tables.year_list_change, tables.audit_entry


@dataclass(frozen=True, slots=True)
class Subject:
    """Of whom an entry speaks: an institution by its 统一社会信用代码, or a platform by its name."""

    region: str
    name: str
    uscc: str | None = None

    @property
    def platform(self) -> str | None:
        """The platform's name, where it is one."""
        return self.name if self.uscc is None else None


@dataclass(frozen=True, slots=True)
class Change:
    """One part of the list before and after, as JSON values; None: it was not there.

    ``key`` says which one, as people call it.
    """

    part: str
    key: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any]

    @property
    def names(self) -> list[str]:
        """The fields that are not as they were, in the order of what stands now."""
        before = self.before or {}
        return [name for name, value in self.after.items() if before.get(name) != value]

    def as_dict(self) -> dict[str, Any]:
        """What the trail keeps: of something that stood already only what is new about it."""
        names = self.names
        return {
            "part": self.part,
            "key": self.key,
            "before": None if self.before is None else {name: self.before.get(name) for name in names},
            "after": {name: self.after[name] for name in names},
        }

    def view(self) -> dict[str, Any]:
        """The change for people: each field with its label and both values in words."""
        return _view(self.as_dict())


def _view(kept: Mapping[str, Any]) -> dict[str, Any]:
    part, before, after = kept["part"], kept["before"], kept["after"]
    shown = in_order(part, after)
    if before is None:
        # What it is known by is said already.
        shown = [name for name in shown if after[name] not in (None, []) and name not in _KNOWN_BY[part]]
    return {
        "part": part,
        "part_label": PARTS[part][0],
        "key": kept["key"],
        "new": before is None,
        "fields": [
            {
                "field": name,
                "label": label_of(part, name),
                "before": said(part, name, (before or {}).get(name)),
                "after": said(part, name, after[name]),
            }
            for name in shown
        ],
    }


def record_changes(
    connection: Connection,
    actor: Actor,
    event: str,
    now: datetime,
    told: Mapping[Subject, Sequence[Change]],
) -> None:
    """Seals what changed about each institution or platform, in an entry of its own."""
    first = append_system_entries(
        connection,
        actor,
        event,
        now,
        [
            {
                "region": subject.region,
                "uscc": subject.uscc,
                "name": subject.name,
                "changes": [change.as_dict() for change in changes],
            }
            for subject, changes in told.items()
        ],
    )
    places = [
        {"sequence": sequence, "region": one.region, "uscc": one.uscc, "platform": one.platform}
        for sequence, one in enumerate(told, start=first)
    ]
    insert_rows(connection, _change, places)


def history_of(connection: Connection, subject: Subject) -> list[dict[str, Any]]:
    """What was changed about an institution or platform in any year, newest first; the latest entries."""
    mine = _change.c.uscc == subject.uscc if subject.uscc else _change.c.platform == subject.platform
    found = connection.execute(
        select(_entry.c.content)
        .join(_change, _change.c.sequence == _entry.c.sequence)
        .where(_entry.c.chain_id == SYSTEM_CHAIN, _change.c.region == subject.region, mine)
        .order_by(_entry.c.sequence.desc())
        .limit(MOST_SHOWN)
    )
    return [_history_entry(json.loads(content)) for content in found.scalars()]


def _history_entry(content: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "at": content["at"],
        "actor_name": signed_as(
            content["actor_name"], (content["details"].get("on_behalf_of") or {}).get("name")
        ),
        "event": content["event"],
        "event_label": EVENT_LABELS.get(content["event"], content["event"]),
        "changes": [_view(change) for change in content["details"]["changes"]],
    }
