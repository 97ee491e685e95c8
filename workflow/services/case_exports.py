"""One case as a folder: its form, attachments, history, clocks and money, with what proves them (ZIP).

The folder is written while it is sent, an attachment at a time, and never lies on disks here. How it
is checked again is in ``case_export_check.py``, and in words in the folder itself.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version
from typing import Any

from sqlalchemy import select

from workflow.access import Actor, require_reading
from workflow.clock import SHANGHAI
from workflow.errors import Broken, Conflict, Forbidden, Refused
from workflow.persistence import tables
from workflow.persistence.engine import reading, writing
from workflow.persistence.types import canonical
from workflow.sealing import sm3, sm3_of
from workflow.services import attachments, funds
from workflow.services.audit import append_system_entry, entry_view
from workflow.services.case import open_case
from workflow.services.chain import check_chain
from workflow.services.official_forms import print_official_form
from workflow.services.product import Product
from workflow.services.view import application_view
from workflow.vocabulary import Role

EXPORTERS = frozenset({Role.AUDITOR, Role.OFFICE})
EXPORT_EVENT = "export_case"
FORM, HISTORY, PROOF, WORDS = "申请表.pdf", "办理记录.json", "证明.json", "说明.txt"
CHAIN_FIELDS = ("chain_id", "sequence", "previous_hash", "content", "hash")
_ATTACHMENTS, _REMOVED = "附件", "已移除"
_TRIES = 3
_UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f]')
_EXPLANATION = """\
{number} 的案卷（导出于 {exported_at}，导出人 {exported_by}）

一、内容
申请表.pdf      正式申请表（附件2），填到导出时办理到的地方，页脚的核验码可以在平台“表单核验”页核对。
附件/           上传的扫描件和照片，按用途分文件夹，文件名前是附件编号；已移除的在“附件/已移除”。
办理记录.csv    每一条办理记录，供阅读；办理记录.json 是同样的记录，按原样保存，供核验。
时限.csv        各个时限的起止、已用和剩余天数。
资金.csv        这件申请的每一笔资金变动。
证明.json       本文件夹各文件的摘要、记录链的链头、导出时系统记录链的位置和程序版本。
个人信息在表格中已经遮盖；附件是原件，每打开一份含个人信息的附件都已记为导出人的一次查看。

二、怎样核验
1. 文件：证明.json 的 files 列出每个文件的字节数和 SM3（GB/T 32905）摘要，逐个重算后应当相等，不多也不少。
2. 证明.json 自身：去掉 digest 一项，其余按键名排序、不留空格、UTF-8 写成 JSON，算 SM3，应当等于 digest。
3. 记录链：办理记录.json 的每一条有 sequence、previous_hash、content、hash。
   hash 应当等于 SM3（previous_hash + 换行符 + content），按 UTF-8；
   previous_hash 应当等于上一条的 hash，第一条为空；sequence 从 1 起逐条加 1；
   最后一条的 hash 和条数应当等于证明.json 的 chain.head 和 chain.entries。
   content 是 JSON，其中 chain、sequence 应当与所在的位置一致；
   form_digest 是当时申请表的 SM3 摘要，row_digest 是当时金额等登记事项的 SM3 摘要。
4. 附件：上传时的办理记录（event 为 add_attachment）写明 SHA-256 摘要，应当与附件文件相等。
5. 有平台程序的，运行 subsidy audit check-export 文件名.zip；加 --live 还与数据库中的记录链逐条比对，
   并核对这份案卷确由平台导出。单凭文件夹自身，不能发现有人把全部内容连同证明一起重新做过；
   与数据库比对，或者与另行保存的 digest 比对，才能发现。
