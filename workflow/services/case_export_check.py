"""Checking an exported case: the folder against itself, and against the live chain in a database."""

from __future__ import annotations

import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import select

from workflow.persistence import tables
from workflow.persistence.engine import reading
from workflow.persistence.types import canonical
from workflow.sealing import sm3, sm3_of
from workflow.services.attachment_proof import ADD
from workflow.services.case_exports import (
    CHAIN_FIELDS,
    EXPORT_EVENT,
    FORM,
    HISTORY,
    PROOF,
    WORDS,
    sha256_of,
)
from workflow.services.chain import check_chain
from workflow.services.product import Product

_MOST_BYTES = 512 * 1024 * 1024
_ALTERED = "内容被改动"
# What ``zipfile`` raises for archives that are none, or none any more.
_UNREADABLE = (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, ValueError)
Faults = Iterator[tuple[str, str]]


def check_export(path: Path, *, product: Product | None = None) -> dict[str, Any]:
    """Whether an exported folder is as it was made; ``product`` also compares it with the database.

    Answers ``holds``, the ``number``, how many files and entries were looked at, and each fault with the file
    (or the entry) where it is.
    """
    found = _Found(path)
    faults = [{"where": where, "fault": fault} for where, fault in found.faults(product)]
    return {
        "holds": not faults,
        "number": found.proof.get("number"),
        "digest": found.proof.get("digest"),
        "files": len(found.contents),
        "entries": len(found.entries),
        "live": product is not None,
        "faults": faults,
    }


class _Found:
    """What is in the ZIP; small files are kept, of attachments only their digests."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.contents: dict[str, tuple[int, str, str]] = {}
        self.kept: dict[str, bytes] = {}
        self.proof: dict[str, Any] = {}
        self.entries: list[dict[str, Any]] = []

    def faults(self, product: Product | None) -> Faults:
        """Everything that is wrong, in the order in which one would look."""
        if not self.path.is_file():
            yield self.path.name, "没有这个文件"
            return
        try:
            with zipfile.ZipFile(self.path) as archive:
                yield from self._read(archive)
        except _UNREADABLE:
            yield self.path.name, "不是完整的 ZIP 文件"
            return
        sound = list(self._proof_faults())
        yield from sound
        if not self.proof:
            return
        if not sound:
            yield from self._file_faults()
        yield from self._chain_faults()
        yield from self._attachment_faults()
        if product is not None:
            yield from self._live_faults(product, issued=not sound)

    def _read(self, archive: zipfile.ZipFile) -> Faults:
        names = [info.filename for info in archive.infolist()]
        yield from ((name, "出现多次") for name, count in Counter(names).items() if count > 1)
        roots = {name.partition("/")[0] for name in names}
        if len(roots) != 1 or sum(info.file_size for info in archive.infolist()) > _MOST_BYTES:
            yield self.path.name, "不是平台导出的案卷"
            return
        for info in archive.infolist():
            path = info.filename.partition("/")[2]
            try:
                content = archive.read(info)
            except _UNREADABLE:
                yield path, _ALTERED
                continue
            self.contents[path] = len(content), sm3_of(content), sha256_of(content)
            if path in {PROOF, HISTORY}:
                self.kept[path] = content

    def _proof_faults(self) -> Faults:
        written = self.kept.get(PROOF)
        if written is None:
            yield PROOF, "缺少"
            return
        try:
            proof = orjson.loads(written)
            rest = {name: value for name, value in proof.items() if name != "digest"}
            told = [proof[name] for name in ("number", "application_id", "chain", "files", "attachments")]
        except (ValueError, AttributeError, KeyError, TypeError):
            yield PROOF, _ALTERED
            return
        if (
            canonical(proof).encode() != written
            or sm3(canonical(rest)) != proof.get("digest")
            or not all(told[:4])
        ):
            yield PROOF, _ALTERED
        self.proof = proof

    def _file_faults(self) -> Faults:
        listed = {each["path"]: (each["bytes"], each["sm3"]) for each in self.proof["files"]}
        for path in (WORDS, FORM, HISTORY):
            if path not in listed:
                yield PROOF, f"没有列出 {path}"
        for path, told in listed.items():
            found = self.contents.get(path)
            if found is None:
                yield path, "缺少"
            elif found[:2] != told:
                yield path, _ALTERED
        for path in self.contents.keys() - listed.keys() - {PROOF}:
            yield path, "不在证明所列的文件之中"

    def _chain_faults(self) -> Faults:
        try:
            entries = orjson.loads(self.kept[HISTORY])
            self.entries = [{name: each[name] for name in CHAIN_FIELDS} for each in entries]
            chain = self.proof["chain"]
            result = check_chain(self.entries, chain["entries"], chain["head"])
        except (ValueError, KeyError, TypeError, AttributeError):
            yield HISTORY, "不能读取"
            return
        for fault in result["faults"]:
            yield f"{HISTORY} 第 {fault['sequence']} 条", fault["fault"]
        if any(each["chain_id"] != self.proof["application_id"] for each in self.entries):
            yield HISTORY, "含有其他申请的记录"

    def _attachment_faults(self) -> Faults:
        """Each file that the trail says was added is there and is that very file."""
        try:
            contents = [orjson.loads(each["content"]) for each in self.entries]
        except ValueError:
            return
        added = {
            content["details"]["attachment"]: content["details"]["sha256"]
            for content in contents
            if content.get("event") == ADD and content.get("outcome") == "done"
        }
        kept = {each["id"]: each["path"] for each in self.proof["attachments"]}
        withheld = {each["id"] for each in self.proof.get("withheld", [])}
        for number, digest in added.items():
            path = kept.get(number)
            if path is None:
                if number not in withheld:
                    yield f"附件 {number}", "办理记录中有，文件夹中没有"
            elif path in self.contents and self.contents[path][2] != digest:
                yield path, "与办理记录中上传的不是同一份文件"
        for number in kept.keys() - added.keys():
            yield kept[number], "办理记录中没有上传过这份附件"

    def _live_faults(self, product: Product, *, issued: bool) -> Faults:
        entry, application = tables.audit_entry, tables.application
        number, key = self.proof["number"], self.proof["application_id"]
        with reading(product.engine) as connection:
            if connection.scalar(select(application.c.id).where(application.c.number == number)) != key:
                yield number, "数据库中没有这件申请"
                return
            wanted = select(entry.c.sequence, entry.c.hash).where(
                entry.c.chain_id == key, entry.c.sequence <= self.proof["chain"]["entries"]
            )
            live = {row.sequence: row.hash for row in connection.execute(wanted)}
            exports = connection.scalars(select(entry.c.content).where(entry.c.event == EXPORT_EVENT))
            known = any(
                orjson.loads(each)["details"]["digest"] == self.proof["digest"]
                for each in exports
                if issued and str(self.proof["digest"]) in each
            )
        for sequence, told in sorted(live.items()):
            here = [each["hash"] for each in self.entries if each["sequence"] == sequence]
            if here != [told]:
                yield f"{HISTORY} 第 {sequence} 条", "与数据库中的记录不符"
        for sequence in sorted({each["sequence"] for each in self.entries} - live.keys()):
            yield f"{HISTORY} 第 {sequence} 条", "数据库中没有这条记录"
        if issued and not known:
            yield PROOF, "平台没有导出过这份案卷"
