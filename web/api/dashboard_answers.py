"""What the API answers about the dashboard, as models; the services make the answers."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import BaseModel

from web.api.answers import Key, Report, Yuan
from workflow.services.overdue import Holder
from workflow.vocabulary import ClockKind, Department, State


class Dashboard(BaseModel):
    """The tables of the dashboard, each like a report; ``made_at`` is as of when they were counted."""

    period: str
    period_label: str
    first_on: date | None
    last_on: date | None
    region: str | None
    region_label: str
    department: Department | None
    department_label: str | None
    made_at: datetime | None
    today: date
    may_refresh: bool
    tables: list[Report]


class Refreshed(BaseModel):
    """As of when everything is counted now."""

    made_at: datetime


class OverdueMatter(BaseModel):
    """An application past a due date, and those it waits for."""

    id: Key
    number: str
    applicant_name: str
    subsidy_label: str
    region: str
    region_label: str
    state: State
    state_label: str
    holder: Holder
    holder_label: str
    holder_names: str
    due_on: date
    provisional: bool
    late_days: int
    amount: Yuan


class Timing(BaseModel):
    """A clock that was counted, with the working days it used."""

    application_id: Key
    clock_id: Key
    number: str
    applicant_name: str
    subsidy_label: str
    region: str
    region_label: str
    department: Department
    kind: ClockKind
    kind_label: str
    started_on: date
    ended_on: date
    limit_days: int
    used_days: int
    over_days: int
