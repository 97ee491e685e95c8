"""A batch as the file for the bank, and the bank's answer in the same columns, read line by line; pure.

The last row holds the count, the sum and the digest; whoever reads the answer passes it over.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final

from pydantic import BeforeValidator, Field

from workflow.clock import day_cn
from workflow.errors import Malformed
from workflow.form.fields import Code, Day, Drafted, clean_text, code_of, optional
from workflow.form.masking import cover_numbers
from workflow.form.money import fen_from_yuan, yuan_from_fen
from workflow.form.payment_batches import MOST_LINES
from workflow.form.reading import read
from workflow.vocabulary import BankOutcome
from workflow.workbooks.rows import FilledRow, Table, read_table, table_of
from workflow.workbooks.templates import Column, Holds, Template, filled_workbook
from workflow.workbooks.texts import read_text_sheet

TOTAL: Final = "合计"
LONGEST_REASON: Final = 200
_ZIP = b"PK\x03\x04"
# What a spreadsheet takes for a formula; in a workbook every cell is marked as text instead.
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")

PAYMENT_SHEET: Final = Template(
    name="拨付批次",
    columns=(
        Column("batch", "批次号", Holds.IDENTIFIER, needed=True, width=20),
        Column("line_no", "行号", Holds.WHOLE, needed=True, width=8),
        Column("application_number", "申请编号", Holds.IDENTIFIER, width=20),
        Column("payee_name", "户名", width=32),
        Column("bank_name", "开户银行", width=28),
        Column("account", "收款账号", Holds.IDENTIFIER, needed=True, width=26),
        Column("amount", "金额（元）", needed=True, width=16),
        Column("purpose", "用途", width=36),
        Column(
            "outcome",
            "结果",
            needed=True,
            width=10,
            choices=tuple(word.label for word in BankOutcome),
            help="银行没有办理的行不填",
        ),
        Column("voucher", "凭证号", Holds.IDENTIFIER, width=22, help="结果为成功的必填"),
        Column("paid_on", "支付日期", Holds.DATE, width=14, help="结果为成功的必填"),
        Column("reason", "失败原因", width=32, help="结果为失败的必填，如 户名与账号不符"),
    ),
    guide=(
        "前八列由系统生成，不要改动；银行办理后填写后四列，再上传到同一批次。",
        "最后一行为合计，其“用途”为本批校验码。收款账号只用于本次拨付，不得外传。",
    ),
    # And the row of the totals.
    most_rows=MOST_LINES + 1,
)


@dataclass(frozen=True, slots=True)
class FrozenLine:
    """A line of a batch as the bank is told it; the account in clear."""

    line_no: int
    application_number: str
    payee_name: str
    bank_name: str
    account: str
    amount_fen: int
    purpose: str

    def told(self) -> dict[str, str]:
        """The texts of its row."""
        return {
            "line_no": str(self.line_no),
            "application_number": self.application_number,
            "payee_name": self.payee_name,
            "bank_name": self.bank_name,
            "account": self.account,
            "amount": yuan_from_fen(self.amount_fen),
            "purpose": self.purpose,
        }


@dataclass(frozen=True, slots=True)
class ResultRow:
    """What the bank says of one line; ``fault`` is why it cannot be matched, and then nothing else counts.

    ``row`` is the row of the sheet, ``line_no`` 0 where none could be read, ``outcome`` None where the bank
    has said nothing yet.
    """

    row: int
    line_no: int
    outcome: BankOutcome | None = None
    voucher: str = ""
    paid_on: date | None = None
    reason: str = ""
    fault: str = ""


def payment_workbook(number: str, lines: Sequence[FrozenLine], digest: str) -> bytes:
    """The batch as a workbook in which every cell is text, so that no account loses a digit."""
    return filled_workbook(PAYMENT_SHEET, _rows(number, lines, digest))


def payment_text(number: str, lines: Sequence[FrozenLine], digest: str, *, encoding: str) -> bytes:
    """The same as comma-separated text in this encoding (``utf-8-sig`` has the mark that Excel looks for)."""
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(column.label for column in PAYMENT_SHEET.columns)
    for row in _rows(number, lines, digest):
        writer.writerow(_harmless(row.get(column.field, "")) for column in PAYMENT_SHEET.columns)
    return written.getvalue().encode(encoding)


def _rows(number: str, lines: Sequence[FrozenLine], digest: str) -> list[Mapping[str, str]]:
    total = {
        "batch": TOTAL,
        "line_no": str(len(lines)),
        "amount": yuan_from_fen(sum(line.amount_fen for line in lines)),
        "purpose": digest,
    }
    return [*({"batch": number} | line.told() for line in lines), total]


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA_SIGNS) else text


# --- what the bank answers ---------------------------------------------------------------------------------


def read_payment_table(content: bytes) -> Table:
    """The cells of the bank's file, XLSX or comma-separated; raises ``UnreadableWorkbook``."""
    if content.startswith(_ZIP):
        return read_table(content, PAYMENT_SHEET)
    return table_of(read_text_sheet(content, most_rows=PAYMENT_SHEET.most_rows), PAYMENT_SHEET)


