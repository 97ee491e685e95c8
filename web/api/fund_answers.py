"""What the API answers about funds, as models. They only describe; the services make the answers."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import BaseModel, Field

from web.api.answers import Key, ReservationShown, Yuan
from workflow.form.disbursement import SourceChoice
from workflow.vocabulary import LedgerAccount, LedgerKind, State


class PoolPlace(BaseModel):
    """Which pool: its region, year and source."""

    region: str
    region_label: str
    year: int
    source: SourceChoice
    source_label: str


class FundPool(PoolPlace):
    """A pool. Appropriated is what is available, reserved, and paid less recovered."""

    appropriated: Yuan = Field(description="拨入，减去核减和结转")
    available: Yuan
    reserved: Yuan
    paid: Yuan = Field(description="已拨付，不含支付失败的")
    recovered: Yuan = Field(description="追缴收回，已回到可用")


class LedgerEntry(BaseModel):
    """One side of a movement."""

    account: LedgerAccount
    account_label: str
    amount: Yuan


class FundMovement(PoolPlace):
    """A movement: what leaves one account of a pool arrives in another; its entries add up to zero."""

    id: Key
    sequence: int = Field(description="在该资金池中的序号")
    kind: LedgerKind
    kind_label: str
    amount: Yuan
    entries: list[LedgerEntry]
    available: Yuan = Field(description="此后的可用余额")
    reserved: Yuan = Field(description="此后的已预留余额")
    paid: Yuan = Field(description="此后的已拨付余额，已减去追缴收回")
    application_id: Key | None
    application_number: str | None
    applicant_name: str | None
    happened_on: date
    recorded_at: datetime
    recorded_by_name: str | None
    voucher: str | None
    document: str | None
    note: str | None


class AccountBalances(BaseModel):
    """The four accounts, and their sum."""

    treasury: Yuan
    available: Yuan
    reserved: Yuan
    paid: Yuan
    total: Yuan


class PoolBalance(PoolPlace, AccountBalances):
    """The accounts of a pool."""


class KindTotal(BaseModel):
    """How much was moved in one kind of movement."""

    kind: LedgerKind
    kind_label: str
    count: int
    amount: Yuan


class FundBalance(BaseModel):
    """The trial balance: every account of every pool, added up from the ledger."""

    region: str | None
    year: int | None
    items: list[PoolBalance]
    totals: AccountBalances
    kinds: list[KindTotal]


class LabelledReservation(ReservationShown):
    """What an application has reserved in a pool."""

    source_label: str


class ApplicationFunds(BaseModel):
    """The money of an application."""

    application_id: Key
    application_number: str
    applicant_name: str
    state: State
    state_label: str
    version: int
    asked: Yuan
    approved: Yuan
    reserved: Yuan
    paid: Yuan
    recovered: Yuan
    reservation: list[LabelledReservation]
    movements: list[FundMovement]
    may_reserve_anew: bool
