"""The fonts of the official form: a Song face (宋体) under an open licence, from a folder of its own.

Looked for where Debian's ``fonts-noto-cjk`` and its like put it, or in ``SUBSIDY_FONT_PATH``. Without one
nothing is printed: boxes in place of characters would be worse.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from typst import Fonts

from workflow.errors import Unavailable

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


def find_fonts(folder: str = "") -> tuple[Fonts, tuple[str, ...]]:
    """The fonts and the families among them to print with, the best first; raises ``FontsMissing``.

    ``folder`` is where alone to look, empty for the usual places.
    """
    return _find((folder,) if folder else FOLDERS)


@lru_cache(maxsize=4)
def _find(folders: tuple[str, ...]) -> tuple[Fonts, tuple[str, ...]]:
    there = [folder for folder in folders if Path(folder).is_dir()]
    # Neither the system's fonts nor the typesetter's own: the same form looks the same everywhere.
    fonts = Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=there)
    known = set(fonts.families())
    families = tuple(family for family in FAMILIES if family in known)
    if not families:
        # Raised, hence not remembered: an administrator may install one meanwhile.
        raise FontsMissing
    return fonts, families
