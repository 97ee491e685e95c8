"""The query parameters of every list and question, as models: read strictly, and shown in OpenAPI."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from web.routing import LARGEST_KEY, POLICY_REFERENCE
from workflow.form.fields import FIRST_YEAR, LAST_YEAR, Typed, clean_text, compact
from workflow.policy import region_labels
from workflow.services.calendar import LABELS, MOST_WORKING_DAYS
from workflow.services.dashboard import PERIOD
from workflow.services.overdue import Holder
from workflow.services.payment_files import FileFormat
from workflow.vocabulary import (
    AlertKind,
    AttachmentPlace,
    AuditChain,
    AuditOutcome,
    ClockKind,
    ClockState,
    ClosureStatus,
    Department,
    FundSource,
    InstitutionKind,
    LedgerKind,
    NoticeStanding,
    OutboxState,
    ReadingPurpose,
    ReadingSubject,
    RegistrationState,
    Role,
    SanctionKind,
    Section,
    State,
    Subsidy,
    Urgency,
    VisitList,
)
from workflow.workbooks.limits import MOST_ROWS


def _number(value: object) -> object:
    if isinstance(value, str):
        # However long: the limit that a number breaks is to be named. Python itself stops at 4300 digits.
        if not re.fullmatch(r"-?[0-9]{1,4000}", value):
            raise ValueError("须为整数")
        return int(value)
    return value


# The regions of all policies; both are part of the product and do not change while it runs.
_REGIONS = region_labels()


def _region(value: str) -> str:
    if value not in _REGIONS:
        raise ValueError("须为下列之一：" + "、".join(_REGIONS))
    return value


def _day(value: object) -> object:
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise ValueError("这一天不存在") from None
    raise ValueError("须为日期，格式如 2026-09-07")


def _given(title: str, default: Any = None) -> Any:
    return Field(default=default, title=title)


Cursor = Annotated[str, Field(pattern="^[A-Za-z0-9_-]{1,500}$")]
Flag = Literal["true", "false", "1", "0"]
Region = Annotated[str, AfterValidator(_region), WithJsonSchema({"type": "string", "enum": list(_REGIONS)})]
PolicyReference = Annotated[str, Field(pattern=f"^{POLICY_REFERENCE}$", max_length=80)]
Words = Annotated[str, Field(min_length=1, max_length=100), BeforeValidator(clean_text)]
# Full-width digits, blanks and small letters mean the same.
Code = Annotated[str, Field(min_length=1, max_length=40), BeforeValidator(compact)]
Day = Annotated[date, BeforeValidator(_day)]
# The bounds stand before the reading of text: else pydantic cannot put them into the document.
PageSize = Annotated[int, Field(ge=1, le=100), BeforeValidator(_number)]
WorkingDays = Annotated[int, Field(ge=0, le=MOST_WORKING_DAYS), BeforeValidator(_number)]
Year = Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR), BeforeValidator(_number)]
# For people who read the document; what the calendar in force holds is said by the calendar.
CalendarYear = Annotated[
    int,
    BeforeValidator(_number),
    WithJsonSchema({"type": "integer", "minimum": FIRST_YEAR, "maximum": LAST_YEAR}),
]
Period = Annotated[str, Field(pattern=f"^({PERIOD})$")]
Month = Annotated[int, Field(ge=1, le=12), BeforeValidator(_number)]
Version = Annotated[int, Field(ge=0), BeforeValidator(_number)]
ApplicationId = Annotated[int, Field(ge=1, le=LARGEST_KEY), BeforeValidator(_number)]
Login = Annotated[str, Field(pattern="^[a-z][a-z0-9_.-]{0,63}$")]
Ordinal = Annotated[int, Field(ge=1), BeforeValidator(_number)]


def truth(flag: Flag | None) -> bool | None:
    """What a flag says; None where it was not given."""
    return None if flag is None else flag in {"true", "1"}


class NoQuery(Typed):
    """No parameters at all."""


class PageQuery(Typed):
    """One page of a list."""

    cursor: Cursor | None = _given("上一页答复中的 next")
    limit: PageSize = _given("每页条数", 20)


class ApplicationsQuery(PageQuery):
    """Filters of the list of applications."""

    state: Annotated[State, Field(strict=False)] | None = _given("状态")
    section: Annotated[Section, Field(strict=False)] | None = _given("阶段")
    subsidy: Annotated[Subsidy, Field(strict=False)] | None = _given("补贴种类")
    region: Region | None = _given("地区")
    overdue: Flag | None = _given("是否有已逾期的时限")
    mine: Flag | None = _given("仅限本人或本单位的申请")
    submitted: Flag | None = _given("是否已提交过，即不再是草稿")
    since: Day | None = _given("新建日期，从这一天起")
    until: Day | None = _given("新建日期，到这一天为止")
    text: Words | None = _given("申请编号或申请人名称中的文字，或者统一社会信用代码的前 8 位以上")


class WorklistQuery(PageQuery):
    """Filters of the worklist."""

    text: Words | None = _given("申请编号或申请人名称中的文字，或者统一社会信用代码的前 8 位以上")
    state: Annotated[State, Field(strict=False)] | None = _given("状态")
    urgency: Annotated[Urgency, Field(strict=False)] | None = _given("缓急")
    subsidy: Annotated[Subsidy, Field(strict=False)] | None = _given("补贴种类")
    region: Region | None = _given("地区")


class NoticesQuery(PageQuery):
    """Filters of the list of public notices."""

    region: Region | None = _given("地区")
    standing: Annotated[NoticeStanding, Field(strict=False)] | None = _given("公示状态")
    text: Words | None = _given("申请编号，或申请单位名称中的文字")


class ClocksQuery(PageQuery):
    """Filters of the list of clocks."""

    state: Annotated[ClockState, Field(strict=False)] | None = _given("时限状态")
    kind: Annotated[ClockKind, Field(strict=False)] | None = _given("时限种类")
    region: Region | None = _given("地区")


class AlertsQuery(PageQuery):
    """Filters of the list of alerts."""

    unread: Flag | None = _given("是否未读")
    kind: Annotated[AlertKind, Field(strict=False)] | None = _given("消息种类")
    text: Words | None = _given("申请编号、申请人或消息中的文字")


class AccountsQuery(PageQuery):
    """Filters of the list of accounts."""

    text: Words | None = _given("登录名、姓名、单位名称或代码中的文字")
    role: Annotated[Role, Field(strict=False)] | None = _given("角色")
    department: Annotated[Department, Field(strict=False)] | None = _given("部门")
    region: Region | None = _given("地区")
    state: Literal["active", "closed", "locked", "one_time"] | None = _given("状态")


class OutboxQuery(PageQuery):
    """Filters of the outbox."""

    state: Annotated[OutboxState, Field(strict=False)] | None = _given("状态")
    topic: Literal["moved", "alert", "calendar", "registration"] | None = _given("内容")


class RegionQuery(Typed):
    """Which region is meant; of the calendar none is the country's, else with what was closed there."""

    region: Region | None = _given("地区")


