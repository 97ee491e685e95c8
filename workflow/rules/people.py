"""Rules of the trainees: nobody in two places at once or paid twice, everybody in a fitting occupation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from calendars.counting import add_months
from workflow.clock import day_cn
from workflow.errors import Finding
from workflow.form.fields import compact
from workflow.policy import Policy
from workflow.rules.facts import Facts, TraineeFacts, day_in
from workflow.rules.findings import Fault, found, of_trainees
from workflow.rules.listing import full_time_teachers, occupations_of
from workflow.rules.occupations import awarded_level, class_of_code, code_of, level_text, names_alike
from workflow.vocabulary import TraineeCategory

# Apprentices (企业新型学徒) are staff of the enterprise that trains them.
_STAFF = frozenset({TraineeCategory.ENTERPRISE_EMPLOYEE, TraineeCategory.APPRENTICE})
# Of a graduate it is asked only where a major is stated: who has left school for long states none.
_STUDENTS = frozenset({TraineeCategory.STUDENT, TraineeCategory.GRADUATE})

Measure = Callable[[Mapping[str, Any], TraineeFacts], Fault | None]
Faulty = Iterator[tuple[TraineeFacts, Fault]]


def _each(facts: Facts, measure: Measure) -> Faulty:
    """The trainees of whom the measure finds a fault, class by class in the order of the roster."""
    for _, entry in facts.classes_at():
        for trainee in facts.people_of(entry):
            fault = measure(entry, trainee)
            if fault is not None:
                yield trainee, fault


# One person, one training ----------------------------------------------------------------------------------


def one_month_gap(facts: Facts, policy: Policy) -> Iterator[Finding]:
    """No trainee has another training at the same time, unassessed, or too shortly before or after."""

    def measure(entry: Mapping[str, Any], trainee: TraineeFacts) -> Fault | None:
        return gap_fault(facts, policy, entry, trainee) or _too_near_to_the_next(
            facts, policy, entry, trainee
        )

    yield from of_trainees(policy, "one-month-gap", _each(facts, measure))


def gap_fault(facts: Facts, policy: Policy, entry: Mapping[str, Any], trainee: TraineeFacts) -> Fault | None:
    """What forbids a trainee this class: a training at the same time, or one assessed too lately or not yet.

    A month runs to the same day number, else to the month's last day, and is not moved by days off.
    """
    starts_on = day_in(entry, "starts_on")
    if starts_on is None:
        return None
    ends_on = max(starts_on, day_in(entry, "ends_on") or starts_on)
    others = sorted(facts.past.get(trainee.person, ()), key=lambda other: other.starts_on, reverse=True)
    for other in others:
        if other.starts_on <= ends_on and starts_on <= other.ends_on:
            return Fault(
                f"本班{day_cn(starts_on)}至{day_cn(ends_on)}",
                f"不与{day_cn(other.starts_on)}至{day_cn(other.ends_on)}的另一培训重叠",
                "同时参加另一补贴培训",
            )
    months = policy.rules["one-month-gap"].number
    for other in (other for other in others if other.ends_on < starts_on):
        if other.assessed_on is None:
            return Fault(
                f"{day_cn(other.starts_on)}至{day_cn(other.ends_on)}的培训尚未考核",
                f"上一培训考核结束满{months}个月",
                "的上一培训尚未考核，不得再次参加补贴培训",
            )
        allowed_on = add_months(other.assessed_on, months)
        if starts_on < allowed_on:
            return Fault(
                f"上次考核{day_cn(other.assessed_on)}，本班{day_cn(starts_on)}开班",
                f"满{months}个月，{day_cn(allowed_on)}起",
                "距上一培训考核结束的时间不足",
            )
    return None


def _too_near_to_the_next(
    facts: Facts, policy: Policy, entry: Mapping[str, Any], trainee: TraineeFacts
) -> Fault | None:
    """A training that is registered already, and begins too soon after this one or is not assessed yet."""
    ends_on = day_in(entry, "ends_on") or day_in(entry, "starts_on")
    if ends_on is None:
        return None
    months = policy.rules["one-month-gap"].number
    earliest = add_months(ends_on, months)
    for other in facts.past.get(trainee.person, ()):
        if ends_on < other.starts_on < earliest:
            return Fault(
                f"本班{day_cn(ends_on)}结束，另一培训{day_cn(other.starts_on)}开班",
                f"满{months}个月，{day_cn(earliest)}起",
                "已登记参加之后的另一补贴培训，间隔不足",
            )
        if other.assessed_on is None and ends_on < other.starts_on:
            # Nobody stands on two open rosters: whoever is to go elsewhere first is taken off the other.
            return Fault(
                f"已登记{day_cn(other.starts_on)}开班的另一培训",
                "上一培训考核之后再登记下一培训",
                "已登记参加之后的另一补贴培训",
            )
    return None


def no_duplicate(facts: Facts, policy: Policy) -> Iterator[Finding]:
    """Nobody is enrolled for an occupation and level that has been claimed for the same person."""

    def measure(entry: Mapping[str, Any], trainee: TraineeFacts) -> Fault | None:
        return duplicate_fault(facts, trainee.person, entry, [planned_award(entry)])

    yield from of_trainees(policy, "no-duplicate", _each(facts, measure))


def planned_award(entry: Mapping[str, Any]) -> tuple[int | None, str | None]:
    """What a class was opened for: the level of its certificate, whose number is not known yet."""
    return awarded_level(entry.get("certificate_kind"), entry.get("level")), None


def duplicate_fault(
    facts: Facts, person: int, entry: Mapping[str, Any], awards: Iterable[tuple[int | None, str | None]]
) -> Fault | None:
    """Whether one of these awards (level, certificate number) in the occupation of ``entry`` was claimed.

    Only by the same subsidy: 培训补贴 and 评价补贴 of one certificate are two matters.
    """
    code = code_of(entry.get("occupation_code"))
    claimed = [head for head in facts.paid.get(person, ()) if head.subsidy == facts.subsidy]
    for level, number in awards:
        if number and compact(number) in facts.numbers_elsewhere:
            return Fault("该证书已申领补贴", "每本证书只补贴一次", "重复申领补贴")
        for head in claimed:
            same_award = bool(code) and code_of(head.occupation_code) == code and head.level == level
            same_paper = bool(number) and compact(head.certificate_number) == compact(number)
            if same_award or same_paper:
                named = f"{entry.get('occupation', '')}{level_text(level)}"
                return Fault(
                    f"{named}已申领补贴" if same_award else "该证书已申领补贴",
                    "同一人员、同一职业、同一等级只补贴一次",
                    "重复申领补贴",
                )
    return None


# Fitting occupations ---------------------------------------------------------------------------------------


def own_post(facts: Facts, policy: Policy) -> Iterator[Finding]:
    """Staff train for their own post or a near one; staff that change posts, outside the old one's class."""
    yield from of_trainees(policy, "own-post", _each(facts, _post_fault))
    yield from _not_stated(facts, policy, "own-post", _STAFF, ("post", "post_code"), "岗位", "企业职工")


