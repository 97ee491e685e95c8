"""财政工作台: what is late, what is due, what is coming, and what there is to pay it from."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from web.access import may_open
from web.api.parameters import FinanceQuery
from web.current import product, require_actor
from web.views.applications import OF_ALL_REGIONS
from web.views.filters import read_filters
from workflow.policy import region_labels
from workflow.services import finance_desk

blueprint = Blueprint("finance", __name__)
_PARTS = (
    ("late", "已逾期", "没有逾期的申请。"),
    ("soon", f"{finance_desk.SOON_DAYS} 个工作日内到期", "这几个工作日没有到期的申请。"),
    ("later", "其后到期", "没有其他在办的申请。"),
)


@blueprint.get("/finance")
def show() -> ResponseReturnValue:
    """The desk."""
    person = require_actor()
    chosen, refused = read_filters(FinanceQuery, ("region", "order"))
    by_amount = chosen["order"] == "amount"
    region = None if refused else chosen["region"]
    desk = finance_desk.read_desk(product(), actor=person, region=region, by_amount=by_amount)
    page = render_template(
        "finance/show.html",
        desk=desk,
        parts=_PARTS,
        most=finance_desk.MOST_LISTED,
        by_amount=by_amount,
        regions=list(region_labels().items()) if person.role in OF_ALL_REGIONS else [],
        may_make=may_open("payment_batches.new"),
        refused=refused,
    )
    return page, 422 if refused else 200
