"""How one application went, written down act by act in working days from its own beginning.

A ``Script`` is only a plan: it is written first, laid so that it ends when the story wants, and played then.
Payloads that name a date are written as functions of ``Days``, which knows the dates once it is laid.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Self

from workflow.demonstration.funding import GIVE_FUNDS_BACK, LEAVE_FUNDS
from workflow.demonstration.papers import page, picture
from workflow.demonstration.people import CITY, INDIVIDUALS, ORGANISATIONS, SUFFIXES, region_of
from workflow.demonstration.trainees import CARE, Course, holders, identity_number, phone, roster
from workflow.form.money import yuan_from_fen
from workflow.policy import load_policy
from workflow.vocabulary import (
    ApplicationKind,
    AttachmentPlace,
    CertificateKind,
    CorrectionCode,
    CorrectionSection,
    Department,
    Event,
    FundSource,
    ObjectionOutcome,
    Subsidy,
    TrainingMode,
)

POLICY = "pingdingshan-2022"
Days = Callable[[int], date]
"""The date of a working day of the script: 0 is the day on which the application was made."""
Payload = Callable[[Days], dict[str, Any]]

CREATE, REPLACE_ROSTER, EDIT, ATTACH = "create", "replace_roster", "edit", "attach"
"""What people do besides sending events."""
_OPENS, _CLOSES = 8 * 60 + 50, 17 * 60 + 30
_LATEST_BEGIN = 15 * 60
_AFTERNOON = 16 * 60 + 45
_PAUSE_MINUTES = 25
_TRAINING_DAYS = 10
_OPINIONS = ("材料齐全，同意", "情况属实，同意", "符合要求，同意", "经审核，同意上报")


@dataclass(frozen=True, slots=True)
class Step:
    """One act: when, who (None: the public), what; ``refused`` where the product is to refuse it."""

    on: int
    minute: int
    login: str | None
    act: str
    payload: Payload
    refused: bool = False


def _fixed(payload: dict[str, Any]) -> Payload:
    return lambda _days: payload


@dataclass
class Script:
    """The plan of one application; every method adds what people do next and answers the script.

    ``after`` is always the number of working days since the act before; 0 is later on the same day.
    ``number`` tells the scripts apart, so that not everybody acts at the same hour.
    """

    login: str
    courses: tuple[Course, ...]
    number: int
    serials: Iterator[int]
    steps: list[Step] = field(default_factory=list)
    starts_on: int | None = None
    _day: int = 0
    _minute: int = 0
    _claimed: tuple[int, ...] = ()
    _payments: int = 0

    @property
    def region(self) -> str:
        """The region of the applicant."""
        return region_of(self.login)

    @property
    def is_individual(self) -> bool:
        """Whether a person applies, who has trained already."""
        return self.login in INDIVIDUALS

    @property
    def is_evaluation(self) -> bool:
        """Whether an assessment body applies, for those whom it has certified."""
        organisation = ORGANISATIONS.get(self.login)
        return organisation is not None and organisation.kind is ApplicationKind.ASSESSMENT_BODY

    @property
    def length(self) -> int:
        """The working day of the last act."""
        return self.steps[-1].on

    @property
    def asked_fen(self) -> int:
        """What the claim asks for."""
        return sum(
            heads * self._rate_fen(course) for course, heads in zip(self.courses, self._claimed, strict=True)
        )

    def _rate_fen(self, course: Course) -> int:
        policy = load_policy(POLICY)
        if not self.is_evaluation:
            return policy.rates(course.kind, course.level)
        rate = policy.evaluation_rate(course.kind, course.level)
        assert rate is not None
        return rate.fen

    def officer(self, name: str) -> str:
        """The login of an officer of the applicant's region."""
        return name + SUFFIXES[self.region]

    def reviewer(self, department: Department, seat: int) -> str:
        """The reviewers take turns: who signs first here signs second elsewhere."""
        place = seat if self.number % 2 else 3 - seat
        return self.officer(f"{department.value}{place}")

    def then(
        self,
        login: str | None,
        act: str,
        payload: Payload | dict[str, Any] | None = None,
        *,
        after: int = 1,
        minute: int | None = None,
        refused: bool = False,
    ) -> Self:
        """Adds one act in office hours, at ``minute`` of the day or whenever the people get to it."""
        if minute is not None:
            self._day, self._minute = self._day + after, minute
        elif after or not self.steps:
            self._day += after
            spread = _LATEST_BEGIN - _OPENS
            self._minute = _OPENS + (self.number * 37 + len(self.steps) * 53) % spread
        else:
            self._minute += _PAUSE_MINUTES
        assert self._minute <= _CLOSES, "too many acts on one day"
        given = payload if callable(payload) else _fixed(payload or {})
        self.steps.append(Step(self._day, self._minute, login, act, given, refused))
        return self

    # --- 开班申请 ------------------------------------------------------------------------------------------

    def drafted(self, *, with_roster: bool = True) -> Self:
        """The applicant makes a new application."""
        if self.is_individual:
            return self.then(self.login, CREATE, self._individual_body, after=0)
        if self.is_evaluation:
            people = holders(self.courses, self.serials, self.region)
            self.then(self.login, CREATE, self._evaluation_body, after=0)
            return self.then(
                self.login,
                REPLACE_ROSTER,
                lambda days: {"rows": [each | {"issued_on": days(-10).isoformat()} for each in people]},
                after=0,
            )
        self.then(self.login, CREATE, self._body, after=0)
        if with_roster:
            employer = ORGANISATIONS[self.login].name if self._is_self_run else None
            rows = roster(self.courses, self.serials, employer)
            self.then(self.login, REPLACE_ROSTER, {"rows": rows}, after=0)
        return self

    def sealed_page_attached(self) -> Self:
        """The applicant uploads the page with its seal."""
        return self._attached(
            self.login,
            AttachmentPlace.APPLICANT_SEAL,
            "申请表盖章页.pdf",
            lambda: page("年度补贴培训资金申请表（示例）", (ORGANISATIONS[self.login].name, "（盖章处）")),
        )

    def identity_attached(self) -> Self:
        """A person uploads what stands for an identity card here."""
        return self._attached(
            self.login,
            AttachmentPlace.IDENTITY_DOCUMENT,
            "身份证扫描件.pdf",
            lambda: page("居民身份证（示例，非真实证件）"),
        )

    def photographed(self) -> Self:
        """The inspector uploads a photograph of the opening day."""
        return self._attached(
            self.officer("inspector"), AttachmentPlace.OPENING_INSPECTION, "开班现场.png", picture, 1
        )

    def _attached(
        self,
        login: str,
        place: AttachmentPlace,
        name: str,
        draw: Callable[[], bytes],
        class_no: int | None = None,
    ) -> Self:
        def payload(_days: Days) -> dict[str, Any]:
            return {"place": place, "class_no": class_no, "name": name, "content": draw()}

        return self.then(login, ATTACH, payload, after=0)

    def submitted(self, after: int = 0) -> Self:
        """The opening is submitted; an individual's first submission is the claim."""
        return self.then(self.login, Event.SUBMIT, after=after)

    def approved(self, department: Department, seat: int, after: int = 1, minute: int | None = None) -> Self:
        """A reviewer agrees and signs."""
        opinion = {"opinion": _OPINIONS[(self.number + len(self.steps)) % len(_OPINIONS)]}
        login = self.reviewer(department, seat)
        return self.then(login, Event.APPROVE, opinion, after=after, minute=minute)

    def reviewed(self, department: Department, first_after: int = 1, second_after: int = 1) -> Self:
        """初审 and 复核 of a department, by two people."""
        return self.approved(department, 1, first_after).approved(department, 2, second_after)

    def opened(self) -> Self:
        """From the draft to the approved opening."""
        return self.drafted().submitted().reviewed(Department.INDUSTRY).reviewed(Department.HR)

    # --- 过程监管 ------------------------------------------------------------------------------------------

    def begun(self, after: int = 2) -> Self:
        """The classes start, and the inspector is there."""
        self.starts_on = self._day + after
        for class_no, course in enumerate(self.courses, start=1):
            self._inspected(
                Event.RECORD_OPENING_INSPECTION,
                class_no,
                course.heads,
                after,
                sign_in=f"实到{course.heads}人，均已签到",
                materials="教案、课程表、学员名册齐全",
            )
        return self

    def inspected(self, after: int, missing: int = 1) -> Self:
        """The inspector looks at every class; some trainees are missing."""
        for class_no, course in enumerate(self.courses, start=1):
            self._inspected(
                Event.RECORD_INSPECTION,
                class_no,
                course.heads - missing,
                after,
                place=self._place,
                teachers="授课教师到岗",
            )
        return self

    def trained(self) -> Self:
        """From the approved opening to the end of the training."""
        self.begun().inspected(2, missing=1).inspected(4, missing=2)
        ended_on = self._last_training_day
        return self.then(
            self.login,
            Event.FINISH_TRAINING,
            lambda days: {"ended_on": days(ended_on).isoformat()},
            after=ended_on - self._day,
            minute=_AFTERNOON,
        )

    def opinion_given(self, after: int = 1) -> Self:
        """HR's opinion on the training, or on the assessment."""
        return self.approved(Department.HR, 1, after)

    # --- 结业考核 ------------------------------------------------------------------------------------------

    def proposed(self, after: int = 1, ahead: int = 3) -> Self:
        """The applicant proposes the day of the assessment, ``ahead`` working days later."""
        assess_on = self._day + after + ahead
        return self.then(
            self.login,
            Event.PROPOSE_ASSESSMENT,
            lambda days: {"assess_on": days(assess_on).isoformat()},
            after=after,
        )

    def results_recorded(self, after: int = 3) -> Self:
        """The inspector records who was examined and who got a certificate."""
        results = [
            {
                "class_no": class_no,
                "kind": course.kind.value,
                "level": course.level,
                "examined_count": course.heads - 2,
                "certified_count": course.certified,
            }
            for class_no, course in enumerate(self.courses, start=1)
        ]
        return self.then(
            self.officer("inspector"),
            Event.RECORD_RESULTS,
            {"results": results},
            after=after,
            minute=_AFTERNOON,
        )

    def assessed(self) -> Self:
        """From the draft to the approved assessment: the claim may be made."""
        return self.opened().trained().opinion_given().proposed().results_recorded().opinion_given()

    # --- 补贴资金申领 --------------------------------------------------------------------------------------

    def claimed(self, after: int = 2, fewer: int = 0) -> Self:
        """The applicant claims, or claims anew with ``fewer`` heads in each class."""
        if self.is_evaluation:
            self._claimed = tuple(each.heads for each in self.courses)
        else:
            self._claimed = tuple(
                1 if self.is_individual else each.certified - fewer for each in self.courses
            )
        lines = [
            {
                "class_no": class_no,
                "heads": heads,
                "amount": yuan_from_fen(heads * self._rate_fen(course)),
            }
            for class_no, (course, heads) in enumerate(zip(self.courses, self._claimed, strict=True), start=1)
        ]
        if self.is_evaluation:
            # One list of persons is one line, whatever they were assessed in.
            lines = [{"class_no": 1, "heads": sum(self._claimed), "amount": yuan_from_fen(self.asked_fen)}]
        commitment = {"accepted": True, "signatory": self._contact}
        return self.then(
            self.login, Event.SUBMIT, {"claim": {"lines": lines, "commitment": commitment}}, after=after
        )

    def asked(self) -> Self:
        """From the draft to the submitted claim."""
        begun = self.is_individual or self.is_evaluation
        return self.drafted().claimed(0) if begun else self.assessed().claimed()

    def accepted(self, after: int = 1) -> Self:
        """受理."""
        return self.then(self.reviewer(Department.INDUSTRY, 1), Event.ACCEPT, after=after)

    def to_publication(self) -> Self:
        """From the draft to the claim that HR is to publish."""
        return self.asked().accepted().reviewed(Department.INDUSTRY, 2, 1)

    def published(self, after: int = 1) -> Self:
        """HR publishes."""
        place = "市" if self.region == CITY else "县"
        site = {"site": f"{place}人力资源和社会保障局官网（示例）"}
        return self.then(self.reviewer(Department.HR, 1), Event.PUBLISH, site, after=after)

    def objected(self, content: str, after: int = 1) -> Self:
        """Somebody from the public objects."""
        objection = {"name": "示例群众", "contact": "0375-0000000", "content": content}
        return self.then(None, Event.FILE_OBJECTION, objection, after=after)

    def answered(self, outcome: ObjectionOutcome, reply: str, after: int = 2) -> Self:
        """The other HR reviewer answers the objection that is open."""
        answer = {"outcome": outcome.value, "reply": reply}
        return self.then(self.reviewer(Department.HR, 2), Event.RESOLVE_OBJECTION, answer, after=after)

    def notice_closed(self, after: int = 6, *, refused: bool = False) -> Self:
        """The other HR reviewer ends the notice once its minimum is over."""
        return self.then(self.reviewer(Department.HR, 2), Event.CLOSE_NOTICE, after=after, refused=refused)

    def noticed(self) -> Self:
        """From the draft to the end of the public notice."""
        return self.to_publication().published().notice_closed()

    def handed_over(self) -> Self:
        """From the draft to finance."""
        return self.noticed().reviewed(Department.HR)

    # --- 资金拨付 ------------------------------------------------------------------------------------------

    def handed_over_short(self, source: FundSource, fen: int) -> Self:
        """From the draft to finance; HR's decision finds only so much in one source and draws on the next."""
        self.noticed().approved(Department.HR, 1)
        head, on = self.officer("finance_head"), self._day + 1

        def moved(serial: int) -> Payload:
            return lambda days: {
                "source": source.value,
                "left": yuan_from_fen(fen),
                "happened_on": days(on).isoformat(),
                "document": f"财统〔{days(on).year}〕{self.number}-{serial}号（示例）",
            }

        self.then(head, LEAVE_FUNDS, moved(1))
        # Within the same minute, so that nobody else finds the pool short.
        self.approved(Department.HR, 2, after=0, minute=self._minute)
        return self.then(head, GIVE_FUNDS_BACK, moved(2), after=0, minute=self._minute)

    def to_payment(self) -> Self:
        """From the draft to the approved payment."""
        return self.handed_over().reviewed(Department.FINANCE)

    def paid(
        self,
        source: FundSource = FundSource.SPECIAL_ACCOUNT,
        fen: int | None = None,
        after: int = 1,
        *,
        refused: bool = False,
    ) -> Self:
        """The cashier pays ``fen``, or all that was asked for."""
        on, self._payments = self._day + after, self._payments + 1
        amount, place = yuan_from_fen(self.asked_fen if fen is None else fen), self._payments

        def payment(days: Days) -> dict[str, Any]:
            return {
                "amount": amount,
                "paid_on": days(on).isoformat(),
                "source": source.value,
                "voucher": self._voucher(days(on), place),
            }

        return self.then(self.officer("cashier"), Event.PAY, payment, after=after, refused=refused)

    def payment_failed(self, after: int = 2) -> Self:
        """The bank sends the last payment back."""
        paid_on, place = self._day, self._payments
        return self.then(
            self.officer("cashier"),
            Event.PAYMENT_FAILED,
            lambda days: {
                "voucher": self._voucher(days(paid_on), place),
                "reason": "收款账号与户名不符，银行退回（示例）",
            },
            after=after,
        )

    def recovery_ordered(self, fen: int, after: int = 8) -> Self:
        """The head of finance demands money back."""
        reason = "复查发现部分学员出勤不实，追缴相应补贴（示例）"
        order = {"reason": reason, "amount": yuan_from_fen(fen)}
        return self.then(self.officer("finance_head"), Event.RECOVER, order, after=after)

    def recovered(self, fen: int, after: int = 4) -> Self:
        """Money has come back."""
        on, self._payments = self._day + after, self._payments + 1
        amount, place = yuan_from_fen(fen), self._payments
        return self.then(
            self.officer("cashier"),
            Event.RECORD_RECOVERY,
            lambda days: {
                "amount": amount,
                "received_on": days(on).isoformat(),
                "voucher": "ZJ-" + self._voucher(days(on), place),
            },
            after=after,
        )

    # --- what crosses the sections -------------------------------------------------------------------------

    def sent_back(self, department: Department, reason: str, after: int = 1) -> Self:
        """The second reviewer hands it back to the first."""
        return self.then(self.reviewer(department, 2), Event.RETURN_TO_FIRST, {"reason": reason}, after=after)

    def returned(
        self,
        department: Department,
        seat: int,
        reason: str,
        *sections: CorrectionSection,
        code: CorrectionCode = CorrectionCode.INCOMPLETE,
        after: int = 1,
    ) -> Self:
        """退回补正."""
        request = {"reason": reason, "code": code.value, "sections": [section.value for section in sections]}
        return self.then(self.reviewer(department, seat), Event.RETURN_FOR_CORRECTION, request, after=after)

    def bank_account_edited(self, after: int = 3) -> Self:
        """The applicant corrects the bank account on the form."""
        return self.then(self.login, EDIT, lambda _days: {"applicant": self._applicant("9")}, after=after)

    def rejected(self, department: Department, seat: int, reason: str, after: int = 1) -> Self:
        """不予通过."""
        return self.then(self.reviewer(department, seat), Event.REJECT, {"reason": reason}, after=after)

    def withdrawn(self, reason: str, after: int = 1) -> Self:
        """The applicant takes it back."""
        return self.then(self.login, Event.WITHDRAW, {"reason": reason}, after=after)

    def suspended(self, reason: str, after: int = 1, by: str = "hr_head") -> Self:
        """暂停办理, by HR's head or by the office."""
        login = by if by == "office" else self.officer(by)
        return self.then(login, Event.SUSPEND, {"reason": reason}, after=after)

    def resumed(self, reason: str, after: int = 4) -> Self:
        """恢复办理."""
        return self.then(self.officer("hr_head"), Event.RESUME, {"reason": reason}, after=after)

    def terminated(self, reason: str, after: int = 3) -> Self:
        """终止办理."""
        return self.then(self.officer("hr_head"), Event.TERMINATE, {"reason": reason}, after=after)

    # --- the form ------------------------------------------------------------------------------------------

    @property
    def _is_self_run(self) -> bool:
        return ORGANISATIONS[self.login].kind is ApplicationKind.ENTERPRISE

    @property
    def _contact(self) -> str:
        return INDIVIDUALS[self.login] if self.is_individual else ORGANISATIONS[self.login].contact

    @property
    def _place(self) -> str:
        return ("平顶山市" if self.region == CITY else "宝丰县") + "示例路1号实训楼"

    @property
    def _last_training_day(self) -> int:
        assert self.starts_on is not None
        return self.starts_on + _TRAINING_DAYS - 1

    def _voucher(self, on: date, place: int) -> str:
        return f"{on:%Y-%m%d}-{self.number:03d}{place}"

    def _inspected(self, event: Event, class_no: int, present: int, after: int, **seen: str) -> None:
        place = len(self.steps)

        def inspection(days: Days) -> dict[str, Any]:
            # Written up ten minutes after it was seen.
            step = self.steps[place]
            hour, minute = divmod(step.minute - 10, 60)
            inspected_at = f"{days(step.on)}T{hour:02d}:{minute:02d}:00+08:00"
            return {"class_no": class_no, "inspected_at": inspected_at, "present_count": present, **seen}

        self.then(self.officer("inspector"), event, inspection, after=after if class_no == 1 else 0)

    def _applicant(self, last_digit: str = "") -> dict[str, Any]:
        organisation = ORGANISATIONS[self.login]
        account = organisation.bank_account
        return {
            "name": organisation.name,
            "uscc": organisation.uscc,
            "contact_name": organisation.contact,
            "contact_phone": "13800000000",
            "bank_name": "示例银行平顶山分行" if self.region == CITY else "示例银行宝丰支行",
            "bank_account": account[:-1] + last_digit if last_digit else account,
        }

    def _body(self, days: Days) -> dict[str, Any]:
        organisation = ORGANISATIONS[self.login]
        opening: dict[str, Any] = {
            "classes": [
                self._class(days, class_no, course) for class_no, course in enumerate(self.courses, start=1)
            ],
            "mode": (TrainingMode.SELF_RUN if self._is_self_run else TrainingMode.OTHER).value,
            "entered_in_system": True,
        }
        if self._is_commissioned:
            opening |= {"mode": TrainingMode.COMMISSIONED.value, "commissioned_by": "示例产业园区管理中心"}
        return {
            "kind": organisation.kind.value,
            "region": self.region,
            "policy": POLICY,
            "applicant": self._applicant(),
            "opening": opening,
        }

    def _evaluation_body(self, _days: Days) -> dict[str, Any]:
        return {
            "kind": ApplicationKind.ASSESSMENT_BODY.value,
            "subsidy": Subsidy.EVALUATION.value,
            "region": self.region,
            "policy": POLICY,
            "applicant": self._applicant(),
        }

    @property
    def _is_commissioned(self) -> bool:
        return not self._is_self_run and self.number % 3 == 0

    def _class(self, days: Days, class_no: int, course: Course) -> dict[str, Any]:
        # A class that has not begun yet is planned for some days after what was last done.
        begins = self.starts_on if self.starts_on is not None else self.length + 6
        hours = {5: 80, 4: 90, 3: 100}[course.level]
        planned: dict[str, Any] = {
            "class_no": class_no,
            "batch": f"{days(begins).year}年第{days(begins).month}批",
            "starts_on": days(begins).isoformat(),
            "ends_on": days(begins + _TRAINING_DAYS - 1).isoformat(),
            "occupation_code": course.occupation.code,
            "occupation": course.occupation.name,
            "kind_of_work": course.occupation.kind_of_work,
            "level": course.level,
            "certificate_kind": course.kind.value,
            "planned_count": course.heads,
            "total_hours": hours,
            "practical_hours": hours * 13 // 20,
            "minutes_per_hour": 45,
            "teacher_count": course.heads // 20 + 2,
            "workstation_count": course.heads // 2 + 1,
            "place": self._place,
        }
        if course.occupation is CARE:
            planned |= {"online_theory_hours": hours // 5, "online_platform": "示例培训平台"}
        return planned

    def _individual_body(self, days: Days) -> dict[str, Any]:
        (course,) = self.courses
        school = ORGANISATIONS["institution" + SUFFIXES[self.region]]
        serial = 9_000 + list(INDIVIDUALS).index(self.login)
        levelled = course.kind is CertificateKind.SKILL_LEVEL
        level = {"level": course.level} if levelled else {}
        return {
            "kind": ApplicationKind.INDIVIDUAL.value,
            "region": self.region,
            "policy": POLICY,
            "applicant": {
                "name": INDIVIDUALS[self.login],
                "id_type": "resident_id",
                "id_number": identity_number(serial),
                "contact_phone": phone(serial),
                "bank_name": "示例银行平顶山分行",
                "bank_account": f"622200000000{serial:07d}",
            },
            "provider": {
                "institution": school.name,
                "institution_uscc": school.uscc,
                "occupation_code": course.occupation.code,
                "occupation": course.occupation.name,
                "kind_of_work": course.occupation.kind_of_work,
                **level,
            },
            "certificate": {
                "kind": course.kind.value,
                "number": f"S{self.region}{days(0).year}{self.number:09d}",
                "issued_on": days(-8).isoformat(),
                "body": "示例评价机构",
                **level,
            },
        }
