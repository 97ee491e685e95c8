"""What the API answers, as models. They only describe; the services make the answers, a test compares."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from web.api.direct_claims import BeneficiaryAnswer, ClaimedClass, Computation
from web.routing import LARGEST_KEY
from workflow.form.applicant import Employer, IndividualApplicant, OrganisationApplicant
from workflow.form.assessment import IndividualCertificate
from workflow.form.claim import ClaimLine, Commitment
from workflow.form.disbursement import Payment, Recovery, RecoveryReceipt, SourceChoice
from workflow.form.opening import Opening, Provider
from workflow.form.training import Inspection, MakeUp, OpeningInspection
from workflow.policy import Group
from workflow.rules import Occasion
from workflow.services.calendar_versions import MOST_LISTED
from workflow.vocabulary import (
    AlertKind,
    ApplicationKind,
    CertificateKind,
    ClockKind,
    ClockState,
    ClosureStatus,
    Department,
    Event,
    LimitUnit,
    ObjectionOutcome,
    ObjectionProgress,
    Section,
    State,
    Subsidy,
)

Key = Annotated[int, Field(ge=1, le=LARGEST_KEY)]
Yuan = Annotated[str, Field(pattern=r"^-?[0-9]+\.[0-9]{2}$", description="元，两位小数")]
Cursor = Annotated[str | None, Field(description="下一页的 cursor；没有下一页时为 null")]


class FieldFault(BaseModel):
    """One field that cannot be read."""

    field: str
    message: str


class FindingAnswer(BaseModel):
    """One rule measured against the facts."""

    rule: str
    severity: str
    measured: str
    limit: str
    source: str
    message: str
    where: str


class FindingReply(BaseModel):
    """What a reviewer answered to a warning in writing."""

    text: str
    by: str
    at: datetime


class FindingShown(FindingAnswer):
    """A finding of an application: when it was made, and the newest answer to it that stands."""

    occasion: Occasion | None
    answer: FindingReply | None


class Problem(BaseModel):
    """An error, RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    request_id: str
    errors: list[FieldFault] = Field(default_factory=list, description="不能读取的字段")
    findings: list[FindingAnswer] = Field(default_factory=list, description="不符合的规定")
    source: str = Field(default="", description="依据")
    current_version: int = Field(default=0, description="申请现在的版本")


class Limit(BaseModel):
    """How long a clock may run."""

    count: int
    unit: LimitUnit
    minimum: bool


class Segment(BaseModel):
    """One stretch of a clock: the first day is not counted, the last one is."""

    from_: date = Field(serialization_alias="from")
    from_provisional: bool
    to: date | None
    to_provisional: bool
    counts: bool
    state: str
    why: str
    why_label: str


class ClockAnswer(BaseModel):
    """A clock of an application."""

    id: Key
    kind: ClockKind
    label: str
    department: Department | None
    department_label: str
    limit: Limit
    started_on: date
    due_on: date | None
    provisional: bool
    state: ClockState
    state_label: str
    used_days: int
    left_days: int
    ended_on: date | None
    calendar_version: str
    source: str
    segments: list[Segment]


class ClockListItem(ClockAnswer):
    """A clock in a list, with the application it belongs to."""

    application_id: Key
    application_number: str
    applicant_name: str
    region: str


class ExplainedDay(BaseModel):
    """One day of a clock's run and why it counts or not."""

    date: date
    kind: Literal["start", "counted", "make_up", "weekend", "holiday", "closed", "paused"]
    word: str
    provisional: bool
    ahead: bool


class Explanation(BaseModel):
    """Every day of a clock's run."""

    days: list[ExplainedDay]
    counted_days: int
    sources: list[str] = Field(description="所依据的各年度放假安排")


class ExplainedClock(ClockAnswer):
    """A clock with the days behind it."""

    application_id: Key
    application_number: str
    explanation: Explanation


class DepartmentDays(BaseModel):
    """What a department has used of its total."""

    limit_days: int
    used_days: int
    left_days: int


class Departments(BaseModel):
    """The totals of the three departments."""

    industry: DepartmentDays
    hr: DepartmentDays
    finance: DepartmentDays


class Review(BaseModel):
    """A signature on the form; a superseded one no longer counts and stays readable."""

    step: str
    step_label: str
    seat: Literal["first", "second", "only"]
    seat_label: str
    name: str
    decided_at: datetime
    outcome: str
    outcome_label: str
    opinion: str
    superseded: bool


