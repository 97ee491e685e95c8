"""One case as a folder: what is in it, that every look is recorded, and that any change to it is found."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from tests.files import JPEG, PDF
from tests.journeys.city import City
from tests.journeys.test_attachments import Place, added
from workflow.errors import Forbidden
from workflow.persistence.engine import writing
from workflow.persistence.types import canonical
from workflow.sealing import sm3
from workflow.services import attachments, audit, audit_verification, readings
from workflow.services.case_export_check import check_export
from workflow.services.case_exports import HISTORY, PROOF, WORDS, export_case

Files = dict[str, bytes]


def exported(city: City, login: str = "auditor") -> bytes:
    folder = export_case(city.product, actor=city.actors[login], application_id=city.application["id"])
    assert folder.name == city.application["number"]
    return b"".join(folder.pieces)


def files_of(folder: bytes) -> Files:
    with zipfile.ZipFile(io.BytesIO(folder)) as archive:
        assert archive.testzip() is None
        return {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}


def write(path: Path, files: Files) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(f"folder/{name}", content)
    return path


def table(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def with_attachments(city: City) -> City:
    city.at("2026-08-31").apply()
    city.kept = added(city, "institution", Place.APPLICANT_SEAL, PDF)  # type: ignore[attr-defined]
    removed = added(city, "institution", Place.OPENING_MATERIALS, JPEG)
    attachments.remove_attachment(
        city.product,
        actor=city.actors["institution"],
        application_id=city.application["id"],
        attachment_id=removed,
    )
    city.send("institution", "submit")
    with pytest.raises(Forbidden):
        city.send("hr1", "approve", opinion="同意")
    city.at("2026-09-01").send("industry1", "approve", opinion="=同意")
    return city


def wheres(facts: dict[str, Any]) -> list[str]:
    return [fault["where"] for fault in facts["faults"]]


def test_a_folder_holds_the_case_and_proves_itself(city: City, tmp_path: Path) -> None:
    with_attachments(city)
    folder = exported(city)
    files = files_of(folder)
    number = city.application["number"]
    assert {name for name in files if name.endswith((".csv", ".json", ".txt")) or name == "申请表.pdf"} == {
        *("申请表.pdf", HISTORY, "办理记录.csv", "时限.csv", "资金.csv", PROOF, WORDS)
    }
    assert files["申请表.pdf"].startswith(b"%PDF-")
    uploaded = {name: content for name, content in files.items() if name.startswith("附件/")}
    assert uploaded[f"附件/申请人盖章页/{city.kept}-文件1.pdf"] == PDF  # type: ignore[attr-defined]
    assert [name for name in uploaded if name.startswith("附件/已移除/培训计划等开班材料/")]
    assert len(uploaded) == 2
    rows = table(files["办理记录.csv"])
    assert [row["序号"] for row in rows] == [str(place + 1) for place in range(len(rows))]
    assert [row["说明"] for row in rows if row["结果"] == "未准许"] != []
    assert rows[-1]["说明"] == "'=同意"
    assert rows[-1]["杂凑值"] == json.loads(files[PROOF])["chain"]["head"]
    assert [row["时限"] for row in table(files["时限.csv"])] == ["开班申请行业审核"] or table(
        files["时限.csv"]
    )
    assert number in files[WORDS].decode()
    path = tmp_path / "案卷.zip"
    path.write_bytes(folder)
    for product in (None, city.product):
        facts = check_export(path, product=product)
        assert facts == facts | {"holds": True, "number": number, "faults": []}
        assert facts["entries"] == len(rows)
    city.at("2026-09-02").send("industry2", "approve", opinion="同意")
    assert check_export(path, product=city.product)["holds"], "the case went on since"
    assert audit_verification.verify_audit(city.product)["holds"]


def test_nothing_personal_is_in_the_tables_and_each_look_at_a_proof_is_recorded(small_city: City) -> None:
    city = small_city
    city.at("2026-09-28").apply_as_individual()
    proof = added(city, "individual", Place.IDENTITY_DOCUMENT, JPEG)
    files = files_of(exported(city))
    assert any(name.startswith(f"附件/申请人身份证件/{proof}-") for name in files)
    clear = ("410499198808081234", "13900000001")
    for name, content in files.items():
        if name.endswith((".csv", ".json", ".txt")):
            assert not any(number in content.decode() for number in clear), name
    (seen,) = readings.list_readings(city.product, actor=city.actors["auditor"])["items"]
    assert (seen["account"], seen["purpose"]) == ("auditor", "audit")
    withheld = json.loads(files_of(exported(city, "office"))[PROOF])["withheld"]
    assert [each["id"] for each in withheld] == [proof]
    assert "含有个人信息" in withheld[0]["reason"]
    assert len(readings.list_readings(city.product, actor=city.actors["auditor"])["items"]) == 1


def test_only_auditors_and_the_office_export(small_city: City) -> None:
    small_city.to_opening_review()
    for login in set(small_city.actors) - {"auditor", "office"}:
        with pytest.raises(Forbidden, match="只能由审计、纪检和领导小组办公室导出"):
            export_case(
                small_city.product,
                actor=small_city.actors[login],
                application_id=small_city.application["id"],
            )


def test_a_damaged_attachment_is_named_instead(small_city: City, tmp_path: Path) -> None:
    city = with_attachments(small_city)
    for file in city.product.settings.files.rglob("*"):
        if file.is_file():
            file.chmod(0o600)
            file.write_bytes(b"other")
    path = tmp_path / "folder.zip"
    path.write_bytes(exported(city))
    files = files_of(path.read_bytes())
    assert [each["reason"] for each in json.loads(files[PROOF])["withheld"]] == [
        "文件缺失或者被改动，不能打开"
    ] * 2
    assert check_export(path)["holds"]


def test_a_byte_of_any_file_changed_taken_away_or_added_is_found_and_named(
    small_city: City, tmp_path: Path
) -> None:
    files = files_of(exported(with_attachments(small_city)))
    for name, content in files.items():
        for place in {0, len(content) // 2, len(content) - 1}:
            altered = bytearray(content)
            altered[place] ^= 1
            facts = check_export(write(tmp_path / "altered.zip", files | {name: bytes(altered)}))
            assert name in {where.partition(" ")[0] for where in wheres(facts)}, (name, place)
        facts = check_export(
            write(tmp_path / "less.zip", {each: files[each] for each in files if each != name})
        )
        assert name in wheres(facts)
    facts = check_export(write(tmp_path / "more.zip", files | {"附件/别的.pdf": b"%PDF-"}))
    assert wheres(facts) == ["附件/别的.pdf"]


def test_a_flipped_byte_of_the_zip_itself_never_passes_for_another_content(
    small_city: City, tmp_path: Path
) -> None:
    folder = exported(with_attachments(small_city))
    files, path = files_of(folder), tmp_path / "flipped.zip"
    for place in range(0, len(folder), 97):
        altered = bytearray(folder)
        altered[place] ^= 4
        path.write_bytes(bytes(altered))
        if check_export(path)["holds"]:
            assert files_of(path.read_bytes()) == files
    path.write_bytes(folder[: len(folder) // 2])
    assert check_export(path)["faults"] == [{"where": "flipped.zip", "fault": "不是完整的 ZIP 文件"}]
    path.write_bytes(b"")
    assert not check_export(path)["holds"]
    assert check_export(tmp_path / "none.zip")["faults"] == [{"where": "none.zip", "fault": "没有这个文件"}]


def redone(files: Files, change: Callable[[list[dict[str, Any]]], None]) -> Files:
    """The folder with another history, and a proof that was made to fit its files."""
    entries = json.loads(files[HISTORY])
    change(entries)
    written = canonical(entries).encode()
    proof = json.loads(files[PROOF])
    proof.pop("digest")
    for each in proof["files"]:
        if each["path"] == HISTORY:
            each.update(bytes=len(written), sm3=sm3(written.decode()))
    proof["digest"] = sm3(canonical(proof))
    return files | {HISTORY: written, PROOF: canonical(proof).encode()}


def test_entries_dropped_swapped_or_edited_are_named_even_when_the_proof_was_made_to_fit(
    city: City, tmp_path: Path
) -> None:
    files = files_of(exported(with_attachments(city)))
    count = len(json.loads(files[HISTORY]))

    def edit(entries: list[dict[str, Any]]) -> None:
        entries[1]["content"] = entries[1]["content"].replace("institution", "institutiom")

    def swap(entries: list[dict[str, Any]]) -> None:
        entries[1], entries[2] = entries[2], entries[1]

    def redo(entries: list[dict[str, Any]]) -> None:
        edit(entries)
        head = ""
        for each in entries:
            each["previous_hash"] = head
            head = each["hash"] = sm3(f"{head}\n{each['content']}")

    def faults(change: Callable[[list[dict[str, Any]]], None], **more: Any) -> list[str]:
        facts = check_export(write(tmp_path / "redone.zip", redone(files, change)), **more)
        return [f"{each['where']}：{each['fault']}" for each in facts["faults"]]

    assert faults(lambda entries: entries.pop(1))[0] == f"{HISTORY} 第 3 条：缺少记录"
    assert faults(lambda entries: entries.pop()) == [f"{HISTORY} 第 {count} 条：链尾与登记的链头不一致"]
    assert faults(swap)[0] == f"{HISTORY} 第 3 条：缺少记录"
    assert faults(edit) == [f"{HISTORY} 第 2 条：记录内容被改动"]
    assert faults(redo) == [f"{HISTORY} 第 {count} 条：链尾与登记的链头不一致"]
    live = faults(redo, product=city.product)
    assert f"{HISTORY} 第 2 条：与数据库中的记录不符" in live
    assert f"{PROOF}：平台没有导出过这份案卷" in live


def test_the_history_says_which_entry_of_it_was_changed(small_city: City) -> None:
    city = small_city.to_opening_review()

    def proof() -> dict[str, Any]:
        return audit.prove_history(
            city.product, actor=city.actors["auditor"], application_id=city.application["id"]
        )

    assert proof() == proof() | {"holds": True, "faults": [], "head": proof()["kept_head"]}
    with writing(city.product.engine) as connection:
        connection.execute(text("DROP TRIGGER audit_entry_no_update"))
        connection.execute(
            text("UPDATE audit_entry SET content = content || ' ' WHERE chain_id = 1 AND sequence = 2")
        )
    assert proof()["faults"] == [{"sequence": 2, "fault": "记录内容被改动"}]
    with writing(city.product.engine) as connection:
        connection.execute(text("DROP TRIGGER audit_entry_no_delete"))
        connection.execute(text("DELETE FROM audit_entry WHERE chain_id = 1 AND sequence = 2"))
    assert proof()["faults"][0] == {"sequence": 3, "fault": "缺少记录"}
