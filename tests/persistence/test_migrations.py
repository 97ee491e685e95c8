"""The migrations lead from nothing to the tables of the code, one after the other, and back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Engine, UniqueConstraint, inspect, text
from sqlalchemy.exc import DBAPIError

import migrations
from tests.persistence.rows import insert, insert_application
from workflow.persistence import tables
from workflow.persistence.engine import reading, writing
from workflow.persistence.schema import current_revision, downgrade, is_empty, migrate, newest_revision


@pytest.fixture
def empty_engine(empty_database_url: str, open_engine: Callable[[str], Engine]) -> Engine:
    return open_engine(empty_database_url)


def _scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", migrations.__path__[0])
    return ScriptDirectory.from_config(config)


def _guards(engine: Engine) -> set[str]:
    statement = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if engine.dialect.name == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    )
    with reading(engine) as connection:
        return set(connection.scalars(text(statement)))


def test_the_migrations_form_one_line_with_one_head() -> None:
    scripts = _scripts()
    assert len(scripts.get_heads()) == 1
    assert len(scripts.get_bases()) == 1
    assert all(not revision.is_branch_point for revision in scripts.walk_revisions())


def test_an_empty_database_comes_up_to_the_head(empty_engine: Engine) -> None:
    assert is_empty(empty_engine)
    assert current_revision(empty_engine) is None
    migrate(empty_engine)
    assert current_revision(empty_engine) == newest_revision()
    assert set(inspect(empty_engine).get_table_names()) == {*tables.metadata.tables, "alembic_version"}


def test_migrating_a_migrated_database_changes_nothing(engine: Engine) -> None:
    with writing(engine) as connection:
        application = insert_application(connection)
    migrate(engine)
    with reading(engine) as connection:
        assert connection.scalars(tables.application.select()).all() == [application]


def test_the_migrated_tables_are_those_of_the_code(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, tables.metadata) == []


@pytest.mark.parametrize("table", tables.metadata.sorted_tables, ids=lambda table: table.name)
def test_the_migrated_constraints_are_those_of_the_code(engine: Engine, table: tables.Table) -> None:
    # alembic compares neither check constraints nor, on SQLite, all unique ones.
    inspector = inspect(engine)
    checks = {_rendered(item.name, table) for item in table.constraints if isinstance(item, CheckConstraint)}
    assert {item["name"] for item in inspector.get_check_constraints(table.name)} == checks
    uniques = {
        tuple(column.name for column in item.columns)
        for item in table.constraints
        if isinstance(item, UniqueConstraint)
    }
    found = {tuple(item["column_names"]) for item in inspector.get_unique_constraints(table.name)}
    assert found == uniques


def _rendered(name: object, table: tables.Table) -> str:
    text_name = str(name)
    return text_name if text_name.startswith("ck_") else f"ck_{table.name}_{text_name}"


def test_every_migration_goes_down_and_up_again_over_stored_rows(engine: Engine) -> None:
    with writing(engine) as connection:
        application = insert_application(connection)
        account = insert(connection, tables.account)
        insert(connection, tables.decision, application_id=application, account_id=account)
        insert(connection, tables.audit_entry, chain_id=application)
    guards = _guards(engine)
    assert guards

    downgrade(engine, "0001")
    assert _guards(engine) == set()
    migrate(engine)
    assert _guards(engine) == guards
    with reading(engine) as connection:
        assert len(connection.execute(tables.audit_entry.select()).all()) == 1
        assert len(connection.execute(tables.decision.select()).all()) == 1

    downgrade(engine, "base")
    assert inspect(engine).get_table_names() == ["alembic_version"]
    migrate(engine)
    assert current_revision(engine) == newest_revision()
    assert _guards(engine) == guards
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, tables.metadata) == []


def test_the_way_down_leaves_nothing_behind_on_postgresql(postgresql_engine: Engine) -> None:
    downgrade(postgresql_engine, "base")
    with reading(postgresql_engine) as connection:
        left = connection.scalars(
            text(
                "SELECT proname::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace "
                "UNION ALL SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            )
        ).all()
    assert set(left) <= {"alembic_version", "alembic_version_pkc"}


def test_a_migration_that_fails_leaves_the_revision_where_it_was(
    empty_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate(empty_engine, "0001")
    with writing(empty_engine) as connection:
        connection.execute(text("DROP TABLE payment"))
    with pytest.raises(DBAPIError):
        migrate(empty_engine)
    assert current_revision(empty_engine) == "0001"
