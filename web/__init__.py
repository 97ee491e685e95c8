"""The web: pages for people, a JSON API for systems, endpoints for operators."""

from __future__ import annotations

import hmac
from io import BytesIO
from typing import IO, Any

from flask import Flask, Request

from web import access, authentication, context, operators, protection, rate, refusals
from web.api import create_api
from web.current import EXTENSION
from web.routing import KeyConverter, PolicyConverter
from web.views import PAGES
from workflow.services.product import Product

JSON_BYTES = 1024 * 1024


class _RequestInMemory(Request):
    """A request whose files stay in memory, however large: in clear they belong on no disk."""

    def _get_file_stream(self, *_: Any, **__: Any) -> IO[bytes]:
        return BytesIO()


def create_app(product: Product) -> Flask:
    """The application over an open product.

    Raises ``access.AccessTableError`` when an endpoint has no row in the access table, or a row no
    endpoint: nothing is reachable by oversight.
    """
    app = Flask(__name__)
    app.request_class = _RequestInMemory
    current, *further = (_signing_key(secret) for secret in product.settings.keys.all)
    app.config.update(
        SECRET_KEY=current,
        # While a key is replaced some processes sign with the old one, and forms lie open that did.
        SECRET_KEY_FALLBACKS=further,
        WTF_CSRF_SECRET_KEY=[*further, current],
        SESSION_COOKIE_NAME="subsidy_session",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=not product.settings.demonstration,
        # A form may stay open as long as the session lives; the session has its own limits.
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_CHECK_DEFAULT=False,
        MAX_CONTENT_LENGTH=JSON_BYTES,
        MAX_FORM_MEMORY_SIZE=JSON_BYTES,
        SEND_FILE_MAX_AGE_DEFAULT=3600,
        PROVIDE_AUTOMATIC_OPTIONS=False,
        OBJECTIONS_PER_MINUTE=60,
        READINGS_PER_MINUTE=30,
        VERIFICATIONS_PER_MINUTE=30,
        FOLLOW_UPS_PER_MINUTE=30,
        REGISTRATIONS_PER_MINUTE=10,
        REGISTRATION_LOOKUPS_PER_MINUTE=20,
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.extensions[EXTENSION] = product
    app.extensions[rate.EXTENSION] = rate.SlidingWindow()
    app.url_map.converters["key"] = KeyConverter
    app.url_map.converters["policy"] = PolicyConverter

    # The order counts: a request is numbered, then known, then let in, then checked for forgery.
    operators.observe(app)
    authentication.identify_callers(app)
    access.guard(app)
    protection.protect(app)
    refusals.map_errors(app)
    context.furnish_templates(app)

    app.register_blueprint(operators.blueprint)
    app.register_blueprint(create_api(test_clock=product.settings.test_clock))
    for pages in PAGES:
        app.register_blueprint(pages)
    access.check_complete(app, without=frozenset() if product.settings.test_clock else access.TEST_CLOCK_ONLY)
    return app


def _signing_key(secret_key: str) -> str:
    return hmac.new(secret_key.encode(), b"web session cookie", "sha256").hexdigest()
