"""A policy in plain words, for people who apply: each sentence with its number and its ground."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from workflow.policy.model import Audience, ClockLimit, Policy, Retirement, RuleSetting, Rung
from workflow.policy.tables import RATES
from workflow.vocabulary import ClockKind, FundSource


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence and its ground; ``topic`` is what it is about, where it stands in a table."""

    words: str
    source: str
    local: bool
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step on the way: what happens, who does it, and how long it may take."""

    words: str
    who: str
    limit: str
    source: str
    local: bool


# The steps in the order in which an application meets them.
_STEPS: Mapping[ClockKind, tuple[str, str]] = {
    ClockKind.OPENING_INDUSTRY_REVIEW: ("开班前：审核开班申请", "行业主管部门，一人初审、另一人复核"),
    ClockKind.OPENING_HR_REVIEW: ("开班前：再次审核开班申请", "人社部门，一人初审、另一人复核"),
    ClockKind.OPENING_CORRECTION: ("开班申请被退回的，补正后再次提交", "申请人"),
    ClockKind.TRAINING_HR_OPINION: ("培训结束后：对培训过程写出检查意见", "人社部门"),
    ClockKind.ASSESSMENT_HR_OPINION: ("考核之后：对考核结果写出意见", "人社部门"),
    ClockKind.CLAIM_ACCEPTANCE: ("收到补贴申领材料后：决定是否受理", "行业主管部门"),
    ClockKind.CLAIM_INDUSTRY_REVIEW: ("受理之后：审核补贴申领", "行业主管部门，一人初审、另一人复核"),
    ClockKind.PUBLIC_NOTICE: ("在网站上公示，任何人都可以提出异议", "人社部门"),
    ClockKind.OBJECTION: ("有人提出异议的，核实并答复", "人社部门，发布公示以外的人员"),
    ClockKind.HR_TOTAL: ("发布公示和公示之后审核，合计", "人社部门，一人初审、另一人复核"),
    ClockKind.FINANCE_TOTAL: ("审核并拨付，合计", "财政部门，一人初审、另一人复核"),
    ClockKind.FINANCE_MONTH: ("从财政部门收到申请到全部拨付", "财政部门"),
    ClockKind.PAYMENT_ORDER: ("审核通过后：把钱拨到申请人账户", "财政部门，没有参与审核的人员"),
    ClockKind.CLAIM_CORRECTION: ("补贴申领被退回的，补正后再次提交", "申请人"),
}
RULE_WORDS: Mapping[str, str] = {
    "class-size": "每个班不超过 {} 人。",
    "teacher-ratio": "每名教师带的学员不超过 {} 人。",
    "workstation-ratio": "每个实训工位使用的学员不超过 {} 人。",
    "lesson-length": "每课时不少于 {} 分钟。",
    "practical-share": "实际操作课时不少于总课时的 {}%。",
    "online-theory-share": "理论课改为线上的，不超过总课时的 {}%，并且只能用清单上的平台。",
    "certificate-only-hours": "只能取得培训合格证书的培训，不少于 {} 课时（职业另有规定的从其规定）。",
    "apprentice-quota": "企业新型学徒的人数，不超过该职业专职教师人数的 {} 倍。",
    "listed-institution": "培训机构和培训的职业（工种）须在本年度目录清单上。",
    "own-post": "企业职工应参加本岗位或者相近职业的培训。",
    "no-own-major": "毕业学年的在校学生，学自己在读专业的不补贴。",
    "one-month-gap": "参加过一次补贴培训的，至少隔 {} 个月才能再参加。",
    "attendance": "开班以到场人数为准；培训期间以现场检查的平均在位人数为准。",
    "make-up": "缺课的，经人社部门同意并在考核之前补上，算作出勤。",
    "recording": "理论课全程录像；实际操作每学时至少有 {} 分钟连续录像，能看到全部学员。",
    "online-integrity": "线上学习不得快进、多开窗口，连续 {} 分钟没有弹窗核验的，培训无效。",
    "best-certificate": "能考职业资格、技能等级等证书的，应当去考，不能只考培训合格证。",
    "no-certificate-no-money": "没有取得证书的人不补贴（以证换券、无证无价）。",
    "headcount": "补贴的人数不超过平均出勤人数、取证人数和名册人数中最少的一个。",
    "roster": "提交开班申请之前，每个班都要有学员名册，至少 {} 人，人员真实、不重复。",
    "payment-amount": "拨付的钱合计不超过核定的金额。",
    "assessment-notice": "考核时间至少提前 {} 日提出。",
    "minor-certificate-share": "专项职业能力和培训合格证书，不超过本地区全年证书的 {}%。",
    "satisfaction": "学员满意度不低于 {}%；达不到的暂停开班。",
    "teachers": "每个职业（工种）的教师不少于 {} 人。",
    "premises": "理论教学场地合计不少于 {} 平方米。",
    "staff": "专职管理人员不少于 {} 人。",
    "registered-body": "评价机构须在清单上备案，并在备案的职业（工种）和级别之内发证。",
    "amount": "申请的金额不超过补贴人数乘以补贴标准。",
    "no-duplicate": "同一个人、同一职业、同一级别，只补贴一次。",
    "no-fee": "补贴培训不得向学员收费。",
    "no-merge": "不得把几个班并成一个班上课，不得缩短课时。",
}
_TRAINEES = frozenset({"no-own-major", "one-month-gap", "own-post", "no-duplicate", "no-fee"})
_MONEY = frozenset(
    {"no-certificate-no-money", "headcount", "amount", "payment-amount", "minor-certificate-share"}
)
_TOLD = {
    Audience.ACTORS: "经办人员",
    Audience.DEPARTMENT_HEAD: "部门负责人",
    Audience.FINANCE: "财政部门（限申领、拨付事项）",
    Audience.OFFICE: "领导小组办公室",
}


def trainee_statements(policy: Policy) -> Iterator[Statement]:
    """Who may be trained with a subsidy."""
    ages = next(each for each in policy.parameters if each.path == "settings.trainee_minimum_age")
    yield Statement(f"学员须年满 {policy.trainee_minimum_age} 周岁。", ages.source, ages.local)
    for age in policy.retirement.values():
        yield Statement(_retired(age), age.source, age.local)
    yield from _rules(policy, lambda name: name in _TRAINEES)


def training_statements(policy: Policy) -> Iterator[Statement]:
    """How a training must be held."""
    inspections = f"每个班开班当日检查一次，培训期间现场检查 {policy.inspections_required} 次。"
    local = next(each for each in policy.parameters if each.path == "settings.inspections_required").local
    yield Statement(inspections, policy.inspections_source, local)
    yield from _rules(policy, lambda name: name not in _TRAINEES | _MONEY)


def money_statements(policy: Policy) -> Iterator[Statement]:
    """For how many, and out of which funds, is paid."""
    yield from _rules(policy, _MONEY.__contains__)
    first = next(each for each in policy.parameters if each.path == "settings.fund_first")
    words = f"先用{FundSource(policy.fund_first).label}，用完之后再用其他资金。"
    yield Statement(words, first.source, first.local)


def rate_statements(policy: Policy) -> Iterator[Statement]:
    """The training subsidy per head, by what the trainee attains."""
    for name in RATES:
        rate = policy.rate_table.get(name)
        if rate is not None:
            yield Statement(_yuan(rate.fen), rate.source, rate.local, rate.title)


def evaluation_statements(policy: Policy) -> Iterator[Statement]:
    """What an assessment body gets for each certificate."""
    for rate in policy.evaluation_rates.values():
        yield Statement(_yuan(rate.fen), rate.source, rate.local, rate.title)


def employment_statements(policy: Policy) -> Iterator[Statement]:
    """What is paid for hiring and placing holders of certificates."""
    for each in policy.employment_subsidies.values():
        cap = f"，每个申请人累计不超过 {_yuan(each.cap_fen)} 元" if each.cap_fen else ""
        words = f"每人 {_yuan(each.fen)} 元，须稳定就业并参加社会保险满 {each.months} 个月{cap}。"
        yield Statement(words, each.source, each.local, each.title)


def steps(policy: Policy) -> Iterator[Step]:
    """The steps, each with who takes it and how long it may take."""
    for kind, (words, who) in _STEPS.items():
        limit = policy.clock(kind)
        if limit is not None:
            yield Step(words, who, _span(limit), limit.source, limit.local)


def lateness_statements(policy: Policy) -> Iterator[Statement]:
    """Who is told when something is nearly due, or late."""
    for rung in policy.ladder:
        yield Statement(_rung(rung), rung.source, rung.local)


def _rules(policy: Policy, wanted: Callable[[str], bool]) -> Iterator[Statement]:
    for name, words in RULE_WORDS.items():
        rule = policy.rules.get(name)
        if rule is not None and wanted(name):
            yield Statement(_ruled(rule, words), rule.source, rule.local)


def _ruled(rule: RuleSetting, words: str) -> str:
    return words.format(rule.limit) if rule.limit is not None else words


def _retired(age: Retirement) -> str:
    later = ""
    if age.latest != age.years:
        born = age.born_from
        later = (
            f"（{born.year}年{born.month}月及以后出生的，每 {age.every} 个月延迟 1 个月，"
            f"最迟 {age.latest} 周岁）"
        )
    who = "男" if age.name == "men" else "女"
    return f"{who}学员达到法定退休年龄 {age.years} 周岁的，不再列入名册{later}。"


def _span(limit: ClockLimit) -> str:
    return f"{'不少于 ' if limit.minimum else '不超过 '}{limit.count} {limit.unit.label}"


def _rung(rung: Rung) -> str:
    told = "、".join(_TOLD[each] for each in rung.audience)
    when = f"到期前 {-rung.offset} 个工作日" if rung.offset < 0 else f"到期后第 {rung.offset} 个工作日"
    only = ""
    if rung.clocks == frozenset({ClockKind.FINANCE_MONTH}):
        only = "财政部门一个月内没有拨付完的，"
    return f"{only}{when}，系统提醒{told}。"


def _yuan(fen: int) -> str:
    return f"{fen // 100:,}" + (f".{fen % 100:02d}" if fen % 100 else "")
