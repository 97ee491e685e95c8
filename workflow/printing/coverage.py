"""Which characters a font has (its cmap, OpenType format 12), so that none is printed as an empty box.

Names hold rare characters; one that no font has is printed by its code, such as 〔U+323B0〕, to be added by
hand. The typesetter itself says nothing of what it cannot draw.
"""

from __future__ import annotations

import struct
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

_ALWAYS = {"\n", "\u3000", " "}
# They choose a form of the character before them, and are looked up with it.
_SELECTORS = ((0xFE00, 0xFE0F), (0xE0100, 0xE01EF))


def characters_of(path: Path, index: int) -> list[tuple[int, int]]:
    """The ranges of code points that a font of a file has, in order; none of a font without such a table."""
    content = path.read_bytes()
    start = struct.unpack_from(">I", content, 12 + 4 * index)[0] if content[:4] == b"ttcf" else 0
    (count,) = struct.unpack_from(">H", content, start + 4)
    records = (struct.unpack_from(">4sIII", content, start + 12 + 16 * place) for place in range(count))
    cmap = next((offset for tag, _, offset, _ in records if tag == b"cmap"), None)
    if cmap is None:
        return []
    (count,) = struct.unpack_from(">H", content, cmap + 2)
    for place in range(count):
        (offset,) = struct.unpack_from(">I", content, cmap + 8 + 8 * place)
        form, _, _, _, groups = struct.unpack_from(">HHIII", content, cmap + offset)
        if form == 12:
            body = content[cmap + offset + 16 : cmap + offset + 16 + 12 * groups]
            return [(first, last) for first, last, _ in struct.iter_unpack(">III", body)]
    return []


def marker_of(fonts: Iterable[list[tuple[int, int]]]) -> Callable[[str], str]:
    """A function that gives back a text, with every character by its code that no font has or nobody sees."""
    ranges = sorted([*(pair for each in fonts for pair in each), *_SELECTORS])
    merged: list[tuple[int, int]] = []
    for first, last in ranges:
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    firsts = [first for first, _ in merged]

    def there(sign: str) -> bool:
        # What is not seen (soft hyphens, changes of direction) would still change how the page is read.
        if unicodedata.category(sign) in {"Cc", "Cf"}:
            return False
        place = bisect_right(firsts, ord(sign)) - 1
        return place >= 0 and ord(sign) <= merged[place][1]

    def mark(text: str) -> str:
        missing = {sign for sign in set(text) - _ALWAYS if not there(sign)}
        return text.translate({ord(sign): f"〔U+{ord(sign):04X}〕" for sign in missing}) if missing else text

    return mark


def marked(value: Any, mark: Callable[[str], str]) -> Any:
    """``value`` with ``mark`` done to every text in it."""
    if isinstance(value, str):
        return mark(value)
    if isinstance(value, dict):
        return {key: marked(inner, mark) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [marked(inner, mark) for inner in value]
    return value
