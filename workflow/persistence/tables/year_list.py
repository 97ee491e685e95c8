"""The year's list (年度目录清单): institutions, their occupations, platforms; sanctions and surveys."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
)

from workflow.persistence.tables.base import metadata, partial
from workflow.persistence.types import Document, Instant, Key

listed_institution = Table(
    "listed_institution",
    metadata,
    Column("id", Key, primary_key=True),
    Column("region", String(6), nullable=False),
    Column("year", Integer, nullable=False),
    Column("uscc", String(18), nullable=False),
    Column("name", String(200), nullable=False),
    Column("kind", String(30), nullable=False),
    Column("listed_from_on", Date, nullable=False),
    # The last day; null as long as no end is known.
    Column("listed_until_on", Date),
    Column("document", String(200), nullable=False),
    # Premises and staff (新人社办〔2023〕35号 附件1 三、四); null where it was not stated.
    Column("theory_area", Integer),
    Column("residential", Boolean),
    Column("full_time_head", Boolean),
    Column("administrator_count", Integer),
    Column("finance_staff_count", Integer),
    Column("own_account", Boolean),
    # Grows with every change of the entry or of one of its occupations.
    Column("version", Integer, nullable=False, default=1),
    Column("entered_by", Key, ForeignKey("account.id"), nullable=False),
    Column("entered_on_behalf_of_id", Key, ForeignKey("account.id")),
    Column("entered_at", Instant, nullable=False),
    UniqueConstraint("region", "year", "uscc"),
    CheckConstraint("listed_until_on >= listed_from_on", name="until_not_before_from"),
    CheckConstraint("theory_area >= 0", name="theory_area_not_negative"),
    CheckConstraint("administrator_count >= 0", name="administrators_not_negative"),
    CheckConstraint("finance_staff_count >= 0", name="finance_staff_not_negative"),
    Index(None, "region", "uscc"),
)

listed_occupation = Table(
    "listed_occupation",
    metadata,
    Column("id", Key, primary_key=True),
    Column("institution_id", Key, ForeignKey("listed_institution.id"), nullable=False),
    Column("occupation_code", String(20), nullable=False),
    Column("occupation", String(100), nullable=False),
    # Numbers from 5 to 1; empty where the certificate has no levels.
    Column("levels", Document, nullable=False),
    # The best certificate that can be had in it.
    Column("certificate_kind", String(30)),
    Column("full_time_teacher_count", Integer),
    Column("listed_from_on", Date, nullable=False),
    Column("listed_until_on", Date),
    Column("document", String(200), nullable=False),
    Column("entered_by", Key, ForeignKey("account.id"), nullable=False),
    Column("entered_on_behalf_of_id", Key, ForeignKey("account.id")),
    Column("entered_at", Instant, nullable=False),
    UniqueConstraint(
        "institution_id", "occupation_code", "listed_from_on", name="uq_listed_occupation_once_a_day"
    ),
    CheckConstraint("listed_until_on >= listed_from_on", name="until_not_before_from"),
    CheckConstraint("full_time_teacher_count >= 0", name="teachers_not_negative"),
)

listed_platform = Table(
    "listed_platform",
    metadata,
    Column("id", Key, primary_key=True),
    Column("region", String(6), nullable=False),
    Column("year", Integer, nullable=False),
    Column("name", String(100), nullable=False),
    Column("listed_from_on", Date, nullable=False),
    Column("listed_until_on", Date),
    Column("document", String(200), nullable=False),
    Column("version", Integer, nullable=False, default=1),
    Column("entered_by", Key, ForeignKey("account.id"), nullable=False),
    Column("entered_on_behalf_of_id", Key, ForeignKey("account.id")),
    Column("entered_at", Instant, nullable=False),
    UniqueConstraint("region", "year", "name"),
    CheckConstraint("listed_until_on >= listed_from_on", name="until_not_before_from"),
)

satisfaction_survey = Table(
    "satisfaction_survey",
    metadata,
    Column("id", Key, primary_key=True),
    Column("region", String(6), nullable=False),
    Column("uscc", String(18), nullable=False),
    Column("surveyed_on", Date, nullable=False),
    Column("asked_count", Integer, nullable=False),
    Column("satisfied_count", Integer, nullable=False),
    Column("entered_by", Key, ForeignKey("account.id"), nullable=False),
    Column("entered_on_behalf_of_id", Key, ForeignKey("account.id")),
    Column("entered_at", Instant, nullable=False),
    UniqueConstraint("region", "uscc", "surveyed_on"),
    CheckConstraint("asked_count > 0", name="somebody_asked"),
    CheckConstraint("satisfied_count BETWEEN 0 AND asked_count", name="satisfied_among_asked"),
)

sanction = Table(
    "sanction",
    metadata,
    Column("id", Key, primary_key=True),
    Column("region", String(6), nullable=False),
    # Whom it hits: an institution by its 统一社会信用代码, or a platform by its name.
    Column("uscc", String(18)),
    Column("platform", String(100)),
    Column("subject_name", String(200), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("from_on", Date, nullable=False),
    # The last day; null: until it is lifted.
    Column("until_on", Date),
    Column("reason", String(500), nullable=False),
    Column("document", String(200), nullable=False),
    # The survey that it follows from, once.
    Column("survey_id", Key, ForeignKey("satisfaction_survey.id"), unique=True),
    Column("entered_by", Key, ForeignKey("account.id"), nullable=False),
    Column("entered_on_behalf_of_id", Key, ForeignKey("account.id")),
    Column("entered_at", Instant, nullable=False),
    # The first day on which it holds no more.
    Column("lifted_on", Date),
    Column("lifted_by", Key, ForeignKey("account.id")),
    Column("lifted_on_behalf_of_id", Key, ForeignKey("account.id")),
    Column("lifted_reason", String(500)),
    CheckConstraint("(uscc IS NULL) <> (platform IS NULL)", name="one_subject"),
    CheckConstraint("until_on >= from_on", name="until_not_before_from"),
    CheckConstraint(
        "(lifted_on IS NULL) = (lifted_by IS NULL) AND (lifted_on IS NULL) = (lifted_reason IS NULL)",
        name="lifted_whole",
    ),
    Index(None, "region", "uscc"),
    partial("ix_sanction_region_platform", "region", "platform", where="platform IS NOT NULL"),
    # What is entered by hand is entered once, whoever presses the button.
    partial(
        "uq_sanction_institution",
        "region",
        "uscc",
        "kind",
        "from_on",
        where="uscc IS NOT NULL AND survey_id IS NULL AND lifted_on IS NULL",
        unique=True,
    ),
    partial(
        "uq_sanction_platform",
        "region",
        "platform",
        "kind",
        "from_on",
        where="platform IS NOT NULL AND lifted_on IS NULL",
        unique=True,
    ),
)

year_list_change = Table(
    "year_list_change",
    metadata,
    # The entry of the system's audit chain that says what changed: so an institution's history is found.
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("region", String(6), nullable=False),
    Column("uscc", String(18)),
    Column("platform", String(100)),
    CheckConstraint("(uscc IS NULL) <> (platform IS NULL)", name="one_subject"),
    Index(None, "region", "uscc"),
    Index(None, "region", "platform"),
)
