"""How occupations are compared: by code (职业分类大典), by name, by the level of a certificate."""

from __future__ import annotations

from workflow.form.fields import compact
from workflow.policy.model import LEVELLED_KINDS

# 大类-中类-小类(-职业): the class that an occupation belongs to is its 小类, such as 6-18-01 of 6-18-01-01.
_GROUPS_OF_A_CLASS = 3
# A single sign such as 工 is part of nearly every name.
_SHORTEST_NAME = 2


def code_of(written: object) -> str:
    """An occupation code as it is compared: 06-18-01-01 is 6-18-01-01."""
    return str(compact(written or "")).lstrip("0")


def class_of_code(code: object) -> str:
    """The 小类 of an occupation code; empty where there is no code."""
    return "-".join(code_of(code).split("-")[:_GROUPS_OF_A_CLASS])


def names_alike(one: object, other: object) -> bool:
    """Whether two names of occupations, posts or majors are the same, or one contains the other."""
    names = sorted((str(compact(one or "")), str(compact(other or ""))), key=len)
    return len(names[0]) >= _SHORTEST_NAME and names[0] in names[1]


def awarded_level(kind: object, level: int | None) -> int | None:
    """The level that a certificate of this kind states; some kinds have none, whatever was typed."""
    return level if kind in LEVELLED_KINDS else None


def level_text(level: int | None) -> str:
    """The level behind an occupation's name, such as 4级."""
    return f"{level}级" if level else ""
