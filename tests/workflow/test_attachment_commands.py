"""``subsidy attachments``: whether files are whole, and what is left of interrupted uploads."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Engine

from tests.files import PDF, PNG
from tests.journeys.city import City
from tests.workflow.test_cli import Run, run, run_on
from workflow.attachments import store
from workflow.services.attachments import add_attachments
from workflow.services.product import Product
from workflow.services.uploads import Upload
from workflow.settings import read_settings
from workflow.vocabulary import AttachmentPlace

__all__ = ["run", "run_on"]


def test_an_operator_proves_the_files_and_removes_what_has_no_row(
    run_on: Run, open_engine: Callable[[str], Engine], database_url: str, tmp_path: Path
) -> None:
    folder = tmp_path / "uploads"
    settings = read_settings({"DATABASE_URL": database_url, "SUBSIDY_FILES": str(folder)})
    city = City(Product(engine=open_engine(database_url), settings=settings))
    application = city.apply()
    add_attachments(
        city.product,
        actor=city.actors["institution"],
        application_id=application["id"],
        place=AttachmentPlace.APPLICANT_SEAL,
        class_no=None,
        uploads=[Upload("盖章页.pdf", PDF), Upload("照片.png", PNG)],
    )
    environment = {"SUBSIDY_FILES": str(folder)}
    whole = run_on("attachments", "verify", **environment)
    assert whole.status == 0
    assert whole.out.startswith("完好：2 个附件，共 ")
    assert run_on("attachments", "sweep", **environment).out == "没有登记的文件 0 个，共 0 KB\n"
    store.write_file(folder, b"left behind by an interrupted upload")
    for each in store.list_files(folder):
        os.utime(each.path, (0, 0))
    assert run_on("attachments", "sweep", **environment).out == (
        "没有登记的文件 1 个，共 1 KB，加 --apply 删除\n"
    )
    swept = run_on("attachments", "sweep", "--apply", "--json", **environment)
    assert (swept.facts["orphan_count"], swept.facts["removed"]) == (1, True)
    first, second = store.list_files(folder)
    first.path.unlink()
    second.path.write_bytes(b"another")
    broken = run_on("attachments", "verify", **environment)
    assert broken.status == 1
    assert "文件缺失" in broken.out
    assert "文件内容被改动" in broken.out
    assert broken.err == "错误：附件不完好，共发现 2 处问题\n"
    told = run_on("attachments", "verify", "--json", **environment)
    assert json.loads(told.out)["fault_count"] == 2
