"""The policies as people look at them: values with their ground, what differs, which versions are in use."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from sqlalchemy import Connection, func, select

from workflow.clock import SHANGHAI
from workflow.errors import NotFound
from workflow.persistence import tables
from workflow.persistence.engine import reading
from workflow.policy import (
    Difference,
    Parameter,
    Policy,
    UnknownPolicy,
    available_policies,
    differences,
    load_policy,
    policy_in_force,
)
from workflow.services.product import Product
from workflow.services.tallies import count_if_never, made_at

_policy_version, _tally = tables.policy_version, tables.policy_tally


def list_policies(product: Product) -> dict[str, Any]:
    """The policies of today, each with its stored versions and how many applications kept them lately."""
    count_if_never(product)
    with reading(product.engine) as connection:
        today = _today(product, connection)
        versions = _versions(connection)
    items = [
        summary_of(policy)
        | {"in_force": _in_force(policy, today), "stored_versions": _stored(policy, versions[policy.key])}
        for policy in map(load_policy, available_policies())
    ]
    return {"items": items, "next": None}


def read_policy(product: Product, *, reference: str) -> dict[str, Any]:
    """One policy with every value; ``reference`` is a key, or a key with a stored version: ``key@version``.

    Raises ``NotFound``.
    """
    count_if_never(product)
    with reading(product.engine) as connection:
        as_of = made_at(connection)
        policy = _find(product, connection, reference)
        versions = _versions(connection)
        today = _today(product, connection)
    return (
        summary_of(policy)
        | {"in_force": _in_force(policy, today), "stored_versions": _stored(policy, versions[policy.key])}
        | {"counted_at": as_of.isoformat() if as_of else None}
        | {"parameters": [facts_of(parameter) for parameter in policy.parameters]}
    )


def compare_policies(product: Product, *, before: str, after: str) -> dict[str, Any]:
    """What differs between two policies, each given by its reference; raises ``NotFound``."""
    with reading(product.engine) as connection:
        return comparison_of(_find(product, connection, before), _find(product, connection, after))


def summary_of(policy: Policy) -> dict[str, Any]:
    """A policy without its values."""
    return {
        "key": policy.key,
        "version": policy.version,
        "title": policy.title,
        "documents": list(policy.documents),
        "draft": policy.draft,
        "valid_from": policy.valid_from.isoformat(),
        "valid_until": policy.valid_until.isoformat() if policy.valid_until else None,
        "regions": [{"code": code, "label": label} for code, label in policy.regions.items()],
    }


def facts_of(parameter: Parameter) -> dict[str, Any]:
    """One value with its ground."""
    return {
        "path": parameter.path,
        "group": parameter.group.value,
        "group_label": parameter.group.label,
        "title": parameter.title,
        "value": parameter.value,
        "details": parameter.details,
        "source": parameter.source,
        "local": parameter.local,
        "draft": parameter.draft,
        "note": parameter.note,
    }


def comparison_of(before: Policy, after: Policy) -> dict[str, Any]:
    """What differs between two policies."""
    changes = [_change(difference) for difference in differences(before, after)]
    return {"before": summary_of(before), "after": summary_of(after), "changes": changes}


def _change(difference: Difference) -> dict[str, Any]:
    before, after = difference.before, difference.after
    return {
        "path": difference.shown.path,
        "group": difference.shown.group.value,
        "group_label": difference.shown.group.label,
        "title": difference.shown.title,
        "in_value": difference.in_value,
        "before": facts_of(before) if before else None,
        "after": facts_of(after) if after else None,
    }


def _find(product: Product, connection: Connection, reference: str) -> Policy:
    key, _, version = reference.partition("@")
    if version:
        known = select(_policy_version.c.version).where(
            _policy_version.c.key == key, _policy_version.c.version == version
        )
        if connection.execute(known).scalar_one_or_none() is None:
            raise NotFound(f"没有存储过政策“{key}”的版本 {version}")
        return product.policy_of(connection, version)
    try:
        return load_policy(key)
    except UnknownPolicy as error:
        raise NotFound(str(error)) from error


def _today(product: Product, connection: Connection) -> date:
    return product.now(connection).astimezone(SHANGHAI).date()


def _in_force(policy: Policy, today: date) -> bool:
    return any(policy_in_force(region, today) == policy for region in policy.regions)


def _versions(connection: Connection) -> dict[str, list[Any]]:
    """The stored versions of each key, newest first, with the applications that lately kept them."""
    found = connection.execute(
        select(
            _policy_version.c.key,
            _policy_version.c.version,
            _policy_version.c.stored_at,
            func.coalesce(_tally.c.application_count, 0).label("applications_count"),
            func.coalesce(_tally.c.open_count, 0).label("open_count"),
        )
        .outerjoin(_tally, _tally.c.version == _policy_version.c.version)
        .order_by(_policy_version.c.stored_at.desc(), _policy_version.c.version)
    ).all()
    versions: dict[str, list[Any]] = defaultdict(list)
    for row in found:
        versions[row.key].append(row)
    return versions


def _stored(policy: Policy, rows: list[Any]) -> list[dict[str, Any]]:
    return [
        {
            "version": row.version,
            "stored_at": row.stored_at.isoformat(),
            "applications_count": row.applications_count,
            "open_count": row.open_count,
            "shown": row.version == policy.version,
        }
        for row in rows
    ]
