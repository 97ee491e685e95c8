"""What every test may ask for: fresh migrated databases of both kinds, engines on them, and Chromium."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest
from sqlalchemy import Engine

from tests.chromium import find_chromium
from tests.postgresql import PostgresqlServer
from workflow.persistence.engine import open_database, open_unpooled
from workflow.persistence.schema import migrate

# The caller's environment must reach no test: not his database, not his settings, not his proxy.
for _name in list(os.environ):
    if _name in {"DATABASE_URL", "PORT"} or _name.startswith(("SUBSIDY_", "PG", "FLASK_", "GUNICORN_")):
        del os.environ[_name]
os.environ["no_proxy"] = os.environ["NO_PROXY"] = "127.0.0.1,localhost"

# The same examples on every run and no wall clock: a red run means a change in the code.
hypothesis.settings.register_profile("product", deadline=None, derandomize=True)
hypothesis.settings.load_profile("product")


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for the whole run, the same for all workers of pytest-xdist."""
    folder = tmp_path_factory.getbasetemp()
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


@pytest.fixture(scope="session")
def postgresql_server(shared_folder: Path) -> Iterator[PostgresqlServer]:
    """A real PostgreSQL of this run, with a migrated template; it stops with the last worker."""
    server = PostgresqlServer(shared_folder)
    yield server
    server.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to be copied."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    engine = open_unpooled(f"sqlite:///{path}")
    migrate(engine)
    engine.dispose()
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> Iterator[str]:
    """A fresh migrated SQLite database."""
    path = tmp_path / "subsidy.db"
    shutil.copyfile(sqlite_template, path)
    yield f"sqlite:///{path}"
    _remove_sqlite(path)


@pytest.fixture
def postgresql_url(postgresql_server: PostgresqlServer) -> Iterator[str]:
    """A fresh migrated PostgreSQL database."""
    name = f"test_{uuid.uuid4().hex}"
    postgresql_server.create(name, template=True)
    yield postgresql_server.url(name)
    postgresql_server.drop(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh migrated database; the test runs once on each kind."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without any table; the test runs once on each kind."""
    if request.param == "sqlite":
        path = tmp_path / "empty.db"
        yield f"sqlite:///{path}"
        _remove_sqlite(path)
        return
    server: PostgresqlServer = request.getfixturevalue("postgresql_server")
    name = f"test_{uuid.uuid4().hex}"
    server.create(name, template=False)
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def open_engine() -> Iterator[Callable[[str], Engine]]:
    """Opens engines as the product does; all are closed when the test ends."""
    engines: list[Engine] = []

    def open_one(url: str) -> Engine:
        engines.append(open_database(url))
        return engines[-1]

    yield open_one
    for engine in engines:
        engine.dispose()


@pytest.fixture
def engine(database_url: str, open_engine: Callable[[str], Engine]) -> Engine:
    """The product's engine on a fresh migrated database of each kind."""
    return open_engine(database_url)


@pytest.fixture
def sqlite_engine(sqlite_url: str, open_engine: Callable[[str], Engine]) -> Engine:
    """The product's engine on a fresh migrated SQLite database."""
    return open_engine(sqlite_url)


@pytest.fixture
def postgresql_engine(postgresql_url: str, open_engine: Callable[[str], Engine]) -> Engine:
    """The product's engine on a fresh migrated PostgreSQL database."""
    return open_engine(postgresql_url)


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The executable of a real Chromium, for ``launch(executable_path=…)``."""
    path = find_chromium()
    assert path is not None, "没有找到可以启动的 Chromium；make test 会安装，或说明怎样安装"
    return path


def _remove_sqlite(path: Path) -> None:
    # pytest keeps the folders of three runs; thousands of databases would fill the disk.
    for suffix in ("", "-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)
