"""The proof of the uploaded files without a shell: asked for once, done once, its faults named."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.files import PDF
from tests.journeys.city import City
from tests.journeys.test_attachments import added, kept
from workflow.errors import Conflict, Forbidden
from workflow.services import attachment_checks, audit_verification
from workflow.services.attachment_checks import run_wanted_check
from workflow.vocabulary import AttachmentPlace


def test_a_check_is_asked_for_once_done_once_and_names_what_is_wrong(city: City) -> None:
    admin = city.actors["admin"]
    assert attachment_checks.read_attachment_check(city.product, actor=admin)["state"] == "never"
    assert not run_wanted_check(city.product)
    city.apply()
    number = added(city, "institution", AttachmentPlace.APPLICANT_SEAL, PDF)
    (path,) = kept(city.product)
    orphan = path.with_name("0" * 64)
    orphan.write_bytes(b"left over")
    os.utime(orphan, (0, 0))

    asked = attachment_checks.request_attachment_check(city.product, actor=admin, body={})
    assert (asked["state"], asked["result"]) == ("wanted", None)
    with pytest.raises(Conflict, match="已经有一次核验在等待"):
        attachment_checks.request_attachment_check(city.product, actor=admin, body={})
    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(lambda _: run_wanted_check(city.product), range(3))) == 1
    done = attachment_checks.read_attachment_check(city.product, actor=admin)
    assert done["state"] == "finished"
    assert (done["result"]["holds"], done["result"]["files"], done["result"]["orphan_count"]) == (True, 1, 1)
    assert orphan.exists()

    path.unlink()
    body = {"remove_orphans": True}
    attachment_checks.request_attachment_check(city.product, actor=admin, body=body)
    assert run_wanted_check(city.product)
    result = attachment_checks.read_attachment_check(city.product, actor=admin)["result"]
    assert [(fault["attachment"], fault["fault"]) for fault in result["faults"]] == [(number, "文件缺失")]
    assert result["removed"]
    assert not orphan.exists()
    assert audit_verification.verify_audit(city.product)["entries"] > 2


def test_only_administrators_ask(small_city: City) -> None:
    for login in ("auditor", "office", "institution"):
        with pytest.raises(Forbidden):
            attachment_checks.request_attachment_check(
                small_city.product, actor=small_city.actors[login], body={}
            )
