"""Files as people and others send them: sound ones, and JPEG from its segments up."""

from __future__ import annotations

import struct
import zlib

from workflow.demonstration.papers import page, picture

PDF = page("承诺书")
PNG = picture(32, 20)


def segment(marker: int, data: bytes) -> bytes:
    """One segment of a JPEG."""
    return bytes((0xFF, marker)) + struct.pack(">H", len(data) + 2) + data


def exif(*, with_location: bool, order: str = "<") -> bytes:
    """An Exif block whose first directory has two entries, one of which may point to a place on earth."""
    mark = b"II*\x00" if order == "<" else b"MM\x00*"
    tags = (0x010F, 0x8825 if with_location else 0x8769)
    entries = b"".join(struct.pack(f"{order}HHII", tag, 4, 1, 0) for tag in tags)
    return mark + struct.pack(f"{order}IH", 8, len(tags)) + entries + b"\0\0\0\0"


def jpeg(width: int = 64, height: int = 48, *, location: bool = False, order: str = "<") -> bytes:
    """A JPEG with one scan; what it shows is noise."""
    frame = struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00"
    return (
        b"\xff\xd8"
        + segment(0xE1, b"Exif\x00\x00" + exif(with_location=location, order=order))
        + segment(0xC0, frame)
        + segment(0xDA, b"\x01\x01\x00\x00\x3f\x00")
        + b"\x12\x34\xff\x00\x56\xff\xd0\x78\x9a"
        + b"\xff\xd9"
    )


JPEG = jpeg()


def pdf_with(words: bytes) -> bytes:
    """The page with something more in its catalogue."""
    return PDF.replace(b"/Type /Catalog", b"/Type /Catalog " + words)


def pdf_with_packed(words: bytes) -> bytes:
    """The page with the same inside packed objects."""
    packed = zlib.compress(b"10 0 << " + words + b" >>")
    stream = b"9 0 obj\n<< /Type /ObjStm /N 1 /First 5 /Length %d >>\nstream\n" % len(packed)
    return PDF.replace(b"xref\n0", stream + packed + b"\nendstream\nendobj\nxref\n0", 1)
