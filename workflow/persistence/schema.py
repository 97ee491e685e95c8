"""Bringing a database to the newest migration, and asking which one it has."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect

import migrations
from workflow.errors import Broken


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    return config


def newest_revision() -> str:
    """The newest migration the code knows."""
    revision = ScriptDirectory.from_config(_config()).get_current_head()
    assert revision is not None
    return revision


def current_revision(engine: Engine) -> str | None:
    """The migration the database stands at; None for an empty one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def migrate(engine: Engine, revision: str = "head") -> None:
    """Runs the migrations up to ``revision``; does nothing where the database is there already."""
    _run(engine, command.upgrade, revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Takes the migrations back down to ``revision``; used by the tests of the migrations."""
    _run(engine, command.downgrade, revision)


def _run(engine: Engine, move: Callable[[Config, str], None], revision: str) -> None:
    config = _config()
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            # SQLite changes a table by building it anew. Dropping the old one must not ask who refers to it,
            # and the switch works only outside a transaction, so the driver is told before one begins.
            driver: Any = connection.connection.driver_connection
            driver.execute("PRAGMA foreign_keys=OFF")
        else:
            # A migration of a full database may take its time.
            connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        try:
            config.attributes["connection"] = connection
            move(config, revision)
            if engine.dialect.name == "sqlite":
                orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
                if orphans:
                    raise Broken(f"the migration would leave rows that refer to nothing: {orphans[:5]}")
            connection.commit()
        finally:
            if engine.dialect.name == "sqlite":
                connection.rollback()
                driver.execute("PRAGMA foreign_keys=ON")


def is_empty(engine: Engine) -> bool:
    """Whether the database has no table yet."""
    return not inspect(engine).get_table_names()
