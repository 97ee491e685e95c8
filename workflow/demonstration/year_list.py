"""The demonstration's year lists: who of the invented institutions may train in what, and two who fell short.

HR brings them in as workbooks before the first application is made, and then does what it does to others:
a school is stopped after a poor survey and goes on after mending its ways, a platform is banned.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from calendars import ChinaWorkingDays
from workflow.access import Actor
from workflow.clock import at_shanghai
from workflow.demonstration.people import CITY, COUNTY, ORGANISATIONS, SUFFIXES, ZHONGMU
from workflow.demonstration.stage import Stage
from workflow.demonstration.trainees import CARE, LATHE, WELDING
from workflow.policy import load_policy
from workflow.services import sanctions
from workflow.services.year_list_import import apply_sheets
from workflow.services.year_list_sheets import SHEETS, cells_of
from workflow.vocabulary import ApplicationKind, CertificateKind, InstitutionKind, SanctionKind

PLATFORM, BANNED_PLATFORM = "示例培训平台", "速成示例课堂"
SCHOOL, SCHOOL_USCC = "卫东示例职业培训学校", "52410400MJY000300N"
"""An institution without an account, listed so that something can be shown on it."""
_LISTED = {
    CITY: ("institution", "enterprise", "assessment_body"),
    COUNTY: ("institution_bf",),
    ZHONGMU: ("enterprise_zm", "agency_zm"),
}
_LAST_YEAR = 2027
_KINDS = {
    ApplicationKind.ENTERPRISE: InstitutionKind.ENTERPRISE,
    ApplicationKind.EMPLOYMENT_AGENCY: InstitutionKind.EMPLOYMENT_AGENCY,
    ApplicationKind.ASSESSMENT_BODY: InstitutionKind.ASSESSMENT_BODY,
}
# In working days before the first application.
_LISTED_BEFORE, _SURVEYED_BEFORE, _LIFTED_BEFORE = 40, 30, 20


def first_day_of_lists(calendar: ChinaWorkingDays, begins: date) -> date:
    """The day on which HR brings in the lists, if the first application is made on ``begins``."""
    return calendar.nth_working_day_before(begins, _LISTED_BEFORE)


def play_year_lists(
    stage: Stage, actors: Mapping[str, Actor], calendar: ChinaWorkingDays, begins: date, today: date
) -> None:
    """Brings in the lists of every year from the policy's first on, and what is to be seen on them."""
    stage.move(at_shanghai(first_day_of_lists(calendar, begins), 9))
    years = range(load_policy("pingdingshan-2022").valid_from.year, max(_LAST_YEAR, today.year + 1) + 1)
    for region, suffix in SUFFIXES.items():
        apply_sheets(stage.product, actor=actors[f"hr_head{suffix}"], sheets=_sheets(region, years))
    surveyed_on = calendar.nth_working_day_before(begins, _SURVEYED_BEFORE)
    stage.move(at_shanghai(surveyed_on, 15))
    stop = sanctions.record_survey(
        stage.product,
        actor=actors["hr1"],
        body={
            "region": CITY,
            "uscc": SCHOOL_USCC,
            "surveyed_on": surveyed_on.isoformat(),
            "asked_count": 40,
            "satisfied_count": 31,
        },
    )["stop"]
    sanctions.impose_sanction(
        stage.product,
        actor=actors["hr2"],
        body={
            "region": CITY,
            "platform": BANNED_PLATFORM,
            "kind": SanctionKind.BAN.value,
            "from_on": surveyed_on.isoformat(),
            "reason": "课程可以快进，没有人脸核验（示例）",
            "document": "（示例）线上培训平台违规处理决定",
        },
    )
    stage.move(at_shanghai(calendar.nth_working_day_before(begins, _LIFTED_BEFORE), 10))
    sanctions.lift_sanction(
        stage.product,
        actor=actors["hr_head"],
        sanction_id=stop["id"],
        body={"reason": "已更换授课教师、增加实训工位，复查合格（示例）"},
    )


def _sheets(region: str, years: range) -> dict[str, list[list[object]]]:
    institutions: list[dict[str, Any]] = []
    occupations: list[dict[str, Any]] = []
    platforms: list[dict[str, Any]] = []
    for year in years:
        listing = {
            "year": year,
            "listed_from_on": date(year, 1, 1).isoformat(),
            # The newest list holds until another one follows it.
            "listed_until_on": None if year == years[-1] else date(year, 12, 31).isoformat(),
            "document": f"（示例）{year}年度目录清单",
        }
        for uscc, name, kind in _institutions(region):
            institutions.append({**listing, **_PREMISES, "uscc": uscc, "name": name, "kind": kind.value})
            occupations += [
                {
                    **listing,
                    "uscc": uscc,
                    "institution": name,
                    "occupation_code": occupation.code,
                    "occupation": occupation.name,
                    "levels": [5, 4, 3],
                    "certificate_kind": CertificateKind.SKILL_LEVEL.value,
                    "full_time_teacher_count": 6,
                }
                for occupation in (LATHE, WELDING, CARE)
                # Who places people trains nobody.
                if kind is not InstitutionKind.EMPLOYMENT_AGENCY
            ]
        names = (PLATFORM, BANNED_PLATFORM) if region == CITY else (PLATFORM,)
        platforms += [{**listing, "name": name} for name in names]
    rows = {"institution": institutions, "occupation": occupations, "platform": platforms}
    return {sheet.title: cells_of(sheet, rows[sheet.part]) for sheet in SHEETS}


_PREMISES: dict[str, Any] = {
    "theory_area": 420,
    "residential": False,
    "full_time_head": True,
    "administrator_count": 4,
    "finance_staff_count": 2,
    "own_account": True,
}


def _institutions(region: str) -> list[tuple[str, str, InstitutionKind]]:
    listed = [ORGANISATIONS[login] for login in _LISTED[region]]
    found = [
        (
            each.uscc,
            each.name,
            _KINDS.get(each.kind, InstitutionKind.TRAINING_INSTITUTION),
        )
        for each in listed
    ]
    return [*found, (SCHOOL_USCC, SCHOOL, InstitutionKind.TRAINING_INSTITUTION)] if region == CITY else found
