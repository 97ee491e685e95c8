"""The policy files of this package, and policies rebuilt from stored content."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib import resources

from workflow.policy.model import Policy, PolicyError, UnknownPolicy
from workflow.policy.reading import build_policy

DEFAULTS = "default"


def available_policies() -> tuple[str, ...]:
    """The keys of the packaged policies, sorted; the defaults are no policy of their own."""
    names = (entry.name for entry in _folder().iterdir())
    keys = (name.removesuffix(".toml") for name in names if name.endswith(".toml"))
    return tuple(sorted(key for key in keys if key != DEFAULTS))


@cache
def load_policy(key: str) -> Policy:
    """The packaged policy of this key; raises ``UnknownPolicy`` when there is none."""
    if key not in available_policies():
        raise UnknownPolicy(f"没有政策“{key}”，可用的有：{'、'.join(available_policies())}")
    policy = parse_policy(_read(key))
    if policy.key != key:
        raise PolicyError(f"政策文件 {key}.toml 的 key 为 {policy.key}，与文件名不符")
    return policy


@cache
def region_labels() -> Mapping[str, str]:
    """Every region that a packaged policy covers, by code, with its name."""
    labels: dict[str, str] = {}
    for key in available_policies():
        labels |= load_policy(key).regions
    return labels


def parse_policy(data: Mapping[str, object]) -> Policy:
    """A policy from data as it stands in a file; what it inherits is merged in first."""
    return build_policy(_with_inherited(data, ()))


def policy_from_content(content: str) -> Policy:
    """The policy whose ``content`` this is, with no look at the files of today."""
    try:
        data = json.loads(content)
    except ValueError as error:
        raise PolicyError("存储的政策内容不是有效的 JSON") from error
    if not isinstance(data, dict):
        raise PolicyError("存储的政策内容不是一组参数")
    return build_policy(data)


def policy_in_force(region: str, on: date) -> Policy | None:
    """The packaged policy of a region on a day: the latest that has begun, valid until it is replaced."""
    begun = [
        policy
        for policy in map(load_policy, available_policies())
        if region in policy.regions and policy.valid_from <= on
    ]
    return max(begun, key=lambda policy: policy.valid_from, default=None)


def _folder() -> resources.abc.Traversable:
    return resources.files("workflow.policy") / "data"


def _read(name: str) -> dict[str, object]:
    try:
        return tomllib.loads((_folder() / f"{name}.toml").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise PolicyError(f"没有政策文件 {name}.toml") from None
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(f"政策文件 {name}.toml 无法读取：{error}") from error


def _with_inherited(data: Mapping[str, object], seen: tuple[str, ...]) -> dict[str, object]:
    own = {name: value for name, value in data.items() if name != "inherits"}
    parent = data.get("inherits")
    if parent is None:
        return own
    if not isinstance(parent, str) or not parent.replace("-", "").isalnum():
        raise PolicyError(f"inherits 须为政策文件名，现为 {parent!r}")
    if parent in seen:
        raise PolicyError(f"政策文件相互继承：{'、'.join(seen)}")
    return _merged(_with_inherited(_read(parent), (*seen, parent)), own)


def _merged(base: Mapping[str, object], own: Mapping[str, object]) -> dict[str, object]:
    # A leaf is replaced whole: the parent's clause must never stand behind the child's value.
    merged = dict(base)
    for name, value in own.items():
        below = merged.get(name)
        if isinstance(value, Mapping) and isinstance(below, Mapping) and "value" not in value:
            merged[name] = _merged(below, value)
        else:
            merged[name] = value
    return merged
