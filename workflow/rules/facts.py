"""What the rules look at: the stored form document, the roster, the event's payload and the present day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from typing import Any

from workflow.form.application import is_individual
from workflow.form.money import fen_from_yuan
from workflow.form.reading import section
from workflow.rules.direct_facts import DirectClaim
from workflow.vocabulary import ApplicationKind, CertificateKind, SanctionKind, Subsidy, TraineeCategory


class Occasion(StrEnum):
    """When rules are checked.

    An individual's one submission is a ``CLAIM_SUBMIT``; a ``DIRECT_CLAIM`` is that of a list of persons.
    """

    OPENING_SUBMIT = "opening_submit"
    INSPECTION = "inspection"
    TRAINING_END = "training_end"
    ASSESSMENT_PROPOSAL = "assessment_proposal"
    RESULTS = "results"
    CLAIM_SUBMIT = "claim_submit"
    DIRECT_CLAIM = "direct_claim"
    PAYMENT = "payment"
    RECOVERY = "recovery"
    RECOVERY_RECEIPT = "recovery_receipt"


def _within(on: date, first: date, last: date | None) -> bool:
    """Whether a day lies in a time whose end may be open."""
    return first <= on and (last is None or on <= last)


@dataclass(frozen=True, slots=True)
class Sanction:
    """A removal, stop, blacklisting or ban, from its first to its last day; None: until it is lifted."""

    kind: SanctionKind
    from_on: date
    until_on: date | None
    reason: str
    document: str

    def holds(self, on: date) -> bool:
        """Whether it is in force on a day."""
        return _within(on, self.from_on, self.until_on)


@dataclass(frozen=True, slots=True)
class ListedOccupation:
    """An occupation for which an institution is on the year's list; a change counts from its first day.

    ``certificate_kind`` is the best certificate that can be had in it (None: not stated).
    """

    occupation_code: str
    occupation: str
    levels: tuple[int, ...]
    certificate_kind: CertificateKind | None
    full_time_teacher_count: int | None
    listed_from_on: date
    listed_until_on: date | None
    document: str

    def holds(self, on: date) -> bool:
        """Whether it is listed on a day."""
        return _within(on, self.listed_from_on, self.listed_until_on)


@dataclass(frozen=True, slots=True)
class ListedInstitution:
    """An entry of the year's list (目录清单); what was not stated of its premises and staff is None."""

    name: str
    listed_from_on: date
    listed_until_on: date | None
    document: str
    occupations: tuple[ListedOccupation, ...] = ()
    theory_area: int | None = None
    residential: bool | None = None
    full_time_head: bool | None = None
    administrator_count: int | None = None
    finance_staff_count: int | None = None
    own_account: bool | None = None

    def holds(self, on: date) -> bool:
        """Whether it is listed on a day."""
        return _within(on, self.listed_from_on, self.listed_until_on)


@dataclass(frozen=True, slots=True)
class ListedPlatform:
    """An online platform of the year's list, with its bans."""

    name: str
    listed_from_on: date
    listed_until_on: date | None
    document: str
    sanctions: tuple[Sanction, ...] = ()

    def holds(self, on: date) -> bool:
        """Whether it is listed on a day; bans are asked of ``sanctions``."""
        return _within(on, self.listed_from_on, self.listed_until_on)


@dataclass(frozen=True, slots=True)
class YearList:
    """What the region's year list says of the applicant (or of an individual's institution) and platforms."""

    entries: tuple[ListedInstitution, ...] = ()
    sanctions: tuple[Sanction, ...] = ()
    platforms: tuple[ListedPlatform, ...] = ()


@dataclass(frozen=True, slots=True)
class TraineeFacts:
    """One trainee of the roster. ``person`` is the same for the same person in whatever application.

    ``post_code`` and ``major_code`` are occupation codes of the trainee's own post and of the occupation a
    student's major leads to.
    """

    person: int
    row_no: int
    class_no: int
    name: str
    masked: str
    category: TraineeCategory
    employer: str | None = None
    post: str | None = None
    post_code: str | None = None
    changing_post: bool = False
    major: str | None = None
    major_code: str | None = None


@dataclass(frozen=True, slots=True)
class PastTraining:
    """Another subsidised training of a person; ``assessed_on`` is None while it is unassessed."""

    application_number: str
    class_no: int
    occupation_code: str
    occupation: str
    level: int | None
    starts_on: date
    ends_on: date
    assessed_on: date | None


@dataclass(frozen=True, slots=True)
class PaidHead:
    """A head another application has claimed, and was not refused: person, occupation and level."""

    application_number: str
    subsidy: str
    occupation_code: str
    level: int | None
    certificate_number: str | None


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """A certificate that somebody obtained in a class of this application."""

    kind: CertificateKind
    level: int | None
    number: str | None
    issued_on: date | None = None


@dataclass(frozen=True, slots=True)
class CertificateCounts:
    """Certificates of a region and calendar year, those of this application left out."""

    year: int
    minor: int
    all: int