class DueQuery(RegionQuery):
    """A count of working days."""

    start: Day = Field(title=LABELS["start"])
    working_days: WorkingDays = Field(title=LABELS["working_days"])
    direction: Literal["forwards", "backwards"] = _given("方向", "forwards")


class BetweenQuery(RegionQuery):
    """The working days between two dates."""

    start: Day = Field(title=LABELS["start"])
    end: Day = Field(title=LABELS["end"])


class NoticeQuery(Typed):
    """In which shape a preview is wanted: as a whole, or the table of every clock that would move."""

    format: Literal["json", "csv"] = _given("格式", "json")


class VersionQuery(RegionQuery):
    """Which year of a version is wanted day by day."""

    year: CalendarYear | None = _given("年度")


class ChangesQuery(Typed):
    """With which version another one is compared."""

    since: Ordinal = Field(title="作比较的版次")


class ComparisonQuery(Typed):
    """Two versions of the calendar, as a page compares them."""

    before: Ordinal | None = _given("原版次")
    after: Ordinal | None = _given("新版次")


class PolicyChangesQuery(Typed):
    """With which policy another one is compared."""

    to: PolicyReference = Field(title="作比较的政策")


class PolicyComparisonQuery(Typed):
    """Two policies, as a page compares them."""

    before: PolicyReference | None = _given("原政策")
    after: PolicyReference | None = _given("新政策")


