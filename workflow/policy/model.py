"""What a policy is: clocks, rules, rates, the escalation ladder and switches, frozen and cited."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum

from workflow.vocabulary import CertificateKind, ClockKind, Department, FundSource, LimitUnit, Subsidy, Word

# A document with these words in its name was out for comments only; wherever it is cited, they are shown.
DRAFT = "征求意见稿"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: ``path`` names table and key, ``what`` the limit and the value."""

    path: str
    what: str

    def __str__(self) -> str:
        return f"政策参数 {self.path}：{self.what}" if self.path else self.what


class PolicyError(ValueError):
    """A policy is incomplete, contradicts itself or cites no ground; the message names every such value."""

    def __init__(self, message: str = "", faults: Iterable[Fault] = ()) -> None:
        self.faults = tuple(faults)
        super().__init__(message + "；".join(map(str, self.faults)))


class UnknownPolicy(PolicyError):
    """No policy has this key."""


class Severity(StrEnum):
    """What a broken rule does: refuse the step, or warn the reviewer, who must answer."""

    BLOCKING = "blocking"
    WARNING = "warning"


class Audience(StrEnum):
    """Who hears a rung of the ladder. ``FINANCE`` is told only when the matter is a claim or its payment."""

    ACTORS = "actors"
    DEPARTMENT_HEAD = "department_head"
    FINANCE = "finance"
    OFFICE = "office"


@dataclass(frozen=True, slots=True)
class ClockLimit:
    """How long a clock may run (or, as a minimum, must run). ``department`` is None for the applicant."""

    kind: ClockKind
    count: int
    unit: LimitUnit
    minimum: bool
    department: Department | None
    source: str
    local: bool
    note: str

    @property
    def text(self) -> str:
        """The limit as people read it, such as 10个工作日 or 不少于5个工作日."""
        return f"{'不少于' if self.minimum else ''}{self.count}{self.unit.label}"


@dataclass(frozen=True, slots=True)
class RuleSetting:
    """A rule that is switched on; ``limit`` is None where the rule has no number of its own."""

    rule: str
    title: str
    severity: Severity
    limit: int | None
    unit: str
    source: str
    local: bool
    note: str

    @property
    def number(self) -> int:
        """The limit of a rule that is a number; loading has made sure that it has one."""
        if self.limit is None:
            raise PolicyError(f"规则 {self.rule} 没有限值")
        return self.limit


@dataclass(frozen=True, slots=True)
class Rung:
    """One rung of the escalation ladder.

    ``offset`` counts working days from the due date (negative: before it); the rung fires at ``at`` in
    Asia/Shanghai on that day, for the clocks in ``clocks``.
    """

    name: str
    title: str
    offset: int
    at: time
    audience: tuple[Audience, ...]
    clocks: frozenset[ClockKind]
    source: str
    local: bool
    note: str


@dataclass(frozen=True, slots=True)
class Rate:
    """Subsidy per head or certificate, in fen."""

    name: str
    title: str
    fen: int
    source: str
    local: bool


@dataclass(frozen=True, slots=True)
class EmploymentSubsidy:
    """What is paid once for each certificate holder employed and insured for so many months.

    ``cap_fen`` is the most that one applicant gets in all; None where there is no such limit.
    """

    name: str
    title: str
    fen: int
    cap_fen: int | None
    months: int
    source: str
    local: bool


