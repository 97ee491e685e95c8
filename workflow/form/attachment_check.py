"""What an administrator asks for when uploaded files are to be proved."""

from __future__ import annotations

from pydantic import Field

from workflow.form.fields import Typed


class CheckRequest(Typed):
    """A check of every uploaded file."""

    remove_orphans: bool = Field(default=False, title="清除没有登记的文件")
