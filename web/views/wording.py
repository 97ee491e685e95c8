"""How facts read on a page: dates, days left, money in figures and capitals, labels of stored codes. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from web.views.fields import input_id
from workflow.clock import SHANGHAI, as_date, day_cn
from workflow.deadlines.words import said
from workflow.form.money import capital_text, fen_from_yuan, wan_text
from workflow.form.pages import LEVELS
from workflow.form.training import observed
from workflow.policy import region_labels
from workflow.services.calendar import days_in_words
from workflow.vocabulary import (
    NOTICE_LABELS,
    STATE_DEPARTMENT,
    ApplicationKind,
    CertificateKind,
    ClockKind,
    CorrectionCode,
    CorrectionSection,
    Department,
    EnterpriseSize,
    Event,
    FundSource,
    IdentityType,
    InstitutionKind,
    LedgerAccount,
    LedgerKind,
    LimitUnit,
    ObjectionOutcome,
    Role,
    SanctionKind,
    Section,
    State,
    Subsidy,
    TraineeCategory,
    TrainingMode,
    Urgency,
    Word,
)

VOCABULARIES: dict[str, type[Word]] = {
    "kind": ApplicationKind,
    "subsidy": Subsidy,
    "urgency": Urgency,
    "size": EnterpriseSize,
    "mode": TrainingMode,
    "certificate": CertificateKind,
    "source": FundSource,
    "ledger": LedgerKind,
    "account": LedgerAccount,
    "category": TraineeCategory,
    "identity": IdentityType,
    "code": CorrectionCode,
    "correction_section": CorrectionSection,
    "outcome": ObjectionOutcome,
    "department": Department,
    "role": Role,
    "state": State,
    "section": Section,
    "event": Event,
    "clock": ClockKind,
    "unit": LimitUnit,
    "institution_kind": InstitutionKind,
    "sanction": SanctionKind,
}
REVIEWER_SEATS = {"first": "初审人", "second": "复核人"}
WEEKDAYS = "一二三四五六日"


class Deadline(NamedTuple):
    """Days left, in words; the level only chooses the colour beside them."""

    words: str
    level: str


def _blank(value: object) -> bool:
    """Nothing to show: None, empty text, or what a template did not find, whose text is empty."""
    return value is None or str(value) == ""


def label(vocabulary: str, value: object) -> str:
    """The Chinese label of a stored code; an unknown code is shown as it is rather than hidden."""
    if _blank(value):
        return ""
    try:
        return VOCABULARIES[vocabulary](str(value)).label
    except ValueError:
        return str(value)


def level_label(level: object) -> str:
    """初级工（五级） and so on; nothing where no level was given."""
    return "" if _blank(level) else dict(LEVELS).get(str(level), str(level))


def region_label(region: object) -> str:
    """The name of a region's code."""
    return region_labels().get(str(region), str(region or ""))


def days(value: object) -> str:
    """2026年7月20日至9月17日，共60天: many days in stretches."""
    return days_in_words(value) if isinstance(value, list) else ""


def weekday(value: object) -> str:
    """周一 … 周日."""
    found = as_date(value)
    return f"周{WEEKDAYS[found.weekday()]}" if found else ""


def moment(value: object) -> str:
    """2026年10月19日 09:30, on the wall in China."""
    if _blank(value):
        return ""
    instant = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return f"{day_cn(instant)} {instant.astimezone(SHANGHAI):%H:%M}"


def clock_time(value: object) -> str:
    """09:30, on the wall in China: where the day stands above."""
    return moment(value)[-5:]


def yuan(value: object) -> str:
    """54,000.00"""
    return "" if _blank(value) else f"{Decimal(str(value)):,.2f}"


def ten_thousand(value: object) -> str:
    """万元 with four decimals, as the printed form asks for it; a rounding is said."""
    return "" if _blank(value) else wan_text(fen_from_yuan(str(value)))


def capitals(value: object) -> str:
    """大写金额, as on a voucher."""
    return "" if _blank(value) else capital_text(fen_from_yuan(str(value)))


def deadline(
    state: object, left_days: object, *, kind: object = "", unit: object = "working_day"
) -> Deadline:
    """The days left of a clock in words, never by colour alone."""
    days_word = (
        LimitUnit.WORKING_DAY.label if (unit or LimitUnit.WORKING_DAY) == LimitUnit.WORKING_DAY else "天"
    )
    left = None if _blank(left_days) else int(str(left_days))
    match str(state or ""):
        case "paused":
            return Deadline(
                "暂停计时" if left is None else f"暂停计时，尚余 {left} {days_word}".strip(), "paused"
            )
        case "running" | "overdue" if left is not None:
            return _running(left, days_word, kind)
        case "met":
            return Deadline("已满期" if kind == "public_notice" else "按时完成", "ok")
        case "missed":
            return Deadline("逾期完成", "late")
        case "cancelled":
            return Deadline("已取消", "none")
        case _:
            return Deadline("无时限", "none")


