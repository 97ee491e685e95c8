"""People and what they have had: who is in training, who holds which certificate, which heads are claimed.

Only ``person`` knows an identity number, sealed; everything else knows the person. The keyed indexes stand
beside it, one for each key on the ring, so that a key can be replaced while everything runs.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from workflow.persistence.tables.base import metadata, partial
from workflow.persistence.types import Key

person = Table(
    "person",
    metadata,
    Column("id", Key, primary_key=True),
    # Drawn by lot, and never changed: digests made of it (rosters, claims) hold for ever, whatever becomes of
    # the keys, and no key that got out says of whom they are.
    Column("token", String(64), nullable=False, unique=True),
    Column("id_number_sealed", Text, nullable=False),
    Column("id_number_masked", String(40), nullable=False),
)

person_index = Table(
    "person_index",
    metadata,
    Column("id_index", String(64), primary_key=True),
    Column("person_id", Key, ForeignKey("person.id"), nullable=False, index=True),
    # The name of the key that made it; empty for one made before keys had names.
    Column("key_name", String(8), nullable=False),
)

trainee = Table(
    "trainee",
    metadata,
    Column("id", Key, primary_key=True),
    Column("application_id", Key, ForeignKey("application.id"), nullable=False),
    Column("row_no", Integer, nullable=False),
    Column("class_no", Integer, nullable=False),
    Column("name", String(64), nullable=False),
    Column("id_type", String(30), nullable=False),
    Column("person_id", Key, ForeignKey("person.id"), nullable=False, index=True),
    Column("phone_sealed", Text),
    Column("phone_masked", String(40)),
    Column("category", String(30), nullable=False),
    Column("employer", String(200)),
    # The trainee's own post, by name and by code of the occupation.
    Column("occupation", String(100)),
    Column("post_code", String(20)),
    Column("changing_post", Boolean),
    Column("major", String(100)),
    Column("major_code", String(20)),
    UniqueConstraint("application_id", "person_id"),
    UniqueConstraint("application_id", "row_no"),
)

enrolment = Table(
    "enrolment",
    metadata,
    Column("id", Key, primary_key=True),
    Column("person_id", Key, ForeignKey("person.id"), nullable=False, index=True),
    Column("application_id", Key, ForeignKey("application.id"), nullable=False, index=True),
    Column("class_no", Integer, nullable=False),
    Column("occupation_code", String(20), nullable=False),
    Column("occupation", String(100), nullable=False),
    Column("level", Integer),
    Column("category", String(30), nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    # Null while the training is unassessed.
    Column("assessed_on", Date),
    # assessed; released (the application ended without it); null while nothing of this is so.
    Column("ended", String(20)),
    CheckConstraint(
        "(ended = 'assessed') = (assessed_on IS NOT NULL) OR ended = 'released'", name="assessed"
    ),
    UniqueConstraint("application_id", "person_id"),
    # Nobody is in two subsidised trainings at once (二(四)20(3)), whoever submits first.
    partial("uq_enrolment_open", "person_id", where="ended IS NULL", unique=True),
)

class_result = Table(
    "class_result",
    metadata,
    Column("id", Key, primary_key=True),
    Column("application_id", Key, ForeignKey("application.id"), nullable=False),
    Column("region", String(6), nullable=False),
    Column("class_no", Integer, nullable=False),
    Column("kind", String(30), nullable=False),
    # 0 where the kind has no levels.
    Column("level", Integer, nullable=False),
    Column("examined_count", Integer, nullable=False),
    Column("certified_count", Integer, nullable=False),
    Column("assessed_on", Date, nullable=False),
    UniqueConstraint("application_id", "class_no", "kind", "level"),
    partial("ix_class_result_region", "region", "assessed_on", where="certified_count > 0"),
)

certificate = Table(
    "certificate",
    metadata,
    Column("id", Key, primary_key=True),
    Column("application_id", Key, ForeignKey("application.id"), nullable=False, index=True),
    Column("class_no", Integer, nullable=False),
    Column("person_id", Key, ForeignKey("person.id"), nullable=False, index=True),
    Column("kind", String(30), nullable=False),
    Column("level", Integer, nullable=False),
    Column("number", String(64), nullable=False),
    Column("issued_on", Date, nullable=False),
    # A certificate is one trainee's, of one training.
    UniqueConstraint("number"),
    UniqueConstraint("application_id", "class_no", "person_id", "kind", "level"),
)

entitlement = Table(
    "entitlement",
    metadata,
    Column("id", Key, primary_key=True),
    Column("application_id", Key, ForeignKey("application.id"), nullable=False, index=True),
    Column("subsidy", String(20), nullable=False),
    Column("person_id", Key, ForeignKey("person.id"), nullable=False, index=True),
    Column("class_no", Integer, nullable=False),
    Column("occupation_code", String(20), nullable=False),
    # 0 where the certificate has no level.
    Column("level", Integer, nullable=False),
    Column("certificate_number", String(64)),
    # The application ended without payment, or all of it was recovered.
    Column("released", Boolean, nullable=False),
    # The same person, occupation and level is paid once (中牟县 三(二)4), and the same certificate too.
    partial(
        "uq_entitlement_person",
        "subsidy",
        "person_id",
        "occupation_code",
        "level",
        where="NOT released",
        unique=True,
    ),
    partial(
        "uq_entitlement_certificate",
        "subsidy",
        "certificate_number",
        where="NOT released AND certificate_number IS NOT NULL",
        unique=True,
    ),
)
