"""Cards become the lines of a digest: each is told once, in time or with its delay, whoever bundles."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.delivery.storms import bundle
from bot.store import cards, destinations
from bot.store.cards import CardWish
from bot.store.messages import MessageState, Priority, messages
from riskengine.response.storms import StormSettings

STORM = StormSettings(digest_from=3, digest_size=4)


def wish(tx, *subjects):
    destinations.ensure(tx, ["#a"])
    told = [CardWish("alerts/card", "alert_group", each, "#a", 1, Priority.ALERT, tx.now) for each in subjects]
    cards.want(tx, told)


async def bundle_later(database, seconds=0.0):
    return await database.write(
        lambda tx: bundle(replace(tx, protocol_now=tx.protocol_now + timedelta(seconds=seconds)), STORM)
    )


async def all_digests(database):
    """Of each digest its row and how many groups it lists."""
    lines = messages.alias("lines")
    size = sa.select(sa.func.count()).where(lines.c.digest_id == messages.c.id).scalar_subquery()
    query = sa.select(messages, size.label("size")).where(messages.c.subject_kind == "alert_digest")
    return await database.read(lambda tx: tx.execute(query.order_by(messages.c.id)).all())


async def test_digest_is_as_late_as_its_first_card(database):
    """Slack was away for two minutes: what comes then says so, also when it comes bundled."""
    await database.write(lambda tx: wish(tx, 1, 2, 3))
    assert await bundle_later(database, 120) == 3
    [digest] = await all_digests(database)
    assert digest.not_before - digest.wanted_at >= timedelta(seconds=120)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_two_replicas_fill_one_digest_no_further_than_full(database, rival):
    await database.write(lambda tx: wish(tx, 1, 2, 3))
    assert await bundle_later(database) == 3

    def slowly(tx):
        wish(tx, 4)
        bundle(tx, STORM)
        tx.execute(sa.text("SELECT pg_sleep(0.3)"))

    first = asyncio.create_task(database.write(slowly))
    await asyncio.sleep(0.1)
    await rival.write(lambda tx: wish(tx, 5))
    await bundle_later(rival)
    await first
    assert sorted(each.size for each in await all_digests(database)) == [1, 4]


async def test_every_card_of_a_storm_is_in_one_digest(database, rival):
    await database.write(lambda tx: wish(tx, *range(1, 11)))
    await asyncio.gather(*(bundle_later(each) for each in [database, rival] * 3))
    bundled = sa.select(messages.c.digest_id).where(messages.c.state == MessageState.BUNDLED)
    found = await database.read(lambda tx: tx.execute(bundled).scalars().all())
    assert len(found) == 10
    assert None not in found
    assert sorted(each.size for each in await all_digests(database)) == [2, 4, 4]


@pytest.mark.parametrize(("critical", "bundled"), [(1, 3), (2, 3), (3, 6)])
async def test_urgent_cards_stand_alone_until_they_are_a_storm_themselves(database, critical, bundled):
    """A digest that grows is an edit, of which nobody is notified."""
    await database.write(lambda tx: wish(tx, 1, 2, 3))
    await bundle_later(database)

    def worse(tx):
        wish(tx, 4, 5, 6)
        subjects = range(7, 7 + critical)
        cards.want(
            tx,
            [
                CardWish("alerts/card", "alert_group", each, "#a", 1, Priority.ALERT_CRITICAL, tx.now)
                for each in subjects
            ],
        )

    await database.write(worse)
    assert await bundle_later(database) == bundled
