"""Where a web server process starts: ``gunicorn web.wsgi:app``."""

from __future__ import annotations

from importlib import import_module

from flask import Flask

from web import create_app
from web.logs import configure_logging
from workflow.services.product import open_product
from workflow.settings import read_settings


def build() -> Flask:
    """The application of this process, over the product that the environment describes."""
    settings = read_settings()
    configure_logging(quiet=settings.demonstration)
    product = open_product(settings)
    app = create_app(product)
    if settings.embedded_scheduler:
        # By name: the scheduler stands beside the services, and only a serving process wants it.
        import_module("workflow.scheduler").start(product)
    return app


app = build()
