"""An organisation registers itself: all that is wrong told at once, decided by one, followed by a receipt."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, select, update
from stdnum.cn import uscc

from tests.files import JPEG, PDF, PNG
from tests.journeys.city import City
from workflow.attachments import store
from workflow.errors import Conflict, Forbidden, Malformed, NotFound, NotNow, NotSignedIn, Refused
from workflow.persistence import tables
from workflow.persistence.engine import reading, writing
from workflow.services import accounts, applications, attachments, readings, registrations
from workflow.services import registration_reviews as reviews
from workflow.services.audit_verification import verify_audit
from workflow.services.uploads import Upload
from workflow.vocabulary import ProofKind, RegistrationState

PASSWORD = "kuai-le-2026"
LICENCE, PERMIT = ProofKind.LICENCE, ProofKind.SCHOOL_PERMIT


def code(serial: int) -> str:
    """A well-formed code of nobody."""
    body = f"52410400MJX{serial:06d}"
    return body + uscc.calc_check_digit(body)


def form(serial: int = 1, **changes: Any) -> dict[str, Any]:
    return {
        "kind": "institution",
        "region": "410400",
        "name": f"示例技工学校{serial}",
        "uscc": code(serial),
        "legal_representative": "温示例",
        "address": "示例路1号",
        "contact_name": "别示例",
        "contact_phone": "13800001111",
        "login": f"school{serial}",
        "account_name": "庄示例",
        "email": "school@example.com",
        "password": PASSWORD,
    } | changes


def proofs(content: bytes = PDF) -> dict[ProofKind, list[Upload]]:
    return {LICENCE: [Upload("执照.pdf", content)], PERMIT: [Upload("许可证.png", PNG)]}


def register(city: City, serial: int = 1, **changes: Any) -> dict[str, Any]:
    return registrations.register(city.product, body=form(serial, **changes), proofs=proofs())


def decide(
    city: City, login: str, registration_id: int, *, approved: bool, reason: str | None = None, version: int
) -> dict[str, Any]:
    body = {"approved": approved} | ({"reason": reason} if reason else {})
    return reviews.decide_registration(
        city.product,
        actor=city.actors[login],
        registration_id=registration_id,
        body=body,
        expected_version=version,
    )


def waiting(city: City, login: str = "hr1") -> list[dict[str, Any]]:
    found = reviews.list_registrations(
        city.product, actor=city.actors[login], state=RegistrationState.PENDING
    )
    return list(found["items"])


def wrong(refusal: Malformed) -> dict[str, str]:
    return {error.field: error.message for error in refusal.errors}


def files_of(city: City) -> int:
    return len(list(store.list_files(city.product.settings.files)))


def test_hr_approves_and_the_owner_signs_in_and_applies(city: City) -> None:
    city.at("2026-09-29")
    view = register(city)
    assert (view["state"], view["waited_days"], len(view["proofs"])) == ("pending", 0, 2)
    with pytest.raises(NotSignedIn):
        accounts.sign_in(city.product, login="school1", password=PASSWORD, address="")
    # Over the National Day: 30 September, then 8, 9 and 10 October (a Saturday that is worked).
    city.at("2026-10-12")
    (one,) = waiting(city)
    assert reviews.count_pending(city.product, actor=city.actors["hr_head"]) == 1
    status = registrations.read_registration_status(
        city.product, receipt=view["receipt"].lower().replace("-", " "), uscc=view["uscc"]
    )
    assert status["waited_days"] == one["waited_days"] == 5
    shown = reviews.read_registration(city.product, actor=city.actors["hr2"], registration_id=one["id"])
    assert (shown["contact_name"], shown["contact_phone"]) == ("别**", "138****1111")
    done = decide(city, "hr2", one["id"], approved=True, version=one["version"])
    assert (done["state"], done["decided_by"], done["may_decide"]) == ("approved", "示例hr2", False)
    # A second click.
    assert decide(city, "hr2", one["id"], approved=True, version=one["version"])["version"] == done["version"]
    _, owner = accounts.sign_in(city.product, login="school1", password=PASSWORD, address="")
    body = {"kind": "institution", "policy": "pingdingshan-2022", "region": "410400"}
    made = applications.create_application(
        city.product, actor=owner, body=body | {"applicant": {"name": "示例技工学校1"}}
    )
    assert made["applicant_name"] == "示例技工学校1"
    with reading(city.product.engine) as connection:
        row = connection.execute(
            select(tables.organisation).where(tables.organisation.c.uscc == code(1))
        ).one()
        assert (row.name, row.legal_representative, row.address) == ("示例技工学校1", "温示例", "示例路1号")
        owners = connection.execute(select(tables.account.c.owner).where(tables.account.c.login == "school1"))
        assert owners.scalar_one() is True
        assert connection.execute(select(tables.registration.c.password_hash)).scalar_one() is None
    assert verify_audit(city.product)["holds"]
    assert attachments.verify_attachments(city.product)["files"] == 2


def test_everything_that_is_wrong_is_told_at_once_and_nothing_is_left_behind(city: City) -> None:
    body = form(
        kind="individual",
        region="999999",
        uscc=code(1)[:-1] + "I",
        contact_phone="12",
        login="A",
        password="short",
    )
    with pytest.raises(Malformed) as refused:
        registrations.register(
            city.product, body=body | {"name": " "}, proofs={LICENCE: [Upload("x.pdf", b"no file at all")]}
        )
    told = wrong(refused.value)
    assert set(told) == {*("kind", "region", "name", "uscc", "contact_phone", "login", "password", "licence")}
    assert "第18位“I”不能使用" in told["uscc"]
    assert "“x.pdf”" in told["licence"]
    with pytest.raises(Malformed) as refused:
        registrations.register(city.product, body=form(), proofs={LICENCE: [Upload("x.pdf", PDF)]})
    assert set(wrong(refused.value)) == {"school_permit"}
    assert waiting(city) == []
    assert files_of(city) == 0


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("52410400MJX00000", "应为18位，现为16位"),
        ("5241040OMJX000001T", "第8位“O”不能使用"),
        ("5241040AMJX000001T", "第8位“A”应为数字"),
        (code(1)[:-1] + ("0" if code(1)[-1] != "0" else "1"), "与前17位不符"),
    ],
)
def test_a_code_is_refused_by_the_sign_that_is_wrong(small_city: City, typed: str, told: str) -> None:
    with pytest.raises(Malformed) as refused:
        register(small_city, uscc=typed)
    assert told in wrong(refused.value)["uscc"]


def test_a_code_and_a_login_are_registered_once_and_nobody_is_named(city: City) -> None:
    view = register(city)
    for changes, field in (({"login": "other"}, "uscc"), ({"uscc": code(2)}, "login")):
        with pytest.raises(Malformed) as refused:
            register(city, **changes)
        assert set(wrong(refused.value)) == {field}
        assert "示例" not in refused.value.message
    with pytest.raises(Conflict, match="待审核的机构注册"):
        accounts.add_account(
            city.product,
            login="school1",
            name="甲",
            password=PASSWORD,
            role="office",
            department=None,
            region="410400",
        )
    (one,) = waiting(city)
    decide(city, "hr1", one["id"], approved=True, version=1)
    with pytest.raises(Malformed) as refused:
        register(city, login="other")
    assert "本单位的账号管理员" in wrong(refused.value)["uscc"]
    assert view["receipt"] not in refused.value.message
    assert files_of(city) == 2


def test_a_second_click_registers_nobody_twice(city: City) -> None:
    def click(_: int) -> str:
        made = registrations.register(
            city.product, body=form(), proofs=proofs(), command_id="one-and-the-same"
        )
        return str(made["receipt"])

    with ThreadPoolExecutor(4) as clicks:
        receipts = set(clicks.map(click, range(4)))
    assert len(receipts) == 1
    assert files_of(city) == 2
    with pytest.raises(Malformed, match="已经提交过"):
        registrations.register(city.product, body=form(2), proofs=proofs(), command_id="one-and-the-same")


def test_what_was_refused_is_mended_under_the_same_receipt(city: City) -> None:
    city.at("2026-09-21")
    view = register(city)
    (one,) = waiting(city)
    with pytest.raises(Malformed) as refused:
        decide(city, "hr1", one["id"], approved=False, version=1)
    assert set(wrong(refused.value)) == {"reason"}
    decide(city, "hr1", one["id"], approved=False, reason="执照看不清", version=1)
    status = registrations.read_registration_status(city.product, receipt=view["receipt"], uscc=view["uscc"])
    assert (status["state"], status["reason"]) == ("refused", "执照看不清")
    with pytest.raises(NotFound):
        registrations.read_registration_status(city.product, receipt=view["receipt"], uscc=code(9))
    found = registrations.read_to_mend(city.product, receipt=view["receipt"], uscc=view["uscc"])
    assert found["typed"]["contact_phone"] == "138****1111"
    assert "password" not in found["typed"]
    mended = registrations.send_again(
        city.product,
        receipt=view["receipt"],
        uscc=view["uscc"],
        body=found["typed"] | {"address": "示例路2号"},
        proofs={LICENCE: [Upload("清楚的.jpg", JPEG)]},
        command_id="again",
    )
    assert (mended["receipt"], mended["state"]) == (view["receipt"], "pending")
    assert [each["name"] for each in mended["proofs"]] == ["许可证.png", "清楚的.jpg"]
    # What was typed before has stayed, the telephone and the password among it.
    contact = reviews.read_contact(city.product, actor=city.actors["hr1"], registration_id=one["id"])
    assert contact == {"name": "别示例", "phone": "13800001111"}
    with pytest.raises(Conflict, match="重新提交了内容"):
        decide(city, "hr2", one["id"], approved=True, version=1)
    decide(city, "hr2", one["id"], approved=True, version=mended["version"])
    accounts.sign_in(city.product, login="school1", password=PASSWORD, address="")
    with pytest.raises(NotNow, match="已通过"):
        registrations.read_to_mend(city.product, receipt=view["receipt"], uscc=view["uscc"])


def test_of_two_who_decide_the_slower_is_told_who_was_faster_and_when(city: City) -> None:
    city.at("2026-09-21 10:24")
    register(city)
    (one,) = waiting(city)

    def attempt(login: str) -> str:
        try:
            decide(city, login, one["id"], approved=login == "hr1", reason="不清楚", version=1)
        except Conflict as refusal:
            return refusal.message
        return ""

    with ThreadPoolExecutor(2) as both:
        said = sorted(both.map(attempt, ("hr1", "hr2")))
    assert said[0] == ""
    assert "2026-09-21 10:24" in said[1]
    assert "示例hr" in said[1]
    assert waiting(city) == []


def test_only_hr_of_the_region_and_nobody_of_the_organisation_itself_decides(city: City) -> None:
    register(city)
    (one,) = waiting(city)
    for login in ("hr1_bf", "industry1", "finance_head", "institution", "auditor", "admin", "inspector"):
        acts: tuple[Callable[[], Any], ...] = (
            lambda login=login: decide(city, login, one["id"], approved=True, version=1),
            lambda login=login: reviews.read_registration(
                city.product, actor=city.actors[login], registration_id=one["id"]
            ),
            lambda login=login: reviews.read_contact(
                city.product, actor=city.actors[login], registration_id=one["id"]
            ),
            lambda login=login: reviews.read_proof(
                city.product,
                actor=city.actors[login],
                registration_id=one["id"],
                proof_id=one["proofs"][0]["id"],
            ),
        )
        for act in acts:
            with pytest.raises(Forbidden):
                act()
    assert reviews.count_pending(city.product, actor=city.actors["hr1_bf"]) == 0
    # An officer who belongs to an organisation of this code: the one that the county has entered by hand.
    with writing(city.product.engine) as connection:
        belongs = city.actors["institution2"].organisation_id
        connection.execute(
            update(tables.organisation).where(tables.organisation.c.id == belongs).values(uscc=code(1))
        )
    officer = city.actors["hr1"]
    city.actors["hr1"] = type(officer)(
        **{name: getattr(officer, name) for name in officer.__slots__} | {"organisation_id": belongs}
    )
    with pytest.raises(Forbidden, match="回避"):
        decide(city, "hr1", one["id"], approved=True, version=1)
    with pytest.raises(NotNow, match="已经登记为一个单位"):
        decide(city, "hr2", one["id"], approved=True, version=1)


def test_every_look_at_contact_and_proof_is_recorded_and_the_owner_may_look_too(city: City) -> None:
    register(city)
    (one,) = waiting(city)
    reviews.read_contact(city.product, actor=city.actors["hr1"], registration_id=one["id"])
    proof = one["proofs"][0]["id"]
    file = reviews.read_proof(
        city.product, actor=city.actors["hr1"], registration_id=one["id"], proof_id=proof
    )
    assert (file.content, file.name) == (PDF, "执照.pdf")
    with pytest.raises(NotFound):
        reviews.read_proof(
            city.product, actor=city.actors["hr1"], registration_id=one["id"], proof_id=proof + 99
        )
    decide(city, "hr1", one["id"], approved=True, version=1)
    _, owner = accounts.sign_in(city.product, login="school1", password=PASSWORD, address="")
    reviews.read_proof(city.product, actor=owner, registration_id=one["id"], proof_id=proof)
    found = readings.list_readings(city.product, actor=city.actors["auditor"])["items"]
    assert [(each["account"], each["subject"], each["application_id"]) for each in found] == [
        ("school1", "registration", None),
        ("hr1", "registration", None),
        ("hr1", "registration", None),
    ]
    assert all("13800001111" not in json.dumps(each) for each in found)


def test_the_year_list_is_laid_beside_the_registration(small_city: City) -> None:
    with reading(small_city.product.engine) as connection:
        table = tables.listed_institution
        listed = connection.execute(
            select(table.c.name, table.c.uscc).where(table.c.region == "410400").limit(1)
        ).one()
    register(small_city, name=listed.name)
    (one,) = waiting(small_city)
    shown = reviews.read_registration(
        small_city.product, actor=small_city.actors["hr1"], registration_id=one["id"]
    )
    assert {(each["same_name"], each["same_uscc"]) for each in shown["listed"]} == {(True, False)}


def test_whoever_gave_an_address_is_written_to(small_city: City) -> None:
    register(small_city)
    register(small_city, 2, email="")
    with reading(small_city.product.engine) as connection:
        assert connection.scalar(select(func.count()).select_from(tables.outbox)) == 1


def test_a_command_id_that_cannot_be_one_is_refused(small_city: City) -> None:
    with pytest.raises(Refused):
        registrations.register(small_city.product, body=form(), proofs=proofs(), command_id="")
