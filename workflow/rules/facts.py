"""What the rules look at: the stored form document, the roster, the event's payload and the present day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from workflow.form.application import is_individual
from workflow.form.money import fen_from_yuan
from workflow.form.reading import section


class Occasion(StrEnum):
    """When rules are checked. An individual's one submission is a ``CLAIM_SUBMIT``."""

    OPENING_SUBMIT = "opening_submit"
    INSPECTION = "inspection"
    TRAINING_END = "training_end"
    ASSESSMENT_PROPOSAL = "assessment_proposal"
    RESULTS = "results"
    CLAIM_SUBMIT = "claim_submit"
    PAYMENT = "payment"
    RECOVERY = "recovery"
    RECOVERY_RECEIPT = "recovery_receipt"


@dataclass(frozen=True, kw_only=True)
class Facts:
    """The facts of one application at one moment; rules change none of them.

    ``form`` is the stored document as it stands (the payload need not be in it), ``payload`` the JSON shape
    of the event's payload (``model.stored()``), ``roster`` the trainees per class, ``roster_ids`` their
    compact identity numbers per class (None: not compared). ``today`` (in Asia/Shanghai) and ``now`` may only
    be left out where nothing is compared with them.
    """

    form: Mapping[str, Any]
    payload: Mapping[str, Any] = field(default_factory=dict)
    roster: Mapping[int, int] = field(default_factory=dict)
    roster_ids: Mapping[int, frozenset[str]] | None = None
    today: date | None = None
    now: datetime | None = None

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
        """Each class with its path in the form."""
        for index, entry in enumerate(self.classes):
            yield f"opening.classes.{index}", entry

    def trainees(self, entry: Mapping[str, Any]) -> int:
        """How many a class has: planned or on the roster, whichever is more."""
        return max(int(entry.get("planned_count") or 0), self.roster.get(entry.get("class_no", 0), 0))

    @property
    def claim_lines(self) -> list[Mapping[str, Any]]:
        """The lines of the claim that is submitted now, or else of the stored one."""
        claim = self.payload.get("claim") or section(self.form, "claim")
        return list(claim.get("lines") or [])

    @property
    def results(self) -> list[Mapping[str, Any]]:
        """The results that are recorded."""
        return list(section(self.form, "assessment").get("results") or [])

    @property
    def approved_fen(self) -> int:
        """What the stored claim asks for in all, in fen; on payment this is what was approved."""
        lines = section(self.form, "claim").get("lines") or []
        return sum(fen_from_yuan(line["amount"]) for line in lines)

    @property
    def paid_fen(self) -> int:
        """What has been paid and did not come back (payments marked ``failed``), in fen."""
        payments = section(self.form, "disbursement").get("payments") or []
        return sum(fen_from_yuan(payment["amount"]) for payment in payments if not payment.get("failed"))

    @property
    def recoverable_fen(self) -> int:
        """What is to be recovered (``disbursement.recovery.amount``), in fen."""
        recovery = section(self.form, "disbursement").get("recovery")
        return fen_from_yuan(recovery["amount"]) if recovery else 0

    @property
    def recovered_fen(self) -> int:
        """What of it has come in (``disbursement.recoveries``), in fen."""
        receipts = section(self.form, "disbursement").get("recoveries") or []
        return sum(fen_from_yuan(receipt["amount"]) for receipt in receipts)
