"""The year's list: institutions, occupations, platforms, sanctions, surveys, and where their history is."""

import sqlalchemy as sa
from alembic import op

from workflow.persistence import types

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_ORDERLY = "listed_until_on >= listed_from_on"
_BY_HAND = sa.text("uscc IS NOT NULL AND survey_id IS NULL AND lifted_on IS NULL")
_OF_PLATFORM = sa.text("platform IS NOT NULL")
_OF_PLATFORM_STANDING = sa.text("platform IS NOT NULL AND lifted_on IS NULL")


def _listing(table: str) -> list[sa.schema.SchemaItem]:
    """From when to when something is listed, by which document, and who entered it."""
    return [
        sa.Column("listed_from_on", sa.Date(), nullable=False),
        sa.Column("listed_until_on", sa.Date()),
        sa.Column("document", sa.String(length=200), nullable=False),
        *_entered(table),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.CheckConstraint(_ORDERLY, name=op.f(f"ck_{table}_until_not_before_from")),
    ]


def _entered(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("entered_by", types.Key, nullable=False),
        sa.Column("entered_at", types.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["entered_by"], ["account.id"], name=op.f(f"fk_{table}_entered_by")),
    ]


def upgrade() -> None:
    op.create_table(
        "listed_institution",
        sa.Column("id", types.Key, nullable=False),
        sa.Column("region", sa.String(length=6), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("uscc", sa.String(length=18), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("theory_area", sa.Integer()),
        sa.Column("residential", sa.Boolean()),
        sa.Column("full_time_head", sa.Boolean()),
        sa.Column("administrator_count", sa.Integer()),
        sa.Column("finance_staff_count", sa.Integer()),
        sa.Column("own_account", sa.Boolean()),
        sa.Column("version", sa.Integer(), nullable=False),
        *_listing("listed_institution"),
        sa.UniqueConstraint("region", "year", "uscc", name=op.f("uq_listed_institution_region_year_uscc")),
        *(
            sa.CheckConstraint(f"{column} >= 0", name=op.f(f"ck_listed_institution_{name}_not_negative"))
            for column, name in (
                ("theory_area", "theory_area"),
                ("administrator_count", "administrators"),
                ("finance_staff_count", "finance_staff"),
            )
        ),
    )
    op.create_index(op.f("ix_listed_institution_region_uscc"), "listed_institution", ["region", "uscc"])
    op.create_table(
        "listed_occupation",
        sa.Column("id", types.Key, nullable=False),
        sa.Column("institution_id", types.Key, nullable=False),
        sa.Column("occupation_code", sa.String(length=20), nullable=False),
        sa.Column("occupation", sa.String(length=100), nullable=False),
        sa.Column("levels", types.Document, nullable=False),
        sa.Column("certificate_kind", sa.String(length=30)),
        sa.Column("full_time_teacher_count", sa.Integer()),
        *_listing("listed_occupation"),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["listed_institution.id"], name=op.f("fk_listed_occupation_institution_id")
        ),
        sa.UniqueConstraint(
            "institution_id",
            "occupation_code",
            "listed_from_on",
            name="uq_listed_occupation_once_a_day",
        ),
        sa.CheckConstraint(
            "full_time_teacher_count >= 0", name=op.f("ck_listed_occupation_teachers_not_negative")
        ),
    )
    op.create_table(
        "listed_platform",
        sa.Column("id", types.Key, nullable=False),
        sa.Column("region", sa.String(length=6), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *_listing("listed_platform"),
        sa.UniqueConstraint("region", "year", "name", name=op.f("uq_listed_platform_region_year_name")),
    )
    op.create_table(
        "satisfaction_survey",
        sa.Column("id", types.Key, nullable=False),
        sa.Column("region", sa.String(length=6), nullable=False),
        sa.Column("uscc", sa.String(length=18), nullable=False),
        sa.Column("surveyed_on", sa.Date(), nullable=False),
        sa.Column("asked_count", sa.Integer(), nullable=False),
        sa.Column("satisfied_count", sa.Integer(), nullable=False),
        *_entered("satisfaction_survey"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_satisfaction_survey")),
        sa.UniqueConstraint(
            "region", "uscc", "surveyed_on", name=op.f("uq_satisfaction_survey_region_uscc_surveyed_on")
        ),
        sa.CheckConstraint("asked_count > 0", name=op.f("ck_satisfaction_survey_somebody_asked")),
        sa.CheckConstraint(
            "satisfied_count BETWEEN 0 AND asked_count",
            name=op.f("ck_satisfaction_survey_satisfied_among_asked"),
        ),
    )
    op.create_table(
        "sanction",
        sa.Column("id", types.Key, nullable=False),
        sa.Column("region", sa.String(length=6), nullable=False),
        sa.Column("uscc", sa.String(length=18)),
        sa.Column("platform", sa.String(length=100)),
        sa.Column("subject_name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date()),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("survey_id", types.Key),
        *_entered("sanction"),
        sa.Column("lifted_on", sa.Date()),
        sa.Column("lifted_by", types.Key),
        sa.Column("lifted_reason", sa.String(length=500)),
        sa.ForeignKeyConstraint(
            ["survey_id"], ["satisfaction_survey.id"], name=op.f("fk_sanction_survey_id")
        ),
        sa.ForeignKeyConstraint(["lifted_by"], ["account.id"], name=op.f("fk_sanction_lifted_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sanction")),
        sa.UniqueConstraint("survey_id", name=op.f("uq_sanction_survey_id")),
        sa.CheckConstraint("(uscc IS NULL) <> (platform IS NULL)", name=op.f("ck_sanction_one_subject")),
        sa.CheckConstraint("until_on >= from_on", name=op.f("ck_sanction_until_not_before_from")),
        sa.CheckConstraint(
            "(lifted_on IS NULL) = (lifted_by IS NULL) AND (lifted_on IS NULL) = (lifted_reason IS NULL)",
            name=op.f("ck_sanction_lifted_whole"),
        ),
    )
    op.create_index(op.f("ix_sanction_region_uscc"), "sanction", ["region", "uscc"])
    for name, columns, unique, where in (
        ("ix_sanction_region_platform", ["region", "platform"], False, _OF_PLATFORM),
        ("uq_sanction_institution", ["region", "uscc", "kind", "from_on"], True, _BY_HAND),
        ("uq_sanction_platform", ["region", "platform", "kind", "from_on"], True, _OF_PLATFORM_STANDING),
    ):
        op.create_index(name, "sanction", columns, unique=unique, sqlite_where=where, postgresql_where=where)
    op.create_table(
        "year_list_change",
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("region", sa.String(length=6), nullable=False),
        sa.Column("uscc", sa.String(length=18)),
        sa.Column("platform", sa.String(length=100)),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_year_list_change")),
        sa.CheckConstraint(
            "(uscc IS NULL) <> (platform IS NULL)", name=op.f("ck_year_list_change_one_subject")
        ),
    )
    for column in ("uscc", "platform"):
        op.create_index(op.f(f"ix_year_list_change_region_{column}"), "year_list_change", ["region", column])


def downgrade() -> None:
    for table in (
        "year_list_change",
        "sanction",
        "satisfaction_survey",
        "listed_platform",
        "listed_occupation",
        "listed_institution",
    ):
        op.drop_table(table)
