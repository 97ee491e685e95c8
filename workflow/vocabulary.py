"""The words of the field: states, events, departments, roles and codes, each with its Chinese label.

The values are stored, sent over the API and never change (``contract.md``); labels come from the printed
form 年度补贴培训资金申请表 (平技领办〔2022〕5号 附件2) and from law.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Word(StrEnum):
    """A stored value with the Chinese label that people see."""

    label: str

    # The default is for mypy only, which takes a look-up such as State("draft") for a call of __new__.
    def __new__(cls, value: str, label: str = "") -> Self:
        word = str.__new__(cls, value)
        word._value_ = value
        word.label = label
        return word


class Section(Word):
    """The five sections of the form, in the order of printing."""

    OPENING = "opening", "开班申请"
    TRAINING = "training", "过程监管"
    ASSESSMENT = "assessment", "结业考核"
    CLAIM = "claim", "补贴资金申领"
    DISBURSEMENT = "disbursement", "资金拨付"


class State(Word):
    """Where an application stands; exactly one is active at a time."""

    DRAFT = "draft", "草稿"
    OPENING_INDUSTRY_FIRST = "opening_industry_first", "开班申请·行业主管部门初审"
    OPENING_INDUSTRY_SECOND = "opening_industry_second", "开班申请·行业主管部门复核"
    OPENING_HR_FIRST = "opening_hr_first", "开班申请·人社部门初审"
    OPENING_HR_SECOND = "opening_hr_second", "开班申请·人社部门复核"
    OPENING_CORRECTION = "opening_correction", "开班申请·退回补正"
    TRAINING_AWAITING_START = "training_awaiting_start", "待开班"
    TRAINING_IN_PROGRESS = "training_in_progress", "培训中"
    TRAINING_HR_OPINION = "training_hr_opinion", "过程监管·待人社部门检查意见"
    ASSESSMENT_AWAITING_PROPOSAL = "assessment_awaiting_proposal", "待提出考核时间"
    ASSESSMENT_PROPOSED = "assessment_proposed", "考核时间已提出"
    ASSESSMENT_HR_OPINION = "assessment_hr_opinion", "结业考核·待人社部门意见"
    CLAIM_DRAFT = "claim_draft", "待申领补贴"
    CLAIM_AWAITING_ACCEPTANCE = "claim_awaiting_acceptance", "补贴申领·待受理"
    CLAIM_INDUSTRY_FIRST = "claim_industry_first", "补贴申领·行业主管部门初审"
    CLAIM_INDUSTRY_SECOND = "claim_industry_second", "补贴申领·行业主管部门复核"
    CLAIM_AWAITING_PUBLICATION = "claim_awaiting_publication", "补贴申领·待公示"
    CLAIM_PUBLIC_NOTICE = "claim_public_notice", "补贴申领·公示中"
    CLAIM_HR_FIRST = "claim_hr_first", "补贴申领·人社部门初审"
    CLAIM_HR_SECOND = "claim_hr_second", "补贴申领·人社部门复核"
    CLAIM_FINANCE_FIRST = "claim_finance_first", "补贴申领·财政部门初审"
    CLAIM_FINANCE_SECOND = "claim_finance_second", "补贴申领·财政部门复核"
    CLAIM_CORRECTION = "claim_correction", "补贴申领·退回补正"
    DISBURSEMENT_AWAITING_PAYMENT = "disbursement_awaiting_payment", "待拨付"
    DISBURSED = "disbursed", "已拨付"
    RECOVERING = "recovering", "追缴中"
    RECOVERED = "recovered", "已追缴"
    SUSPENDED = "suspended", "已暂停"
    REJECTED = "rejected", "不予通过"
    WITHDRAWN = "withdrawn", "已撤回"
    TERMINATED = "terminated", "已终止"


class Event(Word):
    """What may be sent to an application."""

    SUBMIT = "submit", "提交"
    APPROVE = "approve", "审核通过"
    RETURN_TO_FIRST = "return_to_first", "退回初审"
    RETURN_FOR_CORRECTION = "return_for_correction", "退回补正"
    REJECT = "reject", "不予通过"
    WITHDRAW = "withdraw", "撤回申请"
    RECORD_OPENING_INSPECTION = "record_opening_inspection", "登记开班当日检查"
    RECORD_INSPECTION = "record_inspection", "登记培训期间检查"
    FINISH_TRAINING = "finish_training", "培训结束"
    PROPOSE_ASSESSMENT = "propose_assessment", "提出考核时间"
    RECORD_RESULTS = "record_results", "登记考核结果"
    ACCEPT = "accept", "受理"
    PUBLISH = "publish", "发布公示"
    FILE_OBJECTION = "file_objection", "提出异议"
    RESOLVE_OBJECTION = "resolve_objection", "处理异议"
    CLOSE_NOTICE = "close_notice", "结束公示"
    PAY = "pay", "登记拨付"
    PAYMENT_FAILED = "payment_failed", "登记支付失败"
    SUSPEND = "suspend", "暂停办理"
    RESUME = "resume", "恢复办理"
    TERMINATE = "terminate", "终止办理"
    RECOVER = "recover", "启动追缴"
    RECORD_RECOVERY = "record_recovery", "登记追缴到账"


class Department(Word):
    """The departments that act on an application."""

    INDUSTRY = "industry", "行业主管部门"
    HR = "hr", "人力资源社会保障部门"
    FINANCE = "finance", "财政部门"


class Role(Word):
    """What a person may do; the department and the region say where."""

    APPLICANT = "applicant", "申请人"
    REVIEWER = "reviewer", "审核人员"
    INSPECTOR = "inspector", "检查人员"
    CASHIER = "cashier", "拨付经办人"
    HEAD = "head", "部门负责人"
    OFFICE = "office", "领导小组办公室"
    AUDITOR = "auditor", "审计、纪检"
    ADMIN = "admin", "系统管理员"


class ApplicationKind(Word):
    """Who applies."""

    INSTITUTION = "institution", "培训机构"
    ENTERPRISE = "enterprise", "企业"
    INDIVIDUAL = "individual", "个人"
    ASSESSMENT_BODY = "assessment_body", "评价机构"
    EMPLOYMENT_AGENCY = "employment_agency", "人力资源服务机构"


class TrainingMode(Word):
    """拟培训方式."""

    SELF_RUN = "self_run", "企业自主培训"
    COMMISSIONED = "commissioned", "委托培训"
    OTHER = "other", "其他"


class CertificateKind(Word):
    """Kinds of certificate, and of the examination that leads to one."""

    NATIONAL_QUALIFICATION = "national_qualification", "国家职业资格鉴定"
    SKILL_LEVEL = "skill_level", "职业技能等级评定"
    SPECIAL_OPERATION = "special_operation", "特种作业操作考核"
    SPECIAL_ABILITY = "special_ability", "专项能力考核认定"
    COMPLETION = "completion", "结业考核"


class FundSource(Word):
    """资金来源, in the order of the document (平技领办〔2022〕5号 二(四)21)."""

    SPECIAL_ACCOUNT = "special_account", "职业技能提升行动专账资金"
    EMPLOYMENT_SUBSIDY = "employment_subsidy", "就业补助资金"
    UNEMPLOYMENT_WITHDRAWAL = "unemployment_withdrawal", "失业保险基金提取资金"
    UNEMPLOYMENT_FUND = "unemployment_fund", "失业保险基金"
    TALENT_FUND = "talent_fund", "地方人才经费"
    INDUSTRY_FUND = "industry_fund", "行业产业发展经费"


class LedgerAccount(Word):
    """The four accounts of a pool of funds; what leaves one of them arrives in another."""

    TREASURY = "treasury", "财政来源"
    AVAILABLE = "available", "可用"
    RESERVED = "reserved", "已预留"
    PAID = "paid", "已拨付"


class LedgerKind(Word):
    """Why money moves between the accounts of a pool; ``LEDGER_SIDES`` says from which to which."""

    APPROPRIATION = "appropriation", "拨入"
    WITHDRAWAL = "withdrawal", "核减收回"
    CARRIED_OUT = "carried_out", "结转下年"
    CARRIED_IN = "carried_in", "上年结转"
    RESERVATION = "reservation", "预留"
    RELEASE = "release", "释放预留"
    PAYMENT = "payment", "拨付"
    PAYMENT_FAILED = "payment_failed", "支付失败退回"
    RECOVERY = "recovery", "追缴收回"


LEDGER_SIDES: dict[LedgerKind, tuple[LedgerAccount, LedgerAccount]] = {
    LedgerKind.APPROPRIATION: (LedgerAccount.TREASURY, LedgerAccount.AVAILABLE),
    LedgerKind.WITHDRAWAL: (LedgerAccount.AVAILABLE, LedgerAccount.TREASURY),
    LedgerKind.CARRIED_OUT: (LedgerAccount.AVAILABLE, LedgerAccount.TREASURY),
    LedgerKind.CARRIED_IN: (LedgerAccount.TREASURY, LedgerAccount.AVAILABLE),
    LedgerKind.RESERVATION: (LedgerAccount.AVAILABLE, LedgerAccount.RESERVED),
    LedgerKind.RELEASE: (LedgerAccount.RESERVED, LedgerAccount.AVAILABLE),
    LedgerKind.PAYMENT: (LedgerAccount.RESERVED, LedgerAccount.PAID),
    LedgerKind.PAYMENT_FAILED: (LedgerAccount.PAID, LedgerAccount.RESERVED),
    LedgerKind.RECOVERY: (LedgerAccount.PAID, LedgerAccount.AVAILABLE),
}
"""The account that gives and the account that takes."""


class PaymentBatchState(Word):
    """Where a batch of payments stands; it is settled once no line of it waits for the bank any more."""

    OPEN = "open", "待导出"
    EXPORTED = "exported", "已导出，待银行结果"
    SETTLED = "settled", "已全部有结果"
    CANCELLED = "cancelled", "已取消"


class PaymentLineState(Word):
    """Where a line of a batch stands. Only one that waits can still be paid, and each at most once."""

    WAITING = "waiting", "待银行结果"
    PAID = "paid", "已拨付"
    FAILED = "failed", "支付失败"
    REMOVED = "removed", "已取出"
    CANCELLED = "cancelled", "随批次取消"


class BankOutcome(Word):
    """What the bank says of a line."""

    PAID = "paid", "成功"
    FAILED = "failed", "失败"


class ResultStanding(Word):
    """What a line of the bank's result leads to, as the batch stands now."""

    PAID = "paid", "成功，待登记"
    FAILED = "failed", "失败，待登记"
    RETURNED = "returned", "拨付后退回，待登记"
    DONE = "done", "已处理"
    UNMATCHED = "unmatched", "无法对应"
    BLANK = "blank", "未填结果"


