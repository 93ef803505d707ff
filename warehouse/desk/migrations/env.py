"""Alembic's entry: the connection is handed in by `migrate_desk`."""

from alembic import context

from warehouse.desk.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
