"""Several applications approved at once with one opinion."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator

from workflow.form.fields import Lines, Typed, asked, unique

MOST_APPROVED = 50


class SeenApplication(Typed):
    """An application as the reviewer saw it."""

    id: Annotated[int, Field(strict=True, ge=1, le=2**63 - 1)] = asked("申请")
    version: Annotated[int, Field(strict=True, ge=0, le=2**31 - 1)] = asked("申请版本")


class Approvals(Typed):
    """The opinion, and the applications for which it is given."""

    opinion: Lines = asked("审核意见")
    applications: Annotated[list[SeenApplication], Field(min_length=1, max_length=MOST_APPROVED)] = asked(
        "同意的申请"
    )

    @field_validator("applications")
    @classmethod
    def _each_once(cls, applications: list[SeenApplication]) -> list[SeenApplication]:
        return unique(applications, "id", message="重复：每件申请只列一次")