class TraineeCategory(Word):
    """Who is trained."""

    ENTERPRISE_EMPLOYEE = "enterprise_employee", "企业职工"
    MIGRANT_WORKER = "migrant_worker", "农村转移就业劳动者"
    GRADUATE = "graduate", "毕业生"
    JOBLESS = "jobless", "失业人员"
    VETERAN = "veteran", "退役军人"
    DISABLED = "disabled", "残疾人"
    APPRENTICE = "apprentice", "企业新型学徒"
    STUDENT = "student", "在校学生"
    OTHER = "other", "其他"


class Subsidy(Word):
    """What an application claims; all but the first start at the claim (中牟县 三(二)4, 三(三)7)."""

    TRAINING = "training", "职业技能培训补贴"
    EVALUATION = "evaluation", "评价补贴"
    HIRING = "hiring", "吸纳持证人员就业补助"
    PLACEMENT = "placement", "介绍持证人员就业补助"


SUBSIDIES_OF: dict[ApplicationKind, tuple[Subsidy, ...]] = {
    ApplicationKind.INSTITUTION: (Subsidy.TRAINING,),
    ApplicationKind.ENTERPRISE: (Subsidy.TRAINING, Subsidy.HIRING),
    ApplicationKind.INDIVIDUAL: (Subsidy.TRAINING,),
    ApplicationKind.ASSESSMENT_BODY: (Subsidy.EVALUATION,),
    ApplicationKind.EMPLOYMENT_AGENCY: (Subsidy.PLACEMENT,),
}
"""What each kind of applicant may ask for, what it is usually about first."""


