"""The folder of uploaded files: each lies sealed under the SHA-256 of what lies there, and never changes.

The name is the digest of the sealed bytes, not of the file as it was sent: anybody can check with
``sha256sum`` that a copy is whole, and nobody can tell from names whether two people sent the same.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from workflow.errors import Broken

_NAME = re.compile(r"[0-9a-f]{64}")
_UNFINISHED = ".part"


def write_file(folder: Path, sealed: bytes) -> str:
    """Keeps ``sealed``, on the disk before this answers its digest; it is there whole or not at all."""
    digest = hashlib.sha256(sealed).hexdigest()
    path = _path(folder, digest)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = path.with_name(f"{digest}.{uuid4().hex}{_UNFINISHED}")
    try:
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(sealed)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    # The names are on the disk only with their folders.
    for each in (path.parent, folder):
        _sync(each)
    return digest


def read_file(folder: Path, digest: str) -> bytes:
    """The sealed bytes; raises ``Broken`` where they are missing or no longer what they were."""
    try:
        sealed = _path(folder, digest).read_bytes()
    except FileNotFoundError:
        raise Broken(f"the file {digest} is missing") from None
    if hashlib.sha256(sealed).hexdigest() != digest:
        raise Broken(f"the file {digest} was altered")
    return sealed


def fault_of(folder: Path, digest: str) -> str:
    """What is wrong with a kept file, in Chinese; empty where it is whole."""
    path = _path(folder, digest)
    try:
        with path.open("rb") as file:
            return "" if hashlib.file_digest(file, "sha256").hexdigest() == digest else "文件内容被改动"
    except FileNotFoundError:
        return "文件缺失"
    except OSError:
        return "文件无法读取"


def remove_file(folder: Path, digest: str) -> None:
    """Removes a file for which there is no row; one that is gone already is no trouble."""
    _path(folder, digest).unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class Kept:
    """A file of ours; ``digest`` is empty for one that was never finished."""

    path: Path
    digest: str
    byte_count: int
    written_at: datetime


def list_files(folder: Path) -> Iterator[Kept]:
    """Every file of ours, unfinished ones among them."""
    for path in sorted(folder.glob("??/*")):
        unfinished = path.name.endswith(_UNFINISHED)
        if not (unfinished or _NAME.fullmatch(path.name)):
            continue
        try:
            found = path.stat()
        except FileNotFoundError:
            continue
        written_at = datetime.fromtimestamp(found.st_mtime, UTC)
        yield Kept(path, "" if unfinished else path.name, found.st_size, written_at)


def _path(folder: Path, digest: str) -> Path:
    if not _NAME.fullmatch(digest):
        raise Broken("a digest of a file is none")
    return folder / digest[:2] / digest


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
