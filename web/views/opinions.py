"""常用意见 in a form: a choice that stands for the opinion where none is typed; works without a script."""

from __future__ import annotations

from web.current import product, require_actor
from web.views.fields import Field
from workflow.services.opinions import common_opinions

NAME = "common_opinion"
_LONGEST_WORDS = 40


def opinion_choice(chosen: str = "", scope: str = "") -> Field:
    """The choice of the signed-in person; ``chosen`` is what was sent before."""
    options = [(each, _words(each)) for each in common_opinions(product(), actor=require_actor())]
    return Field(
        name=NAME,
        label="常用意见",
        widget="select",
        value=chosen,
        options=(("", "不使用常用意见"), *options),
        help="意见栏留空时，以所选的常用意见为准",
        scope=scope,
    )


def opinion_of(typed: str, chosen: str) -> str:
    """The opinion that was typed or, where none was, chosen."""
    return typed if typed.strip() else chosen


def _words(opinion: str) -> str:
    line = " ".join(opinion.split())
    return line if len(line) <= _LONGEST_WORDS else f"{line[:_LONGEST_WORDS]}…"
