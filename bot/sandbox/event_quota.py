"""How many events an app may get, and how long Slack goes on with one that does not take them."""

from collections import deque

from bot.sandbox.clock import SandboxClock
from bot.sandbox.constants import (
    EVENTS_PER_HOUR,
    FAILING_SHARE,
    FAILURES_COUNT_FROM,
)

_HOUR_SECONDS = 3600.0


class EventQuota:
    def __init__(self, clock: SandboxClock) -> None:
        self._clock = clock
        self._sent: deque[float] = deque()
        #: (when, whether it was taken) of each delivery by HTTP.
        self._deliveries: deque[tuple[float, bool]] = deque()
        self._failed = 0
        self._told_minute = -1
        #: Slack has stopped sending events; an admin switches them on again.
        self.disabled = False

    def admits(self) -> bool:
        """Whether one more event goes out within this hour."""
        now = self._clock.now()
        while self._sent and self._sent[0] <= now - _HOUR_SECONDS:
            self._sent.popleft()
        if self.disabled or len(self._sent) >= EVENTS_PER_HOUR:
            return False
        self._sent.append(now)
        return True

    def limited_minute(self) -> int | None:
        """The start of this minute, the first time it is asked in it: what app_rate_limited tells."""
        minute = int(self._clock.now() // 60) * 60
        if self.disabled or minute == self._told_minute:
            return None
        self._told_minute = minute
        return minute

    def count(self, *, taken: bool) -> None:
        """A delivery by HTTP came to its end; too many failures of an hour end all deliveries."""
        now = self._clock.now()
        self._deliveries.append((now, taken))
        self._failed += not taken
        while self._deliveries[0][0] <= now - _HOUR_SECONDS:
            self._failed -= not self._deliveries.popleft()[1]
        total = len(self._deliveries)
        if total >= FAILURES_COUNT_FROM and self._failed > FAILING_SHARE * total:
            self.disabled = True

    def clear(self) -> None:
        self._sent.clear()
        self._deliveries.clear()
        self._failed = 0
        self._told_minute = -1
        self.disabled = False
