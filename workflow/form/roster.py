"""The trainee roster: rows of JSON or of a workbook, read to trainees or to what is wrong, row by row.

``RosterReading.rows`` are the trainees in whose row nothing is wrong: whoever stores them while there are
``errors`` has asked people first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import Field, ValidationInfo, field_validator

from workflow.errors import Malformed
from workflow.form.ages import Ages
from workflow.form.applicant import IdentityKind
from workflow.form.fields import (
    ClassNumber,
    Drafted,
    IdentityNumber,
    Name,
    OccupationCode,
    PersonName,
    Phone,
    Widget,
    YesNo,
    asked,
    code_of,
    optional,
)
from workflow.form.identity import (
    check_identity,
    is_of_unknown_region,
    is_suspiciously_round,
    same_person_key,
)
from workflow.form.masking import cover_numbers
from workflow.form.reading import read
from workflow.vocabulary import IdentityType, TraineeCategory
from workflow.workbooks.confinement import Progress
from workflow.workbooks.error_files import error_workbook
from workflow.workbooks.errors import UnreadableWorkbook
from workflow.workbooks.limits import MOST_ROWS
from workflow.workbooks.rows import CellFault, Table, read_table
from workflow.workbooks.templates import Column, Holds, Template, empty_workbook

PROGRESS_ROWS = 200

ROSTER: Final = Template(
    name="学员名册",
    columns=(
        Column("class_no", "班次", Holds.WHOLE, needed=True, width=8, help="与开班申请中的班次一致，如 1"),
        Column("name", "姓名", needed=True),
        Column(
            "id_type",
            "证件类型",
            width=24,
            choices=tuple(word.label for word in IdentityType),
            help="不填即为居民身份证",
        ),
        Column("id_number", "证件号码", Holds.IDENTIFIER, needed=True, width=24),
        Column("phone", "联系电话", width=16),
        Column(
            "category",
            "人员类别",
            needed=True,
            width=18,
            choices=tuple(word.label for word in TraineeCategory),
        ),
        Column("employer", "工作单位", width=24),
        Column("occupation", "职业（工种）", help="企业职工填写现岗位的职业（工种）"),
        Column("post_code", "现岗位职业编码", width=18, help="企业职工填写，如 6-18-01-01；转岗的填写原岗位"),
        Column("changing_post", "是否转岗", Holds.YES_NO, width=10, help="企业职工转岗培训的填“是”"),
        Column("major", "所学专业", width=18, help="在校学生填写"),
        Column("major_code", "专业对应职业编码", width=18, help="在校学生填写专业所对应的职业编码"),
    ),
    most_rows=MOST_ROWS,
)
COLUMNS: Final[Mapping[str, str]] = ROSTER.labels


class Trainee(Drafted):
    """One person in one class.

    ``post_code`` is the occupation of the post that staff have, or had before ``changing_post``;
    ``major_code`` the occupation to which a student's major belongs: they are held against the occupation
    of the class (PDS22 二(四)19). Students on a roster are taken to be in their last year.
    """

    class_no: ClassNumber = asked("班次")
    name: PersonName = asked("姓名")
    id_type: Annotated[IdentityKind, code_of(IdentityType)] = Field(
        default=IdentityType.RESIDENT_ID, title="证件类型", json_schema_extra={"x-required": False}
    )
    id_number: IdentityNumber = asked("证件号码", personal="identity")
    phone: Phone | None = optional("联系电话", personal="phone")
    category: Annotated[TraineeCategory, Field(strict=False), code_of(TraineeCategory), Widget("select")] = (
        asked("人员类别")
    )
    employer: Name | None = optional("工作单位")
    occupation: Name | None = optional("职业（工种）")
    post_code: OccupationCode | None = optional("现岗位职业编码")
    changing_post: YesNo | None = optional("是否转岗")
    major: Name | None = optional("所学专业")
    major_code: OccupationCode | None = optional("专业对应职业编码")

    @field_validator("id_number")
    @classmethod
    def _identity_is_real(cls, number: str, info: ValidationInfo) -> str:
        kind = info.data.get("id_type")
        return number if kind is None else check_identity(number, kind)


class _Person(Drafted):
    """What is asked of a row even where the rest of it is wrong: who it is."""

    id_type: Annotated[IdentityKind, code_of(IdentityType)] = IdentityType.RESIDENT_ID
    id_number: IdentityNumber


@dataclass(frozen=True, slots=True)
class RowRemark:
    """Something about one row; ``row`` is the workbook's row, or the entry's place from 1; 0: the whole."""

    row: int
    field: str
    message: str

    def as_dict(self) -> dict[str, int | str]:
        """The remark as the API answers it."""
        return {"row": self.row, "field": self.field, "message": self.message}


@dataclass(frozen=True, slots=True)
class RosterRow:
    """A trainee with the number of the row."""

    row: int
    trainee: Trainee


@dataclass(frozen=True, slots=True)
class RosterReading:
    """The rows in which nothing is wrong, what is wrong with the others, and what people should look at.

    Every row that was filled is either in ``rows`` or has an error. Warnings refuse nothing.
    """

    rows: tuple[RosterRow, ...]
    errors: tuple[RowRemark, ...]
    warnings: tuple[RowRemark, ...] = ()

    @property
    def counts(self) -> dict[int, int]:
        """Trainees per class."""
        counts: dict[int, int] = {}
        for one in self.rows:
            counts[one.trainee.class_no] = counts.get(one.trainee.class_no, 0) + 1
        return counts


def read_roster_rows(
    rows: object,
    classes: Iterable[Mapping[str, Any]],
    *,
    ages: Ages | None = None,
    progress: Progress | None = None,
) -> RosterReading:
    """The roster of JSON rows; ``classes`` are those of the opening, in which every trainee must be.

    ``ages`` None: age is not asked. ``progress`` is told how many rows are checked, and of how many.
    """
    if not isinstance(rows, list):
        return _refused("名册须为列表，每名学员一项")
    if len(rows) > MOST_ROWS:
        return _refused(f"名册最多{MOST_ROWS}行，现有{len(rows)}行")
    check = _Check(classes, ages)
    for row, data in enumerate(rows, start=1):
        check.row(row, data)
        if progress is not None and (row % PROGRESS_ROWS == 0 or row == len(rows)):
            progress(row, len(rows))
    return check.reading()


def read_roster_workbook(
    content: bytes,
    classes: Iterable[Mapping[str, Any]],
    *,
    ages: Ages | None = None,
    progress: Progress | None = None,
) -> RosterReading:
    """The roster of an uploaded XLSX, as ``read_roster_rows``; read by a child process within fixed limits.

    ``progress`` counts every row twice, when it is read and when it is checked. A file that cannot be used at
    all has one error, of row 0.
    """
    try:
        table = read_roster_table(content, progress=progress)
    except UnreadableWorkbook as fault:
        return _refused(str(fault))
    return check_roster_table(table, classes, ages=ages, progress=progress)


def read_roster_table(content: bytes, *, progress: Progress | None = None) -> Table:
    """The cells of an uploaded roster, before anything is asked of them; raises ``UnreadableWorkbook``."""

    def tell_half(done: int, total: int) -> None:
        if progress is not None:
            progress(done, 2 * total)

    return read_table(content, ROSTER, progress=tell_half)


def check_roster_table(
    table: Table,
    classes: Iterable[Mapping[str, Any]],
    *,
    ages: Ages | None = None,
    progress: Progress | None = None,
) -> RosterReading:
    """The second half of ``read_roster_workbook``: pure, and to be done again when the classes change."""
    total = len(table.rows)
    if not total:
        return _refused("名册中没有学员")
    check = _Check(classes, ages)
    for label in table.unread:
        check.warn(1, "", f"表头“{label}”不是模板中的列，没有读取")
    for done, row in enumerate(table.rows, start=1):
        check.row(row.number, row.values, row.faults)
        if row.hidden:
            check.warn(row.number, "", "这一行是隐藏的，已一并读取")
        if progress is not None and (done % PROGRESS_ROWS == 0 or done == total):
            progress(total + done, 2 * total)
    return check.reading()


def roster_template() -> bytes:
    """The empty roster as a workbook."""
    return empty_workbook(ROSTER)


def roster_error_workbook(content: bytes, errors: Iterable[RowRemark]) -> bytes:
    """The uploaded roster with a column that says what is wrong in each row, to be mended and sent again.

    Raises ``UnreadableWorkbook`` for a file whose rows could not be read.
    """
    reasons: dict[int, list[CellFault]] = {}
    for error in errors:
        reasons.setdefault(error.row, []).append(CellFault(error.field, error.message))
    return error_workbook(content, ROSTER, reasons)


def _refused(message: str) -> RosterReading:
    return RosterReading((), (RowRemark(0, "", message),))


class _Check:
    """One roster, row by row: each by itself, and against the rows before it."""

    def __init__(self, classes: Iterable[Mapping[str, Any]], ages: Ages | None) -> None:
        self._known = [entry.get("class_no") for entry in classes]
        self._ages = ages
        self._first_rows: dict[str, int] = {}
        self._rows: list[RosterRow] = []
        self._errors: list[RowRemark] = []
        self._warnings: list[RowRemark] = []

    def reading(self) -> RosterReading:
        """What was found."""
        return RosterReading(tuple(self._rows), tuple(self._errors), tuple(self._warnings))

    def warn(self, row: int, field: str, message: str) -> None:
        """Something to look at."""
        self._warnings.append(RowRemark(row, field, message))

    def row(self, row: int, data: object, faults: Sequence[CellFault] = ()) -> None:
        """Checks a row; ``faults`` are those of its cells."""
        before = len(self._errors)
        self._errors += [RowRemark(row, fault.field, fault.message) for fault in faults]
        trainee: Trainee | None = None
        try:
            trainee = read(Trainee, data)
        except Malformed as malformed:
            known = {fault.field for fault in faults}
            self._errors += [
                RowRemark(row, error.field, error.message)
                for error in malformed.errors
                # A cell that could not be read is not also empty.
                if error.field not in known
            ]
        self._check_place(row, data, trainee)
        if trainee is not None and len(self._errors) == before:
            self._rows.append(RosterRow(row, trainee))
            if any(sign.isdigit() for sign in trainee.name):
                self.warn(row, "name", "“姓名”中有数字，请核对")

    def _check_place(self, row: int, data: object, trainee: Trainee | None) -> None:
        """Whether the class is one of the opening, and the person in no other row and of the right age."""
        number = data.get("class_no") if isinstance(data, dict) else None
        class_no = number if type(number) is int and number > 0 else None
        if class_no is not None and class_no not in self._known:
            named = "、".join(str(number) for number in self._known) or "无"
            given = cover_numbers(str(class_no))
            self._add(row, "class_no", f"“班次”{given}不在开班申请中（已有班次：{named}）")
        person = trainee or _person(data)
        if person is None:
            return
        # The key is the same in every disguise.
        first = self._first_rows.setdefault(same_person_key(person.id_number, person.id_type), row)
        if first != row:
            self._add(row, "id_number", f"“证件号码”与第{first}行重复，同一人只能登记一次")
        if self._ages is not None and (wrong := self._ages.fault(person.id_number, class_no)):
            self._add(row, "id_number", wrong)
        if is_of_unknown_region(person.id_number):
            self.warn(row, "id_number", "“证件号码”开头的地区代码未收录，请核对")
        if is_suspiciously_round(person.id_number):
            self.warn(row, "id_number", "“证件号码”末三位为000，可能已被 Excel 改写，请核对")

    def _add(self, row: int, field: str, message: str) -> None:
        self._errors.append(RowRemark(row, field, message))


def _person(data: object) -> _Person | None:
    if not isinstance(data, dict):
        return None
    try:
        person = read(_Person, {name: data[name] for name in ("id_type", "id_number") if name in data})
        check_identity(person.id_number, person.id_type)
    except (Malformed, ValueError):
        return None
    return person
