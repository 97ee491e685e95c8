"""What kind of file was sent, by its first bytes: only a zip file can be a workbook."""

from __future__ import annotations

from workflow.workbooks.errors import UnreadableWorkbook
from workflow.workbooks.limits import MEGABYTE, MOST_BYTES

SAVE_AS = "请用 Excel 或 WPS 打开，另存为“Excel 工作簿（.xlsx）”后再上传"
LOCKED = "工作簿设有密码，请取消密码后再上传"

_BEGINNINGS = (
    (b"%PDF", " PDF 文件"),
    (b"\x89PNG", "图片"),
    (b"\xff\xd8\xff", "图片"),
    (b"GIF8", "图片"),
    (b"II*\x00", "图片"),
    (b"Rar!", "压缩包"),
    (b"7z\xbc\xaf", "压缩包"),
    (b"\x1f\x8b", "压缩包"),
    (b"PK\x05\x06", "空的压缩包"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LOOKED_AT = 4096


def check_kind(content: bytes) -> None:
    """Raises ``UnreadableWorkbook`` for what is too large, and for what is no zip file, naming what it is."""
    if not content:
        raise UnreadableWorkbook("不是 XLSX 文件，文件是空的，请选择填好的工作簿")
    if len(content) > MOST_BYTES:
        raise UnreadableWorkbook(f"文件过大：最大{MOST_BYTES // MEGABYTE}MB")
    if content.startswith(b"PK\x03\x04"):
        return
    if content.startswith(_OLE) and "EncryptedPackage".encode("utf-16-le") in content:
        raise UnreadableWorkbook(LOCKED)
    named = "旧格式的文件（如 .xls）" if content.startswith(_OLE) else _kind(content[:_LOOKED_AT])
    raise UnreadableWorkbook(f"不是 XLSX 文件，{named and f'是{named}，'}{SAVE_AS}")


def _kind(start: bytes) -> str:
    for beginning, label in _BEGINNINGS:
        if start.startswith(beginning):
            return label
    unicode = start.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if unicode else ("utf-8-sig", "gb18030"):
        try:
            # The last character may be cut in two.
            text = start.decode(encoding, "strict" if len(start) < _LOOKED_AT else "ignore").strip().lower()
        except UnicodeDecodeError:
            continue
        if all(sign.isprintable() or sign.isspace() for sign in text):
            if text.startswith(("<!doctype html", "<html", "<head", "<table", "<meta")):
                return "网页（HTML）"
            return " XML 文件" if text.startswith("<?xml") else "文本文件（如 CSV）"
    return ""