class WarningAnswerShown(BaseModel):
    """A written answer to a warning; one that was sent back no longer counts and stays readable."""

    rule: str
    where: str
    measured: str
    limit: str
    message: str
    answer: str
    answered_by: str
    answered_at: datetime
    step: str
    step_label: str
    seat: Literal["first", "second", "only"]
    seat_label: str
    superseded: bool


class OpeningShown(Opening):
    """一 开班申请."""

    answers: list[WarningAnswerShown] = Field(default=[])
    reviews: list[Review] = Field(default=[])


class OpeningInspectionShown(OpeningInspection):
    """开班当日检查, with who made it, and who struck its observations."""

    inspector: str
    roster_digest: str | None = Field(default=None, description="点名所用的名册")
    observations_struck: bool = False
    struck_by: str | None = None
    struck_on: date | None = None
    struck_reason: str | None = None


class InspectionShown(Inspection):
    """培训期间检查, with who made it, and who struck its observations."""

    inspector: str
    roster_digest: str | None = Field(default=None, description="点名所用的名册")
    observations_struck: bool = False
    struck_by: str | None = None
    struck_on: date | None = None
    struck_reason: str | None = None


class MakeUpShown(MakeUp):
    """A make-up lesson that was asked for, and what HR decided."""

    id: Key
    asked_by: str
    asked_on: date
    consented_by: str | None = None
    consented_on: date | None = None
    declined_by: str | None = None
    declined_on: date | None = None
    reason: str | None = Field(default=None, description="不同意的理由")


class TrainingShown(BaseModel):
    """二 过程监管."""

    opening_inspections: list[OpeningInspectionShown] = []
    inspections: list[InspectionShown] = []
    make_ups: list[MakeUpShown] = []
    answers: list[WarningAnswerShown] = Field(default=[])
    ended_on: date | None = None
    reviews: list[Review] = Field(default=[])


class CertificateShown(BaseModel):
    """A trainee's certificate; the identity number is masked."""

    id_number: str
    number: str
    issued_on: date


class ResultShown(BaseModel):
    """How one class did in one kind of assessment."""

    class_no: int
    kind: CertificateKind
    level: int | None = None
    examined_count: int
    certified_count: int
    certificates: list[CertificateShown] = []


class AssessmentShown(BaseModel):
    """三 结业考核."""

    assess_on: date | None = None
    proposed_on: date | None = None
    results: list[ResultShown] = []
    inspector: str | None = None
    recorded_on: date | None = None
    answers: list[WarningAnswerShown] = Field(default=[])
    reviews: list[Review] = Field(default=[])


class NoticeShown(BaseModel):
    """One publication."""

    id: Key
    published_on: date
    published_by_name: str
    site: str
    minimum_until: date | None
    provisional: bool
    ended_because: str | None
    closed_on: date | None = None
    closed_by_name: str | None = None


class ObjectionShown(BaseModel):
    """One objection; the name is masked."""

    id: Key
    receipt: str
    notice_id: Key
    carried_to: Key | None = Field(default=None, description="原公示中止后转入的公示")
    name: str
    filed_at: datetime
    content: str
    outcome: ObjectionOutcome | None
    outcome_label: str | None = None
    reply: str | None = None
    resolved_by_name: str | None = None
    resolved_at: datetime | None = None
    settled_in_notice: Key | None = None


class ClaimShown(BaseModel):
    """四 补贴资金申领."""

    lines: list[ClaimLine] = []
    commitment: Commitment | None = None
    submitted_on: date | None = None
    submitted_by: str | None = None
    computation: list[ClaimedClass] = []
    accepted_on: date | None = None
    accepted_by: str | None = None
    notices: list[NoticeShown] = []
    objections: list[ObjectionShown] = []
    answers: list[WarningAnswerShown] = Field(default=[])
    reviews: list[Review] = Field(default=[])


class ReservationShown(BaseModel):
    """Money in a source of funds of a year: reserved for the application, or returned to it."""

    source: SourceChoice
    year: int
    amount: Yuan


class PaymentShown(Payment):
    """One payment, with who made it and whether the bank sent it back; ``year`` is that of the pool."""

    year: int | None = None
    paid_by_name: str
    failed: bool
    failure_reason: str | None = None
    failed_on: date | None = None


class RecoveryShown(Recovery):
    """The decision to recover, with who made it."""

    ordered_by_name: str
    ordered_on: date


