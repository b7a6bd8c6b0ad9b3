"""Publishes App Homes: each as it is at the moment of sending, when its person opens it or something concerns them.

Publishing puts one whole view in the place of another, so a repeat is harmless and the newest state is all that counts.
"""

import asyncio
import logging
from typing import Any

from bot.clock import monotonic_seconds, rest
from bot.errors import RiskbotError
from bot.slack import home_view
from bot.slack.alert_lists import HOME_ROWS
from bot.slack.approval_views import part
from bot.slack.client import SlackClient
from bot.slack.errors import Outcome, SlackError
from bot.store import alert_lookups, approval_lookups, homes
from bot.store.database import Bell, Database, Transaction
from bot.store.homes import Stale

logger = logging.getLogger(__name__)

#: What another replica's transaction changed is noticed after so long at the latest.
LOOK_SECONDS = 5.0
#: Slack takes about a hundred Homes a minute (tier 4).
PAUSE_SECONDS = 0.6
AT_ONCE = 10
#: After a refusal that says nothing of when.
BACKOFF_SECONDS = 10.0


def home_now(tx: Transaction, user_id: str) -> dict[str, Any]:
    """What waits for a person, what they asked for, what was decided with them, and the alerts they see."""
    waiting = approval_lookups.waiting_for(tx, user_id, home_view.QUEUE_ROWS)
    own = approval_lookups.of_requester(tx, user_id, home_view.ROWS)
    decided = approval_lookups.voted_on(tx, user_id, home_view.ROWS)
    mine, _ = alert_lookups.open_groups(tx, owner=user_id, limit=HOME_ROWS)
    everything, total = alert_lookups.open_groups(tx, limit=HOME_ROWS)
    queue = [
        part("Waits for your decision", waiting, len(waiting), "✅ Nothing. You are asked here and in a message."),
        part("You asked for", own, len(own)),
        part("Decided with you", decided, len(decided)),
    ]
    return home_view.home(queue, mine, everything, total)


class HomePublisher:
    """One per process; replicas share the work through leases."""

    def __init__(self, database: Database, client: SlackClient, *, pause_seconds: float = PAUSE_SECONDS) -> None:
        self._database = database
        self._client = client
        self._pause_seconds = pause_seconds
        self._news = asyncio.Event()
        self._stopping = False
        database.listen(self._on_bell)

    def stop(self) -> None:
        """End `run` after what is under way."""
        self._stopping = True
        self._news.set()

    async def run(self) -> None:
        while not self._stopping:
            self._news.clear()
            try:
                found = await self._publish_some()
            except RiskbotError as error:
                logger.warning("Homes wait: %s", error, extra={"action": "homes_wait"})
                found = False
            if not found:
                await rest(LOOK_SECONDS, self._news)

    def _on_bell(self, bell: Bell) -> None:
        if bell is Bell.HOMES:
            self._news.set()

    async def _wait_out(self, seconds: float) -> None:
        """Whatever comes meanwhile; only the end is not held up."""
        give_up = monotonic_seconds() + seconds
        while not self._stopping and (left := give_up - monotonic_seconds()) > 0:
            self._news.clear()
            await rest(left, self._news)

    async def _publish_some(self) -> bool:
        """Whether there were any."""
        if not await self._database.read(homes.any_stale):
            return False
        stale = await self._database.write(lambda tx: homes.claim(tx, AT_ONCE))
        for each in stale:
            if self._stopping:
                break
            await self._publish(each)
        return bool(stale)

    async def _publish(self, stale: Stale) -> None:
        view = await self._database.read(lambda tx: home_now(tx, stale.user_id))
        try:
            await self._client.call("views.publish", user_id=stale.user_id, view=view)
        except SlackError as error:
            await self._refused(stale, error)
            return
        await self._database.write(lambda tx: homes.published(tx, stale))
        await self._wait_out(self._pause_seconds)

    async def _refused(self, stale: Stale, error: SlackError) -> None:
        """A person without a Home is forgotten; all else is tried again, and what is next waits for it, too."""
        logger.warning("The Home of %s was not published: %s", stale.user_id, error, extra={"action": "home_refused"})
        if error.outcome in (Outcome.DESTINATION, Outcome.CONTENT):
            await self._database.write(lambda tx: homes.forget(tx, stale.user_id))
            return
        seconds = min(error.retry_after_seconds or BACKOFF_SECONDS, homes.LEASE.total_seconds())
        await self._database.write(lambda tx: homes.postpone(tx, stale, seconds))
        await self._wait_out(seconds)
