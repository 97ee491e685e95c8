"""What a corrected form says otherwise than the one that was returned, entry by entry; pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from workflow.form.application import patch_of
from workflow.form.pages import Input, inputs_of
from workflow.vocabulary import ApplicationKind, Subsidy


@dataclass(frozen=True, slots=True)
class Covered:
    """A value of which only the mask is shown, but whose change is told."""

    clear: str
    masked: str


@dataclass(frozen=True, slots=True)
class Change:
    """One entry: where on the form, its label, what stood there and what stands there; empty: nothing."""

    where: str
    label: str
    before: str
    after: str

    def as_dict(self) -> dict[str, str]:
        """The change as the API answers it."""
        return asdict(self)


def own_entries(
    kind: ApplicationKind, subsidy: Subsidy, form: Mapping[str, Any], parts: Collection[str]
) -> dict[str, Any]:
    """Of these parts of a form what the applicant fills in; what departments wrote beside it is left out."""
    return {
        part.name: {field.name: form[part.name].get(field.name) for field in part.inputs}
        for part in inputs_of(patch_of(kind, subsidy))
        if part.name in parts and part.name in form
    }


def changes(
    kind: ApplicationKind, subsidy: Subsidy, before: Mapping[str, Any], after: Mapping[str, Any]
) -> list[Change]:
    """What differs in the parts that ``before`` holds, in the order of the form.

    Classes are compared by their numbers, other rows by their places.
    """
    parts = [part for part in inputs_of(patch_of(kind, subsidy)) if part.name in before]
    return list(_parts(parts, before, after, "", ""))


def said(field: Input, value: object) -> str:
    """A value as people read it; empty where there is none."""
    if value is None or value == "":
        return ""
    if isinstance(value, Covered):
        return value.masked
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(said(field, each) for each in value)
    return dict(field.choices).get(str(value), str(value))


def change_of(where: str, label: str, field: Input, before: object, after: object) -> Change:
    """The change of one entry; two that look alike behind their masks are said to differ."""
    old, new = said(field, before), said(field, after)
    return Change(where, label, old, f"{new}（遮盖的部分已更改）" if old == new else new)


def _parts(
    fields: list[Input] | tuple[Input, ...], before: Any, after: Any, path: str, label: str
) -> Iterator[Change]:
    old, new = (data if isinstance(data, Mapping) else {} for data in (before, after))
    for field in fields:
        where, words = f"{path}{field.name}", f"{label} {field.label}".strip()
        one, other = old.get(field.name), new.get(field.name)
        if field.widget == "part":
            yield from _parts(field.inputs, one, other, f"{where}.", words)
        elif field.widget == "rows":
            yield from _rows(field, one, other, where, words)
        elif (one or None) != (other or None):
            yield change_of(where, words, field, one, other)


def _rows(field: Input, before: Any, after: Any, path: str, label: str) -> Iterator[Change]:
    old, new = _by_number(before), _by_number(after)
    for number in sorted({*old, *new}):
        place = list(new).index(number) if number in new else number - 1
        name = f"{label}{number}"
        if number not in new:
            yield Change(f"{path}.{place}", name, "有", "已删除")
            continue
        yield from _parts(field.inputs, old.get(number), new[number], f"{path}.{place}.", name)


def _by_number(rows: Any) -> dict[int, Any]:
    return {row.get("class_no") or place: row for place, row in enumerate(rows or [], start=1)}