class ClosuresQuery(PageQuery):
    """Filters of the list of local closures."""

    status: Annotated[ClosureStatus, Field(strict=False)] | None = _given("状态")


class ListedInstitutionsQuery(PageQuery):
    """Filters of the institutions on the year's list."""

    region: Region | None = _given("地区")
    year: Year | None = _given("年度")
    kind: Annotated[InstitutionKind, Field(strict=False)] | None = _given("类别")
    uscc: Code | None = _given("统一社会信用代码")
    text: Words | None = _given("机构名称、代码或者职业中的文字")


class VisitsQuery(PageQuery):
    """Which visits of an inspector are listed."""

    on: Day | None = _given("哪一天；不填为今天")
    show: Annotated[VisitList, Field(strict=False)] = _given("哪一种", VisitList.NEEDED)


class ListedPlatformsQuery(PageQuery):
    """Filters of the platforms on the year's list."""

    region: Region | None = _given("地区")
    year: Year | None = _given("年度")
    text: Words | None = _given("平台名称中的文字")


class SanctionsQuery(PageQuery):
    """Filters of the list of sanctions."""

    region: Region | None = _given("地区")
    kind: Annotated[SanctionKind, Field(strict=False)] | None = _given("处理")
    uscc: Code | None = _given("统一社会信用代码")
    platform: Words | None = _given("平台名称")
    in_force: Flag | None = _given("是否执行中")


class RegistrationsQuery(PageQuery):
    """Filters of the registrations of organisations."""

    state: Annotated[RegistrationState, Field(strict=False)] | None = _given("状态")


class SurveysQuery(PageQuery):
    """Filters of the list of satisfaction surveys."""

    region: Region | None = _given("地区")
    uscc: Code | None = _given("统一社会信用代码")


class YearListQuery(Typed):
    """Which region's list of which year is exported; by default one's own of the present year."""

    region: Region | None = _given("地区")
    year: Year | None = _given("年度")


class YearListImportQuery(Typed):
    """Whether what was uploaded is put on the list, or only looked at."""

    apply: Flag = _given("是否导入", "false")
    seen: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = _given(
        "预览答复中的 seen；清单在预览之后已有变动的，不导入"
    )


class AuditQuery(PageQuery):
    """Filters of the search over the audit trail."""

    who: Words | None = _given("办理人的登录名或者姓名")
    event: Annotated[str, Field(pattern="^[a-z_]{1,40}$")] | None = _given("事项")
    outcome: Annotated[AuditOutcome, Field(strict=False)] | None = _given("结果")
    chain: Annotated[AuditChain, Field(strict=False)] | None = _given("记录种类")
    number: Words | None = _given("申请编号")
    region: Region | None = _given("地区")
    from_state: Annotated[State, Field(strict=False)] | None = _given("办理前状态")
    to_state: Annotated[State, Field(strict=False)] | None = _given("办理后状态")
    from_on: Day | None = _given("起始日期")
    until_on: Day | None = _given("截止日期")
    text: Words | None = _given("记录中的文字")


class ReadingsQuery(PageQuery):
    """Filters of the list of readings in clear."""

    application_id: ApplicationId | None = _given("申请编号（系统内）")
    number: Words | None = _given("申请编号")
    account: Words | None = _given("查看人的登录名或者姓名")
    person: Words | None = _given("被查看的人的姓名或者号码")
    subject: Annotated[ReadingSubject, Field(strict=False)] | None = _given("查看内容")
    purpose: Annotated[ReadingPurpose, Field(strict=False)] | None = _given("目的")
    from_on: Day | None = _given("起始日期")
    until_on: Day | None = _given("截止日期")
    format: Literal["json", "xlsx"] = _given("格式", "json")


class ReportQuery(Typed):
    """What a report covers, and in which shape it is wanted."""

    region: Region | None = _given("地区")
    year: Year | None = _given("年度")
    month: Month | None = _given("月份")
    format: Literal["json", "xlsx"] = _given("格式", "json")


class PoolsQuery(Typed):
    """Which pools of funds are meant."""

    region: Region | None = _given("地区")
    year: Year | None = _given("年度")


