"""Events API: who hears what, and a second, third and fourth try for what was not acknowledged."""

import asyncio
import json
import secrets
from collections.abc import Callable, Coroutine

from bot.sandbox.clock import SandboxClock
from bot.sandbox.constants import APP_ID, BOT_USER_ID, EVENT_RETRY_SECONDS, TEAM_ID, VERIFICATION_TOKEN
from bot.sandbox.delivery import Ack, Carrier, EnvelopeKind, Failure, Retry
from bot.sandbox.event_quota import EventQuota
from bot.sandbox.faults import Faults
from bot.sandbox.feed import Happening
from bot.sandbox.manifest import Manifest
from bot.sandbox.wire import Json, dumps


class Events:
    def __init__(self, clock: SandboxClock, faults: Faults, manifest: Manifest, carrier: Callable[[], Carrier]) -> None:
        self._clock = clock
        self._faults = faults
        self._manifest = manifest
        self._carrier = carrier
        self.quota = EventQuota(clock)
        # asyncio keeps no reference to a running task; these would be collected.
        self._tasks: set[asyncio.Task[None]] = set()

    async def emit(self, event: Json, name: str = "") -> Ack | None:
        """Deliver to the app if it subscribed (`name` where the subscription differs from the type).

        Returns the first delivery's acknowledgement, None when the app does not hear such events. Retries go on behind.
        """
        if not self._manifest.hears(name or event["type"]):
            return None
        if not self.quota.admits():
            await self._tell_limited()
            return None
        outer = self._outer(event)
        duplicate = self._faults.take_duplicate()
        ack = await self._deliver(outer, Retry())
        if not (ack.acknowledged or ack.final):
            self._keep(self._retry(outer, ack))
        elif duplicate:
            again = outer if duplicate == "same_id" else self._outer(event)
            await self._deliver(again, Retry(1, "timeout") if duplicate == "same_id" else Retry())
        return ack

    async def _tell_limited(self) -> None:
        minute = self.quota.limited_minute()
        if minute is not None:
            outer = {"token": VERIFICATION_TOKEN, "type": "app_rate_limited", "team_id": TEAM_ID}
            await self._deliver(outer | {"minute_rate_limited": minute, "api_app_id": APP_ID}, Retry())

    def emit_later(self, happenings: list[Happening]) -> None:
        """Deliver behind the back of what caused them; each in its own time, as Slack does."""
        for event, name in happenings:
            if self._manifest.hears(name or event["type"]):
                # As it is now: messages go on changing.
                self._keep(self._emit_quietly(json.loads(dumps(event)), name))

    async def _emit_quietly(self, event: Json, name: str) -> None:
        await self.emit(event, name)

    def _outer(self, event: Json) -> Json:
        authorization = {"enterprise_id": None, "team_id": TEAM_ID, "user_id": BOT_USER_ID, "is_bot": True}
        return {
            "token": VERIFICATION_TOKEN,
            "team_id": TEAM_ID,
            "api_app_id": APP_ID,
            "event": event,
            "type": "event_callback",
            "event_id": "Ev" + secrets.token_hex(5).upper(),
            "event_time": int(self._clock.now()),
            "authorizations": [authorization | {"is_enterprise_install": False}],
            "is_ext_shared_channel": False,
            "event_context": secrets.token_hex(12),
        }

    async def _deliver(self, outer: Json, retry: Retry) -> Ack:
        carrier = self._carrier()
        ack = await carrier.deliver(EnvelopeKind.EVENT, outer, answerable=False, retry=retry)
        if carrier.by_http:
            self.quota.count(taken=ack.acknowledged)
        return ack

    def _keep(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _retry(self, outer: Json, failed: Ack) -> None:
        for attempt, pause_seconds in enumerate(EVENT_RETRY_SECONDS, start=1):
            await self._clock.sleep_until(self._clock.now() + pause_seconds)
            reason = failed.reason or ("timeout" if failed.failure is Failure.TIMEOUT else "connection_failed")
            failed = await self._deliver(outer, Retry(attempt, reason))
            if failed.acknowledged or failed.final:
                return

    def cancel(self) -> None:
        for task in self._tasks:
            task.cancel()

    def clear(self) -> None:
        self.cancel()
        self.quota.clear()
