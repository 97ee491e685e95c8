"""What the request at hand is about: the product, the person, the request's own id."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from flask import current_app, g, request

from workflow.access import Actor
from workflow.errors import NotSignedIn
from workflow.form.masking import cover_numbers
from workflow.services.actors import absent_today
from workflow.services.product import Product

EXTENSION = "subsidy_product"


def product() -> Product:
    """The product that every service takes first."""
    return cast(Product, current_app.extensions[EXTENSION])


def actor() -> Actor | None:
    """Who is signed in, by session or bearer token; None for the public."""
    return cast("Actor | None", g.get("actor"))


def require_actor() -> Actor:
    """Who is signed in; raises ``NotSignedIn`` for the public."""
    known = actor()
    if known is None:
        raise NotSignedIn("请先登录")
    return known


def absent() -> tuple[Actor, ...]:
    """In whose place the caller acts today; looked up once in a request."""
    person = actor()
    if person is None or person.department is None or g.get("without_furniture"):
        return ()
    if "absent" not in g:
        g.absent = absent_today(product(), person)
    return cast("tuple[Actor, ...]", g.absent)


def able(does: Callable[[Actor], bool]) -> bool:
    """Whether the caller does it, themselves or in the place of somebody absent; for what a page offers."""
    return any(does(person) for person in (require_actor(), *absent()))


def request_id() -> str:
    """The id under which this request stands in the log."""
    return cast(str, g.get("request_id", ""))


def logged_path() -> str:
    """The path as it may stand in the log: what follows ``/feeds/`` is a secret, however mistyped.

    Long numbers are covered: no address of ours has one, so it is one that somebody typed.
    """
    before, feeds, _secret = request.path.partition("/feeds/")
    return cover_numbers(before + feeds)


def wants_problem() -> bool:
    """Whether an error is answered as problem+json: everything under ``/api/`` is, known route or not."""
    return request.path.startswith("/api/")


def is_autosave() -> bool:
    """Whether a script saves a form that is still being typed: it is answered in JSON, not with a page."""
    return "X-Autosave" in request.headers