def _running(left: int, days_word: str, kind: object) -> Deadline:
    if left < 0:
        return Deadline(f"已逾期 {-left} {days_word}", "late")
    if kind == "public_notice":
        return Deadline("公示期今日届满" if left == 0 else f"公示期还有 {left} {days_word}", "ok")
    if left == 0:
        return Deadline("今日到期", "late")
    return Deadline(f"剩余 {left} {days_word}", "soon" if left <= 3 else "ok")


def hands(view: dict[str, Any]) -> str:
    """Who has to act now: the department and the seat, or the applicant."""
    state = State(view["state"])
    region = view.get("region_label") or region_label(view.get("region"))
    match state:
        case State.SUSPENDED:
            return f"{region}人力资源社会保障部门负责人或领导小组办公室（恢复办理）"
        case State.TRAINING_AWAITING_START:
            return f"{region}人力资源社会保障部门检查人员（开班当日检查）"
        case State.TRAINING_IN_PROGRESS:
            return f"{region}人力资源社会保障部门检查人员（培训期间检查）；培训结束后由申请人办理"
        case State.ASSESSMENT_PROPOSED:
            return f"{region}人力资源社会保障部门检查人员（考核巡查、登记结果）"
        case State.DISBURSEMENT_AWAITING_PAYMENT | State.RECOVERING:
            return f"{region}财政部门拨付经办人"
        case State.DISBURSED | State.RECOVERED | State.REJECTED | State.WITHDRAWN | State.TERMINATED:
            return "已办结，无需办理"
    department = STATE_DEPARTMENT.get(state)
    if department is None:
        return "申请人"
    seat = REVIEWER_SEATS.get(state.value.rsplit("_", 1)[1], "审核人员")
    return f"{region}{department.label} · {seat}"


def waiting(view: dict[str, Any]) -> str:
    """What has to pass before the next step can be taken, where it is a day or an answer."""
    form = view["form"]
    match State(view["state"]):
        case State.ASSESSMENT_PROPOSED:
            day_of_assessment = day_cn(form["assessment"].get("assess_on"))
            return f"考核时间为{day_of_assessment}，当日起可以登记考核结果。{_make_ups_waiting(form)}"
        case State.TRAINING_IN_PROGRESS | State.TRAINING_HR_OPINION | State.ASSESSMENT_AWAITING_PROPOSAL:
            return _make_ups_waiting(form)
        case State.CLAIM_PUBLIC_NOTICE:
            hanging = [one for one in form["claim"].get("notices", ()) if not one.get("ended_because")]
            unanswered = [one for one in form["claim"].get("objections", ()) if not one.get("outcome")]
            if unanswered:
                return f"有 {len(unanswered)} 件异议尚未处理，处理之后方可结束公示。"
            if hanging and hanging[-1].get("minimum_until"):
                until = said(hanging[-1]["minimum_until"], hanging[-1]["provisional"])
                return f"最短公示期至{until}届满，之后由发布人以外的审核人员结束公示。"
    return ""


def _make_ups_waiting(form: dict[str, Any]) -> str:
    asked = (form.get("training") or {}).get("make_ups") or []
    count = sum(not one.get("consented_on") and not one.get("declined_on") for one in asked)
    return f"有 {count} 件补课申请待人社部门同意。" if count else ""


def options(vocabulary: str) -> list[tuple[str, str]]:
    """The values of a vocabulary with their labels, for a select."""
    return [(word.value, word.label) for word in VOCABULARIES[vocabulary]]


def notice_ending(why: object) -> str:
    """How a notice stands, by why it ended: 公示中止（退回补正） and so on."""
    return "" if _blank(why) else NOTICE_LABELS.get(str(why), str(why))


def field_id(name: object) -> str:
    """The id of the input for a field of the form, by its path; nothing where there is no path."""
    return input_id("", str(name)) if name else ""


FILTERS: dict[str, Callable[..., Any]] = {
    "field_id": field_id,
    "day": day_cn,
    "days": days,
    "said": said,
    "weekday": weekday,
    "moment": moment,
    "clock_time": clock_time,
    "yuan": yuan,
    "wan": ten_thousand,
    "capitals": capitals,
    "level": level_label,
    "notice_ending": notice_ending,
    "region": region_label,
}
GLOBALS: dict[str, Callable[..., Any]] = {
    "as_date": as_date,
    "label": label,
    "deadline": deadline,
    "hands": hands,
    "waiting": waiting,
    "options": options,
    "observed": observed,
}
