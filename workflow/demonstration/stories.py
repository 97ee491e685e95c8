"""The stories that the demonstration tells: who applies, for what, how it went, and how long ago it rested.

Together they stand in every state of the contract, in both regions. ``quiet`` is the number of working days
since the last act, counted from the last working day before the demonstration is loaded.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from workflow.demonstration.script import Script
from workflow.demonstration.trainees import CARE, LATHE, WELDING, Course
from workflow.vocabulary import (
    CertificateKind,
    CorrectionCode,
    CorrectionSection,
    Department,
    FundSource,
    ObjectionOutcome,
    State,
)

INDUSTRY, HR, FINANCE = Department.INDUSTRY, Department.HR, Department.FINANCE
APPLICANT, OPENING, CLAIM = CorrectionSection.APPLICANT, CorrectionSection.OPENING, CorrectionSection.CLAIM
# Only those on the year's list train; the centre and the foundry, which are not on it, get no further than
# a draft.
_CITY, _CENTRE, _WORKS, _PERSON = "institution", "institution2", "enterprise", "individual"
_ASSESSORS = "assessment_body"
_COUNTY, _FOUNDRY, _VILLAGER = "institution_bf", "enterprise_bf", "individual_bf"


@dataclass(frozen=True, slots=True)
class Story:
    """One application: its applicant and classes, how it went, and the state in which it rests."""

    login: str
    courses: tuple[Course, ...]
    acts: Callable[[Script], Script]
    state: State
    quiet: int = 0
    # Accepted under an earlier version of the policy, whose local time for corrections was longer.
    earlier_policy: bool = False


def _one(occupation: str, level: int, heads: int) -> tuple[Course, ...]:
    return (Course({"车工": LATHE, "焊工": WELDING, "养老护理员": CARE}[occupation], level, heads),)


# --- those whose way is a story of its own -----------------------------------------------------------------


def _opening_sent_back(script: Script) -> Script:
    script.drafted().submitted().reviewed(INDUSTRY).approved(HR, 1)
    return script.sent_back(HR, "实操课时安排与工位数不匹配，请核实后重新初审")


def _opening_corrected(script: Script) -> Script:
    script.drafted().submitted(1).returned(INDUSTRY, 1, "银行账号与开户许可证不一致，请核对", APPLICANT)
    script.bank_account_edited(2).submitted().reviewed(INDUSTRY).reviewed(HR)
    return script.begun().inspected(2)


def _notice_suspended(script: Script) -> Script:
    script.to_publication().published().suspended("收到信访件，暂停公示，核查学员身份", after=2)
    return script.resumed("核查未发现问题，恢复办理")


def _notice_of_a_changed_claim(script: Script) -> Script:
    script.handed_over().approved(FINANCE, 1)
    script.returned(
        FINANCE,
        2,
        "两名学员证书编号重复，请核减申领人数",
        CLAIM,
        code=CorrectionCode.INCORRECT,
    )
    return script.claimed(3, fewer=2).published(2)


def _objection_dismissed(script: Script) -> Script:
    script.to_publication().published().objected("第3名学员培训期间在外地务工，未参加培训", after=2)
    # An eager colleague learns that a minimum is a minimum.
    script.notice_closed(1, refused=True)
    return script.answered(
        ObjectionOutcome.DISMISSED, "经核查签到、录像和考核记录，该学员全程参训，异议不成立"
    )


def _objection_upheld(script: Script) -> Script:
    script.to_publication().published().objected("有一名学员已在外县领取过同一职业等级补贴", after=1)
    script.answered(ObjectionOutcome.UPHELD, "经核查属实，退回申请单位核减", after=3)
    script.returned(HR, 1, "核减重复享受补贴的学员", CLAIM, code=CorrectionCode.INCORRECT)
    return script.claimed(2, fewer=1).published().notice_closed()


def _overdue_at_finance(script: Script) -> Script:
    return script.handed_over()


def _corrected_for_finance(script: Script) -> Script:
    script.handed_over()
    return script.returned(FINANCE, 1, "开户银行信息不全，请补充账户证明", APPLICANT, after=3)


def _claim_incomplete(script: Script) -> Script:
    script.drafted().claimed(0)
    return script.returned(INDUSTRY, 1, "缺少证书复印件，请补充", APPLICANT, CLAIM)


def _claim_to_be_completed(script: Script) -> Script:
    return script.asked().returned(INDUSTRY, 1, "缺少学员证书复印件和发放记录，请补充", CLAIM)


def _half_paid(script: Script) -> Script:
    return script.to_payment().paid(FundSource.SPECIAL_ACCOUNT, 1_000_000)


def _paid_from_two_sources(script: Script) -> Script:
    script.handed_over_short(FundSource.SPECIAL_ACCOUNT, 2_400_000).reviewed(FINANCE)
    script.paid(FundSource.SPECIAL_ACCOUNT, 2_400_000, after=2)
    # More than was approved is refused; the rest is paid.
    script.paid(FundSource.EMPLOYMENT_SUBSIDY, script.asked_fen, refused=True)
    return script.paid(FundSource.EMPLOYMENT_SUBSIDY, script.asked_fen - 2_400_000, after=0)


def _payment_came_back(script: Script) -> Script:
    return script.to_payment().paid().payment_failed()


def _paid_again(script: Script) -> Script:
    return script.to_payment().paid().payment_failed().paid(after=2)


def _being_recovered(script: Script) -> Script:
    return script.to_payment().paid(after=2).recovery_ordered(600_000).recovered(240_000)


def _recovered(script: Script) -> Script:
    return script.to_payment().paid().recovery_ordered(300_000).recovered(100_000).recovered(200_000)


def _person_paid(script: Script) -> Script:
    return script.to_payment().paid(after=2)


def _suspended_claim(script: Script) -> Script:
    return script.asked().accepted().suspended("举报材料待核实，暂停办理", after=3, by="office")


def _withdrawn_training(script: Script) -> Script:
    return script.opened().withdrawn("报名学员不足，申请撤回", after=2)


def _terminated_training(script: Script) -> Script:
    script.opened().begun().inspected(2, missing=6).suspended("现场检查发现部分工位停用，暂停培训")
    return script.terminated("整改期满仍不具备培训条件，终止办理", after=6)


_TWO_CLASSES = (Course(LATHE, 4, 32), Course(WELDING, 5, 28))

STORIES: tuple[Story, ...] = (
    # 开班申请
    Story(_CITY, _one("车工", 5, 30), lambda script: script.drafted(), State.DRAFT, 1),
    Story(_CENTRE, _one("养老护理员", 5, 25), lambda script: script.drafted(with_roster=False), State.DRAFT),
    Story(_FOUNDRY, _one("焊工", 4, 18), lambda script: script.drafted(), State.DRAFT, 2),
    Story(
        _WORKS,
        _one("车工", 4, 40),
        lambda script: script.drafted().sealed_page_attached().submitted(),
        State.OPENING_INDUSTRY_FIRST,
        1,
    ),
    Story(
        _COUNTY,
        _one("养老护理员", 5, 30),
        lambda script: script.drafted().submitted(),
        State.OPENING_INDUSTRY_FIRST,
        8,
    ),
    Story(
        _CITY,
        _one("焊工", 4, 36),
        lambda script: script.drafted().submitted(1).approved(INDUSTRY, 1, 2),
        State.OPENING_INDUSTRY_SECOND,
    ),
    Story(_CITY, _one("养老护理员", 4, 45), _opening_sent_back, State.OPENING_HR_FIRST, 1),
    Story(
        _COUNTY,
        _one("焊工", 5, 24),
        lambda script: script.drafted().submitted().reviewed(INDUSTRY),
        State.OPENING_HR_FIRST,
        3,
    ),
    Story(
        _CITY,
        _one("车工", 3, 20),
        lambda script: script.drafted().submitted().reviewed(INDUSTRY).approved(HR, 1, 2),
        State.OPENING_HR_SECOND,
        2,
    ),
    Story(
        _CITY,
        _one("焊工", 5, 50),
        lambda script: (
            script.drafted()
            .submitted()
            .returned(INDUSTRY, 1, "培训地点消防证明缺失，请补充并核对地点", OPENING, APPLICANT, after=2)
        ),
        State.OPENING_CORRECTION,
        3,
    ),
    # 过程监管
    Story(_COUNTY, _one("车工", 5, 28), lambda script: script.opened(), State.TRAINING_AWAITING_START, 1),
    Story(
        _CITY,
        _TWO_CLASSES,
        lambda script: script.opened().begun().photographed().inspected(2),
        State.TRAINING_IN_PROGRESS,
        1,
    ),
    Story(_COUNTY, _one("养老护理员", 4, 35), _opening_corrected, State.TRAINING_IN_PROGRESS, 2),
    Story(
        _WORKS,
        _one("焊工", 4, 26),
        lambda script: script.opened().begun(),
        State.TRAINING_IN_PROGRESS,
    ),
    Story(
        _COUNTY, _one("焊工", 4, 32), lambda script: script.opened().trained(), State.TRAINING_HR_OPINION, 1
    ),
    Story(
        _CITY,
        _one("车工", 5, 22),
        lambda script: script.opened().trained(),
        State.TRAINING_HR_OPINION,
        9,
    ),
    # 结业考核
    Story(
        _CITY,
        _one("养老护理员", 5, 55),
        lambda script: script.opened().trained().opinion_given(),
        State.ASSESSMENT_AWAITING_PROPOSAL,
        1,
    ),
    Story(
        _COUNTY,
        _one("车工", 4, 30),
        lambda script: script.opened().trained().opinion_given(2).proposed(ahead=4),
        State.ASSESSMENT_PROPOSED,
        1,
    ),
    Story(
        _WORKS,
        _one("车工", 3, 18),
        lambda script: script.opened().trained().opinion_given().proposed().results_recorded(),
        State.ASSESSMENT_HR_OPINION,
        1,
    ),
    # 补贴资金申领
    Story(_CITY, _one("焊工", 3, 24), lambda script: script.assessed(), State.CLAIM_DRAFT, 2),
    Story(_COUNTY, _one("焊工", 5, 40), lambda script: script.asked(), State.CLAIM_AWAITING_ACCEPTANCE, 2),
    Story(
        _PERSON,
        _one("焊工", 4, 1),
        lambda script: script.drafted().identity_attached().claimed(0),
        State.CLAIM_AWAITING_ACCEPTANCE,
        1,
    ),
    Story(
        _CITY,
        _one("养老护理员", 3, 30),
        lambda script: script.asked().accepted(),
        State.CLAIM_INDUSTRY_FIRST,
        8,
    ),
    Story(
        _VILLAGER,
        _one("养老护理员", 5, 1),
        lambda script: script.asked().accepted().approved(INDUSTRY, 1, 2),
        State.CLAIM_INDUSTRY_SECOND,
        1,
    ),
    Story(
        _CITY,
        _one("车工", 4, 44),
        lambda script: script.to_publication(),
        State.CLAIM_AWAITING_PUBLICATION,
        1,
    ),
    Story(_COUNTY, _one("养老护理员", 4, 26), _notice_suspended, State.CLAIM_AWAITING_PUBLICATION, 2),
    Story(
        _CITY,
        _one("焊工", 5, 48),
        lambda script: script.to_publication().published().objected("公示名单中有学员并未参加培训，请核实"),
        State.CLAIM_PUBLIC_NOTICE,
        1,
    ),
    Story(
        _PERSON,
        _one("养老护理员", 4, 1),
        lambda script: script.to_publication().published(),
        State.CLAIM_PUBLIC_NOTICE,
        2,
    ),
    Story(_COUNTY, _one("车工", 5, 34), _objection_dismissed, State.CLAIM_PUBLIC_NOTICE, 2),
    Story(_CITY, _one("焊工", 4, 38), _notice_of_a_changed_claim, State.CLAIM_PUBLIC_NOTICE, 3),
    Story(_CITY, _one("车工", 4, 29), _objection_upheld, State.CLAIM_HR_FIRST, 2),
    Story(
        _COUNTY,
        _one("焊工", 4, 22),
        lambda script: (
            script.noticed().approved(HR, 1).sent_back(HR, "公示时长填写有误，请重新核对").approved(HR, 1)
        ),
        State.CLAIM_HR_SECOND,
        1,
    ),
    Story(_CITY, _TWO_CLASSES, _overdue_at_finance, State.CLAIM_FINANCE_FIRST, 26),
    # Handed over as late as can be: from December on its month ends in a year without a notice.
    Story(_COUNTY, _one("养老护理员", 5, 20), lambda script: script.handed_over(), State.CLAIM_FINANCE_FIRST),
    Story(
        _WORKS,
        _one("焊工", 5, 30),
        lambda script: script.handed_over().approved(FINANCE, 1, 2),
        State.CLAIM_FINANCE_SECOND,
        2,
    ),
    Story(_CITY, _one("养老护理员", 5, 42), _corrected_for_finance, State.CLAIM_CORRECTION, 4),
    Story(_VILLAGER, _one("车工", 5, 1), _claim_incomplete, State.CLAIM_CORRECTION, 2),
    # In autumn this one is due in a year whose notice is not out: its due date is provisional.
    Story(_CITY, _one("车工", 4, 26), _claim_to_be_completed, State.CLAIM_CORRECTION, earlier_policy=True),
    # 资金拨付
    Story(_COUNTY, _one("车工", 4, 25), _half_paid, State.DISBURSEMENT_AWAITING_PAYMENT, 1),
    Story(_CITY, _one("车工", 5, 33), _payment_came_back, State.DISBURSEMENT_AWAITING_PAYMENT, 1),
    Story(_CITY, _one("养老护理员", 3, 36), _paid_from_two_sources, State.DISBURSED, 5),
    Story(_COUNTY, _one("焊工", 5, 27), _paid_again, State.DISBURSED, 7),
    Story(_PERSON, _one("车工", 5, 1), _person_paid, State.DISBURSED, 12),
    Story(_WORKS, _one("车工", 4, 45), lambda script: script.to_payment().paid(), State.DISBURSED, 18),
    Story(_CITY, _one("车工", 5, 52), _being_recovered, State.RECOVERING, 3),
    Story(_COUNTY, _one("养老护理员", 5, 31), _recovered, State.RECOVERED, 6),
    # Of the last working day: the cashier puts them into batches.
    Story(
        _CITY, _one("焊工", 4, 28), lambda script: script.to_payment(), State.DISBURSEMENT_AWAITING_PAYMENT
    ),
    Story(
        _CITY, _one("车工", 4, 31), lambda script: script.to_payment(), State.DISBURSEMENT_AWAITING_PAYMENT
    ),
    Story(
        _WORKS, _one("焊工", 4, 27), lambda script: script.to_payment(), State.DISBURSEMENT_AWAITING_PAYMENT
    ),
    # 评价补贴
    Story(
        _ASSESSORS,
        (Course(LATHE, 4, 14), Course(WELDING, 3, 6)),
        lambda script: script.to_publication().published(),
        State.CLAIM_PUBLIC_NOTICE,
        2,
    ),
    Story(
        _ASSESSORS,
        _one("焊工", 4, 25),
        lambda script: script.to_payment().paid(),
        State.DISBURSED,
        9,
    ),
    Story(_ASSESSORS, _one("养老护理员", 5, 18), lambda script: script.drafted(), State.DRAFT, 1),
    # 暂停与终结
    Story(_CITY, _one("焊工", 5, 35), _suspended_claim, State.SUSPENDED, 4),
    Story(
        _COUNTY,
        _one("车工", 4, 21),
        lambda script: script.opened().suspended("培训场地临时征用，暂停办理"),
        State.SUSPENDED,
        2,
    ),
    Story(
        _PERSON,
        (Course(WELDING, 5, 1, CertificateKind.SPECIAL_OPERATION),),
        lambda script: (
            script.asked()
            .accepted()
            .approved(INDUSTRY, 1)
            .rejected(INDUSTRY, 2, "证书编号在评价机构的发证记录中未查到")
        ),
        State.REJECTED,
        14,
    ),
    Story(
        _COUNTY,
        _one("焊工", 3, 19),
        lambda script: (
            script.drafted().submitted().reviewed(INDUSTRY).rejected(HR, 1, "实训设备与申报职业不符", after=2)
        ),
        State.REJECTED,
        10,
    ),
    Story(_CITY, _one("养老护理员", 5, 16), _withdrawn_training, State.WITHDRAWN, 5),
    Story(
        _CENTRE,
        _one("焊工", 5, 20),
        lambda script: script.drafted().withdrawn("填报有误，重新申请"),
        State.WITHDRAWN,
        1,
    ),
    Story(_WORKS, _one("车工", 5, 23), _terminated_training, State.TERMINATED, 9),
)
