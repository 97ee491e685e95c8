"""政策参数: every value of every policy with its source, and what differs between two of them."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from web.api.parameters import PolicyComparisonQuery
from web.current import product
from web.views.filters import read_filters
from workflow.policy import Group
from workflow.services import policies

blueprint = Blueprint("policies", __name__)


@blueprint.get("/admin/policies")
def list_all() -> ResponseReturnValue:
    """The policies there are."""
    return render_template("policies/list.html", items=policies.list_policies(product())["items"])


@blueprint.get("/admin/policies/<policy:reference>")
def show(reference: str) -> ResponseReturnValue:
    """One policy, or a stored version of it, group by group."""
    found = policies.read_policy(product(), reference=reference)
    return render_template("policies/show.html", found=found, groups=_grouped(found["parameters"]))


@blueprint.get("/admin/policies/compare")
def compare() -> ResponseReturnValue:
    """What differs between two policies: values first, then what says the same on another ground."""
    chosen, refused = read_filters(PolicyComparisonQuery, ("before", "after"))
    found = None
    if refused is None and chosen["before"] and chosen["after"]:
        found = policies.compare_policies(product(), **chosen)
    # Names and regions always differ: what people compare for stands before them.
    changes = sorted(found["changes"] if found else [], key=lambda change: change["group"] == Group.SCOPE)
    page = render_template(
        "policies/compare.html",
        chosen=chosen,
        choices=_choices(),
        found=found,
        parts=[
            (title, _grouped([change for change in changes if change["in_value"] is in_value]))
            for title, in_value in (("值不同", True), ("值相同，依据或说明不同", False))
        ],
        refused=refused,
    )
    return page, 422 if refused else 200


def _grouped(rows: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    return [(label, list(each)) for label, each in groupby(rows, key=lambda row: row["group_label"])]


def _choices() -> list[tuple[str, str]]:
    """Every policy of today, and every stored version that is not the one of today."""
    choices: list[tuple[str, str]] = []
    for item in policies.list_policies(product())["items"]:
        choices.append((item["key"], f"{item['title']}（{item['key']}）"))
        choices += [
            (f"{item['key']}@{stored['version']}", f"{item['key']} 的历史版本 {stored['version']}")
            for stored in item["stored_versions"]
            if not stored["shown"]
        ]
    return choices