def starts_at_claim(kind: ApplicationKind, subsidy: Subsidy) -> bool:
    """Whether there is no class to open: a person has trained already (note 2 of the form), and every
    subsidy but the one for training is for people who hold their certificate."""
    return kind is ApplicationKind.INDIVIDUAL or subsidy is not Subsidy.TRAINING


class EnterpriseSize(Word):
    """The sizes of enterprise that are paid for hiring (中牟县 三(三)7): 中小微企业."""

    MEDIUM = "medium", "中型企业"
    SMALL = "small", "小型企业"
    MICRO = "micro", "微型企业"


class InstitutionKind(Word):
    """What stands on the year's list (年度目录清单)."""

    TRAINING_INSTITUTION = "training_institution", "培训机构"
    ENTERPRISE = "enterprise", "企业"
    ASSESSMENT_BODY = "assessment_body", "评价机构"
    EMPLOYMENT_AGENCY = "employment_agency", "人力资源服务机构"


class SanctionKind(Word):
    """What may be imposed on an institution or an online platform of the year's list."""

    REMOVAL = "removal", "移出目录"
    STOP = "stop", "停止开班"
    BLACKLIST = "blacklist", "列入黑名单"
    BAN = "ban", "不得参与补贴培训"


class OnlineFault(Word):
    """What an inspector may find of training online; each makes it void (平技领办〔2022〕5号 二(四)20(3))."""

    FAST_FORWARD = "fast_forward", "快进播放"
    SEVERAL_WINDOWS = "several_windows", "多开窗口"
    NO_POPUP_CHECK = "no_popup_check", "超过规定分钟无弹窗"
    NO_FACE_CHECK = "no_face_check", "无实时人脸核验"
    FREE_COURSE_ORDER = "free_course_order", "可任意选课"
    NO_RANDOM_PHOTO = "no_random_photo", "每学时无随机抓拍"
    OUTSIDE_COMMON_PLATFORM = "outside_common_platform", "未纳入统一监管平台"


