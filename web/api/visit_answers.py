"""What the API answers of visits."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import BaseModel, Field

from web.api.answers import Key
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
