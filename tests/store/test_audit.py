"""The audit: append-only, chained, and every kind of tampering found."""

import asyncio

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from bot.store import audit
from bot.store.audit import Break, Entry


def entries(first, last):
    return [
        Entry("U1", "acknowledge", "alert_group", each, {"note": f"ü {each}", "n": 1.5}) for each in range(first, last)
    ]


async def record(database, first, last):
    await database.write(lambda tx: audit.record(tx, entries(first, last)))


async def seal(database, limit=10_000):
    return await database.write(lambda tx: audit.seal(tx, limit))


async def verify(database, anchors=None):
    return await database.read(lambda tx: audit.verify(tx, anchors or {}))


async def run(database, sql):
    await database.write(lambda tx: tx.execute(sa.text(sql)))


async def tamper(database, sql):
    """Change what the triggers guard, as somebody with rights on the database could."""

    def work(tx):
        if tx.is_sqlite:
            for name in ("audit_no_delete", "audit_content", "audit_sealed"):
                tx.execute(sa.text(f"DROP TRIGGER {name}"))
        else:
            tx.execute(sa.text("ALTER TABLE audit DISABLE TRIGGER USER"))
        for statement in sql.split(";"):
            tx.execute(sa.text(statement))

    await database.write(work)


async def test_rows_are_sealed_in_sets_and_verify(database):
    await record(database, 0, 5)
    assert await database.read(audit.count_unsealed) == 5
    assert await verify(database) == (0, [])
    assert await seal(database, limit=3) == 3
    assert await seal(database, limit=3) == 2
    assert await seal(database, limit=3) == 0
    assert await verify(database) == (5, [])
    assert await database.read(audit.count_unsealed) == 0
    assert (await database.read(audit.head)).sequence == 5


async def test_long_chain_verifies_in_slices(database):
    """More rows than one fetch of the walk takes."""
    await record(database, 0, 2_100)
    await seal(database)
    assert await verify(database) == (2_100, [])


async def test_empty_chain_is_whole(database):
    assert await verify(database) == (0, [])
    assert await database.read(audit.head) == audit.Head(0, audit.GENESIS)


async def test_two_sealers_never_fork_the_chain(database, rival):
    await record(database, 0, 60)
    sealed = await asyncio.gather(*(seal(one, limit=10) for one in [database, rival] * 4))
    assert sum(sealed) == 60
    assert await verify(database) == (60, [])


async def test_history_is_told_oldest_first(database):
    await record(database, 7, 8)
    await database.write(lambda tx: audit.record(tx, [Entry("U2", "resolve", "alert_group", 7, {})]))
    told = await database.read(lambda tx: audit.history(tx, "alert_group", 7))
    assert [row.verb for row in told] == ["acknowledge", "resolve"]
    assert told[0].detail == {"note": "ü 7", "n": 1.5}


@pytest.mark.parametrize(
    "sql",
    [
        pytest.param("DELETE FROM audit WHERE id = 1", id="delete sealed"),
        pytest.param("DELETE FROM audit WHERE id = 3", id="delete unsealed"),
        pytest.param("UPDATE audit SET verb = 'resolve' WHERE id = 1", id="change sealed"),
        pytest.param("UPDATE audit SET hash = NULL WHERE id = 1", id="unseal"),
        pytest.param("UPDATE audit SET actor = 'U9' WHERE id = 3", id="change unsealed"),
    ],
)
async def test_database_refuses_changes(database, sql):
    await record(database, 0, 2)
    await seal(database)
    await record(database, 2, 3)
    with pytest.raises(IntegrityError, match="append-only"):
        await run(database, sql)
    await seal(database)
    assert await verify(database) == (3, [])


async def test_postgresql_refuses_truncation(database):
    if database.dialect == "sqlite":
        return  # SQLite has no TRUNCATE
    with pytest.raises(IntegrityError, match="append-only"):
        await run(database, "TRUNCATE audit")


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        pytest.param(
            "UPDATE audit SET verb = 'resolve' WHERE sequence = 2",
            [Break(2, "row 2 was changed after it was sealed")],
            id="a changed row",
        ),
        pytest.param(
            "DELETE FROM audit WHERE sequence = 2",
            [Break(3, "follows 1; rows between them are gone"), Break(3, "row 3 was changed after it was sealed")],
            id="a removed row",
        ),
        pytest.param(
            "DELETE FROM audit WHERE sequence > 3",
            [Break(5, "the head says 5, the last row is 3")],
            id="a cut tail",
        ),
    ],
)
async def test_tampering_is_found(database, sql, expected):
    await record(database, 0, 5)
    await seal(database)
    await tamper(database, sql)
    assert (await verify(database))[1] == expected


async def test_tail_cut_together_with_the_head_is_found_by_its_anchor(database):
    await record(database, 0, 5)
    await seal(database)
    anchor = await database.read(audit.head)
    third = await database.read(
        lambda tx: tx.execute(sa.text("SELECT hash FROM audit WHERE sequence = 3")).scalar_one()
    )
    await tamper(
        database, f"DELETE FROM audit WHERE sequence > 3; UPDATE audit_head SET sequence = 3, hash = '{third}'"
    )
    assert await verify(database) == (3, [])
    assert await verify(database, {anchor.sequence: anchor.hash}) == (3, [Break(5, "anchored, but no longer there")])


async def test_chain_rewritten_whole_is_found_by_its_anchor(database):
    await record(database, 0, 3)
    await seal(database)
    anchor = await database.read(audit.head)
    await tamper(
        database,
        "UPDATE audit SET actor = 'U9' WHERE id = 1; UPDATE audit SET sequence = NULL, hash = NULL; DELETE FROM audit_head",
    )
    assert await seal(database) == 3
    assert await verify(database) == (3, [])
    assert await verify(database, {anchor.sequence: anchor.hash}) == (3, [Break(3, "differs from its anchor")])
