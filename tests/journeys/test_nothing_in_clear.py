"""Whole applications with known numbers of private persons: none of them may stand anywhere in clear."""

from __future__ import annotations

import io
import json
import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import structlog
from flask.testing import FlaskClient
from sqlalchemy import Engine, select, update
from stdnum import luhn
from werkzeug.test import TestResponse

from tests.journeys.city import DATA, City
from tests.journeys.leaks import Watch, everything_logged
from tests.workflow.printing.printed import pages_of
from web import create_app
from web.api.intake import XLSX
from workflow import cli
from workflow.demonstration.trainees import identity_number
from workflow.form.roster import COLUMNS
from workflow.notifications.mail import Send
from workflow.persistence import tables
from workflow.persistence.engine import reading, writing
from workflow.services import (
    accounts,
    applications,
    audit_verification,
    keys,
    official_forms,
    roster_imports,
    rosters,
)
from workflow.services.delivery import deliver
from workflow.services.product import Product
from workflow.services.setup import prepare
from workflow.settings import read_settings

FIRST = 800_000
HEADS = 50
TRAINEES = [identity_number(FIRST + place) for place in range(HEADS)]
PHONES = [f"1597531{place:04d}" for place in range(HEADS)]
PASSPORT = "EK7531902"
INDIVIDUAL, STRANGER = identity_number(FIRST + HEADS), identity_number(FIRST + HEADS + 1)
CONTACT, INDIVIDUAL_CONTACT, OBJECTOR = "15975319001", "15975319002", "15975319003"
ACCOUNT = "41975319753197531"
CARD = "62229753197531975" + luhn.calc_check_digit("62229753197531975")
# With one digit wrong, so that it is refused; whoever reads it knows the right one.
MISTYPED = STRANGER[:17] + ("1" if STRANGER[17] != "1" else "2")
OLD, NEW = "old-key-" * 4, "new-key-" * 4


class WatchedCity(City):
    """A city in which everybody has a known number."""

    def apply(self, login: str = "institution", roster: bool = True, **changes: Any) -> dict[str, Any]:
        """A new draft with the known numbers, and its roster."""
        body = self.body(login)
        body["opening"]["classes"][0] |= changes
        self.application = applications.create_application(self.product, actor=self.actors[login], body=body)
        if roster:
            rosters.replace_roster(
                self.product,
                actor=self.actors[login],
                application_id=self.application["id"],
                rows=rows(),
                expected_version=None,
            )
        self.look(login)
        return self.application

    def body(self, login: str = "institution") -> dict[str, Any]:
        """The example's form with the known numbers."""
        body: dict[str, Any] = json.loads((DATA / "application.json").read_text(encoding="utf-8"))
        body["region"] = self.actors[login].region
        body["applicant"] |= {"contact_phone": CONTACT, "bank_account": ACCOUNT}
        return body


def rows() -> list[dict[str, Any]]:
    """A roster of the known people; the last of them with a passport."""
    found = json.loads((DATA / "roster.json").read_text(encoding="utf-8"))[:HEADS]
    for row, number, phone in zip(found, TRAINEES, PHONES, strict=True):
        row |= {"id_number": number, "phone": phone}
    found[-1] |= {"id_type": "passport", "id_number": PASSPORT}
    return list(found)


def watch() -> Watch:
    return Watch(
        [
            *(*TRAINEES[:-1], PASSPORT, INDIVIDUAL, STRANGER, MISTYPED),
            *(*PHONES, CONTACT, INDIVIDUAL_CONTACT, OBJECTOR),
            *(ACCOUNT, CARD),
        ]
    )


class Callers:
    """People who call the API; what they were answered is kept."""

    def __init__(self, city: City) -> None:
        self.client: FlaskClient = create_app(city.product).test_client()
        self.answers: list[str] = []
        self._tokens = {
            login: accounts.issue_token(city.product, login=login)
            for login in ("institution", "individual", "inspector", "hr1", "industry1", "cashier", "auditor")
        }

    def call(self, login: str | None, method: str, path: str, body: Any = None, **more: Any) -> TestResponse:
        """One call. The clear values that a reading answers are not kept."""
        headers = {"Idempotency-Key": uuid.uuid4().hex}
        if login:
            headers["Authorization"] = f"Bearer {self._tokens[login]}"
        if body is not None:
            more["json"] = body
        answer = self.client.open(f"/api/v1{path}", method=method, headers=headers, **more)
        if not (path.endswith("/readings") and answer.status_code == 200 and method == "POST"):
            self.answers.append(f"{method} {path.split('/')[-1][:8]} {answer.get_data(as_text=True)}")
        return answer


