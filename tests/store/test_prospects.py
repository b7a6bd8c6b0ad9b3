"""Looking before claiming: a writer is asked only when there is something to take."""

from dataclasses import replace
from datetime import timedelta

from bot.store import cards, claims, destinations, messages, rates
from bot.store.cards import CardWish
from bot.store.claims import Action, Terms
from bot.store.messages import Priority
from bot.store.prospects import Prospect, prospect
from bot.store.rates import MethodRate

#: One call, and the next after a minute.
SCARCE = {action: MethodRate(per_minute=1, burst=1) for action in Action}
TERMS = Terms("me", timedelta(seconds=60), timedelta(seconds=1), SCARCE)


async def seen(database, after_seconds=0.0):
    def look(tx):
        return prospect(replace(tx, protocol_now=tx.protocol_now + timedelta(seconds=after_seconds)), SCARCE)

    return await database.read(look)


async def wish(database, subject):
    def work(tx):
        destinations.ensure(tx, ["#a"])
        cards.want(tx, [CardWish("alerts/card", "alert_group", subject, "#a", 1, Priority.ALERT, tx.now)])

    await database.write(work)


async def claim_one(database):
    [claimed] = await database.write(lambda tx: claims.claim(tx, TERMS))
    return claimed.row


async def post(database, row):
    shown = {"revision": 1, "ts": "1.1", "posted_channel": "C1"}
    await database.write(lambda tx: messages.settle_shown(tx, row, "me", **shown))


async def test_nothing_waits(database):
    assert await seen(database) == Prospect.NOTHING


async def test_a_post_waits_for_its_channels_turn(database):
    await wish(database, 1)
    assert await seen(database) == Prospect.NOW
    await post(database, await claim_one(database))
    assert await seen(database) == Prospect.NOTHING
    await wish(database, 2)
    assert await seen(database) == Prospect.LATER
    assert await seen(database, after_seconds=1.1) == Prospect.NOW


async def test_an_edit_waits_for_the_methods_rate(database):
    await wish(database, 1)
    await post(database, await claim_one(database))
    await database.write(lambda tx: cards.bump(tx, "alert_group", {1: 2}))
    assert await seen(database) == Prospect.NOW
    await database.write(lambda tx: rates.book(tx, {Action.EDIT: 1}, SCARCE))
    assert await seen(database) == Prospect.LATER
    assert await seen(database, after_seconds=61) == Prospect.NOW


async def test_an_edit_waits_as_long_as_slack_said(database):
    await wish(database, 1)
    await post(database, await claim_one(database))
    await database.write(lambda tx: cards.bump(tx, "alert_group", {1: 2}))
    await database.write(lambda tx: rates.hold(tx, Action.EDIT, timedelta(seconds=30), "429"))
    assert await seen(database) == Prospect.LATER
    assert await seen(database, after_seconds=31) == Prospect.NOW


async def test_what_a_dead_sender_held_comes_back(database):
    await wish(database, 1)
    await claim_one(database)
    assert await seen(database) == Prospect.LATER
    assert await seen(database, after_seconds=61) == Prospect.NOW


async def test_an_unknown_fate_is_looked_for_when_it_is_ripe(database):
    await wish(database, 1)
    row = await claim_one(database)
    pause = timedelta(seconds=5)
    await database.write(lambda tx: messages.settle_ambiguous(tx, row, "me", pause=pause, reason="no answer"))
    assert await seen(database) == Prospect.LATER
    assert await seen(database, after_seconds=6) == Prospect.NOW
