"""The only place that reads the time.

*Business time* decides: deadlines, starts, expiries. It is the database's time (a measured offset keeps replicas
together), can be moved by the sandbox, and runs faster in the demo. *Protocol time* is always real: Slack's limits,
leases, acknowledgements, HTTP timeouts.
"""

import asyncio
import time
from datetime import UTC, datetime, timedelta


class Clock:
    """Both times; `speed` is seconds of business time per real second."""

    def __init__(self, *, speed: float = 1.0, start: datetime | None = None) -> None:
        self._speed = speed
        self._origin_wall = time.time()
        self._origin_monotonic = time.monotonic()
        self._database_ahead_seconds = 0.0
        self._advanced_seconds = 0.0
        self._start_ahead_seconds = start.timestamp() - self._origin_wall if start else 0.0

    @property
    def speed(self) -> float:
        return self._speed

    def now(self) -> datetime:
        """Business time, aware UTC."""
        wall = time.time() + self._database_ahead_seconds
        ran_ahead = (self._speed - 1.0) * (time.monotonic() - self._origin_monotonic)
        return datetime.fromtimestamp(wall + ran_ahead + self._start_ahead_seconds + self._advanced_seconds, UTC)

    def protocol_now(self) -> datetime:
        """Real time, aware UTC, on the database's clock."""
        return datetime.fromtimestamp(time.time() + self._database_ahead_seconds, UTC)

    def follow_database(self, database_now: datetime) -> None:
        """Take over the database's time, read just now; replicas thereby agree (a round trip's error is harmless)."""
        self._database_ahead_seconds = database_now.timestamp() - time.time()

    def advance(self, seconds: float) -> None:
        """Move business time forward: the sandbox's clock, and tests."""
        self._advanced_seconds += seconds

    def real_seconds_until(self, moment: datetime) -> float:
        """How long to sleep, in real seconds, until a moment of business time; never negative."""
        return max(0.0, (moment - self.now()) / timedelta(seconds=1) / self._speed)


def monotonic_seconds() -> float:
    """For measuring how long something takes; unrelated to any date."""
    return time.monotonic()


async def rest(seconds: float, until: asyncio.Event) -> None:
    """Return after so many real seconds, or as soon as the event is set."""
    try:
        # Not `wait_for`: it makes a task, and senders wait here while a person needs the loop.
        async with asyncio.timeout(seconds):
            await until.wait()
    except TimeoutError:
        return
