"""Holders of certificates for whom something is claimed, and such a claim on its way through a city."""

from __future__ import annotations

import json
import uuid
from typing import Any

from tests.journeys.city import COMMITMENT, DATA, City
from workflow.demonstration.trainees import identity_number
from workflow.services import applications, door, rosters

SUBSIDY_OF = {
    "assessment_body": ("assessment_body", "evaluation"),
    "enterprise": ("enterprise", "hiring"),
    "agency": ("employment_agency", "placement"),
}
POLICIES = {"410400": "pingdingshan-2022", "410421": "pingdingshan-2022", "410122": "zhongmu-2022"}
EMPLOYER_HERE, EMPLOYER_ELSEWHERE = "91410400MAEX00001Y", "91110000100000009M"
TODAY = "2026-09-28"


def holder(serial: int, **changes: Any) -> dict[str, Any]:
    """Somebody with a certificate of a lathe operator of level 4."""
    return {
        "name": f"持证人{serial:04d}",
        "id_type": "resident_id",
        "id_number": identity_number(serial),
        "phone": f"1390000{serial % 10_000:04d}",
        "certificate_kind": "skill_level",
        "level": 4,
        "occupation_code": "6-18-01-01",
        "occupation": "车工",
        "certificate_number": f"S000041040026{serial:09d}",
        "issued_on": "2025-06-30",
    } | changes


def hired(serial: int, **changes: Any) -> dict[str, Any]:
    """The same, hired and insured for a year on ``TODAY``."""
    at_work = {"hired_on": "2025-09-01", "insured_from_on": "2025-09-01", "insured_until_on": "2026-08-31"}
    return holder(serial) | at_work | changes


def placed(serial: int, **changes: Any) -> dict[str, Any]:
    """The same, at work in the province and insured for half a year on ``TODAY``."""
    at_work = {
        "placed_on": "2026-02-01",
        "insured_from_on": "2026-02-01",
        "insured_until_on": "2026-08-31",
        "employer": "示例机械制造有限公司",
        "employer_uscc": EMPLOYER_HERE,
    }
    return holder(serial) | at_work | changes


ROW_OF = {"assessment_body": holder, "enterprise": hired, "agency": placed}


def plain(login: str) -> str:
    """The login without its number and region."""
    return login.removesuffix("_zm").removesuffix("_bf").rstrip("0123456789")


def body_of(city: City, login: str, **changes: Any) -> dict[str, Any]:
    """A new application of this applicant for what is claimed from a list."""
    kind, subsidy = SUBSIDY_OF[plain(login)]
    region = city.actors[login].region
    example = json.loads((DATA / "application.json").read_text(encoding="utf-8"))
    size = {"size": "small"} if subsidy == "hiring" else {}
    return {
        "kind": kind,
        "subsidy": subsidy,
        "region": region,
        "policy": POLICIES[str(region)],
        "applicant": example["applicant"] | {"name": f"示例{login}"} | size,
    } | changes


def apply_with(city: City, login: str, rows: list[dict[str, Any]]) -> int:
    """A draft with its list; answers its id."""
    city.application = applications.create_application(
        city.product, actor=city.actors[login], body=body_of(city, login)
    )
    put_list(city, login, rows)
    number: int = city.application["id"]
    return number


def put_list(city: City, login: str, rows: list[dict[str, Any]] | bytes) -> dict[str, Any]:
    """Replaces the list by these rows or by those of a workbook."""
    given = {"workbook": rows} if isinstance(rows, bytes) else {"rows": rows}
    return rosters.replace_roster(
        city.product,
        actor=city.actors[login],
        application_id=city.application["id"],
        expected_version=None,
        **given,
    )


def claim(heads: int, amount: str) -> dict[str, Any]:
    """The claim; of its line the class need not be named."""
    return {"lines": [{"heads": heads, "amount": amount}], "commitment": COMMITMENT}


def submit(city: City, login: str, application_id: int, heads: int, amount: str) -> dict[str, Any]:
    """Sends the claim of a draft, from whatever thread."""
    return door.send_event(
        city.product,
        actor=city.actors[login],
        application_id=application_id,
        event="submit",
        payload={"claim": claim(heads, amount)},
        expected_version=None,
        command_id=uuid.uuid4().hex,
    )


def to_payment(city: City, suffix: str = "") -> None:
    """From the submitted claim to the approved payment; it stands on 30 October 2026."""
    city.at("2026-09-29 09:00").send(f"industry1{suffix}", "accept")
    city.at("2026-10-12 10:00").send(f"industry1{suffix}", "approve", opinion="同意")
    city.at("2026-10-14 10:00").send(f"industry2{suffix}", "approve", opinion="同意")
    city.at("2026-10-15 09:00").send(f"hr1{suffix}", "publish", site="人力资源和社会保障局官网")
    city.at("2026-10-23 09:00").send(f"hr2{suffix}", "close_notice")
    city.at("2026-10-26 10:00").send(f"hr1{suffix}", "approve", opinion="同意")
    city.at("2026-10-27 10:00").send(f"hr2{suffix}", "approve", opinion="同意")
    city.at("2026-10-29 10:00").send(f"finance1{suffix}", "approve", opinion="同意")
    city.at("2026-10-30 10:00").send(f"finance2{suffix}", "approve", opinion="同意")