def workbook(*rows_of_cells: tuple[Any, ...]) -> bytes:
    book = openpyxl.Workbook()
    book.active.append(list(COLUMNS.values()))
    for cells in rows_of_cells:
        book.active.append(list(cells))
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def mistype(city: City, callers: Callers) -> None:
    """Everything that can be typed wrong, with numbers in it."""
    number = city.application["id"]
    path = f"/applications/{number}"
    for applicant in (
        {"contact_phone": int(CONTACT)},
        {"contact_phone": f"{CONTACT}0"},
        {"bank_account": f"{ACCOUNT}A"},
        {"bank_account": int(ACCOUNT)},
        {"contact_name": STRANGER},
        {"contact_name": {"no": STRANGER}},
        {STRANGER: "1"},
    ):
        body = {"applicant": city.application["form"]["applicant"] | applicant}
        assert callers.call("institution", "PATCH", path, body).status_code == 422, applicant
    assert callers.call("institution", "PATCH", path, {STRANGER: {}}).status_code == 422
    body = city.body() | {"region": STRANGER}
    body["opening"]["classes"][0]["place"] = f"找我：{CONTACT}"
    assert callers.call("institution", "POST", "/applications", body).status_code == 422
    for changed in (
        {"id_number": MISTYPED},
        {"id_number": int(STRANGER[:17])},
        {"id_number": f"{STRANGER[:17]}？"},
        {"name": STRANGER},
        {"employer": f"电话{PHONES[0]}"},
        {"phone": f"{PHONES[0]}9"},
        {"category": STRANGER},
        {"class_no": int(STRANGER[:17])},
        {"id_number": TRAINEES[1]},
        {PHONES[0]: STRANGER},
    ):
        body = [rows()[0] | changed, *rows()[1:]]
        assert callers.call("institution", "PUT", f"{path}/roster", body).status_code == 422, changed
    for cells in (
        (1, "甲", "居民身份证", MISTYPED, PHONES[0], "失业人员"),
        (1, "甲", "居民身份证", int(STRANGER[:17]), int(PHONES[0]), "失业人员"),
        (1, STRANGER, STRANGER, STRANGER, STRANGER, STRANGER),
        (STRANGER, "甲", None, f"={STRANGER[:17]}", PHONES[0], None),
    ):
        sent = {"data": workbook(cells), "content_type": XLSX}
        assert callers.call("institution", "PUT", f"{path}/roster", **sent).status_code == 422
    broken = workbook(*[(1, "甲", "居民身份证", STRANGER, PHONES[0], "失业人员")] * 3)[:-400]
    for spoilt in (broken, STRANGER.encode(), PHONES[0].encode() * 1000):
        sent = {"data": spoilt, "content_type": XLSX}
        assert callers.call("institution", "PUT", f"{path}/roster", **sent).status_code == 422
    for address in (f"/applications/{STRANGER}", f"/nothing/{STRANGER}", f"/reports/{PHONES[0]}"):
        assert callers.call("hr1", "GET", address).status_code in {404, 422}
    assert callers.call("hr1", "GET", f"/applications?region={STRANGER}&state={PHONES[0]}").status_code == 422
    assert callers.call("hr1", "GET", f"/applications?text={STRANGER}").status_code == 200


def upload(city: City) -> None:
    """A workbook with wrong rows, under a telling name: checked, given back with reasons, given up."""
    cells = (1, "甲", "居民身份证", STRANGER, PHONES[0], "失业人员")
    wrong = (1, STRANGER, "居民身份证", MISTYPED, f"{PHONES[0]}9", TRAINEES[0])
    institution, application_id = city.actors["institution"], city.application["id"]
    import_id = roster_imports.start_import(
        city.product,
        actor=institution,
        application_id=application_id,
        file_name=f"名册 {TRAINEES[0]} {PHONES[0]}.xlsx",
        content=workbook(cells, wrong),
        expected_version=None,
    )
    state = roster_imports.await_import(city.product, actor=institution, import_id=import_id, seconds=30)
    assert state["state"] == "checked", state
    assert watch().in_text("state", str(state)) == []
    given_back = roster_imports.make_error_file(city.product, actor=institution, import_id=import_id)
    sheet = openpyxl.load_workbook(io.BytesIO(given_back)).active
    assert MISTYPED in {cell.value for row in sheet.iter_rows() for cell in row}


