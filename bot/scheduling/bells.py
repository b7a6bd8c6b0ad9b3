"""APScheduler rings; every bell does a small thing and may be missed, late or doubled without harm."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import NamedTuple

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.failpoints import FailPoint, pass_by
from bot.scheduling.due import DueRunner
from bot.store import audit, inbound
from bot.store.database import Database, Transaction

logger = logging.getLogger(__name__)

#: A millisecond or two of the writer; whoever presses a button meanwhile waits no longer.
SEAL_SET = 32
#: Slack redelivers for minutes; a day is far beyond any redelivery.
INBOUND_KEPT_FOR = timedelta(days=1)


class BellRope(NamedTuple):
    """A bell: its name, what it rings, and the real time between two rings."""

    name: str
    ring: Callable[[], Awaitable[object]]
    interval: timedelta


def build_scheduler(
    database: Database,
    due_runner: DueRunner,
    follow_clock: Callable[[], Awaitable[None]],
    measure: Callable[[], Awaitable[None]],
    prune_telemetry: Callable[[], Awaitable[object]],
    look: Callable[[], Awaitable[object]],
    look_interval: timedelta,
    ropes: Sequence[BellRope] = (),
) -> AsyncIOScheduler:
    """All bells. `misfire_grace_time=None, coalesce`: the defaults would drop a bell that comes late."""
    scheduler = AsyncIOScheduler(
        timezone="UTC", job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
    )

    async def look_for_due() -> None:
        due_runner.ring()

    async def seal() -> None:
        await seal_audit(database)

    async def prune() -> None:
        await database.write(lambda tx: inbound.prune(tx, INBOUND_KEPT_FOR))

    scheduler.add_job(_guarded(look_for_due), "interval", seconds=1, id="due")
    scheduler.add_job(_guarded(seal), "interval", seconds=1, id="seal")
    scheduler.add_job(_guarded(follow_clock), "interval", seconds=30, id="clock")
    scheduler.add_job(_guarded(measure), "interval", seconds=5, id="measure")
    scheduler.add_job(_guarded(prune), "interval", hours=1, id="prune")
    scheduler.add_job(_guarded(prune_telemetry), "interval", hours=1, id="prune_telemetry")
    scheduler.add_job(_guarded(look), "interval", seconds=look_interval.total_seconds(), id="rules")
    for name, ring, interval in ropes:
        scheduler.add_job(_guarded(ring), "interval", seconds=interval.total_seconds(), id=name)
    return scheduler


def _guarded(ring: Callable[[], Awaitable[object]]) -> Callable[[], Awaitable[None]]:
    async def guarded() -> None:
        try:
            await ring()
        except asyncio.CancelledError:
            # Riskbot ends; the scheduler would tell of it as of a mistake.
            return
        except Exception:
            # A bell that raises must not stop the next one; what it would have done is still due.
            logger.exception("A bell failed", extra={"action": "bell_failed", "bell": ring.__name__})

    return guarded


async def seal_audit(database: Database) -> int:
    """Chain everything that is not sealed yet; returns how many rows."""
    sealed = 0
    while await database.read(audit.count_unsealed):
        sealed += await database.write(_seal_set)
    return sealed


def _seal_set(tx: Transaction) -> int:
    count = audit.seal(tx, SEAL_SET)
    pass_by(FailPoint.AUDIT_BEFORE_SEAL)
    return count
