"""The migrated schema is the one that the code expects, on both databases, and a migration happens whole or not at all."""

import re

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from bot.clock import Clock
from bot.errors import AlreadyServing, SchemaMismatch
from bot.paths import MIGRATIONS
from bot.store import migrations, schema
from bot.store.open import open_database, open_engine
from bot.store.tables import metadata

SQLITE_INDEXES = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
POSTGRESQL_INDEXES = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"


def indexes(connection):
    """Every index as the database spells it, conditions included, which Alembic's comparison leaves out."""
    sqlite = connection.dialect.name == "sqlite"
    rows = connection.execute(sa.text(SQLITE_INDEXES if sqlite else POSTGRESQL_INDEXES))
    # SQLite keeps the text as it was written, down to the spacing.
    found = {name: re.sub(r"\s+", " ", sql).strip() for name, sql in rows}
    return {name: sql for name, sql in found.items() if "alembic" not in name}


async def look(url, work):
    engine = open_engine(url)
    try:
        return await engine.read(work)
    finally:
        await engine.close()


async def make(url, work):
    engine = open_engine(url)
    try:
        await engine.write(work)
    finally:
        await engine.close()


async def test_migrated_schema_is_the_metadata(database_url):
    def differences(connection):
        options = {"compare_type": True, "compare_server_default": True}
        return compare_metadata(MigrationContext.configure(connection, opts=options), metadata)

    assert await look(database_url, differences) == [], "write a migration, or mend the newest one before its release"


async def test_migrated_indexes_are_the_metadatas(empty_database_url):
    await make(empty_database_url, metadata.create_all)
    expected = await look(empty_database_url, indexes)
    await make(empty_database_url, metadata.drop_all)
    await migrations.upgrade(empty_database_url)
    assert expected == await look(empty_database_url, indexes)


async def test_up_down_up(empty_database_url):
    assert await migrations.upgrade(empty_database_url) == (None, schema.SCHEMA_REVISION)
    first = await look(empty_database_url, indexes)
    assert await migrations.downgrade(empty_database_url, "base") == (schema.SCHEMA_REVISION, None)
    left = await look(empty_database_url, lambda connection: sa.inspect(connection).get_table_names())
    assert left == ["alembic_version"]
    assert await migrations.upgrade(empty_database_url) == (None, schema.SCHEMA_REVISION)
    assert await look(empty_database_url, indexes) == first


async def test_upgrade_is_repeatable(database_url):
    assert await migrations.upgrade(database_url) == (schema.SCHEMA_REVISION, schema.SCHEMA_REVISION)
    assert await migrations.current(database_url) == schema.SCHEMA_REVISION


def test_revision_constant_is_the_newest_migration():
    assert ScriptDirectory(str(MIGRATIONS)).get_current_head() == schema.SCHEMA_REVISION


async def test_interrupted_migration_leaves_the_old_schema(empty_database_url, monkeypatch):
    def run_half(connection, steps):
        whole(connection, steps)
        raise KeyboardInterrupt

    whole = migrations._run
    monkeypatch.setattr(migrations, "_run", run_half)
    with pytest.raises(KeyboardInterrupt):
        await migrations.upgrade(empty_database_url)
    assert await look(empty_database_url, lambda connection: sa.inspect(connection).get_table_names()) == []


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        pytest.param("UPDATE alembic_version SET version_num = '0000'", "0000; this program needs", id="older"),
        pytest.param("UPDATE alembic_version SET version_num = '9999'", "9999, newer than", id="newer"),
        pytest.param("DROP TABLE alembic_version", "no tables", id="absent"),
    ],
)
async def test_other_schema_is_refused(database_url, statement, words):
    database = open_database(database_url, Clock())
    await database.write(lambda tx: tx.execute(sa.text(statement)))
    with pytest.raises(SchemaMismatch, match=words) as refusal:
        await database.read(lambda tx: migrations.require_current(tx.connection))
    assert refusal.value.hint
    await database.close()


async def test_newer_database_is_not_migrated(database_url):
    database = open_database(database_url, Clock())
    await database.write(lambda tx: tx.execute(sa.text("UPDATE alembic_version SET version_num = '9999'")))
    await database.close()
    with pytest.raises(SchemaMismatch, match="newer"):
        await migrations.upgrade(database_url)


async def test_migration_is_refused_while_serving(sqlite_url):
    serving = open_engine(sqlite_url)
    serving.claim_serving()
    with pytest.raises(AlreadyServing):
        await migrations.upgrade(sqlite_url)
    await serving.close()
    assert await migrations.upgrade(sqlite_url)
