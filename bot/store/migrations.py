"""Bringing a database to this program's schema, whole or not at all.

Each migration run is one transaction on both databases, so an interrupted one leaves the old schema. Alembic is
imported only here and only when migrating; every other start compares one constant.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection

from bot.errors import SchemaMismatch
from bot.paths import MIGRATIONS
from bot.store.open import open_engine
from bot.store.schema import SCHEMA_REVISION
from bot.store.sqlite import SqliteEngine

#: Two migrations of one PostgreSQL database wait for each other on this number; it means nothing else.
MIGRATION_LOCK = 7_265_807


class Moved(NamedTuple):
    """The revisions before and after; None stands for a database without our tables."""

    before: str | None
    after: str | None


async def upgrade(url: str, revision: str = "head") -> Moved:
    """Bring the database up to the revision; safe to repeat.

    Raises AlreadyServing while a `riskbot serve` runs on the SQLite file, SchemaMismatch when the database is newer
    than this program, DatabaseBusy and DatabaseUnavailable.
    """
    return await _migrate(url, lambda alembic, config: alembic.command.upgrade(config, revision))


async def downgrade(url: str, revision: str) -> Moved:
    """Bring the database back to an earlier revision, or to "base", which drops every table. Raises like `upgrade`."""
    return await _migrate(url, lambda alembic, config: alembic.command.downgrade(config, revision))


async def current(url: str) -> str | None:
    """The revision that the database is at, or None when it has none."""
    engine = open_engine(url)
    try:
        return await engine.read(revision_of)
    finally:
        await engine.close()


def revision_of(connection: Connection) -> str | None:
    """What Alembic noted in the database, read without Alembic."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def require_current(connection: Connection) -> None:
    """Raise SchemaMismatch unless the database is exactly at this program's revision."""
    found = revision_of(connection)
    if found is None:
        raise SchemaMismatch("The database has no tables of riskbot's yet.", hint="Run `riskbot migrate`.")
    if found < SCHEMA_REVISION:
        raise SchemaMismatch(
            f"The database is at schema {found}; this program needs {SCHEMA_REVISION}.",
            hint="Back it up with `riskbot backup FILE`, then run `riskbot migrate`.",
        )
    _refuse_newer(found)


def _refuse_newer(found: str | None) -> None:
    if found is not None and found > SCHEMA_REVISION:
        raise SchemaMismatch(
            f"The database is at schema {found}, newer than this program's {SCHEMA_REVISION}.",
            hint="Run the newer riskbot that migrated it, or restore the backup made before that.",
        )


async def _migrate(url: str, steps: Callable[[Any, Any], None]) -> Moved:
    engine = open_engine(url)
    try:
        if isinstance(engine, SqliteEngine):
            engine.claim_serving()
            engine.spill_to_disk()
        return await engine.write(lambda connection: _run(connection, steps))
    finally:
        await engine.close()


def _run(connection: Connection, steps: Callable[[Any, Any], None]) -> Moved:
    import alembic.command
    import alembic.config

    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(MIGRATION_LOCK)))
    before = revision_of(connection)
    _refuse_newer(before)
    config = alembic.config.Config(attributes={"connection": connection})
    # Alembic's settings know interpolation: a percent sign in the path is doubled.
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    steps(alembic, config)
    return Moved(before, revision_of(connection))
