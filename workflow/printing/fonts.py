"""The fonts of the official form: a Song face (宋体) under an open licence, from a folder of its own.

Looked for where Debian's ``fonts-noto-cjk`` and its like put it, or in ``SUBSIDY_FONT_PATH``. Without one
nothing is printed: boxes in place of characters would be worse.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from typst import Fonts

from workflow.errors import Unavailable
from workflow.printing.coverage import characters_of, marker_of

FAMILIES = (
    "Noto Serif CJK SC",
    "Noto Serif SC",
    "Source Han Serif SC",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
)
"""In the order in which they are liked; the last ones are no Song, but complete."""
FOLDERS = (
    "/usr/share/fonts/opentype/noto",
    "/usr/share/fonts/opentype/noto-cjk",
    "/usr/share/fonts/noto-cjk",
    "/usr/share/fonts/google-noto-serif-cjk-fonts",
    "/usr/share/fonts/adobe-source-han-serif",
    "/usr/local/share/fonts",
)
PACKAGE = "fonts-noto-cjk"


class FontsMissing(Unavailable):
    """There is no font with which Chinese can be printed."""

    title = "缺少中文字体"

    def __init__(self) -> None:
        super().__init__(
            f"服务器没有安装可用于打印的中文字体，无法生成正式表格。请管理员安装软件包 {PACKAGE}"
            "（Debian、Ubuntu：apt-get install fonts-noto-cjk），或者用环境变量 SUBSIDY_FONT_PATH "
            "指明思源宋体（Noto Serif CJK）所在的目录，然后重试。"
            "在此之前，可以用申请页面上的“打印申请表”由浏览器打印。"
        )


class Face(NamedTuple):
    """The fonts, their families, the best first, and what marks a character that they lack."""

    fonts: Fonts
    families: tuple[str, ...]
    mark: Callable[[str], str]


def find_fonts(folder: str = "") -> Face:
    """The fonts to print with; raises ``FontsMissing``.

    ``folder`` is where alone to look, empty for the usual places.
    """
    return _find((folder,) if folder else FOLDERS)


@lru_cache(maxsize=4)
def _find(folders: tuple[str, ...]) -> Face:
    there = [folder for folder in folders if Path(folder).is_dir()]
    # Neither the system's fonts nor the typesetter's own: the same form looks the same everywhere.
    fonts = Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=there)
    regular = {each.family: each for each in fonts.fonts() if each.weight == 400 and each.path}
    families = tuple(family for family in FAMILIES if family in regular)
    if not families:
        # Raised, hence not remembered: an administrator may install one meanwhile.
        raise FontsMissing
    faces = [regular[family] for family in families]
    mark = marker_of(characters_of(Path(str(face.path)), face.index) for face in faces)
    return Face(fonts, families, mark)
