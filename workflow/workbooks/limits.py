"""How much of a workbook is read, and what reading it may cost.

A roster of 10,000 rows is half a megabyte, unzips to six, and takes a child 0.5 s and 60 MB. A workbook that
is made to cost more is stopped by what it holds, or else by the clock of the processor and the memory.
"""

from __future__ import annotations

from typing import Final

MEGABYTE: Final = 1024 * 1024

# Of the file.
MOST_BYTES: Final = 5 * MEGABYTE
MOST_ENTRIES: Final = 1_000
MOST_UNZIPPED: Final = 64 * MEGABYTE
MOST_UNZIPPED_PART: Final = 32 * MEGABYTE
MOST_STRINGS: Final = 650_000
MOST_MERGED: Final = 50_000

# Of the sheet. Columns further to the right are looked at only for whether the header goes on there.
MOST_ROWS: Final = 10_000
MOST_COLUMNS: Final = 60
LAST_ROW: Final = 1_048_576
LAST_COLUMN: Final = 16_384
MOST_CELL_CHARACTERS: Final = 1_000
MOST_CHARACTERS: Final = 8_000_000

# Of the child. The processor's time counts, not the clock on the wall, so that a busy server refuses nobody;
# the wall is for a child that hangs.
READING_SECONDS: Final = 1.5
MARKING_SECONDS: Final = 10.0
WALL_SECONDS: Final = 30.0
MOST_MEMORY: Final = 160 * MEGABYTE
MOST_ANSWER: Final = 64 * MEGABYTE
