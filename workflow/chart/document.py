"""The printed chart (``docs/chart.md``): diagrams and tables drawn from the declared states and moves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from workflow.chart import crossing
from workflow.chart.chart import MOVES, SECTION_MOVES, SECTION_STATES, STATES
from workflow.chart.moves import Actor, Move
from workflow.vocabulary import FINAL_STATES, ClockKind, Event, Role, Section, State

CLOCKS: dict[State, tuple[ClockKind, ...]] = {
    State.OPENING_INDUSTRY_FIRST: (ClockKind.OPENING_INDUSTRY_REVIEW,),
    State.OPENING_INDUSTRY_SECOND: (ClockKind.OPENING_INDUSTRY_REVIEW,),
    State.OPENING_HR_FIRST: (ClockKind.OPENING_HR_REVIEW,),
    State.OPENING_HR_SECOND: (ClockKind.OPENING_HR_REVIEW,),
    State.OPENING_CORRECTION: (ClockKind.OPENING_CORRECTION,),
    State.TRAINING_HR_OPINION: (ClockKind.TRAINING_HR_OPINION,),
    State.ASSESSMENT_HR_OPINION: (ClockKind.ASSESSMENT_HR_OPINION,),
    State.CLAIM_AWAITING_ACCEPTANCE: (ClockKind.CLAIM_ACCEPTANCE,),
    State.CLAIM_INDUSTRY_FIRST: (ClockKind.CLAIM_INDUSTRY_REVIEW,),
    State.CLAIM_INDUSTRY_SECOND: (ClockKind.CLAIM_INDUSTRY_REVIEW,),
    State.CLAIM_AWAITING_PUBLICATION: (ClockKind.HR_TOTAL,),
    State.CLAIM_PUBLIC_NOTICE: (ClockKind.PUBLIC_NOTICE, ClockKind.OBJECTION, ClockKind.HR_TOTAL),
    State.CLAIM_HR_FIRST: (ClockKind.HR_TOTAL,),
    State.CLAIM_HR_SECOND: (ClockKind.HR_TOTAL,),
    State.CLAIM_FINANCE_FIRST: (ClockKind.FINANCE_TOTAL, ClockKind.FINANCE_MONTH),
    State.CLAIM_FINANCE_SECOND: (ClockKind.FINANCE_TOTAL, ClockKind.FINANCE_MONTH),
    State.CLAIM_CORRECTION: (ClockKind.CLAIM_CORRECTION,),
    State.DISBURSEMENT_AWAITING_PAYMENT: (
        ClockKind.FINANCE_TOTAL,
        ClockKind.FINANCE_MONTH,
        ClockKind.PAYMENT_ORDER,
    ),
}
"""The clocks that can run in a state; those of other states stand still."""

_SECTION_OF = {state: section for section, states in SECTION_STATES.items() for state in states}
_SECTION_MOVES = tuple(move for section in Section for move in SECTION_MOVES[section])

_INTRODUCTION = """\
# 办理流程图

由 `subsidy chart` 根据 `workflow/chart/` 生成，不要手工修改。

一份申请任何时候只处于一个状态。表中没有列出的“状态加事项”一律不能办理（409），不产生任何变动，只留下被拒记录。

