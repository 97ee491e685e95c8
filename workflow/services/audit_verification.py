"""The whole trail proved: every chain against its head and its registers, and the ledger of funds.

That reads everything there is, so nobody waits for it on a page: a scheduler does it every night, and soon
after somebody has asked for it. The command line proves at once.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from heapq import merge
from itertools import chain, groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, false, func, or_, select

from workflow.access import Actor
from workflow.clock import SHANGHAI, real_now
from workflow.errors import Conflict, Forbidden
from workflow.persistence import tables
from workflow.persistence.engine import reading, writing
from workflow.services import wanted_checks
from workflow.services.attachment_proof import AttachmentProof
from workflow.services.audit import (
    MOVE_FUNDS,
    RESEAL,
    SYSTEM_CHAIN,
    TRAIL_READERS,
    Standing,
    append_system_entry,
    standing_of,
    standing_said,
)
from workflow.services.chain import fault_of
from workflow.services.ledger_proof import Sealed, ledger_faults, sealed_movement
from workflow.services.ledger_sums import is_true_to_ledger
from workflow.services.product import Product
from workflow.services.registers import register_faults

MOST_FAULTS = 100
# Once in every night of Shanghai, while nobody works.
NIGHT_HOURS = range(1, 6)
_A_NIGHT_APART = timedelta(hours=12)
_wanted = tables.audit_verification


def read_verification(product: Product, *, actor: Actor) -> dict[str, Any]:
    """The last proof of the whole trail, and whether one is wanted or under way; for who may read it all."""
    _require_reader(actor)
    with reading(product.engine) as connection:
        return wanted_checks.read_check(connection, _wanted)


def request_verification(product: Product, *, actor: Actor) -> dict[str, Any]:
    """Asks for a proof of all of it, and that stands in the trail; ``Conflict`` while one is asked for."""
    _require_reader(actor)
    with writing(product.engine) as connection:
        if not wanted_checks.ask(connection, _wanted):
            raise Conflict("已经有一次核验在等待，定时任务几十秒内开始")
        append_system_entry(connection, actor, "verify_audit", product.now(connection), {})
        return wanted_checks.read_check(connection, _wanted)


def run_due_verification(product: Product) -> bool:
    """Proves the whole trail if somebody has asked for it, if it never was, or if the night has come.

    False where it is not due, or another scheduler has it.
    """
    if wanted_checks.take(product, _wanted, or_due=_due()) is None:
        return False
    wanted_checks.keep(product, _wanted, verify_audit(product))
    return True


def _due() -> ColumnElement[bool]:
    started, now = _wanted.c.started_at, real_now()
    never = and_(started.is_(None), _wanted.c.requested_at.is_(None))
    tonight = started <= now - _A_NIGHT_APART if now.astimezone(SHANGHAI).hour in NIGHT_HOURS else false()
    return or_(never, tonight)


def verify_audit(product: Product) -> dict[str, Any]:
    """Recomputes every chain and compares it with its head; adds up the ledger of funds, pool by pool.

    Answers ``holds``, the number of chains, entries and movements of money, and the first faults found: an
    edited, missing, swapped or cut entry, a register, a pool or a movement that contradicts the others.
    One chain is held in memory at a time.
    """
    faults: list[dict[str, Any]] = []
    counts = {"chains": 0, "entries": 0, "movements": 0}
    sealed: set[Sealed] = set()
    attachments = AttachmentProof()
    with reading(product.engine) as connection:
        for chain_id, links in groupby(_links(connection), key=itemgetter(0)):
            counts["chains"] += 1
            head: RowMapping | None = None
            reached: tuple[int, str] = (0, "")
            said: Standing | None = None
            for _, is_head, row in links:
                if is_head:
                    head = row
                    continue
                counts["entries"] += 1
                content = json.loads(row["content"])
                fault = fault_of(row, content, *reached) or _misfiled(row, content)
                if not fault and content["event"] == RESEAL and said != _said_before(content):
                    fault = "重新加密时，申请与上一条记录不符"
                if fault:
                    faults.append(_fault(chain_id, row["sequence"], fault))
                reached = row["sequence"], row["hash"]
                if chain_id != SYSTEM_CHAIN:
                    said = standing_said(content)
                    attachments.hear(chain_id, content)
                elif content["event"] == MOVE_FUNDS:
                    sealed |= {sealed_movement(each) for each in content["details"]["movements"]}
            if head is None:
                faults.append(_fault(chain_id, 0, "没有与这条链对应的申请"))
                continue
            count = head["audit_count"]
            if reached != (count, head["audit_head"]):
                faults.append(_fault(chain_id, count, "链尾与登记的链头不一致"))
            elif chain_id != SYSTEM_CHAIN and said != standing_of(head):
                faults.append(_fault(chain_id, count, "申请的状态、金额或申请表与最后一条记录不符"))
            if chain_id != SYSTEM_CHAIN:
                faults += [_fault(chain_id, count, fault) for fault in register_faults(connection, head)]
        for sequence, fault in ledger_faults(connection, sealed):
            faults.append(_fault(SYSTEM_CHAIN, sequence, fault))
        if not is_true_to_ledger(connection):
            faults.append(_fault(SYSTEM_CHAIN, 0, "资金台账的汇总与台账不符"))
        for chain_id, fault in attachments.faults(connection):
            faults.append(_fault(chain_id, 0, fault))
        movements = select(func.count()).select_from(tables.ledger_movement)
        counts["movements"] = connection.execute(movements).scalar_one()
    return {"holds": not faults, **counts, "faults": faults[:MOST_FAULTS]}


def _links(connection: Connection) -> Iterator[tuple[int, bool, RowMapping]]:
    """Heads and entries of all chains, by the number of the chain; a head comes before its entries."""
    applications, entries, system = tables.application, tables.audit_entry, tables.system_chain
    # Said of the statements: said of the connection, it would hold for every small query between them too.
    rows = connection.execute(
        select(applications).order_by(applications.c.id).execution_options(yield_per=500)
    ).mappings()
    trail = connection.execute(
        select(entries).order_by(entries.c.chain_id, entries.c.sequence).execution_options(yield_per=1000)
    ).mappings()
    heads = chain(
        ((SYSTEM_CHAIN, True, row) for row in connection.execute(select(system)).mappings()),
        ((row["id"], True, row) for row in rows),
    )
    return merge(heads, ((row["chain_id"], False, row) for row in trail), key=itemgetter(0))


def _fault(chain_id: int, sequence: int, fault: str) -> dict[str, Any]:
    return {"chain": chain_id, "sequence": sequence, "fault": fault}


def _said_before(content: dict[str, Any]) -> Standing:
    """What the entry before a new sealing must have said: all the same, of the form as it was."""
    return standing_said(content | {"form_digest": content["details"]["form_before"]})


def _misfiled(row: Any, content: dict[str, Any]) -> str:
    """What a search goes by is not sealed itself, so it must be what the sealed content says."""
    filed = row["actor_id"], row["event"]
    return "" if filed == (content["actor_id"], content["event"]) else "检索用的字段与记录内容不符"


def _require_reader(actor: Actor) -> None:
    if actor.role not in TRAIL_READERS:
        raise Forbidden("只有审计、领导小组办公室和系统管理员可以核验审计链")
