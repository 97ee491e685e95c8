"""The list of persons (受益人员名单) of a subsidy that starts at the claim: one model of a row per subsidy.

A list is taken whole or not at all: ``ListReading.rows`` may be stored only when ``errors`` is empty.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator

from workflow.errors import Malformed
from workflow.form.applicant import IdentityKind
from workflow.form.fields import (
    Day,
    Drafted,
    IdentityNumber,
    Level,
    Name,
    OccupationCode,
    Phone,
    Uscc,
    Widget,
    asked,
    check_identity,
    clean_text,
    compact,
    optional,
    person_key,
)
from workflow.form.pages import LEVELS
from workflow.form.reading import read
from workflow.form.roster import RowError
from workflow.policy.model import LEVELLED_KINDS
from workflow.vocabulary import CertificateKind, IdentityType, Subsidy, Word

MOST_ROWS = 5_000
MOST_ERRORS = 1_000


def _code_of(words: type[Word]) -> BeforeValidator:
    """People choose by the label, systems by the code."""
    codes = {word.label: word.value for word in words}

    def to_code(value: object) -> object:
        text = clean_text(value)
        return codes.get(text, text) if isinstance(text, str) else text

    return BeforeValidator(to_code)


def _level_of(value: object) -> object:
    """4, 中级工, 四级 and 中级工（四级） are the same."""
    if not isinstance(value, str):
        return value
    typed = str(compact(value))
    for level, label in LEVELS:
        if typed in {level, compact(label), *str(compact(label)).rstrip(")").split("(")}:
            return int(level)
    return value


def _not_too_long(number: str) -> str:
    if not 1 <= len(number) <= 64:
        raise ValueError("须为1至64个字")
    return number


# Compared as it is stored: full-width digits, blanks or a small x make no other certificate.
CertificateNumber = Annotated[str, AfterValidator(_not_too_long), BeforeValidator(compact), Widget("text")]


class Beneficiary(Drafted):
    """One person and the certificate that is held."""

    name: Name = asked("姓名")
    id_type: Annotated[IdentityKind, _code_of(IdentityType)] = Field(
        default=IdentityType.RESIDENT_ID, title="证件类型", json_schema_extra={"x-required": False}
    )
    id_number: IdentityNumber = asked("证件号码", personal="identity")
    phone: Phone | None = optional("联系电话", personal="phone")
    certificate_kind: Annotated[
        CertificateKind, Field(strict=False), _code_of(CertificateKind), Widget("select")
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
            raise ValueError(f"不能早于参保起始日期{from_on.isoformat()}")
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


@dataclass(frozen=True, slots=True)
class ListReading:
    """The persons that could be read, and what is wrong with the others."""

    rows: tuple[Beneficiary, ...]
    errors: tuple[RowError, ...]


def columns_of(subsidy: Subsidy) -> dict[str, str]:
    """The columns of a list: the name and the label of each."""
    return {name: str(field.title) for name, field in ROWS[subsidy].model_fields.items()}


def read_list(subsidy: Subsidy, rows: object) -> ListReading:
    """The list of JSON rows."""
    if not isinstance(rows, list):
        return ListReading((), (RowError(0, "", "名单须为列表，每人一项"),))
    return read_numbered(subsidy, list(enumerate(rows, start=1)))


def read_numbered(
    subsidy: Subsidy, rows: Sequence[tuple[int, object]], errors: Sequence[RowError] = ()
) -> ListReading:
    """The list of rows with their numbers; ``errors`` are those of cells that could not be read at all."""
    if len(rows) > MOST_ROWS:
        return ListReading((), (RowError(0, "", f"名单最多{MOST_ROWS}行，现有{len(rows)}行"),))
    if not rows:
        return ListReading((), tuple(errors) or (RowError(0, "", "名单中没有人员"),))
    people: list[Beneficiary] = []
    found = list(errors)
    spoilt = {error.row for error in errors}
    seen_heads: dict[tuple[Any, ...], int] = {}
    seen_certificates: dict[str, int] = {}
    for row, data in rows:
        if row in spoilt:
            continue
        if len(found) >= MOST_ERRORS:
            found.append(RowError(row, "", "错误过多，从这一行起未再检查"))
            break
        try:
            person = read(ROWS[subsidy], data)
        except Malformed as fault:
            found += [RowError(row, error.field, error.message) for error in fault.errors]
            continue
        head, alike = head_of(subsidy, person)
        first = seen_heads.setdefault(head, row)
        if first != row:
            found.append(RowError(row, "id_number", f"“证件号码”与第{first}行重复，{alike}只能列一次"))
        first = seen_certificates.setdefault(person.certificate_number, row)
        if first != row:
            found.append(
                RowError(row, "certificate_number", f"“证书编号”与第{first}行重复，每本证书只能列一次")
            )
        people.append(person)
    return ListReading(tuple(people), tuple(sorted(found, key=lambda error: error.row)))


def head_of(subsidy: Subsidy, person: Beneficiary) -> tuple[tuple[Any, ...], str]:
    """By what a person is paid for once, and that in words: for being at work, or for each certificate."""
    key = person_key(person.id_number)
    if subsidy is Subsidy.EVALUATION:
        return (key, person.occupation_code, person.level), "同一人员、同一职业、同一等级"
    return (key,), "同一人员"
