"""The delivery loop: claim what may be sent now, send it, settle it; woken by commits, at the latest each second."""

import asyncio
import logging
from datetime import datetime, timedelta

from bot.delivery import storms
from bot.delivery.envelopes import arguments, lateness, load
from bot.delivery.reconcile import find_post
from bot.delivery.refusals import Refusals
from bot.failpoints import FailPoint, pass_by
from bot.settings import AlertDelivery, DeliverySettings
from bot.slack.channels import join
from bot.slack.client import SlackClient
from bot.slack.errors import Outcome, SlackError
from bot.store import claims, destinations, messages
from bot.store.claims import Action, Claimed, Terms
from bot.store.database import Bell, Database, Transaction
from bot.store.prospects import Prospect, prospect
from bot.store.rates import MethodRate
from riskengine.response.storms import StormSettings

logger = logging.getLogger(__name__)

IDLE_LOOK_SECONDS = 1.0
#: While something waits for its turn; a channel's turn comes once a second.
BUSY_LOOK_SECONDS = 0.1
CREDENTIALS_LOOK_SECONDS = 60.0
UNREACHABLE_LOOK_SECONDS = 2.0
#: Calls that may be made at once after a rest; small beside Slack's minute budgets.
BURST = 10


class DeliveryWorker:
    """One per process; replicas share the work through claims."""

    def __init__(
        self,
        database: Database,
        client: SlackClient,
        *,
        owner: str,
        delivery: DeliverySettings,
        storm: StormSettings,
        alerts: AlertDelivery,
    ) -> None:
        self._database = database
        self._client = client
        self._owner = owner
        self._settings = delivery
        self._storm = storm
        self._refusals = Refusals(owner, delivery, alerts.trouble_channel)
        self._terms = Terms(
            owner=owner,
            lease=delivery.lease,
            channel_post_interval=delivery.channel_post_interval,
            rates={
                Action.POST: MethodRate(delivery.posts_per_minute, BURST),
                Action.EDIT: MethodRate(delivery.edits_per_minute, BURST),
                Action.RECONCILE: MethodRate(delivery.reads_per_minute, BURST),
            },
        )
        self._started_at = database.clock.protocol_now()
        self._wake = asyncio.Event()
        self._sending: set[asyncio.Task[None]] = set()
        self._stopping = False
        #: Why nothing is sent at all, for health and people; empty while all is well.
        self.trouble = ""
        self._pause_in_trouble = UNREACHABLE_LOOK_SECONDS
        database.listen(self._on_bell)

    def _on_bell(self, bell: Bell) -> None:
        if bell == Bell.DELIVERY:
            self._wake.set()

    async def run(self) -> None:
        """Deliver until `stop`; a failing look is logged and the next one comes all the same."""
        if self._database.dialect == "sqlite":
            await self._database.write(lambda tx: claims.take_over(tx, self._owner, self._settings.settle))
        while not self._stopping:
            self._wake.clear()
            pause = await self._look()
            await self._sleep(pause)

    async def stop(self, patience: timedelta = timedelta(seconds=20)) -> None:
        """Claim nothing more, let what is under way end, then give back what did not."""
        self._stopping = True
        self._wake.set()
        if self._sending:
            await asyncio.wait(self._sending, timeout=patience.total_seconds())

    async def _sleep(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._wake.wait(), seconds)
        except TimeoutError:
            return

    async def _look(self) -> float:
        try:
            if self.trouble and not await self._is_mended():
                return self._pause_in_trouble
            found = await self._database.read(lambda tx: prospect(tx, self._terms.rates))
            if found != Prospect.NOW:
                return IDLE_LOOK_SECONDS if found == Prospect.NOTHING else BUSY_LOOK_SECONDS
            claimed = await self._database.write(self._claim)
        except Exception:
            # Whatever broke this look (a database away for a moment, a bug on one row) must not end all delivery.
            logger.exception("A look for messages failed", extra={"action": "delivery_look_failed"})
            return IDLE_LOOK_SECONDS
        if claimed:
            pass_by(FailPoint.DELIVERY_CLAIMED)
        for each in claimed:
            self._start(each)
        return BUSY_LOOK_SECONDS

    def _claim(self, tx: Transaction) -> list[Claimed]:
        storms.bundle(tx, self._storm)
        return claims.claim(tx, self._terms)

    def _start(self, claimed: Claimed) -> None:
        task = asyncio.create_task(self._send(claimed))
        # The loop keeps no strong reference to tasks; a collected one would leave its message leased.
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _send(self, claimed: Claimed) -> None:
        try:
            await self._try(claimed)
        except SlackError as error:
            await self._refused(claimed, error)
        except Exception as error:
            # A bug on one message must not take the others with it: it is tried again, then given up and said.
            logger.exception("Sending %s failed", claimed.row.key, extra={"action": "send_failed"})
            reason = f"{type(error).__name__} in riskbot"
            await self._database.write(lambda tx: self._refusals.failed(tx, claimed, reason))
        self._wake.set()

    async def _refused(self, claimed: Claimed, error: SlackError) -> None:
        self._notice_trouble(error)
        row = claimed.row
        if error.error == "not_in_channel" and await join(self._client, row.channel):
            await self._database.write(lambda tx: messages.settle_changed(tx, row, self._owner))
        else:
            await self._database.write(lambda tx: self._refusals.settle(tx, claimed, error))

    async def _try(self, claimed: Claimed) -> None:
        if claimed.action == Action.RECONCILE:
            await self._reconcile(claimed)
        else:
            await self._show(claimed)

    async def _show(self, claimed: Claimed) -> None:
        """Post or edit with the newest content there is."""
        row = claimed.row
        loaded = await self._database.read(lambda tx: load(tx, row))
        if loaded is None:
            reason = "its subject is gone"
            await self._database.write(lambda tx: messages.settle_dead(tx, row, self._owner, reason=reason))
            return
        late = lateness(row, self._now(), self._settings.late_after, self._started_at)
        call = arguments(row, loaded, late)
        if claimed.action == Action.EDIT:
            await self._client.call("chat.update", channel=row.posted_channel, ts=row.ts, **call)
            posted = {}
        else:
            where = {"channel": loaded.thread.channel if loaded.thread else row.channel}
            thread = {"thread_ts": loaded.thread.ts, "reply_broadcast": row.broadcast} if loaded.thread else {}
            quiet = {"unfurl_links": False, "unfurl_media": False}
            answer = await self._client.call("chat.postMessage", **where, **thread, **quiet, **call)
            posted = {"posted_channel": answer["channel"], "ts": answer["ts"]}
            if late:
                posted |= {"late_seconds": late.seconds, "late_reason": late.reason}
        pass_by(FailPoint.DELIVERY_POSTED)
        await self._settle_shown(claimed, loaded.revision, posted)

    async def _reconcile(self, claimed: Claimed) -> None:
        row = claimed.row
        thread = await self._database.read(lambda tx: messages.thread_target(tx, row.thread_of or 0))
        found = await find_post(self._client, row, thread)
        if found is None:
            await self._database.write(lambda tx: messages.settle_changed(tx, row, self._owner))
            return
        channel, ts = found
        # What the found post shows is unknown, so the newest revision is shown again by an edit.
        revision = row.wanted_revision if row.nature == messages.Nature.NOTE else row.wanted_revision - 1
        await self._settle_shown(claimed, revision, {"posted_channel": channel, "ts": ts})

    async def _settle_shown(self, claimed: Claimed, revision: int, posted: dict[str, object]) -> None:
        row = claimed.row

        def settle(tx: Transaction) -> None:
            messages.settle_shown(tx, row, self._owner, revision=revision, **posted)
            destinations.mark_working(tx, row.channel)

        await self._database.write(settle)
        pass_by(FailPoint.DELIVERY_FINISHED)

    def _notice_trouble(self, error: SlackError) -> None:
        if error.outcome == Outcome.CREDENTIALS and not error.method.startswith("conversations."):
            self.trouble = f"Slack does not accept our credentials ({error.error}). {error.hint}".strip()
            self._pause_in_trouble = CREDENTIALS_LOOK_SECONDS
            logger.error("%s", self.trouble, extra={"action": "credentials_refused"})
        elif error.outcome == Outcome.UNREACHABLE:
            self.trouble = f"Slack cannot be reached ({error.error})"
            self._pause_in_trouble = UNREACHABLE_LOOK_SECONDS

    async def _is_mended(self) -> bool:
        """One cheap call says whether Slack takes us again; until then nothing else is tried."""
        try:
            await self._client.call("auth.test")
        except SlackError as error:
            self._notice_trouble(error)
            return False
        logger.info("Slack takes messages again", extra={"action": "delivery_resumed"})
        self.trouble = ""
        return True

    def _now(self) -> datetime:
        return self._database.clock.protocol_now()
