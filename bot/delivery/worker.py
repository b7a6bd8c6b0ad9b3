"""The delivery loop: claim what may be sent now and start sending it; woken by commits, at the latest each second."""

import asyncio
import logging
from datetime import timedelta

from bot.clock import rest
from bot.delivery import storms
from bot.delivery.refusals import Refusals
from bot.delivery.sender import AT_ONCE, Sender
from bot.delivery.trouble import Trouble
from bot.errors import RiskbotError
from bot.failpoints import FailPoint, pass_by
from bot.settings import AlertDelivery, DeliverySettings
from bot.slack.client import SlackClient
from bot.slack.errors import SlackError
from bot.store import claims
from bot.store.claims import Action, Claimed, Terms
from bot.store.database import Bell, Database, Transaction
from bot.store.prospects import Prospect, prospect
from bot.store.rates import MethodRate
from riskengine.response.storms import StormSettings

logger = logging.getLogger(__name__)

IDLE_LOOK_SECONDS = 1.0
#: While something waits for its turn; a channel's turn comes once a second.
BUSY_LOOK_SECONDS = 0.1
#: Calls that may be made at once after a rest: with it the first minute's 45 edits stay below Slack's 50.
BURST = 5
#: Claimed messages of one kind; few, since what is claimed waits here while Slack is slow, and its lease runs.
CLAIM = 5


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
        self._settings = delivery
        self._storm = storm
        self._trouble = Trouble(database.clock)
        self._refusals = Refusals(owner, delivery, alerts.trouble_channel)
        self._sender = Sender(database, client, self._refusals, self._trouble, owner=owner, settings=delivery)
        self._terms = Terms(
            owner=owner,
            lease=delivery.lease,
            channel_post_interval=delivery.channel_post_interval,
            rates={
                Action.POST: MethodRate(delivery.posts_per_minute, BURST),
                Action.EDIT: MethodRate(delivery.edits_per_minute, BURST),
                Action.RECONCILE: MethodRate(delivery.reads_per_minute, BURST),
            },
            limit=CLAIM,
        )
        self._wake = asyncio.Event()
        self._sending: set[asyncio.Task[None]] = set()
        self._took_over = False
        self._stopping = False
        self._ended = asyncio.Event()
        database.listen(self._on_bell)

    @property
    def owner(self) -> str:
        """Who holds the leases of this process."""
        return self._terms.owner

    @property
    def trouble(self) -> str:
        """Why messages do not get through, for health and people; empty while all is well."""
        return self._trouble.reason or self._refusals.last_resort_trouble

    def _on_bell(self, bell: Bell) -> None:
        if bell == Bell.DELIVERY:
            self._ring()

    def _ring(self) -> None:
        # In trouble every commit would otherwise be a call of a Slack that does not want us.
        if not self._trouble.reason:
            self._wake.set()

    async def run(self) -> None:
        """Deliver until `stop`; a failing look is logged and the next one comes all the same."""
        while not self._stopping:
            self._wake.clear()
            pause = await self._look()
            await self._sleep(pause)
        self._ended.set()

    async def stop(self, patience: timedelta = timedelta(seconds=20)) -> None:
        """Claim nothing more, let what is under way end, then give back what did not."""
        self._stopping = True
        self._wake.set()
        try:
            async with asyncio.timeout(patience.total_seconds()):
                await self._ended.wait()
                if self._sending:
                    await asyncio.wait(self._sending)
            await self._database.write(lambda tx: claims.give_back(tx, self._terms.owner, self._settings.settle))
        except (TimeoutError, RiskbotError) as error:
            logger.warning("Leases are left to run out: %s", error, extra={"action": "leases_left"})

    async def _sleep(self, seconds: float) -> None:
        if not self._stopping:
            await rest(seconds, self._wake)

    async def _look(self) -> float:
        try:
            if self._trouble.reason and not await self._is_mended():
                return self._trouble.seconds_until_look()
            if not self._took_over:
                await self._take_over()
            if len(self._sending) >= AT_ONCE:
                return BUSY_LOOK_SECONDS
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

    async def _take_over(self) -> None:
        if self._database.dialect == "sqlite":
            await self._database.write(lambda tx: claims.take_over(tx, self._terms.owner, self._settings.settle))
        self._took_over = True

    def _claim(self, tx: Transaction) -> list[Claimed]:
        storms.bundle(tx, self._storm)
        return claims.claim(tx, self._terms)

    def _start(self, claimed: Claimed) -> None:
        task = asyncio.create_task(self._sender.send(claimed))
        # The loop keeps no strong reference to tasks; a collected one would leave its message leased.
        self._sending.add(task)
        task.add_done_callback(self._sent)

    def _sent(self, task: asyncio.Task[None]) -> None:
        self._sending.discard(task)
        if not task.cancelled() and (error := task.exception()):
            logger.error("A message's end was not written", exc_info=error, extra={"action": "settle_failed"})
        self._ring()

    async def _is_mended(self) -> bool:
        """One cheap call says whether Slack takes us again; until then nothing else is tried."""
        if self._trouble.seconds_until_look():
            return False
        try:
            await self._client.call("auth.test")
        except SlackError as error:
            self._trouble.go_on(error)
            return False
        self._trouble.end()
        return True
