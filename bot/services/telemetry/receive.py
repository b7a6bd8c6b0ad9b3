"""Calls and outcomes in: each is stored once, however often it is sent."""

from collections.abc import Sequence
from typing import Protocol

from bot.failpoints import FailPoint, pass_by
from bot.services.telemetry.rows import OutcomeRow, delta_of
from bot.store.database import Transaction
from bot.store.telemetry import calls, deltas, keys, outcomes
from bot.store.telemetry.calls import CallRow


class Arrived(Protocol):
    """A row with the key that it is known by."""

    @property
    def key(self) -> int: ...

    @property
    def arrived_day(self) -> int: ...


def store_calls(tx: Transaction, rows: Sequence[CallRow]) -> list[bool]:
    """Store those of the calls that are not known; tells of each, in their order, whether it was new."""
    new = _take(tx, rows)
    fresh = [row for row, is_new in zip(rows, new, strict=True) if is_new]
    if fresh:
        calls.store(tx, fresh)
        deltas.add(tx, map(delta_of, fresh))
    pass_by(FailPoint.INGEST_BEFORE_COMMIT)
    return new


def store_outcomes(tx: Transaction, rows: Sequence[OutcomeRow]) -> list[bool]:
    """Store those of the outcomes that are not known; tells of each, in their order, whether it was new."""
    new = _take(tx, rows)
    fresh = [row.values for row, is_new in zip(rows, new, strict=True) if is_new]
    if fresh:
        outcomes.store(tx, fresh)
    pass_by(FailPoint.INGEST_BEFORE_COMMIT)
    return new


def _take(tx: Transaction, rows: Sequence[Arrived]) -> list[bool]:
    """Whether each row is new; of several with one key in a batch, the first."""
    left = keys.take(tx, {row.key for row in rows}, rows[0].arrived_day)
    new = []
    for row in rows:
        new.append(row.key in left)
        left.discard(row.key)
    return new
