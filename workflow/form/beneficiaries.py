"""The list of persons (受益人员名单) of a subsidy that starts at the claim: one model of a row per subsidy.

A list is taken whole or not at all: ``ListReading.rows`` may be stored only when ``errors`` is empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from workflow.clock import day_cn
from workflow.errors import Malformed
from workflow.form.applicant import IdentityKind
from workflow.form.fields import (
    CertificateNumber,
    Day,
    Drafted,
    IdentityNumber,
    Level,
    Name,
    OccupationCode,
    PersonName,
    Phone,
    Uscc,
    Widget,
    asked,
    code_of,
    compact,
    optional,
)
from workflow.form.identity import check_identity, same_person_key
from workflow.form.pages import LEVELS
from workflow.form.reading import read
from workflow.form.roster import RowRemark
from workflow.policy.model import LEVELLED_KINDS
from workflow.vocabulary import CertificateKind, IdentityType, Subsidy
from workflow.workbooks.confinement import Progress
from workflow.workbooks.error_files import error_workbook
from workflow.workbooks.limits import MOST_ROWS
from workflow.workbooks.rows import CellFault, Table, read_table
from workflow.workbooks.templates import Column, Holds, Template, empty_workbook

LIST_NAME = "受益人员名单"


def _level_of(value: object) -> object:
    """4, 中级工, 四级 and 中级工（四级） are the same."""
    if not isinstance(value, str):
        return value
    typed = str(compact(value))
    for level, label in LEVELS:
        if typed in {level, compact(label), *str(compact(label)).rstrip(")").split("(")}:
            return int(level)
    return value


class Beneficiary(Drafted):
    """One person and the certificate that is held."""

    name: PersonName = asked("姓名")
    id_type: Annotated[IdentityKind, code_of(IdentityType)] = Field(
        default=IdentityType.RESIDENT_ID, title="证件类型", json_schema_extra={"x-required": False}
    )
    id_number: IdentityNumber = asked("证件号码", personal="identity")
    phone: Phone | None = optional("联系电话", personal="phone")
    certificate_kind: Annotated[
        CertificateKind, Field(strict=False), code_of(CertificateKind), Widget("select")
    ] = asked("证书种类")
    level: Annotated[Level, BeforeValidator(_level_of)] | None = Field(
        default=None,
        title="级别",
        validate_default=True,
        json_schema_extra={
            "x-required": False,
            "x-help": "职业资格、职业技能等级须填写，不分级别的证书不填",
        },
    )
    occupation_code: OccupationCode = asked("职业编码", help="如 6-18-01-01")
    occupation: Name = asked("职业（工种）")
    certificate_number: CertificateNumber = asked("证书编号")
    issued_on: Day = asked("发证日期")

    @field_validator("id_number")
    @classmethod
    def _identity_is_real(cls, number: str, info: ValidationInfo) -> str:
        kind = info.data.get("id_type")
        return number if kind is None else check_identity(number, kind)

    @field_validator("level")
    @classmethod
    def _levels_are_those_of_the_kind(cls, level: int | None, info: ValidationInfo) -> int | None:
        kind = info.data.get("certificate_kind")
        if kind is None:
            return level
        if level is None and kind in LEVELLED_KINDS:
            raise ValueError(f"未填写：{kind.label}须填写级别")
        # An invented level would make a second certificate of the same one.
        if level is not None and kind not in LEVELLED_KINDS:
            raise ValueError(f"须为空：{kind.label}不分级别")
        return level


class Employed(Beneficiary):
    """A holder of a certificate at work, with the social insurance that has been paid."""

    insured_from_on: Day = asked("参保起始日期", help="缴纳职工社会保险费的起始日期")
    insured_until_on: Day = asked("参保缴费至", help="已缴纳职工社会保险费的最后一日，如 2026-08-31")

    @field_validator("insured_until_on")
    @classmethod
    def _ends_after_it_starts(cls, until_on: date, info: ValidationInfo) -> date:
        from_on = info.data.get("insured_from_on")
        if from_on is not None and until_on < from_on:
            raise ValueError(f"不能早于参保起始日期{day_cn(from_on)}")
        return until_on


class Hired(Employed):
    """Somebody whom the applicant has newly hired."""

    hired_on: Day = asked("录用日期", help="劳动合同的起始日期")


class Placed(Employed):
    """Somebody for whom the applicant has found work."""

    placed_on: Day = asked("就业日期", help="在用人单位就业的起始日期")
    employer: Name = asked("用人单位")
    employer_uscc: Uscc = asked("用人单位统一社会信用代码", help="18位；第3至8位为登记地的行政区划")


ROWS: Final[Mapping[Subsidy, type[Beneficiary]]] = {
    Subsidy.EVALUATION: Beneficiary,
    Subsidy.HIRING: Hired,
    Subsidy.PLACEMENT: Placed,
}
"""What a row of the list holds, by subsidy."""


_HELD: Final[Mapping[str, Holds]] = {
    "id_number": Holds.IDENTIFIER,
    "certificate_number": Holds.IDENTIFIER,
    "employer_uscc": Holds.IDENTIFIER,
}
_CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "id_type": tuple(word.label for word in IdentityType),
    "certificate_kind": tuple(word.label for word in CertificateKind),
    "level": tuple(label for _, label in LEVELS),
}
_WIDTHS: Final[Mapping[str, int]] = {
    **dict.fromkeys(("id_type", "id_number", "certificate_number", "employer", "employer_uscc"), 24),
    **dict.fromkeys(("certificate_kind", "level"), 20),
}


def _template(row: type[Beneficiary]) -> Template:
    columns = []
    for name, field in row.model_fields.items():
        extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
        columns.append(
            Column(
                name,
                str(field.title),
                Holds.DATE if name.endswith("_on") else _HELD.get(name, Holds.TEXT),
                needed=bool(extra.get("x-required")),
                width=_WIDTHS.get(name, 14),
                choices=_CHOICES.get(name, ()),
                help=str(extra.get("x-help", "")),
            )
        )
    return Template(name=LIST_NAME, columns=tuple(columns))


TEMPLATES: Final[Mapping[Subsidy, Template]] = {subsidy: _template(row) for subsidy, row in ROWS.items()}
"""The workbook of the list, by subsidy."""


@dataclass(frozen=True, slots=True)
class ListReading:
    """The persons in whose row nothing is wrong, in the order of the rows, and what is wrong elsewhere."""

    rows: tuple[Beneficiary, ...]
    errors: tuple[RowRemark, ...]
    warnings: tuple[RowRemark, ...] = ()


def list_template(subsidy: Subsidy) -> bytes:
    """The empty list as a workbook."""
    return empty_workbook(TEMPLATES[subsidy])


def read_list_table(subsidy: Subsidy, content: bytes, *, progress: Progress | None = None) -> Table:
    """The cells of an uploaded list, read by a child process; raises ``UnreadableWorkbook``."""
    return read_table(content, TEMPLATES[subsidy], progress=progress)


def check_list_table(subsidy: Subsidy, table: Table) -> ListReading:
    """The list of the rows of a workbook."""
    if not table.rows:
        return _refused("名单中没有人员")
    read = _check(subsidy, [(row.number, row.values, row.faults) for row in table.rows])
    unread = [RowRemark(1, "", f"表头“{label}”不是模板中的列，没有读取") for label in table.unread]
    hidden = [RowRemark(row.number, "", "这一行是隐藏的，已一并读取") for row in table.rows if row.hidden]
    return replace(read, warnings=(*unread, *hidden))


def read_list(subsidy: Subsidy, rows: object) -> ListReading:
    """The list of JSON rows."""
    if not isinstance(rows, list):
        return _refused("名单须为列表，每人一项")
    if len(rows) > MOST_ROWS:
        return _refused(f"名单最多{MOST_ROWS}行，现有{len(rows)}行")
    return _check(subsidy, [(row, data, ()) for row, data in enumerate(rows, start=1)])


def list_error_workbook(subsidy: Subsidy, content: bytes, errors: Iterable[RowRemark]) -> bytes:
    """The uploaded list with a column that says what is wrong in each row, to be mended and sent again."""
    reasons: dict[int, list[CellFault]] = {}
    for error in errors:
        reasons.setdefault(error.row, []).append(CellFault(error.field, error.message))
    return error_workbook(content, TEMPLATES[subsidy], reasons)


def _refused(message: str) -> ListReading:
    return ListReading((), (RowRemark(0, "", message),))


def _check(subsidy: Subsidy, rows: Iterable[tuple[int, object, Sequence[CellFault]]]) -> ListReading:
    people: list[Beneficiary] = []
    errors: list[RowRemark] = []
    first_heads: dict[tuple[Any, ...], int] = {}
    first_certificates: dict[str, int] = {}
    for row, data, faults in rows:
        errors += [RowRemark(row, fault.field, fault.message) for fault in faults]
        try:
            person = read(ROWS[subsidy], data)
        except Malformed as fault:
            known = {each.field for each in faults}
            # A cell that could not be read is not also empty.
            errors += [
                RowRemark(row, each.field, each.message) for each in fault.errors if each.field not in known
            ]
            continue
        before = len(errors)
        head, alike = _head_of(subsidy, person)
        first = first_heads.setdefault(head, row)
        if first != row:
            errors.append(RowRemark(row, "id_number", f"“证件号码”与第{first}行重复，{alike}只能列一次"))
        first = first_certificates.setdefault(person.certificate_number, row)
        if first != row:
            errors.append(
                RowRemark(row, "certificate_number", f"“证书编号”与第{first}行重复，每本证书只能列一次")
            )
        if not faults and len(errors) == before:
            people.append(person)
    return ListReading(tuple(people), tuple(errors))


def _head_of(subsidy: Subsidy, person: Beneficiary) -> tuple[tuple[Any, ...], str]:
    """By what a person is paid for once, and that in words: for being at work, or for each certificate."""
    key = same_person_key(person.id_number, person.id_type)
    if subsidy is Subsidy.EVALUATION:
        return (key, person.occupation_code, person.level), "同一人员、同一职业、同一等级"
    return (key,), "同一人员"
