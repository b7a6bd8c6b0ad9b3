"""Slack's Retry-After is written while another replica claims: neither waits for the other's rows in a circle."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from bot.delivery.refusals import Refusals
from bot.settings import DeliverySettings
from bot.slack.errors import Outcome, SlackError
from bot.store import cards, claims, destinations, rates
from bot.store.cards import CardWish
from bot.store.claims import Action, Terms
from bot.store.messages import Priority
from bot.store.open import open_database
from bot.store.rates import MethodRate

RATES = {action: MethodRate(per_minute=6_000, burst=100) for action in Action}


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_hold_beside_a_claim(database, database_url, clock):
    def wish(tx):
        destinations.ensure(tx, ["#a"])
        cards.want(tx, [CardWish("alerts/card", "alert_group", 1, "#a", 1, Priority.ALERT, tx.now)])

    def claim_slowly(tx):
        """The rows of a claim, in its order: channels, then methods."""
        tx.execute(select(destinations.destinations).with_for_update())
        tx.execute(text("SELECT pg_sleep(0.3)"))
        rates.book(tx, {Action.POST: 1}, RATES)

    await database.write(wish)
    terms = Terms("me", timedelta(seconds=60), timedelta(seconds=1), RATES)
    [claimed] = await database.write(lambda tx: claims.claim(tx, terms))
    refusals = Refusals("me", DeliverySettings(), "#ops")
    held = SlackError(Action.POST, "ratelimited", Outcome.RETRY, retry_after_seconds=30)
    other = open_database(database_url, clock)
    claiming = asyncio.create_task(other.write(claim_slowly))
    await asyncio.sleep(0.1)
    await database.write(lambda tx: refusals.settle(tx, claimed, held))
    await claiming
    await other.close()
    asked = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    assert await database.read(lambda tx: tx.execute(text(asked)).scalar_one()) == 0
