"""Who is calling: a bearer token on the API, a sign-in session in the cookie everywhere."""

from __future__ import annotations

from flask import Flask, g, request, session

from web.access import rule_of_request
from web.current import product, wants_problem
from workflow.access import Actor
from workflow.errors import NotSignedIn
from workflow.services import accounts

_TOKEN = "token"  # noqa: S105  (the key in the cookie, not a secret)


def identify_callers(app: Flask) -> None:
    """Looks the caller up before every request that may depend on who it is."""
    app.before_request(_identify)


def _identify() -> None:
    g.actor = None
    g.by_session = False
    rule = rule_of_request()
    # An address that is not there is answered by a page that still greets who is signed in.
    if wants_problem() if rule is None else not rule.identifies:
        return
    authorization = request.headers.get("Authorization")
    if authorization is not None and wants_problem():
        g.actor = _actor_of_bearer(authorization)
    elif (token := session.get(_TOKEN)) is not None:
        g.actor = accounts.actor_of_session(product(), session_token=token)
        g.by_session = g.actor is not None


def _actor_of_bearer(authorization: str) -> Actor:
    scheme, _, token = authorization.partition(" ")
    known = (
        accounts.actor_of_token(product(), token=token.strip())
        if scheme.lower() == "bearer" and token.strip()
        else None
    )
    # A token that was sent and is no good is never passed over in favour of a cookie.
    if known is None:
        raise NotSignedIn("访问令牌无效、已过期或已被撤销")
    return known


def begin_session(session_token: str) -> None:
    """Puts a new sign-in session into a fresh cookie, so that nothing from before signing in lives on."""
    session.clear()
    session[_TOKEN] = session_token


def end_session() -> None:
    """Ends the sign-in session of this browser, in the database and in the cookie."""
    token = session.get(_TOKEN)
    if token is not None:
        accounts.sign_out(product(), session_token=token)
    session.clear()
