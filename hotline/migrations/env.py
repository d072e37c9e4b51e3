"""Alembic's entry: runs the steps on the connection that `upgrade` hands over, in its transaction."""

from alembic import context

from hotline.adapters.sql.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite alters a table by copying it
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
