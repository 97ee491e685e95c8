"""The outbox emptied: whom each message reaches, what is tried again, and what a real server receives."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import Engine, RowMapping, select, update

from tests.persistence.rows import insert
from workflow.notifications.mail import Send, TryLater, Undeliverable, read_smtp_url
from workflow.notifications.outbox import ATTEMPTS, LEASE, claim, post, post_move
from workflow.persistence import tables
from workflow.persistence.engine import reading, writing
from workflow.persistence.types import canonical
from workflow.services.delivery import deliver
from workflow.services.product import Product
from workflow.services.setup import prepare
from workflow.settings import SettingsError, read_settings
from workflow.vocabulary import State

NOW = datetime(2026, 9, 18, 1, 0, tzinfo=UTC)


class FakeServer:
    """A mail server in memory; ``refuses`` says what it answers for an address."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.refuses: dict[str, Exception] = {}
        self.is_down = False

    @contextmanager
    def session(self) -> Iterator[Send]:
        if self.is_down:
            raise ConnectionRefusedError("nobody listens")
        yield self._take

    def _take(self, letter: EmailMessage) -> None:
        refusal = self.refuses.get(str(letter["To"]))
        if refusal is not None:
            raise refusal
        self.letters.append(letter)

    @property
    def reached(self) -> list[str]:
        return [str(letter["To"]) for letter in self.letters]


@pytest.fixture
def server() -> FakeServer:
    return FakeServer()


@pytest.fixture
def product(engine: Engine) -> Product:
    made = Product(engine=engine, settings=read_settings({"SUBSIDY_TEST_CLOCK": "1"}))
    prepare(made)
    with engine.begin() as connection:
        connection.execute(tables.test_clock.insert().values(id=1, now_at=NOW))
        for login, role, department, region in (
            ("industry1", "reviewer", "industry", "410400"),
            ("industry2", "reviewer", "industry", "410400"),
            ("industry1_bf", "reviewer", "industry", "410421"),
            ("hr1", "reviewer", "hr", "410400"),
            ("inspector", "inspector", "hr", "410400"),
            ("cashier", "cashier", "finance", "410400"),
            ("office", "office", None, "410400"),
        ):
            insert(
                connection,
                tables.account,
                login=login,
                name=f"人员{login}",
                role=role,
                department=department,
                region=region,
                email=f"{login}@example.cn",
            )
        insert(
            connection,
            tables.account,
            login="institution",
            role="applicant",
            applicant_kind="institution",
            region="410400",
            email="institution@example.cn",
        )
    return made


def _id_of(product: Product, login: str) -> int:
    with reading(product.engine) as connection:
        found: int = connection.execute(
            select(tables.account.c.id).where(tables.account.c.login == login)
        ).scalar_one()
        return found


def _application(product: Product, state: State, **values: Any) -> int:
    row = {
        "created_by": _id_of(product, "institution"),
        "policy_key": "pingdingshan-2022",
        "state": state.value,
        "region": "410400",
        "correction_target": "claim_hr_first" if state is State.CLAIM_CORRECTION else None,
    }
    with writing(product.engine) as connection:
        return insert(connection, tables.application, **{**row, **values})


def _move(product: Product, old: State, new: State, event: str = "approve", **values: Any) -> int:
    application_id = _application(product, new, **values)
    with writing(product.engine) as connection:
        post_move(connection, application_id, event, old, new, NOW)
    return application_id


def _row(product: Product) -> RowMapping:
    with reading(product.engine) as connection:
        return connection.execute(select(tables.outbox)).mappings().one()


def _set_now(product: Product, now: datetime) -> None:
    with writing(product.engine) as connection:
        connection.execute(update(tables.test_clock).values(now_at=now))


def _deliver(product: Product, server: FakeServer) -> tuple[int, int]:
    done = deliver(product, session=server.session)
    return done["sent"], done["failed"]