class IdentityType(Word):
    """Documents a person may be registered with."""

    RESIDENT_ID = "resident_id", "居民身份证"
    HK_MACAO_TAIWAN_PERMIT = "hk_macao_taiwan_permit", "港澳台居民居住证或通行证"
    PASSPORT = "passport", "护照"


class AttachmentPlace(Word):
    """Where the form asks for a seal or a proof; ``form/attachments.py`` says who adds what when."""

    APPLICANT_SEAL = "applicant_seal", "申请人盖章页"
    IDENTITY_DOCUMENT = "identity_document", "申请人身份证件"
    OPENING_MATERIALS = "opening_materials", "培训计划等开班材料"
    CERTIFICATE = "certificate", "取得的证书"
    OPENING_INDUSTRY_OPINION = "opening_industry_opinion", "行业主管部门开班审核意见盖章页"
    OPENING_HR_OPINION = "opening_hr_opinion", "人社部门开班审核意见盖章页"
    OPENING_INSPECTION = "opening_inspection", "开班当日检查签字和照片"
    TRAINING_INSPECTION = "training_inspection", "培训期间检查签字和照片"
    TRAINING_MATERIALS = "training_materials", "签到表等培训资料"
    TRAINING_HR_OPINION = "training_hr_opinion", "人社部门检查意见盖章页"
    ASSESSMENT_INSPECTION = "assessment_inspection", "考核巡查签字和照片"
    ASSESSMENT_HR_OPINION = "assessment_hr_opinion", "人社部门考核意见盖章页"
    COMMITMENT = "commitment", "申领承诺签字盖章页"
    EVALUATION_PROOF = "evaluation_proof", "评价和证书核发的证明"
    HIRING_PROOF = "hiring_proof", "劳动合同和社会保险缴费证明"
    PLACEMENT_PROOF = "placement_proof", "介绍就业和社会保险缴费证明"
    CLAIM_INDUSTRY_OPINION = "claim_industry_opinion", "行业主管部门审核意见盖章页"
    NOTICE_PROOF = "notice_proof", "公示截图或者照片"
    CLAIM_HR_OPINION = "claim_hr_opinion", "人社部门审核意见盖章页"
    CLAIM_FINANCE_OPINION = "claim_finance_opinion", "财政部门审核意见盖章页"
    PAYMENT_VOUCHER = "payment_voucher", "拨付凭证"
    RECOVERY_VOUCHER = "recovery_voucher", "追缴到账凭证"


class RegistrationState(Word):
    """Where the registration of an organisation stands."""

    PENDING = "pending", "待审核"
    APPROVED = "approved", "已通过"
    REFUSED = "refused", "已退回"


