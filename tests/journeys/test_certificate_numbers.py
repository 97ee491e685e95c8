"""A 特种作业操作证 bears its holder's identity number: kept covered, and still one certificate is one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import select

from tests.journeys.city import COMMITMENT, DATA, City
from tests.journeys.holders import TODAY, apply_with, holder, put_list, submit
from workflow.demonstration.trainees import identity_number
from workflow.errors import Malformed, RuleBroken
from workflow.form.masking import mask_identity
from workflow.persistence import tables
from workflow.persistence.engine import reading
from workflow.services import applications, rosters

PEOPLE = [row["id_number"] for row in json.loads((DATA / "roster.json").read_text(encoding="utf-8"))]


def listed(numbers: list[str]) -> dict[str, Any]:
    """The results of a class of which these are certified."""
    certificates = [
        {"id_number": holder, "number": number, "issued_on": "2026-09-24"}
        for holder, number in zip(PEOPLE, numbers, strict=False)
    ]
    return {
        "class_no": 1,
        "kind": "skill_level",
        "level": 4,
        "examined_count": 47,
        "certified_count": len(certificates),
        "certificates": certificates,
    }


def to_results(city: City) -> City:
    return city.to_assessment().at("2026-09-24 17:00")


def test_the_number_in_a_certificates_number_is_covered_wherever_it_is_kept(city: City) -> None:
    to_results(city)
    numbers = [f"T{PEOPLE[0]}", f" t {PEOPLE[1]}", "S000003"]
    city.send("inspector", "record_results", results=[listed(numbers)])
    (result,) = city.look()["form"]["assessment"]["results"]
    kept = [certificate["number"] for certificate in result["certificates"]]
    with reading(city.product.engine) as connection:
        table, person = tables.certificate, tables.person
        stored = connection.execute(
            select(table.c.number, person.c.id, person.c.id_number_masked)
            .join(person, person.c.id == table.c.person_id)
            .order_by(table.c.id)
        ).all()
    assert sorted(row.number for row in stored) == sorted(kept)
    by_mask = {row.id_number_masked: row.id for row in stored}
    masks = [mask_identity(number) for number in PEOPLE[:2]]
    assert kept == [*(f"T{mask}#{by_mask[mask]}" for mask in masks), "S000003"]


def test_a_certificate_with_somebody_elses_number_is_refused_and_one_of_another_class_is_known(
    small_city: City,
) -> None:
    city = to_results(small_city)
    with pytest.raises(Malformed) as refused:
        city.send("inspector", "record_results", results=[listed([f"T{PEOPLE[1]}", f"T{PEOPLE[0]}", "S3"])])
    assert [error.field for error in refused.value.errors] == [
        f"payload.results.0.certificates.{place}.number" for place in (0, 1)
    ]
    assert not any(number in str(refused.value.errors) for number in PEOPLE[:2])
    twice = [listed([f"T{PEOPLE[0]}"]), listed([f"T{PEOPLE[0]}"]) | {"level": 3}]
    with pytest.raises(RuleBroken, match=r"T410499\*{8}"):
        city.send("inspector", "record_results", results=twice)


def test_an_individuals_own_number_is_covered_at_once_and_must_be_the_own(small_city: City) -> None:
    city = small_city.at("2026-10-09")
    individual = city.actors["individual"]
    body = json.loads((DATA / "application-individual.json").read_text(encoding="utf-8"))
    own = body["applicant"]["id_number"] = identity_number(77)

    def with_number(number: str) -> dict[str, Any]:
        return body | {"certificate": body["certificate"] | {"number": number}}

    def edit(change: dict[str, Any]) -> Any:
        return applications.edit_application(
            city.product,
            actor=individual,
            application_id=city.application["id"],
            body=change,
            expected_version=None,
            merge=True,
        )

    with pytest.raises(Malformed, match="不是持证人的"):
        applications.create_application(
            city.product, actor=individual, body=with_number(f"T{identity_number(78)}")
        )
    city.application = applications.create_application(
        city.product, actor=individual, body=with_number(f"T{own}")
    )
    kept = city.application["form"]["certificate"]["number"]
    assert kept.startswith(f"T{mask_identity(own)}#")
    # Sent back as it is shown, and typed anew, it stays the same.
    assert edit({"certificate": {"number": kept}})["form"]["certificate"]["number"] == kept
    assert edit({"certificate": {"number": f"T {own}"}})["form"]["certificate"]["number"] == kept
    with pytest.raises(Malformed, match="不是持证人的"):
        edit({"certificate": {"number": f"T{identity_number(78)}"}})
    lines = [{"class_no": 1, "heads": 1, "amount": "1200.00"}]
    city.send("individual", "submit", claim={"lines": lines, "commitment": COMMITMENT})
    with reading(city.product.engine) as connection:
        assert connection.scalar(select(tables.entitlement.c.certificate_number)) == kept


def test_a_list_of_holders_keeps_them_covered_and_knows_them_in_another_list(small_city: City) -> None:
    city, first, second = small_city.at(TODAY), holder(1), holder(2)
    first["certificate_number"] = f"T{first['id_number']}"
    apply_with(city, "assessment_body", [first, second])
    shown = rosters.read_roster(
        city.product, actor=city.actors["assessment_body"], application_id=city.application["id"]
    )
    kept = shown["items"][0]["certificate_number"]
    assert kept.startswith(f"T{mask_identity(first['id_number'])}#")
    assert shown["items"][1]["certificate_number"] == second["certificate_number"]
    with pytest.raises(Malformed) as refused:
        put_list(city, "assessment_body", [first, second | {"certificate_number": f"T{identity_number(3)}"}])
    assert [error.field for error in refused.value.errors] == ["rows.2.certificate_number"]
    put_list(city, "assessment_body", [first])
    submit(city, "assessment_body", city.application["id"], 1, "240.00")
    # The same certificate, for another occupation.
    other = {"occupation_code": "6-18-02-04", "occupation": "焊工"}
    apply_with(city, "assessment_body", [first | other])
    with pytest.raises(RuleBroken, match="第1行这本证书已由申请") as broken:
        submit(city, "assessment_body", city.application["id"], 1, "240.00")
    assert kept not in str(broken.value)


DISGUISES = [
    "ｓ００００４１０４００００２６４０９９００１",
    "s 0000 4104 0000 2640 99001",
    "S0000\u200b41040000264099001",
]


@pytest.mark.parametrize("disguised", DISGUISES)
def test_a_number_in_disguise_is_the_same_certificate(small_city: City, disguised: str) -> None:
    city = small_city.at("2026-10-09")
    body = json.loads((DATA / "application-individual.json").read_text(encoding="utf-8"))
    lines = [{"class_no": 1, "heads": 1, "amount": "1200.00"}]

    def claim_with(number: str, holder_number: str) -> None:
        body["applicant"]["id_number"], body["certificate"]["number"] = holder_number, number
        city.application = applications.create_application(
            city.product, actor=city.actors["individual"], body=body
        )
        city.send("individual", "submit", claim={"lines": lines, "commitment": COMMITMENT})

    claim_with(disguised, identity_number(77))
    assert city.application["form"]["certificate"]["number"] == "S000041040000264099001"
    with pytest.raises(RuleBroken, match="该证书已申领补贴"):
        claim_with("S000041040000264099001", identity_number(78))


def test_a_number_in_disguise_is_listed_once(small_city: City) -> None:
    city = to_results(small_city)
    with pytest.raises(Malformed, match="证书第2项 证书编号”重复：每本证书的编号不同"):
        city.send("inspector", "record_results", results=[listed(["S000001", "ｓ 000001"])])
    with pytest.raises(Malformed, match="重复") as refused:
        city.send("inspector", "record_results", results=[listed([f"T{PEOPLE[0]}", f"t {PEOPLE[0]}"])])
    assert PEOPLE[0] not in str([refused.value.message, refused.value.errors])
    city.send("inspector", "record_results", results=[listed(["S000001", "ｓ 000002"])])
    with reading(city.product.engine) as connection:
        assert list(
            connection.scalars(select(tables.certificate.c.number).order_by(tables.certificate.c.id))
        ) == [
            "S000001",
            "S000002",
        ]
