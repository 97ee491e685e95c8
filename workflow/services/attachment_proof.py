"""Whether the register of uploaded files still says what the audit trail says was added and removed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select

from workflow.persistence import tables

ADD, REMOVE = "add_attachment", "remove_attachment"
# How the file lies is no business of the trail: opened, it must have the digest of what was sent.
_SAID = ("place", "class_no", "name", "kind", "byte_count", "sha256")


def told(row: Any) -> dict[str, Any]:
    """What the trail keeps of a file that is added or removed."""
    return {"attachment": row["id"]} | {name: row[name] for name in _SAID}


@dataclass(slots=True)
class AttachmentProof:
    """Is told every entry of every chain, and then says what in the register contradicts them."""

    added: dict[int, tuple[int, dict[str, Any]]] = field(default_factory=dict)
    removed: set[int] = field(default_factory=set)

    def hear(self, chain_id: int, content: dict[str, Any]) -> None:
        """One entry of the trail, in the order of its chain."""
        if content["event"] == ADD and content["outcome"] == "done":
            self.added[content["details"]["attachment"]] = chain_id, content["details"]
        elif content["event"] == REMOVE and content["outcome"] == "done":
            self.removed.add(content["details"]["attachment"])

    def faults(self, connection: Connection) -> Iterator[tuple[int, str]]:
        """The application of each file that is not as the trail has it, and what is wrong."""
        missing = dict(self.added)
        for row in connection.execute(select(tables.attachment)).mappings():
            known = missing.pop(row["id"], None)
            if known != (row["application_id"], told(row)):
                yield row["application_id"], f"附件 {row['id']} 与审计记录不符"
            elif (row["removed_at"] is not None) != (row["id"] in self.removed):
                yield row["application_id"], f"附件 {row['id']} 的移除与审计记录不符"
        for attachment_id, (application_id, _) in missing.items():
            yield application_id, f"附件 {attachment_id} 的登记缺失"
