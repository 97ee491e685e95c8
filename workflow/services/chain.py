"""The links of an audit chain: how an entry is sealed to the one before it, and what breaks that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from workflow.sealing import sm3


def link(previous_hash: str, content: str) -> str:
    """The hash of an entry: SM3 over the hash of the one before it, a line feed, and its content."""
    return sm3(f"{previous_hash}\n{content}")


def fault_of(row: Any, content: Mapping[str, Any], sequence: int, head: str) -> str:
    """What is wrong with the entry that follows number ``sequence`` with the hash ``head``; or nothing."""
    if row["sequence"] != sequence + 1:
        return "缺少记录"
    if row["previous_hash"] != head:
        return "与上一条记录不衔接"
    if link(row["previous_hash"], row["content"]) != row["hash"]:
        return "记录内容被改动"
    if (content["chain"], content["sequence"]) != (row["chain_id"], row["sequence"]):
        return "记录被移到别处"
    return ""


def check_chain(rows: Iterable[Any], count: int, head: str) -> dict[str, Any]:
    """Recomputes one chain and compares it with its head as it is kept.

    Answers ``holds``, the number of entries, the ``head`` that they lead to, and each fault with the number
    of its entry.
    """
    faults: list[dict[str, Any]] = []
    reached, sequence = "", 0
    entries = 0
    for row in rows:
        entries += 1
        fault = fault_of(row, orjson.loads(row["content"]), sequence, reached)
        if fault:
            faults.append({"sequence": row["sequence"], "fault": fault})
        sequence, reached = row["sequence"], row["hash"]
    if (sequence, reached) != (count, head):
        faults.append({"sequence": count, "fault": "链尾与登记的链头不一致"})
    return {"holds": not faults, "entries": entries, "head": reached, "faults": faults}
