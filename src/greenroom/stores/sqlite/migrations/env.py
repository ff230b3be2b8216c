"""Alembic's entry: the connection is handed in by `stores.sqlite.migrate`."""

from alembic import context

from greenroom.stores.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    transactional_ddl=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
