"""From a sheet to a PDF, by typst. The sheet goes in as data and is never read as markup."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import cast

import orjson
from typst import Compiler

from workflow.printing.cells import Sheet
from workflow.printing.coverage import marked
from workflow.printing.fonts import find_fonts

_ROOM = Path(__file__).parent
_TEMPLATE = _ROOM / "official_form.typ"
# The moment of making is no part of a form: the same sheet is the same file, byte for byte.
_MADE_AT = 0


def typeset(sheet: Sheet, *, font_path: str = "") -> bytes:
    """The PDF; the same sheet gives the same bytes. Raises ``FontsMissing``."""
    return cast(bytes, _compiler(sheet, font_path).compile(format="pdf", timestamp=_MADE_AT))


def draw(sheet: Sheet, *, dots_per_inch: int = 110) -> list[bytes]:
    """The pages as PNG pictures, to be looked at. Raises ``FontsMissing``."""
    pages = _compiler(sheet, "").compile(format="png", ppi=dots_per_inch)
    return pages if isinstance(pages, list) else [cast(bytes, pages)]


def _compiler(sheet: Sheet, font_path: str) -> Compiler:
    face = find_fonts(font_path)
    data = {"fonts": face.families, **marked(asdict(sheet), face.mark)}
    return Compiler(
        _TEMPLATE, root=_ROOM, font_paths=face.fonts, sys_inputs={"sheet": orjson.dumps(data).decode()}
    )
