"""Draws as they are shown: what was drawn, who goes, what was done of it, whether it can be made again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, select, true

from workflow.access import Actor
from workflow.clock import SHANGHAI, shanghai_date
from workflow.errors import Forbidden, NotFound
from workflow.persistence import tables
from workflow.persistence.engine import reading
from workflow.persistence.types import LARGEST_ID
from workflow.policy import region_labels
from workflow.rules.drawing import class_name, digest, lot
from workflow.services.actors import signature
from workflow.services.audit import SYSTEM_CHAIN
from workflow.services.draw_pool import DRAW, outcome_of, told
from workflow.services.due_visits import VISITED
from workflow.services.pages import Page, page_of
from workflow.services.product import Product
from workflow.vocabulary import Department, Role, State

_draw, _visit, _seat = tables.draw, tables.drawn_visit, tables.drawn_inspector
_EVERYWHERE = frozenset({Role.OFFICE, Role.AUDITOR})


def require_draw_reader(actor: Actor) -> None:
    """Visits are unannounced: only HR of the region, the office and auditors know of them. ``Forbidden``."""
    if actor.role in _EVERYWHERE:
        return
    if actor.department is not Department.HR or actor.role is Role.APPLICANT:
        raise Forbidden(f"双随机抽取只有本地区{Department.HR.label}、领导小组办公室和审计人员可以查看")


def list_draws(product: Product, *, actor: Actor, cursor: str | None = None, limit: int = 20) -> Page:
    """The draws that this person may see, newest first, with how many of the visits were made."""
    require_draw_reader(actor)
    mine = true() if actor.role in _EVERYWHERE else _draw.c.region == actor.region
    with reading(product.engine) as connection:
        today = shanghai_date(product.now(connection))
        page = page_of(
            connection, select(_draw).where(mine), _draw.c.id, cursor, limit, dict, descending=True
        )
        page["items"] = [draw_view(connection, row, today) for row in page["items"]]
        return page


def read_draw(product: Product, *, actor: Actor, draw_id: int) -> dict[str, Any]:
    """One draw. Raises ``NotFound`` and ``Forbidden``."""
    require_draw_reader(actor)
    with reading(product.engine) as connection:
        row = row_of(connection, draw_id)
        _require_here(actor, row)
        return draw_view(connection, row, shanghai_date(product.now(connection)))


def verify_draw(product: Product, *, actor: Actor, draw_id: int) -> dict[str, Any]:
    """Makes the draw again of its seed and candidates, and compares it with what is stored and recorded.

    Answers ``agrees``, what was compared and what differs, and all candidates in the order of the lot with
    the digest by which each is ranked. Raises like ``read_draw``.
    """
    require_draw_reader(actor)
    with reading(product.engine) as connection:
        row = row_of(connection, draw_id)
        _require_here(actor, row)
        outcome = outcome_of(row)
        view = draw_view(connection, row, shanghai_date(product.now(connection)))
        recorded = _recorded(connection, DRAW, draw_id)
        orders = [[seat["account_id"] for seat in visit["inspectors"]] for visit in view["visits"]]
    faults = []
    if recorded is None:
        faults.append("审计记录中没有这次抽取")
    elif recorded != told(draw_id, row, outcome):
        faults.append("抽取的种子、候选名单或者结果与审计记录不符")
    drawn = [(each["application_id"], each["class_no"]) for each in outcome]
    if drawn != [(each["application_id"], each["class_no"]) for each in view["visits"]]:
        faults.append("登记的班级与按种子重新计算的不符")
    for visit, each, order in zip(view["visits"], outcome, orders, strict=False):
        which = f"{visit['application_number']} {visit['class_no']}班"
        if each["inspectors"][: len(order)] != order:
            faults.append(
                f"{visit['application_number']} {visit['class_no']}班的检查人员与按种子重新计算的不符"
            )
        going = sum(seat["left_at"] is None for seat in visit["inspectors"])
        if going != row["inspector_count"]:
            faults.append(f"{which}的检查人员数与抽取的不符")
    text = lot(row["seed"], row["announced"])
    candidates = [
        {
            "number": each["number"],
            "class_no": each["class_no"],
            "name": f"{text}|{class_name(each['number'], each['class_no'])}",
            "digest": digest(text, class_name(each["number"], each["class_no"])),
        }
        for each in row["candidates"]["classes"]
    ]
    candidates.sort(key=lambda each: each["digest"])
    return {"draw": view, "agrees": not faults, "faults": faults, "candidates": candidates}


def row_of(connection: Connection, draw_id: int) -> dict[str, Any]:
    """The stored draw; raises ``NotFound``."""
    found = None
    if 0 < draw_id <= LARGEST_ID:
        found = connection.execute(select(_draw).where(_draw.c.id == draw_id)).mappings().one_or_none()
    if found is None:
        raise NotFound(f"没有编号为 {draw_id} 的抽取")
    return dict(found)


def draw_view(connection: Connection, row: Mapping[str, Any], today: date) -> dict[str, Any]:
    """A draw with its visits, as it is answered."""
    account, application = tables.account, tables.application
    drawer = connection.execute(
        select(signature(_draw.c.drawn_by, _draw.c.drawn_on_behalf_of_id)).where(_draw.c.id == row["id"])
    ).scalar_one()
    found = (
        connection.execute(
            select(
                _visit,
                application.c.number,
                application.c.applicant_name,
                application.c.state,
                account.c.name.label("done_by_name"),
            )
            .join(application, application.c.id == _visit.c.application_id)
            .outerjoin(account, account.c.id == _visit.c.done_by)
            .where(_visit.c.draw_id == row["id"])
            .order_by(_visit.c.place)
        )
        .mappings()
        .all()
    )
    seats: dict[int, list[dict[str, Any]]] = {}
    for seat in connection.execute(
        select(_seat, account.c.name)
        .join(account, account.c.id == _seat.c.account_id)
        .where(_seat.c.visit_id.in_([each["id"] for each in found]))
        .order_by(_seat.c.visit_id, _seat.c.place)
    ).mappings():
        seats.setdefault(seat["visit_id"], []).append(
            {
                "place": seat["place"],
                "account_id": seat["account_id"],
                "name": seat["name"],
                "left_at": _moment(seat["left_at"]),
                "left_reason": seat["left_reason"],
            }
        )
    visits = [_visit_view(dict(each), seats.get(each["id"], []), today) for each in found]
    candidates = row["candidates"]
    return {
        "id": row["id"],
        "region": row["region"],
        "region_label": region_labels().get(row["region"], row["region"]),
        "drawn_by": drawer,
        "drawn_at": _moment(row["drawn_at"]),
        "algorithm": row["algorithm"],
        "seed": row["seed"],
        "announced": row["announced"],
        "class_count": row["class_count"],
        "inspector_count": row["inspector_count"],
        "due_on": row["due_on"].isoformat(),
        "filters": row["filters"],
        "candidate_count": len(candidates["classes"]),
        "left_out_count": candidates["left_out_count"],
        "inspectors": [each["name"] for each in candidates["inspectors"]],
        "away": [each["name"] for each in candidates["away"]],
        "done_count": sum(each["done_at"] is not None for each in visits),
        "late_count": sum(each["late"] for each in visits),
        "visits": visits,
    }


def _visit_view(row: Mapping[str, Any], seats: list[dict[str, Any]], today: date) -> dict[str, Any]:
    over = State(row["state"]) not in VISITED
    return {
        "id": row["id"],
        "place": row["place"],
        "application_id": row["application_id"],
        "application_number": row["number"],
        "applicant_name": row["applicant_name"],
        "class_no": row["class_no"],
        "due_on": row["due_on"].isoformat(),
        "done_at": _moment(row["done_at"]),
        "done_by": row["done_by_name"],
        "late": row["done_at"] is None and row["due_on"] < today,
        "over": row["done_at"] is None and over,
        "inspectors": seats,
    }


def _recorded(connection: Connection, event: str, draw_id: int) -> dict[str, Any] | None:
    """What the trail says of a draw; looked for at the moment of the draw alone."""
    entry = tables.audit_entry
    at = connection.execute(select(_draw.c.drawn_at).where(_draw.c.id == draw_id)).scalar_one()
    found = connection.execute(
        select(entry.c.content).where(
            entry.c.chain_id == SYSTEM_CHAIN,
            entry.c.recorded_at == at,
            entry.c.content.contains(f'"event":"{event}"', autoescape=True),
        )
    ).scalars()
    for content in found:
        details: dict[str, Any] = json.loads(content)["details"]
        if details["draw"] == draw_id:
            # In whose place it was drawn is nothing that the seed decides.
            return {name: value for name, value in details.items() if name != "on_behalf_of"}
    return None


def _require_here(actor: Actor, row: Mapping[str, Any]) -> None:
    if actor.role not in _EVERYWHERE and actor.region != row["region"]:
        raise Forbidden("这次抽取不是您所在地区的，您无权查看")


def _moment(at: Any) -> str | None:
    return at.astimezone(SHANGHAI).isoformat() if at else None
