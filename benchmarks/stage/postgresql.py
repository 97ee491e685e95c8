"""A real PostgreSQL for one measurement, with or without fsync, whose databases are copied and put back."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep

import psycopg
from sqlalchemy import make_url

from tests.postgresql import PostgresqlServer


class Databases:
    """The databases of a running server."""

    def __init__(self, server: PostgresqlServer) -> None:
        self._server = server
        self._administration = psycopg.connect(self.conninfo("postgres"), autocommit=True)
        self._cores = sorted(os.sched_getaffinity(0))

    def url(self, name: str) -> str:
        """The database as the product takes it."""
        return self._server.url(name)

    def conninfo(self, name: str) -> str:
        """The database as plain psycopg takes it."""
        url = make_url(self.url(name)).set(drivername="postgresql")
        return str(url.render_as_string(hide_password=False))

    def create(self, name: str, *, migrated: bool) -> None:
        """A new database, with the product's tables or empty."""
        self._server.create(name, template=migrated)

    def copy(self, source: str, name: str) -> None:
        """``name`` becomes what ``source`` is; nobody may be connected to ``source``."""
        self.drop(name)
        self._administration.execute(f"CREATE DATABASE {name} TEMPLATE {source}")
        # Not in the middle of what is measured next.
        self._administration.execute("CHECKPOINT")

    def drop(self, name: str) -> None:
        """Removes a database, if there is one."""
        self._server.drop(name)

    def set_durable(self, durable: bool) -> None:
        """Whether a commit waits until it is on the disk (the server's default, and what production runs)."""
        for setting in ("fsync", "full_page_writes"):
            self._administration.execute(f"ALTER SYSTEM SET {setting} = {'on' if durable else 'off'}")
        self._administration.execute("SELECT pg_reload_conf()")
        while self._shown("fsync") != ("on" if durable else "off"):
            sleep(0.05)

    def set_apart(self, apart: bool) -> bool:
        """This process on one core, and new server processes on the others or on that same one.

        Answers False where there is only one core. Left alone, the kernel does now this and now that for
        seconds on end, and a round trip between two cores costs twice one on the same.
        """
        if len(self._cores) < 2:
            return False
        os.sched_setaffinity(0, self._cores[:1])
        note = Path(self._shown("data_directory")) / "postmaster.pid"
        postmaster = int(note.read_text(encoding="utf-8").split()[0])
        os.sched_setaffinity(postmaster, self._cores[1:] if apart else self._cores[:1])
        return True

    def version(self) -> str:
        """The server's version."""
        return self._shown("server_version")

    def close(self) -> None:
        """Lets go of the server."""
        self._administration.close()

    def _shown(self, setting: str) -> str:
        found = self._administration.execute(f"SHOW {setting}").fetchone()
        assert found is not None
        return str(found[0])


@contextmanager
def postgresql() -> Iterator[Databases]:
    """A server of its own, gone with its data at the end."""
    with tempfile.TemporaryDirectory(prefix="subsidy-bench-") as folder:
        server = PostgresqlServer(Path(folder))
        databases = Databases(server)
        try:
            yield databases
        finally:
            databases.close()
            server.close()
