"""What finance enters about the pools of funds: money that comes in or is taken back, and the carry-over."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from workflow.form.disbursement import SourceChoice
from workflow.form.fields import FIRST_YEAR, LAST_YEAR, Day, Line, Money, Name, Typed, Widget, asked, optional

FundYear = Annotated[int, Field(strict=True, ge=FIRST_YEAR, le=LAST_YEAR), Widget("number")]


class FundEntry(Typed):
    """Money that the treasury gives to a pool, or takes back from it, by a document."""

    year: FundYear = asked("年度")
    source: SourceChoice = asked("资金来源")
    amount: Money = asked("金额（元）")
    document: Name = asked("文件号", help="如 平财预〔2026〕12号；同一文件分次的，在文号后注明第几次")
    happened_on: Day = asked("日期")
    note: Line | None = optional("说明")


class CarryOver(Typed):
    """The remainder of a year that is over goes to the next, source by source."""

    year: FundYear = asked("结转的年度", help="该年度各来源的可用余额转入下一年度；已预留的留在原年度")
    document: Name = asked("文件号")
    happened_on: Day = asked("日期")
    note: Line | None = optional("说明")
