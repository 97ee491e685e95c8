"""Personal data on the form: sealed before it is stored, opened only where a step needs it in clear.

A sealed field stands on the stored form as ``{"sealed": …, "masked": …}``; whoever only looks gets the mask.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workflow.form.masking import MASKS
from workflow.sealing import KeyRing, key_of, seal, unseal

_SEALED_FIELDS: dict[str, dict[str, str]] = {
    "applicant": {"bank_account": "account", "contact_phone": "phone", "id_number": "identity"},
}


def seal_part(name: str, part: dict[str, Any], *, keys: KeyRing) -> dict[str, Any]:
    """The part of the form with its personal fields sealed; ready to be stored."""
    sealed = dict(part)
    for field, mask in _SEALED_FIELDS.get(name, {}).items():
        clear = part.get(field)
        if isinstance(clear, str):
            sealed[field] = sealed_value(clear, mask, keys=keys)
    return sealed


def sealed_value(clear: str, mask: str, *, keys: KeyRing) -> dict[str, str]:
    """One value, sealed, with its mask beside it."""
    return {"sealed": seal(clear, keys=keys), "masked": MASKS[mask](clear)}


def open_form(form: dict[str, Any], *, keys: KeyRing) -> dict[str, Any]:
    """The form in clear, for the checks of a submission; never stored, never answered."""
    opened: dict[str, Any] = map_sealed(form, lambda value: unseal(value["sealed"], keys=keys))
    return opened


def reseal_form(form: dict[str, Any], *, keys: KeyRing) -> dict[str, Any]:
    """The same form with what lies under another key sealed anew under the current one."""

    def anew(value: dict[str, str]) -> dict[str, str]:
        if key_of(value["sealed"]) == keys.name:
            return value
        return value | {"sealed": seal(unseal(value["sealed"], keys=keys), keys=keys)}

    resealed: dict[str, Any] = map_sealed(form, anew)
    return resealed


def masked_form(form: dict[str, Any]) -> dict[str, Any]:
    """The form as people see it: masks instead of sealed values, names instead of account numbers."""
    masked: dict[str, Any] = map_sealed(form, lambda value: value["masked"])
    return masked


def keep_masked(name: str, part: dict[str, Any], stored: dict[str, Any], *, keys: KeyRing) -> dict[str, Any]:
    """A part that comes back with masks where nothing was retyped, with those values opened again."""
    kept = dict(part)
    for field in _SEALED_FIELDS.get(name, {}):
        before = stored.get(field)
        if isinstance(before, dict) and part.get(field) == before["masked"]:
            kept[field] = unseal(before["sealed"], keys=keys)
    return kept


def map_sealed(value: Any, reveal: Callable[[dict[str, str]], Any]) -> Any:
    """The same document with every sealed value as ``reveal`` makes it."""
    if isinstance(value, dict):
        if "sealed" in value and "masked" in value:
            return reveal(value)
        return {key: map_sealed(inner, reveal) for key, inner in value.items()}
    if isinstance(value, list):
        return [map_sealed(inner, reveal) for inner in value]
    return value
