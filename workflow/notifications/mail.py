"""E-mail over SMTP: the server's address, a letter as plain text, and one connection for several letters."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import parse_qs, unquote, urlsplit

from workflow.settings import SettingsError

SECONDS_TO_ANSWER = 10
_PORTS = {"smtp": 25, "smtps": 465}

Send = Callable[[EmailMessage], None]
"""Hands one letter over; raises ``Undeliverable``, ``TryLater``, or what ``BROKEN_OFF`` names."""
Session = Callable[[], AbstractContextManager[Send]]
BROKEN_OFF = (OSError, smtplib.SMTPException)
"""The connection is of no use any more, or never was."""


class Undeliverable(Exception):
    """The server refuses this letter for good."""


class TryLater(Exception):
    """The server refuses this letter for now; others may pass."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where to hand letters over. ``implicit_tls`` from the first byte; ``starttls`` after the greeting."""

    host: str
    port: int
    user: str
    password: str
    implicit_tls: bool
    starttls: bool


def read_smtp_url(url: str) -> MailServer:
    """``smtp://user:password@host:port``, with ``?starttls``, or ``smtps://`` for TLS from the start.

    Raises ``SettingsError`` for anything else; never repeats the password.
    """
    problem = SettingsError(
        "环境变量 SUBSIDY_SMTP_URL 应形如 smtp://用户:密码@主机:端口?starttls 或 smtps://用户:密码@主机:端口"
    )
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise problem from None
    options = set(parse_qs(parts.query, keep_blank_values=True))
    if parts.scheme not in _PORTS or not parts.hostname or not options <= {"starttls"}:
        raise problem
    return MailServer(
        host=parts.hostname,
        port=port or (587 if options else _PORTS[parts.scheme]),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        implicit_tls=parts.scheme == "smtps",
        starttls="starttls" in options,
    )


def write_letter(
    *, message_id: str, sender: str, recipient: str, subject: str, text: str, at: datetime
) -> EmailMessage:
    """A letter in plain text. The same ``message_id`` means the same letter, however often it arrives."""
    letter = EmailMessage()
    domain = sender.rpartition("@")[2] or "localhost"
    letter["Message-ID"] = f"<{message_id}@{domain}>"
    letter["From"] = sender
    letter["To"] = recipient
    letter["Subject"] = subject
    letter["Date"] = format_datetime(at)
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(text)
    return letter


@contextmanager
def smtp_session(url: str) -> Iterator[Send]:
    """One connection to the mail server; yields what sends a letter over it."""
    server = read_smtp_url(url)
    with _connected(server) as client:
        if server.starttls:
            client.starttls(context=ssl.create_default_context())
        if server.user:
            client.login(server.user, server.password)
        yield lambda letter: _hand_over(client, letter)


def _connected(server: MailServer) -> smtplib.SMTP:
    if server.implicit_tls:
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(server.host, server.port, timeout=SECONDS_TO_ANSWER, context=context)
    return smtplib.SMTP(server.host, server.port, timeout=SECONDS_TO_ANSWER)


def _hand_over(client: smtplib.SMTP, letter: EmailMessage) -> None:
    try:
        client.send_message(letter)
    except smtplib.SMTPRecipientsRefused as refused:
        code, answer = next(iter(refused.recipients.values()))
        raise _refusal(code, answer) from refused
    except smtplib.SMTPSenderRefused as refused:
        # It is our address that is wrong, not the recipient's: somebody will mend the settings.
        raise TryLater(_said(refused.smtp_code, refused.smtp_error)) from refused
    except smtplib.SMTPDataError as refused:
        raise _refusal(refused.smtp_code, refused.smtp_error) from refused
    except (smtplib.SMTPNotSupportedError, UnicodeError) as refused:
        raise Undeliverable(str(refused)) from refused


def _refusal(code: int, answer: bytes | str) -> Undeliverable | TryLater:
    return (Undeliverable if code >= 500 else TryLater)(_said(code, answer))


def _said(code: int, answer: bytes | str) -> str:
    text = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    return f"{code} {text}"
