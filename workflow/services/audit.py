"""The audit trail: one chain of SM3 hashes per application, and one of the system; appended, never changed.

Each entry names actor, event, outcome, from, to, policy and calendar version, and the digest of the form as
it then was. The head and length of an application's chain stand in its own row, so a cut tail is found too.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, update

from workflow.access import Actor, require_reading
from workflow.colleagues import department_in_charge
from workflow.form.training import OBSERVATIONS
from workflow.persistence import tables
from workflow.persistence.bulk import insert_rows
from workflow.persistence.engine import reading
from workflow.persistence.prepared import Prepared
from workflow.persistence.types import canonical
from workflow.sealing import sm3
from workflow.services.attachment_proof import ADD, REMOVE
from workflow.services.case import Case, open_case, signed_as
from workflow.services.chain import check_chain, link
from workflow.services.pages import Page, page_of
from workflow.services.product import Product
from workflow.vocabulary import Event, Role, State, Subsidy

Standing = tuple[str, str, int, str]
"""The state of an application, the digest of its form, its version, the digest of what it is worth."""
SYSTEM_CHAIN = 0
PAYMENT_LINE_FAILED = "payment_line_failed"
"""The bank could not pay a line of a batch: nothing has moved."""
# Nothing of the application changed but the key under which personal data on its form lies.
RESEAL = "reseal"
MOVE_FUNDS = "move_funds"
"""The event of the system's chain under which money is moved by hand."""
_INSERT = Prepared(
    insert(tables.audit_entry).inline(),
    filled=[column.name for column in tables.audit_entry.c if column.name != "id"],
)
TRAIL_READERS = frozenset({Role.AUDITOR, Role.ADMIN, Role.OFFICE})
# Of a payload only these are kept in the trail: what was decided, and nothing that names a private person.
_KEPT = (
    "opinion",
    "answers",
    "reason",
    "code",
    "sections",
    "site",
    "class_no",
    "present_count",
    "inspected_at",
    "ended_on",
    "assess_on",
    "amount",
    "paid_on",
    "received_on",
    "source",
    "voucher",
    "objection_id",
    "outcome",
    "reply",
    *OBSERVATIONS,
)


def kept_details(payload: dict[str, Any]) -> dict[str, Any]:
    """What the trail keeps of a payload."""
    return {name: payload[name] for name in _KEPT if payload.get(name) is not None}


def append_entry(
    case: Case,
    event: str,
    *,
    outcome: str,
    old: State,
    new: State,
    message: str = "",
    details: dict[str, Any] | None = None,
) -> None:
    """Appends an entry to the application's chain; the caller writes the row with the new head."""
    values = next_entry(
        case.row,
        case.actor,
        case.now,
        event,
        outcome=outcome,
        old=old,
        new=new,
        message=message,
        details=(details or {}) | behalf_of(case),
        policy_version=case.row["policy_version"] or case.policy.version,
        calendar_version=case.calendar.version,
    )
    _INSERT.queue(case.connection, values)


def behalf_of(case: Case) -> dict[str, Any]:
    """What an entry says of the person in whose place its actor acted."""
    return _behalf(case.on_behalf_of)


def _behalf(person: Actor | None) -> dict[str, Any]:
    return {"on_behalf_of": {"id": person.account_id, "name": person.name}} if person else {}


def next_entry(
    row: dict[str, Any],
    actor: Actor,
    now: datetime,
    event: str,
    *,
    outcome: str,
    old: State,
    new: State,
    message: str,
    details: dict[str, Any],
    policy_version: str,
    calendar_version: str,
) -> dict[str, Any]:
    """The values of the next entry in an application's chain; ``row`` is given its new head and length."""
    sequence = row["audit_count"] + 1
    content = canonical(
        {
            "chain": row["id"],
            "sequence": sequence,
            "at": now.isoformat(),
            "actor": actor.login,
            "actor_id": actor.account_id,
            "actor_name": actor.name,
            "event": event,
            "outcome": outcome,
            "from": old.value,
            "to": new.value,
            "message": message,
            "details": details,
            "policy_version": policy_version,
            "calendar_version": calendar_version,
            "form_digest": sm3(row["form"]),
            "row_digest": _row_digest(row),
            "application_version": row["version"],
        }
    )
    values = _entry(row["id"], sequence, now, actor, event, content, row["audit_head"])
    row["audit_head"], row["audit_count"] = values["hash"], sequence
    return values


_SEALED_COLUMNS = (
    "number",
    "kind",
    "region",
    "policy_version",
    "organisation_id",
    "created_by",
    "correction_target",
    "suspension_target",
    "roster_count",
    "roster_digest",
    "published_digest",
    "asked_fen",
    "approved_fen",
    "paid_fen",
    "to_recover_fen",
    "recovered_fen",
)


