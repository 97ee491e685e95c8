"""PDF by its outer structure, and what in it would do more than show pages."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

from workflow.attachments.errors import Unacceptable

_HEADER = re.compile(rb"%PDF-[12]\.[0-9]")
# Where readers begin: the last cross-reference, then the end, then nothing but blanks.
_TAIL = re.compile(rb"startxref\s+(\d{1,10})\s+%%EOF[\s\x00]*\Z")
_TAIL_BYTES = 2048
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_PACKED, _STREAM, _DICTIONARY_BYTES = b"/ObjStm", re.compile(rb"stream\r?\n"), 400
_PAGE = re.compile(rb"/Pages?\b")
# What all packed objects together may unfold to; a few hundred objects lie in each of them.
_MOST_UNFOLDED, _MOST_PACKED = 20_000_000, 5_000
_REFUSED: dict[bytes, str] = {
    b"/Encrypt": "设有密码或者加密",
    b"/JavaScript": "含有脚本",
    b"/Launch": "含有启动其他程序的动作",
    b"/EmbeddedFile": "夹带了其他文件",
    b"/RichMedia": "含有音视频等富媒体",
}


def check_pdf(content: bytes) -> None:
    """Raises ``Unacceptable`` for a PDF that is cut off, or is encrypted, scripted or carries other files.

    A cheap look at names, in packed objects as well: a filter that is seldom used would get by. The file is
    never opened by the product, only handed to the reader's own viewer.
    """
    if not _HEADER.match(content):
        raise Unacceptable("的 PDF 文件头有误，请重新扫描或者另存为 PDF")
    end = _TAIL.search(content, max(0, len(content) - _TAIL_BYTES))
    if end is None:
        if b"%%EOF" in content[-_TAIL_BYTES:]:
            raise Unacceptable("的 PDF 结尾之后还有其他内容，不能接收；请重新扫描或者另存为 PDF")
        raise Unacceptable("的 PDF 不完整（可能没有传完），请重新选择原文件上传")
    if int(end[1]) >= len(content):
        raise Unacceptable("的 PDF 不完整（可能没有传完），请重新选择原文件上传")
    has_page = False
    for part in _readable(content):
        named = _ESCAPED.sub(lambda escaped: bytes([int(escaped[1], 16)]), part)
        for name, words in _REFUSED.items():
            if name in named:
                raise Unacceptable(f"的 PDF {words}，不能接收；请打印后扫描，或者另存为普通 PDF")
        has_page = has_page or _PAGE.search(named) is not None
    if not has_page:
        raise Unacceptable("的 PDF 中没有页面，请重新扫描或者另存为 PDF")


def _readable(content: bytes) -> Iterator[bytes]:
    """The file itself, and the objects that are packed in it."""
    yield content
    left, place, count = _MOST_UNFOLDED, content.find(_PACKED), 0
    while place >= 0:
        count += 1
        head = _STREAM.search(content, place, place + _DICTIONARY_BYTES)
        end = content.find(b"endstream", head.end()) if head else -1
        if head is None or end < 0:
            # It holds nothing, or nothing that follows has an end: no byte is gone over twice.
            place = content.find(_PACKED, place + len(_PACKED)) if head is None else -1
            continue
        unfolding = zlib.decompressobj()
        try:
            unfolded = unfolding.decompress(content[head.end() : end], left)
        except zlib.error:
            unfolded = b""
        left -= len(unfolded)
        if left <= 0 or count > _MOST_PACKED:
            raise Unacceptable("的 PDF 展开后过大，不能接收；请打印后扫描，或者另存为普通 PDF")
        yield unfolded
        place = content.find(_PACKED, end)
