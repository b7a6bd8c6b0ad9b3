"""Tells programs: claims callbacks, signs and posts them, and settles what came of it."""

import asyncio
import logging
import random
from functools import partial

from prometheus_client import CollectorRegistry, Counter

from bot.clock import rest
from bot.connectors.callbacks import CallbackFailed, CallbackPoster
from bot.errors import RiskbotError
from bot.failpoints import FailPoint, pass_by
from bot.settings_callbacks import CallbackSettings
from bot.store import audit, callbacks, destinations, outbox
from bot.store.callbacks import Callback
from bot.store.database import Bell, Database, Transaction
from bot.store.messages import Priority
from bot.store.outbox import Note, told
from riskengine.response.callbacks import Failure, next_try
from riskengine.signatures import DELIVERY_HEADER, SIGNATURE_HEADER, sign

logger = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
AGENT = "riskbot-callbacks"


class CallbackWorker:
    """One per process; replicas share the work through claims."""

    def __init__(
        self,
        database: Database,
        poster: CallbackPoster,
        *,
        owner: str,
        settings: CallbackSettings,
        trouble_channel: str,
        registry: CollectorRegistry,
    ) -> None:
        self._database = database
        self._poster = poster
        self._owner = owner
        self._settings = settings
        self._trouble_channel = trouble_channel
        self._sends = Counter(
            "riskbot_callback_sends", "Tries to tell a program, by outcome.", ["outcome"], registry=registry
        )
        self._sending: set[asyncio.Task[None]] = set()
        self._woken = asyncio.Event()
        self._is_stopping = False

    def stop(self) -> None:
        """End `run` after what is under way, which takes no longer than one timeout."""
        self._is_stopping = True
        self._woken.set()

    async def run(self) -> None:
        self._database.listen(self._hear)
        await self._take_over()
        while not self._is_stopping:
            self._woken.clear()
            await self._look()
            # A bell rings or something has been sent; other replicas' wishes are found by a look a second.
            await rest(LOOK_SECONDS, self._woken)
        if self._sending:
            await asyncio.wait(self._sending)

    def _hear(self, bell: Bell) -> None:
        if bell == Bell.CALLBACKS:
            self._woken.set()

    async def _take_over(self) -> None:
        try:
            if self._database.dialect == "sqlite":
                await self._database.write(callbacks.take_over)
        except RiskbotError as error:
            logger.warning("Leases are left to run out: %s", error, extra={"action": "leases_left"})

    async def _look(self) -> None:
        """Begin to send what may be sent now."""
        try:
            while len(self._sending) < self._settings.at_once and await self._database.read(callbacks.anything_ripe):
                callback = await self._database.write(self._claim)
                if callback is None:
                    return
                task = asyncio.create_task(self._send(callback))
                self._sending.add(task)
                task.add_done_callback(self._sent)
        except RiskbotError as error:
            logger.warning("A look for callbacks failed: %s", error, extra={"action": "callback_look_failed"})

    def _sent(self, task: asyncio.Task[None]) -> None:
        self._sending.discard(task)
        # Its place is free, and its host.
        self._woken.set()

    def _claim(self, tx: Transaction) -> Callback | None:
        callbacks.release_expired(tx)
        return callbacks.claim(tx, self._owner, self._settings.lease)

    async def _send(self, callback: Callback) -> None:
        try:
            pass_by(FailPoint.CALLBACK_CLAIMED)
            failed = await self._post(callback)
            pass_by(FailPoint.CALLBACK_POSTED)
            outcome = await self._database.write(partial(self._settle, callback=callback, failed=failed))
            self._sends.labels(outcome).inc()
        except Exception:
            # Whatever broke this one, its lease runs out and it is sent again under the same id.
            logger.exception("A callback was left under way", extra={"action": "callback_left", "host": callback.host})

    async def _post(self, callback: Callback) -> CallbackFailed | None:
        body = callback.body.encode()
        headers = {
            SIGNATURE_HEADER: sign(self._settings.secrets, body, self._database.clock.protocol_now()),
            DELIVERY_HEADER: callback.delivery_id,
            "User-Agent": AGENT,
        }
        try:
            await self._poster.post(callback.url, body, headers)
        except CallbackFailed as failed:
            return failed
        return None

    def _settle(self, tx: Transaction, callback: Callback, failed: CallbackFailed | None) -> str:
        """Write what came of it; the word for the metric."""
        if failed is None:
            if callbacks.settle_delivered(tx, callback, self._owner):
                self._audit(tx, callback, "callback_delivered")
            return "delivered"
        failure = Failure(callback.attempts, callback.tried_since, failed.retry_after, failed.is_final)
        # Spreading tries needs no secrecy.
        again_at = next_try(failure, self._settings.plan, tx.protocol_now, random.random())  # noqa: S311
        is_ours = callbacks.settle_failed(tx, callback, self._owner, again_at, failed.message)
        if again_at is not None:
            return "failed"
        if is_ours:
            self._give_up(tx, callback, failed.message)
        return "given_up"

    def _give_up(self, tx: Transaction, callback: Callback, reason: str) -> None:
        self._audit(tx, callback, "callback_given_up")
        payload = {
            "host": callback.host,
            "event": callback.event,
            "attempts": callback.attempts,
            "reason": reason[:300],
            "since": told(callback.tried_since),
        }
        key = f"callback_given_up:{callback.id}:{callback.tried_since.isoformat()}"
        note = Note(key, "callbacks/given_up", "callback", callback.id, payload, channel=self._trouble_channel)
        outbox.enqueue(tx, [note._replace(priority=Priority.ALERT)])
        destinations.ensure(tx, [self._trouble_channel])
        logger.error("Gave up a callback to %s: %s", callback.host, reason, extra={"action": "callback_dead"})

    def _audit(self, tx: Transaction, callback: Callback, verb: str) -> None:
        detail: dict[str, str | int] = {
            "event": callback.event,
            "host": callback.host,
            "delivery_id": callback.delivery_id,
        }
        detail["attempts"] = callback.attempts
        audit.record(tx, [audit.Entry(audit.SYSTEM, verb, callback.subject_kind, callback.subject_id, detail)])
