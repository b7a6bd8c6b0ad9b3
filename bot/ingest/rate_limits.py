"""How many requests a token may make: a bucket of requests that refills evenly, up to a burst."""

from typing import NamedTuple

from bot.clock import monotonic_seconds
from bot.settings import HttpSettings


class Bucket(NamedTuple):
    """Requests left, and when (monotonic seconds) that was so."""

    left: float
    at: float


def take(bucket: Bucket, now: float, *, per_second: float, burst: int) -> tuple[Bucket, float]:
    """Take one request out. Gives the bucket afterwards and the seconds to wait: 0 when there was one."""
    left = min(float(burst), bucket.left + max(0.0, now - bucket.at) * per_second)
    if left < 1:
        return Bucket(left, now), (1 - left) / per_second
    return Bucket(left - 1, now), 0.0


class RateLimits:
    """The buckets of all tokens, in memory: a restart refills them, and each replica has its own."""

    def __init__(self, settings: HttpSettings) -> None:
        self._per_second = settings.requests_per_minute / 60
        self._burst = settings.burst
        self._buckets: dict[int, Bucket] = {}

    def wait_seconds(self, token_id: int) -> float:
        """Count a request of this token; more than 0 means that it is over its limit and when to come again."""
        now = monotonic_seconds()
        bucket = self._buckets.get(token_id, Bucket(self._burst, now))
        self._buckets[token_id], wait = take(bucket, now, per_second=self._per_second, burst=self._burst)
        return wait
