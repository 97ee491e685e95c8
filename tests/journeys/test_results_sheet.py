"""Certificates that name their holders by the roster, and the list that an inspector brings as a workbook."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import Any

import openpyxl
import pytest
from sqlalchemy import Connection, func, select, text

from tests.journeys.city import DATA, City
from workflow.errors import Forbidden, Malformed, NotNow, RuleBroken
from workflow.form.results_sheet import RESULTS_SHEET
from workflow.persistence import tables
from workflow.persistence.engine import reading
from workflow.policy import Policy
from workflow.services import audit_verification, results_sheets
from workflow.services.product import Product

PEOPLE: list[dict[str, Any]] = json.loads((DATA / "roster.json").read_text(encoding="utf-8"))
RESULT = {"class_no": 1, "kind": "skill_level", "level": 4, "examined_count": 47}
PLACES = {column.field: place for place, column in enumerate(RESULTS_SHEET.columns, start=1)}


def to_assessment(city: City, roster: int = 50) -> City:
    """The assessment is proposed and has come, 24 September 2026."""
    city.at("2026-08-31").apply(roster=False, planned_count=roster)
    city.fill_roster(count=roster)
    city.send("institution", "submit")
    for day, login in enumerate(("industry1", "industry2", "hr1", "hr2"), start=1):
        city.at(f"2026-09-0{day} 10:00").send(login, "approve", opinion="同意")
    city.at("2026-09-07 09:00").send(
        "inspector",
        "record_opening_inspection",
        class_no=1,
        inspected_at="2026-09-07T08:40:00+08:00",
        present_count=roster,
        sign_in="签到",
        materials="齐全",
    )
    for day_of in ("2026-09-10", "2026-09-16"):
        city.at(f"{day_of} 16:00").inspect(day_of, roster)
    city.at("2026-09-18 17:00").send("institution", "finish_training", ended_on="2026-09-18")
    city.at("2026-09-21 09:30").send("hr1", "approve", opinion="过程规范")
    city.at("2026-09-21 10:05").send("institution", "propose_assessment", assess_on="2026-09-24")
    return city.at("2026-09-24 17:00")


def by_row(row_no: int, number: str = "") -> dict[str, Any]:
    """A certificate whose holder is named by the roster."""
    return {"row_no": row_no, "number": number or f"S{row_no}", "issued_on": "2026-09-24"}


def by_number(row_no: int, number: str = "") -> dict[str, Any]:
    """The same by the identity number."""
    certificate = by_row(row_no, number) | {"id_number": PEOPLE[row_no - 1]["id_number"]}
    del certificate["row_no"]
    return certificate


def sheet(city: City, cells: dict[int, dict[str, Any]], *, without: tuple[int, ...] = ()) -> bytes:
    """The workbook given to the inspector, with these cells filled by row number, some rows taken out."""
    content, _ = results_sheets.results_sheet(
        city.product, actor=city.actors["inspector"], application_id=city.application["id"]
    )
    book = openpyxl.load_workbook(io.BytesIO(content))
    page = book["取证名单"]
    for row_no, filled in cells.items():
        for field, value in filled.items():
            page.cell(row_no + 1, PLACES[field], value)
    for row_no in sorted(without, reverse=True):
        page.delete_rows(row_no + 1)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def read(city: City, content: bytes) -> list[dict[str, Any]]:
    """The results that follow from it."""
    found: list[dict[str, Any]] = results_sheets.read_results_sheet(
        city.product,
        actor=city.actors["inspector"],
        application_id=city.application["id"],
        content=content,
    )["results"]
    return found


def test_holders_named_by_the_roster_and_by_number_are_kept_alike_and_sealed(city: City) -> None:
    to_assessment(city)
    city.send("inspector", "record_results", results=[RESULT | {"certificates": [by_row(3), by_number(5)]}])
    (result,) = city.look()["form"]["assessment"]["results"]
    assert (result["examined_count"], result["certified_count"]) == (47, 2)
    shown = [(each["id_number"], each["number"]) for each in result["certificates"]]
    covered = [
        PEOPLE[place]["id_number"][:6] + "********" + PEOPLE[place]["id_number"][14:] for place in (2, 4)
    ]
    assert shown == [(covered[0], "S3"), (covered[1], "S5")]
    assert all(set(each) == {"id_number", "number", "issued_on"} for each in result["certificates"])
    trainee, certificate = tables.trainee, tables.certificate
    with reading(city.product.engine) as connection:
        rows = connection.execute(
            select(trainee.c.row_no, certificate.c.number)
            .join(certificate, certificate.c.person_id == trainee.c.person_id)
            .order_by(trainee.c.row_no)
        ).all()
        stored = connection.execute(text("SELECT form FROM application")).scalar_one()
        trail = "".join(connection.scalars(text("SELECT content FROM audit_entry")))
        replies = "".join(connection.scalars(text("SELECT reply FROM command")))
    assert [tuple(row) for row in rows] == [(3, "S3"), (5, "S5")]
    for place in (2, 4):
        assert PEOPLE[place]["id_number"] not in str(stored) + trail + replies
    assert audit_verification.verify_audit(city.product)["faults"] == []


@pytest.mark.parametrize(
    ("certificates", "field", "words"),
    [
        ([by_row(51)], "0.row_no", "“名册序号”51名册中没有"),
        ([by_row(3), by_number(3, "S9")], "1", "重复：同一人在一种考核中只能列一本证书"),
        ([by_row(3), by_row(3, "S9")], "1.row_no", "重复"),
    ],
)
def test_a_holder_who_is_not_there_or_stands_twice_is_refused(
    small_city: City, certificates: list[dict[str, Any]], field: str, words: str
) -> None:
    to_assessment(small_city)
    with pytest.raises(Malformed) as refused:
        small_city.send("inspector", "record_results", results=[RESULT | {"certificates": certificates}])
    assert [error.field for error in refused.value.errors] == [f"payload.results.0.certificates.{field}"]
    assert words in refused.value.errors[0].message
    assert PEOPLE[2]["id_number"] not in refused.value.errors[0].message
    with reading(small_city.product.engine) as connection:
        assert connection.scalar(select(func.count()).select_from(tables.certificate)) == 0


def test_the_list_gives_the_counts_and_is_recorded_as_it_was_confirmed(city: City) -> None:
    to_assessment(city)
    passed = {row_no: {"number": f"S{row_no}", "issued_on": "2026-09-24"} for row_no in range(1, 46)}
    results = read(city, sheet(city, passed | {49: {"examined": "否"}}, without=(48, 50)))
    assert [(one["examined_count"], one["certified_count"]) for one in results] == [(47, 45)]
    assert results[0]["certificates"][44] == {"row_no": 45, "number": "S45", "issued_on": "2026-09-24"}
    city.send("inspector", "record_results", results=results)
    (result,) = city.look()["form"]["assessment"]["results"]
    assert (result["certified_count"], len(result["certificates"])) == (45, 45)
    with reading(city.product.engine) as connection:
        assert connection.scalar(select(func.count()).select_from(tables.certificate)) == 45


def test_somebody_added_below_by_the_full_number_is_found_on_the_roster(small_city: City) -> None:
    to_assessment(small_city)
    number = PEOPLE[4]["id_number"]
    disguised = f" {number[:6]} {number[6:].lower()}"
    one = {"class_no": "1", "id_number": disguised, "number": "S5", "issued_on": "2026年9月24日"}
    content = sheet(small_city, {51: one}, without=tuple(range(1, 51)))
    (result,) = read(small_city, content)
    assert result["certificates"] == [by_row(5)]
    assert result["level"] == 4


def test_wrong_rows_are_named_and_marked_in_the_list_and_nothing_is_recorded(small_city: City) -> None:
    to_assessment(small_city)
    wrong = sheet(small_city, {2: {"number": "S2"}, 3: {"name": "别人"}, 4: {"row_no": "77"}})
    with pytest.raises(Malformed) as refused:
        read(small_city, wrong)
    assert [error.field for error in refused.value.errors] == [
        "rows.3.issued_on",
        "rows.4.name",
        "rows.5.row_no",
    ]
    command = {"actor": small_city.actors["inspector"], "application_id": small_city.application["id"]}
    marked = results_sheets.mark_results_sheet(small_city.product, content=wrong, **command)
    assert marked is not None
    reasons = [cell.value for cell in openpyxl.load_workbook(io.BytesIO(marked))["取证名单"]["J"]]
    assert [number for number, reason in enumerate(reasons, start=1) if reason] == [1, 3, 4, 5]
    right = sheet(small_city, {})
    assert results_sheets.mark_results_sheet(small_city.product, content=right, **command) is None
    with pytest.raises(Malformed, match="1处错误"):
        results_sheets.mark_results_sheet(small_city.product, content=b"nothing", **command)
    assert small_city.look()["state"] == "assessment_proposed"


def test_only_who_may_record_the_results_gets_the_list_and_only_now(small_city: City) -> None:
    to_assessment(small_city)
    for login in ("institution", "hr1", "inspector_bf", "auditor"):
        with pytest.raises(Forbidden):
            results_sheets.results_sheet(
                small_city.product,
                actor=small_city.actors[login],
                application_id=small_city.application["id"],
            )
    content = sheet(small_city, {})
    small_city.send("inspector", "record_results", results=[RESULT | {"certified_count": 45}])
    with pytest.raises(NotNow):
        read(small_city, content)


def test_where_every_certificate_is_asked_for_the_counts_cannot_be_typed_alone(
    small_city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    to_assessment(small_city)
    kept = Product.policy_of

    def strict(product: Product, connection: Connection, version: str) -> Policy:
        return replace(kept(product, connection, version), certificates_required=True)

    monkeypatch.setattr(Product, "policy_of", strict)
    with pytest.raises(RuleBroken) as refused:
        small_city.send("inspector", "record_results", results=[RESULT | {"certified_count": 1}])
    assert [finding.rule for finding in refused.value.findings] == ["no-certificate-no-money"]
    small_city.send("inspector", "record_results", results=[RESULT | {"certificates": [by_row(1)]}])
    assert small_city.look()["form"]["assessment"]["results"][0]["certified_count"] == 1
