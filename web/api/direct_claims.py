"""Bodies and answers of the subsidies that start at the claim: the list, and what is paid for whom."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import BaseModel, Field, RootModel, create_model

from workflow.form.beneficiaries import ROWS
from workflow.form.fields import Typed
from workflow.vocabulary import Subsidy


class BeneficiaryAnswer(BaseModel):
    """A person of the list, numbers masked; what the subsidy does not ask for is null."""

    row: int
    name: str
    id_type: str
    id_number: str
    phone: str | None
    certificate_kind: str
    level: int | None
    occupation_code: str
    occupation: str
    certificate_number: str
    issued_on: date
    hired_on: date | None
    placed_on: date | None
    insured_from_on: date | None
    insured_until_on: date | None
    employer: str | None
    employer_uscc: str | None


class ComputationLine(BaseModel):
    """One person: paid at a rate, or left out for a reason; ``source`` is the clause of the one or other."""

    class_no: int
    row_no: int | None
    name: str
    masked: str
    eligible: bool
    reason: str
    source: str
    rate: str
    amount: str


class Computation(BaseModel):
    """What may be claimed: the lines, and the heads and the amount (yuan) they add up to."""

    lines: list[ComputationLine]
    heads: int
    amount: str


def list_bodies(version: Any) -> tuple[type[BaseModel], ...]:
    """The list of persons of each subsidy, plain, or with the ``version`` it replaces."""
    found: list[type[BaseModel]] = []
    for subsidy, row in ROWS.items():
        name = f"{subsidy.value.capitalize()}List"
        plain: Any = RootModel[list[row]]  # type: ignore[valid-type]
        found.append(create_model(name, __base__=plain, __doc__=_words(subsidy)))
        rows: Any = list[row]  # type: ignore[valid-type]
        whole: Any = {"rows": (rows, ...), "version": (version | None, Field(default=None))}
        found.append(create_model(f"{name}Rows", __base__=Typed, __doc__=_words(subsidy), **whole))
    return tuple(found)


def _words(subsidy: Subsidy) -> str:
    return f"受益人员名单：{subsidy.label}"
