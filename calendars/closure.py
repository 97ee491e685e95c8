"""A local closure: days on which the offices of one region stand still by order of an authority."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, order=True)
class Closure:
    """The days, one region's own, with who ordered it, in which document, and why (暴雨停工 and the like).

    ``days`` are in order and distinct; a day that is off anyhow keeps its own reason. ValueError for none.
    """

    region: str
    days: tuple[datetime.date, ...]
    authority: str
    document_number: str
    reason: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "days", tuple(sorted(set(self.days))))
        if not self.days:
            raise ValueError("停办须至少一天")

    @property
    def label(self) -> str:
        """The reason of such a day, for people to read."""
        return f"本地停办：{self.reason}（{self.authority}{self.document_number}）"

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON; `from_dict` gives back an equal closure."""
        return {
            "region": self.region,
            "days": [on.isoformat() for on in self.days],
            "authority": self.authority,
            "document_number": self.document_number,
            "reason": self.reason,
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "Closure":
        """The closure written by `as_dict`."""
        return cls(
            region=content["region"],
            days=tuple(datetime.date.fromisoformat(on) for on in content["days"]),
            authority=content["authority"],
            document_number=content["document_number"],
            reason=content["reason"],
        )
