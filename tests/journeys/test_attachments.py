"""Scans and photographs of whole applications: who adds, sees and removes them, and what lies on the disk."""

from __future__ import annotations

import os
import stat
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from tests.files import JPEG, PDF, PNG, jpeg
from tests.journeys.city import City
from tests.journeys.test_key_rotation import NEW, NEW_NAME, OLD, OLD_NAME, process
from workflow.attachments import limits, scanning, store
from workflow.demonstration.papers import page
from workflow.errors import Broken, Conflict, Forbidden, Malformed, NotFound, NotNow, Refused, Unavailable
from workflow.form.attachments import ATTACHMENT_PLACES
from workflow.persistence import tables
from workflow.persistence.engine import writing
from workflow.services import attachments, audit, audit_verification, health, keys, readings
from workflow.services.product import Product
from workflow.services.setup import prepare
from workflow.services.uploads import File, Upload
from workflow.settings import Settings, SettingsError, read_settings
from workflow.vocabulary import AttachmentPlace, State

Place = AttachmentPlace


def add(
    city: City, login: str, place: Place, *contents: bytes, class_no: int | None = None, **more: Any
) -> list[dict[str, Any]]:
    """Adds files as this person; answers what became of each."""
    uploads = [Upload(f"文件{number}.pdf", content) for number, content in enumerate(contents or (PDF,), 1)]
    answer = attachments.add_attachments(
        city.product,
        actor=city.actors[login],
        application_id=city.application["id"],
        place=place,
        class_no=class_no,
        uploads=uploads,
        **more,
    )
    results: list[dict[str, Any]] = answer["results"]
    return results


def added(city: City, login: str, place: Place, *contents: bytes, **more: Any) -> int:
    """Adds one file, which is taken; answers its id."""
    (result,) = add(city, login, place, *contents, **more)
    assert result["message"] == ""
    number: int = result["attachment"]["id"]
    return number


def places(city: City, login: str) -> dict[str, dict[str, Any]]:
    found = attachments.read_attachments(
        city.product, actor=city.actors[login], application_id=city.application["id"]
    )
    return {each["place"]: each for each in found}


def open_places(city: City, login: str) -> set[str]:
    return {name for name, each in places(city, login).items() if each["may_add"]}


def read(city: City, login: str, attachment_id: int) -> File:
    return attachments.read_attachment(
        city.product,
        actor=city.actors[login],
        application_id=city.application["id"],
        attachment_id=attachment_id,
    )


def remove(city: City, login: str, attachment_id: int, **more: Any) -> dict[str, Any]:
    return attachments.remove_attachment(
        city.product,
        actor=city.actors[login],
        application_id=city.application["id"],
        attachment_id=attachment_id,
        **more,
    )


def kept(product: Product) -> list[Path]:
    return [each.path for each in store.list_files(product.settings.files)]


def set_to(city: City, **changes: Any) -> None:
    """The same city with other settings."""
    values = {name: getattr(city.product.settings, name) for name in Settings.__dataclass_fields__}
    city.product = Product(engine=city.product.engine, settings=Settings(**(values | changes)))


@pytest.fixture
def script(tmp_path: Path) -> Callable[[str], str]:
    """Writes a scanner."""

    def write(body: str) -> str:
        path = tmp_path / "scanner"
        path.write_text(
            f"#!{sys.executable}\nimport sys\ncontent = open(sys.argv[-1], 'rb').read()\n{body}\n"
        )
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return f"{path} --quiet"

    return write


# --- every place -------------------------------------------------------------------------------------------

OPEN_AT: list[tuple[str, dict[str, set[str]]]] = [
    ("apply", {"institution": {"applicant_seal", "opening_materials"}, "industry1": set()}),
    ("to_opening_review", {"institution": set(), "industry1": {"opening_industry_opinion"}, "hr1": set()}),
    (
        "to_training",
        {
            "institution": {"training_materials"},
            "inspector": {"opening_inspection"},
            "hr1": set(),
            "industry1": set(),
        },
    ),
    ("to_claim_draft", {"institution": {"commitment"}, "inspector": set()}),
    ("to_acceptance", {"institution": set(), "industry1": set()}),
    ("to_industry_review", {"industry2": {"claim_industry_opinion"}, "hr1": set()}),
    ("to_notice", {"hr1": {"notice_proof"}, "industry1": set()}),
    ("to_hr_review", {"hr2": {"notice_proof", "claim_hr_opinion"}, "finance1": set()}),
    ("to_finance", {"finance1": {"claim_finance_opinion"}, "cashier": set(), "hr1": set()}),
    ("to_payment", {"cashier": {"payment_voucher"}, "finance1": set(), "institution": set()}),
]


