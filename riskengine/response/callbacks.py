"""Callbacks: what a program is told at an address of its own, tried again for a day, then put aside for people."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict


class CallbackState(StrEnum):
    """Where a callback stands between its cause and its receiver."""

    WAITING = "waiting"
    SENDING = "sending"
    DELIVERED = "delivered"
    #: Given up: a person looks, and may have it sent again.
    DEAD = "dead"


class RetryPlan(NamedTuple):
    """How long and how often a receiver that does not answer is tried."""

    #: After the first failed try; doubled after each further one.
    first_pause: timedelta
    longest_pause: timedelta
    #: Tries end when this is over…
    retried_for: timedelta
    #: …but never before so many, however long riskbot itself was away.
    least_tries: int


class Failure(NamedTuple):
    """One failed try, and what is known of it."""

    #: Tries so far, this one included.
    tries: int
    #: Since when it has been tried: its cause, or a person's wish to have it sent again.
    since: datetime
    #: What the receiver asked for.
    retry_after: timedelta | None = None
    #: The receiver said that it will never want it.
    is_final: bool = False


def next_try(failure: Failure, plan: RetryPlan, now: datetime, chance: float) -> datetime | None:
    """When to try again; None when it is given up.

    `chance` in 0..1 spreads each pause over its upper half, so that thousands that failed together do not come back
    together. A receiver may ask for a longer pause, up to the longest.
    """
    if failure.is_final:
        return None
    # Beyond 2^30 the exponent says nothing more, and would overflow a timedelta.
    whole = min(plan.longest_pause, plan.first_pause * 2 ** min(failure.tries - 1, 30))
    asked = min(plan.longest_pause, failure.retry_after or timedelta(0))
    at = now + max(whole * (0.5 + chance / 2), asked)
    is_over = at > failure.since + plan.retried_for and failure.tries >= plan.least_tries
    return None if is_over else at


class CallbackRecord(BaseModel):
    """A callback as people and programs may see it: the receiver by its host alone, since the rest may be a secret."""

    model_config = ConfigDict(frozen=True)

    id: int
    delivery_id: str
    event: str
    subject_kind: str
    subject_id: int
    host: str
    state: CallbackState
    attempts: int
    created_at: datetime
    next_attempt_at: datetime | None
    delivered_at: datetime | None
    last_error: str | None


class CallbackFigures(NamedTuple):
    """How callbacks stand as a whole."""

    waiting: int = 0
    dead: int = 0
    #: Protocol time since when the oldest that waits has been tried.
    oldest_at: datetime | None = None
    #: The newest that were given up.
    given_up: tuple[CallbackRecord, ...] = ()
