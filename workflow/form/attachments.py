"""The places of the printed form that ask for a seal, a signature or a proof, as one table.

Who adds files there is one of the chart's actors; when, is said by states, or for the applicant by the part
of the form that must be open for writing. That files are expected is told, and holds nobody up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from workflow.chart.moves import (
    APPLICANT,
    CASHIER,
    FINANCE_REVIEWER,
    HR_REVIEWER,
    INDUSTRY_REVIEWER,
    INSPECTOR,
    Actor,
)
from workflow.vocabulary import ApplicationKind, AttachmentPlace, Section, State, Subsidy

_FORM = "平技领办〔2022〕5号 附件2 年度补贴培训资金申请表"


@dataclass(frozen=True, slots=True)
class PlaceRule:
    """Who adds files to a place, and when.

    ``states`` are those in which it is open. For the applicant ``part`` may stand instead: the part of the
    form (``services/editing.EDITABLE``) that must be open for writing. ``expected``: that there is none is
    told once the section is reached. ``by_class``: each file may say of which class it is. ``personal``: the
    files show personal data in clear, so who looks at one is recorded. ``kinds`` and ``subsidies`` are those
    whose form has the place; None stands for all.
    """

    section: Section
    adds: Actor
    source: str
    states: frozenset[State] = frozenset()
    part: str = ""
    expected: bool = False
    by_class: bool = False
    personal: bool = False
    kinds: frozenset[ApplicationKind] | None = None
    subsidies: frozenset[Subsidy] | None = None

    def stands_on(self, kind: ApplicationKind, subsidy: Subsidy) -> bool:
        """Whether the form of this applicant for this subsidy has the place."""
        return (self.kinds is None or kind in self.kinds) and (
            self.subsidies is None or subsidy in self.subsidies
        )


_PERSON = frozenset({ApplicationKind.INDIVIDUAL})
_BODIES = frozenset(ApplicationKind) - _PERSON
_TRAINING = frozenset({Subsidy.TRAINING})
_IN_TRAINING = frozenset(
    {
        State.TRAINING_AWAITING_START,
        State.TRAINING_IN_PROGRESS,
        State.TRAINING_HR_OPINION,
        State.ASSESSMENT_AWAITING_PROPOSAL,
        State.ASSESSMENT_PROPOSED,
    }
)


def _states(*states: State) -> frozenset[State]:
    return frozenset(states)


def _of_classes(section: Section, adds: Actor, source: str, **more: Any) -> PlaceRule:
    """Of a training with classes; a person who applies has trained already (note 2 of the form)."""
    return PlaceRule(section, adds, source, kinds=_BODIES, subsidies=_TRAINING, **more)


def _proof_of(subsidy: Subsidy) -> PlaceRule:
    return PlaceRule(
        Section.CLAIM,
        APPLICANT,
        "中牟县 三(二)4、三(三)7；材料种类为本地",
        part="claim",
        expected=True,
        personal=True,
        subsidies=frozenset({subsidy}),
    )


ATTACHMENT_PLACES: dict[AttachmentPlace, PlaceRule] = {
    AttachmentPlace.APPLICANT_SEAL: PlaceRule(
        Section.OPENING, APPLICANT, f"{_FORM} 申请人（盖章）", part="applicant", expected=True, kinds=_BODIES
    ),
    AttachmentPlace.IDENTITY_DOCUMENT: PlaceRule(
        Section.OPENING,
        APPLICANT,
        f"{_FORM} 注2；本地",
        part="applicant",
        expected=True,
        personal=True,
        kinds=_PERSON,
    ),
    AttachmentPlace.OPENING_MATERIALS: _of_classes(
        Section.OPENING, APPLICANT, f"{_FORM} 一", part="opening", by_class=True
    ),
    AttachmentPlace.CERTIFICATE: PlaceRule(
        Section.ASSESSMENT,
        APPLICANT,
        f"{_FORM} 三、注2",
        part="certificate",
        expected=True,
        personal=True,
        kinds=_PERSON,
    ),
    AttachmentPlace.OPENING_INDUSTRY_OPINION: _of_classes(
        Section.OPENING,
        INDUSTRY_REVIEWER,
        f"{_FORM} 一 行业主管部门审核意见（盖章）",
        states=_states(State.OPENING_INDUSTRY_FIRST, State.OPENING_INDUSTRY_SECOND),
    ),
    AttachmentPlace.OPENING_HR_OPINION: _of_classes(
        Section.OPENING,
        HR_REVIEWER,
        f"{_FORM} 一 人力资源社会保障部门审核意见（盖章）",
        states=_states(State.OPENING_HR_FIRST, State.OPENING_HR_SECOND),
    ),
    AttachmentPlace.OPENING_INSPECTION: _of_classes(
        Section.TRAINING,
        INSPECTOR,
        f"{_FORM} 二 开班当日检查（检查人员签字）",
        states=_states(State.TRAINING_AWAITING_START, State.TRAINING_IN_PROGRESS),
        expected=True,
        by_class=True,
    ),
    AttachmentPlace.TRAINING_INSPECTION: _of_classes(
        Section.TRAINING,
        INSPECTOR,
        f"{_FORM} 二 培训期间检查（检查人员签字）",
        states=_states(State.TRAINING_IN_PROGRESS, State.TRAINING_HR_OPINION),
        expected=True,
        by_class=True,
    ),
    AttachmentPlace.TRAINING_MATERIALS: _of_classes(
        Section.TRAINING,
        APPLICANT,
        f"{_FORM} 二 签到情况、培训资料留存情况",
        states=_IN_TRAINING,
        by_class=True,
    ),
    AttachmentPlace.TRAINING_HR_OPINION: _of_classes(
        Section.TRAINING,
        HR_REVIEWER,
        f"{_FORM} 二 人社部门检查意见",
        states=_states(State.TRAINING_HR_OPINION),
    ),
    AttachmentPlace.ASSESSMENT_INSPECTION: _of_classes(
        Section.ASSESSMENT,
        INSPECTOR,
        f"{_FORM} 三 考核巡查人员签字",
        states=_states(State.ASSESSMENT_PROPOSED, State.ASSESSMENT_HR_OPINION),
        expected=True,
        by_class=True,
    ),
    AttachmentPlace.ASSESSMENT_HR_OPINION: _of_classes(
        Section.ASSESSMENT,
        HR_REVIEWER,
        f"{_FORM} 三 人社部门意见",
        states=_states(State.ASSESSMENT_HR_OPINION),
    ),
    AttachmentPlace.COMMITMENT: PlaceRule(
        Section.CLAIM, APPLICANT, f"{_FORM} 四 申请人承诺（签字）", part="claim", expected=True
    ),
    AttachmentPlace.EVALUATION_PROOF: _proof_of(Subsidy.EVALUATION),
    AttachmentPlace.HIRING_PROOF: _proof_of(Subsidy.HIRING),
    AttachmentPlace.PLACEMENT_PROOF: _proof_of(Subsidy.PLACEMENT),
    AttachmentPlace.CLAIM_INDUSTRY_OPINION: PlaceRule(
        Section.CLAIM,
        INDUSTRY_REVIEWER,
        f"{_FORM} 四 行业主管部门审核情况（盖章）",
        _states(State.CLAIM_INDUSTRY_FIRST, State.CLAIM_INDUSTRY_SECOND),
    ),
    AttachmentPlace.NOTICE_PROOF: PlaceRule(
        Section.CLAIM,
        HR_REVIEWER,
        f"{_FORM} 四 人社部门公示情况（盖章）",
        _states(State.CLAIM_PUBLIC_NOTICE, State.CLAIM_HR_FIRST, State.CLAIM_HR_SECOND),
    ),
    AttachmentPlace.CLAIM_HR_OPINION: PlaceRule(
        Section.CLAIM,
        HR_REVIEWER,
        f"{_FORM} 四 人力资源社会保障部门审核意见（盖章）",
        _states(State.CLAIM_HR_FIRST, State.CLAIM_HR_SECOND),
    ),
    AttachmentPlace.CLAIM_FINANCE_OPINION: PlaceRule(
        Section.CLAIM,
        FINANCE_REVIEWER,
        f"{_FORM} 四 财政部门审核意见（盖章）",
        _states(State.CLAIM_FINANCE_FIRST, State.CLAIM_FINANCE_SECOND),
    ),
    AttachmentPlace.PAYMENT_VOUCHER: PlaceRule(
        Section.DISBURSEMENT,
        CASHIER,
        f"{_FORM} 五 资金拨付",
        _states(State.DISBURSEMENT_AWAITING_PAYMENT, State.DISBURSED),
        expected=True,
    ),
    AttachmentPlace.RECOVERY_VOUCHER: PlaceRule(
        Section.DISBURSEMENT,
        CASHIER,
        "平技领办〔2022〕5号 三(三)；本地",
        _states(State.RECOVERING, State.RECOVERED),
    ),
}
"""Every place, in the order of the form's sections."""