@dataclass(frozen=True, kw_only=True)
class Facts:
    """The facts of one application at one moment; rules change none of them.

    ``form`` is the stored document as it stands (the payload need not be in it), ``payload`` the JSON shape
    of the event's payload (``model.stored()``), ``roster`` the trainees per class, ``roster_ids`` their
    compact identity numbers per class (None: not compared). ``today`` (in Asia/Shanghai) and ``now`` may only
    be left out where nothing is compared with them.

    What lies outside the application: ``year_list`` (None: not looked up, and then nothing is said of it),
    ``people`` of the roster, and by person ``past`` trainings and ``paid`` heads of other applications;
    ``certificates`` of the region and year; ``apprentices`` of the same applicant in training elsewhere, by
    occupation code. An individual stands alone in ``people``, in class 1.

    ``applicant_kind`` (None: not known, and then nothing is said of it), ``subsidy`` that is claimed: only
    heads of the same subsidy are duplicates. ``certified``: by class and person the certificates that are
    listed; at the results those of the payload, who need not be on the roster. ``numbers_elsewhere``: those
    numbers of certificates that another application has registered or, at the claim, claims already.
    ``direct`` is the list of a subsidy that starts at the claim.
    """

    form: Mapping[str, Any]
    payload: Mapping[str, Any] = field(default_factory=dict)
    roster: Mapping[int, int] = field(default_factory=dict)
    roster_ids: Mapping[int, frozenset[str]] | None = None
    today: date | None = None
    now: datetime | None = None
    year_list: YearList | None = None
    people: tuple[TraineeFacts, ...] = ()
    past: Mapping[int, tuple[PastTraining, ...]] = field(default_factory=dict)
    paid: Mapping[int, tuple[PaidHead, ...]] = field(default_factory=dict)
    certificates: CertificateCounts | None = None
    apprentices: Mapping[str, int] = field(default_factory=dict)
    applicant_kind: ApplicationKind | None = None
    subsidy: Subsidy = Subsidy.TRAINING
    certified: Mapping[tuple[int, int], tuple[CertificateFacts, ...]] = field(default_factory=dict)
    numbers_elsewhere: frozenset[str] = frozenset()
    direct: DirectClaim | None = None

    @property
    def individual(self) -> bool:
        """Whether a person applies, without classes and roster."""
        return is_individual(self.form)

    @property
    def classes(self) -> list[Mapping[str, Any]]:
        """The classes of the opening, in the form's order."""
        return list(section(self.form, "opening").get("classes") or [])

    @property
    def class_numbers(self) -> list[int]:
        """The numbers of the classes."""
        return [entry["class_no"] for entry in self.classes if "class_no" in entry]

    def class_of(self, number: object) -> Mapping[str, Any]:
        """The class with this number; empty when there is none."""
        return next((entry for entry in self.classes if entry.get("class_no") == number), {})

    def classes_at(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Each class with its path in the form; once classes are claimed, those that are."""
        claimed = {line["class_no"] for line in self.claim_lines if "class_no" in line}
        for index, entry in enumerate(self.classes):
            if not claimed or entry.get("class_no") in claimed:
                yield f"opening.classes.{index}", entry

    def people_of(self, entry: Mapping[str, Any]) -> list[TraineeFacts]:
        """The trainees of a class, in the order of the roster."""
        return self._people_by_class.get(entry.get("class_no", 0), [])

    @cached_property
    def _people_by_class(self) -> dict[int, list[TraineeFacts]]:
        classes: dict[int, list[TraineeFacts]] = {}
        for trainee in self.people:
            classes.setdefault(trainee.class_no, []).append(trainee)
        return classes

    def first_day(self, entry: Mapping[str, Any]) -> date | None:
        """The day on which a class begins; as long as that is not filled in, today."""
        return day_in(entry, "starts_on") or self.today

    def trainees(self, entry: Mapping[str, Any]) -> int:
        """How many a class has: planned or on the roster, whichever is more."""
        return max(int(entry.get("planned_count") or 0), self.roster.get(entry.get("class_no", 0), 0))

    @property
    def is_opening_day(self) -> bool:
        """Whether the payload is the check of the opening day, which alone has a sheet of signatures."""
        return "sign_in" in self.payload

    @property
    def claim_lines(self) -> list[Mapping[str, Any]]:
        """The lines of the claim that is submitted now, or else of the stored one."""
        claim = self.payload.get("claim") or section(self.form, "claim")
        return list(claim.get("lines") or [])

    @property
    def results(self) -> list[Mapping[str, Any]]:
        """The results that are recorded."""
        results = section(self.form, "assessment").get("results") or []
        return [result for result in results if "class_no" in result and "kind" in result]

    @property
    def approved_fen(self) -> int:
        """What the stored claim asks for in all, in fen; on payment this is what was approved."""
        return _fen_of(section(self.form, "claim").get("lines") or [])

    @property
    def paid_fen(self) -> int:
        """What has been paid and did not come back (payments marked ``failed``), in fen."""
        payments = section(self.form, "disbursement").get("payments") or []
        return _fen_of(payment for payment in payments if not payment.get("failed"))

    @property
    def recoverable_fen(self) -> int:
        """What is to be recovered (``disbursement.recovery.amount``), in fen."""
        recovery = section(self.form, "disbursement").get("recovery")
        return _fen_of([recovery] if recovery else [])

    @property
    def recovered_fen(self) -> int:
        """What of it has come in (``disbursement.recoveries``), in fen."""
        return _fen_of(section(self.form, "disbursement").get("recoveries") or [])


def day_in(part: Mapping[str, Any], name: str) -> date | None:
    """A day of a part of the form; None as long as it is not filled in."""
    written = part.get(name)
    return date.fromisoformat(written) if isinstance(written, str) and written else None


def _fen_of(parts: Iterable[Mapping[str, Any]]) -> int:
    return sum(fen_from_yuan(part["amount"]) for part in parts if "amount" in part)