def _row_digest(row: Any) -> str:
    """Whose it is, what it claims, where it stands and what it is worth, as one digest."""
    sealed = [row[name] for name in _SEALED_COLUMNS]
    # What was written before there were other subsidies says nothing of it.
    if row["subsidy"] != Subsidy.TRAINING.value:
        sealed.append(row["subsidy"])
    return sm3(canonical(sealed))


def lock_system_chain(connection: Connection) -> RowMapping:
    """The head of the system's chain, for this transaction alone; what changes the system waits here."""
    return connection.execute(select(tables.system_chain).with_for_update()).mappings().one()


def append_system_entry(
    connection: Connection, actor: Actor, event: str, now: datetime, details: dict[str, Any]
) -> None:
    """Appends an entry to the system's own chain: accounts, calendars, readings in clear."""
    head = lock_system_chain(connection)
    values = _system_entry(actor, event, now, details, head["audit_count"], head["audit_head"])
    _INSERT.queue(connection, values)
    _write_system_head(connection, values)


def append_system_entries(
    connection: Connection, actor: Actor, event: str, now: datetime, many: Sequence[dict[str, Any]]
) -> int:
    """Appends an entry to the system's own chain for each of ``many`` details; the sequence of the first."""
    head = lock_system_chain(connection)
    count, previous = head["audit_count"], head["audit_head"]
    rows: list[dict[str, Any]] = []
    for details in many:
        rows.append(_system_entry(actor, event, now, details, count + len(rows), previous))
        previous = rows[-1]["hash"]
    if rows:
        insert_rows(connection, tables.audit_entry, rows)
        _write_system_head(connection, rows[-1])
    first: int = count + 1
    return first


def _system_entry(
    actor: Actor, event: str, now: datetime, details: dict[str, Any], count: int, previous: str
) -> dict[str, Any]:
    content = canonical(
        {
            "chain": SYSTEM_CHAIN,
            "sequence": count + 1,
            "at": now.isoformat(),
            "actor": actor.login,
            "actor_id": actor.account_id,
            "actor_name": actor.name,
            "event": event,
            "outcome": "done",
            "details": details | _behalf(actor.in_place_of),
        }
    )
    return _entry(SYSTEM_CHAIN, count + 1, now, actor, event, content, previous)


def _write_system_head(connection: Connection, newest: dict[str, Any]) -> None:
    values = {"audit_count": newest["sequence"], "audit_head": newest["hash"]}
    connection.execute(update(tables.system_chain).values(values))


def _entry(
    chain_id: int, sequence: int, now: datetime, actor: Actor, event: str, content: str, previous: str
) -> dict[str, Any]:
    return {
        "chain_id": chain_id,
        "sequence": sequence,
        "recorded_at": now,
        "actor_id": actor.account_id,
        "event": event,
        "content": content,
        "previous_hash": previous,
        "hash": link(previous, content),
    }


# --- reading and proving -----------------------------------------------------------------------------------

_EVENT_LABELS = {event.value: event.label for event in Event} | {
    "create": "新建申请",
    "edit": "修改申请表",
    "replace_roster": "更新学员花名册",
    "replace_list": "更新受益人员名单",
    "change_roster": "逐人修改学员花名册",
    "ask_make_up": "申请补课",
    "consent_make_up": "同意补课",
    "decline_make_up": "不同意补课",
    "strike_observations": "撤销检查所见",
    "urge": "催办",
    "draw_visits": "双随机抽取",
    "substitute_inspector": "替换抽中的检查人员",
    PAYMENT_LINE_FAILED: "银行支付失败",
    "hand_over": "转办",
    "give_back": "退回本部门",
    "delegate": "委派",
    "answer_delegation": "答复委派",
    "take_back_delegation": "收回委派",
    "circulate": "抄送",
    ADD: "上传附件",
    REMOVE: "移除附件",
    "recompute": "因日历更新重新计算期限",
    "reserve_anew": "重新预留资金",
    RESEAL: "更换密钥，重新加密个人信息",
    "register_organisation": "提交机构注册",
    "send_registration_again": "修改后重新提交机构注册",
    "approve_registration": "通过机构注册",
    "refuse_registration": "退回机构注册",
    "add_colleague": "添加本单位账号",
    "open_colleague": "启用本单位账号",
    "close_colleague": "停用本单位账号",
    "hand_over_organisation": "移交账号管理员",
}


def event_labels() -> dict[str, str]:
    """What may stand in the chain of an application, with its label."""
    return dict(_EVENT_LABELS)