class RecoveryReceiptShown(RecoveryReceipt):
    """Recovered money, with who recorded it and to which pools it went."""

    recorded_by_name: str
    returned_to: list[ReservationShown] = Field(default=[])


class DisbursementShown(BaseModel):
    """五 资金拨付."""

    reservation: list[ReservationShown] = []
    payments: list[PaymentShown] = []
    recovery: RecoveryShown | None = None
    recoveries: list[RecoveryReceiptShown] = []
    reviews: list[Review] = Field(default=[])


class Suspension(BaseModel):
    """One suspension, and how it ended."""

    reason: str
    by: str
    on: date
    resumed_on: date | None = None
    resumed_by: str | None = None
    resume_reason: str | None = None


class Ending(BaseModel):
    """How the application ended before its time."""

    how: Literal["rejected", "withdrawn", "terminated"]
    reason: str
    by: str
    on: date


class FormAnswer(BaseModel):
    """The printed form: the applicant and five sections; what is not filled in yet is absent."""

    applicant: OrganisationApplicant | IndividualApplicant | Employer
    opening: OpeningShown
    training: TrainingShown
    assessment: AssessmentShown
    claim: ClaimShown
    disbursement: DisbursementShown
    provider: Provider | None = None
    certificate: IndividualCertificate | None = None
    suspensions: list[Suspension] = Field(default=[])
    ending: Ending | None = None


class Correction(BaseModel):
    """Why the application was returned."""

    reason: str
    code: str
    sections: list[str]
    returned_by: str
    returned_at: datetime
    returned_from: str


class MoneyTotals(BaseModel):
    """Money of an application."""

    asked: Yuan
    approved: Yuan
    paid: Yuan
    to_recover: Yuan
    recovered: Yuan


class ClassAttendance(BaseModel):
    """The average attendance of a class at the checks during its training, rounded down."""

    class_no: int
    average: int


class ApplicationAnswer(BaseModel):
    """An application as its caller sees it."""

    id: Key
    number: str
    kind: ApplicationKind
    kind_label: str
    subsidy: Subsidy
    subsidy_label: str
    region: str
    region_label: str
    policy: str
    policy_title: str
    policy_version: str
    state: State
    state_label: str
    section: Section
    section_label: str
    version: int
    applicant_name: str
    created_at: datetime
    updated_at: datetime
    state_since_on: date
    form: FormAnswer
    allowed_events: list[Event]
    # By event the name of the absent person in whose place the caller would send it.
    acting_for: dict[Event, str]
    # Whether the caller may remind those in whose hands it is.
    may_urge: bool
    clocks: list[ClockAnswer]
    departments: Departments
    average_attendance: int | None
    attendance: list[ClassAttendance]
    findings: list[FindingShown]
    roster_count: int
    correction: Correction | None
    suspended_from: State | None
    money: MoneyTotals


class EventReceipt(BaseModel):
    """An event by somebody who may send it but not read the application: an objection to its notice."""

    id: Key
    number: str
    state: State
    state_label: str
    version: int
    objection_id: Key | None
    receipt: str | None


class ApplicationSummary(BaseModel):
    """An application in a list."""

    id: Key
    number: str
    kind: ApplicationKind
    subsidy: Subsidy
    subsidy_label: str
    region: str
    region_label: str
    applicant_name: str
    state: State
    state_label: str
    section: Section
    section_label: str
    version: int
    state_since_on: date
    amount: Yuan
    clock: ClockAnswer | None = Field(description="最紧迫的时限")
    due_on: date | None
    clock_state: ClockState | None
    clock_label: str | None
    clock_kind: ClockKind | None
    limit_unit: LimitUnit | None
    left_days: int | None
    provisional: bool


class WaitingMakeUps(BaseModel):
    """Make-up lessons that wait for HR's consent."""

    count: int
    decide_before: date | None = Field(description="考核日期；补课意见须在此前作出")


class WorklistItem(ApplicationSummary):
    """An application that waits for the caller."""

    allowed_events: list[Event]
    make_ups: WaitingMakeUps | None = Field(description="待人社部门同意的补课申请")
    place: str = Field(description="作为 cursor，从这一件之后接着列")
    marks: list[str] = Field(description="转办、委派、代办的说明，例如“代某某”")


class HistoryEntry(BaseModel):
    """One entry of the audit trail."""

    sequence: int
    at: datetime
    actor: str
    actor_name: str
    event: str
    event_label: str
    outcome: Literal["done", "refused"]
    from_state: State | None
    from_state_label: str | None
    to_state: State | None
    to_state_label: str | None
    message: str
    detail: dict[str, Any]
    policy_version: str | None
    calendar_version: str | None
    form_digest: str | None
    previous_hash: str
    hash: str = Field(description="SM3(previous_hash + 换行 + 记录内容)")


