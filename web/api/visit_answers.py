"""What the API answers of visits."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import BaseModel, Field

from web.api.answers import Key
from workflow.form.draws import DrawFilter
from workflow.form.training import Observations
from workflow.vocabulary import State, VisitOccasion


class LastInspection(BaseModel):
    """What the latest inspection of a class saw."""

    inspection_no: int = Field(description="0 为开班当日检查")
    inspected_at: datetime
    inspector: str
    present_count: int
    remarks: str | None
    observed: Observations


class DrawnFor(BaseModel):
    """A draw that sends the caller to this class."""

    draw_id: Key
    due_on: date


class Visit(BaseModel):
    """A class that should be seen, and what there is to know before going."""

    application_id: Key
    application_number: str
    applicant_name: str
    state: State
    state_label: str
    class_no: int
    occupation: str | None
    level: int | None
    starts_on: date | None
    ends_on: date | None
    total_hours: int | None
    place: str | None
    contact_name: str | None
    contact_phone: str | None = Field(description="已遮盖")
    occasion: VisitOccasion
    occasion_label: str
    from_on: date
    until_on: date = Field(description="最后一个不算迟的日子")
    late: bool
    left_days: int
    lacking_count: int | None = Field(description="还差几次检查；双随机抽中的为 null")
    required_count: int
    held_count: int
    heads: int = Field(description="名册人数")
    last: LastInspection | None
    drawn: DrawnFor | None
    may_record: bool


class DrawnInspector(BaseModel):
    """Somebody who was drawn for a visit; who left was replaced by the next of the order."""

    place: int
    account_id: Key
    name: str
    left_at: datetime | None
    left_reason: str | None


class DrawnVisit(BaseModel):
    """A class that was drawn, and what became of the visit."""

    id: Key
    place: int
    application_id: Key
    application_number: str
    applicant_name: str
    class_no: int
    due_on: date
    done_at: datetime | None
    done_by: str | None
    late: bool
    over: bool = Field(description="培训已经结束，没有检查")
    inspectors: list[DrawnInspector]


class Draw(BaseModel):
    """A draw of classes and inspectors."""

    id: Key
    region: str
    region_label: str
    drawn_by: str
    drawn_at: datetime
    algorithm: str
    seed: str
    announced: str | None
    class_count: int
    inspector_count: int
    due_on: date
    filters: DrawFilter
    candidate_count: int
    left_out_count: int = Field(description="在培而不符合所选条件的班级")
    inspectors: list[str] = Field(description="参加抽取的检查人员")
    away: list[str] = Field(description="不在岗、没有参加抽取的检查人员")
    done_count: int
    late_count: int
    visits: list[DrawnVisit]


class DrawCandidate(BaseModel):
    """A class in the order of the lot."""

    number: str
    class_no: int
    name: str = Field(description="计算摘要的文字")
    digest: str = Field(pattern="^[0-9a-f]{64}$", description="SM3")


class DrawVerdict(BaseModel):
    """Whether a draw, made again, is what is stored and recorded."""

    draw: Draw
    agrees: bool
    faults: list[str]
    candidates: list[DrawCandidate]
