"""The demonstration: invented people of three regions and some fifty applications in every state.

``load`` lets the product's own services act at past moments, so that everything it leaves behind (clocks,
alerts, signatures, audit trail) is what the product itself would have made.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from sqlalchemy import Connection, insert, select

from workflow.access import Actor
from workflow.clock import at_shanghai, real_now, shanghai_date
from workflow.demonstration.collaboration import play_collaboration
from workflow.demonstration.drawing import play_draw
from workflow.demonstration.funding import fill_pools
from workflow.demonstration.payment_batches import play_batches
from workflow.demonstration.people import ACCOUNTS, ORGANISATIONS, PASSWORD, DemonstrationAccount
from workflow.demonstration.playing import Player, first_day, place_stories, scheduler_moments
from workflow.demonstration.registrations import play_registrations
from workflow.demonstration.stage import Stage
from workflow.demonstration.year_list import first_day_of_lists, play_year_lists
from workflow.errors import Unavailable
from workflow.persistence import tables
from workflow.persistence.engine import writing
from workflow.services.accounts import add_account
from workflow.services.product import Product

__all__ = ["ACCOUNTS", "PASSWORD", "DemonstrationAccount", "load"]


# Loading takes some seconds, on a busy machine more than the ten for which a lock is waited.
_PATIENCE = 9
# Everybody has looked at their messages until so many working days ago.
_UNREAD_DAYS = 3


def load(
    product: Product, say: Callable[[str], None] = lambda _line: None, *, today: date | None = None
) -> bool:
    """Fills a prepared database in which nobody has an account yet; answers whether it did.

    All of it or nothing is stored. ``say`` is told how far it is. What happened is laid out in working days
    before ``today`` (by default the real day in China) and depends on nothing else; the last acts are those
    of the last working day before it.
    """
    for patience in reversed(range(_PATIENCE)):
        try:
            return _load(product, say, today)
        except Unavailable:
            # Somebody else is loading, for longer than a lock is waited for.
            if not patience:
                raise
    raise AssertionError


def _load(product: Product, say: Callable[[str], None], today: date | None) -> bool:
    present = today or shanghai_date(real_now())
    with writing(product.engine) as connection:
        # Whoever loads at the same time waits here, and then finds the accounts.
        connection.execute(select(tables.system_chain.c.id).with_for_update()).one()
        if connection.execute(select(tables.account.c.id).limit(1)).one_or_none() is not None:
            return False
        calendar = product.calendar(connection)
        placed = place_stories(calendar, present)
        begins = first_day(placed)
        stage = Stage(product, connection)
        stage.open(at_shanghai(first_day_of_lists(calendar, begins), 8))
        people = _add_people(stage, connection)
        say(f"已建立{len(ACCOUNTS)}个演示账号")
        play_year_lists(stage, people, calendar, begins, present)
        stage.move(at_shanghai(begins, 8))
        pools = fill_pools(stage.product, people, begins, present)
        say(f"已建立{pools}个资金池（示例）")
        player = Player(stage, people)
        player.play(placed, scheduler_moments(calendar, begins, present), say)
        last_day = calendar.nth_working_day_before(present, 1)
        stage.move(at_shanghai(last_day, 17, 30))
        play_draw(stage, connection, people, last_day)
        stage.tick(at_shanghai(last_day, 17, 30))
        batches = play_batches(stage.product, people)
        say(f"已建立{batches}个拨付批次（示例）")
        between = play_collaboration(stage.product, people)
        say(f"已登记{between}项外出、转办和抄送（示例）")
        stage.read_messages(calendar.nth_working_day_before(present, _UNREAD_DAYS))
        play_registrations(stage, people, calendar, present)
        stage.deliver()
        stage.leave_mail_stuck()
        stage.close()
    say(f"已载入{len(placed)}件演示申请")
    return True


def _add_people(stage: Stage, connection: Connection) -> dict[str, Actor]:
    organisations: dict[str, int] = {}
    for each in ORGANISATIONS.values():
        organisations[each.name] = connection.execute(
            insert(tables.organisation)
            .values(name=each.name, uscc=each.uscc, kind=each.kind.value, region=each.region)
            .returning(tables.organisation.c.id)
        ).scalar_one()
    return {each.login: _add_person(stage, each, organisations) for each in ACCOUNTS}


def _add_person(stage: Stage, person: DemonstrationAccount, organisations: dict[str, int]) -> Actor:
    organisation_id = organisations[person.organisation] if person.organisation else None
    added = add_account(
        stage.product,
        login=person.login,
        name=person.name,
        password=PASSWORD,
        role=person.role,
        department=person.department,
        region=person.region,
        organisation_id=organisation_id,
        applicant_kind=person.applicant_kind,
    )
    return Actor(
        account_id=added["id"],
        login=person.login,
        name=person.name,
        role=person.role,
        department=person.department,
        region=person.region,
        organisation_id=organisation_id,
        applicant_kind=person.applicant_kind,
    )