def _reason(value: object) -> object:
    text = clean_text(value)
    return cover_numbers(text)[:LONGEST_REASON] if isinstance(text, str) else text


class _Answered(Drafted):
    """The four columns that the bank fills."""

    outcome: Annotated[BankOutcome, Field(strict=False), code_of(BankOutcome)] | None = optional("结果")
    voucher: Code | None = optional("凭证号")
    paid_on: Day | None = optional("支付日期")
    reason: Annotated[str, BeforeValidator(_reason)] | None = optional("失败原因")


def check_payment_table(
    table: Table, *, number: str, digest: str, lines: Iterable[FrozenLine], today: date
) -> list[ResultRow]:
    """Each row against the batch as it was frozen: the number, the line, the account and the amount."""
    frozen = {line.line_no: line for line in lines}
    seen: dict[int, int] = {}
    found: list[ResultRow] = []
    for row in table.rows:
        if row.values.get("batch") == TOTAL:
            if row.values.get("purpose") not in {None, digest}:
                found.append(ResultRow(row.number, 0, fault="合计行的校验码与本批次不符，请核对是否取错文件"))
            continue
        line_no = row.values.get("line_no")
        place = line_no if isinstance(line_no, int) else 0
        fault = _mismatch(row, number, frozen.get(place))
        if not fault and seen.setdefault(place, row.number) != row.number:
            fault = f"与第{seen[place]}行重复：一行只能有一个结果"
        found.append(ResultRow(row.number, place, fault=fault) if fault else _answered(row, place, today))
    return found


def _mismatch(row: FilledRow, number: str, line: FrozenLine | None) -> str:
    if row.faults:
        return "；".join(fault.message for fault in row.faults)
    batch = row.values.get("batch")
    if batch != number:
        return f"“批次号”{cover_numbers(str(batch or ''))[:40] or '未填写'}不是本批次（{number}）"
    if line is None:
        return f"“行号”{str(row.values.get('line_no', ''))[:10] or '未填写'}不在本批次中"
    account = str(row.values.get("account", "")).replace(" ", "")
    if account != line.account:
        return f"“收款账号”与本批次不符（本批次尾号{line.account[-4:]}）"
    typed = str(row.values.get("amount", "")).replace(",", "").strip()
    try:
        fen = fen_from_yuan(typed)
    except ValueError:
        return f"“金额”{typed[:20] or '未填写'}不能识别"
    if fen != line.amount_fen:
        return f"“金额”{yuan_from_fen(fen)}与本批次不符（本批次{yuan_from_fen(line.amount_fen)}）"
    return ""


def _answered(row: FilledRow, line_no: int, today: date) -> ResultRow:
    typed = {name: row.values[name] for name in _Answered.model_fields if name in row.values}
    try:
        said = read(_Answered, typed)
    except Malformed as refusal:
        return ResultRow(row.number, line_no, fault="；".join(error.message for error in refusal.errors))
    fault = ""
    if said.outcome is None:
        fault = "填有凭证号、支付日期或者失败原因的，须填写结果" if len(typed) > 0 else ""
    elif said.outcome is BankOutcome.FAILED:
        fault = "" if said.reason else "结果为失败的，须填写失败原因"
    elif not said.voucher or said.paid_on is None:
        fault = "结果为成功的，须填写凭证号和支付日期"
    elif said.paid_on > today:
        fault = f"“支付日期”{day_cn(said.paid_on)}不能晚于今天（{day_cn(today)}）"
    if fault:
        return ResultRow(row.number, line_no, fault=fault)
    return ResultRow(row.number, line_no, said.outcome, said.voucher or "", said.paid_on, said.reason or "")
