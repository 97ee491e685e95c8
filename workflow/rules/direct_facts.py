"""What the rules of a subsidy that starts at the claim look at: its list, and who was paid before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from workflow.vocabulary import CertificateKind, Subsidy

Head = tuple[int, str, int]
"""What is paid for once: person, occupation code and level; for being at work no occupation and level 0."""


@dataclass(frozen=True, slots=True)
class BeneficiaryFacts:
    """One person of the list; ``person`` is the same for the same person in whatever application."""

    person: int
    row_no: int
    name: str
    masked: str
    certificate_kind: CertificateKind
    level: int | None
    occupation_code: str
    occupation: str
    certificate_number: str
    issued_on: date
    hired_on: date | None = None
    placed_on: date | None = None
    insured_from_on: date | None = None
    insured_until_on: date | None = None
    employer_uscc: str | None = None


@dataclass(frozen=True, slots=True)
class DirectClaim:
    """The list, and what other applications hold of the same subsidy, by the number of each.

    ``asked_elsewhere_fen`` is what the same applicant has asked for in other applications that have been
    submitted, as far as they were not refused or paid back.
    """

    subsidy: Subsidy
    region: str
    people: tuple[BeneficiaryFacts, ...] = ()
    heads_elsewhere: Mapping[Head, str] = field(default_factory=dict)
    certificates_elsewhere: Mapping[str, str] = field(default_factory=dict)
    asked_elsewhere_fen: int = 0

    def head(self, person: BeneficiaryFacts) -> Head:
        """What this person is paid for once."""
        if self.subsidy is Subsidy.EVALUATION:
            return person.person, person.occupation_code, person.level or 0
        return person.person, "", 0
