"""Deltas into rollups, within a second of their commit, each exactly once; and keys to their place, later."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import partial
from typing import NamedTuple

from bot.clock import monotonic_seconds, rest
from bot.failpoints import FailPoint, pass_by
from bot.services.telemetry.fresh import place_keys
from bot.store.database import Bell, Database, Transaction
from bot.store.telemetry import deltas, rollups
from bot.store.telemetry.rollups import Bucket
from riskengine.rollups import CallSample, Rollup

logger = logging.getLogger(__name__)

#: Commits folded in one transaction.
FOLDED_AT_ONCE = 200
#: And in all no more than so long, about 20,000 calls: half a second of a thread's work.
FOLDED_CHARACTERS = 2_000_000
#: Calls of a moment are folded together: a fold for each commit would cost more than the commits.
REST_SECONDS = 0.5
#: The more keys are put in place together, the fewer pages are written for each; they are known all the same.
KEYS_REST_SECONDS = 10.0
#: What another replica left behind, killed between commit and fold, is seen after at most this.
LONGEST_SLEEP_SECONDS = 1.0


class Folder:
    """One per process; of several replicas one folds at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._wake = asyncio.Event()
        self._stopping = asyncio.Event()
        self._keys_placed_at = monotonic_seconds()
        database.listen(self._on_bell)

    def _on_bell(self, bell: Bell) -> None:
        if bell == Bell.TELEMETRY:
            self._wake.set()

    def stop(self) -> None:
        """End `run` after a last fold."""
        self._stopping.set()
        self._wake.set()

    async def run(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            await self._look()
            await rest(REST_SECONDS, self._stopping)
            await rest(LONGEST_SLEEP_SECONDS, self._wake)
        await self._look()

    async def _look(self) -> None:
        try:
            await self.fold_all()
            await self._place_keys()
        except Exception:
            # A database away for a moment must not end the folding; what was not folded is still there.
            logger.exception("Telemetry could not be folded", extra={"action": "fold_failed"})

    async def _place_keys(self) -> None:
        if monotonic_seconds() >= self._keys_placed_at + KEYS_REST_SECONDS:
            await place_keys(self._database)
            self._keys_placed_at = monotonic_seconds()

    async def fold_all(self) -> int:
        """Fold everything that waits; returns the number of commits."""
        folded = 0
        while True:
            # Read and summed beside the writer, so that it is held only for the addition; and beside the event loop,
            # which would stand still for a second where batches of hundreds of calls come in.
            waiting, is_all = await self._database.read(lambda tx: deltas.oldest(tx, FOLDED_AT_ONCE, FOLDED_CHARACTERS))
            look = _Look(waiting, await asyncio.to_thread(summed, waiting.values()))
            count = await self._database.write(partial(_fold, look=look)) if look.waiting else 0
            folded += count
            if is_all or not count:
                return folded


class _Look(NamedTuple):
    """Deltas by their ids, and what they come to."""

    waiting: Mapping[int, str]
    sums: dict[Bucket, Rollup]


def summed(payloads: Iterable[str]) -> dict[Bucket, Rollup]:
    """What the deltas come to, by minute and series."""
    samples: defaultdict[tuple[int, int], list[CallSample]] = defaultdict(list)
    for payload in payloads:
        for bucket, some in deltas.decode(payload).items():
            samples[bucket] += some
    return {Bucket(*bucket): Rollup.of(each) for bucket, each in samples.items()}


def _fold(tx: Transaction, look: _Look) -> int:
    taken = deltas.take(tx, list(look.waiting))
    whole = len(taken) == len(look.waiting)
    rollups.add(tx, look.sums if whole else summed(look.waiting[each] for each in taken))
    pass_by(FailPoint.FOLD_BEFORE_COMMIT)
    return len(taken)
