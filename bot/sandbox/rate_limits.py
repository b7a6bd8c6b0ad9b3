"""Token buckets as Slack documents them: one per method and app by tier, one per channel for posts."""

import math

from bot.sandbox.clock import SandboxClock

#: Calls a minute. Slack names "hundreds" for the special tier and minima for the others; we hold to the minima.
PER_MINUTE = {"special": 600, "4": 100, "3": 50, "2": 20, "1": 1}
#: One post a second in a channel, with a short burst above it.
CHANNEL_POSTS_PER_SECOND = 1.0
CHANNEL_BURST = 5


class Bucket:
    """Holds up to `capacity` tokens and gains `per_second`; a call takes one."""

    __slots__ = ("_at", "_capacity", "_per_second", "_tokens")

    def __init__(self, capacity: float, per_second: float, now: float) -> None:
        self._capacity = capacity
        self._per_second = per_second
        self._tokens = capacity
        self._at = now

    def take(self, now: float) -> float:
        """Seconds until a token is there: 0 when one was taken."""
        self._tokens = min(self._capacity, self._tokens + max(0.0, now - self._at) * self._per_second)
        self._at = now
        if self._tokens >= 1:
            self._tokens -= 1
            return 0.0
        return (1 - self._tokens) / self._per_second


class RateLimits:
    """With `enforced` off a call over the limit is let through and only marked in the journal."""

    def __init__(self, clock: SandboxClock, *, enforced: bool) -> None:
        self._clock = clock
        self.enforced = enforced
        self._buckets: dict[str, Bucket] = {}

    def check(self, method: str, tier: str) -> int:
        """0 or the whole seconds for Retry-After."""
        per_minute = PER_MINUTE[tier]
        return self._take(method, per_minute, per_minute / 60)

    def check_post(self, channel_id: str) -> int:
        return self._take(f"post/{channel_id}", CHANNEL_BURST, CHANNEL_POSTS_PER_SECOND)

    def clear(self) -> None:
        self._buckets.clear()

    def _take(self, key: str, capacity: float, per_second: float) -> int:
        now = self._clock.now()
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = Bucket(capacity, per_second, now)
        return math.ceil(bucket.take(now))