@pytest.mark.parametrize(
    ("old", "new", "event", "told"),
    [
        (State.DRAFT, State.OPENING_INDUSTRY_FIRST, "submit", ["industry1", "industry2"]),
        (State.OPENING_HR_SECOND, State.TRAINING_AWAITING_START, "approve", ["inspector"]),
        (State.CLAIM_FINANCE_SECOND, State.DISBURSEMENT_AWAITING_PAYMENT, "approve", ["cashier"]),
        (State.CLAIM_HR_FIRST, State.CLAIM_CORRECTION, "return_for_correction", ["institution"]),
        (State.CLAIM_HR_FIRST, State.REJECTED, "reject", ["institution"]),
        (State.DISBURSEMENT_AWAITING_PAYMENT, State.DISBURSED, "pay", ["institution"]),
        (State.DRAFT, State.WITHDRAWN, "withdraw", []),
        (State.CLAIM_PUBLIC_NOTICE, State.CLAIM_PUBLIC_NOTICE, "file_objection", ["hr1"]),
        (State.TRAINING_IN_PROGRESS, State.TRAINING_IN_PROGRESS, "record_inspection", []),
    ],
)
def test_a_move_is_told_to_those_who_act_next_and_its_end_to_the_applicant(
    product: Product, server: FakeServer, old: State, new: State, event: str, told: list[str]
) -> None:
    _move(product, old, new, event)
    assert _deliver(product, server) == (1, 0)
    assert server.reached == [f"{login}@example.cn" for login in told]


def test_the_first_reviewer_is_not_asked_to_be_the_second(product: Product, server: FakeServer) -> None:
    review = {
        "step": "claim_industry",
        "seat": "first",
        "account_id": _id_of(product, "industry1"),
        "superseded": False,
    }
    _move(
        product,
        State.CLAIM_INDUSTRY_FIRST,
        State.CLAIM_INDUSTRY_SECOND,
        form=canonical({"claim": {"reviews": [review]}}),
    )
    _deliver(product, server)
    assert server.reached == ["industry2@example.cn"]


def test_a_state_that_has_been_left_meanwhile_is_no_news(product: Product, server: FakeServer) -> None:
    application_id = _application(product, State.CLAIM_INDUSTRY_SECOND)
    with writing(product.engine) as connection:
        post_move(
            connection,
            application_id,
            "accept",
            State.CLAIM_AWAITING_ACCEPTANCE,
            State.CLAIM_INDUSTRY_FIRST,
            NOW,
        )
    assert _deliver(product, server) == (1, 0)
    assert server.letters == []


def test_an_alert_is_told_to_its_recipients(product: Product, server: FakeServer) -> None:
    application_id = _application(product, State.CLAIM_INDUSTRY_FIRST)
    with writing(product.engine) as connection:
        clock = insert(connection, tables.clock, application_id=application_id)
        alert = insert(
            connection, tables.alert, application_id=application_id, clock_id=clock, provisional=True
        )
        insert(connection, tables.alert_recipient, alert_id=alert, account_id=_id_of(product, "office"))
        post(connection, "alert", application_id, {"alert_id": alert}, NOW)
    _deliver(product, server)
    (letter,) = server.letters
    assert letter["To"] == "office@example.cn"
    assert "行业主管部门补贴审核" in letter["Subject"]
    assert "2026年3月2日（暂定）" in letter.get_content()


def test_who_wants_no_letters_of_a_kind_gets_none(product: Product, server: FakeServer) -> None:
    mailed = {"industry1": ["overdue", "system"], "industry2": ["task"], "institution": []}
    with writing(product.engine) as connection:
        for login, kinds in mailed.items():
            connection.execute(
                update(tables.account).where(tables.account.c.login == login).values(mailed_kinds=kinds)
            )
    _move(product, State.CLAIM_AWAITING_ACCEPTANCE, State.CLAIM_INDUSTRY_FIRST, "accept")
    _move(product, State.CLAIM_INDUSTRY_FIRST, State.CLAIM_CORRECTION, "return_for_correction")
    assert _deliver(product, server) == (2, 0)
    assert server.reached == ["industry2@example.cn"]


