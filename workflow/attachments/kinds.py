"""What a file is, by its content alone: a name and a content type are only what somebody says.

Three kinds are taken. Each is walked through from its first byte to its last, so that one that was cut off,
or that is a second format besides (a polyglot), is not taken for what it begins with.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from workflow.attachments.errors import Unacceptable
from workflow.attachments.limits import MOST_BYTES, MOST_PIXELS, MOST_SIDE, megabytes
from workflow.attachments.pdf import check_pdf
from workflow.attachments.pictures import Picture, read_jpeg, read_png


class FileKind(StrEnum):
    """The kinds of file that are taken."""

    PDF = "pdf"
    JPEG = "jpeg"
    PNG = "png"

    @property
    def content_type(self) -> str:
        """What it is served as."""
        return "application/pdf" if self is FileKind.PDF else f"image/{self.value}"

    @property
    def suffix(self) -> str:
        """How a name of this kind ends."""
        return {"pdf": ".pdf", "jpeg": ".jpg", "png": ".png"}[self.value]


@dataclass(frozen=True, slots=True)
class Inspected:
    """A file that can be taken; ``has_location`` says that the picture tells where it was taken."""

    kind: FileKind
    has_location: bool = False


_BEGINNINGS = {b"%PDF-": FileKind.PDF, b"\xff\xd8\xff": FileKind.JPEG, b"\x89PNG\r\n\x1a\n": FileKind.PNG}
# What else people send, to tell them what to do about it.
_OTHERS: dict[bytes, str] = {
    b"PK\x03\x04": "Office 文档、OFD 或者压缩包，请另存为 PDF",
    b"\xd0\xcf\x11\xe0": "旧版 Office 文档，请另存为 PDF",
    b"GIF8": "GIF 图片，请另存为 PNG",
    b"BM": "BMP 图片，请另存为 PNG",
    b"II*\x00": "TIFF 图片，请另存为 PDF 或者 JPEG",
    b"MM\x00*": "TIFF 图片，请另存为 PDF 或者 JPEG",
    b"Rar!": "压缩包，请解压后逐个上传",
    b"7z\xbc\xaf": "压缩包，请解压后逐个上传",
    b"MZ": "可执行程序",
    b"\x7fELF": "可执行程序",
}
_HEIC = frozenset({b"heic", b"heix", b"mif1", b"heim", b"hevc", b"msf1", b"avif"})
# Where readers of archives look: their last record with a comment of at most 65,535 bytes.
_END_OF_ARCHIVE, _ARCHIVE_TAIL = b"PK\x05\x06", 66_000
_MARKUP = (b"<script", b"<html", b"<?php", b"<svg")


def inspect(content: bytes) -> Inspected:
    """What ``content`` is; raises ``Unacceptable`` for all but a sound PDF, JPEG or PNG in the limits."""
    if not content:
        raise Unacceptable("是空文件（0 字节），请重新选择")
    if len(content) > MOST_BYTES:
        raise Unacceptable(f"有 {megabytes(len(content))}，每个文件不超过 {megabytes(MOST_BYTES)}")
    kind = next((kind for start, kind in _BEGINNINGS.items() if content.startswith(start)), None)
    if kind is None:
        raise Unacceptable(f"不是 PDF、JPEG 或者 PNG 文件{_what_else(content)}")
    if kind is FileKind.PDF:
        check_pdf(content)
        _refuse_archives(content, kind)
        return Inspected(kind)
    picture = read_jpeg(content) if kind is FileKind.JPEG else read_png(content)
    _check_size(picture)
    _refuse_archives(content, kind)
    lower = content.lower()
    # Readers of PDF forgive up to a kilobyte before the header.
    if b"%PDF-" in content[:1024] or any(word in lower for word in _MARKUP):
        raise Unacceptable("的图片中夹带了其他格式的内容，不能接收；请重新拍照或者扫描")
    return Inspected(kind, picture.has_location)


def _what_else(content: bytes) -> str:
    if content[4:8] == b"ftyp" and content[8:12] in _HEIC:
        return "（是 HEIC 照片，请在手机相机设置中选择“兼容性最佳”，或者另存为 JPEG）"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "（是 WebP 图片，请另存为 JPEG）"
    found = next((words for start, words in _OTHERS.items() if content.startswith(start)), "")
    return f"（是{found}）" if found else "（文件类型按内容判断，改扩展名无效）"


def _refuse_archives(content: bytes, kind: FileKind) -> None:
    if _END_OF_ARCHIVE in content[-_ARCHIVE_TAIL:]:
        raise Unacceptable(f"既是 {kind.value.upper()} 又是压缩包，不能接收；请重新扫描或者另存")


def _check_size(picture: Picture) -> None:
    width, height = picture.width, picture.height
    if not width or not height:
        raise Unacceptable("的图片没有尺寸，文件已损坏，请重新拍照或者扫描")
    if max(width, height) > MOST_SIDE or width * height > MOST_PIXELS:
        raise Unacceptable(
            f"的图片为 {width}×{height} 像素，每边不超过 {MOST_SIDE}、"
            f"总数不超过 {MOST_PIXELS // 10_000} 万像素；请降低分辨率后重新上传"
        )