class TraineeAnswer(BaseModel):
    """A trainee of the roster, numbers masked."""

    row: int
    class_no: int
    name: str
    id_type: str
    id_number: str
    phone: str | None
    category: str
    employer: str | None
    occupation: str | None
    post_code: str | None
    changing_post: bool | None
    major: str | None
    major_code: str | None


class RosterAnswer(BaseModel):
    """The roster or, of a subsidy that starts at the claim, the list of persons."""

    items: list[TraineeAnswer] | list[BeneficiaryAnswer]
    count: int


class RosterReplaced(BaseModel):
    """The roster or list that now stands, and the application's version with it."""

    items: list[TraineeAnswer] | list[BeneficiaryAnswer]
    count: int
    version: int


class RosterChanged(RosterReplaced):
    """The roster after one trainee was added, changed or removed, and what should be looked at."""

    warnings: list[FieldFault]


class Preview(BaseModel):
    """What the rules would say, what is not filled in, and of a list of persons what may be claimed."""

    findings: list[FindingAnswer]
    missing: list[FieldFault]
    # What was typed and cannot be read; the rest was checked without it.
    faults: list[FieldFault]
    computation: Computation | None


class Urged(BaseModel):
    """How many were reminded, and the day from which it may be urged again."""

    told_count: int
    again_on: date


class ApprovalResult(BaseModel):
    """What became of one of several approvals: done, or why not; the names are null to whom it is closed."""

    id: Key
    done: bool
    message: str
    number: str | None
    applicant_name: str | None
    state_label: str | None


class ApprovalResults(BaseModel):
    """What became of each of several approvals."""

    items: list[ApprovalResult]
    done_count: int
    refused_count: int


class ChangeAnswer(BaseModel):
    """An entry that was changed; empty where nothing stood, or stands now."""

    where: str
    label: str
    before: str
    after: str


class ChangedPerson(BaseModel):
    """Somebody who was put on the list, taken from it, or whose entries were changed; the number masked."""

    what: Literal["added", "removed", "changed"]
    row_no: int
    name: str
    masked: str
    changes: list[ChangeAnswer]


class Changes(BaseModel):
    """What the applicant changed since the last return; ``returned_at`` is null where there was none."""

    returned_at: datetime | None
    reason: str
    # Whether the present step belongs to the section that was returned.
    current: bool
    form: list[ChangeAnswer]
    people: list[ChangedPerson]


class AlertAnswer(BaseModel):
    """A message to the caller; one about the system itself is of no application."""

    id: Key
    kind: AlertKind
    kind_label: str
    application_id: Key | None
    application_number: str | None
    applicant_name: str | None
    region: str | None
    clock_id: Key | None
    rung: str
    rung_label: str
    reason: str | None = Field(description="为何提醒，应当怎么办")
    clock_kind: ClockKind | None
    clock_label: str | None
    due_before: date | None = Field(description="因日历更新而变动之前的到期日")
    provisional_before: bool = Field(description="变动之前的到期日是否暂定")
    due_on: date
    provisional: bool
    scheduled_at: datetime
    raised_at: datetime
    read_at: datetime | None
    state: State | None = Field(description="该申请现在的状态")
    state_label: str | None
    message: str
    advice: str = Field(description="现在应当怎么办")


class AlertsMarked(BaseModel):
    """How many messages were marked as read, and how many unread ones are left, counted up to 100."""

    marked: int
    unread: int


class MailChosen(BaseModel):
    """Where e-mail goes, and the kinds of message that are sent there too."""

    email: str | None
    kinds: list[AlertKind]


class NewCalendarFeed(BaseModel):
    """The address of a calendar feed (iCalendar). Whoever has it can read it; it is shown this once."""

    url: str = Field(json_schema_extra={"format": "uri"})
    created_at: datetime


class CalendarFeed(BaseModel):
    """The caller's calendar feed, if there is one; the time of reading is kept to the hour."""

    active: bool
    created_at: datetime | None
    last_read_at: datetime | None


class NoticeClass(BaseModel):
    """One class of a public notice."""

    class_no: int
    occupation: str
    level: int | None
    level_label: str
    heads: int
    amount: Yuan
    names_masked: list[str]


