"""What the API answers about the rules in plain words, as models."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel

from web.api.answers import ComparedPolicy
from workflow.vocabulary import ApplicationKind, AttachmentPlace, Subsidy


class PlainStatement(BaseModel):
    """One sentence and its ground; ``topic`` is what it is about, where it stands in a table."""

    words: str
    source: str
    local: bool
    topic: str


class PlainStep(BaseModel):
    """One step on the way: what happens, who does it, and how long it may take."""

    words: str
    who: str
    limit: str
    source: str
    local: bool


class PlainApplicant(BaseModel):
    """Who may apply for what, and how it begins."""

    kind: ApplicationKind
    kind_label: str
    subsidy: Subsidy
    subsidy_label: str
    how: str
    source: str


class PlainDocument(BaseModel):
    """What an applicant uploads."""

    place: AttachmentPlace
    label: str
    section_label: str
    who: str
    expected: bool
    source: str


class PlainRules(BaseModel):
    """The rules of a region in plain words."""

    region: str
    region_label: str
    on: date
    policy: ComparedPolicy
    applicants: list[PlainApplicant]
    trainees: list[PlainStatement]
    rates: list[PlainStatement]
    evaluation_rates: list[PlainStatement]
    employment_subsidies: list[PlainStatement]
    money: list[PlainStatement]
    steps: list[PlainStep]
    training: list[PlainStatement]
    documents: list[PlainDocument]
    lateness: list[PlainStatement]