@pytest.mark.parametrize(("way", "expected"), OPEN_AT, ids=[way for way, _ in OPEN_AT])
def test_each_place_is_open_to_whom_and_when_the_form_asks(
    small_city: City, way: str, expected: dict[str, set[str]]
) -> None:
    small_city.at("2026-08-28")
    getattr(small_city, way)()
    for login, names in expected.items():
        if login != "institution" and way == "apply":
            with pytest.raises(Forbidden):
                places(small_city, login)
            continue
        assert open_places(small_city, login) == names, login
        for name, found in places(small_city, login).items():
            place = Place(name)
            if name in names:
                number = added(small_city, login, place)
                assert read(small_city, login, number).content == PDF
            else:
                with pytest.raises(Refused):
                    add(small_city, login, place)
            assert found["label"] == place.label
    for login in ("office", "auditor", "admin"):
        assert open_places(small_city, login) == set()


def test_the_training_places_follow_the_inspections(city: City) -> None:
    city.to_training().at("2026-09-07 09:00").send(
        "inspector",
        "record_opening_inspection",
        class_no=1,
        inspected_at="2026-09-07T08:40:00+08:00",
        present_count=50,
        sign_in="签到50人",
        materials="齐全",
    )
    assert open_places(city, "inspector") == {"opening_inspection", "training_inspection"}
    number = added(city, "inspector", Place.TRAINING_INSPECTION, jpeg(location=True), class_no=1)
    (item,) = places(city, "institution")["training_inspection"]["items"]
    assert item["has_location"]
    assert (item["id"], item["class_no"], item["name"], item["kind"]) == (number, 1, "文件1.pdf.jpg", "jpeg")
    with pytest.raises(Malformed, match="没有班次9"):
        add(city, "inspector", Place.TRAINING_INSPECTION, PNG, class_no=9)
    city.to_opening_review()
    with pytest.raises(Malformed, match="不分班次"):
        add(city, "industry1", Place.OPENING_INDUSTRY_OPINION, PNG, class_no=1)


def test_every_place_has_its_states_or_its_part_and_its_source() -> None:
    assert set(ATTACHMENT_PLACES) == set(Place)
    for place, rule in ATTACHMENT_PLACES.items():
        assert bool(rule.states) != bool(rule.part), place
        assert rule.source, place
        assert rule.part == "" or rule.adds.own, place


def test_an_expected_file_that_is_missing_is_told_and_holds_nobody_up(city: City) -> None:
    city.at("2026-08-28").apply()
    found = places(city, "institution")
    assert {name for name, each in found.items() if each["missing"]} == {"applicant_seal"}
    added(city, "institution", Place.APPLICANT_SEAL)
    assert not places(city, "institution")["applicant_seal"]["missing"]
    city.to_opening_review()
    assert city.state == State.OPENING_INDUSTRY_FIRST
    assert places(city, "industry1")["applicant_seal"]["missing"]


# --- who may see -------------------------------------------------------------------------------------------


def test_others_neither_add_nor_see(city: City) -> None:
    city.to_opening_review()
    city.send(
        "industry1", "return_for_correction", reason="请补盖章页", code="incomplete", sections=["applicant"]
    )
    number = added(city, "institution", Place.APPLICANT_SEAL)
    with pytest.raises(NotNow, match="不在可以修改的部分之内"):
        add(city, "institution", Place.OPENING_MATERIALS)
    for login in ("institution2", "industry1_bf", "hr1_bf"):
        for act in (lambda login=login: read(city, login, number), lambda login=login: places(city, login)):
            with pytest.raises(Forbidden):
                act()
        for act in (
            lambda login=login: add(city, login, Place.APPLICANT_SEAL),
            lambda login=login: remove(city, login, number),
        ):
            with pytest.raises(Forbidden):
                act()
    for login in ("industry1", "hr1", "office", "auditor", "admin", "institution"):
        assert read(city, login, number).content == PDF
    with pytest.raises(NotFound):
        read(city, "institution", number + 1)
    other = city.application
    city.at("2026-08-28").apply("institution2")
    with pytest.raises(NotFound):
        read(city, "institution2", number)
    city.application = other


