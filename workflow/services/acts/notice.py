"""公示: publishing what is claimed, objections to it, and its end (平技领办〔2022〕5号 二(四)21)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert, select, update

from workflow.clock import SHANGHAI
from workflow.deadlines.words import said
from workflow.errors import NotFound, NotNow
from workflow.form.masking import mask_name
from workflow.form.money import yuan_from_fen
from workflow.form.payloads import Nothing, Objection, ObjectionReply, Publication
from workflow.persistence import tables
from workflow.sealing import seal, secret_signs
from workflow.services.acts.claim import claim_digest
from workflow.services.beneficiaries import names_claimed_for
from workflow.services.case import Case
from workflow.services.clocks import keeper_of
from workflow.vocabulary import ApplicationKind, ClockKind, Event, Section, Subsidy


def publish(case: Case, payload: Publication) -> None:
    """A notice hangs; what the public sees of it is frozen now."""
    claim = case.section(Section.CLAIM)
    notices = claim.setdefault("notices", [])
    notice_id = case.connection.execute(
        insert(tables.notice)
        .values(
            application_id=case.id,
            sequence=len(notices) + 1,
            site=payload.site,
            published_on=case.today,
            published_by=case.actor.account_id,
            published_on_behalf_of_id=case.on_behalf_of_id,
            content=_frozen_content(case),
        )
        .returning(tables.notice.c.id)
    ).scalar_one()
    notices.append(
        {
            "id": notice_id,
            "published_on": case.today.isoformat(),
            "published_by": case.actor.account_id,
            "published_by_name": case.signature,
            **({"published_on_behalf_of_id": case.on_behalf_of_id} if case.on_behalf_of else {}),
            "site": payload.site,
            "minimum_until": None,
            "ended_because": None,
        }
    )
    # Objections that an interrupted notice left unanswered are answered under this one, by somebody else
    # than who published it.
    for objection in case.open_objections():
        objection["carried_to"] = notice_id
    case.connection.execute(
        update(tables.objection)
        .where(tables.objection.c.application_id == case.id, tables.objection.c.outcome.is_(None))
        .values(notice_id=notice_id, published_by=case.actor.account_id)
    )
    case.row["published_digest"] = claim_digest(case)
    case.notes["notice_id"] = notice_id


def file_objection(case: Case, payload: Objection) -> None:
    """Anybody objects; name and contact are kept sealed, for those who answer."""
    notice = _open_notice(case)
    keys = case.product.settings.keys
    objections = tables.objection
    # Whoever knows the receipt may follow the objection, so the count alone must not be enough.
    receipt = f"YY-{notice['id']}-{len(case.objections()) + 1:03d}-{secret_signs()}"
    objection_id = case.connection.execute(
        insert(objections)
        .values(
            application_id=case.id,
            notice_id=notice["id"],
            published_by=notice["published_by"],
            receipt=receipt,
            name_sealed=seal(payload.name, keys=keys),
            contact_sealed=seal(payload.contact, keys=keys),
            content=payload.content,
            filed_at=case.now,
        )
        .returning(objections.c.id)
    ).scalar_one()
    case.section(Section.CLAIM).setdefault("objections", []).append(
        {
            "id": objection_id,
            "receipt": receipt,
            "notice_id": notice["id"],
            "name": mask_name(payload.name),
            "filed_at": case.now.astimezone(SHANGHAI).isoformat(),
            "content": payload.content,
            "outcome": None,
        }
    )
    case.notes["objection_id"] = objection_id
    case.notes["receipt"] = receipt


def resolve_objection(case: Case, payload: ObjectionReply) -> None:
    """HR answers an objection; one that is upheld keeps the notice from being closed."""
    notice = _open_notice(case)
    objection = next((each for each in case.objections() if str(each["id"]) == payload.objection_id), None)
    if objection is None:
        raise NotFound(f"本申请没有编号为 {payload.objection_id} 的异议")
    if objection["outcome"] is not None:
        raise NotNow(f"编号为 {payload.objection_id} 的异议已经处理过")
    case.connection.execute(
        update(tables.objection)
        .where(tables.objection.c.id == objection["id"])
        .values(
            outcome=payload.outcome.value,
            reply=payload.reply,
            resolved_by=case.actor.account_id,
            resolved_on_behalf_of_id=case.on_behalf_of_id,
            resolved_at=case.now,
        )
    )
    objection.update(
        outcome=payload.outcome.value,
        outcome_label=payload.outcome.label,
        reply=payload.reply,
        resolved_by_name=case.signature,
        resolved_at=case.now.astimezone(SHANGHAI).isoformat(),
        settled_in_notice=notice["id"],
    )
    case.notes["objection_id"] = objection["id"]


def close_notice(case: Case, _payload: Nothing) -> None:
    """The notice ends once its minimum is over and no objection waits for its answer."""
    notice = _open_notice(case)
    clock = keeper_of(case).find(ClockKind.PUBLIC_NOTICE, notice["id"])
    if clock is None or clock.due_on is None or case.today <= clock.due_on:
        until = said(clock.due_on, clock.provisional) if clock else None
        raise NotNow(
            f"公示期不少于{clock.limit.count if clock else 0}个工作日，至{until}结束，此后才能结束公示",
            source=clock.source if clock else "",
        )
    waiting = case.open_objections()
    if waiting:
        raise NotNow(f"还有{len(waiting)}件异议没有处理，不能结束公示", source=clock.source)
    take_down(case, "closed")


def take_down(case: Case, why: str) -> None:
    """The notice that hangs no longer does: closed, or overtaken by a return, a suspension or an end."""
    notice = case.open_notice()
    if notice is None:
        return
    closed = why == "closed"
    notice["ended_because"] = why
    notice["closed_on"] = case.today.isoformat()
    if closed:
        notice["closed_by_name"] = case.signature
    case.connection.execute(
        update(tables.notice)
        .where(tables.notice.c.id == notice["id"])
        .values(
            ended_because=why,
            closed_on=case.today,
            closed_by=(case.actor.account_id or None) if closed else None,
            closed_on_behalf_of_id=case.on_behalf_of_id if closed else None,
        )
    )
    keeper_of(case).end_notice(notice["id"])


def clocks_after_publishing(case: Case) -> None:
    """The minimum runs; HR's own clock rests until it is over."""
    clock = keeper_of(case).publish(case.notes["notice_id"], Event.PUBLISH.value)
    notice = _open_notice(case)
    notice["minimum_until"] = clock.due_on.isoformat() if clock.due_on else None
    notice["provisional"] = clock.provisional
    if case.open_objections():
        keeper_of(case).await_objection(Event.PUBLISH.value)


