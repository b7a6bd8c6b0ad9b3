"""What Alembic runs for every migration; bot/store/migrations.py gives the connection, already in a transaction."""

from alembic import context

from bot.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite cannot alter most things in place: tables are copied instead.
    render_as_batch=True,
)
context.run_migrations()
