"""二 过程监管: inspections on site, and the end of the training."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from workflow.clock import SHANGHAI, day_cn, shanghai_date
from workflow.errors import FieldError, Malformed, NotNow
from workflow.form.payloads import Inspection, OpeningInspection, TrainingEnd
from workflow.persistence import tables
from workflow.rules import Occasion
from workflow.services.case import Case
from workflow.services.checks import check_rules
from workflow.services.drawn_visits import settle_drawn_visits
from workflow.vocabulary import Section


def record_opening_inspection(case: Case, payload: OpeningInspection) -> None:
    """开班当日检查 of one class; once for each."""
    done = case.section(Section.TRAINING).setdefault("opening_inspections", [])
    place = f"training.opening_inspections.{len(done)}"
    check_rules(case, Occasion.INSPECTION, payload.stored(), place=place)
    _check_attendance(case, payload)
    if any(check["class_no"] == payload.class_no for check in done):
        raise NotNow(f"第{payload.class_no}班的开班当日检查已经登记过")
    done.append(_entry(case, payload))
    settle_drawn_visits(case, payload)


def record_inspection(case: Case, payload: Inspection) -> None:
    """培训期间检查 of one class that has begun; there may be any number."""
    training = case.section(Section.TRAINING)
    held = training.setdefault("inspections", [])
    check_rules(case, Occasion.INSPECTION, payload.stored(), place=f"training.inspections.{len(held)}")
    _check_attendance(case, payload)
    opened = {check["class_no"]: check for check in training.get("opening_inspections", [])}
    if payload.class_no not in opened:
        raise NotNow(f"第{payload.class_no}班还没有登记开班当日检查，不能登记培训期间检查")
    if payload.inspected_at < datetime.fromisoformat(opened[payload.class_no]["inspected_at"]):
        message = "培训期间检查的时间不能早于开班当日检查的时间"
        raise Malformed(message, [FieldError("payload.inspected_at", message)])
    if any(_is_same_visit(check, payload) for check in held):
        # Counted twice, one visit would weigh double in the average attendance.
        at = payload.inspected_at.astimezone(SHANGHAI)
        message = f"第{payload.class_no}班在{at:%Y-%m-%d %H:%M}的检查已经登记过，同一次检查只登记一次"
        raise Malformed(message, [FieldError("payload.inspected_at", message)])
    held.append(_entry(case, payload))
    settle_drawn_visits(case, payload)


def _entry(case: Case, payload: OpeningInspection | Inspection) -> dict[str, Any]:
    entry = payload.stored() | {"inspector": case.signature}
    if payload.absent_rows is not None:
        # By which roster it was called: places on another one are other people.
        entry["roster_digest"] = case.row["roster_digest"]
    return entry


def _check_attendance(case: Case, payload: OpeningInspection | Inspection) -> None:
    """Where the roster was called, the heads are those who were not absent."""
    if payload.absent_rows is None:
        return
    trainee = tables.trainee
    rows = set(
        case.connection.execute(
            select(trainee.c.row_no).where(
                trainee.c.application_id == case.id, trainee.c.class_no == payload.class_no
            )
        ).scalars()
    )
    unknown = sorted(set(payload.absent_rows) - rows)
    if unknown:
        named = "、".join(map(str, unknown[:10]))
        message = f"“缺勤学员的名册序号”{named}不是第{payload.class_no}班的学员"
        raise Malformed(message, [FieldError("payload.absent_rows", message)])
    present = len(rows) - len(payload.absent_rows)
    if payload.present_count != present:
        message = (
            f"实到人数{payload.present_count}人与点名不一致：第{payload.class_no}班名册{len(rows)}人，"
            f"缺勤{len(payload.absent_rows)}人，实到应为{present}人"
        )
        raise Malformed(message, [FieldError("payload.present_count", message)])


def _is_same_visit(check: dict[str, Any], payload: Inspection) -> bool:
    at = datetime.fromisoformat(check["inspected_at"])
    return bool(check["class_no"] == payload.class_no and at == payload.inspected_at)


def finish_training(case: Case, payload: TrainingEnd) -> None:
    """Every class has its opening check and the checks that the policy asks for."""
    training = case.section(Section.TRAINING)
    opened = {check["class_no"] for check in training.get("opening_inspections", [])}
    for number in _class_numbers(case):
        if number not in opened:
            raise NotNow(
                f"第{number}班还没有登记开班当日检查，不能结束培训", source="平技领办〔2022〕5号 附件2"
            )
        held = sum(check["class_no"] == number for check in training.get("inspections", []))
        if held < case.policy.inspections_required:
            raise NotNow(
                f"第{number}班的培训期间检查有{held}次，至少应有{case.policy.inspections_required}次",
                source=case.policy.inspections_source,
            )
    check_rules(case, Occasion.TRAINING_END, payload.stored(), place="training")
    inspected_on = max(
        shanghai_date(datetime.fromisoformat(check["inspected_at"]))
        for name in ("opening_inspections", "inspections")
        for check in training.get(name, [])
    )
    if payload.ended_on < inspected_on:
        message = (
            f"“培训结束日期”{day_cn(payload.ended_on)}不能早于最后一次检查的日期（{day_cn(inspected_on)}）"
        )
        raise Malformed(message, [FieldError("payload.ended_on", message)])
    training["ended_on"] = payload.ended_on.isoformat()


def _class_numbers(case: Case) -> list[int]:
    return [entry["class_no"] for entry in case.section(Section.OPENING).get("classes", [])]
