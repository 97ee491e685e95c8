"""The policies: every value with its source, and what differs between two of them."""

from __future__ import annotations

from flask import Response

from web.api.parameters import PolicyChangesQuery
from web.api.replies import reply
from web.current import product
from workflow.services import policies


def list_policies() -> Response:
    """The policies there are, each with the versions that applications keep."""
    return reply(policies.list_policies(product()))


def read_policy(policy: str) -> Response:
    """One policy, or a stored version of it, with every value and its source."""
    return reply(policies.read_policy(product(), reference=policy))


def compare_policies(policy: str, query: PolicyChangesQuery) -> Response:
    """What differs in another policy from this one, with the sources of both."""
    return reply(policies.compare_policies(product(), before=policy, after=query.to))
