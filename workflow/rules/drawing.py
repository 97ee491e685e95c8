"""双随机: the order of a lot, made of its seed alone, so that anybody can make it again.

Every name gets the SM3 digest of the seed and the name; the smallest digest comes first. The order of the
names as they are given, or as a database happens to answer them, makes no difference. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable

from workflow.sealing import sm3

ALGORITHM = "sm3-1"
"""Under this name a draw says how it was ranked; another way of ranking gets another name."""


def lot(seed: str, announced: str | None) -> str:
    """The seed with the number that was made known in public mixed in, where there is one."""
    return f"{seed}|{announced or ''}"


def class_name(number: str, class_no: int) -> str:
    """What a class is called in the lot: the number of its application, and its own."""
    return f"class|{number}|{class_no}"


def inspector_name(number: str, class_no: int, login: str) -> str:
    """What an inspector is called in the lot for one class: each class has its own order."""
    return f"inspector|{number}|{class_no}|{login}"


def digest(lot_text: str, name: str) -> str:
    """By what a name is ranked."""
    return sm3(f"{lot_text}|{name}")


def ranked(lot_text: str, names: Iterable[str]) -> list[str]:
    """The names in the order of the lot; each once."""
    return sorted(set(names), key=lambda name: (digest(lot_text, name), name))
