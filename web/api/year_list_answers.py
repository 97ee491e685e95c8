"""What the API answers about the year's list. Models only describe; a test compares."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from web.api.answers import Key
from workflow.services.year_list_import import MOST_LISTED
from workflow.services.year_list_trail import MOST_SHOWN
from workflow.vocabulary import CertificateKind, InstitutionKind, SanctionKind

Standing = Annotated[
    Literal["listed", "ahead", "over"], Field(description="在列、尚未生效、已到期；处理另见 sanctions")
]
LastDay = Annotated[date | None, Field(description="最后一日；没有截止日期的为 null")]
Version = Annotated[int, Field(description="修改时作为 version 给出")]


class ChangedField(BaseModel):
    """A field before and after, in words."""

    field: str
    label: str
    before: str
    after: str


class ChangedPart(BaseModel):
    """One part of the list that was added or changed."""

    part: Literal["institution", "occupation", "platform", "sanction", "survey"]
    part_label: str
    key: str
    new: bool
    fields: list[ChangedField]


class ListHistoryEntry(BaseModel):
    """What somebody changed, from the sealed audit trail."""

    at: datetime
    actor_name: str
    event: str
    event_label: str
    changes: list[ChangedPart]


class SanctionInForce(BaseModel):
    """A sanction that holds today."""

    kind: SanctionKind
    kind_label: str
    from_on: date
    until_on: LastDay


class SanctionAnswer(SanctionInForce):
    """A removal, stop, blacklisting or ban, and where it stands."""

    id: Key
    region: str
    region_label: str
    uscc: str | None
    platform: str | None
    subject_name: str
    reason: str
    document: str
    survey_id: Key | None = Field(description="由满意度调查产生的")
    entered_by_name: str
    entered_at: datetime
    lifted_on: date | None = Field(description="自这一天起不再执行")
    lifted_by_name: str | None
    lifted_reason: str | None
    state: Literal["in_force", "ahead", "over", "lifted"]
    state_label: str
    may_lift: bool


class SurveyAnswer(BaseModel):
    """How satisfied the trainees of an institution were."""

    id: Key
    region: str
    uscc: str
    surveyed_on: date
    asked_count: int
    satisfied_count: int
    satisfaction: str
    entered_by_name: str
    entered_at: datetime


class SurveyRecorded(SurveyAnswer):
    """A survey that was just recorded or corrected, with the stop that follows from it."""

    stop: SanctionAnswer | None


class ListedOccupation(BaseModel):
    """An occupation for which an institution is listed."""

    id: Key
    occupation_code: str
    occupation: str
    levels: list[int]
    certificate_kind: CertificateKind | None
    certificate_label: str | None
    full_time_teacher_count: int | None
    listed_from_on: date
    listed_until_on: LastDay
    document: str
    standing: Standing
    standing_label: str


class ListedInstitution(BaseModel):
    """An entry of the year's list."""

    id: Key
    region: str
    region_label: str
    year: int
    uscc: str
    name: str
    kind: InstitutionKind
    kind_label: str
    listed_from_on: date
    listed_until_on: LastDay
    document: str
    theory_area: int | None = Field(description="平方米")
    residential: bool | None
    full_time_head: bool | None
    administrator_count: int | None
    finance_staff_count: int | None
    own_account: bool | None
    standing: Standing
    standing_label: str
    version: Version
    stopped: bool = Field(description="今天有处理在执行")
    sanctions: list[SanctionInForce]
    occupations: list[ListedOccupation]


class ListedInstitutionShown(ListedInstitution):
    """An entry with all that is known of the institution; the history is for staff."""

    entered_by_name: str
    entered_at: datetime
    all_sanctions: list[SanctionAnswer]
    surveys: list[SurveyAnswer]
    history: list[ListHistoryEntry] = Field(description=f"最近 {MOST_SHOWN} 条")
    may_change: bool


class ListedPlatform(BaseModel):
    """An online platform of the year's list."""

    id: Key
    region: str
    region_label: str
    year: int
    name: str
    listed_from_on: date
    listed_until_on: LastDay
    document: str
    standing: Standing
    standing_label: str
    version: Version
    stopped: bool = Field(description="今天有处理在执行")
    sanctions: list[SanctionInForce]
    entered_by_name: str
    entered_at: datetime
    may_change: bool


class ListedPlatformShown(ListedPlatform):
    """A platform with all its sanctions; the history is for staff."""

    all_sanctions: list[SanctionAnswer]
    history: list[ListHistoryEntry] = Field(description=f"最近 {MOST_SHOWN} 条")


class ImportedRow(BaseModel):
    """What one row of the workbook adds, changes or ends."""

    sheet: str
    row: int
    act: Literal["add", "change", "end"]
    act_label: str
    name: str
    uscc: str | None
    key: str
    fields: list[ChangedField]


class ImportFault(BaseModel):
    """What is wrong in one row of the workbook."""

    sheet: str
    row: int
    field: str
    message: str


class YearListImport(BaseModel):
    """What a workbook would change, or has changed."""

    region: str
    region_label: str
    applied: bool
    seen: str = Field(description="导入时原样给出；清单在预览之后已有变动的，不导入")
    added_count: int
    changed_count: int
    ended_count: int
    unchanged_count: int
    changes: list[ImportedRow] = Field(description=f"至多前 {MOST_LISTED} 行")
    error_count: int
    errors: list[ImportFault] = Field(description=f"至多前 {MOST_LISTED} 处；有错误的不能导入")