def _post_fault(entry: Mapping[str, Any], trainee: TraineeFacts) -> Fault | None:
    if trainee.category not in _STAFF or not (trainee.post or trainee.post_code):
        return None
    # Of two known classes no likeness of names is needed to see that they are not the same.
    both_coded = trainee.changing_post and trainee.post_code and entry.get("occupation_code")
    near = _near(entry, None if both_coded else trainee.post, trainee.post_code)
    if near is None or near is not trainee.changing_post:
        return None
    occupation, post = entry.get("occupation", ""), trainee.post or trainee.post_code
    if trainee.changing_post:
        limit = f"与原岗位不属于同一职业小类（{occupation}）"
        return Fault(f"原岗位{post}", limit, "转岗，培训的职业（工种）与原岗位属于同一职业分类")
    return Fault(f"岗位{post}", f"与{occupation}相同或者相近", "培训的职业（工种）与本人岗位不相同也不相近")


def no_own_major(facts: Facts, policy: Policy) -> Iterator[Finding]:
    """Students in their final year are not trained in what they study."""

    def measure(entry: Mapping[str, Any], trainee: TraineeFacts) -> Fault | None:
        if trainee.category not in _STUDENTS or not _near(entry, trainee.major, trainee.major_code):
            return None
        limit = f"在读专业以外的职业（工种），本班为{entry.get('occupation', '')}"
        return Fault(f"在读专业{trainee.major or trainee.major_code}", limit, "参加在读专业的补贴性培训")

    yield from of_trainees(policy, "no-own-major", _each(facts, measure))
    students = frozenset({TraineeCategory.STUDENT})
    yield from _not_stated(
        facts, policy, "no-own-major", students, ("major", "major_code"), "在读专业", "在校学生"
    )


def _near(entry: Mapping[str, Any], name: str | None, code: str | None) -> bool | None:
    """Whether a post or major and a class's occupation belong together; None where it cannot be told.

    By the 小类 of the codes where both are known, or by the names.
    """
    trained = entry.get("occupation_code")
    if code and trained and class_of_code(code) == class_of_code(trained):
        return True
    names = [entry[key] for key in ("occupation", "kind_of_work") if entry.get(key)]
    if name and any(names_alike(name, each) for each in names):
        return True
    return False if (code and trained) or (name and names) else None


def _not_stated(
    facts: Facts,
    policy: Policy,
    rule: str,
    categories: frozenset[TraineeCategory],
    fields: tuple[str, str],
    label: str,
    who: str,
) -> Iterator[Finding]:
    """Once for each class, how many did not say what the rule measures."""
    for path, entry in facts.classes_at():
        silent = [
            trainee
            for trainee in facts.people_of(entry)
            if trainee.category in categories and not any(getattr(trainee, name) for name in fields)
        ]
        if silent:
            yield found(
                policy,
                rule,
                measured=f"{len(silent)}人未填写{label}",
                limit=f"{who}逐人填写{label}",
                message=f"班次{entry.get('class_no')}有学员未填写{label}，无法核对",
                where=f"{path}.occupation",
            )


def apprentice_quota(facts: Facts, policy: Policy) -> Iterator[Finding]:
    """Apprentices of one occupation, those in training elsewhere too, within so many for each teacher."""
    times = policy.rules["apprentice-quota"].number
    elsewhere: dict[str, int] = {}
    for code, count in facts.apprentices.items():
        elsewhere[code_of(code)] = elsewhere.get(code_of(code), 0) + count
    for path, entry, named in occupations_of(facts):
        code = code_of(entry.get("occupation_code"))
        here = sum(
            trainee.category is TraineeCategory.APPRENTICE
            for _, each in facts.classes_at()
            if code_of(each.get("occupation_code")) == code
            for trainee in facts.people_of(each)
        )
        listed = full_time_teachers(facts, entry)
        teachers = named if listed is None else listed
        others = elsewhere.get(code, 0)
        if here and teachers is not None and here + others > teachers * times:
            yield found(
                policy,
                "apprentice-quota",
                measured=f"{here + others}人（其中其他在训{others}人）" if others else f"{here}人",
                limit=f"不超过{teachers * times}人（专职教师{teachers}人×{times}）",
                message=f"职业（工种）{entry.get('occupation', '')}的企业新型学徒过多",
                where=f"{path}.teacher_count",
            )
