"""An older replica beside a newer one: messages that only the newer can write are left to it, and hold up nobody."""

import pytest
import sqlalchemy as sa

from bot.store import claims, destinations, outbox
from bot.store.messages import MessageState, Priority, messages
from bot.store.outbox import Note
from bot.store.prospects import Prospect, prospect
from tests.store.test_messages import GENEROUS, terms, wish

NEWER = "year_2030/report"


def note(key, *, template=NEWER, **more):
    return Note(key, template, "report", 1, {}, priority=Priority.URGENT, **{"channel": "#a", **more})


def put(tx, *notes):
    destinations.ensure(tx, ["#a"])
    outbox.enqueue(tx, notes)


async def claim(database):
    return [each.row for each in await database.write(lambda tx: claims.claim(tx, terms()))]


async def change(database, where, **values):
    await database.write(lambda tx: tx.execute(sa.update(messages).where(where).values(values)))


@pytest.mark.parametrize("state", ["post", "edit", "look"])
async def test_a_template_of_a_newer_program_is_left_to_it(database, state):
    await database.write(lambda tx: put(tx, note("newer")))
    values = {"post": {}, "edit": {"ts": "1.1"}, "look": {"state": MessageState.AMBIGUOUS}}[state]
    await change(database, messages.c.key == "newer", **{"state": MessageState.WAITING, **values})
    assert await database.read(lambda tx: prospect(tx, GENEROUS)) == Prospect.NOTHING
    assert await claim(database) == []
    # Less urgent, and later: it is posted all the same.
    await database.write(wish)
    assert await database.read(lambda tx: prospect(tx, GENEROUS)) == Prospect.NOW
    assert [row.template for row in await claim(database)] == ["alerts/card"]


async def test_a_nature_of_a_newer_program_is_left_to_it(database):
    await database.write(lambda tx: put(tx, note("newer", template="alerts/card")))
    await change(database, messages.c.key == "newer", nature="ticker")
    await database.write(wish)
    assert [row.nature for row in await claim(database)] == ["card"]


async def test_a_reply_does_not_wait_for_one_of_a_newer_program(database):
    await database.write(wish)
    [card] = await claim(database)
    await change(database, messages.c.id == card.id, ts="1.1", state=MessageState.SHOWN)
    replies = [note("newer", thread_of=card.id), note("ours", template="alerts/refired", thread_of=card.id)]
    await database.write(lambda tx: put(tx, *replies))
    await change(database, sa.true(), not_before=card.wanted_at)
    await database.write(
        lambda tx: tx.execute(sa.update(destinations.destinations).values(next_post_at=card.wanted_at))
    )
    assert [row.key for row in await claim(database)] == ["ours"]