class ProofKind(Word):
    """What an organisation proves with that registers."""

    LICENCE = "licence", "营业执照或者法人证书"
    SCHOOL_PERMIT = "school_permit", "办学许可证"


PROOFS_OF: dict[ApplicationKind, tuple[ProofKind, ...]] = {
    ApplicationKind.INSTITUTION: (ProofKind.LICENCE, ProofKind.SCHOOL_PERMIT),
    ApplicationKind.ENTERPRISE: (ProofKind.LICENCE,),
    ApplicationKind.ASSESSMENT_BODY: (ProofKind.LICENCE,),
    ApplicationKind.EMPLOYMENT_AGENCY: (ProofKind.LICENCE,),
}
"""The organisations that may register, each with what it has to prove with."""


class ReadingSubject(Word):
    """Whose or what personal data is read in clear."""

    TRAINEE = "trainee", "学员的证件号码和电话"
    APPLICANT = "applicant", "申请人的联系电话和证件号码"
    BANK_ACCOUNT = "bank_account", "收款账户"
    OBJECTOR = "objector", "异议人的姓名和联系方式"
    REGISTRATION = "registration", "机构注册的联系人和证明材料"


class ReadingPurpose(Word):
    """What personal data is read in clear for."""

    INSPECTION = "inspection", "现场核验"
    IDENTITY_CHECK = "identity_check", "身份核对"
    TELEPHONE_CHECK = "telephone_check", "电话抽查"
    PAYMENT = "payment", "拨付"
    RECOVERY = "recovery", "追缴"
    OBJECTION = "objection", "异议核实"
    CORRECTION = "correction", "数据更正"
    AUDIT = "audit", "审计查阅"


class CorrectionCode(Word):
    """Why an application is returned; for statistics, never for the clock."""

    INCOMPLETE = "incomplete", "材料不齐全"
    INCORRECT = "incorrect", "内容不符合要求"


class CorrectionSection(Word):
    """The parts of the form that an applicant can be asked to correct."""

    APPLICANT = "applicant", "申请人信息"
    OPENING = "opening", "开班申请"
    CLAIM = "claim", "补贴资金申领"


class ObjectionOutcome(Word):
    """How an objection ends."""

    UPHELD = "upheld", "异议成立"
    DISMISSED = "dismissed", "异议不成立"


class ObjectionProgress(Word):
    """How an objection stands, for who filed it."""

    IN_HAND = "in_hand", "正在核实"
    PAUSED = "paused", "暂停核实"
    ANSWERED = "answered", "已答复"
    ENDED = "ended", "已终止，不再答复"


NOTICE_LABELS = {
    "open": "公示中",
    "closed": "公示结束",
    "returned": "公示中止（退回补正）",
    "suspended": "公示中止（暂停办理）",
    "withdrawn": "公示中止（申请撤回）",
    "rejected": "公示中止（不予通过）",
    "terminated": "公示中止（终止办理）",
}
"""How a public notice stands: it hangs, or why it ended."""


class AuditOutcome(Word):
    """What became of a command."""

    DONE = "done", "已办理"
    REFUSED = "refused", "未准许"


class AuditChain(Word):
    """Where an entry of the audit trail stands."""

    APPLICATION = "application", "申请的办理记录"
    SYSTEM = "system", "系统的记录"


class NoticeStanding(Word):
    """Whether a public notice still hangs."""

    OPEN = "open", "正在公示"
    ENDED = "ended", "已经结束"


class ClockKind(Word):
    """The clocks of an application."""

    OPENING_INDUSTRY_REVIEW = "opening_industry_review", "行业主管部门开班审核"
    OPENING_HR_REVIEW = "opening_hr_review", "人社部门开班审核"
    TRAINING_HR_OPINION = "training_hr_opinion", "人社部门检查意见"
    ASSESSMENT_HR_OPINION = "assessment_hr_opinion", "人社部门考核意见"
    CLAIM_ACCEPTANCE = "claim_acceptance", "补贴申领受理"
    CLAIM_INDUSTRY_REVIEW = "claim_industry_review", "行业主管部门补贴审核"
    PUBLIC_NOTICE = "public_notice", "公示期"
    OBJECTION = "objection", "异议处理"
    HR_TOTAL = "hr_total", "人社部门办理总时限"
    FINANCE_TOTAL = "finance_total", "财政部门办理总时限"
    FINANCE_MONTH = "finance_month", "财政部门审核拨付（一个月）"
    PAYMENT_ORDER = "payment_order", "拨付"
    OPENING_CORRECTION = "opening_correction", "开班补正"
    CLAIM_CORRECTION = "claim_correction", "申领补正"