def test_a_new_calendar_is_told_with_old_and_new_date(product: Product, server: FakeServer) -> None:
    application_id = _application(product, State.CLAIM_INDUSTRY_FIRST)
    moved = {
        "clock_id": 1,
        "kind": "claim_industry_review",
        "due_before": "2027-02-10",
        "due_after": "2027-02-19",
        "provisional": False,
    }
    with writing(product.engine) as connection:
        post(connection, "calendar", application_id, {"clocks": [moved]}, NOW)
    _deliver(product, server)
    assert server.reached == ["industry1@example.cn", "industry2@example.cn", "institution@example.cn"]
    assert "由2027年2月10日改为2027年2月19日" in server.letters[0].get_content()


def test_no_letter_names_a_person_other_than_its_reader(product: Product, server: FakeServer) -> None:
    _move(product, State.DRAFT, State.OPENING_INDUSTRY_FIRST, "submit", applicant_name="王小明")
    _deliver(product, server)
    assert server.letters
    assert not any("王小明" in f"{letter['Subject']}{letter.get_content()}" for letter in server.letters)


def test_without_a_mail_server_messages_stay_in_the_product_and_are_done(product: Product) -> None:
    _move(product, State.DRAFT, State.OPENING_INDUSTRY_FIRST, "submit")
    assert deliver(product) == {"sent": 1, "failed": 0}
    assert deliver(product) == {"sent": 0, "failed": 0}
    assert (_row(product)["sent_at"], _row(product)["next_attempt_at"]) == (NOW, None)


def test_a_server_that_is_down_is_tried_again_later_each_time_and_given_up_after_the_eighth(
    product: Product, server: FakeServer
) -> None:
    _move(product, State.DRAFT, State.OPENING_INDUSTRY_FIRST, "submit")
    server.is_down = True
    now, waits = NOW, []
    for _ in range(ATTEMPTS - 1):
        assert _deliver(product, server) == (0, 1)
        assert _deliver(product, server) == (0, 0)
        waits.append(_row(product)["next_attempt_at"] - now)
        now += waits[-1]
        _set_now(product, now)
    assert waits == sorted(set(waits))
    assert waits[0] == timedelta(minutes=1)
    assert _deliver(product, server) == (0, 1)
    row = _row(product)
    assert (row["sent_at"], row["next_attempt_at"], row["attempts"]) == (None, None, ATTEMPTS)
    assert "nobody listens" in row["last_error"]


def test_only_those_who_were_not_reached_get_the_second_attempt(product: Product, server: FakeServer) -> None:
    _move(product, State.DRAFT, State.OPENING_INDUSTRY_FIRST, "submit")
    server.refuses["industry2@example.cn"] = TryLater("451 later")
    assert _deliver(product, server) == (0, 1)
    server.refuses.clear()
    _set_now(product, NOW + timedelta(minutes=1))
    assert _deliver(product, server) == (1, 0)
    assert server.reached == ["industry1@example.cn", "industry2@example.cn"]


def test_an_address_that_is_refused_for_good_holds_up_nobody(product: Product, server: FakeServer) -> None:
    _move(product, State.DRAFT, State.OPENING_INDUSTRY_FIRST, "submit")
    server.refuses["industry1@example.cn"] = Undeliverable("550 no such mailbox")
    assert _deliver(product, server) == (1, 0)
    assert server.reached == ["industry2@example.cn"]
    assert _row(product)["last_error"] == "industry1: 550 no such mailbox"


def test_a_message_that_cannot_be_written_does_not_hold_up_the_next(
    product: Product, server: FakeServer
) -> None:
    with writing(product.engine) as connection:
        post(connection, "alert", None, {"alert_id": 999}, NOW)
    _move(product, State.DRAFT, State.OPENING_INDUSTRY_FIRST, "submit")
    assert _deliver(product, server) == (1, 1)
    assert len(server.letters) == 2