@dataclass(frozen=True, slots=True)
class Retirement:
    """The age at which one sex retires: ``years``, and from a month of birth on later.

    Who was born in the month of ``born_from`` or later retires a month later for every ``every`` months begun
    since, until it is ``latest`` years.
    """

    name: str
    title: str
    years: int
    latest: int
    every: int
    born_from: date
    source: str
    local: bool

    def months(self, born_on: date) -> int:
        """The age of retirement of somebody born on a day, in months."""
        first = self.born_from
        since = 12 * (born_on.year - first.year) + born_on.month - first.month
        return min(12 * self.latest, 12 * self.years + max(0, since // self.every + 1))


class Group(Word):
    """The parts in which a policy is shown, in this order."""

    SCOPE = "scope", "名称、效力与适用地区"
    CLOCKS = "clocks", "办理时限"
    LADDER = "ladder", "提醒与升级"
    RULES = "rules", "培训与资金规则"
    MONEY = "money", "补贴标准"
    FUNDS = "funds", "资金来源"
    SWITCHES = "switches", "开关与其他参数"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One value for people: where it stands, what it says, and on what ground.

    ``details`` are what belongs to the value beside it: what a broken rule does, who hears a rung.
    """

    path: str
    group: Group
    title: str
    value: str
    details: str
    source: str
    local: bool
    note: str

    @property
    def draft(self) -> bool:
        """Whether it rests on a document that was only out for comments."""
        return DRAFT in self.source


LEVELLED_KINDS: frozenset[CertificateKind] = frozenset(
    {CertificateKind.NATIONAL_QUALIFICATION, CertificateKind.SKILL_LEVEL}
)


@dataclass(frozen=True, eq=False, kw_only=True)
class Policy:
    """One city's policy of one year. Two policies are equal when their content is.

    ``source`` of any part is the clause; for a local default it is 本地, with the document it follows if any.
    ``content`` is canonical JSON from which ``from_content`` builds the same policy again. What is empty or
    None in a stored version had no parameter yet when that version was in force.
    """

    key: str
    title: str
    documents: tuple[str, ...]
    valid_from: date
    valid_until: date | None
    regions: Mapping[str, str]
    clocks: Mapping[ClockKind, ClockLimit]
    rules: Mapping[str, RuleSetting]
    rate_table: Mapping[str, Rate]
    evaluation_rates: Mapping[str, Rate]
    employment_subsidies: Mapping[str, EmploymentSubsidy]
    ladder: tuple[Rung, ...]
    stated_hours: Mapping[str, int]
    retirement: Mapping[str, Retirement]
    closing_time: str
    notice_auto_close: bool
    notice_minimum_counts_for_hr: bool
    opening_day_counts_in_average: bool
    certificates_required: bool
    inspections_required: int
    inspections_source: str
    inspectors_drawn: int
    trainee_minimum_age: int
    fund_first: FundSource
    fund_order: tuple[FundSource, ...]
    minor_certificates: tuple[CertificateKind, ...]
    satisfaction_stop_months: int | None
    platform_ban_years: int | None
    finance_staff_minimum: int | None
    parameters: tuple[Parameter, ...]
    content: str

    @staticmethod
    def from_content(content: str) -> Policy:
        """The policy that once had this content; raises ``PolicyError`` when it cannot be read."""
        from workflow.policy.packaged import policy_from_content

        return policy_from_content(content)

    @property
    def version(self) -> str:
        """Twelve hexadecimal digits that change with any value, citation or note."""
        return hashlib.sha256(self.content.encode()).hexdigest()[:12]

    @property
    def draft(self) -> bool:
        """Whether a document that it rests on was only out for comments."""
        return any(DRAFT in document for document in self.documents)

    def covers(self, region: str, on: date) -> bool:
        """Whether it is valid for a region on a day, as long as no later policy replaces it."""
        return (
            region in self.regions
            and self.valid_from <= on
            and (self.valid_until is None or on <= self.valid_until)
        )

    def clock(self, kind: ClockKind) -> ClockLimit | None:
        """The limit of a clock; None where this policy does not have the clock."""
        return self.clocks.get(kind)

    def rungs(self, kind: ClockKind) -> tuple[Rung, ...]:
        """The rungs that a clock of this kind climbs, earliest first."""
        return tuple(rung for rung in self.ladder if kind in rung.clocks)

    def rate(self, kind: CertificateKind, level: int | None) -> Rate:
        """The training subsidy per head for a certificate; ``level`` only matters for levelled kinds."""
        name = f"level_{level}" if kind in LEVELLED_KINDS else kind.value
        try:
            return self.rate_table[name]
        except KeyError:
            raise PolicyError(f"政策 {self.key} 没有“{kind.label}”级别 {level} 的补贴标准") from None

    def rates(self, kind: CertificateKind, level: int | None) -> int:
        """The training subsidy per head in fen."""
        return self.rate(kind, level).fen

    def evaluation_rate(self, kind: CertificateKind, level: int | None) -> Rate | None:
        """What an assessment body gets for a certificate; None where nothing is paid for its kind."""
        return self.evaluation_rates.get(f"level_{level}" if kind in LEVELLED_KINDS else kind.value)

    def pays(self, subsidy: Subsidy) -> bool:
        """Whether there is anything to be had of this subsidy."""
        if subsidy is Subsidy.TRAINING:
            return bool(self.rate_table)
        if subsidy is Subsidy.EVALUATION:
            return bool(self.evaluation_rates)
        return subsidy.value in self.employment_subsidies

    def why_not(self, subsidy: Subsidy) -> str:
        """That it does not pay this subsidy, in words, with its own words on it."""
        said = next(
            (each for each in self.parameters if each.path == f"employment_subsidies.{subsidy.value}"), None
        )
        ground = f"：{said.note}（{said.source}）" if said and said.note else ""
        return f"政策“{self.title}”不发放“{subsidy.label}”{ground}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Policy) and self.content == other.content

    def __hash__(self) -> int:
        return hash(self.content)