class PublicNotice(BaseModel):
    """A public notice, as anybody may read it."""

    id: Key
    application_id: Key
    application_number: str
    applicant_name: str
    subsidy: Subsidy
    subsidy_label: str
    region: str
    region_label: str
    published_on: date
    minimum_until: date | None
    provisional: bool
    closed_on: date | None
    site: str
    state: str
    state_label: str
    classes: list[NoticeClass]
    total_heads: int
    total_amount: Yuan


class ObjectionReceipt(BaseModel):
    """The receipt of an objection."""

    id: Key
    receipt: str
    notice_id: Key
    filed_at: datetime


class FollowedObjection(BaseModel):
    """How an objection stands, for whoever holds its receipt."""

    receipt: str
    state: ObjectionProgress
    state_label: str
    filed_at: datetime
    due_on: date | None = Field(description="应答复的最后一天；不在核实中的为空")
    provisional: bool
    overdue: bool
    limit_days: int = Field(description="答复期限，工作日")
    source: str
    outcome: ObjectionOutcome | None
    outcome_label: str | None
    reply: str | None
    answered_at: datetime | None
    notice_id: Key
    notice_state: str
    notice_state_label: str
    application_number: str
    applicant_name: str
    region: str
    region_label: str


class CalendarDay(BaseModel):
    """A day of the calendar."""

    date: date
    working: bool
    reason: str
    closed: bool = Field(default=False, description="本地停办；只在问及地区时出现")
    elsewhere: str | None = Field(default=None, description="停办之外这一天是什么日子；只在停办时出现")


class CalendarYearAnswer(BaseModel):
    """A year of the calendar, day by day."""

    year: int
    provisional: bool
    version: str
    source: str
    days: list[CalendarDay]


class SkippedDay(BaseModel):
    """A day that does not count."""

    date: date
    reason: str
    closed: bool = Field(default=False, description="本地停办；只在问及地区时出现")


class DueAnswer(BaseModel):
    """A count of working days."""

    start: date
    working_days: int
    backwards: bool = Field(default=False, description="向前倒推；只在倒推时出现")
    due_on: date
    provisional: bool
    counted: list[date]
    skipped: list[SkippedDay]


class BetweenAnswer(BaseModel):
    """The working days after one date up to and with another."""

    start: date
    end: date
    working_days: int
    provisional: bool
    counted: list[date]
    skipped: list[SkippedDay]


class CalendarChange(BaseModel):
    """A day that a holiday notice changes: what it was and what it becomes."""

    date: date
    before: str
    after: str
    working_before: bool
    working_after: bool


class MovedClock(BaseModel):
    """A running clock whose due date moves, or is no longer provisional."""

    clock_id: Key
    application_id: Key
    application_number: str
    applicant_name: str
    region: str
    kind: ClockKind
    label: str
    due_before: date | None
    provisional_before: bool
    due_after: date | None
    provisional: bool


MovedCount = Annotated[int, Field(description="变动的时限总数")]
MovedClocks = Annotated[
    list[MovedClock],
    Field(description=f"变动的时限，至多列出前 {MOST_LISTED} 个；预览时 format=csv 得到全部"),
]
Ordinal = Annotated[int, Field(ge=1, description="日历的版次")]


class CalendarImport(BaseModel):
    """The last year that the notices change, what they change, and which clocks they move."""

    year: int
    provisional: bool
    version: str
    source: str
    days: list[CalendarDay]
    years: list[int] = Field(description="通知所改变的各年")
    amendment: bool = Field(description="该年已有放假安排，本次按调整处理")
    ordinal_before: Ordinal
    ordinal: Ordinal | None = Field(description="生效后的版次；只是预览时为 null")
    calendar_before: str
    calendar_version: str
    cautions: list[str] = Field(description="不合常例、请对照原文核实之处")
    changes: list[CalendarChange]
    moved_count: MovedCount
    clocks: MovedClocks


class CalendarVersionSummary(BaseModel):
    """A version of the calendar: since when, why and by whom; the name is for staff and applicants only."""

    ordinal: Ordinal
    version: str
    note: str
    created_by_name: str | None
    created_at: datetime
    years_count: int
    closures_count: int
    in_force: bool


class VersionYear(BaseModel):
    """A year that has its notice in this version."""

    year: int
    version: str
    source: str


class Closure(BaseModel):
    """Days on which the offices of one region stand still, by whose order."""

    region: str
    region_label: str
    days: list[date]
    authority: str
    document_number: str
    reason: str