class ClockState(Word):
    """What a clock shows."""

    RUNNING = "running", "计时中"
    PAUSED = "paused", "暂停计时"
    MET = "met", "按时完成"
    OVERDUE = "overdue", "已逾期"
    MISSED = "missed", "逾期完成"
    CANCELLED = "cancelled", "已取消"


STANDARD_OPINIONS: tuple[str, ...] = (
    "符合要求，同意。",
    "材料齐全，情况属实，同意。",
    "经核对，人数、课时和金额无误，同意。",
)
"""Opinions that are offered to every reviewer."""


class Urgency(Word):
    """What a worklist may be narrowed to, by the first due date of an application."""

    OVERDUE = "overdue", "已逾期"
    SOON = "soon", "即将到期"


class AlertKind(Word):
    """What a message is about: people filter by it, and choose which come by e-mail too."""

    DUE = "due", "到期提醒"
    OVERDUE = "overdue", "逾期"
    URGED = "urged", "催办"
    TASK = "task", "轮到办理"
    RETURNED = "returned", "退回"
    PROGRESS = "progress", "办理进展"
    COPIED = "copied", "抄送"
    CALENDAR = "calendar", "日历变动"
    SYSTEM = "system", "系统"


class OutboxState(Word):
    """How a message of the outbox stands."""

    WAITING = "waiting", "待发送"
    RETRYING = "retrying", "等待重试"
    FAILED = "failed", "发送失败"
    GIVEN_UP = "given_up", "已放弃"
    SENT = "sent", "已发送"


class LimitUnit(Word):
    """In what a limit is counted."""

    WORKING_DAY = "working_day", "个工作日"
    DAY = "day", "日"
    MONTH = "month", "个月"


SECTION_OF: dict[State, Section] = {
    state: next((section for section in Section if state.value.startswith(section.value)), Section.OPENING)
    for state in State
} | {
    State.DISBURSED: Section.DISBURSEMENT,
    State.RECOVERING: Section.DISBURSEMENT,
    State.RECOVERED: Section.DISBURSEMENT,
}

REVIEW_STATES: tuple[State, ...] = tuple(
    state for state in State if state.value.endswith(("_first", "_second"))
)
FINAL_STATES: frozenset[State] = frozenset(
    {State.REJECTED, State.WITHDRAWN, State.TERMINATED, State.RECOVERED}
)
STATE_DEPARTMENT: dict[State, Department] = {
    state: department
    for state in State
    for department in Department
    if f"_{department.value}_" in state.value
} | {
    State.CLAIM_AWAITING_ACCEPTANCE: Department.INDUSTRY,
    State.CLAIM_AWAITING_PUBLICATION: Department.HR,
    State.CLAIM_PUBLIC_NOTICE: Department.HR,
    State.DISBURSEMENT_AWAITING_PAYMENT: Department.FINANCE,
    State.TRAINING_AWAITING_START: Department.HR,
    State.TRAINING_IN_PROGRESS: Department.HR,
    State.ASSESSMENT_PROPOSED: Department.HR,
}


class VisitOccasion(Word):
    """What an inspector goes to see."""

    OPENING = "opening", "开班当日检查"
    TRAINING = "training", "培训期间检查"
    ASSESSMENT = "assessment", "考核巡查"


class VisitList(Word):
    """The lists of an inspector's day."""

    NEEDED = "needed", "需要检查"
    RUNNING = "running", "在培，次数已够"
    DRAWN = "drawn", "双随机抽中"


class ClosureStatus(Word):
    """Where a local closure stands; what is in force counts until its withdrawal is confirmed."""

    PROPOSED = "proposed", "待确认"
    DECLINED = "declined", "未予确认"
    IN_FORCE = "in_force", "已生效"
    WITHDRAWAL_PROPOSED = "withdrawal_proposed", "待确认撤销"
    WITHDRAWN = "withdrawn", "已撤销"
