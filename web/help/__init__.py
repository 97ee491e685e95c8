"""The help of each page: what it is for, what happens next and by which rule; words in ``pages.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Help:
    """What a page says of itself: what it is for, what comes next, and the rule behind it."""

    about: str
    next: str
    rule: str


def _read() -> dict[str, Help]:
    words = tomllib.loads(files(__name__).joinpath("pages.toml").read_text(encoding="utf-8"))
    return {name: Help(**each) for name, each in words.items()}


HELP = _read()
"""By blueprint, or by endpoint where a page says more than the others of its blueprint."""


def help_of(endpoint: str | None) -> Help | None:
    """The help of an endpoint; None where nothing is served."""
    if endpoint is None:
        return None
    return HELP.get(endpoint) or HELP.get(endpoint.partition(".")[0])
