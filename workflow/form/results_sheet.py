"""Who was examined and who got which certificate, as a workbook: given out filled in, read to results.

Every row is one trainee who was examined in one kind and level; the counts of the results follow from the
rows. Trainees are named by their number in the roster, so that no identity number has to travel.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, model_validator

from workflow.errors import Malformed
from workflow.form.fields import (
    CertificateNumber,
    ClassNumber,
    Day,
    Drafted,
    EntryError,
    IdentityNumber,
    Level,
    PersonName,
    RowNumber,
    YesNo,
    asked,
    code_of,
    optional,
)
from workflow.form.identity import clean_identity
from workflow.form.masking import COVER
from workflow.form.opening import CertificateChoice
from workflow.form.pages import LEVELS
from workflow.form.reading import read
from workflow.form.roster import RowRemark
from workflow.policy.model import LEVELLED_KINDS
from workflow.vocabulary import CertificateKind
from workflow.workbooks.error_files import error_workbook
from workflow.workbooks.rows import CellFault, FilledRow, Table, read_table
from workflow.workbooks.templates import Column, Holds, Template, filled_workbook

RESULTS_SHEET: Final = Template(
    name="取证名单",
    columns=(
        Column("class_no", "班次", Holds.WHOLE, needed=True, width=8),
        Column(
            "row_no", "名册序号", Holds.WHOLE, width=10, help="学员在名册中的序号；不填的须填写完整的证件号码"
        ),
        Column("name", "姓名", help="填写的须与名册一致"),
        Column("id_number", "证件号码", Holds.IDENTIFIER, width=24, help="填有名册序号的，可以保持遮盖"),
        Column("examined", "是否参加考核", Holds.YES_NO, width=12, help="不填即为参加"),
        Column(
            "kind",
            "考核种类",
            width=20,
            choices=tuple(kind.label for kind in CertificateKind),
            help="不填即为开班申请所列的种类和级别",
        ),
        Column("level", "级别", Holds.WHOLE, width=18, choices=tuple(label for _, label in LEVELS)),
        Column("number", "证书编号", Holds.IDENTIFIER, needed=True, width=26, help="没有取得证书的不填"),
        Column("issued_on", "发证日期", Holds.DATE, width=14),
    ),
    guide=(
        "每名参加考核的学员一行；同一学员参加几种考核的，每种一行。",
        "参加考核人数、取证人数由名单得出：取证人数即填有证书编号的行数。",
    ),
)
_LEVELS: Final[Mapping[str, int]] = {
    word: int(number) for number, label in LEVELS for word in (label, *label.rstrip("）").split("（"))
}


def _level_of(value: object) -> object:
    return _LEVELS.get(value.strip(), value) if isinstance(value, str) else value


@dataclass(frozen=True, slots=True)
class Place:
    """A trainee as the roster shows it."""

    row_no: int
    class_no: int
    name: str
    masked: str


@dataclass(frozen=True, slots=True)
class ResultsReading:
    """``results`` as the payload of ``record_results`` holds them, each class's planned kind first.

    With errors there are no results: a list that is partly wrong counts nobody.
    """

    results: tuple[dict[str, Any], ...]
    errors: tuple[RowRemark, ...]
    warnings: tuple[RowRemark, ...] = ()


class _Listed(Drafted):
    """One row."""

    class_no: ClassNumber = asked("班次")
    row_no: RowNumber | None = optional("名册序号")
    name: PersonName | None = optional("姓名")
    id_number: IdentityNumber | None = optional("证件号码", personal="identity")
    examined: YesNo | None = optional("是否参加考核")
    kind: Annotated[CertificateChoice, code_of(CertificateKind)] = asked("考核种类")
    level: Annotated[Level, BeforeValidator(_level_of)] | None = optional("级别")
    number: CertificateNumber | None = optional("证书编号")
    issued_on: Day | None = optional("发证日期")

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> _Listed:
        if self.row_no is None and self.id_number is None:
            raise EntryError("row_no", "未填写：名册序号和证件号码须填写一项")
        if self.kind in LEVELLED_KINDS and self.level is None:
            raise EntryError("level", f"未填写：{self.kind.label}须填写级别")
        if self.kind not in LEVELLED_KINDS and self.level is not None:
            raise EntryError("level", f"须为空：{self.kind.label}不分级别")
        if self.number is not None and self.issued_on is None:
            raise EntryError("issued_on", "未填写：填有证书编号的须填写发证日期")
        if self.number is None and self.issued_on is not None:
            raise EntryError("number", "未填写：填有发证日期的须填写证书编号")
        if self.examined is False and self.number is not None:
            raise EntryError("number", "须为空：没有参加考核的没有证书")
        return self


def results_workbook(classes: Iterable[Mapping[str, Any]], roster: Iterable[Place]) -> bytes:
    """The workbook with everybody on the roster, as planned: certificates are to be filled in."""
    planned = {entry.get("class_no"): entry for entry in classes}
    levels = dict(LEVELS)

    def row(place: Place) -> dict[str, str]:
        kind, level = _planned(planned.get(place.class_no, {}))
        return {
            "class_no": str(place.class_no),
            "row_no": str(place.row_no),
            "name": place.name,
            "id_number": place.masked,
            "examined": "是",
            "kind": CertificateKind(kind).label if kind else "",
            "level": levels[str(level)] if level else "",
        }

    return filled_workbook(RESULTS_SHEET, map(row, roster))


def read_results_table(content: bytes) -> Table:
    """The cells of an uploaded list; raises ``UnreadableWorkbook``."""
    return read_table(content, RESULTS_SHEET)


def numbers_in(table: Table) -> list[str]:
    """The identity numbers that were typed in full, as persons are looked up by them."""
    found = []
    for row in table.rows:
        typed = row.values.get("id_number")
        if isinstance(typed, str) and COVER not in typed:
            try:
                found.append(str(clean_identity(typed)))
            except ValueError:
                continue
    return found


def check_results_table(
    table: Table,
    classes: Sequence[Mapping[str, Any]],
    roster: Iterable[Place],
    rows_by_number: Mapping[str, int],
) -> ResultsReading:
    """The results that follow from the rows, or what is wrong in each; pure.

    ``rows_by_number`` are the roster's row numbers of the persons behind ``numbers_in(table)``.
    """
    if not table.rows:
        return ResultsReading((), (RowRemark(0, "", "名单中没有学员"),))
    check = _Check(classes, roster, rows_by_number)
    for row in table.rows:
        check.row(row)
    warnings = [RowRemark(1, "", f"表头“{label}”不是模板中的列，没有读取") for label in table.unread]
    warnings += [RowRemark(row.number, "", "这一行是隐藏的，已一并读取") for row in table.rows if row.hidden]
    return ResultsReading(() if check.errors else check.results(), tuple(check.errors), tuple(warnings))


def results_error_workbook(content: bytes, errors: Iterable[RowRemark]) -> bytes:
    """The uploaded list with a column that says what is wrong in each row; raises ``UnreadableWorkbook``."""
    reasons: dict[int, list[CellFault]] = {}
    for error in errors:
        reasons.setdefault(error.row, []).append(CellFault(error.field, error.message))
    return error_workbook(content, RESULTS_SHEET, reasons)


def _planned(entry: Mapping[str, Any]) -> tuple[str | None, int | None]:
    """Kind and level for which a class was opened; no level where the kind has none."""
    kind = entry.get("certificate_kind")
    return kind, entry.get("level") if kind in LEVELLED_KINDS else None


@dataclass(slots=True)
class _Group:
    """What one class did in one kind and level."""

    examined_count: int = 0
    certificates: list[dict[str, Any]] = field(default_factory=list)


_Key = tuple[int, CertificateKind, int | None]


class _Check:
    """One list, row by row: each by itself, against the roster, and against the rows before it."""

    def __init__(
        self,
        classes: Sequence[Mapping[str, Any]],
        roster: Iterable[Place],
        rows_by_number: Mapping[str, int],
    ) -> None:
        self.errors: list[RowRemark] = []
        self._classes = {entry.get("class_no"): entry for entry in classes}
        self._roster = {place.row_no: place for place in roster}
        self._rows_by_number = rows_by_number
        self._groups: dict[_Key, _Group] = {}
        self._first_rows: dict[tuple[_Key, int], int] = {}
        self._first_numbers: dict[object, int] = {}

    def results(self) -> tuple[dict[str, Any], ...]:
        """Class by class in the order of the opening, what was planned before anything else."""
        order = list(self._classes)

        def place(key: _Key) -> tuple[int, bool]:
            return order.index(key[0]), key[1:] != _planned(self._classes[key[0]])

        return tuple(self._result(key, self._groups[key]) for key in sorted(self._groups, key=place))

    @staticmethod
    def _result(key: _Key, group: _Group) -> dict[str, Any]:
        class_no, kind, level = key
        return {
            "class_no": class_no,
            "kind": kind.value,
            **({} if level is None else {"level": level}),
            "examined_count": group.examined_count,
            "certified_count": len(group.certificates),
            "certificates": group.certificates,
        }

    def row(self, row: FilledRow) -> None:
        """Checks a row and counts it."""
        before = len(self.errors)
        for fault in row.faults:
            self._add(row, fault.field, fault.message)
        class_no = row.values.get("class_no")
        if isinstance(class_no, int) and class_no not in self._classes:
            named = "、".join(str(number) for number in self._classes) or "无"
            self._add(row, "class_no", f"“班次”{class_no}不在开班申请中（已有班次：{named}）")
            return
        values, covered = self._completed(row)
        try:
            listed = read(_Listed, values)
        except Malformed as malformed:
            known = {fault.field for fault in row.faults}
            for error in malformed.errors:
                if error.field not in known:
                    self._add(row, error.field, error.message)
            return
        place = self._place(row, listed, covered)
        if place is None or len(self.errors) > before:
            return
        key = (listed.class_no, listed.kind, listed.level)
        first = self._first_rows.setdefault((key, place.row_no), row.number)
        if first != row.number:
            self._add(row, "row_no", f"与第{first}行重复：同一人在一种考核中只能列一次")
        if listed.number is not None:
            first = self._first_numbers.setdefault(listed.number, row.number)
            if first != row.number:
                self._add(row, "number", f"“证书编号”与第{first}行重复：每本证书的编号不同")
        if len(self.errors) == before:
            self._count(key, place, listed)

    def _count(self, key: _Key, place: Place, listed: _Listed) -> None:
        group = self._groups.setdefault(key, _Group())
        if listed.examined is False:
            return
        group.examined_count += 1
        if listed.number is not None and listed.issued_on is not None:
            certificate = {"row_no": place.row_no, "number": listed.number}
            group.certificates.append(certificate | {"issued_on": listed.issued_on.isoformat()})

    def _completed(self, row: FilledRow) -> tuple[dict[str, Any], str]:
        """The row with what was planned where nothing is said, without a number that is covered."""
        values, covered = dict(row.values), ""
        typed = values.get("id_number")
        if "row_no" in values and isinstance(typed, str) and COVER in typed:
            covered = values.pop("id_number")
        if "kind" not in values:
            kind, level = _planned(self._classes.get(values.get("class_no"), {}))
            if kind:
                values["kind"] = kind
                values.setdefault("level", level)
        return values, covered

    def _place(self, row: FilledRow, listed: _Listed, covered: str) -> Place | None:
        """The trainee of the roster whom the row names; None after an error."""
        by_number = self._rows_by_number.get(listed.id_number) if listed.id_number else None
        if listed.id_number is not None and by_number is None:
            self._add(row, "id_number", "“证件号码”不在名册中")
            return None
        place = self._roster.get(listed.row_no if listed.row_no is not None else by_number or 0)
        if place is None:
            self._add(row, "row_no", f"“名册序号”{listed.row_no}不在名册中")
            return None
        if place.class_no != listed.class_no:
            self._add(row, "class_no", f"名册中序号为{place.row_no}的学员在{place.class_no}班")
        if (by_number is not None and by_number != place.row_no) or (covered and covered != place.masked):
            self._add(row, "id_number", f"“证件号码”不是名册中序号为{place.row_no}的学员的")
        if listed.name is not None and listed.name != place.name:
            self._add(row, "name", f"“姓名”与名册中序号为{place.row_no}的学员不一致")
        return place

    def _add(self, row: FilledRow, field: str, message: str) -> None:
        self.errors.append(RowRemark(row.number, field, message))
