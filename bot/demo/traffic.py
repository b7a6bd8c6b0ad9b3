"""The orchestrators' side of the demo: tells riskbot of the fleet's calls over HTTP, as they end in business time."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

import httpx

from bot.clock import Clock
from bot.demo.fleet import calls_between
from bot.demo.spells import Spell
from riskengine.telemetry import ModelCall

logger = logging.getLogger(__name__)

#: Told at a first start, after a pause, and when somebody moves the clock; what lies further back stays silent.
HISTORY = timedelta(hours=2)
BATCH = 500
#: Real seconds between two tellings.
TICK_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 30.0


class Traffic:
    """Remembers up to when the fleet's calls are told."""

    def __init__(
        self,
        api: httpx.AsyncClient,
        clock: Clock,
        spells: Callable[[], Sequence[Spell]],
        fold: Callable[[], Awaitable[object]],
        told_to: datetime | None,
    ) -> None:
        self._api = api
        self._clock = clock
        self._spells = spells
        self._fold = fold
        #: Everything before it is told, or so long ago that it never will be.
        self.told_to = told_to
        self._telling = asyncio.Lock()
        self._jumping = asyncio.Lock()

    async def run(self) -> None:
        """Tell of calls as they end, until cancelled."""
        while True:
            await self.tell(self._clock.now())
            await asyncio.sleep(TICK_SECONDS)

    async def jump(self, seconds: float) -> None:
        """Move business time forward, once riskbot knows the calls of the last hours before the moment it goes to.

        Else the first look after the jump would see a fleet that has fallen silent, and say so.
        """
        async with self._jumping:
            try:
                await self.tell(self._clock.now() + timedelta(seconds=seconds))
                await self._fold()
            finally:
                self._clock.advance(seconds)

    async def tell(self, until: datetime) -> None:
        """Tell of what is not told yet; when riskbot cannot take it now, the next telling does."""
        async with self._telling:
            after = max(self.told_to or until - HISTORY, until - HISTORY)
            if after >= until:
                return
            try:
                await self._send(calls_between(after, until, self._spells()))
            except httpx.HTTPError as error:
                logger.warning("The fleet's calls were not taken: %s", error, extra={"action": "traffic_failed"})
                return
            self.told_to = until

    async def _send(self, calls: Sequence[ModelCall]) -> None:
        """The newest first: history grows backwards, so that no look meets a fleet that is silent just now."""
        for begin in reversed(range(0, len(calls), BATCH)):
            lines = "\n".join(call.model_dump_json(exclude_none=True) for call in calls[begin : begin + BATCH])
            answer = await self._api.post(
                "/v1/telemetry/calls",
                content=lines,
                headers={"Content-Type": "application/x-ndjson"},
                timeout=LONGEST_WAIT_SECONDS,
            )
            answer.raise_for_status()