def test_an_identity_document_is_for_few_and_each_look_is_recorded(city: City) -> None:
    city.at("2026-09-28").apply_as_individual()
    number = added(city, "individual", Place.IDENTITY_DOCUMENT, JPEG)
    added(city, "individual", Place.CERTIFICATE, PDF)
    assert "applicant_seal" not in places(city, "individual")
    city.send(
        "individual",
        "submit",
        claim={
            "lines": [{"class_no": 1, "heads": 1, "amount": "1200.00"}],
            "commitment": {"accepted": True, "signatory": "示例"},
        },
    )
    for login in ("hr1", "finance1", "office", "admin", "industry_head"):
        assert not places(city, login)["identity_document"]["items"][0]["may_read"]
        with pytest.raises(Forbidden, match="含有个人信息"):
            read(city, login, number)
    for login in ("individual", "industry1", "auditor"):
        assert read(city, login, number).content == JPEG
    told = readings.list_readings(city.product, actor=city.actors["auditor"])["items"]
    assert [(each["account"], each["purpose"]) for each in told] == [
        ("auditor", "audit"),
        ("industry1", "identity_check"),
        ("individual", "correction"),
    ]
    assert told[0]["note"] == f"查看附件 {number}“申请人身份证件”"
    assert "*" in told[0]["whose"][0]


# --- removing ----------------------------------------------------------------------------------------------


def test_a_removed_file_is_gone_for_all_but_auditors(city: City) -> None:
    city.at("2026-08-28").apply()
    number = added(city, "institution", Place.APPLICANT_SEAL)
    version = city.look("institution")["version"]
    gone = remove(city, "institution", number, expected_version=version, command_id="once")
    assert gone["version"] == version + 1
    assert remove(city, "institution", number, expected_version=version, command_id="once") == gone
    assert places(city, "institution")["applicant_seal"]["items"] == []
    with pytest.raises(NotFound, match="已被移除"):
        read(city, "institution", number)
    with pytest.raises(NotFound):
        remove(city, "institution", number)
    (item,) = places(city, "auditor")["applicant_seal"]["items"]
    assert item["removed_by"] == "示例institution"
    assert item["removed_at"].startswith("2026-08-28T09:00")
    assert read(city, "auditor", number).content == PDF
    assert places(city, "auditor")["applicant_seal"]["missing"]
    # The same file may be added again.
    added(city, "institution", Place.APPLICANT_SEAL)
    assert audit_verification.verify_audit(city.product)["holds"]
    events = [each["event_label"] for each in history(city)]
    assert events[-3:] == ["上传附件", "移除附件", "上传附件"]


def history(city: City) -> list[dict[str, Any]]:
    trail = audit.read_history(
        city.product, actor=city.actors["auditor"], application_id=city.application["id"], limit=100
    )
    items: list[dict[str, Any]] = trail["items"]
    return items


def test_a_file_stays_once_the_place_is_closed_and_where_somebody_else_added_it(city: City) -> None:
    city.at("2026-08-31").apply()
    seal_page = added(city, "institution", Place.APPLICANT_SEAL)
    city.send("institution", "submit")
    with pytest.raises(NotNow, match="不在申请人手中"):
        remove(city, "institution", seal_page)
    opinion = added(city, "industry1", Place.OPENING_INDUSTRY_OPINION)
    with pytest.raises(Forbidden, match="只有上传的人员"):
        remove(city, "industry2", opinion)
    assert not places(city, "industry2")["opening_industry_opinion"]["items"][0]["may_remove"]
    remove(city, "industry1", opinion)


# --- what is wrong with files, limits, versions, twice ------------------------------------------------------


def test_good_files_are_taken_and_for_each_other_the_reason_is_told(city: City) -> None:
    city.at("2026-08-28").apply()
    version = city.look("institution")["version"]
    results = add(city, "institution", Place.APPLICANT_SEAL, PDF, b"", b"MZ", PDF, JPEG[:-2], PNG)
    assert [bool(each["attachment"]) for each in results] == [True, False, False, False, False, True]
    messages = [each["message"] for each in results]
    assert messages[1] == "“文件2.pdf”是空文件（0 字节），请重新选择"
    assert "不是 PDF、JPEG 或者 PNG 文件" in messages[2]
    assert "已经上传过" in messages[3]
    assert "不完整" in messages[4]
    assert city.look("institution")["version"] == version + 1
    assert len(kept(city.product)) == 2
    bad = add(city, "institution", Place.APPLICANT_SEAL, b"MZ")
    assert bad[0]["attachment"] is None
    assert city.look("institution")["version"] == version + 1


