"""Alembic's entry: runs the numbered versions on the connection that ``persistence.schema`` hands over."""

from alembic import context

from workflow.persistence.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True, compare_type=True)
with context.begin_transaction():
    context.run_migrations()
