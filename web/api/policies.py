"""The policies: every value with its source, and what differs between two of them."""

from __future__ import annotations

from flask import Response

from web.api.parameters import PolicyChangesQuery, RegionQuery
from web.api.replies import reply
from web.current import product
from workflow.services import plain_rules, policies


def list_policies() -> Response:
    """The policies there are, each with the versions that applications keep."""
    return reply(policies.list_policies(product()))


def read_policy(policy: str) -> Response:
    """One policy, or a stored version of it, with every value and its source."""
    return reply(policies.read_policy(product(), reference=policy))


def compare_policies(policy: str, query: PolicyChangesQuery) -> Response:
    """What differs in another policy from this one, with the sources of both."""
    return reply(policies.compare_policies(product(), before=policy, after=query.to))


def read_plain_rules(query: RegionQuery) -> Response:
    """The rules in force for a region in plain words, every sentence with its ground; for everybody."""
    return reply(plain_rules.read_plain_rules(product(), region=query.region))
