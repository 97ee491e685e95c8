"""What the API answers of scans and photographs."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from web.api.answers import Key
from web.api.check_answers import WantedCheck
from workflow.attachments.kinds import FileKind
from workflow.vocabulary import AttachmentPlace, Section

Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$", description="文件原样的 SHA-256")]


class AttachmentAnswer(BaseModel):
    """One file; removed ones are shown to auditors alone."""

    id: Key
    place: AttachmentPlace
    place_label: str
    class_no: int | None
    inspection_no: int | None = Field(description="该班第几次检查的照片；0 为开班当日检查")
    name: str
    kind: FileKind
    byte_count: int
    sha256: Digest
    has_location: bool = Field(description="照片中含有拍摄位置")
    scanned: bool = Field(description="上传时经过病毒扫描")
    added_by: str
    added_at: datetime
    removed_by: str | None
    removed_at: datetime | None
    may_read: bool
    may_remove: bool


class AttachmentChanged(BaseModel):
    """The file that was added or removed, and the application's new version."""

    version: int
    attachment: AttachmentAnswer


class AttachmentPlaceAnswer(BaseModel):
    """A place of the form that asks for a seal or a proof."""

    place: AttachmentPlace
    label: str
    section: Section
    section_label: str
    source: str
    expected: bool
    missing: bool = Field(description="应有而没有；只作提示")
    by_class: bool
    personal: bool = Field(description="含有个人信息，每次查看均有记录")
    may_add: bool


class AttachmentFault(BaseModel):
    """A file that is missing, altered or does not open."""

    attachment: Key
    application: Key
    fault: str


class CheckResult(BaseModel):
    """What a proof of all files found."""

    holds: bool
    files: int
    byte_count: int
    fault_count: int
    faults: list[AttachmentFault]
    orphan_count: int = Field(description="没有登记的文件")
    orphan_byte_count: int
    removed: bool


class AttachmentCheck(WantedCheck):
    """The last proof of the uploaded files."""

    result: CheckResult | None
