"""Goes through the story in business time and knows where it is."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

import httpx

from bot.clock import Clock
from bot.demo.actors import Actors
from bot.demo.spells import Spell
from bot.demo.state import Progress
from bot.demo.story import CHAPTER_MINUTES, Say, Step, calm_spared, chapter, moment_of, pace, spells

logger = logging.getLogger(__name__)

_CHAPTER = timedelta(minutes=CHAPTER_MINUTES)
#: The longest real sleep; meanwhile somebody may have moved the clock.
GLANCE_SECONDS = 1.0
#: A step that comes later than this, in real seconds, finds the story moved on instead of being rushed.
LATE_SECONDS = 5.0


class Player:
    """A restart goes on with the next step, not from the begin."""

    def __init__(self, clock: Clock, actors: Actors, before: Progress | None) -> None:
        self._clock = clock
        self._actors = actors
        self._pace = pace(clock.speed)
        self.number, self.step, self.began_at = 0, 0, clock.now() - calm_spared(self._pace)
        if before is not None and before.began_at is not None:
            self.number, self.step, self.began_at = before.chapter, before.step, before.began_at

    async def play(self) -> None:
        """Play chapter after chapter until cancelled."""
        while True:
            for step in chapter(self.number, self._clock.speed)[self.step :]:
                await self._wait_for(step)
                await self._perform(step)
            await self._sleep_until(lambda: self.began_at + _CHAPTER)
            self.number, self.step, self.began_at = self.number + 1, 0, self.began_at + _CHAPTER

    def spells(self) -> list[Spell]:
        """What the fleet suffers in this chapter, and suffered in the one before."""
        before = spells(self.number - 1, self.began_at - _CHAPTER) if self.number else []
        return [*before, *spells(self.number, self.began_at)]

    def shift(self, seconds: float) -> None:
        """Business time jumps: the story does not."""
        self.began_at += timedelta(seconds=seconds)

    async def _wait_for(self, step: Step) -> None:
        def due_at() -> datetime:
            return moment_of(step, self.began_at, self._pace)

        await self._sleep_until(due_at)
        late = self._clock.now() - due_at()
        if late > timedelta(seconds=LATE_SECONDS * self._clock.speed):
            self.began_at += late

    async def _sleep_until(self, moment: Callable[[], datetime]) -> None:
        """The moment itself moves when the clock jumps."""
        while True:
            left = self._clock.real_seconds_until(moment())
            if left <= 0:
                return
            await asyncio.sleep(min(left, GLANCE_SECONDS))

    async def _perform(self, step: Step) -> None:
        # Told twice an alert is one alert, and a button pressed twice is gone the second time; words would stand twice.
        self.step += isinstance(step, Say)
        try:
            await self._actors.perform(step)
        except httpx.HTTPError as error:
            # A visitor may have switched a fault on; the story goes on with its next step.
            logger.warning("A step of the story failed: %s", error, extra={"action": "story_step_failed"})
        self.step += not isinstance(step, Say)
