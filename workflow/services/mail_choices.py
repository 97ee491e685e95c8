"""邮件提醒: each person chooses where e-mail goes, and which kinds of message are sent there too."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update

from workflow.access import Actor
from workflow.errors import FieldError, Malformed
from workflow.form.alerts import MailChoice
from workflow.form.reading import read
from workflow.persistence.engine import reading, writing
from workflow.persistence.tables import account
from workflow.services.accounts import is_email
from workflow.services.audit import append_system_entry
from workflow.services.product import Product
from workflow.vocabulary import AlertKind


def read_mail_choice(product: Product, *, actor: Actor) -> dict[str, Any]:
    """The caller's address, and the kinds of message that are sent there; all of them until one chooses."""
    with reading(product.engine) as connection:
        row = connection.execute(
            select(account.c.email, account.c.mailed_kinds).where(account.c.id == actor.account_id)
        ).one()
    kinds = [kind.value for kind in AlertKind] if row.mailed_kinds is None else row.mailed_kinds
    return {"email": row.email, "kinds": kinds}


def choose_mail(product: Product, *, actor: Actor, body: dict[str, Any]) -> dict[str, Any]:
    """Sets the caller's address and kinds; in the trail without the address. Messages stay in the product.

    Raises ``Malformed`` naming what cannot be read.
    """
    choice = read(MailChoice, body)
    email = (choice.email or "").strip() or None
    if email is not None and not is_email(email):
        message = "电子邮箱的格式不正确，应形如 name@example.cn"
        raise Malformed(message, [FieldError("email", message)])
    kinds = [kind.value for kind in choice.kinds]
    with writing(product.engine) as connection:
        connection.execute(
            update(account).where(account.c.id == actor.account_id).values(email=email, mailed_kinds=kinds)
        )
        details = {"login": actor.login, "kinds": kinds, "has_address": email is not None}
        append_system_entry(connection, actor, "choose_mail", product.now(connection), details)
    return {"email": email, "kinds": kinds}
