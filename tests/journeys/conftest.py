"""A city on a fresh database of each kind."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.journeys.city import City
from workflow.services.product import Product
from workflow.services.setup import prepare
from workflow.settings import read_settings


@pytest.fixture
def city(engine: Engine, database_url: str, tmp_path: Path) -> City:
    """Its accounts, with the test clock on."""
    settings = read_settings(
        {"DATABASE_URL": database_url, "SUBSIDY_TEST_CLOCK": "1", "SUBSIDY_FILES": str(tmp_path / "files")}
    )
    product = Product(engine=engine, settings=settings)
    prepare(product)
    return City(product)


@pytest.fixture
def small_city(sqlite_engine: Engine, sqlite_url: str) -> City:
    """The same on SQLite alone, for what does not depend on the database."""
    settings = read_settings({"DATABASE_URL": sqlite_url, "SUBSIDY_TEST_CLOCK": "1"})
    product = Product(engine=sqlite_engine, settings=settings)
    prepare(product)
    return City(product)