**中断之后**：一条命令就是一个事务，要么全部生效，要么没有发生，不存在办到一半的状态；用同一命令号重发，得到原来的答复，
不会重复办理。计时按日期推算，停机期间照常进行，恢复后补发逾期提醒；系统只催办，从不代替人作出决定。"""

_CLOCK_NOTE = (
    "“计时”列出在该状态下走动的时限：退回补正期间其余时限暂停，暂停办理期间全部暂停。"
    "公示期间，人社部门总时限从最短公示期末日（或最后一条异议处理完毕之日，以晚者为准）起才走动；"
    "异议处理从提出异议起走动；财政部门一个月时限只在政策有规定时适用。"
)


def render_chart() -> str:
    """The whole chart as Markdown."""
    parts = (
        _INTRODUCTION,
        "## 五个环节",
        _fenced(_section_diagram()),
        "## 跨环节事项",
        "退回补正、暂停的去向由两个已存储的状态决定：补正后回到退回它的那一步（由公示退回或者公示后有变动的，重新公示），恢复后回到暂停时的状态。",
        _fenced(_crossing_diagram()),
        "\n".join(_crossing_table()),
        "## 状态",
        _CLOCK_NOTE,
        "\n".join(_state_table()),
    )
    return "\n\n".join(parts) + "\n"


def _fenced(lines: Iterable[str]) -> str:
    return "\n".join(("```mermaid", "stateDiagram-v2", *(f"    {line}" for line in lines), "```"))


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(header)} |"
    yield f"|{'---|' * len(header)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _arrows(moves: Iterable[tuple[str, str, str]]) -> Iterator[str]:
    """One arrow for each pair of ends, with all its labels."""
    labels: dict[tuple[str, str], list[str]] = {}
    for source, target, label in moves:
        together = labels.setdefault((source, target), [])
        if label not in together:
            together.append(label)
    for (source, target), together in labels.items():
        yield f"{source} --> {target} : {'、'.join(together)}"


def _label(move: Move) -> str:
    return f"{move.event.label}（{move.on_condition}）" if move.on_condition else move.event.label


def _section_diagram() -> Iterator[str]:
    """Mermaid draws no arrow between states of different boxes, so those arrows run from box to box."""
    for section in Section:
        yield f'state "{section.label}" as {section.value} {{'
        for state in SECTION_STATES[section]:
            yield f'    state "{state.label}" as {state.value}'
        for arrow in _arrows(_within(section)):
            yield f"    {arrow}"
        yield "}"
    yield from _arrows(
        (_SECTION_OF[move.source].value, _SECTION_OF[move.target].value, _label(move))
        for move in _SECTION_MOVES
        if _SECTION_OF[move.source] is not _SECTION_OF[move.target]
    )


def _within(section: Section) -> Iterator[tuple[str, str, str]]:
    for move in _SECTION_MOVES:
        starts, ends = _SECTION_OF[move.source] is section, _SECTION_OF[move.target] is section
        if starts or ends:
            yield (
                move.source.value if starts else "[*]",
                move.target.value if ends else "[*]",
                _label(move),
            )


def _crossing_diagram() -> Iterator[str]:
    for box in (*Section, *crossing.STATES):
        yield f'state "{box.label}" as {box.value}'
    yield from _arrows((_box(move.source), _box(move.target), move.event.label) for move in crossing.MOVES)


def _box(state: State) -> str:
    section = _SECTION_OF.get(state)
    return section.value if section else state.value


def _crossing_table() -> Iterator[str]:
    grouped: dict[tuple[Event, str], list[Move]] = {}
    for move in crossing.MOVES:
        grouped.setdefault((move.event, _who(move.actor)), []).append(move)
    return _table(
        ("事项", "谁办理", "从", "到"),
        ((event.label, who, _sources(moves), _targets(moves)) for (event, who), moves in grouped.items()),
    )


def _sources(moves: list[Move]) -> str:
    conditions = {move.source: move.on_condition for move in moves}
    return "、".join(
        f"`{source.value}`（{condition}）" if condition else f"`{source.value}`"
        for source, condition in conditions.items()
    )


def _targets(moves: list[Move]) -> str:
    if moves[0].event is Event.RESUME:
        notice, again = State.CLAIM_PUBLIC_NOTICE, State.CLAIM_AWAITING_PUBLICATION
        return f"暂停时的状态；`{notice.value}` 改到 `{again.value}`，重新公示"
    return f"`{moves[0].target.value}`"


def _state_table() -> Iterator[str]:
    return _table(
        ("存储值", "状态", "环节", "谁办理什么", "计时", "中断之后"),
        (
            (
                f"`{state.value}`",
                state.label,
                _SECTION_OF[state].label if state in _SECTION_OF else "—",
                "<br>".join(f"{who}：{'、'.join(events)}" for who, events in _duties(state).items()) or "—",
                "、".join(f"{clock.label} `{clock.value}`" for clock in CLOCKS.get(state, ())) or "—",
                _after_a_crash(state),
            )
            for state in STATES
        ),
    )


def _duties(state: State) -> dict[str, list[str]]:
    duties: dict[str, list[str]] = {}
    for move in MOVES:
        if move.source is state:
            events = duties.setdefault(_who(move.actor), [])
            if move.event.label not in events:
                events.append(move.event.label)
    return duties


def _who(actor: Actor) -> str:
    if actor.anyone:
        return "任何人"
    return f"{_people(actor)}（政策允许时也可由系统）" if actor.system else _people(actor)


def _people(actor: Actor) -> str:
    department = actor.department.label if actor.department else ""
    return "、".join(
        role.label if role in (Role.OFFICE, Role.APPLICANT) else department + role.label.removeprefix("部门")
        for role in Role
        if role in actor.roles
    )


def _after_a_crash(state: State) -> str:
    if state in FINAL_STATES:
        return "已办结，不再变动"
    if state is State.DISBURSED:
        return "已办结；支付失败或者需要追缴时另行办理"
    if state is State.SUSPENDED:
        return f"计时保持暂停；等{_awaited(state, crossing.MOVES, Event.RESUME)}恢复，或者终止"
    clocks = "计时照常" if state in CLOCKS else "没有计时"
    return f"{clocks}；等{_awaited(state, _SECTION_MOVES, *Event)}办理"


def _awaited(state: State, moves: Iterable[Move], *events: Event) -> str:
    """Those without whom the application does not go on."""
    people = (_people(move.actor) for move in moves if move.source is state and move.event in events)
    return "或者".join(dict.fromkeys(who for who in people if who))
