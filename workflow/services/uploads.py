"""One uploaded file on its way to the folder: looked at, scanned, sealed and written, or refused by its name.

What application or registration it belongs to is said by whoever keeps its row.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from workflow.attachments import store
from workflow.attachments.errors import Unacceptable
from workflow.attachments.kinds import FileKind, Inspected, inspect
from workflow.attachments.limits import MOST_BYTES_AT_ONCE, MOST_FILES_AT_ONCE, megabytes
from workflow.attachments.scanning import scan
from workflow.errors import Broken, FieldError, Malformed, Unavailable
from workflow.form.masking import cover_numbers
from workflow.sealing import new_file_key, seal, seal_file, unseal, unseal_file
from workflow.services.product import Product

_LONGEST_NAME = 120
_log = structlog.get_logger("attachments")


@dataclass(frozen=True, slots=True)
class Upload:
    """One file as it was sent."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class File:
    """One file in clear, to be handed to whoever asked for it."""

    name: str
    kind: FileKind
    content: bytes


@dataclass(slots=True)
class Received:
    """What becomes of one uploaded file; ``message`` says why it is not taken."""

    upload: Upload
    name: str
    sha256: str
    message: str = ""
    inspected: Inspected | None = None
    scanned: bool = False
    key_sealed: str = ""
    stored_sha256: str = ""
    attachment: dict[str, Any] | None = None

    @property
    def columns(self) -> dict[str, Any]:
        """What a row keeps of a file that was taken, whatever it belongs to."""
        assert self.inspected is not None
        return {
            "name": self.name,
            "kind": self.inspected.kind.value,
            "byte_count": len(self.upload.content),
            "sha256": self.sha256,
            "stored_sha256": self.stored_sha256,
            "key_sealed": self.key_sealed,
            "scanned": self.scanned,
        }

    def as_dict(self) -> dict[str, Any]:
        """What became of it, as the API answers it."""
        return {"name": self.name, "message": self.message, "attachment": self.attachment}


def require_some(uploads: Sequence[Upload]) -> None:
    """Raises ``Malformed`` where nothing was sent, or too much at once."""
    message = ""
    if not uploads:
        message = "请选择要上传的文件（PDF、JPEG 或者 PNG）"
    elif len(uploads) > MOST_FILES_AT_ONCE:
        message = f"一次最多上传{MOST_FILES_AT_ONCE}个文件，现选了{len(uploads)}个"
    elif (total := sum(len(each.content) for each in uploads)) > MOST_BYTES_AT_ONCE:
        message = (
            f"一次上传的文件合计不超过 {megabytes(MOST_BYTES_AT_ONCE)}，现为 {megabytes(total)}，请分次上传"
        )
    if message:
        raise Malformed(message, [FieldError("file", message)])


def looked_at(product: Product, upload: Upload, digest: str) -> Received:
    """What the file is by its content, and whether it may be taken; ``digest`` is the SHA-256 as it was sent.

    Raises ``Unavailable`` where the scan cannot be made.
    """
    result = Received(upload, _shown_name(upload.name), digest)
    command = product.settings.scan_command
    try:
        result.inspected = inspect(upload.content)
        if command:
            scan(upload.content, command)
            result.scanned = True
    except Unacceptable as why:
        result.message = f"“{result.name}”{why}"
    else:
        result.name = _with_suffix(result.name, result.inspected.kind)
    return result


def keep(product: Product, result: Received) -> None:
    """Writes the file sealed into its folder; raises ``Unavailable`` where that fails."""
    if result.message:
        return
    key = new_file_key()
    try:
        result.stored_sha256 = store.write_file(
            product.settings.files, seal_file(result.upload.content, key=key)
        )
    except OSError as error:
        _log.error("attachment_not_written", error=str(error))
        raise Unavailable(
            "文件暂时无法保存（存储空间不足或者没有权限），请稍后再试；仍不行请联系管理员"
        ) from error
    result.key_sealed = seal(key, keys=product.settings.keys)


def forget(product: Product, results: Sequence[Received]) -> None:
    """Removes files that got no row."""
    for result in results:
        if result.stored_sha256:
            store.remove_file(product.settings.files, result.stored_sha256)


def opened(product: Product, row: Any) -> bytes:
    """The file of a row in clear; raises ``Broken`` where it is not the one that was added."""
    key = unseal(row["key_sealed"], keys=product.settings.keys)
    content = unseal_file(store.read_file(product.settings.files, row["stored_sha256"]), key=key)
    if hashlib.sha256(content).hexdigest() != row["sha256"]:
        raise Broken(f"file {row['id']} is another file than was added")
    return content


def _shown_name(name: str) -> str:
    """The file's own name without its path, without what is no sign, and with long numbers covered."""
    own = name.replace("\\", "/").rpartition("/")[2]
    plain = "".join(sign for sign in own if not unicodedata.category(sign).startswith("C"))
    covered = cover_numbers(plain.strip(" ."))
    if len(covered) > _LONGEST_NAME:
        stem, dot, suffix = covered.rpartition(".")
        kept = f"{dot}{suffix}" if stem and len(suffix) <= 5 else ""
        covered = covered[: _LONGEST_NAME - len(kept)] + kept
    return covered or "未命名"


def _with_suffix(name: str, kind: FileKind) -> str:
    fitting = (".jpg", ".jpeg") if kind is FileKind.JPEG else (kind.suffix,)
    return name if name.lower().endswith(fitting) else name + kind.suffix
