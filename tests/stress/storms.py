"""A storm: thousands of alerts in a hundred groups for one channel."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

from bot.clock import Clock, monotonic_seconds
from tests.faults.senders import Condition, send_until_answered
from tests.stress.arena import Arena

AREA = "performance"
#: Alerts in one request: a sender that is in trouble sends what has gathered.
BATCH = 10
#: Requests under way at once.
AT_ONCE = 4
URGENT_PAUSE_SECONDS = 1.0


@dataclass
class Storm:
    """So many alerts in so many groups, at a rate; and now and then one of its own that is critical."""

    arena: Arena
    alerts: int
    groups: int
    per_second: float
    #: Subject → protocol time at which the first alert about it was sent, or its answer came.
    sent_at: dict[str, datetime] = field(default_factory=dict)
    answered_at: dict[str, datetime] = field(default_factory=dict)
    urgent: list[str] = field(default_factory=list)
    _clock: Clock = field(default_factory=Clock)
    _stopped: bool = False

    @property
    def subjects(self) -> list[str]:
        """Of the storm itself; what is urgent comes on top."""
        return [f"model-0-{number}" for number in range(self.groups)]

    def stop(self) -> None:
        """The source falls silent."""
        self._stopped = True

    async def run(self, urgent: bool = True) -> None:
        """Send everything; returns when all is answered."""
        jobs = [self._pour(lane) for lane in range(AT_ONCE)]
        pouring = asyncio.gather(*jobs)
        alarms = asyncio.create_task(self._alarm() if urgent else asyncio.sleep(0))
        try:
            await pouring
        finally:
            alarms.cancel()
            await asyncio.wait([alarms])

    async def _pour(self, lane: int) -> None:
        """Evenly, as long as riskbot keeps up."""
        begun = monotonic_seconds()
        for first in range(lane * BATCH, self.alerts, AT_ONCE * BATCH):
            ahead = first / self.per_second - (monotonic_seconds() - begun)
            await asyncio.sleep(max(0.0, ahead))
            if self._stopped:
                return
            numbers = range(first, min(first + BATCH, self.alerts))
            await self._send(
                [
                    Condition("Slow", f"model-0-{each % self.groups}", AREA, "high", each // self.groups)
                    for each in numbers
                ]
            )

    async def _alarm(self) -> None:
        number = 0
        while not self._stopped:
            # Not in step with the channel's turns, which come on the second.
            await asyncio.sleep(URGENT_PAUSE_SECONDS * (1 + (number % 7) * 0.13))
            subject = f"model-1-{number}"
            await self._send([Condition("Down", subject, AREA, "critical", 0)])
            self.urgent.append(subject)
            number += 1

    async def _send(self, news: list[Condition]) -> None:
        for each in news:
            self.sent_at.setdefault(each.model, self._clock.protocol_now())
        await send_until_answered(self.arena.api, "/v1/alerts", [each.alert(fires=True) for each in news])
        for each in news:
            each.answered(fires=True)
            self.answered_at.setdefault(each.model, self._clock.protocol_now())
        self.arena.conditions += news
