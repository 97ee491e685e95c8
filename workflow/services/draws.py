"""双随机: classes and inspectors drawn by lot, what was drawn, substitutes, and the proof of a draw.

A draw keeps its seed, its way of ranking and all its candidates, and is never changed; what follows from it
(``drawn_visit``, ``drawn_inspector``) can be made again at any time and compared.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from workflow.access import Actor
from workflow.clock import SHANGHAI, day_cn, shanghai_date
from workflow.errors import Conflict, FieldError, Forbidden, NotFound, NotNow
from workflow.form.draws import DrawEntry, DrawFilter, DrawSubstitution
from workflow.form.reading import malformed, read
from workflow.persistence import tables
from workflow.persistence.engine import reading, writing
from workflow.persistence.types import LARGEST_ID
from workflow.policy import policy_in_force
from workflow.rules.drawing import ALGORITHM
from workflow.services.actors import work_of
from workflow.services.alerts import raise_alerts
from workflow.services.audit import append_system_entry
from workflow.services.door import check_command_id
from workflow.services.draw_pool import DRAW, may_inspect, outcome_of, pool_of, told
from workflow.services.draw_reading import draw_view, row_of
from workflow.services.product import Product
from workflow.vocabulary import Department, Role

_draw, _visit, _seat = tables.draw, tables.drawn_visit, tables.drawn_inspector
SUBSTITUTE = "substitute_inspector"
_ABSENT = "抽取替换人员时不在岗或者已停用，顺延"


def draws_visits(actor: Actor) -> bool:
    """Whether this person draws visits in the own region."""
    return actor.role is Role.HEAD and actor.department is Department.HR


@work_of(draws_visits)
def read_pool(product: Product, *, actor: Actor, wanted: DrawFilter | None = None) -> dict[str, Any]:
    """From how many classes and inspectors would be drawn now, and how many inspectors each class gets."""
    _require_drawer(actor)
    assert actor.region is not None
    with reading(product.engine) as connection:
        today = shanghai_date(product.now(connection))
        pool = pool_of(connection, actor.region, wanted or DrawFilter(), today)
        calendar = product.calendar(connection).for_region(actor.region)
        policy = policy_in_force(actor.region, today)
    return {
        "class_count": len(pool.classes),
        "left_out_count": pool.left_out_count,
        "inspectors": [each["name"] for each in pool.inspectors],
        "away": [each["name"] for each in pool.away],
        "inspector_count": policy.inspectors_drawn if policy else 1,
        "due_on": calendar.nth_working_day_after(today, 5).isoformat(),
    }


@work_of(draws_visits)
def draw_visits(
    product: Product,
    *,
    actor: Actor,
    body: Mapping[str, Any],
    command_id: str | None = None,
    seed: str | None = None,
) -> dict[str, Any]:
    """Draws classes among the running ones of the region, and inspectors for each; answers the draw.

    The same command id draws once. ``seed`` None: from the system's source of randomness; only the
    demonstration brings its own. Raises ``Malformed`` where more is wanted than there is, ``Forbidden`` for
    who is not the head of HR.
    """
    check_command_id(command_id)
    _require_drawer(actor)
    assert actor.region is not None
    entry = read(DrawEntry, dict(body))
    try:
        with writing(product.engine) as connection:
            known = _drawn_by(connection, actor, command_id)
            if known is not None:
                return draw_view(connection, known, shanghai_date(product.now(connection)))
            now = product.now(connection)
            pool = pool_of(connection, actor.region, entry, shanghai_date(now))
            _require_enough(entry, pool, shanghai_date(now))
            row = {
                "region": actor.region,
                "drawn_by": actor.account_id,
                "drawn_on_behalf_of_id": actor.on_behalf_of_id,
                "drawn_at": now,
                "command_id": command_id,
                "algorithm": ALGORITHM,
                "seed": seed or secrets.token_hex(16),
                "announced": entry.announced,
                "class_count": entry.class_count,
                "inspector_count": entry.inspector_count,
                "due_on": entry.due_on,
                "filters": {
                    name: value for name, value in entry.stored().items() if name in DrawFilter.model_fields
                },
                "candidates": pool.stored(),
            }
            draw_id = connection.execute(insert(_draw).values(row).returning(_draw.c.id)).scalar_one()
            outcome = outcome_of(row)
            for place, each in enumerate(outcome, start=1):
                _write_visit(connection, draw_id, place, each, row)
            append_system_entry(connection, actor, DRAW, now, told(draw_id, row, outcome))
            return draw_view(connection, row_of(connection, draw_id), shanghai_date(now))
    except IntegrityError:
        # The same command was sent twice at once: the other one has drawn.
        with reading(product.engine) as connection:
            known = _drawn_by(connection, actor, command_id)
            if known is None:
                raise
            return draw_view(connection, known, shanghai_date(product.now(connection)))


@work_of(draws_visits)
def substitute_inspector(
    product: Product, *, actor: Actor, draw_id: int, visit_id: int, body: Mapping[str, Any]
) -> dict[str, Any]:
    """Lets the next inspector of the same order go instead of one who cannot; answers the draw.

    Who is absent or no longer active by now is passed over, and that is recorded too. Raises ``NotFound``,
    ``Forbidden``, ``NotNow`` where nobody is left or the visit was made, ``Conflict`` where somebody was
    faster.
    """
    _require_drawer(actor)
    given = read(DrawSubstitution, dict(body))
    with writing(product.engine) as connection:
        row = row_of(connection, draw_id)
        if row["region"] != actor.region:
            raise Forbidden("只能办理本地区的抽取")
        now = product.now(connection)
        visit = _lock_visit(connection, draw_id, visit_id)
        if visit["done_at"] is not None:
            raise NotNow("这个班已经检查，不需要替换")
        seats = (
            connection.execute(select(_seat).where(_seat.c.visit_id == visit_id).order_by(_seat.c.place))
            .mappings()
            .all()
        )
        leaving = next((each for each in seats if each["account_id"] == given.account_id), None)
        if leaving is None:
            raise malformed([FieldError("account_id", "“替换的检查人员”没有被抽中检查这个班")])
        if leaving["left_at"] is not None:
            at = leaving["left_at"].astimezone(SHANGHAI)
            raise Conflict(f"这名检查人员已于{at:%Y-%m-%d %H:%M}被替换，请刷新后查看")
        outcome = outcome_of(row)[visit["place"] - 1]
        waiting = outcome["inspectors"][len(seats) :]
        here = {
            each["account_id"]
            for each in pool_of(connection, row["region"], DrawFilter(), shanghai_date(now)).inspectors
        }
        passed = [each for each in waiting if each not in here]
        following = next((each for each in waiting if each in here), None)
        if following is None:
            raise NotNow("抽取次序中没有可以替换的检查人员了，请另行抽取")
        left = {"left_at": now, "left_by": actor.account_id}
        connection.execute(
            update(_seat)
            .where(_seat.c.visit_id == visit_id, _seat.c.place == leaving["place"])
            .values(left | {"left_reason": given.reason})
        )
        skipped = waiting[: waiting.index(following)]
        for place, account_id in enumerate([*skipped, following], start=len(seats) + 1):
            gone = left | {"left_reason": _ABSENT} if account_id in passed else {}
            connection.execute(
                insert(_seat).values(visit_id=visit_id, place=place, account_id=account_id, **gone)
            )
        _tell(connection, visit, [following], now)
        details = {
            "draw": draw_id,
            "visit": visit_id,
            "out": given.account_id,
            "passed_over": skipped,
            "in": following,
            "reason": given.reason,
        }
        append_system_entry(connection, actor, SUBSTITUTE, now, details)
        return draw_view(connection, row, shanghai_date(now))


def _write_visit(
    connection: Connection, draw_id: int, place: int, drawn: Mapping[str, Any], row: Mapping[str, Any]
) -> None:
    visit = {
        "draw_id": draw_id,
        "place": place,
        "application_id": drawn["application_id"],
        "class_no": drawn["class_no"],
        "due_on": row["due_on"],
    }
    visit_id = connection.execute(insert(_visit).values(visit).returning(_visit.c.id)).scalar_one()
    chosen = drawn["inspectors"][: row["inspector_count"]]
    connection.execute(
        insert(_seat),
        [
            {"visit_id": visit_id, "place": number, "account_id": account_id}
            for number, account_id in enumerate(chosen, start=1)
        ],
    )
    _tell(connection, visit | {"id": visit_id}, chosen, row["drawn_at"])


def _tell(connection: Connection, visit: Mapping[str, Any], accounts: list[int], now: Any) -> None:
    rung = f"drawn_{visit['id']}"
    alert = {
        "application_id": visit["application_id"],
        "clock_id": None,
        "rung": rung,
        "title": f"双随机抽中 {visit['class_no']} 班，由您检查",
        "reason": f"最迟 {visit['due_on']} 到场检查，见“今日检查”",
        "due_on": visit["due_on"],
        "provisional": False,
        "scheduled_at": now,
        "raised_at": now,
    }
    raise_alerts(connection, [alert], {(None, rung): set(accounts)}, now)


def _lock_visit(connection: Connection, draw_id: int, visit_id: int) -> Mapping[str, Any]:
    found = None
    if 0 < visit_id <= LARGEST_ID:
        found = (
            connection.execute(
                select(_visit).where(_visit.c.id == visit_id, _visit.c.draw_id == draw_id).with_for_update()
            )
            .mappings()
            .one_or_none()
        )
    if found is None:
        raise NotFound(f"这次抽取没有编号为 {visit_id} 的检查")
    return dict(found)


def _drawn_by(connection: Connection, actor: Actor, command_id: str | None) -> dict[str, Any] | None:
    if command_id is None:
        return None
    found = (
        connection.execute(
            select(_draw).where(_draw.c.drawn_by == actor.account_id, _draw.c.command_id == command_id)
        )
        .mappings()
        .one_or_none()
    )
    return dict(found) if found else None


def _require_enough(entry: DrawEntry, pool: Any, today: date) -> None:
    errors = []
    if entry.due_on < today:
        errors.append(
            FieldError("due_on", f"“完成期限”{day_cn(entry.due_on)}不能早于今天（{day_cn(today)}）")
        )
    if entry.class_count > len(pool.classes):
        outside = f"，另有{pool.left_out_count}个不符合所选条件" if pool.left_out_count else ""
        message = f"“抽取班级数”{entry.class_count}超过可以抽取的班级数{len(pool.classes)}{outside}"
        errors.append(FieldError("class_count", message))
    for each in pool.classes:
        able = sum(may_inspect(one, each["organisation_id"]) for one in pool.inspectors)
        if able < entry.inspector_count:
            message = (
                f"“每班检查人员数”{entry.inspector_count}超过可以检查的人员数{able}"
                f"（{each['number']} {each['class_no']}班；停用、不在岗和办班单位的人员不参加）"
            )
            errors.append(FieldError("inspector_count", message))
            break
    if errors:
        raise malformed(errors)


def _require_drawer(actor: Actor) -> None:
    if not draws_visits(actor):
        raise Forbidden(f"双随机抽取只能由本地区{Department.HR.label}的{Role.HEAD.label}办理")
