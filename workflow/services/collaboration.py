"""Between people of one department: an application handed over (转办), asked about (委派), circulated (抄送).

None of it touches the chart, and none goes around four eyes: who may act is asked again when they do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from workflow.access import Actor, Matter, require_reading
from workflow.colleagues import heads, is_colleague, require_directing, require_taking
from workflow.errors import FieldError, Forbidden, Malformed, NotNow
from workflow.form.collaboration import Circulation, Delegation, DelegationAnswer, HandOver
from workflow.form.reading import read
from workflow.persistence import tables
from workflow.persistence.engine import reading, writing
from workflow.persistence.prepared import Prepared
from workflow.services.actors import ACTOR_COLUMNS, actor_of_row, stand_ins
from workflow.services.alerts import tell
from workflow.services.audit import append_entry
from workflow.services.case import Case, open_case
from workflow.services.collaboration_view import collaboration_of, open_delegation
from workflow.services.door import check_command_id, digests_of, find_reply, store_reply
from workflow.services.product import Product

_account = tables.account
# Queued as what ends the one before it is: in that order.
_INSERT_HAND_OVER = Prepared(
    insert(tables.hand_over).inline(),
    filled=[column.name for column in tables.hand_over.c if column.name != "id"],
)
_ANSWER = Prepared(
    update(tables.delegation)
    .where(tables.delegation.c.id == bindparam("_id"))
    .values(answer=bindparam("_answer"), answered_by_id=bindparam("_answered_by_id"))
)
_Done = tuple[str, dict[str, Any]]


def hand_over(
    product: Product, *, actor: Actor, application_id: int, body: dict[str, Any], command_id: str | None
) -> dict[str, Any]:
    """Puts the application in the hands of one colleague, until its state is left; answers who has it.

    Raises ``Malformed``, ``NotFound``, ``NotNow``, and ``Forbidden`` for who may not, or a colleague who
    could not act on it. The same command id does it once; so for all that follows.
    """

    def act(case: Case) -> _Done:
        wanted, matter = read(HandOver, body), case.matter()
        case.on_behalf_of = require_directing(case.actor, matter, case.situation(), case.absent)
        colleague = _colleague(case, matter, "to_id", wanted.to_id)
        if matter.assigned_to is not None and matter.assigned_to.account_id == colleague.account_id:
            raise NotNow(f"这件申请已经在{colleague.name}手中")
        require_taking(colleague, matter, case.situation())
        case.end_hand_over("handed_on")
        _INSERT_HAND_OVER.queue(
            case.connection,
            {
                "application_id": case.id,
                "state": case.state.value,
                "by_id": case.actor.account_id,
                "on_behalf_of_id": case.on_behalf_of_id,
                "to_id": colleague.account_id,
                "reason": wanted.reason,
                "handed_at": case.now,
                "ended_at": None,
                "ended_because": None,
            },
        )
        case.row["assigned_to_id"] = colleague.account_id
        _tell(case, "handed_over", "转办给您", wanted.reason, {colleague.account_id})
        return "hand_over", {"to": [colleague.name], "reason": wanted.reason}

    return _carry_out(product, actor, application_id, ["hand_over", body], command_id, act)


def give_back(
    product: Product, *, actor: Actor, application_id: int, command_id: str | None
) -> dict[str, Any]:
    """退回本部门: whoever has it in hand, or the head, opens it to the whole department again."""

    def act(case: Case) -> _Done:
        assigned = case.matter().assigned_to
        if assigned is None:
            raise NotNow("这件申请没有转办给个人，本部门可以办理的人员都能办理")
        case.on_behalf_of = _as_one_of(
            case, {assigned.account_id}, f"只有{assigned.name}本人或者部门负责人可以退回"
        )
        case.end_hand_over("given_back")
        return "give_back", {"from": assigned.name}

    return _carry_out(product, actor, application_id, ["give_back"], command_id, act)


def delegate(
    product: Product, *, actor: Actor, application_id: int, body: dict[str, Any], command_id: str | None
) -> dict[str, Any]:
    """Asks a colleague for an opinion; until it is there, or was taken back, nobody decides.

    Raises ``Malformed``, ``NotFound``, ``Forbidden``, and ``NotNow`` where one is awaited already.
    """

    def act(case: Case) -> _Done:
        wanted, matter = read(Delegation, body), case.matter()
        case.on_behalf_of = require_directing(case.actor, matter, case.situation(), case.absent)
        if matter.delegated_to is not None:
            raise NotNow(f"已委派{matter.delegated_to.name}提出意见，答复或者收回之后才能再委派")
        colleague = _colleague(case, matter, "to_id", wanted.to_id)
        case.connection.execute(
            insert(tables.delegation).values(
                application_id=case.id,
                state=case.state.value,
                asked_by_id=case.actor.account_id,
                on_behalf_of_id=case.on_behalf_of_id,
                to_id=colleague.account_id,
                question=wanted.question,
                asked_at=case.now,
            )
        )
        case.row["delegated_to_id"] = colleague.account_id
        _tell(case, "delegated", "委派您提出意见", wanted.question, {colleague.account_id})
        return "delegate", {"to": [colleague.name], "reason": wanted.question}

    return _carry_out(product, actor, application_id, ["delegate", body], command_id, act)


def answer_delegation(
    product: Product, *, actor: Actor, application_id: int, body: dict[str, Any], command_id: str | None
) -> dict[str, Any]:
    """Who was asked, or the substitute, says what they think; it is back with who asked.

    Never a decision and never a signature. Raises ``Malformed``, ``NotFound``, ``Forbidden``, ``NotNow``.
    """

    def act(case: Case) -> _Done:
        given, asked = read(DelegationAnswer, body), open_delegation(case)
        case.on_behalf_of = _as_whom(case, {asked.to_id})
        if case.on_behalf_of is None and case.actor.account_id != asked.to_id:
            raise Forbidden(f"这件申请委派{asked.to_name}提出意见，只能由其本人答复")
        case.end_delegation("answered")
        values = {"_id": asked.id, "_answer": given.answer, "_answered_by_id": case.actor.account_id}
        _ANSWER.queue(case.connection, values)
        asker = asked.on_behalf_of_id or asked.asked_by_id
        _tell(case, "answered", "委派已答复", given.answer, {asked.asked_by_id, asker})
        return "answer_delegation", {"to": [asked.asked_by_name], "reason": given.answer}

    return _carry_out(product, actor, application_id, ["answer_delegation", body], command_id, act)


def take_back_delegation(
    product: Product, *, actor: Actor, application_id: int, command_id: str | None
) -> dict[str, Any]:
    """Whoever asked, or the head, decides without the opinion."""

    def act(case: Case) -> _Done:
        asked = open_delegation(case)
        askers = {asked.asked_by_id, asked.on_behalf_of_id or asked.asked_by_id}
        refusal = f"只有委派的{asked.asked_by_name}或者部门负责人可以收回委派"
        case.on_behalf_of = _as_one_of(case, askers, refusal)
        case.end_delegation("taken_back")
        return "take_back_delegation", {"from": asked.to_name}

    return _carry_out(product, actor, application_id, ["take_back_delegation"], command_id, act)


def circulate(
    product: Product, *, actor: Actor, application_id: int, body: dict[str, Any], command_id: str | None
) -> dict[str, Any]:
    """Sends it to colleagues for information, each at most once in a day; it waits for nobody of them.

    Raises ``Malformed`` naming who has it already today, ``NotFound``, ``Forbidden``, ``NotNow``.
    """

    def act(case: Case) -> _Done:
        wanted, matter = read(Circulation, body), case.matter()
        case.on_behalf_of = require_directing(case.actor, matter, case.situation(), case.absent)
        people = [_colleague(case, matter, "to_ids", each) for each in wanted.to_ids]
        table = tables.circulation
        known = set(
            case.connection.scalars(
                select(table.c.to_id).where(table.c.application_id == case.id, table.c.sent_on == case.today)
            )
        )
        again = [person.name for person in people if person.account_id in known]
        if again:
            message = f"“抄送给”：{'、'.join(again)}今天已经收到过这件申请的抄送，每人每天最多一次"
            raise Malformed(message, [FieldError("to_ids", message)])
        alert_id = _tell(case, "circulated", "抄送", wanted.note or "", {each.account_id for each in people})
        row = {
            "application_id": case.id,
            "by_id": case.actor.account_id,
            "on_behalf_of_id": case.on_behalf_of_id,
            "sent_on": case.today,
            "alert_id": alert_id,
        }
        case.connection.execute(insert(table), [row | {"to_id": each.account_id} for each in people])
        return "circulate", {"to": [each.name for each in people], "reason": wanted.note or ""}

    return _carry_out(product, actor, application_id, ["circulate", body], command_id, act)


def _carry_out(
    product: Product,
    actor: Actor,
    application_id: int,
    content: list[Any],
    command_id: str | None,
    act: Callable[[Case], _Done],
) -> dict[str, Any]:
    """One change beside the chart: ``act`` makes it and says how the trail calls it."""
    check_command_id(command_id)
    digests = digests_of(product, [application_id, *content])
    with writing(product.engine) as connection:
        case = open_case(product, connection, actor, application_id, lock=True)
        require_reading(actor, case.matter())
        if command_id is None or find_reply(connection, actor, command_id, digests) is None:
            event, details = act(case)
            append_entry(case, event, outcome="done", old=case.state, new=case.state, details=details)
            case.write_row()
            store_reply(case, command_id, digests, {})
    with reading(product.engine) as connection:
        return collaboration_of(open_case(product, connection, actor, application_id, lock=False))


def _colleague(case: Case, matter: Matter, field: str, account_id: int) -> Actor:
    """Another person in use of the department in charge; ``Malformed`` naming the field for anybody else."""
    row = (
        case.connection.execute(select(*ACTOR_COLUMNS).where(_account.c.id == account_id, _account.c.active))
        .mappings()
        .one_or_none()
    )
    colleague = actor_of_row(row) if row is not None else None
    if colleague is None or not is_colleague(colleague, matter):
        message = "请选择本部门、本地区的在用人员"
    elif account_id == case.actor.account_id:
        message = "不能选择自己"
    else:
        return colleague
    raise Malformed(message, [FieldError(field, message)])


def _as_whom(case: Case, account_ids: set[int]) -> Actor | None:
    """The absent person among these in whose place the actor acts; None where the actor is one of them."""
    if case.actor.account_id in account_ids:
        return None
    return next((person for person in case.absent if person.account_id in account_ids), None)


def _as_one_of(case: Case, account_ids: set[int], refusal: str) -> Actor | None:
    """As whom the actor is one of these or the head; raises ``Forbidden`` where neither."""
    if case.actor.account_id in account_ids:
        return None
    matter = case.matter()
    leading = heads(case.actor, matter, case.absent)
    mine = _as_whom(case, account_ids) or next(iter(leading), None)
    if mine is None:
        raise Forbidden(refusal)
    return None if mine is case.actor else mine


def _tell(case: Case, rung: str, title: str, words: str, told: set[int]) -> int:
    """Tells these people, and who stands in for them, that somebody turned to them."""
    reached = told | {
        substitute_id
        for substitute_id, absent in stand_ins(case.connection, [case.row["region"]], case.today).items()
        if told & {person.account_id for person in absent}
    }
    return tell(
        case.connection,
        application_id=case.id,
        rung=rung,
        title=title,
        reason=f"{case.signature}：{words}" if words else case.signature,
        told=reached - {case.actor.account_id},
        now=case.now,
    )