class FinanceQuery(Typed):
    """Whose desk of finance is wanted, and in which order."""

    region: Region | None = _given("地区")
    order: Literal["due", "amount"] = _given("排列", "due")


class DashboardQuery(Typed):
    """What the dashboard covers, and in which shape it, or one of its tables, is wanted."""

    period: Annotated[str, Field(pattern=f"^({PERIOD})$")] | None = _given(
        "年度（2026）、月份（2026-09）或者 all"
    )
    region: Region | None = _given("地区")
    format: Literal["json", "xlsx"] = _given("格式", "json")
    table: Literal["matters", "timings", "overdue", "money", "months"] | None = _given("只要这一张表")


class OverdueQuery(PageQuery):
    """Which overdue applications are wanted."""

    region: Region | None = _given("地区")
    holder: Annotated[Holder, Field(strict=False)] | None = _given("在谁手中")
    band: Literal["days_1_5", "days_6_10", "days_11"] | None = _given("逾期天数")
    format: Literal["json", "xlsx"] = _given("格式", "json")


class TimingsQuery(PageQuery):
    """Which of the clocks that the dashboard counted are wanted, and in which shape."""

    department: Annotated[Department, Field(strict=False)] = Field(title="部门")
    kind: Annotated[ClockKind, Field(strict=False)] = Field(title="时限")
    limit_days: Annotated[int, Field(ge=1, le=999), BeforeValidator(_number)] = Field(title="规定的工作日")
    period: Annotated[str, Field(pattern=f"^({PERIOD})$")] = _given(
        "年度（2026）、月份（2026-09）或者 all", "all"
    )
    region: Region | None = _given("地区")
    used_from: Annotated[int, Field(ge=0, le=9999), BeforeValidator(_number)] | None = _given(
        "至少用了多少个工作日"
    )
    used_until: Annotated[int, Field(ge=0, le=9999), BeforeValidator(_number)] | None = _given(
        "至多用了多少个工作日"
    )
    format: Literal["json", "xlsx"] = _given("格式", "json")


class BatchesQuery(PageQuery):
    """Filters of the list of payment batches."""

    region: Region | None = _given("地区")


class BatchFileQuery(Typed):
    """In which shape the bank takes a batch."""

    format: Annotated[FileFormat, Field(strict=False)] = _given("格式", FileFormat.XLSX)


class BatchResultQuery(Typed):
    """In which shape a result of the bank is wanted."""

    format: Literal["json", "xlsx"] = _given("格式", "json")


class LedgerQuery(PageQuery):
    """Which movements of the ledger are wanted, and in which shape."""

    region: Region | None = _given("地区")
    year: Year | None = _given("年度")
    source: Annotated[FundSource, Field(strict=False)] | None = _given("资金来源")
    kind: Annotated[LedgerKind, Field(strict=False)] | None = _given("种类")
    application_id: ApplicationId | None = _given("申请的编号（id）")
    format: Literal["json", "xlsx"] = _given("格式", "json")


class AttachmentQuery(Typed):
    """Where a file is added; its body has no room for it."""

    place: Annotated[AttachmentPlace, Field(strict=False)] = Field(title="附件位置")
    class_no: Annotated[int, Field(ge=1, le=999), BeforeValidator(_number)] | None = _given("班次")
    inspection_no: Annotated[int, Field(ge=0, le=999), BeforeValidator(_number)] | None = _given(
        "该班第几次检查的照片；0 为开班当日检查"
    )
    name: Annotated[str, Field(min_length=1, max_length=200)] | None = _given("显示的文件名")
    version: Version | None = _given("您所看到的申请版本")


class AttachmentVersionQuery(Typed):
    """The version that the caller has seen."""

    version: Version | None = _given("您所看到的申请版本")


class RosterQuery(Typed):
    """The version that the caller has seen, for a roster whose body has no room for it."""

    version: Version | None = _given("您所看到的申请版本")
    good_rows: Annotated[int, Field(ge=1, le=MOST_ROWS), BeforeValidator(_number)] | None = _given(
        "知情后只导入无误的行：它们的行数；其余有错的行不导入"
    )
