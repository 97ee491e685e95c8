"""Applications to be printed, made up by hand, and what is read off their pages."""

from __future__ import annotations

import io
import re
from typing import Any

from pypdf import PdfReader

from workflow.printing import Imprint, sheet_of, typeset
from workflow.printing.cells import Sheet

IMPRINT = Imprint("ABCD-EFGH-JKMN", "示例平台")


def view_of(**changes: Any) -> dict[str, Any]:
    """A draft with nothing filled in but the name, as it is answered."""
    form: dict[str, Any] = {"applicant": {"name": "示例学校"}}
    for section in ("opening", "training", "assessment", "claim", "disbursement"):
        form[section] = {}
    form |= changes.pop("form", {})
    return {
        "number": "410400-2026-000001",
        "version": 3,
        "kind": "institution",
        "kind_label": "培训机构",
        "subsidy": "training",
        "subsidy_label": "职业技能培训补贴",
        "region_label": "平顶山市",
        "state_label": "草稿",
        "policy_title": "示例政策",
        "policy_version": "0123456789abcdef",
        "roster_count": 0,
        "average_attendance": None,
        "attendance": [],
        "money": {"asked": "0.00", "paid": "0.00", "recovered": "0.00"},
        "form": form,
    } | changes


def classes(count: int) -> list[dict[str, Any]]:
    """So many classes, each of its own batch."""
    return [
        {
            "class_no": number,
            "batch": f"第{number}批次",
            "starts_on": "2026-09-07",
            "ends_on": "2026-09-18",
            "occupation": "车工",
            "kind_of_work": "数控车床",
            "level": 4,
            "planned_count": 40,
            "total_hours": 80,
        }
        for number in range(1, count + 1)
    ]


def review(step: str, seat: str, name: str, day: str, **changes: Any) -> dict[str, Any]:
    """A signature as it stands on the form that is answered."""
    return {
        "step": step,
        "seat": seat,
        "name": name,
        "decided_at": f"{day}T10:00:00+08:00",
        "outcome": "approved",
        "outcome_label": "同意",
        "seat_label": {"first": "初审人", "second": "复核人", "only": "审核人"}[seat],
        "opinion": "",
        "superseded": False,
    } | changes


def sheet(**changes: Any) -> Sheet:
    """The sheet of such an application."""
    return sheet_of(view_of(**changes), IMPRINT)


def pages_of(pdf: bytes) -> list[str]:
    """What is printed on each page, without blanks and line ends."""
    return [re.sub(r"\s", "", page.extract_text()) for page in PdfReader(io.BytesIO(pdf)).pages]


def printed(**changes: Any) -> str:
    """The same of all pages of such an application."""
    return "".join(pages_of(typeset(sheet(**changes))))
