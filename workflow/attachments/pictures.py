"""JPEG and PNG, walked through segment by segment; nothing is decoded.

What a camera writes behind the end of a JPEG (a second picture, a short film) is left alone; a PNG ends with
its last chunk.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from typing import Literal

from workflow.attachments.errors import Unacceptable


@dataclass(frozen=True, slots=True)
class Picture:
    """How large it is in pixels, and whether it tells where it was taken."""

    width: int
    height: int
    has_location: bool


_TRUNCATED = "的内容不完整（可能没有传完），请重新选择原文件上传"
_DAMAGED = "的图片结构有误，文件已损坏，请重新拍照或者扫描"

_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD8)})
_SCAN, _END, _APP1 = 0xDA, 0xD9, 0xE1
# Fill bytes among them; a photograph has some dozens.
_MOST_MARKERS = 50_000
# The next marker in entropy-coded data, where FF is followed by 00 and restarts count no segment.
_MARKER = re.compile(rb"\xff+([^\x00\xd0-\xd7\xff])")


def read_jpeg(content: bytes) -> Picture:
    """Raises ``Unacceptable`` where it is cut off, or is no JPEG behind its first bytes."""
    place, size, has_location, scanned = 2, (0, 0), False, False
    for _ in range(_MOST_MARKERS):
        if place + 2 > len(content):
            raise Unacceptable(_TRUNCATED)
        if content[place] != 0xFF:
            raise Unacceptable(_DAMAGED)
        marker = content[place + 1]
        if marker == 0xFF:
            place += 1
            continue
        place += 2
        if marker == _END:
            break
        if marker in _STANDALONE:
            continue
        length = int.from_bytes(content[place : place + 2], "big")
        segment = content[place + 2 : place + length]
        if length < 2:
            raise Unacceptable(_DAMAGED)
        if place + length > len(content):
            raise Unacceptable(_TRUNCATED)
        if marker in _FRAMES and len(segment) >= 5:
            size = int.from_bytes(segment[3:5], "big"), int.from_bytes(segment[1:3], "big")
        elif marker == _APP1 and segment.startswith(b"Exif\x00\x00"):
            has_location = has_location or exif_has_location(segment[6:])
        place += length
        if marker == _SCAN:
            scanned = True
            found = _MARKER.search(content, place)
            if found is None:
                raise Unacceptable(_TRUNCATED)
            place = found.start()
    else:
        raise Unacceptable(_DAMAGED)
    if not scanned:
        raise Unacceptable(_DAMAGED)
    return Picture(*size, has_location)


def read_png(content: bytes) -> Picture:
    """Raises ``Unacceptable`` where it is cut off, altered, or goes on behind its end."""
    place, size, has_location, drawn = 8, (0, 0), False, False
    first = True
    while True:
        length, name = int.from_bytes(content[place : place + 4], "big"), content[place + 4 : place + 8]
        end = place + 12 + length
        if end > len(content):
            raise Unacceptable(_TRUNCATED)
        data = content[place + 8 : end - 4]
        if zlib.crc32(name + data) != int.from_bytes(content[end - 4 : end], "big"):
            raise Unacceptable(_DAMAGED)
        if first != (name == b"IHDR") or (first and length != 13):
            raise Unacceptable(_DAMAGED)
        if first:
            size = int.from_bytes(data[:4], "big"), int.from_bytes(data[4:8], "big")
        elif name == b"eXIf":
            has_location = exif_has_location(data)
        drawn = drawn or name == b"IDAT"
        first, place = False, end
        if name == b"IEND":
            break
    if not drawn:
        raise Unacceptable(_DAMAGED)
    if place != len(content):
        raise Unacceptable("的图片结尾之后还有其他内容，不能接收；请重新拍照或者扫描")
    return Picture(*size, has_location)


_GPS, _ENTRY_BYTES = 0x8825, 12


def exif_has_location(exif: bytes) -> bool:
    """Whether the first directory of an Exif block (TIFF) points to one with a place on earth."""
    orders: dict[bytes, Literal["little", "big"]] = {b"II*\x00": "little", b"MM\x00*": "big"}
    order = orders.get(exif[:4])
    if order is None:
        return False
    start = int.from_bytes(exif[4:8], order)
    count = int.from_bytes(exif[start : start + 2], order)
    tags = range(start + 2, min(start + 2 + count * _ENTRY_BYTES, len(exif)), _ENTRY_BYTES)
    return any(int.from_bytes(exif[tag : tag + 2], order) == _GPS for tag in tags)
