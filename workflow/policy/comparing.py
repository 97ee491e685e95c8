"""What differs between two policies, and which policies contradict each other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

from workflow.clock import day_cn
from workflow.policy.model import Fault, Group, Parameter, Policy


@dataclass(frozen=True, slots=True)
class Difference:
    """One parameter in two policies; None where a policy does not have it."""

    before: Parameter | None
    after: Parameter | None

    @property
    def shown(self) -> Parameter:
        """The parameter of either, for its path and title."""
        return self.after or self.before  # type: ignore[return-value]

    @property
    def in_value(self) -> bool:
        """Whether they say something else, and not only on another ground."""
        return _said(self.before) != _said(self.after)


def differences(before: Policy, after: Policy) -> tuple[Difference, ...]:
    """Every parameter whose value, ground or note is not the same in both, in the order of the groups."""
    old = {parameter.path: parameter for parameter in before.parameters}
    new = {parameter.path: parameter for parameter in after.parameters}
    found = [Difference(old.get(path), new.get(path)) for path in old | new if old.get(path) != new.get(path)]
    groups = list(Group)
    return tuple(sorted(found, key=lambda difference: groups.index(difference.shown.group)))


def _said(parameter: Parameter | None) -> tuple[str, str] | None:
    return None if parameter is None else (parameter.value, parameter.details)


def overlaps(policies: Iterable[Policy]) -> tuple[tuple[Policy, Fault], ...]:
    """Policies that claim one region for one day, each with the later one's fault.

    A policy without an end is replaced by the next; one that names its end must be over when that begins.
    """
    found: list[tuple[Policy, Fault]] = []
    for pair in combinations(sorted(policies, key=lambda policy: (policy.valid_from, policy.key)), 2):
        earlier, later = pair
        shared = [f"{label}（{code}）" for code, label in later.regions.items() if code in earlier.regions]
        until = earlier.valid_until
        if shared and (earlier.valid_from == later.valid_from or (until and until >= later.valid_from)):
            what = (
                f"与政策 {earlier.key} 的效力重叠：{'、'.join(shared)}在 {later.valid_from} 已适用"
                f"自 {day_cn(earlier.valid_from)} 起{f'至 {day_cn(until)} 止' if until else ''}的政策"
            )
            found.append((later, Fault("valid_from", what)))
    return tuple(found)