def test_names_are_shown_without_paths_signs_and_long_numbers(city: City) -> None:
    city.at("2026-08-28").apply()
    names = [
        "C:\\scan\\a.PDF",
        "../../etc/passwd",
        "\u202efdp.exe",
        "410499199001010081.pdf",
        "长" * 300 + ".pdf",
    ]
    uploads = [Upload(name, page(f"第{number}页")) for number, name in enumerate(names)]
    results = attachments.add_attachments(
        city.product,
        actor=city.actors["institution"],
        application_id=city.application["id"],
        place=Place.APPLICANT_SEAL,
        class_no=None,
        uploads=uploads,
    )["results"]
    shown = [each["attachment"]["name"] for each in results]
    assert shown[:3] == ["a.PDF", "passwd.pdf", "fdp.exe.pdf"]
    assert "19900101" not in shown[3]
    assert len(shown[4]) == 120
    assert shown[4].endswith("长.pdf")


def test_the_limits_of_a_request_and_of_an_application_are_named(
    small_city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    city = small_city
    city.at("2026-08-28").apply()
    for contents, said in (
        ((b"x" * (16 * limits.MEGABYTE),) * 2, "合计不超过 30 MB，现为 32 MB"),
        ((PDF,) * 21, "一次最多上传20个文件，现选了21个"),
    ):
        with pytest.raises(Malformed, match=said):
            add(city, "institution", Place.APPLICANT_SEAL, *contents)
    with pytest.raises(Malformed, match="请选择要上传的文件"):
        attachments.add_attachments(
            city.product,
            actor=city.actors["institution"],
            application_id=city.application["id"],
            place=Place.APPLICANT_SEAL,
            class_no=None,
            uploads=[],
        )
    monkeypatch.setattr(attachments, "MOST_FILES_OF_APPLICATION", 1)
    first, second = add(city, "institution", Place.APPLICANT_SEAL, PDF, PNG)
    assert first["attachment"]
    assert "一件申请最多1个附件" in second["message"]
    monkeypatch.setattr(attachments, "MOST_FILES_OF_APPLICATION", 9)
    monkeypatch.setattr(attachments, "MOST_BYTES_OF_APPLICATION", len(PDF) + 1)
    (third,) = add(city, "institution", Place.APPLICANT_SEAL, PNG)
    assert "合计不超过" in third["message"]
    assert len(kept(city.product)) == 1


def test_a_command_is_carried_out_once_and_an_old_version_not_at_all(city: City) -> None:
    city.at("2026-08-28").apply()
    version = city.look("institution")["version"]
    again = {"expected_version": version, "command_id": "the-same"}
    first = add(city, "institution", Place.APPLICANT_SEAL, **again)
    assert add(city, "institution", Place.APPLICANT_SEAL, **again) == first
    with pytest.raises(Malformed, match="Idempotency-Key"):
        add(city, "institution", Place.APPLICANT_SEAL, PNG, **again)
    with pytest.raises(Conflict):
        add(city, "institution", Place.APPLICANT_SEAL, PNG, expected_version=version)
    assert len(kept(city.product)) == 1


def test_two_at_once_are_both_kept_and_the_same_file_of_two_once(city: City) -> None:
    city.at("2026-08-28").apply()
    contents = [page("甲"), page("乙"), page("丙"), page("丙")]
    results: list[dict[str, Any]] = []
    barrier = threading.Barrier(len(contents))

    def send(content: bytes) -> None:
        barrier.wait()
        results.extend(add(city, "institution", Place.APPLICANT_SEAL, content))

    threads = [threading.Thread(target=send, args=[content]) for content in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(bool(each["attachment"]) for each in results) == [False, True, True, True]
    assert len(places(city, "institution")["applicant_seal"]["items"]) == 3
    assert len(kept(city.product)) == 3
    assert audit_verification.verify_audit(city.product)["holds"]
    assert attachments.verify_attachments(city.product)["holds"]


# --- killed, altered, rotated, scanned ----------------------------------------------------------------------


class Killed(BaseException):
    """The process ends here."""


def test_killed_between_file_and_row_nothing_is_half_there_and_the_file_is_swept(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    city.at("2026-08-28").apply()
    added(city, "institution", Place.APPLICANT_SEAL, PNG)
    version, entries = city.look("institution")["version"], len(history(city))
    with monkeypatch.context() as patched:

        def killed(*_: Any, **__: Any) -> None:
            raise Killed

        patched.setattr(attachments, "append_entry", killed)
        with pytest.raises(Killed):
            add(city, "institution", Place.APPLICANT_SEAL)
    assert city.look("institution")["version"] == version
    assert len(history(city)) == entries
    assert len(places(city, "institution")["applicant_seal"]["items"]) == 1
    orphan, *_ = sorted(kept(city.product), key=lambda path: path.stat().st_mtime, reverse=True)
    unfinished = orphan.with_name(f"{'0' * 64}.1.part")
    unfinished.write_bytes(b"half")
    stranger = orphan.with_name("notes.txt")
    stranger.write_bytes(b"not ours")
    # Young ones may be somebody's upload at this moment.
    assert attachments.sweep_attachments(city.product, apply=True)["orphan_count"] == 0
    long_ago = orphan.stat().st_mtime - 7_200
    for path in [*kept(city.product), stranger]:
        os.utime(path, (long_ago, long_ago))
    assert attachments.sweep_attachments(city.product, apply=False)["orphan_count"] == 2
    assert orphan.exists()
    assert attachments.sweep_attachments(city.product, apply=True)["orphan_count"] == 2
    assert not orphan.exists()
    assert stranger.exists()
    assert len(kept(city.product)) == 1
    assert attachments.verify_attachments(city.product)["holds"]


def test_a_refusal_after_the_file_was_written_leaves_no_file(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    city.at("2026-08-31").apply()
    keep = attachments.keep

    def submitted_meanwhile(product: Product, result: Any) -> None:
        keep(product, result)
        city.send("institution", "submit")

    monkeypatch.setattr(attachments, "keep", submitted_meanwhile)
    with pytest.raises(NotNow):
        add(city, "institution", Place.APPLICANT_SEAL)
    assert kept(city.product) == []


def test_a_full_disk_is_told_and_leaves_nothing(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    city.at("2026-08-28").apply()

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store.os, "fsync", full)
    with pytest.raises(Unavailable, match="存储空间不足"):
        add(city, "institution", Place.APPLICANT_SEAL)
    assert kept(city.product) == []
    assert places(city, "institution")["applicant_seal"]["items"] == []


def test_nothing_lies_in_clear_and_whatever_is_altered_is_found(city: City) -> None:
    city.at("2026-08-28").apply()
    secret = page("王小明 410499199001010081")
    number = added(city, "institution", Place.APPLICANT_SEAL, secret)
    other = added(city, "institution", Place.APPLICANT_SEAL, PNG)
    for path in kept(city.product):
        content = path.read_bytes()
        assert b"%PDF" not in content
        assert b"PNG" not in content
        assert secret[40:80] not in content
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    table = tables.attachment
    with writing(city.product.engine) as connection:
        rows = {row.id: row for row in connection.execute(select(table))}
    path = city.product.settings.files / rows[number].stored_sha256[:2] / rows[number].stored_sha256
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    (fault,) = attachments.verify_attachments(city.product)["faults"]
    assert (fault["attachment"], fault["fault"]) == (number, "文件内容被改动")
    with pytest.raises(Broken):
        read(city, "institution", number)
    path.unlink()
    assert attachments.verify_attachments(city.product)["faults"][0]["fault"] == "文件缺失"
    path.write_bytes(whole)
    assert attachments.verify_attachments(city.product)["holds"]
    assert audit_verification.verify_audit(city.product)["holds"]
    # One file put in the place of another, with its key.
    swapped = {name: getattr(rows[other], name) for name in ("stored_sha256", "key_sealed")}
    with writing(city.product.engine) as connection:
        connection.execute(delete(table).where(table.c.id == other))
        connection.execute(update(table).where(table.c.id == number).values(swapped))
    assert "不是当时上传的文件" in attachments.verify_attachments(city.product)["faults"][0]["fault"]
    for change in ({"sha256": rows[other].sha256}, {"name": "另一份.pdf"}, {"place": "opening_materials"}):
        with writing(city.product.engine) as connection:
            connection.execute(update(table).where(table.c.id == number).values(change))
        found = {fault["fault"] for fault in audit_verification.verify_audit(city.product)["faults"]}
        assert found == {f"附件 {number} 与审计记录不符", f"附件 {other} 的登记缺失"}
        with writing(city.product.engine) as connection:
            before = {name: getattr(rows[number], name) for name in change}
            connection.execute(update(table).where(table.c.id == number).values(before))
    with writing(city.product.engine) as connection:
        gone = {"removed_at": rows[number].added_at, "removed_by": rows[number].added_by}
        connection.execute(update(table).where(table.c.id == number).values(gone))
    found = {fault["fault"] for fault in audit_verification.verify_audit(city.product)["faults"]}
    assert f"附件 {number} 的移除与审计记录不符" in found


def test_a_rotation_of_keys_touches_rows_alone(engine: Any, database_url: str, tmp_path: Path) -> None:
    def opened(current: str, *further: str) -> Product:
        settings = process(engine, database_url, current, *further).settings
        values = {name: getattr(settings, name) for name in Settings.__dataclass_fields__}
        return Product(engine=engine, settings=Settings(**(values | {"files": tmp_path / "files"})))

    before = opened(OLD)
    prepare(before)
    city = City(before)
    city.at("2026-08-28").apply()
    number = added(city, "institution", Place.APPLICANT_SEAL)
    files = {path: path.read_bytes() for path in kept(before)}
    city.product = opened(NEW, OLD)
    done = keys.rotate_keys(city.product)
    assert done["resealed"]["attachment"] == 1
    assert done["left_count"] == 0
    with writing(engine) as connection:
        sealed = connection.execute(select(tables.attachment.c.key_sealed)).scalar_one()
    assert sealed.startswith(f"sm4:{NEW_NAME}:")
    assert OLD_NAME not in sealed
    assert {path: path.read_bytes() for path in kept(before)} == files
    city.product = opened(NEW)
    assert read(city, "institution", number).content == PDF
    assert attachments.verify_attachments(city.product)["holds"]
    assert audit_verification.verify_audit(city.product)["holds"]


def test_the_scanner_refuses_what_it_says_no_to_and_sees_the_file(city: City, script: Any) -> None:
    city.at("2026-08-28").apply()
    assert health.operations(city.product, actor=city.actors["admin"])["scanning"] is False
    added(city, "institution", Place.APPLICANT_SEAL, PNG)
    set_to(city, scan_command=script("sys.exit(1 if b'EICAR' in content else 0)"))
    (bad,) = add(
        city, "institution", Place.APPLICANT_SEAL, PDF.replace(b"/Type /Catalog", b"/Type /Catalog /EICAR 1")
    )
    assert "没有通过病毒扫描" in bad["message"]
    good = added(city, "institution", Place.APPLICANT_SEAL, PDF)
    scanned = {item["id"]: item["scanned"] for item in places(city, "institution")["applicant_seal"]["items"]}
    assert scanned.pop(good)
    assert list(scanned.values()) == [False]
    state = health.operations(city.product, actor=city.actors["admin"])
    assert (state["scanning"], state["attachment_count"], state["unscanned_count"]) == (True, 2, 1)


def test_a_scanner_that_cannot_say_lets_nothing_in(
    city: City, script: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    city.at("2026-08-28").apply()
    monkeypatch.setattr(scanning, "SECONDS", 0.5)
    for body in ("import time; time.sleep(20)", "import os; os.kill(os.getpid(), 9)"):
        set_to(city, scan_command=script(body))
        with pytest.raises(Unavailable, match="病毒扫描暂时不能进行"):
            add(city, "institution", Place.APPLICANT_SEAL)
    set_to(city, scan_command="/nowhere/scanner")
    with pytest.raises(Unavailable):
        add(city, "institution", Place.APPLICANT_SEAL)
    assert kept(city.product) == []


def test_the_settings_name_a_scanner_that_is_there_and_a_folder() -> None:
    assert read_settings({}).files == Path("var/files")
    assert read_settings({"DATABASE_URL": "sqlite:////srv/data/x.db"}).files == Path("/srv/data/files")
    assert read_settings({"DATABASE_URL": "postgresql+psycopg://a/b"}).files == Path("var/files")
    assert read_settings({"SUBSIDY_FILES": "/srv/files"}).files == Path("/srv/files")
    assert read_settings({"SUBSIDY_SCAN_COMMAND": "env --"}).scan_command == "env --"
    for wrong in ("no-such-program --x", "'open"):
        with pytest.raises(SettingsError, match="SUBSIDY_SCAN_COMMAND"):
            read_settings({"SUBSIDY_SCAN_COMMAND": wrong})
