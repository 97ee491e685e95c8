"""Policy files, those of this package and any other, and policies rebuilt from stored content."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

from workflow.policy.comparing import overlaps
from workflow.policy.model import Fault, Policy, PolicyError, UnknownPolicy
from workflow.policy.reading import build_policy

# Files that begin so are what others inherit, and no policies of their own.
DEFAULTS = "default"


def available_policies() -> tuple[str, ...]:
    """The keys of the packaged policies, sorted; the defaults are no policies of their own."""
    names = (entry.name for entry in _folder().iterdir())
    keys = (name.removesuffix(".toml") for name in names if name.endswith(".toml"))
    return tuple(sorted(key for key in keys if not key.startswith(DEFAULTS)))


@cache
def load_policy(key: str) -> Policy:
    """The packaged policy of this key; raises ``UnknownPolicy`` when there is none."""
    if key not in available_policies():
        raise UnknownPolicy(f"没有政策“{key}”，可用的有：{'、'.join(available_policies())}")
    try:
        policy = read_policy(_folder() / f"{key}.toml")
    except PolicyError as error:
        raise PolicyError(f"政策文件 {key}.toml：{error}") from error
    if policy.key != key:
        raise PolicyError(f"政策文件 {key}.toml 的 key 为 {policy.key}，与文件名不符")
    return policy


@cache
def region_labels() -> Mapping[str, str]:
    """Every region that a packaged policy covers, by code, with its name.

    Nothing works without it, so here is also seen that no two policies are valid at once.
    """
    policies = [load_policy(key) for key in available_policies()]
    clashes = overlaps(policies)
    if clashes:
        raise PolicyError("；".join(f"政策文件 {later.key}.toml：{fault}" for later, fault in clashes))
    return {code: label for policy in policies for code, label in policy.regions.items()}


def read_policy(file: Traversable) -> Policy:
    """The policy of a file; what it inherits stands in this package."""
    return parse_policy(_read(file))


def parse_policy(data: Mapping[str, object]) -> Policy:
    """A policy from data as it stands in a file; what it inherits is merged in first."""
    return build_policy(_with_inherited(data, ()))


def check_files(files: Iterable[Traversable] = ()) -> tuple[tuple[str, ...], list[tuple[str, Fault]]]:
    """The files that were looked at (those packaged where none is given), and what is wrong with each.

    Given files are also held against the packaged policies of other keys: two may not be valid at once.
    """
    folder = _folder()
    packaged = {f"{key}.toml": folder / f"{key}.toml" for key in available_policies()}
    given = {str(file): file for file in files} or packaged
    policies: list[Policy] = []
    names: dict[str, str] = {}
    found: list[tuple[str, Fault]] = []
    for name, file in given.items():
        try:
            policy = read_policy(file)
        except PolicyError as error:
            found += [(name, fault) for fault in error.faults or (Fault("", str(error)),)]
            continue
        if policy.key in names:
            found.append((name, Fault("key", f"{policy.key} 与 {names[policy.key]} 重复")))
        elif file.name.removesuffix(".toml") != policy.key:
            found.append((name, Fault("key", f"须与文件名相同，现为 {policy.key!r}")))
        names[policy.key] = name
        policies.append(policy)
    others = (load_policy(key) for key in available_policies() if key not in names and given is not packaged)
    for later, fault in overlaps((*policies, *others)):
        found.append((names.get(later.key, later.key), fault))
    return tuple(given), found


def policy_from_content(content: str) -> Policy:
    """The policy whose ``content`` this is, with no look at the files of today."""
    try:
        data = json.loads(content)
    except ValueError as error:
        raise PolicyError("存储的政策内容不是有效的 JSON") from error
    if not isinstance(data, dict):
        raise PolicyError("存储的政策内容不是一组参数")
    return build_policy(data, stored=True)


def policy_in_force(region: str, on: date) -> Policy | None:
    """The packaged policy of a region on a day: the latest that has begun, valid until it is replaced."""
    begun = [
        policy
        for policy in map(load_policy, available_policies())
        if region in policy.regions and policy.valid_from <= on
    ]
    newest = max(begun, key=lambda policy: policy.valid_from, default=None)
    return newest if newest is not None and newest.covers(region, on) else None


def _folder() -> Traversable:
    return resources.files("workflow.policy") / "data"


def _read(file: Traversable) -> dict[str, object]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise PolicyError(f"没有政策文件 {file.name}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PolicyError(f"政策文件 {file.name} 无法读取：{error}") from error


def _with_inherited(data: Mapping[str, object], seen: tuple[str, ...]) -> dict[str, object]:
    own = {name: value for name, value in data.items() if name != "inherits"}
    parent = data.get("inherits")
    if parent is None:
        return own
    if not isinstance(parent, str) or not parent.replace("-", "").isalnum():
        raise PolicyError(f"inherits 须为政策文件名，现为 {parent!r}")
    if parent in seen:
        raise PolicyError(f"政策文件相互继承：{'、'.join(seen)}")
    return _merged(_with_inherited(_read(_folder() / f"{parent}.toml"), (*seen, parent)), own)


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