def clocks_after_objection(case: Case) -> None:
    """The objection has a clock of its own; HR's stay after the notice waits for its answer."""
    keeper = keeper_of(case)
    keeper.start(ClockKind.OBJECTION, Event.FILE_OBJECTION.value, case.notes["objection_id"])
    keeper.await_objection(Event.FILE_OBJECTION.value)


def clocks_after_answer(case: Case) -> None:
    """The objection's clock ends; with the last one answered, HR's own may go on."""
    keeper = keeper_of(case)
    clock = keeper.find(ClockKind.OBJECTION, case.notes["objection_id"])
    if clock is not None:
        keeper.end(clock)
    if not case.open_objections() and not case.policy.notice_minimum_counts_for_hr:
        keeper.resume_hr_after_notice(_open_notice(case)["id"], Event.RESOLVE_OBJECTION.value)


def _open_notice(case: Case) -> dict[str, Any]:
    notice = case.open_notice()
    if notice is None:
        raise NotNow("本申请没有正在公示的内容")
    return notice


def _frozen_content(case: Case) -> dict[str, Any]:
    # Names are masked and numbers left out: what is not fit for publication stays out (二(四)21).
    trainees = tables.trainee
    names: dict[int, list[str]] = {}
    for class_no, name in case.connection.execute(
        select(trainees.c.class_no, trainees.c.name)
        .where(trainees.c.application_id == case.id)
        .order_by(trainees.c.row_no)
    ):
        names.setdefault(class_no, []).append(mask_name(name))
    if case.subsidy is not Subsidy.TRAINING:
        return _frozen_list(case)
    individual = case.kind is ApplicationKind.INDIVIDUAL
    trained = [case.form["provider"] | {"class_no": 1}] if individual else case.form["opening"]["classes"]
    by_number = {entry["class_no"]: entry for entry in trained}
    lines = case.section(Section.CLAIM)["lines"]
    applicant_name = case.row["applicant_name"]
    return {
        "application_number": case.row["number"],
        "applicant_name": mask_name(applicant_name) if individual else applicant_name,
        "kind": case.kind.value,
        "region": case.row["region"],
        "classes": [
            {
                "class_no": line["class_no"],
                "occupation": by_number[line["class_no"]]["occupation"],
                "level": by_number[line["class_no"]].get("level"),
                "heads": line["heads"],
                "amount": line["amount"],
                "names_masked": [mask_name(applicant_name)]
                if individual
                else names.get(line["class_no"], []),
            }
            for line in lines
        ],
        "total_heads": sum(line["heads"] for line in lines),
        "total_amount": yuan_from_fen(case.row["asked_fen"]),
    }


def _frozen_list(case: Case) -> dict[str, Any]:
    line = case.section(Section.CLAIM)["lines"][0]
    return {
        "application_number": case.row["number"],
        "applicant_name": case.row["applicant_name"],
        "kind": case.kind.value,
        "subsidy": case.subsidy.value,
        "region": case.row["region"],
        "classes": [
            {
                "class_no": 1,
                "occupation": case.subsidy.label,
                "level": None,
                "heads": line["heads"],
                "amount": line["amount"],
                "names_masked": [mask_name(name) for name in names_claimed_for(case)],
            }
        ],
        "total_heads": line["heads"],
        "total_amount": yuan_from_fen(case.row["asked_fen"]),
    }
