"""One year of the calendar: which days are off, which weekend days are worked, why, and by which notice.

The years with a notice stand in data/<year>.toml; each file holds the days of its own calendar year only.
"""

import datetime
import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Any, NamedTuple

SATURDAY = 5
NEW_YEAR = "元旦"
# The notice of a year reaches back into the December before it, and only for New Year.
YEAR_END = "岁末依次年通知："


class Named(NamedTuple):
    """A date and the festival it belongs to."""

    on: datetime.date
    festival: str


class Day(NamedTuple):
    """One day as the calendar sees it; `reason` is Chinese and never empty."""

    date: datetime.date
    working: bool
    reason: str
    provisional: bool


def is_weekend(day: datetime.date) -> bool:
    """Saturday or Sunday, whatever any notice says."""
    return day.weekday() >= SATURDAY


@dataclass(frozen=True)
class CalendarYear:
    """The days of one year that differ from the plain week, or belong to a festival.

    `days_off` may hold weekend days of a holiday; `workdays` holds weekend days only (调休上班).
    `provisional` means that no notice is out. Immutable, hashable; refuses what contradicts itself.
    """

    year: int
    days_off: tuple[Named, ...]
    workdays: tuple[Named, ...]
    sources: tuple[str, ...]
    provisional: bool = False

    def __post_init__(self) -> None:
        for field in ("days_off", "workdays"):
            object.__setattr__(self, field, tuple(sorted(Named(*pair) for pair in getattr(self, field))))
        for on, _ in (*self.days_off, *self.workdays):
            if on.year != self.year:
                raise ValueError(f"{on} 不属于 {self.year} 年")
        for on in self._off.keys() & self._work.keys():
            raise ValueError(f"{on} 既放假又上班")
        for on, _ in self.workdays:
            if not is_weekend(on):
                raise ValueError(f"{on} 不是周末，不能列为调休上班日")

    @cached_property
    def _off(self) -> dict[datetime.date, str]:
        return {named.on: named.festival for named in self.days_off}

    @cached_property
    def _work(self) -> dict[datetime.date, str]:
        return {named.on: named.festival for named in self.workdays}

    @cached_property
    def version(self) -> str:
        """Twelve hex digits over days and reasons: equal days give equal versions, whatever the source."""
        content = [
            self.year,
            self.provisional,
            [[on.isoformat(), festival] for on, festival in self.days_off],
            [[on.isoformat(), festival] for on, festival in self.workdays],
        ]
        return content_hash(content)

    @property
    def source(self) -> str:
        """The notices the days are taken from, for people to read."""
        return "；".join(self.sources)

    def day(self, date: datetime.date) -> Day:
        """That day of this year, with its reason (周末, 春节假期, 春节调休上班, 工作日)."""
        if date in self._off:
            return Day(date, False, f"{self._off[date]}假期", self.provisional)
        if date in self._work:
            return Day(date, True, f"{self._work[date]}调休上班", self.provisional)
        if is_weekend(date):
            return Day(date, False, "周末", self.provisional)
        return Day(date, True, "工作日", self.provisional)

    def days(self) -> list[Day]:
        """Every day of the year, in order."""
        first = datetime.date(self.year, 1, 1).toordinal()
        last = datetime.date(self.year, 12, 31).toordinal()
        return [self.day(datetime.date.fromordinal(ordinal)) for ordinal in range(first, last + 1)]

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON; `from_dict` gives back an equal year."""
        return {
            "year": self.year,
            "provisional": self.provisional,
            "sources": list(self.sources),
            "days_off": {on.isoformat(): festival for on, festival in self.days_off},
            "workdays": {on.isoformat(): festival for on, festival in self.workdays},
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "CalendarYear":
        """The year written by `as_dict`, or read from a file of data/. ValueError where days contradict."""
        return cls(
            year=content["year"],
            days_off=_named(content["days_off"]),
            workdays=_named(content["workdays"]),
            sources=tuple(content["sources"]),
            provisional=content.get("provisional", False),
        )


def content_hash(content: object) -> str:
    """A short fingerprint of plain values, stable across processes and machines."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _named(days: Mapping[str, str]) -> tuple[Named, ...]:
    return tuple(Named(datetime.date.fromisoformat(on), festival) for on, festival in days.items())


@cache
def packaged_years() -> tuple[CalendarYear, ...]:
    """Every year that comes with the product, in order."""
    folder = files("calendars").joinpath("data")
    names = sorted(entry.name for entry in folder.iterdir() if entry.name[:4].isdigit())
    return tuple(
        CalendarYear.from_dict(tomllib.loads(folder.joinpath(name).read_text(encoding="utf-8")))
        for name in names
    )
