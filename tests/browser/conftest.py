"""A running site over the demonstration, and people with a browser in front of it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.browser.people import Office, Site
from web import create_app
from workflow import demonstration
from workflow.services.product import Product, open_product
from workflow.services.setup import prepare
from workflow.settings import read_settings

LOADED_ON = date(2026, 8, 28)
"""The Friday on which the demonstration is laid out to end; what is played here comes after it."""

# Chromium talks to nobody but the site, and needs no sandbox inside a container.
_ARGUMENTS = ["--no-sandbox", "--disable-quic", "--disable-background-networking", "--lang=zh-CN"]


class _Quiet(WSGIRequestHandler):
    """Says nothing of each request; the product's own log does."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing."""


def _open(path: Path) -> Product:
    return open_product(
        read_settings(
            {
                "DATABASE_URL": f"sqlite:///{path}",
                "SUBSIDY_DEMONSTRATION": "1",
                "SUBSIDY_TEST_CLOCK": "1",
            }
        )
    )


@pytest.fixture(scope="session")
def demonstration_file(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration in a file, to be copied."""
    path = tmp_path_factory.mktemp("demonstration") / "demonstration.db"
    shutil.copyfile(sqlite_template, path)
    product = _open(path)
    prepare(product)
    demonstration.load(product, today=LOADED_ON)
    product.engine.dispose()
    return path


@pytest.fixture(scope="module")
def site(demonstration_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site of this module, on its own copy of the demonstration."""
    path = tmp_path_factory.mktemp("site") / "subsidy.db"
    shutil.copyfile(demonstration_file, path)
    shutil.copytree(demonstration_file.parent / "files", path.parent / "files")
    product = _open(path)
    server = make_server("127.0.0.1", 0, create_app(product), threaded=True, request_handler=_Quiet)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    site = Site(f"http://127.0.0.1:{server.server_port}", product)
    site.set_clock("2026-08-28T17:00:00+08:00")
    yield site
    server.shutdown()
    thread.join()
    server.server_close()
    product.engine.dispose()
    for suffix in ("", "-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)


@pytest.fixture(scope="session")
def browser(chromium_path: str) -> Iterator[Browser]:
    """One Chromium for all."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def office(site: Site, browser: Browser) -> Iterator[Office]:
    """Everybody at the site of this module; who signs in stays signed in."""
    office = Office(site, browser)
    yield office
    office.close()
