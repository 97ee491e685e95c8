"""What is recorded of a training beside its events: make-up lessons, and observations that are struck.

Absence that is made up before the assessment with HR's consent counts as attended (二(四)21). Nothing here
moves the application; each change stands on the form and in its audit trail, under a new version.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from workflow.access import Actor, is_own, require_reading
from workflow.clock import day_cn, shanghai_date
from workflow.errors import FieldError, Forbidden, NotFound, NotNow
from workflow.form.reading import malformed
from workflow.form.training import OBSERVATIONS, MakeUp, ObservationStrike, is_undecided
from workflow.persistence import tables
from workflow.persistence.engine import reading, writing
from workflow.services.audit import append_entry
from workflow.services.case import Case, open_case
from workflow.services.door import check_command_id, digests_of, find_reply, reply_to, store_reply
from workflow.services.editing import require_own, require_version
from workflow.services.product import Product
from workflow.services.view import application_view
from workflow.services.warnings import drop_struck
from workflow.vocabulary import SECTION_OF, Department, Role, Section, State

_MAKING_UP = frozenset(
    {
        State.TRAINING_IN_PROGRESS,
        State.TRAINING_HR_OPINION,
        State.ASSESSMENT_AWAITING_PROPOSAL,
        State.ASSESSMENT_PROPOSED,
    }
)
_CONSENTING = frozenset({Role.REVIEWER, Role.INSPECTOR})
_STRIKING = frozenset({Section.TRAINING, Section.ASSESSMENT, Section.CLAIM})


def ask_make_up(
    product: Product,
    *,
    actor: Actor,
    application_id: int,
    asked: MakeUp,
    expected_version: int | None,
    command_id: str | None = None,
) -> dict[str, Any]:
    """The applicant asks for HR's consent to a make-up lesson; answers the application.

    Raises ``Malformed`` naming what does not agree with the inspection, ``Forbidden``, ``NotNow`` once the
    assessment's day has come, ``Conflict``. The same command id does it once; so for all that follows.
    """

    def act(case: Case) -> tuple[str, dict[str, Any]]:
        require_own(case, actor)
        _require_before_assessment(case)
        errors = list(_faults(case, asked))
        if errors:
            raise malformed(errors)
        make_ups = case.section(Section.TRAINING).setdefault("make_ups", [])
        entry = {"id": len(make_ups) + 1} | asked.stored()
        make_ups.append(entry | {"asked_by": actor.name, "asked_on": case.today.isoformat()})
        return "ask_make_up", _told(entry)

    content = ["ask_make_up", asked.stored()]
    return _record(product, actor, application_id, content, expected_version, command_id, act)


def consent_make_up(
    product: Product,
    *,
    actor: Actor,
    application_id: int,
    make_up_id: int,
    expected_version: int | None,
    command_id: str | None = None,
) -> dict[str, Any]:
    """HR consents once the lesson was held: who was absent counts as attended. Answers the application.

    Raises ``NotFound``, ``Forbidden``, ``NotNow``, ``Conflict``.
    """

    def act(case: Case) -> tuple[str, dict[str, Any]]:
        entry = _undecided(case, make_up_id)
        made_up_on = date.fromisoformat(entry["made_up_on"])
        if made_up_on > case.today:
            raise NotNow(f"补课日期为{day_cn(made_up_on)}，补课之后方可同意")
        left = _left(case, _heads(case), entry["class_no"], entry["inspection_no"], pending=False)
        if entry["count"] > left:
            raise NotNow(f"该次检查缺勤而尚未补课的只有{left}人，不能同意{entry['count']}人补课")
        entry |= {"consented_by": case.signature, "consented_on": case.today.isoformat()}
        return "consent_make_up", _told(entry)

    content = ["consent_make_up", make_up_id]
    return _record(product, actor, application_id, content, expected_version, command_id, act)


def decline_make_up(
    product: Product,
    *,
    actor: Actor,
    application_id: int,
    make_up_id: int,
    reason: str,
    expected_version: int | None,
    command_id: str | None = None,
) -> dict[str, Any]:
    """HR does not consent, and says why; answers the application. Raises like ``consent_make_up``."""

    def act(case: Case) -> tuple[str, dict[str, Any]]:
        entry = _undecided(case, make_up_id)
        entry |= {"declined_by": case.signature, "declined_on": case.today.isoformat(), "reason": reason}
        return "decline_make_up", _told(entry) | {"reason": reason}

    content = ["decline_make_up", make_up_id, reason]
    return _record(product, actor, application_id, content, expected_version, command_id, act)


def strike_observations(
    product: Product,
    *,
    actor: Actor,
    application_id: int,
    strike: ObservationStrike,
    expected_version: int | None,
    command_id: str | None = None,
) -> dict[str, Any]:
    """HR's head strikes what an inspection observed besides the head count; answers the application.

    It stays on the form, marked. Warnings that rested on it end with it. Raises ``Malformed`` for an
    inspection that there is not, ``Forbidden``, ``NotNow``, ``Conflict``.
    """

    def act(case: Case) -> tuple[str, dict[str, Any]]:
        _require_hr(case, frozenset({Role.HEAD}), "撤销检查所见")
        if SECTION_OF[case.state] not in _STRIKING:
            raise NotNow(f"当前状态为“{case.state.label}”，不能撤销检查所见")
        found = _inspection(case, strike.class_no, strike.inspection_no)
        if found is None:
            raise malformed([_no_inspection(case, strike.class_no, strike.inspection_no)])
        place, entry = found
        if not any(name in entry for name in OBSERVATIONS):
            raise NotNow("这次检查没有登记其他检查内容，没有可以撤销的")
        if entry.get("observations_struck"):
            raise NotNow(f"这次检查的其他检查内容已由{entry['struck_by']}于{day_cn(entry['struck_on'])}撤销")
        entry |= {
            "observations_struck": True,
            "struck_by": case.signature,
            "struck_on": case.today.isoformat(),
            "struck_reason": strike.reason,
        }
        drop_struck(case, place)
        return "strike_observations", strike.stored()

    content = ["strike_observations", strike.stored()]
    return _record(product, actor, application_id, content, expected_version, command_id, act)


def read_training_records(product: Product, *, actor: Actor, application_id: int) -> dict[str, Any]:
    """Every inspection with who was absent and what was observed, every make-up, and what this person may do.

    ``inspections`` are ordered by class; number 0 is the opening day. ``left_count`` is how many of the
    absent no make-up has been asked for.
    """
    with reading(product.engine) as connection:
        case = open_case(product, connection, actor, application_id, lock=False)
        require_reading(actor, case.matter())
        may_strike = _is_of_hr(case, frozenset({Role.HEAD})) and SECTION_OF[case.state] in _STRIKING
        making_up = not _why_too_late(case)
        may_decide = making_up and _is_of_hr(case, _CONSENTING)
        heads, inspections = _heads(case), []
        for class_no, number, entry in _inspections(case):
            observed = {name: entry[name] for name in OBSERVATIONS if name in entry}
            struck = bool(entry.get("observations_struck"))
            shown = {
                "class_no": class_no,
                "inspection_no": number,
                "inspected_on": _day_of(entry).isoformat(),
                "present_count": entry["present_count"],
                "absent_count": _absent(heads, entry),
                "observed": observed,
                "struck": struck,
                "may_strike": may_strike and bool(observed) and not struck,
                "made_up_count": 0,
                "left_count": 0,
            }
            if number:
                left = _left(case, heads, class_no, number, pending=False)
                shown["made_up_count"] = shown["absent_count"] - left
                shown["left_count"] = _left(case, heads, class_no, number, pending=True)
            inspections.append(shown | {name: entry[name] for name in _STRUCK if name in entry})
        return {
            "inspections": inspections,
            "make_ups": [
                entry
                | {
                    "may_decide": may_decide and is_undecided(entry),
                    "may_consent": may_decide
                    and is_undecided(entry)
                    and date.fromisoformat(entry["made_up_on"]) <= case.today,
                }
                for entry in _make_ups(case)
            ],
            "may_ask": making_up and is_own(actor, case.matter()),
            "waiting": waiting_make_ups(case),
        }


def consents_in(actor: Actor) -> frozenset[State]:
    """The states in which make-ups may wait for this person."""
    consenting = actor.role in _CONSENTING and actor.department is Department.HR
    return _MAKING_UP if consenting else frozenset()


def waiting_make_ups(case: Case) -> dict[str, Any] | None:
    """How many make-ups wait for the consent of whoever looks at the case, and before which day; or None.

    ``decide_before`` is the day of the assessment, where it is proposed already.
    """
    count = sum(1 for entry in _make_ups(case) if is_undecided(entry))
    if not count or not _is_of_hr(case, _CONSENTING) or _is_of_the_applicant(case) or _why_too_late(case):
        return None
    assess_on = _assess_on(case)
    return {"count": count, "decide_before": assess_on.isoformat() if assess_on else None}


def _record(
    product: Product,
    actor: Actor,
    application_id: int,
    content: list[Any],
    expected_version: int | None,
    command_id: str | None,
    act: Callable[[Case], tuple[str, dict[str, Any]]],
) -> dict[str, Any]:
    """One change beside the chart: ``act`` writes it on the form and says how the trail calls it."""
    check_command_id(command_id)
    digests = digests_of(product, [application_id, content, expected_version])
    try:
        with writing(product.engine) as connection:
            case = open_case(product, connection, actor, application_id, lock=True)
            known = find_reply(connection, actor, command_id, digests) if command_id is not None else None
            if known is not None:
                return known
            require_reading(actor, case.matter())
            require_version(case, expected_version)
            event, details = act(case)
            case.row["version"] += 1
            case.write()
            append_entry(case, event, outcome="done", old=case.state, new=case.state, details=details)
            case.write_row()
            view = application_view(case, actor)
            store_reply(case, command_id, digests, view)
            return view
    except IntegrityError:
        # The same command was sent twice at once: the other one has done it.
        known = reply_to(product, actor, command_id, digests)
        if known is None:
            raise
        return known


# --- who, and until when -----------------------------------------------------------------------------------


def _is_of_hr(case: Case, roles: frozenset[Role]) -> bool:
    return _as_whom(case, roles) is not None


def _as_whom(case: Case, roles: frozenset[Role]) -> Actor | None:
    """The actor, or the absent person in whose place the actor is of HR in one of these roles."""
    for person in (case.actor, *case.absent):
        if (
            person.role in roles
            and person.department is Department.HR
            and person.region == case.row["region"]
        ):
            return person
    return None


def _is_of_the_applicant(case: Case) -> bool:
    mine = case.actor.organisation_id
    return mine is not None and mine == case.row["organisation_id"]


def _require_hr(case: Case, roles: frozenset[Role], what: str) -> None:
    person = _as_whom(case, roles)
    if person is None:
        who = "、".join(sorted(role.label for role in roles))
        raise Forbidden(f"“{what}”只能由本地区{Department.HR.label}的{who}办理")
    if _is_of_the_applicant(case):
        raise Forbidden("您是申请单位的人员，依照回避规定不能办理本单位的申请")
    case.on_behalf_of = None if person is case.actor else person


def _why_too_late(case: Case) -> str:
    """Why no make-up can be asked for or decided now; empty while one can."""
    if "make-up" not in case.policy.rules:
        return f"“{case.policy.title}”没有关于补课的规定"
    if case.state not in _MAKING_UP:
        return f"当前状态为“{case.state.label}”，补课只能在培训开始之后、考核之前办理"
    assess_on = _assess_on(case)
    if assess_on is not None and case.today >= assess_on:
        return f"考核时间为{day_cn(assess_on)}，补课须在考核之前办理"
    return ""


def _require_before_assessment(case: Case) -> None:
    too_late = _why_too_late(case)
    if too_late:
        raise NotNow(too_late, source=_source(case))


def _source(case: Case) -> str:
    rule = case.policy.rules.get("make-up")
    return rule.source if rule is not None else ""


def _undecided(case: Case, make_up_id: int) -> dict[str, Any]:
    """The make-up that the actor may decide on."""
    _require_hr(case, _CONSENTING, "补课意见")
    entry = next((each for each in _make_ups(case) if each["id"] == make_up_id), None)
    if entry is None:
        raise NotFound(f"这件申请没有编号为 {make_up_id} 的补课申请")
    if not is_undecided(entry):
        how = "同意" if "consented_on" in entry else "作出不同意的意见"
        who = entry.get("consented_by") or entry["declined_by"]
        raise NotNow(f"{who}已对这件补课申请{how}")
    _require_before_assessment(case)
    return entry


# --- what was seen -----------------------------------------------------------------------------------------

_STRUCK = ("struck_by", "struck_on", "struck_reason")


def _inspections(case: Case) -> Iterator[tuple[int, int, dict[str, Any]]]:
    """Class, number and entry of every inspection, class by class; number 0 is the opening day."""
    training = case.section(Section.TRAINING)
    opening = {entry["class_no"]: entry for entry in training.get("opening_inspections", ())}
    for class_no in sorted(opening):
        yield class_no, 0, opening[class_no]
        held = [entry for entry in training.get("inspections", ()) if entry["class_no"] == class_no]
        for number, entry in enumerate(held, start=1):
            yield class_no, number, entry


def _inspection(case: Case, class_no: int, number: int) -> tuple[str, dict[str, Any]] | None:
    """An inspection of a class, with its place on the form; None where there is none."""
    name = "inspections" if number else "opening_inspections"
    entries = case.section(Section.TRAINING).get(name, [])
    places = [index for index, entry in enumerate(entries) if entry["class_no"] == class_no]
    if len(places) < max(number, 1):
        return None
    index = places[max(number, 1) - 1]
    return f"training.{name}.{index}", entries[index]


def _no_inspection(case: Case, class_no: int, number: int) -> FieldError:
    seen = [known for known_class, known, _ in _inspections(case) if known_class == class_no]
    if not seen:
        return FieldError("class_no", f"“班次”{class_no}还没有登记过检查")
    return FieldError(
        "inspection_no", f"“第几次检查”{number}不存在：班次{class_no}的培训期间检查登记了{max(seen)}次"
    )


def _day_of(entry: dict[str, Any]) -> date:
    return shanghai_date(datetime.fromisoformat(entry["inspected_at"]))


def _assess_on(case: Case) -> date | None:
    assess_on = case.section(Section.ASSESSMENT).get("assess_on")
    return date.fromisoformat(assess_on) if assess_on else None


def _class(case: Case, class_no: int) -> dict[str, Any]:
    classes: list[dict[str, Any]] = case.section(Section.OPENING).get("classes", [])
    return next((each for each in classes if each["class_no"] == class_no), {})


# --- who was absent, and who has made up for it ------------------------------------------------------------


def _heads(case: Case) -> dict[int, int]:
    """How many each class has: on the roster or, without one, as planned."""
    trainees = tables.trainee
    counted = (
        select(trainees.c.class_no, func.count().label("heads"))
        .where(trainees.c.application_id == case.id)
        .group_by(trainees.c.class_no)
    )
    classes = case.section(Section.OPENING).get("classes", [])
    planned = {each["class_no"]: each.get("planned_count") or 0 for each in classes}
    return planned | {row.class_no: row.heads for row in case.connection.execute(counted)}


def _absent(heads: Mapping[int, int], entry: Mapping[str, Any]) -> int:
    """How many of the class were not there."""
    present: int = entry["present_count"]
    return max(heads.get(entry["class_no"], 0) - present, 0)


def _make_ups(case: Case) -> list[dict[str, Any]]:
    make_ups: list[dict[str, Any]] = case.section(Section.TRAINING).get("make_ups", [])
    return make_ups


def _standing(case: Case, class_no: int, number: int, *, pending: bool) -> list[dict[str, Any]]:
    """The make-ups of an inspection that HR consented to; with ``pending`` also those not decided yet."""
    return [
        entry
        for entry in _make_ups(case)
        if (entry["class_no"], entry["inspection_no"]) == (class_no, number)
        and ("consented_on" in entry or (pending and is_undecided(entry)))
    ]


def _left(case: Case, heads: Mapping[int, int], class_no: int, number: int, *, pending: bool) -> int:
    """How many of the absent have not made up for it."""
    found = _inspection(case, class_no, number)
    left = _absent(heads, found[1]) if found else 0
    for entry in _standing(case, class_no, number, pending=pending):
        left -= entry["count"]
    return left


def _faults(case: Case, asked: MakeUp) -> Iterator[FieldError]:
    """What in a request for a make-up does not agree with the inspection, the roster or the calendar."""
    found = _inspection(case, asked.class_no, asked.inspection_no)
    if found is None:
        yield _no_inspection(case, asked.class_no, asked.inspection_no)
        return
    _, entry = found
    heads = _heads(case)
    left = _left(case, heads, asked.class_no, asked.inspection_no, pending=True)
    if asked.count > left:
        yield FieldError(
            "count",
            f"“补课人数”{asked.count}人过多：该次检查缺勤{_absent(heads, entry)}人，尚未申请补课的{left}人",
        )
    yield from _row_faults(case, asked)
    inspected_on, assess_on = _day_of(entry), _assess_on(case)
    if asked.made_up_on <= inspected_on:
        yield FieldError(
            "made_up_on", f"“补课日期”{day_cn(asked.made_up_on)}须在该次检查（{day_cn(inspected_on)}）之后"
        )
    elif assess_on is not None and asked.made_up_on >= assess_on:
        yield FieldError(
            "made_up_on", f"“补课日期”{day_cn(asked.made_up_on)}须在考核（{day_cn(assess_on)}）之前"
        )
    total = _class(case, asked.class_no).get("total_hours")
    if total is not None and asked.hours > total:
        yield FieldError("hours", f"“补课课时”{asked.hours}超过该班的培训时长{total}课时")


def _row_faults(case: Case, asked: MakeUp) -> Iterator[FieldError]:
    if asked.row_nos is None:
        return
    if len(asked.row_nos) != asked.count:
        yield FieldError(
            "row_nos", f"“补课学员的名册序号”有{len(asked.row_nos)}个，与补课人数{asked.count}人不一致"
        )
    trainees = tables.trainee
    of_class = select(trainees.c.row_no).where(
        trainees.c.application_id == case.id, trainees.c.class_no == asked.class_no
    )
    known = set(case.connection.execute(of_class).scalars())
    standing = _standing(case, asked.class_no, asked.inspection_no, pending=True)
    taken = {row for entry in standing for row in entry.get("row_nos", ())}
    for index, row in enumerate(asked.row_nos):
        if row not in known:
            yield FieldError(f"row_nos.{index}", f"名册中班次{asked.class_no}没有序号为{row}的学员")
        elif row in taken:
            yield FieldError(f"row_nos.{index}", f"序号为{row}的学员已申请该次检查的补课")


def _told(entry: dict[str, Any]) -> dict[str, Any]:
    """What the trail keeps of a make-up."""
    return {name: entry[name] for name in ("id", "class_no", "inspection_no", "count", "made_up_on")}