"""


@dataclass(frozen=True, slots=True)
class CaseExport:
    """A folder on its way: the name to keep it under, and the pieces of the ZIP in order."""

    name: str
    pieces: Iterator[bytes]


def export_case(product: Product, *, actor: Actor, application_id: int) -> CaseExport:
    """The case as a folder, for auditors and the leading group office; the export is recorded.

    Attachments that this person may not open, or that are damaged, are named in the proof instead. Raises
    ``Forbidden``, ``NotFound``, and ``Conflict`` while the case is being changed too fast to be held still.
    """
    if actor.role not in EXPORTERS:
        raise Forbidden("案卷只能由审计、纪检和领导小组办公室导出")
    for _ in range(_TRIES):
        case = _standing_case(product, actor, application_id)
        form = print_official_form(product, actor=actor, application_id=application_id)
        if form.version == case["view"]["version"]:
            folder = _Folder(case["view"]["number"], case["moment"].timetuple()[:6])
            return CaseExport(folder.root, _pieces(product, actor, folder, case, form.pdf))
    raise Conflict("这件申请正在被办理，请稍后再导出", current_version=case["view"]["version"])


def _standing_case(product: Product, actor: Actor, application_id: int) -> dict[str, Any]:
    """What is in the database, read in one look."""
    entry = tables.audit_entry
    with reading(product.engine) as connection:
        case = open_case(product, connection, actor, application_id, lock=False)
        require_reading(actor, case.matter())
        wanted = select(entry).where(entry.c.chain_id == case.id).order_by(entry.c.sequence)
        rows = [dict(row) for row in connection.execute(wanted).mappings()]
        system = connection.execute(select(tables.system_chain)).one()
        return {
            "view": application_view(case, actor),
            "entries": rows,
            "chain": check_chain(rows, case.row["audit_count"], case.row["audit_head"]),
            "checkpoint": {"entries": system.audit_count, "head": system.audit_head},
            "moment": case.now.astimezone(SHANGHAI),
        }


def _pieces(
    product: Product, actor: Actor, folder: _Folder, case: dict[str, Any], pdf: bytes
) -> Iterator[bytes]:
    view, rows = case["view"], case["entries"]
    movements = funds.read_application_funds(product, actor=actor, application_id=view["id"])["movements"]
    explained = {
        "number": view["number"],
        "exported_at": case["moment"].strftime("%Y年%m月%d日 %H:%M"),
        "exported_by": actor.name,
    }
    yield folder.add(WORDS, _EXPLANATION.format(**explained).encode())
    yield folder.add(FORM, pdf)
    withheld: list[dict[str, Any]] = []
    kept: list[dict[str, Any]] = []
    for item in attachments.list_attachments(product, actor=actor, application_id=view["id"])["items"]:
        fact = {name: item[name] for name in ("id", "place", "name", "sha256")}
        try:
            file = attachments.read_attachment(
                product, actor=actor, application_id=view["id"], attachment_id=item["id"]
            )
        except Refused as refusal:
            withheld.append(fact | {"reason": refusal.message})
        except Broken:
            withheld.append(fact | {"reason": "文件缺失或者被改动，不能打开"})
        else:
            path = _attachment_path(item)
            kept.append(fact | {"path": path})
            yield folder.add(path, file.content)
    history = [{name: row[name] for name in CHAIN_FIELDS} for row in rows]
    yield folder.add(HISTORY, canonical(history).encode())
    yield folder.add("办理记录.csv", _table(_HISTORY, map(_history_row, rows)))
    yield folder.add("时限.csv", _table(_CLOCKS, map(_clock_row, view["clocks"])))
    yield folder.add("资金.csv", _table(_MOVEMENTS, map(_movement_row, movements)))
    proof = {
        "product": f"training-subsidy {version('training-subsidy')}",
        "application_id": view["id"],
        "number": view["number"],
        "version": view["version"],
        "state": view["state"],
        "exported_at": case["moment"].isoformat(),
        "exported_by": actor.login,
        "chain": {
            "holds": case["chain"]["holds"],
            "entries": case["chain"]["entries"],
            "head": case["chain"]["head"],
        },
        "checkpoint": case["checkpoint"],
        "attachments": kept,
        "withheld": withheld,
        "files": folder.files,
    }
    digest = sm3(canonical(proof))
    with writing(product.engine) as connection:
        details = {
            "application": view["id"],
            "application_number": view["number"],
            "entries": proof["chain"]["entries"],
            "digest": digest,
        }
        append_system_entry(connection, actor, EXPORT_EVENT, product.now(connection), details)
    yield folder.add(PROOF, canonical(proof | {"digest": digest}).encode())
    yield folder.close()


@dataclass(slots=True)
class _Folder:
    """A ZIP that is handed on piece by piece, and the digest of each file in it."""

    root: str
    moment: Any
    files: list[dict[str, Any]] = field(default_factory=list)
    outlet: _Outlet = field(default_factory=lambda: _Outlet())
    archive: Any = None

    def add(self, path: str, content: bytes) -> bytes:
        """Adds a file; answers the bytes of the ZIP that have come about."""
        if self.archive is None:
            self.archive = zipfile.ZipFile(self.outlet, "w", zipfile.ZIP_DEFLATED)
        info = zipfile.ZipInfo(f"{self.root}/{path}", self.moment)
        info.compress_type = zipfile.ZIP_DEFLATED
        info.external_attr = 0o644 << 16
        with self.archive.open(info, "w") as member:
            member.write(content)
        self.files.append({"path": path, "bytes": len(content), "sm3": sm3_of(content)})
        return self.outlet.taken()

    def close(self) -> bytes:
        """Writes the directory of the ZIP."""
        self.archive.close()
        return self.outlet.taken()


class _Outlet(io.RawIOBase):
    """Where ``zipfile`` writes, without ever going back."""

    def __init__(self) -> None:
        self._written = bytearray()

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, data: Any) -> int:
        """Keeps what is written until it is taken."""
        self._written += data
        return len(data)

    def taken(self) -> bytes:
        """What was written since the last time."""
        taken = bytes(self._written)
        self._written.clear()
        return taken


def _attachment_path(item: dict[str, Any]) -> str:
    parts = [_ATTACHMENTS, _REMOVED] if item["removed_at"] else [_ATTACHMENTS]
    name = _UNSAFE.sub("_", item["name"])
    return "/".join([*parts, item["place_label"], f"{item['id']}-{name}"])


# --- tables ------------------------------------------------------------------------------------------------

_HISTORY = (
    *("序号", "时间", "登录名", "办理人", "事项", "结果", "办理前", "办理后", "说明"),
    *("政策版本", "日历版本", "上一条杂凑值", "杂凑值"),
)
_CLOCKS = ("时限", "承办", "限期", "起算日", "到期日", "暂定", "状态", "已用", "剩余", "依据")
_MOVEMENTS = ("序号", "发生日期", "种类", "资金来源", "年度", "金额（元）", "凭证或文件", "登记人", "说明")
_UNITS = {"working_day": "个工作日", "day": "日", "month": "个月"}


def _history_row(row: dict[str, Any]) -> tuple[Any, ...]:
    seen = entry_view(row)
    detail = seen["detail"]
    return (
        seen["sequence"],
        f"{datetime.fromisoformat(seen['at']).astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}",
        seen["actor"],
        seen["actor_name"],
        seen["event_label"],
        "未准许" if seen["outcome"] == "refused" else "已办理",
        seen["from_state_label"],
        seen["to_state_label"],
        seen["message"] or detail.get("reason") or detail.get("opinion") or detail.get("reply"),
        seen["policy_version"],
        seen["calendar_version"],
        row["previous_hash"],
        row["hash"],
    )


def _clock_row(clock: dict[str, Any]) -> tuple[Any, ...]:
    limit = clock["limit"]
    least = "不少于" if limit["minimum"] else ""
    return (
        clock["label"],
        clock["department_label"],
        f"{least}{limit['count']}{_UNITS[limit['unit']]}",
        clock["started_on"],
        clock["due_on"],
        "暂定" if clock["provisional"] else "",
        clock["state_label"],
        clock["used_days"],
        clock["left_days"],
        clock["source"],
    )


def _movement_row(movement: dict[str, Any]) -> tuple[Any, ...]:
    return (
        movement["sequence"],
        movement["happened_on"],
        movement["kind_label"],
        movement["source_label"],
        movement["year"],
        movement["amount"],
        movement["voucher"] or movement["document"],
        movement["recorded_by_name"],
        movement["note"],
    )


def _table(headings: Iterable[str], rows: Iterable[tuple[Any, ...]]) -> bytes:
    """A table in CSV, with the mark by which Excel knows UTF-8."""
    text = io.StringIO(newline="")
    text.write("\ufeff")
    writer = csv.writer(text)
    writer.writerow(headings)
    writer.writerows([_plain(cell) for cell in row] for row in rows)
    return text.getvalue().encode()


def _plain(cell: Any) -> Any:
    # What begins like this, a spreadsheet would take for a formula; numbers are no text.
    text = isinstance(cell, str) and cell[:1] in {"=", "+", "-", "@", "\t", "\r"}
    return f"'{cell}" if text else "" if cell is None else cell


def sha256_of(content: bytes) -> str:
    """As the trail keeps it of an attachment."""
    return hashlib.sha256(content).hexdigest()
