"""What HR enters on the year's list (年度目录清单): institutions, occupations, platforms, sanctions, surveys.

Pages, API and workbooks are all read through these models.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from workflow.clock import day_cn
from workflow.form.fields import (
    FIRST_YEAR,
    LAST_YEAR,
    Count,
    Day,
    Drafted,
    EntryError,
    Heads,
    Level,
    Line,
    Name,
    OccupationCode,
    RegionCode,
    Uscc,
    Widget,
    asked,
    clean_text,
    code_of,
    optional,
)
from workflow.form.opening import CertificateChoice
from workflow.form.reading import words_inside
from workflow.policy.model import LEVELLED_KINDS
from workflow.vocabulary import InstitutionKind, SanctionKind

MOST_AREA = 1_000_000
MOST_REASON = 500
_UNTIL, _DOCUMENT = "最后一日；尚无截止日期的不填", "文号或名称"

ListYear = Annotated[int, Field(strict=True, ge=FIRST_YEAR, le=LAST_YEAR), Widget("number")]
Area = Annotated[int, Field(strict=True, ge=0, le=MOST_AREA), Widget("number")]
# Yes, no, or nobody said: a box could not tell the last two apart.
Known = Annotated[bool, Field(strict=True), Widget("yes_no")]


def _lines(value: object) -> object:
    return clean_text(value, lines=True)


def _highest_number_first(levels: list[int]) -> list[int]:
    return sorted(set(levels), reverse=True)


Reason = Annotated[
    str, Field(min_length=1, max_length=MOST_REASON), BeforeValidator(_lines), Widget("textarea")
]
Levels = Annotated[
    list[Level], Field(max_length=5), AfterValidator(_highest_number_first), Widget("checkboxes")
]


def _not_before_it_begins(until: date | None, info: ValidationInfo) -> date | None:
    begins = info.data.get("listed_from_on") or info.data.get("from_on")
    if until and begins and until < begins:
        raise ValueError(f"不能早于起始的{day_cn(begins)}")
    return until


def _in_its_year(begins: date, info: ValidationInfo) -> date:
    year = info.data.get("year")
    if year is not None and begins.year != year:
        raise ValueError(f"不在{year}年度内")
    return begins


class InstitutionEntry(Drafted):
    """An institution, enterprise, assessment body or agency on a year's list."""

    region: RegionCode = asked("地区")
    year: ListYear = asked("年度")
    uscc: Uscc = asked("统一社会信用代码", help="18位")
    name: Name = asked("机构名称")
    kind: Annotated[InstitutionKind, Field(strict=False), code_of(InstitutionKind), Widget("select")] = asked(
        "类别"
    )
    listed_from_on: Day = asked("列入日期")
    listed_until_on: Day | None = optional("截止日期", help=_UNTIL)
    document: Line = asked("列入的文件", help=_DOCUMENT)
    theory_area: Area | None = optional("理论教学场地面积（平方米）")
    residential: Known | None = optional("场地在居民楼内")
    full_time_head: Known | None = optional("有专职负责人")
    administrator_count: Count | None = optional("专职管理人员（人）")
    finance_staff_count: Count | None = optional("财务人员（人）")
    own_account: Known | None = optional("有独立账户")

    _begins = field_validator("listed_from_on")(_in_its_year)
    _ends = field_validator("listed_until_on")(_not_before_it_begins)


class OccupationEntry(Drafted):
    """An occupation of a listed institution; it counts from the day of its approval."""

    occupation_code: OccupationCode = asked("职业编码", help="如 6-18-01-01")
    occupation: Name = asked("职业（工种）")
    levels: Levels = Field(
        default=[], title="级别", json_schema_extra={"x-required": False, "x-widget": "checkboxes"}
    )
    certificate_kind: CertificateChoice | None = optional("可取得的最高证书")
    full_time_teacher_count: Count | None = optional("专职教师（人）")
    listed_from_on: Day = asked("批准日期", help="自批准之日起可以承担补贴性培训")
    listed_until_on: Day | None = optional("截止日期", help=_UNTIL)
    document: Line = asked("批准的文件", help=_DOCUMENT)

    _ends = field_validator("listed_until_on")(_not_before_it_begins)

    @model_validator(mode="after")
    def _levels_where_there_are_any(self) -> Any:
        if not self.levels and (self.certificate_kind is None or self.certificate_kind in LEVELLED_KINDS):
            message = "至少选一个；只能取得不分级别的证书的，须填写可取得的最高证书"
            raise EntryError("levels", message)
        return self


