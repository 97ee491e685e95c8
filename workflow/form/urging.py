"""What a person who urges (催办) may say."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from workflow.form.fields import Line, Typed, optional


class Urging(Typed):
    """Why it is urgent; read by those who are reminded, and kept in the trail."""

    reason: Annotated[Line, Field(max_length=100)] | None = optional("催办事由", help="最多100个字，可以不填")
