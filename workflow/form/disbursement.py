"""Section 五 资金拨付: payments, payments that came back, and the recovery of money wrongly paid."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from workflow.form.fields import Code, Day, Lines, Money, Typed, Widget, asked
from workflow.vocabulary import FundSource

SourceChoice = Annotated[FundSource, Field(strict=False), Widget("select")]


class Payment(Typed):
    """One payment; it may be part of the amount, and each part has one source."""

    amount: Money = asked("拨付金额（元）")
    paid_on: Day = asked("拨付时间")
    source: SourceChoice = asked("资金来源")
    voucher: Code = asked("凭证号")


class PaymentFailure(Typed):
    """A payment that the bank sent back."""

    voucher: Code = asked("凭证号", help="退回的那一笔拨付的凭证号")
    reason: Lines = asked("失败原因")


class Recovery(Typed):
    """The decision to recover money wrongly paid."""

    reason: Lines = asked("追缴原因")
    amount: Money = asked("追缴金额（元）")


class RecoveryReceipt(Typed):
    """Recovered money that has come in."""

    amount: Money = asked("到账金额（元）")
    received_on: Day = asked("到账日期")
    voucher: Code = asked("凭证号")
