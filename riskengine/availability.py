"""How long something was not there, told from the beats that it should have given."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple


class Outage(NamedTuple):
    """A gap between two beats."""

    started_at: datetime
    ended_at: datetime

    @property
    def length(self) -> timedelta:
        return self.ended_at - self.started_at


def gap(last: datetime | None, now: datetime, lived_through: timedelta | None, longest: timedelta) -> Outage | None:
    """The outage that ends with a beat; None when it came in time.

    `lived_through` is how long ago, by its own stopwatch, whoever beats now beat before, None for its first beat: where
    that is short, a longer gap only says that somebody moved the clock.
    """
    if last is None or now - last <= longest:
        return None
    if lived_through is not None and lived_through <= longest:
        return None
    return Outage(last, now)


class Availability(NamedTuple):
    """What share of a span something was there."""

    since: datetime
    until: datetime
    outages: tuple[Outage, ...]

    @property
    def down(self) -> timedelta:
        """Within the span; outages do not overlap, since all replicas share one beat."""
        cut = [min(each.ended_at, self.until) - max(each.started_at, self.since) for each in self.outages]
        return sum(cut, timedelta(0))

    @property
    def ratio(self) -> float:
        span = self.until - self.since
        return 1.0 if span <= timedelta(0) else max(0.0, 1 - self.down / span)


def availability(outages: Iterable[Outage], since: datetime, until: datetime) -> Availability:
    """Of a span; what lies outside it does not count."""
    return Availability(
        since, until, tuple(each for each in outages if each.ended_at > since and each.started_at < until)
    )
