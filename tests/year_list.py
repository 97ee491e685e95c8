"""The year's list of a test's region: who trains there in what, on which platform, since long ago."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime

from sqlalchemy import Connection, insert

from workflow.persistence import tables
from workflow.vocabulary import CertificateKind

FIRST_DAY = date(2018, 1, 1)
DOCUMENT = "（示例）2018年度目录清单"
EXAMPLE_USCC = "52410400MJY000001Q"
PLATFORM = "示例培训平台"
OCCUPATIONS = {"6-18-01-01": "车工", "6-18-02-04": "焊工", "4-10-01-05": "养老护理员"}


def list_everybody(connection: Connection, region: str, *, entered_by: int, more: Iterable[str] = ()) -> None:
    """Lists the example's school, and ``more`` by their codes, with every occupation, and the platform.

    Without an end, so that a test may play in whatever year.
    """
    entered = {"entered_by": entered_by, "entered_at": datetime(2018, 1, 1, tzinfo=UTC)}
    listing = {"listed_from_on": FIRST_DAY, "document": DOCUMENT, **entered}
    for uscc in dict.fromkeys((EXAMPLE_USCC, *more)):
        institution_id = connection.execute(
            insert(tables.listed_institution)
            .values(
                region=region,
                year=FIRST_DAY.year,
                uscc=uscc,
                name="示例培训学校",
                kind="training_institution",
                theory_area=400,
                residential=False,
                full_time_head=True,
                administrator_count=3,
                finance_staff_count=2,
                own_account=True,
                **listing,
            )
            .returning(tables.listed_institution.c.id)
        ).scalar_one()
        connection.execute(
            insert(tables.listed_occupation),
            [
                {
                    "institution_id": institution_id,
                    "occupation_code": code,
                    "occupation": name,
                    "levels": [5, 4, 3, 2, 1],
                    "certificate_kind": CertificateKind.SKILL_LEVEL.value,
                    "full_time_teacher_count": 10,
                    **listing,
                }
                for code, name in OCCUPATIONS.items()
            ],
        )
    connection.execute(
        insert(tables.listed_platform).values(region=region, year=FIRST_DAY.year, name=PLATFORM, **listing)
    )
