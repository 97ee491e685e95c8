"""The parameters of a city's policy: every number with its clause, or marked 本地.

``load_policy(key)`` reads a packaged policy, ``Policy.from_content`` rebuilds a stored one, so that an
application keeps the version it was submitted under. Nothing outside this room knows a number of a document.
"""

from workflow.policy.comparing import Difference, differences, overlaps
from workflow.policy.model import (
    Audience,
    ClockLimit,
    EmploymentSubsidy,
    Fault,
    Group,
    Parameter,
    Policy,
    PolicyError,
    Rate,
    Retirement,
    RuleSetting,
    Rung,
    Severity,
    UnknownPolicy,
)
from workflow.policy.packaged import (
    available_policies,
    check_files,
    load_policy,
    parse_policy,
    policy_in_force,
    read_policy,
    region_labels,
)

__all__ = [
    "Audience",
    "ClockLimit",
    "Difference",
    "EmploymentSubsidy",
    "Fault",
    "Group",
    "Parameter",
    "Policy",
    "PolicyError",
    "Rate",
    "Retirement",
    "RuleSetting",
    "Rung",
    "Severity",
    "UnknownPolicy",
    "available_policies",
    "check_files",
    "differences",
    "load_policy",
    "overlaps",
    "parse_policy",
    "policy_in_force",
    "read_policy",
    "region_labels",
]
