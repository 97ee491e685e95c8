"""What a person may say about messages: which are read, and which come by e-mail too."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from workflow.form.fields import Typed, optional
from workflow.vocabulary import AlertKind

MOST_MARKED = 100
AlertId = Annotated[int, Field(strict=True, ge=1, le=2**63 - 1)]
Kind = Annotated[AlertKind, Field(strict=False)]


def _once(kinds: list[AlertKind]) -> list[AlertKind]:
    return [kind for kind in AlertKind if kind in kinds]


class ReadMark(Typed):
    """Which messages are read: some by their ids, or all of a kind (or of any) up to the newest one seen."""

    ids: Annotated[list[AlertId], Field(min_length=1, max_length=MOST_MARKED)] | None = optional("消息编号")
    until: AlertId | None = optional("到哪一条为止（含）")
    kind: Kind | None = optional("种类")


class MailChoice(Typed):
    """The kinds of message that come by e-mail too, and where to."""

    email: Annotated[str, Field(max_length=200)] | None = optional("电子邮箱")
    kinds: Annotated[list[Kind], AfterValidator(_once)] = Field(title="哪些消息同时发邮件")
