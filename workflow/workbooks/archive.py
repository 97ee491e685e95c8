"""Inside the child: whether a zip file is a workbook that may be read, and its parts, within bounds."""

from __future__ import annotations

import io
import posixpath
import zipfile

from workflow.workbooks.child import BROKEN
from workflow.workbooks.errors import UnreadableWorkbook
from workflow.workbooks.kinds import LOCKED, SAVE_AS
from workflow.workbooks.limits import MOST_ENTRIES, MOST_UNZIPPED, MOST_UNZIPPED_PART
from workflow.workbooks.markup import Attributes, go_over

_TOO_LARGE = "文件解压后过大，请把内容复制到新下载的模板中再上传"
_MACROS = "工作簿含有宏，不能接收，请另存为不含宏的“Excel 工作簿（.xlsx）”后再上传"
# What else comes as a zip file, by a part that it has.
_OTHERS = (
    ("xl/workbook.bin", "二进制工作簿（.xlsb）"),
    ("word/document.xml", " Word 文档"),
    ("ppt/presentation.xml", "演示文稿"),
    ("content.xml", " OpenDocument 文件"),
)


class Archive:
    """The parts of a workbook by name; ``workbook`` is the name of the first. Nothing is unzipped unasked.

    Raises ``UnreadableWorkbook`` for whatever is no workbook, or one that may not be read.
    """

    def __init__(self, content: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as fault:
            raise UnreadableWorkbook("文件不完整或已损坏，请重新保存后再上传") from fault
        entries = self._zip.infolist()
        if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > MOST_UNZIPPED:
            raise UnreadableWorkbook(_TOO_LARGE)
        self._entries = {_plain(entry.filename): entry for entry in entries}
        if any(entry.flag_bits & 1 for entry in entries):
            raise UnreadableWorkbook(LOCKED)
        # Of two parts of one name, programs differ in which they read; Excel writes neither.
        packed = {entry.compress_type for entry in entries}
        if len(self._entries) < len(entries) or not packed <= {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise UnreadableWorkbook(BROKEN)
        if any(name.endswith("vbaproject.bin") or "/macrosheets/" in name for name in self._entries):
            raise UnreadableWorkbook(_MACROS)
        if b"macroenabled" in self.part("[Content_Types].xml").lower():
            raise UnreadableWorkbook(_MACROS)
        named = (target for kind, target in self.relations("").values() if kind == "officeDocument")
        self.workbook = next((name for name in named if self.has(name)), "")
        if not self.workbook or any(self.has(name) for name, _ in _OTHERS):
            raise UnreadableWorkbook(f"不是 XLSX 文件，{self._something_else()}{SAVE_AS}")

    def has(self, name: str) -> bool:
        """Whether there is such a part."""
        return _plain(name) in self._entries

    def part(self, name: str) -> bytes:
        """A part, unzipped; empty where there is none."""
        entry = self._entries.get(_plain(name))
        if entry is None:
            return b""
        if entry.file_size > MOST_UNZIPPED_PART:
            raise UnreadableWorkbook(_TOO_LARGE)
        with self._zip.open(entry) as part:
            # Never more than was declared: the size may be a lie.
            return part.read(entry.file_size + 1)

    def relations(self, name: str) -> dict[str, tuple[str, str]]:
        """What a part ("": the whole) refers to inside the file, by id: the kind and the name of the part."""
        folder, file = posixpath.split(name)
        found: dict[str, tuple[str, str]] = {}

        def start(tag: str, given: Attributes) -> None:
            # What lies outside the file is never followed.
            if tag == "Relationship" and given.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, given.get("Target", "")))
                kind = given.get("Type", "").rpartition("/")[2]
                found[given.get("Id", "")] = (kind, target.lstrip("/"))

        relations = self.part(posixpath.join(folder, "_rels", f"{file}.rels"))
        if relations:
            go_over(relations, start)
        return found

    def _something_else(self) -> str:
        for name, label in _OTHERS:
            if self.has(name):
                return f"是{label}，"
        return "" if self.has("[Content_Types].xml") else "是压缩包，请解压后上传其中的工作簿；或者"


def _plain(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").casefold()
