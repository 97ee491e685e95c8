"""Papers and photographs for the demonstration, drawn in code: a page as PDF, a picture as PNG."""

from __future__ import annotations

import struct
import zlib


def page(title: str, lines: tuple[str, ...] = ()) -> bytes:
    """A page of A4 with these words and a red ring where the seal stands; any viewer has the Chinese font."""
    drawn = [b"BT /F1 20 Tf 72 760 Td", _shown(title), b"/F1 12 Tf"]
    for line in lines:
        drawn += [b"0 -26 Td", _shown(line)]
    drawn += [b"ET 0.8 0.1 0.1 RG 3 w", _RING, b"S"]
    content = b"\n".join(drawn)
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H"
        b" /DescendantFonts [6 0 R] >>",
        b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /DW 1000"
        b" /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> >>",
    )
    written, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, start=1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\n" % (len(objects) + 1)
    return written + head + table + trailer + b"startxref\n%d\n%%%%EOF\n" % len(written)


# A circle of four curves around (440, 160).
_RING = (
    b"500 160 m 500 193 473 220 440 220 c 407 220 380 193 380 160 c"
    b" 380 127 407 100 440 100 c 473 100 500 127 500 160 c"
)


def _shown(words: str) -> bytes:
    return b"<%s> Tj" % words.encode("utf-16-be").hex().encode()


def picture(width: int = 640, height: int = 400, shade: int = 0) -> bytes:
    """A classroom as a child would draw it; ``shade`` tells two of them apart."""
    wall, table, floor = bytes((225, 230, 215 - shade)), b"\x96\x69\x3c", b"\xb4\xb4\xaf"
    with_tables = b"".join(table if (x // 60) % 2 == 0 else floor for x in range(width))
    rows = b"".join(
        b"\0" + (wall * width if y < height * 2 // 5 else floor * width if (y // 40) % 2 else with_tables)
        for y in range(height)
    )
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        + _chunk(b"IDAT", zlib.compress(rows))
        + _chunk(b"IEND", b"")
    )


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