def read_history(
    product: Product, *, actor: Actor, application_id: int, cursor: str | None = None, limit: int = 50
) -> Page:
    """The application's trail, oldest first, refused commands included.

    Raises ``NotFound`` and ``Forbidden`` like reading the application itself.
    """
    entries = tables.audit_entry
    with reading(product.engine) as connection:
        case = open_case(product, connection, actor, application_id, lock=False)
        require_reading(actor, case.matter())
        return page_of(
            connection,
            select(entries).where(entries.c.chain_id == application_id),
            entries.c.sequence,
            cursor,
            limit,
            _entry_for(actor),
        )


# Between the people of a department: others see that it was so, and not what was said.
_INSIDE = frozenset({"hand_over", "delegate", "answer_delegation", "take_back_delegation", "circulate"})


def _entry_for(actor: Actor) -> Callable[[Any], dict[str, Any]]:
    def view(row: Any) -> dict[str, Any]:
        entry = entry_view(row)
        if entry["event"] not in _INSIDE or actor.role in TRAIL_READERS:
            return entry
        inside = department_in_charge(State(entry["from_state"])) is actor.department
        return entry if inside and actor.department is not None else entry | {"detail": {}}

    return view


def prove_history(product: Product, *, actor: Actor, application_id: int) -> dict[str, Any]:
    """Recomputes the chain of one application.

    Answers ``holds``, its ``entries``, the ``head`` that they lead to, the ``kept_head`` of its row, and each
    fault with the number of its entry. Raises ``NotFound`` and ``Forbidden`` like reading the application.
    """
    entries = tables.audit_entry
    with reading(product.engine) as connection:
        case = open_case(product, connection, actor, application_id, lock=False)
        require_reading(actor, case.matter())
        chain = select(entries).where(entries.c.chain_id == case.id).order_by(entries.c.sequence)
        rows = connection.execute(chain.execution_options(yield_per=1000)).mappings()
        proof = check_chain(rows, case.row["audit_count"], case.row["audit_head"])
        if proof["holds"] and not form_as_recorded(case):
            fault = "申请的状态、金额或申请表与最后一条记录不符"
            proof |= {"holds": False, "faults": [{"sequence": proof["entries"], "fault": fault}]}
    return proof | {"kept_head": case.row["audit_head"]}


def entry_view(row: Any) -> dict[str, Any]:
    """One entry as people look at it."""
    content = json.loads(row["content"])
    states = {
        key: State(content[name]) if content.get(name) else None
        for key, name in (("from_state", "from"), ("to_state", "to"))
    }
    return {
        "sequence": row["sequence"],
        "at": content["at"],
        "actor": content["actor"],
        "actor_name": signed_as(
            content["actor_name"], (content["details"].get("on_behalf_of") or {}).get("name")
        ),
        "event": content["event"],
        "event_label": _EVENT_LABELS.get(content["event"], content["event"]),
        "outcome": content["outcome"],
        **{name: state.value if state else None for name, state in states.items()},
        **{f"{name}_label": state.label if state else None for name, state in states.items()},
        "message": content.get("message", ""),
        "detail": content["details"],
        "policy_version": content.get("policy_version"),
        "calendar_version": content.get("calendar_version"),
        "form_digest": content.get("form_digest"),
        "previous_hash": row["previous_hash"],
        "hash": row["hash"],
    }


def recorded_standings(connection: Connection, application_id: int) -> Iterator[tuple[Standing, datetime]]:
    """How the application has stood, and since when, newest first; what was refused has changed nothing."""
    entries = tables.audit_entry
    found = connection.execute(
        select(entries.c.content, entries.c.recorded_at)
        .where(entries.c.chain_id == application_id)
        .order_by(entries.c.sequence.desc())
    )
    for row in found:
        content = json.loads(row.content)
        if content["outcome"] == "done":
            yield standing_said(content), row.recorded_at


def form_as_recorded(case: Case) -> bool:
    """Whether the form and what belongs to it stand as the last entry of its chain left them."""
    entries, row = tables.audit_entry, case.row
    content = case.connection.execute(
        select(entries.c.content).where(
            entries.c.chain_id == case.id,
            entries.c.sequence == row["audit_count"],
            entries.c.hash == row["audit_head"],
        )
    ).scalar_one_or_none()
    return content is not None and standing_said(json.loads(content)) == standing_of(row)


def standing_of(row: Any) -> Standing:
    """State, form, version and worth of an application, as its chain must have them last."""
    return row["state"], sm3(row["form"]), row["version"], _row_digest(row)


def standing_said(content: dict[str, Any]) -> Standing:
    """The same as an entry has it."""
    return (
        content["to"],
        content["form_digest"],
        content["application_version"],
        content["row_digest"],
    )
