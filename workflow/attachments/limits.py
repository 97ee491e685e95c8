"""How much may be uploaded. All are the product's own limits, not a policy's."""

from __future__ import annotations

MEGABYTE = 1024 * 1024
MOST_BYTES = 10 * MEGABYTE
"""Of one file."""
MOST_BYTES_AT_ONCE = 30 * MEGABYTE
"""Of all files of one request; they are held in memory, since nothing may lie on a disk in clear."""
MOST_BYTES_OF_APPLICATION = 300 * MEGABYTE
MOST_FILES_OF_APPLICATION = 200
MOST_FILES_AT_ONCE = 20
MOST_SIDE, MOST_PIXELS = 20_000, 100_000_000
"""Of a picture: A3 at 600 dpi has 70 million. What unfolds to more would choke the reader's browser."""


def megabytes(count: int) -> str:
    """A size as people read it: 10 MB, 0.4 MB, 12 KB."""
    if count < MEGABYTE // 10:
        return f"{max(1, round(count / 1024))} KB"
    written = f"{count / MEGABYTE:.1f}".removesuffix(".0")
    return f"{written} MB"
