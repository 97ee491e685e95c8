"""The section 附件 of an application's page: the places with their files, and the forms to add more."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from web.current import product, require_actor
from workflow.attachments.kinds import FileKind
from workflow.attachments.limits import MOST_BYTES, MOST_BYTES_AT_ONCE, MOST_FILES_AT_ONCE, megabytes
from workflow.services import attachments

ACCEPTED = ",".join(
    dict.fromkeys(way for kind in FileKind for way in (kind.suffix, f".{kind.value}", kind.content_type))
)
LIMITS = (
    f"PDF、JPEG 或者 PNG，每个不超过 {megabytes(MOST_BYTES)}；可以一次选择多个，"
    f"最多 {MOST_FILES_AT_ONCE} 个、合计 {megabytes(MOST_BYTES_AT_ONCE)}"
)


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What became of the files sent to a place: the names of those that were taken, and what was wrong."""

    place: str
    taken: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    class_no: str = ""


def attachments_shown(view: dict[str, Any], uploaded: Uploaded | None = None) -> dict[str, Any]:
    """What the section draws; places that are empty and closed to this person are left out."""
    places = attachments.read_attachments(product(), actor=require_actor(), application_id=view["id"])
    for place in places:
        here = uploaded is not None and uploaded.place == place["place"]
        place["uploaded"] = uploaded if here else None
        place["open"] = here or (place["may_add"] and place["missing"])
        place["command_id"] = uuid4().hex
        for item in place["items"]:
            item["size"] = megabytes(item["byte_count"])
    return {
        "filled": [place for place in places if place["items"]],
        "lacking": [place for place in places if place["missing"]],
        "open": [place for place in places if place["may_add"]],
        "count": sum(item["removed_at"] is None for place in places for item in place["items"]),
        "accepted": ACCEPTED,
        "limits": LIMITS,
        "most_bytes": MOST_BYTES,
        "most_bytes_at_once": MOST_BYTES_AT_ONCE,
        "classes": [entry["class_no"] for entry in view["form"]["opening"].get("classes", [])],
    }
