"""What the API answers about the desk of finance and payment batches, as models; the services make them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, Field

from web.api.answers import AlertAnswer, Key, Yuan
from web.api.fund_answers import FundPool
from workflow.form.disbursement import SourceChoice
from workflow.services.payment_files import FileFormat
from workflow.vocabulary import BankOutcome, PaymentBatchState, PaymentLineState, ResultStanding, State


class DeskMatter(BaseModel):
    """An application on the desk."""

    id: Key
    number: str
    applicant_name: str
    subsidy_label: str
    state: State
    state_label: str
    state_since_on: date
    due_on: date | None
    provisional: bool
    late_days: int = Field(description="已逾期的工作日数，未逾期为0")
    holder: str = Field(description="在谁手中")
    amount: Yuan = Field(description="待付金额：财政审核通过前为申请金额")


class ComingMatter(DeskMatter):
    """An application that is still with HR."""

    expected_on: date | None = Field(description="人社部门最迟移交的日期；计时暂停时为空")
    expected_provisional: bool


class DeskPart(BaseModel):
    """One part of the desk: all of it counted, the first of it listed."""

    count: int
    amount: Yuan
    items: list[DeskMatter]


class ComingState(BaseModel):
    """How much stands in one state of HR."""

    state: State
    state_label: str
    count: int
    amount: Yuan


class Coming(BaseModel):
    """What HR may hand over next."""

    count: int
    amount: Yuan
    items: list[ComingMatter]
    states: list[ComingState]


class DeskMoney(BaseModel):
    """The pools of the year together; short is what the coming asks beyond what is available."""

    available: Yuan
    reserved: Yuan
    paid: Yuan
    short: Yuan


class WaitingBatch(BaseModel):
    """A batch in which lines wait."""

    id: Key
    number: str
    state: PaymentBatchState
    state_label: str
    waiting_count: int
    amount: Yuan


class FinanceDesk(BaseModel):
    """The desk of a region's finance department."""

    region: str
    region_label: str
    today: date
    soon_until: date
    soon_provisional: bool
    soon_days: int
    late: DeskPart
    soon: DeskPart
    later: DeskPart
    coming: Coming
    pools: list[FundPool]
    money: DeskMoney
    needed: Yuan
    batches: list[WaitingBatch]
    alerts: list[AlertAnswer]


class PaymentBatchSummary(BaseModel):
    """A batch in the list."""

    id: Key
    number: str
    region: str
    region_label: str
    state: PaymentBatchState
    state_label: str
    line_count: int
    total: Yuan
    waiting_count: int
    paid_count: int
    failed_count: int
    paid: Yuan
    created_by_name: str
    created_at: datetime
    exported_at: datetime | None
    digest: str | None
    cancelled_at: datetime | None
    cancel_reason: str | None


class PaymentBatchLine(BaseModel):
    """A line; the account with its last digits only."""

    line_no: int
    application_id: Key
    application_number: str
    payee_name: str
    bank_name: str
    account: str
    amount: Yuan
    source: SourceChoice
    source_label: str
    purpose: str
    state: PaymentLineState
    state_label: str
    voucher: str | None
    paid_on: date | None
    reason: str | None


class FetchedFile(BaseModel):
    """Who took the file to the bank."""

    format: FileFormat
    fetched_at: datetime
    fetched_by_name: str


class UploadedResult(BaseModel):
    """A result that was uploaded."""

    id: Key
    file_name: str
    uploaded_at: datetime
    uploaded_by_name: str
    applied_at: datetime | None


class PaymentBatch(PaymentBatchSummary):
    """A batch with everything in it."""

    may_keep: bool
    may_fetch: bool
    lines: list[PaymentBatchLine]
    files: list[FetchedFile]
    results: list[UploadedResult]


class BankResultRow(BaseModel):
    """A row of the bank's file, and what it leads to."""

    row: int
    line_no: int | None
    application_id: Key | None
    application_number: str | None
    payee_name: str | None
    account: str | None
    amount: Yuan | None
    outcome: BankOutcome | None
    outcome_label: str | None
    voucher: str | None
    paid_on: date | None
    standing: ResultStanding
    standing_label: str
    explanation: str | None


class BankResult(BaseModel):
    """The bank's answer, line by line."""

    id: Key
    batch_id: Key
    batch_number: str
    file_name: str
    uploaded_at: datetime
    applied_at: datetime | None
    may_apply: bool
    counts: dict[Literal["paid", "failed", "returned", "done", "unmatched", "blank"], int]
    items: list[BankResultRow]
