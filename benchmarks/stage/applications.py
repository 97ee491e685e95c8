"""Applications as the product itself makes them, submitted and standing before the first review."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import insert, select
from stdnum.iso7064 import mod_11_2

from calendars import ChinaWorkingDays
from tests.year_list import list_everybody
from workflow.access import Actor
from workflow.clock import real_now, shanghai_date
from workflow.persistence import tables
from workflow.persistence.engine import writing
from workflow.services import accounts, applications, rosters, setup
from workflow.services.door import send_event
from workflow.services.product import Product, open_product
from workflow.settings import read_settings
from workflow.vocabulary import ApplicationKind, Department, Role

TRAINEES = 50
_REGION = "410400"
_SCHOOL = "鹰城职业技能培训学校（示例）"
_USCC = "52410400MJY000001Q"
_PASSWORD = "a-long-password-for-measuring"
_REVIEWERS = {
    "industry1": Department.INDUSTRY,
    "industry2": Department.INDUSTRY,
    "hr1": Department.HR,
    "hr2": Department.HR,
}


def open_bench_product(url: str) -> Product:
    """The product as production runs it: the machine's own clock, no test clock."""
    return open_product(read_settings({"DATABASE_URL": url}))


def prepare_people(product: Product) -> dict[str, Actor]:
    """Schema, calendar, one school that is on the year's list, and four reviewers; the people by login."""
    setup.prepare(product)
    with writing(product.engine) as connection:
        organisation_id = connection.execute(
            insert(tables.organisation)
            .values(name=_SCHOOL, uscc=_USCC, kind="institution", region=_REGION)
            .returning(tables.organisation.c.id)
        ).scalar_one()
    accounts.add_account(
        product,
        login="institution",
        name="示例机构",
        password=_PASSWORD,
        role=Role.APPLICANT,
        department=None,
        region=_REGION,
        organisation_id=organisation_id,
        applicant_kind=ApplicationKind.INSTITUTION,
    )
    for login, department in _REVIEWERS.items():
        accounts.add_account(
            product,
            login=login,
            name=f"示例{login}",
            password=_PASSWORD,
            role=Role.REVIEWER,
            department=department,
            region=_REGION,
            organisation_id=None,
            applicant_kind=None,
        )
    people = read_people(product)
    with writing(product.engine) as connection:
        list_everybody(connection, _REGION, entered_by=people["hr1"].account_id)
    return people


def read_people(product: Product) -> dict[str, Actor]:
    """Everybody who has an account, by login."""
    with product.engine.connect() as connection:
        logins = connection.execute(select(tables.account.c.login)).scalars().all()
    tokens = {login: accounts.issue_token(product, login=login) for login in logins}
    people = {login: accounts.actor_of_token(product, token=token) for login, token in tokens.items()}
    return {login: actor for login, actor in people.items() if actor is not None}


def submit_applications(product: Product, applicant: Actor, count: int) -> list[dict[str, Any]]:
    """``count`` applications of one class each, with their rosters, submitted; as they were answered."""
    return [_submit_one(product, applicant, index) for index in range(count)]


def draft_application(
    product: Product, applicant: Actor, index: int, trainees: int = TRAINEES
) -> dict[str, Any]:
    """A draft of one class with its roster; ``id`` and ``version`` of it."""
    draft = applications.create_application(product, actor=applicant, body=opening_form(trainees))
    roster = rosters.replace_roster(
        product,
        actor=applicant,
        application_id=draft["id"],
        rows=[_trainee(index, number) for number in range(trainees)],
        expected_version=draft["version"],
    )
    return {"id": draft["id"], "version": roster["version"]}


def _submit_one(product: Product, applicant: Actor, index: int) -> dict[str, Any]:
    draft = draft_application(product, applicant, index)
    return send_event(
        product,
        actor=applicant,
        application_id=draft["id"],
        event="submit",
        payload={},
        expected_version=draft["version"],
        command_id=f"submit-{index}",
    )


def opening_form(trainees: int, classes: int = 1) -> dict[str, Any]:
    """An opening of so many classes, alike, with so many trainees in each."""
    calendar = ChinaWorkingDays.published()
    starts_on = calendar.nth_working_day_after(shanghai_date(real_now()), 30)
    ends_on = calendar.nth_working_day_after(starts_on, 10)
    return {
        "kind": "institution",
        "region": _REGION,
        "policy": "pingdingshan-2022",
        "applicant": {
            "name": _SCHOOL,
            "uscc": _USCC,
            "contact_name": "示例联系人",
            "contact_phone": "13800000000",
            "bank_name": "示例银行平顶山分行",
            "bank_account": "4100000000000000001",
        },
        "opening": {
            "classes": [
                {
                    "class_no": class_no,
                    "batch": f"{starts_on.year}年第1批",
                    "starts_on": starts_on.isoformat(),
                    "ends_on": ends_on.isoformat(),
                    "occupation_code": "6-18-01-01",
                    "occupation": "车工",
                    "kind_of_work": "数控车床",
                    "level": 4,
                    "certificate_kind": "skill_level",
                    "planned_count": trainees,
                    "total_hours": 80,
                    "practical_hours": 52,
                    "online_theory_hours": 16,
                    "minutes_per_hour": 45,
                    "teacher_count": 4,
                    "workstation_count": 25,
                    "place": "平顶山市示例路1号实训楼",
                    "online_platform": "示例培训平台",
                }
                for class_no in range(1, classes + 1)
            ],
            "mode": "commissioned",
            "entered_in_system": True,
            "commissioned_by": "示例机械有限公司",
        },
    }


def _trainee(application: int, number: int) -> dict[str, Any]:
    born_on = date(1985, 1, 1) + timedelta(days=application)
    digits = f"410499{born_on:%Y%m%d}{number:03d}"
    return {
        "class_no": 1,
        "name": f"学员{number:02d}",
        "id_type": "resident_id",
        "id_number": digits + mod_11_2.calc_check_digit(digits),
        "phone": f"138{application:04d}{number:04d}",
        "category": "enterprise_employee",
        "employer": "示例机械有限公司",
        "occupation": "车工",
    }