class PlatformEntry(Drafted):
    """An online platform on a year's list."""

    region: RegionCode = asked("地区")
    year: ListYear = asked("年度")
    name: Name = asked("平台名称", help="与开班申请中填写的名称一致")
    listed_from_on: Day = asked("列入日期")
    listed_until_on: Day | None = optional("截止日期", help=_UNTIL)
    document: Line = asked("列入的文件", help=_DOCUMENT)

    _begins = field_validator("listed_from_on")(_in_its_year)
    _ends = field_validator("listed_until_on")(_not_before_it_begins)


class SanctionEntry(Drafted):
    """A removal, stop, blacklisting or ban of an institution, or of a platform."""

    region: RegionCode = asked("地区")
    uscc: Uscc | None = optional("统一社会信用代码", help="处理机构的填写")
    platform: Name | None = optional("平台名称", help="处理线上培训平台的填写")
    subject_name: Name | None = optional("机构名称", help="不在本地区目录清单中的机构须填写")
    kind: Annotated[SanctionKind, Field(strict=False), Widget("select")] = asked("处理")
    from_on: Day = asked("起始日期", help="违规平台自违规之日起算")
    until_on: Day | None = optional("截止日期", help="最后一日；不填的，到解除时为止")
    reason: Reason = asked("事由")
    document: Line = asked("依据的文件", help=_DOCUMENT)

    _ends = field_validator("until_on")(_not_before_it_begins)


class SanctionLifting(Drafted):
    """Why a sanction ends before its time."""

    reason: Reason = asked("解除的事由")


def _not_more_than_asked(satisfied: int, info: ValidationInfo) -> int:
    asked_count = info.data.get("asked_count")
    if asked_count is not None and satisfied > asked_count:
        raise ValueError(f"不能超过调查人数{asked_count}人")
    return satisfied


class SurveyEntry(Drafted):
    """How satisfied the trainees of an institution were."""

    region: RegionCode = asked("地区")
    uscc: Uscc = asked("统一社会信用代码", help="18位")
    surveyed_on: Day = asked("认定日期", help="满意度不达标的，自这一天起停止开班")
    asked_count: Heads = asked("调查人数")
    satisfied_count: Count = asked("满意人数")

    _among_those_asked = field_validator("satisfied_count")(_not_more_than_asked)


class SurveyCorrection(Drafted):
    """What was entered wrongly of a survey, as it should have been, and why it is corrected."""

    surveyed_on: Day = asked("认定日期")
    asked_count: Heads = asked("调查人数")
    satisfied_count: Count = asked("满意人数")
    reason: Reason = asked("更正的事由")

    _among_those_asked = field_validator("satisfied_count")(_not_more_than_asked)


PARTS: dict[str, tuple[str, type[Drafted]]] = {
    "institution": ("机构", InstitutionEntry),
    "occupation": ("职业", OccupationEntry),
    "platform": ("平台", PlatformEntry),
    "sanction": ("处理", SanctionEntry),
    "survey": ("满意度调查", SurveyEntry),
}
"""The parts of the list: what each is called, and the model of its fields."""


_BESIDE = {"lifted_on": "解除日期", "lifted_reason": "解除的事由", "correction_reason": "更正的事由"}


def label_of(part: str, name: str) -> str:
    """What a field of a part is called."""
    field = PARTS[part][1].model_fields.get(name)
    return (field.title if field else None) or _BESIDE.get(name, name)


def in_order(part: str, names: Iterable[str]) -> list[str]:
    """Names of fields as they stand on a form; what is written beside it comes last."""
    places = {name: place for place, name in enumerate(PARTS[part][1].model_fields)}
    return sorted(names, key=lambda name: (places.get(name, len(places)), name))


def said(part: str, name: str, value: object) -> str:
    """A stored value of a field as people read it; empty where nothing was stated."""
    if value is None or value == []:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(map(str, value))
    if name.endswith("_on"):
        return day_cn(value)
    field = PARTS[part][1].model_fields.get(name)
    words = words_inside(field.annotation) if field else None
    return words(str(value)).label if words else str(value)