class CalendarVersion(CalendarVersionSummary):
    """One version of the calendar, with the days of a year where asked for."""

    years: list[VersionYear]
    closures: list[Closure]
    last_year: int
    shown: CalendarYearAnswer | None = Field(default=None, description="只在问及年度时出现")


class ComparedVersion(BaseModel):
    """One side of a comparison."""

    ordinal: Ordinal
    version: str
    note: str
    created_by_name: str | None
    created_at: datetime
    years_count: int
    closures_count: int


class VersionComparison(BaseModel):
    """What differs between two versions of the calendar."""

    before: ComparedVersion
    after: ComparedVersion
    changes: list[CalendarChange]
    years_published: list[int] = Field(description="有了放假通知、不再暂定的年度")
    years_withdrawn: list[int] = Field(description="没有了放假通知、转为暂定的年度")
    closures_added: list[Closure]
    closures_removed: list[Closure]


class LocalClosure(Closure):
    """A local closure and where it stands; what the caller may do with it."""

    id: Key
    status: ClosureStatus
    status_label: str
    counts: bool = Field(description="是否计入该地区的期限")
    entered_by_name: str
    entered_at: datetime
    confirmed_by_name: str | None
    confirmed_at: datetime | None
    withdrawal_entered_by_name: str | None
    withdrawal_reason: str | None
    withdrawal_confirmed_by_name: str | None
    ended_at: datetime | None
    may_decide: bool
    may_withdraw: bool


class LocalClosureShown(LocalClosure):
    """A local closure and, while it waits for a decision or has just got it, the clocks that move with it."""

    ordinal: Ordinal
    moved_count: MovedCount = 0
    clocks: MovedClocks = []


class StoredPolicyVersion(BaseModel):
    """A version of a policy under which applications were accepted."""

    version: str
    stored_at: datetime
    applications_count: int
    open_count: int = Field(description="其中尚未办结的申请；每隔几分钟统计一次")
    shown: bool = Field(description="即本答复所述的版本")


class PolicyRegion(BaseModel):
    """A region that a policy is for."""

    code: str
    label: str


class ComparedPolicy(BaseModel):
    """A policy without its values."""

    key: str
    version: str = Field(description="内容的杂凑值，任何值、出处或说明改变时随之改变")
    title: str
    documents: list[str] = Field(description="依据的文件；较早存储的版本没有")
    draft: bool = Field(description="依据的文件中有征求意见稿")
    valid_from: date
    valid_until: date | None = Field(description="没有失效日期的，到被取代时为止")
    regions: list[PolicyRegion]


class PolicySummary(ComparedPolicy):
    """A policy and the versions of it that applications keep."""

    in_force: bool
    stored_versions: list[StoredPolicyVersion]


class PolicyParameter(BaseModel):
    """A value of a policy with its source, or 本地."""

    path: str
    group: Group
    group_label: str
    title: str
    value: str
    details: str
    source: str
    local: bool
    draft: bool = Field(description="出处是征求意见稿")
    note: str


class PolicyAnswer(PolicySummary):
    """A policy with every value, and when its applications were counted."""

    counted_at: datetime | None
    parameters: list[PolicyParameter]


class PolicyChange(BaseModel):
    """A parameter that is not the same in two policies; null where a policy does not have it."""

    path: str
    group: Group
    group_label: str
    title: str
    in_value: bool = Field(description="值不同；否则只是依据或说明不同")
    before: PolicyParameter | None
    after: PolicyParameter | None


class PolicyComparison(BaseModel):
    """What differs between two policies."""

    before: ComparedPolicy
    after: ComparedPolicy
    changes: list[PolicyChange]


class ReportName(BaseModel):
    """A report there is."""

    name: str
    title: str


class Report(BaseModel):
    """A report."""

    name: str
    title: str
    columns: list[dict[str, Any]]
    rows: list[dict[str, Any]]


class TestClockAnswer(BaseModel):
    """The present moment of the business, and how many alerts the sweep then raised."""

    now: datetime
    raised: int


class CarryOverAnswer(BaseModel):
    """What of an own submitted application may go into a new one."""

    application_id: Key
    number: str
    policy: str | None = Field(description="现在仍适用的政策；不再适用的为空")
    form: dict[str, Any] = Field(description="新申请的各部分，个人信息已遮盖")
    carried: list[str]
    anew: list[str] = Field(description="须重新填写的内容")
    dropped: list[str] = Field(description="现行政策或者目录清单中已没有、因而没有沿用的内容")