def write_numbers_into_texts(city: City, callers: Callers, login: str, event: str) -> None:
    """A sentence that names somebody by the number is refused, and not even the trail keeps it."""
    for words in (
        f"学员{TRAINEES[3]}不符",
        f"已电话{PHONES[3][:3]} {PHONES[3][3:7]} {PHONES[3][7:]}核实",
        f"号码 {TRAINEES[3][:6]} {TRAINEES[3][6:14]} {TRAINEES[3][14:]}",
        f"老号码{TRAINEES[3][:6]}{TRAINEES[3][8:17]}",
        TRAINEES[3].translate(str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")),
        f"卡号{CARD}",
    ):
        body = {"event": event, "payload": {"opinion": words}, "version": city.look()["version"]}
        path = f"/applications/{city.application['id']}/events"
        answer = callers.call(login, "POST", path, body)
        assert answer.status_code == 422, answer.get_data(as_text=True)
        assert "这里不能填写" in answer.get_json()["detail"]
    body = {"event": TRAINEES[3], "payload": {}, "version": 1}
    assert callers.call(login, "POST", path, body).status_code == 422


def play(city: City, callers: Callers) -> None:
    """One application to its end, one more that is refused for its people, and one of an individual."""
    city.at("2026-08-31").apply()
    mistype(city, callers)
    upload(city)
    city.send("institution", "submit")
    write_numbers_into_texts(city, callers, "industry1", "approve")
    read(callers, "industry1", city, subject="trainee", row_no=4, purpose="telephone_check")
    city.at("2026-09-01 10:00").send("industry1", "approve", opinion="同意")
    city.at("2026-09-02 10:00").send("industry2", "approve", opinion="同意")
    city.at("2026-09-03 10:00").send("hr1", "approve", opinion="同意")
    city.at("2026-09-04 10:00").send("hr2", "approve", opinion="同意")
    train(city, callers)
    first = city.application
    # The same people, elsewhere and meanwhile: refused by name, and the refusal is recorded.
    city.apply("institution2")
    body = {"event": "submit", "payload": {}, "version": city.application["version"]}
    token = accounts.issue_token(city.product, login="institution2")
    refused = callers.client.post(
        f"/api/v1/applications/{city.application['id']}/events",
        json=body,
        headers={"Authorization": f"Bearer {token}", "Idempotency-Key": "again"},
    )
    assert refused.status_code in {409, 422}
    callers.answers.append(refused.get_data(as_text=True))
    city.application = first
    claim(city, callers)
    individual(city, callers)


def train(city: City, callers: Callers) -> None:
    city.at("2026-09-07 09:00").send(
        "inspector",
        "record_opening_inspection",
        class_no=1,
        inspected_at="2026-09-07T08:40:00+08:00",
        present_count=50,
        sign_in="签到50人",
        materials="齐全",
    )
    read(callers, "inspector", city, subject="trainee", row_no=HEADS, purpose="inspection", note="第一次")
    for day in ("2026-09-10", "2026-09-16"):
        city.at(f"{day} 16:00").inspect(day, 48)


def claim(city: City, callers: Callers) -> None:
    city.at("2026-09-18 17:00").send("institution", "finish_training", ended_on="2026-09-18")
    city.at("2026-09-21 09:30").send("hr1", "approve", opinion="过程规范")
    city.at("2026-09-21 10:05").send("institution", "propose_assessment", assess_on="2026-09-24")
    result = {"class_no": 1, "kind": "skill_level", "level": 4, "examined_count": 47, "certified_count": 45}
    listed = [
        {"id_number": number, "number": f"S{place:06d}", "issued_on": "2026-09-24"}
        for place, number in enumerate(TRAINEES[:45])
    ]
    # As of a 特种作业操作证.
    listed[2]["number"] = f"T{TRAINEES[2]}"
    city.at("2026-09-24 17:00")
    version = city.look()["version"]
    path = f"/applications/{city.application['id']}/events"
    for wrong in (STRANGER, MISTYPED, int(STRANGER[:17]), {"x": STRANGER}):
        results = [result | {"certificates": [listed[0] | {"id_number": wrong}, *listed[1:]]}]
        body = {"event": "record_results", "payload": {"results": results}, "version": version}
        assert callers.call("inspector", "POST", path, body).status_code == 422, wrong
    results = [result | {"certificates": [listed[0] | {"number": f"T{STRANGER}"}, *listed[1:]]}]
    body = {"event": "record_results", "payload": {"results": results}, "version": version}
    refused = callers.call("inspector", "POST", path, body)
    assert refused.get_json()["errors"][0]["field"] == "payload.results.0.certificates.0.number"
    city.send("inspector", "record_results", results=[result | {"certificates": listed}])
    city.at("2026-09-28 09:00").send("hr1", "approve", opinion="考核属实")
    city.at("2026-09-28 15:05").send("institution", "submit", claim=city.claim())
    city.at("2026-09-29 09:00").send("industry1", "accept")
    city.at("2026-10-12 10:00").send("industry1", "approve", opinion="同意")
    city.at("2026-10-14 10:00").send("industry2", "approve", opinion="同意")
    city.at("2026-10-15 09:00").send("hr1", "publish", site="市人力资源和社会保障局官网")
    object_to(city, callers)
    city.at("2026-10-23 09:00").send("hr2", "close_notice")
    city.at("2026-10-26 10:00").send("hr1", "approve", opinion="同意")
    city.at("2026-10-27 10:00").send("hr2", "approve", opinion="同意")
    city.at("2026-10-29 10:00").send("finance1", "approve", opinion="同意")
    city.at("2026-10-30 10:00").send("finance2", "approve", opinion="同意")
    read(callers, "cashier", city, subject="bank_account", purpose="payment")
    city.pay()
    city.send("cashier", "payment_failed", voucher="V-1", reason="户名不符，银行流水20261030123456")
    city.pay(voucher="V-2")
    city.send("finance_head", "recover", reason="多发", amount="1200.00")
    city.send("cashier", "record_recovery", amount="1200.00", received_on="2026-10-30", voucher="R-1")


def object_to(city: City, callers: Callers) -> None:
    (notice,) = city.application["form"]["claim"]["notices"]
    path = f"/public-notices/{notice['id']}/objections"
    words = {"name": "王小明", "contact": f"电话{OBJECTOR}", "content": "名单中有人没有参加培训"}
    for wrong in (
        {"content": f"{TRAINEES[5]}没有参加"},
        {"contact": f"{OBJECTOR}\u0007"},
        {"contact": int(OBJECTOR)},
        {"name": STRANGER},
    ):
        assert callers.call(None, "POST", path, words | wrong).status_code == 422, wrong
    assert callers.call(None, "POST", path, words).status_code == 201
    (objection,) = city.look()["form"]["claim"]["objections"]
    read(callers, "hr1", city, subject="objector", objection_id=objection["id"], purpose="objection")
    city.send("hr2", "resolve_objection", objection_id=objection["id"], outcome="dismissed", reply="已核实")


def individual(city: City, callers: Callers) -> None:
    body = json.loads((DATA / "application-individual.json").read_text(encoding="utf-8"))
    body["region"] = city.actors["individual"].region
    body["applicant"] |= {"contact_phone": INDIVIDUAL_CONTACT, "bank_account": CARD}
    for wrong in (MISTYPED, int(INDIVIDUAL[:17]), f"{INDIVIDUAL}0"):
        sent = body | {"applicant": body["applicant"] | {"id_number": wrong}}
        assert callers.call("individual", "POST", "/applications", sent).status_code == 422
    body["applicant"]["id_number"] = INDIVIDUAL
    for number, status in ((f"T{STRANGER}", 422), (f"t {INDIVIDUAL}", 201)):
        sent = body | {"certificate": body["certificate"] | {"number": number}}
        assert callers.call("individual", "POST", "/applications", sent).status_code == status
    answer = callers.call("individual", "POST", "/applications", body)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    city.application = answer.get_json()
    lines = [{"class_no": 1, "heads": 1, "amount": "1200.00"}]
    payload = {"claim": {"lines": lines, "commitment": {"accepted": True, "signatory": "本人"}}}
    event = {"event": "submit", "payload": payload, "version": city.application["version"]}
    path = f"/applications/{city.application['id']}/events"
    assert callers.call("individual", "POST", path, event).status_code == 200
    city.application = callers.call("individual", "GET", f"/applications/{city.application['id']}").get_json()
    read(callers, "industry1", city, subject="applicant", purpose="identity_check")


def read(callers: Callers, login: str, city: City, **asked: Any) -> None:
    answer = callers.call(login, "POST", f"/applications/{city.application['id']}/readings", asked)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    shown = answer.get_data(as_text=True)
    assert watch().in_text("", shown), "a reading shows the number"
    for refused in ({"note": f"号码{TRAINEES[7]}"}, {"purpose": TRAINEES[7]}, {"row_no": int(STRANGER[:17])}):
        wrong = callers.call(
            login, "POST", f"/applications/{city.application['id']}/readings", asked | refused
        )
        assert wrong.status_code == 422, refused


def go_wrong_inside(city: City, callers: Callers, monkeypatch: pytest.MonkeyPatch) -> None:
    """Faults of the program in the middle of work with numbers: what the database and the log say of them."""
    city.apply("institution", roster=False)
    path = f"/applications/{city.application['id']}/roster"
    insert_rows = rosters.insert_rows

    def without_numbers(connection: Any, table: Any, values: list[dict[str, Any]]) -> None:
        insert_rows(connection, table, [value | {"row_no": None} for value in values])

    def fail(_connection: Any, _table: Any, values: list[dict[str, Any]]) -> None:
        raise RuntimeError("the disk is full")

    for fault in (without_numbers, fail):
        with monkeypatch.context() as patched:
            patched.setattr(rosters, "insert_rows", fault)
            assert callers.call("institution", "PUT", path, rows()).status_code == 500


def command_with_numbers(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands that are given numbers where something else belongs."""
    for arguments in (
        ["user", "add", TRAINEES[0], "--name", TRAINEES[0], "--role", PHONES[0]],
        ["user", "add", "somebody", "--name", "甲", "--role", TRAINEES[0], "--region", PHONES[0]],
        ["token", TRAINEES[0]],
        ["token", "institution", "--days", STRANGER],
        ["keys", "drop", STRANGER],
        ["report", STRANGER],
        ["calendar", "due", STRANGER, PHONES[0]],
        [STRANGER],
    ):
        with monkeypatch.context() as patched:
            patched.setenv("DATABASE_URL", url)
            patched.setenv("SUBSIDY_SECRET_KEY", OLD)
            patched.setattr("sys.stdin", io.StringIO("long-enough-password\n"))
            with pytest.raises(SystemExit) as ended:
                cli.main(arguments)
        assert ended.value.code != 0, arguments


def opened(engine: Engine, url: str, current: str, *further: str) -> Product:
    settings = read_settings(
        {
            "DATABASE_URL": url,
            "SUBSIDY_TEST_CLOCK": "1",
            "SUBSIDY_SECRET_KEY": current,
            "SUBSIDY_FURTHER_SECRET_KEYS": " ".join(further),
        }
    )
    product = Product(engine=engine, settings=settings)
    prepare(product)
    return product


def letters_of(product: Product) -> list[str]:
    """Everything that is mailed."""
    with writing(product.engine) as connection:
        account = tables.account
        connection.execute(update(account).values(email=account.c.login + "@example.com"))
    sent: list[str] = []

    @contextmanager
    def session() -> Iterator[Send]:
        def take(letter: EmailMessage) -> None:
            sent.append(f"{letter['Subject']}\n{letter.get_content()}")

        yield take

    while deliver(product, session=session)["sent"]:
        pass
    return sent


def official_forms_of(city: City) -> list[str]:
    """Every application as it is printed."""
    with reading(city.product.engine) as connection:
        ids = connection.scalars(select(tables.application.c.id)).all()
    actor = city.actors["auditor"]
    return [
        "".join(
            pages_of(official_forms.print_official_form(city.product, actor=actor, application_id=number).pdf)
        )
        for number in ids
    ]


@pytest.mark.timeout(300)
def test_no_number_of_a_person_stands_in_clear_in_a_dump_a_log_a_letter_or_an_answer(
    engine: Engine,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    looking = watch()
    city = WatchedCity(opened(engine, database_url, OLD))
    with everything_logged() as log:
        callers = Callers(city)
        play(city, callers)
        go_wrong_inside(city, callers, monkeypatch)
        command_with_numbers(database_url, monkeypatch)
        city.at("2026-12-20 10:00").sweep()
        letters = letters_of(city.product)
        for login in ("institution", "auditor"):
            for path in ("/applications", "/applications/1", "/applications/1/history", "/worklist"):
                callers.call(login, "GET", path)
        callers.call("auditor", "GET", "/readings")
        forms = official_forms_of(city)
        metrics = callers.client.get("/metrics").get_data(as_text=True)
        found = looking.in_database(engine)
        keys.rotate_keys(opened(engine, database_url, NEW, OLD))
        found += looking.in_database(engine)
    assert len(letters) > 10
    assert "UPDATE application" in log.text
    assert "unexpected_error" in log.text
    printed = capfd.readouterr()
    found += looking.in_text("log", log.text)
    found += looking.in_text("printed", printed.out + printed.err)
    found += looking.in_text("metrics", metrics)
    assert len(forms) > 1
    for form in forms:
        found += looking.in_text("official form", form)
    for letter in letters:
        found += looking.in_text("letter", letter)
    for answer in callers.answers:
        found += looking.in_text(f"answer {answer[:200]}", answer)
    assert not found, "\n".join(found)
    assert audit_verification.verify_audit(city.product)["holds"]


def test_the_same_look_finds_what_was_put_there_in_clear(engine: Engine, database_url: str) -> None:
    # Other numbers than above: they stay in the files of a server that all tests share.
    strays = [identity_number(FIRST + 1_000 + place) for place in range(3)]
    phone, account = "15975329001", "41975319753297532"
    looking = Watch([*strays, phone, account])
    city = WatchedCity(opened(engine, database_url, OLD))
    city.at("2026-08-31").apply()
    assert looking.in_database(engine) == []
    for number, values in (
        (strays[0], {"employer": f"某厂{strays[0]}"}),
        (strays[1][:17], {"employer": strays[1][:17]}),
        (strays[2][:6] + strays[2][8:17], {"employer": strays[2][:6] + strays[2][8:17]}),
        (phone, {"phone_masked": phone}),
        (account, {"phone_sealed": account}),
    ):
        with writing(engine) as connection:
            connection.execute(update(tables.trainee).where(tables.trainee.c.row_no == 3).values(values))
        found = [leak.split(": ") for leak in looking.in_database(engine)]
        assert ["trainee." + next(iter(values)), number] in found
        # And in the files, whatever they are called.
        assert [place for place, form in found if form == number and not place.startswith("trainee")]
    with everything_logged() as log:
        logging.getLogger("anything").debug("the account is %s", account)
        structlog.get_logger("web").info("request", path=f"/applications/{strays[0]}")
        try:
            raise ValueError(phone)
        except ValueError as error:
            structlog.get_logger("web").error("unexpected_error", exc_info=error)
    assert {leak.rpartition(" ")[2] for leak in looking.in_text("log", log.text)} >= {
        account,
        strays[0],
        phone,
    }


def test_sealed_values_are_opened_in_few_places_that_are_known() -> None:
    root = Path(__file__).parents[2]
    opening = {
        path.relative_to(root).as_posix()
        for folder in ("workflow", "web")
        for path in (root / folder).rglob("*.py")
        if "unseal(" in path.read_text(encoding="utf-8")
    }
    # Whoever comes to this list either shows nothing of it or leaves a record of the reading.
    assert opening == {
        "workflow/sealing.py",
        "workflow/services/acts/assessment.py",
        "workflow/services/changes.py",
        "workflow/services/keys.py",
        "workflow/services/payment_lines.py",
        "workflow/services/personal.py",
        "workflow/services/readings.py",
        "workflow/services/registration_reviews.py",
        "workflow/services/registrations.py",
        "workflow/services/roster_imports.py",
        "workflow/services/trainees.py",
        "workflow/services/uploads.py",
    }
