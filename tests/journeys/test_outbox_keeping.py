"""The outbox as administrators see it: why something is stuck, sent again once and only once, or given up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any

import pytest
from sqlalchemy import select, update

from tests.journeys.city import City
from workflow.errors import Conflict, Forbidden, Malformed, NotFound
from workflow.notifications.mail import Send, TryLater
from workflow.notifications.outbox import ATTEMPTS, claim
from workflow.persistence import tables
from workflow.persistence.engine import reading, writing
from workflow.services import audit_verification, outbox_keeping
from workflow.services.delivery import deliver
from workflow.vocabulary import OutboxState


class Post:
    """A mail server that refuses some addresses for now, and remembers what it took."""

    def __init__(self, *refused: str) -> None:
        self.refused, self.taken = set(refused), list[str]()

    @contextmanager
    def session(self) -> Iterator[Send]:
        yield self._take

    def _take(self, letter: EmailMessage) -> None:
        if letter["To"] in self.refused:
            raise TryLater("450 mailbox busy, ask office@example.cn")
        self.taken.append(str(letter["To"]))


def stuck(city: City, post: Post) -> int:
    """A message that one of two people could not be sent, tried until it was left; its number."""
    with writing(city.product.engine) as connection:
        for login in ("industry1", "industry2"):
            connection.execute(
                update(tables.account)
                .where(tables.account.c.login == login)
                .values(email=f"{login}@example.cn")
            )
    city.to_opening_review()
    for _ in range(ATTEMPTS):
        deliver(city.product, session=post.session)
        with writing(city.product.engine) as connection:
            connection.execute(
                update(tables.outbox)
                .where(tables.outbox.c.next_attempt_at.is_not(None))
                .values(next_attempt_at=city.product.now(connection))
            )
    with reading(city.product.engine) as connection:
        return int(
            connection.execute(
                select(tables.outbox.c.id).where(tables.outbox.c.attempts == ATTEMPTS)
            ).scalar_one()
        )


def look(city: City, message_id: int) -> dict[str, Any]:
    return outbox_keeping.read_message(city.product, actor=city.actors["admin"], message_id=message_id)


def retry(city: City, **body: Any) -> dict[str, int]:
    return outbox_keeping.retry_messages(city.product, actor=city.actors["admin"], body=body)


def give_up(city: City, message_id: int, reason: str = "已调离") -> dict[str, Any]:
    return outbox_keeping.give_up_message(
        city.product, actor=city.actors["admin"], message_id=message_id, body={"reason": reason}
    )


def test_what_failed_is_sent_again_to_whom_it_did_not_reach_and_to_nobody_twice(city: City) -> None:
    post = Post("industry2@example.cn")
    message_id = stuck(city, post)
    assert post.taken == ["industry1@example.cn"]
    seen = look(city, message_id)
    assert (seen["state"], seen["attempts"]) == ("failed", ATTEMPTS)
    assert seen["error"] == "邮件服务器暂时不收，稍后会再试"
    assert "o***@example.cn" in seen["technical"]
    assert {each["email"] for each in seen["addressees"]} == {"i***@example.cn"}
    reached = {each["login"]: each["reached"] for each in seen["addressees"]}
    assert reached == {"industry1": True, "industry2": False}
    page = outbox_keeping.read_outbox(city.product, actor=city.actors["admin"])
    assert [item["id"] for item in page["items"]] == [message_id]
    assert page["counts"] == {"waiting": 0, "retrying": 0, "failed": 1, "given_up": 0}

    # Refused once more it stays; then it goes.
    assert retry(city, ids=[message_id]) == {"retried": 1, "passed_over": 0}
    assert deliver(city.product, session=post.session) == {"sent": 0, "failed": 1}
    assert look(city, message_id)["state"] == "failed"
    post.refused.clear()
    assert retry(city, all_failed=True) == {"retried": 1, "passed_over": 0}
    assert deliver(city.product, session=post.session) == {"sent": 1, "failed": 0}
    assert post.taken == ["industry1@example.cn", "industry2@example.cn"]
    assert look(city, message_id)["state"] == "sent"

    assert retry(city, ids=[message_id]) == {"retried": 0, "passed_over": 1}
    assert deliver(city.product, session=post.session) == {"sent": 0, "failed": 0}
    with pytest.raises(Conflict, match="已发送"):
        give_up(city, message_id)
    assert audit_verification.verify_audit(city.product)["holds"]


def test_what_a_sender_has_in_hand_is_left_to_it_until_its_lease_ends(city: City) -> None:
    city.to_opening_review()
    with writing(city.product.engine) as connection:
        now = city.product.now(connection)
        ids = [parcel.id for parcel in claim(connection, now, 10)]
    assert retry(city, ids=ids) == {"retried": 0, "passed_over": len(ids)}
    with pytest.raises(Conflict, match="正在发送"):
        give_up(city, ids[0])
    city.at("2026-08-31 09:11")
    assert retry(city, ids=ids) == {"retried": len(ids), "passed_over": 0}


def test_what_is_given_up_is_never_sent(city: City) -> None:
    post = Post("industry2@example.cn")
    message_id = stuck(city, post)
    given = give_up(city, message_id)
    assert (given["state"], given["given_up_by_name"], given["given_up_reason"]) == (
        "given_up",
        "示例admin",
        "已调离",
    )
    post.refused.clear()
    assert retry(city, all_failed=True) == {"retried": 0, "passed_over": 0}
    assert retry(city, ids=[message_id]) == {"retried": 0, "passed_over": 1}
    deliver(city.product, session=post.session)
    assert post.taken == ["industry1@example.cn"]
    admin = city.actors["admin"]
    assert outbox_keeping.read_outbox(city.product, actor=admin)["items"] == []
    found = outbox_keeping.read_outbox(city.product, actor=admin, state=OutboxState.GIVEN_UP)["items"]
    assert [item["id"] for item in found] == [message_id]


def test_wrong_wishes_and_wrong_people_change_nothing(small_city: City) -> None:
    city = small_city.to_opening_review()
    for wrong in ({}, {"ids": []}, {"ids": [1], "all_failed": True}, {"ids": ["1"]}):
        with pytest.raises(Malformed):
            retry(city, **wrong)
    with pytest.raises(Malformed, match="原因"):
        give_up(city, 1, "")
    with pytest.raises(NotFound):
        look(city, 10**6)
    for login in ("hr1", "auditor", "office", "institution"):
        with pytest.raises(Forbidden):
            outbox_keeping.read_outbox(city.product, actor=city.actors[login])
        with pytest.raises(Forbidden):
            outbox_keeping.retry_messages(city.product, actor=city.actors[login], body={"all_failed": True})


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("ConnectionRefusedError: [Errno 111] Connection refused", "拒绝连接"),
        ("gaierror: [Errno -2] Name or service not known", "找不到邮件服务器"),
        ("TimeoutError: timed out", "没有按时答复"),
        ("SMTPAuthenticationError: (535, b'no')", "用户名或密码"),
        ("SSLError: certificate verify failed", "加密连接"),
        ("SMTPServerDisconnected: Connection unexpectedly closed", "中断了连接"),
        ("hr1: 550 no such user", "拒收"),
        ("hr1: 451 later", "暂时不收"),
        ("KeyError: 'x'", "出错"),
        (None, ""),
    ],
)
def test_errors_are_said_in_words(error: str | None, words: str) -> None:
    assert words in outbox_keeping.error_words(error)
