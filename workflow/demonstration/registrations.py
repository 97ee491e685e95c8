"""Two organisations of the demonstration that registered themselves: one waits for HR, one was refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from calendars import ChinaWorkingDays
from workflow.access import Actor
from workflow.clock import at_shanghai
from workflow.demonstration.papers import page
from workflow.demonstration.people import CITY, PASSWORD
from workflow.demonstration.stage import Stage
from workflow.demonstration.year_list import SCHOOL, SCHOOL_USCC
from workflow.services.registration_reviews import decide_registration, list_registrations
from workflow.services.registrations import Proofs, register
from workflow.services.uploads import Upload
from workflow.vocabulary import ApplicationKind, ProofKind, RegistrationState

REFUSED, REFUSED_USCC = "平顶山示例建筑工程有限公司", "91410400MAEX00009P"
REASON = "营业执照的照片看不清统一社会信用代码，请重新扫描或者拍照后上传（示例）"


def play_registrations(
    stage: Stage, actors: Mapping[str, Actor], calendar: ChinaWorkingDays, today: date
) -> None:
    """On the evening of the last working day: a listed school without an account, and an enterprise."""
    last = calendar.nth_working_day_before(today, 1)
    stage.move(at_shanghai(last, 17, 40))
    _register(stage, SCHOOL, SCHOOL_USCC, ApplicationKind.INSTITUTION, "weidong", "温示例", "13800000031")
    _register(stage, REFUSED, REFUSED_USCC, ApplicationKind.ENTERPRISE, "jianzhu", "别示例", "13800000032")
    stage.move(at_shanghai(last, 17, 50))
    found = list_registrations(stage.product, actor=actors["hr2"], state=RegistrationState.PENDING)["items"]
    refused = next(one for one in found if one["uscc"] == REFUSED_USCC)
    decide_registration(
        stage.product,
        actor=actors["hr2"],
        registration_id=refused["id"],
        body={"approved": False, "reason": REASON},
        expected_version=refused["version"],
    )


def _register(
    stage: Stage, name: str, uscc: str, kind: ApplicationKind, login: str, person: str, phone: str
) -> None:
    licence = Upload("营业执照.pdf", page("营业执照（示例）", (name, uscc)))
    proofs: Proofs = {ProofKind.LICENCE: [licence]}
    if kind is ApplicationKind.INSTITUTION:
        permit = Upload("办学许可证.pdf", page("民办学校办学许可证（示例）", (name,)))
        proofs = {**proofs, ProofKind.SCHOOL_PERMIT: [permit]}
    body = {
        "kind": kind.value,
        "region": CITY,
        "name": name,
        "uscc": uscc,
        "legal_representative": person,
        "address": "平顶山市示例路8号",
        "contact_name": person,
        "contact_phone": phone,
        "login": login,
        "account_name": person,
        "password": PASSWORD,
    }
    register(stage.product, body=body, proofs=proofs)
