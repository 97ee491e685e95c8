"""One value of a policy file with its ground, and everything that is wrong with a file, collected."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NoReturn, TypeVar

from workflow.policy.model import Fault, PolicyError

MONEY = r"[1-9][0-9]{0,6}\.[0-9]{2}"
_DOCUMENT_NUMBER = re.compile(r"[^\s、，；（]*〔\d{4}〕\d+号")

Choice = TypeVar("Choice", bound=StrEnum)


class Faults:
    """What was found wrong so far: ``with faults:`` one value that is wrong does not hide the next."""

    def __init__(self) -> None:
        self.found: list[Fault] = []

    def add(self, path: str, what: str) -> None:
        """One more."""
        self.found.append(Fault(path, what))

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> bool:
        """Keeps what a value is refused for; the reading goes on behind it."""
        if not isinstance(error, PolicyError) or not error.faults:
            return False
        self.found += error.faults
        return True

    def settle(self) -> None:
        """Raises ``PolicyError`` with everything that was found."""
        if self.found:
            raise PolicyError(faults=self.found)


@dataclass(frozen=True, slots=True)
class Cited:
    """One value with its ground and its further keys; ``path`` names it in messages."""

    path: str
    value: object
    source: str
    local: bool
    note: str
    further: Mapping[str, object]

    @property
    def name(self) -> str:
        """Its key inside its table."""
        return self.path.partition(".")[2]

    @property
    def title(self) -> str:
        """What people call it; empty where the file does not say."""
        return str(self.further.get("title", ""))

    @property
    def shown_source(self) -> str:
        """The clause, or 本地 with the document it follows."""
        if not self.local:
            return self.source
        return f"本地（参照{self.source}）" if self.source else "本地"

    def fault(self, what: str) -> NoReturn:
        """Refuse this value, naming it."""
        raise PolicyError(faults=[Fault(self.path, what)])

    def whole(self, low: int, high: int) -> int:
        """The value as a whole number between the bounds."""
        return self._whole(self.value, "", low, high)

    def flag(self) -> bool:
        """The value as true or false."""
        if not isinstance(self.value, bool):
            self.fault(f"须为 true 或 false，现为 {self.value!r}")
        return self.value

    def text(self, pattern: str = r"\S(.*\S)?") -> str:
        """The value as text of the given shape."""
        if not isinstance(self.value, str) or not re.fullmatch(pattern, self.value):
            self.fault(f"文本格式不对，现为 {self.value!r}")
        return self.value

    def fen(self) -> int:
        """The value, written in yuan with two decimals, in fen."""
        yuan, fen = self.text(MONEY).split(".")
        return int(yuan + fen)

    def choice(self, words: type[Choice], value: object) -> Choice:
        """One of a list of words."""
        if not isinstance(value, str) or value not in list(words):
            self.fault(f"{value!r} 不是可用的值（{'、'.join(words)}）")
        return words(value)

    def choices(self, words: type[Choice], values: object) -> tuple[Choice, ...]:
        """Several different ones of a list of words."""
        if not isinstance(values, list) or not values:
            self.fault(f"须为非空列表，现为 {values!r}")
        chosen = tuple(self.choice(words, value) for value in values)
        if len(set(chosen)) != len(chosen):
            self.fault(f"列表中有重复，现为 {values!r}")
        return chosen

    def further_text(self, name: str) -> str:
        """A further key that must be non-empty text."""
        value = self.further.get(name)
        if not isinstance(value, str) or not value.strip():
            self.fault(f"缺少 {name}" if value is None else f"{name} 须为文字，现为 {value!r}")
        return value

    def further_whole(self, name: str, low: int, high: int) -> int:
        """A further key that must be a whole number between the bounds."""
        return self._whole(self.further.get(name), name + " ", low, high)

    def only(self, *names: str) -> None:
        """Refuse further keys that nobody reads: they are misspellings."""
        for name in self.further:
            if name not in names:
                self.fault(f"不认识的键 {name}")

    def check_ground(self, documents: Sequence[str]) -> None:
        """A clause is one of the policy's own documents; what follows another city's is 本地."""
        if self.local:
            return
        numbers = _DOCUMENT_NUMBER.findall(self.source)
        if not self.source.startswith(tuple(documents)) or any(one not in documents for one in numbers):
            self.fault(
                f"出处“{self.source}”不在本政策的依据文件（{'、'.join(documents)}）之中；"
                "参照其他文件的须标明本地（local = true）"
            )

    def _whole(self, value: object, name: str, low: int, high: int) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            self.fault(f"{name}须为{low}至{high}的整数，现为 {value!r}")
        return value


def cite(path: str, raw: object) -> Cited:
    """One leaf of the data, with its ground checked."""
    if not isinstance(raw, Mapping) or "value" not in raw:
        raise PolicyError(faults=[Fault(path, "缺少 value")])
    local = raw.get("local", False)
    source, note = raw.get("source", ""), raw.get("note", "")
    further = {name: raw[name] for name in raw if name not in {"value", "source", "local", "note"}}
    what = ""
    if not isinstance(local, bool) or not isinstance(source, str) or not isinstance(note, str):
        what = "source、note 须为文本，local 须为 true 或 false"
    elif not local and not source.strip():
        what = "没有出处（source），也没有标明本地（local = true）"
    elif local and not note.strip():
        what = "标明本地而没有说明（note）"
    if what:
        raise PolicyError(faults=[Fault(path, what)])
    return Cited(path, raw["value"], source.strip(), local, note.strip(), further)
