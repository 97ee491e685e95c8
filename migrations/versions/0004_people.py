"""People: identity numbers in one place, who is in training, certificates, and which heads are claimed."""

import json
from datetime import date

import sqlalchemy as sa
from alembic import op

from workflow.persistence import types

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_OPEN = sa.text("ended IS NULL")
_STANDS = sa.text("NOT released")
_NUMBERED = sa.text("NOT released AND certificate_number IS NOT NULL")
_CERTIFIED = sa.text("certified_count > 0")
# Where nothing of an application is left to be assessed or paid.
_ENDED = ("rejected", "withdrawn", "terminated", "recovered")


def upgrade() -> None:
    _create_people()
    with op.batch_alter_table("application", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("subsidy", sa.String(length=20), nullable=False, server_default="training")
        )
    _give_trainees_their_person()
    _create_registers()
    _fill_registers()


def _create_people() -> None:
    op.create_table(
        "person",
        sa.Column("id", types.Key, nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("id_number_sealed", sa.Text(), nullable=False),
        sa.Column("id_number_masked", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("token", name=op.f("uq_person_token")),
    )
    op.create_table(
        "person_index",
        sa.Column("id_index", sa.String(length=64), nullable=False),
        sa.Column("person_id", types.Key, nullable=False),
        sa.Column("key_name", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_person_index_person_id")),
        sa.PrimaryKeyConstraint("id_index", name=op.f("pk_person_index")),
    )
    op.create_index(op.f("ix_person_index_person_id"), "person_index", ["person_id"])


def _give_trainees_their_person() -> None:
    op.execute(
        "INSERT INTO person (token, id_number_sealed, id_number_masked)"
        " SELECT id_index, min(id_number_sealed), min(id_number_masked) FROM trainee GROUP BY id_index"
    )
    op.execute("INSERT INTO person_index (id_index, person_id, key_name) SELECT token, id, '' FROM person")
    with op.batch_alter_table("trainee", schema=None) as batch_op:
        batch_op.add_column(sa.Column("person_id", types.Key))
        batch_op.add_column(sa.Column("post_code", sa.String(length=20)))
        batch_op.add_column(sa.Column("changing_post", sa.Boolean()))
        batch_op.add_column(sa.Column("major", sa.String(length=100)))
        batch_op.add_column(sa.Column("major_code", sa.String(length=20)))
    op.execute(
        "UPDATE trainee SET person_id = (SELECT person.id FROM person WHERE person.token = trainee.id_index)"
    )
    with op.batch_alter_table("trainee", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("uq_trainee_application_id_id_index"), type_="unique")
        batch_op.drop_index(op.f("ix_trainee_id_index"))
        batch_op.drop_column("id_index")
        batch_op.drop_column("id_number_sealed")
        batch_op.drop_column("id_number_masked")
        batch_op.alter_column("person_id", nullable=False, existing_type=types.Key)
        batch_op.create_foreign_key(op.f("fk_trainee_person_id"), "person", ["person_id"], ["id"])
        batch_op.create_unique_constraint(
            op.f("uq_trainee_application_id_person_id"), ["application_id", "person_id"]
        )
        batch_op.create_index(op.f("ix_trainee_person_id"), ["person_id"])


def _create_registers() -> None:
    op.create_table(
        "enrolment",
        sa.Column("id", types.Key, nullable=False),
        sa.Column("person_id", types.Key, nullable=False),
        sa.Column("application_id", types.Key, nullable=False),
        sa.Column("class_no", sa.Integer(), nullable=False),
        sa.Column("occupation_code", sa.String(length=20), nullable=False),
        sa.Column("occupation", sa.String(length=100), nullable=False),
        sa.Column("level", sa.Integer()),
        sa.Column("category", sa.String(length=30), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("assessed_on", sa.Date()),
        sa.Column("ended", sa.String(length=20)),
        sa.CheckConstraint(
            "ended = 'released' OR (ended IS NOT NULL) = (assessed_on IS NOT NULL)",
            name=op.f("ck_enrolment_assessed"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_enrolment_person_id")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_enrolment_application_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment")),
        sa.UniqueConstraint(
            "application_id", "person_id", name=op.f("uq_enrolment_application_id_person_id")
        ),
    )
    op.create_index(op.f("ix_enrolment_person_id"), "enrolment", ["person_id"])
    op.create_index(op.f("ix_enrolment_application_id"), "enrolment", ["application_id"])
    op.create_index(
        "uq_enrolment_open",
        "enrolment",
        ["person_id"],
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
    op.create_table(
        "class_result",
        sa.Column("id", types.Key, nullable=False),
        sa.Column("application_id", types.Key, nullable=False),
        sa.Column("region", sa.String(length=6), nullable=False),
        sa.Column("class_no", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("examined_count", sa.Integer(), nullable=False),
        sa.Column("certified_count", sa.Integer(), nullable=False),
        sa.Column("assessed_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_class_result_application_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_class_result")),
        sa.UniqueConstraint(
            *("application_id", "class_no", "kind", "level"),
            name=op.f("uq_class_result_application_id_class_no_kind_level"),
        ),
    )
    op.create_index(
        "ix_class_result_region",
        "class_result",
        ["region", "assessed_on"],
        sqlite_where=_CERTIFIED,
        postgresql_where=_CERTIFIED,
    )
    op.create_table(
        "certificate",
        sa.Column("id", types.Key, nullable=False),
        sa.Column("application_id", types.Key, nullable=False),
        sa.Column("class_no", sa.Integer(), nullable=False),
        sa.Column("person_id", types.Key, nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_certificate_application_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_certificate_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
        sa.UniqueConstraint("number", name=op.f("uq_certificate_number")),
        sa.UniqueConstraint(
            *("application_id", "class_no", "person_id", "kind", "level"),
            name=op.f("uq_certificate_application_id_class_no_person_id_kind_level"),
        ),
    )
    op.create_index(op.f("ix_certificate_application_id"), "certificate", ["application_id"])
    op.create_index(op.f("ix_certificate_person_id"), "certificate", ["person_id"])
    op.create_table(
        "entitlement",
        sa.Column("id", types.Key, nullable=False),
        sa.Column("application_id", types.Key, nullable=False),
        sa.Column("subsidy", sa.String(length=20), nullable=False),
        sa.Column("person_id", types.Key, nullable=False),
        sa.Column("class_no", sa.Integer(), nullable=False),
        sa.Column("occupation_code", sa.String(length=20), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("certificate_number", sa.String(length=64)),
        sa.Column("released", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_entitlement_application_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_entitlement_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entitlement")),
    )
    op.create_index(op.f("ix_entitlement_application_id"), "entitlement", ["application_id"])
    op.create_index(op.f("ix_entitlement_person_id"), "entitlement", ["person_id"])
    op.create_index(
        "uq_entitlement_person",
        "entitlement",
        ["subsidy", "person_id", "occupation_code", "level"],
        unique=True,
        sqlite_where=_STANDS,
        postgresql_where=_STANDS,
    )
    op.create_index(
        "uq_entitlement_certificate",
        "entitlement",
        ["subsidy", "certificate_number"],
        unique=True,
        sqlite_where=_NUMBERED,
        postgresql_where=_NUMBERED,
    )


def _fill_registers() -> None:
    """What running applications hold already. Who breaks the new keys among them is left to the earliest."""
    connection = op.get_bind()
    tables = sa.MetaData()
    application, enrolment, entitlement, class_result, trainee = (
        sa.Table(name, tables, autoload_with=connection)
        for name in ("application", "enrolment", "entitlement", "class_result", "trainee")
    )
    rows = connection.execute(
        sa.select(application.c.id, application.c.region, application.c.form)
        .where(application.c.state.not_in(("draft", *_ENDED)), application.c.kind != "individual")
        .order_by(application.c.id)
    ).all()
    in_training: set[int] = set()
    paid: set[tuple[int, str, int]] = set()
    for row in rows:
        form = json.loads(row.form)
        assessment = form.get("assessment") or {}
        assessed_on = assessment.get("assess_on") if assessment.get("results") else None
        for result in assessment.get("results") or []:
            connection.execute(
                sa.insert(class_result).values(
                    application_id=row.id,
                    region=row.region,
                    class_no=result["class_no"],
                    kind=result["kind"],
                    level=result.get("level") or 0,
                    examined_count=result["examined_count"],
                    certified_count=result["certified_count"],
                    assessed_on=_day(assessed_on),
                )
            )
        people = connection.execute(
            sa.select(trainee.c.person_id, trainee.c.class_no, trainee.c.category).where(
                trainee.c.application_id == row.id
            )
        ).all()
        classes = {entry["class_no"]: entry for entry in (form.get("opening") or {}).get("classes") or []}
        claimed = {line["class_no"] for line in (form.get("claim") or {}).get("lines") or []}
        submitted = bool((form.get("claim") or {}).get("submitted_on"))
        for person_id, class_no, category in people:
            entry = classes.get(class_no)
            if entry is None or (assessed_on is None and person_id in in_training):
                continue
            if assessed_on is None:
                in_training.add(person_id)
            connection.execute(
                sa.insert(enrolment).values(
                    person_id=person_id,
                    application_id=row.id,
                    class_no=class_no,
                    occupation_code=entry["occupation_code"],
                    occupation=entry["occupation"],
                    level=entry.get("level"),
                    category=category,
                    starts_on=_day(entry["starts_on"]),
                    ends_on=_day(entry["ends_on"]),
                    assessed_on=_day(assessed_on),
                    ended="assessed" if assessed_on else None,
                )
            )
            head = (person_id, entry["occupation_code"], entry.get("level") or 0)
            if submitted and class_no in claimed and head not in paid:
                paid.add(head)
                connection.execute(
                    sa.insert(entitlement).values(
                        application_id=row.id,
                        subsidy="training",
                        person_id=person_id,
                        class_no=class_no,
                        occupation_code=head[1],
                        level=head[2],
                        released=False,
                    )
                )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def downgrade() -> None:
    for table in ("entitlement", "certificate", "class_result", "enrolment"):
        op.drop_table(table)
    with op.batch_alter_table("trainee", schema=None) as batch_op:
        batch_op.add_column(sa.Column("id_index", sa.String(length=64)))
        batch_op.add_column(sa.Column("id_number_sealed", sa.Text()))
        batch_op.add_column(sa.Column("id_number_masked", sa.String(length=40)))
    op.execute(
        "UPDATE trainee SET"
        " id_index = (SELECT p.token FROM person p WHERE p.id = trainee.person_id),"
        " id_number_sealed = (SELECT p.id_number_sealed FROM person p WHERE p.id = trainee.person_id),"
        " id_number_masked = (SELECT p.id_number_masked FROM person p WHERE p.id = trainee.person_id)"
    )
    with op.batch_alter_table("trainee", schema=None) as batch_op:
        batch_op.drop_index(op.f("ix_trainee_person_id"))
        batch_op.drop_constraint(op.f("uq_trainee_application_id_person_id"), type_="unique")
        batch_op.drop_constraint(op.f("fk_trainee_person_id"), type_="foreignkey")
        for name in ("person_id", "post_code", "changing_post", "major", "major_code"):
            batch_op.drop_column(name)
        for name, kind in (("id_index", sa.String(64)), ("id_number_sealed", sa.Text())):
            batch_op.alter_column(name, nullable=False, existing_type=kind)
        batch_op.alter_column("id_number_masked", nullable=False, existing_type=sa.String(40))
        batch_op.create_unique_constraint(
            op.f("uq_trainee_application_id_id_index"), ["application_id", "id_index"]
        )
        batch_op.create_index(op.f("ix_trainee_id_index"), ["id_index"])
    with op.batch_alter_table("application", schema=None) as batch_op:
        batch_op.drop_column("subsidy")
    op.drop_table("person_index")
    op.drop_table("person")
