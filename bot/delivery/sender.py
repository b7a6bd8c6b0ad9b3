"""Sends one claimed message: calls Slack, then writes what came of it as one transaction.

What is known after the call must not be mistaken: if it cannot be written, the lease runs out, and the channel's
history tells whether the message arrived.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from bot.delivery.envelopes import Lateness, arguments, lateness, load
from bot.delivery.reconcile import find_post
from bot.delivery.refusals import Refusals
from bot.delivery.trouble import Trouble
from bot.errors import DatabaseBusy, DatabaseUnavailable
from bot.failpoints import FailPoint, pass_by
from bot.settings import DeliverySettings
from bot.slack.channels import join
from bot.slack.client import SlackClient
from bot.slack.errors import SlackError
from bot.store import destinations, messages, rates, threads
from bot.store.claims import Action, Claimed
from bot.store.database import Database, Transaction
from bot.store.messages import MessageRow, Nature
from bot.store.threads import ThreadTarget

logger = logging.getLogger(__name__)

#: Calls under way at once: so many may still go out after Slack has taken our token away.
AT_ONCE = 3
SETTLE_AGAIN_SECONDS = 0.5

#: Writes what came of a message.
Settle = Callable[[Transaction], object]


class Sender:
    """Sends for one worker."""

    def __init__(
        self,
        database: Database,
        client: SlackClient,
        refusals: Refusals,
        trouble: Trouble,
        *,
        owner: str,
        settings: DeliverySettings,
    ) -> None:
        self._database = database
        self._client = client
        self._refusals = refusals
        self._trouble = trouble
        self._owner = owner
        self._settings = settings
        self._started_at = self._now()
        self._gate = asyncio.Semaphore(AT_ONCE)

    async def send(self, claimed: Claimed) -> None:
        async with self._gate:
            settle = await self._outcome(claimed)
        if await self._written(claimed.row, settle):
            pass_by(FailPoint.DELIVERY_FINISHED)

    async def _written(self, row: MessageRow, settle: Settle) -> bool:
        """Write it as long as the lease is ours; what a busy database does not take then is left to history."""
        while True:
            try:
                await self._database.write(settle)
            except (DatabaseBusy, DatabaseUnavailable) as error:
                if row.lease_until is None or self._now() >= row.lease_until:
                    logger.warning("Message %s is left to history: %s", row.key, error.message)
                    return False
                await asyncio.sleep(SETTLE_AGAIN_SECONDS)
            else:
                return True

    async def _outcome(self, claimed: Claimed) -> Settle:
        row = claimed.row
        try:
            return await self._try(claimed)
        except SlackError as error:
            return await self._refused(claimed, error)
        except (DatabaseBusy, DatabaseUnavailable):
            # Read before the call, so nothing was sent.
            return lambda tx: self._refusals.give_back(tx, claimed, "riskbot's database was busy")
        except Exception as error:
            # A bug on one message must not take the others with it: it is tried again, then given up and said.
            logger.exception("Sending %s failed", row.key, extra={"action": "send_failed"})
            reason = f"{type(error).__name__} in riskbot"
            return lambda tx: self._refusals.failed(tx, claimed, reason)

    async def _try(self, claimed: Claimed) -> Settle:
        row = claimed.row
        if self._trouble.reason:
            reason = self._trouble.reason
            return lambda tx: self._refusals.give_back(tx, claimed, reason)
        return await (self._reconcile(row) if claimed.action == Action.RECONCILE else self._show(claimed))

    async def _refused(self, claimed: Claimed, error: SlackError) -> Settle:
        row = claimed.row
        self._trouble.notice(error)
        may_join = error.error == "not_in_channel" and row.attempts < self._settings.max_attempts
        if may_join and await join(self._client, row.channel):
            return lambda tx: self._refusals.give_back(tx, claimed, error.message)
        return lambda tx: self._refusals.settle(tx, claimed, error)

    async def _show(self, claimed: Claimed) -> Settle:
        """Post or edit with the newest content there is."""
        row = claimed.row
        loaded, held = await self._database.read(lambda tx: (load(tx, row), _held(tx, row)))
        if loaded is None:
            return lambda tx: messages.settle_dead(tx, row, self._owner, reason="its subject is gone")
        if row.thread_of and loaded.thread is None:
            return lambda tx: self._refusals.give_back(tx, claimed, "its thread is posted anew")
        late = self._lateness(row, held, self._now())
        call = arguments(row, loaded, late)
        # Looked at last of all, since a process may be stopped at any moment before.
        if row.lease_until is not None and self._now() + self._settings.request_timeout > row.lease_until:
            # It waited here for too long: somebody else may have it before our call is over.
            return lambda tx: self._refusals.give_back(tx, claimed, "riskbot was too slow")
        if claimed.action == Action.EDIT:
            await self._client.call("chat.update", channel=row.posted_channel, ts=row.ts, **call)
            posted: dict[str, object] = {}
        else:
            posted = await self._post(row, call, loaded.thread, late)
        pass_by(FailPoint.DELIVERY_POSTED)
        return lambda tx: self._shown(tx, row, loaded.revision, posted)

    async def _post(
        self, row: MessageRow, call: dict[str, Any], thread: ThreadTarget | None, late: Lateness | None
    ) -> dict[str, object]:
        call |= {"channel": row.channel, "unfurl_links": False, "unfurl_media": False}
        if thread:
            call |= {"channel": thread.channel, "thread_ts": thread.ts, "reply_broadcast": row.broadcast}
        answer = await self._client.call("chat.postMessage", **call)
        return {"posted_channel": answer["channel"], "ts": answer["ts"], **_told_late(late)}

    async def _reconcile(self, row: MessageRow) -> Settle:
        thread, place, held = await self._database.read(
            lambda tx: (
                threads.thread_target(tx, row.thread_of or 0),
                destinations.by_channel(tx, row.channel),
                _held(tx, row),
            )
        )
        found = await find_post(self._client, row, thread, place.slack_id if place else None)
        if found is None:
            return lambda tx: messages.settle_changed(tx, row, self._owner, attempts=1)
        channel, ts = found
        late = self._lateness(row, held, datetime.fromtimestamp(float(ts), UTC) + self._client.ahead)
        # What the found post shows is unknown, so the newest revision is shown again by an edit.
        revision = row.wanted_revision if row.nature == Nature.NOTE else row.wanted_revision - 1
        posted: dict[str, object] = {"posted_channel": channel, "ts": ts, **_told_late(late)}
        return lambda tx: self._shown(tx, row, revision, posted)

    def _shown(self, tx: Transaction, row: MessageRow, revision: int, posted: dict[str, object]) -> None:
        done = messages.settle_shown(tx, row, self._owner, revision=revision, **posted)
        if done and posted:
            # Only a post proves that the channel takes posts.
            destinations.took_post(tx, row.channel, str(posted["posted_channel"]))
            self._refusals.took_post(row.channel)

    def _lateness(self, row: MessageRow, held: str, posted_at: datetime) -> Lateness | None:
        known = row.hold_reason or held or self._trouble.since(row.wanted_at)
        idle = "riskbot was not running" if row.wanted_at < self._started_at else ""
        busy = "many messages were waiting for this channel"
        return lateness(row, posted_at, self._settings.late_after, known or idle or busy)

    def _now(self) -> datetime:
        return self._database.clock.protocol_now()


def _held(tx: Transaction, row: MessageRow) -> str:
    """Why Slack kept us from posting since this message was wanted; empty when it did not."""
    return rates.held_since(tx, Action.POST, row.wanted_at)


def _told_late(late: Lateness | None) -> dict[str, object]:
    return {"late_seconds": late.seconds, "late_reason": late.reason} if late else {}