def test_a_sender_killed_after_claiming_loses_nothing_and_repeats_the_same_message_id(
    product: Product, server: FakeServer
) -> None:
    _move(product, State.DRAFT, State.OPENING_INDUSTRY_FIRST, "submit")

    with pytest.raises(KeyboardInterrupt):
        deliver(product, session=_dying(server))
    first = [letter["Message-ID"] for letter in server.letters]
    assert _deliver(product, server) == (0, 0)
    _set_now(product, NOW + LEASE)
    assert _deliver(product, server) == (1, 0)
    again = [letter["Message-ID"] for letter in server.letters]
    assert again[: len(first)] == first
    assert set(again) >= set(first)
    assert len(set(again)) == 2


def _dying(server: FakeServer) -> Any:
    @contextmanager
    def session() -> Iterator[Send]:
        def send(letter: EmailMessage) -> None:
            server.letters.append(letter)
            raise KeyboardInterrupt

        yield send

    return session


def test_two_senders_never_claim_the_same_row(product: Product) -> None:
    for _ in range(3):
        _move(product, State.DRAFT, State.OPENING_INDUSTRY_FIRST, "submit")
    with writing(product.engine) as connection:
        first = [parcel.id for parcel in claim(connection, NOW, 2)]
    with writing(product.engine) as connection:
        second = [parcel.id for parcel in claim(connection, NOW, 2)]
    assert (len(first), len(second)) == (2, 1)
    assert not set(first) & set(second)


def test_on_postgresql_a_second_sender_skips_what_the_first_holds(
    postgresql_engine: Engine,
) -> None:
    with postgresql_engine.begin() as connection:
        post(connection, "moved", None, {}, NOW)
        post(connection, "moved", None, {}, NOW)
    with postgresql_engine.begin() as one, postgresql_engine.begin() as other:
        assert len(claim(one, NOW, 1)) == 1
        assert len(claim(other, NOW, 5)) == 1


class _Inbox:
    """An aiosmtpd handler that keeps what arrives; it knows no mailbox called industry2."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if address.startswith("industry2@"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        letter = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        return "250 OK"


def test_a_real_server_receives_a_chinese_letter(product: Product) -> None:
    inbox = _Inbox()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        settings = replace(
            product.settings, smtp_url=f"smtp://127.0.0.1:{port}", mail_from="noreply@example.cn"
        )
        mailing = Product(engine=product.engine, settings=settings)
        application_id = _move(product, State.DRAFT, State.OPENING_INDUSTRY_FIRST, "submit")
        assert deliver(mailing) == {"sent": 1, "failed": 0}
    finally:
        controller.stop()
    (letter,) = inbox.letters
    row = _row(product)
    assert letter["To"] == "industry1@example.cn"
    assert letter["Message-ID"].startswith(f"<{row['id']}.{_id_of(product, 'industry1')}.")
    assert letter["Subject"].startswith(f"【{settings.site_name}】申请 ")
    assert letter.get_content().startswith("人员industry1：\n")
    assert row["last_error"] == "industry2: 550 no such mailbox"
    assert application_id == row["application_id"]


def test_a_port_where_nobody_listens_is_a_failed_attempt(product: Product) -> None:
    _move(product, State.DRAFT, State.OPENING_INDUSTRY_FIRST, "submit")
    settings = replace(product.settings, smtp_url="smtp://127.0.0.1:1")
    assert deliver(Product(engine=product.engine, settings=settings)) == {"sent": 0, "failed": 1}


def test_the_address_of_a_mail_server_is_read_whole() -> None:
    plain = read_smtp_url("smtp://mail.example.cn")
    assert (plain.host, plain.port, plain.implicit_tls, plain.starttls) == (
        "mail.example.cn",
        25,
        False,
        False,
    )
    upgraded = read_smtp_url("smtp://user:p%40ss@mail.example.cn?starttls")
    assert (upgraded.user, upgraded.password, upgraded.port, upgraded.starttls) == ("user", "p@ss", 587, True)
    assert read_smtp_url("smtps://mail.example.cn").port == 465


@pytest.mark.parametrize("url", ["mail.example.cn", "http://mail", "smtp://", "smtp://h:x", "smtp://h?tls"])
def test_a_mail_address_that_cannot_be_read_is_a_trouble_of_the_settings(url: str) -> None:
    with pytest.raises(SettingsError, match="SUBSIDY_SMTP_URL"):
        read_smtp_url(url)
