"""The parameters of a city's policy: every number with its clause, or marked 本地.

``load_policy(key)`` reads a packaged policy, ``Policy.from_content`` rebuilds a stored one, so that an
application keeps the version it was submitted under. Nothing outside this room knows a number of a document.
"""

from workflow.policy.model import (
    Audience,
    ClockLimit,
    Parameter,
    Policy,
    PolicyError,
    Rate,
    RuleSetting,
    Rung,
    Severity,
    UnknownPolicy,
)
from workflow.policy.packaged import (
    available_policies,
    load_policy,
    parse_policy,
    policy_in_force,
    region_labels,
)

__all__ = [
    "Audience",
    "ClockLimit",
    "Parameter",
    "Policy",
    "PolicyError",
    "Rate",
    "RuleSetting",
    "Rung",
    "Severity",
    "UnknownPolicy",
    "available_policies",
    "load_policy",
    "parse_policy",
    "policy_in_force",
    "region_labels",
]
