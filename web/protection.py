"""What keeps browsers from being used against their owners: forgery tokens and response headers."""

from __future__ import annotations

from flask import Flask, Response, g, request
from flask_wtf.csrf import CSRFProtect

from web.access import rule_of_request
from web.current import wants_problem

_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_csrf = CSRFProtect()


def protect(app: Flask) -> None:
    """Adds the forgery check before, and the headers after, every request."""
    _csrf.init_app(app)
    app.before_request(_check_forgery)
    app.after_request(_add_headers)


def _check_forgery() -> None:
    if request.method in _SAFE_METHODS or rule_of_request() is None:
        return
    # On the API only the cookie is sent by a browser unasked; a bearer token proves the intention itself,
    # and an anonymous call has no one's rights to borrow.
    if wants_problem() and not g.by_session:
        return
    _csrf.protect()


def _add_headers(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    # Everything but static files holds somebody's data or somebody's form token.
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response
