"""One look at all checks: each is asked, repaired and told by itself, so that a fault in one stops no other."""

import logging
from collections.abc import Callable, Hashable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from bot.services.auditor.checks import CHECKS
from bot.services.auditor.findings import Check, Finding, Terms
from bot.services.auditor.metrics import AuditorMetrics
from bot.store import audit, auditor_episodes, destinations, outbox
from bot.store.bell_turns import take_turn
from bot.store.database import Database, Transaction
from bot.store.invariants import LIMIT
from bot.store.messages import Priority
from bot.store.outbox import Note
from riskengine.response.auditing import Episode, episode, suspect

logger = logging.getLogger(__name__)

BELL = "auditor"


class Auditor:
    """One per process. All replicas look, so that each knows what has been so for how long; one at a time repairs.

    What it has seen it remembers by itself: a restart only begins the wait for others anew.
    """

    def __init__(
        self,
        database: Database,
        terms: Callable[[], Terms],
        metrics: AuditorMetrics,
        checks: Sequence[Check] = CHECKS,
    ) -> None:
        self._database = database
        self._terms = terms
        self._metrics = metrics
        self._checks = checks
        self._memories = {check.name: _Memory(database.clock.protocol_now()) for check in checks}

    async def look(self) -> dict[str, int]:
        """Ask every check; gives how much was forgotten and dealt with, by check."""
        turn = _Turn(self._database, self._terms().auditor.interval / 2)
        told = await self._database.read(auditor_episodes.open_episodes)
        counts = {check.name: await self._look_at(check, turn, told) for check in self._checks}
        return {name: count for name, count in counts.items() if count}

    async def _look_at(self, check: Check, turn: "_Turn", told: Mapping[str, datetime]) -> int:
        try:
            return await self._judge(check, turn, told.get(check.name))
        except Exception:
            # A check that cannot be asked must not keep the others from being asked.
            logger.exception("The check %s failed", check.name, extra={"action": "auditor_failed"})
            return 0

    async def _judge(self, check: Check, turn: "_Turn", told_at: datetime | None) -> int:
        """Deal with set after set until nothing forgotten is left."""
        terms, memory, dealt_with = self._terms(), self._memories[check.name], 0
        while True:
            found = await self._database.read(lambda tx: check.look(tx, terms))
            now = self._database.clock.protocol_now()
            forgotten = memory.forgotten(found, now, check.patience(terms))
            calm = memory.is_calm(now, told_at, terms.auditor.calm_after)
            step = episode(is_open=told_at is not None, forgotten=bool(forgotten), calm=calm)
            if step == Episode.ENDS and await turn.taken():
                await self._database.write(lambda tx: auditor_episodes.end(tx, check.name))
            news = forgotten - memory.dealt_with
            if not news or not await turn.taken():
                return dealt_with
            count, left = await self._database.write(partial(_deal, check=check, terms=terms, forgotten=news))
            memory.dealt_with |= left
            self._metrics.count(check.name, "repaired" if check.repair else "told", count)
            dealt_with, told_at = dealt_with + count, now
            if count < LIMIT or left:
                return dealt_with


class _Memory:
    """What one check has seen so far."""

    def __init__(self, began_at: datetime) -> None:
        #: When something forgotten was seen last, or the first look at the earliest.
        self._calm_since = began_at
        self._since: dict[Hashable, datetime] = {}
        #: Told, or repaired as far as can be, and still seen: neither is done again.
        self.dealt_with: frozenset[Hashable] = frozenset()

    def forgotten(self, found: Sequence[Finding], now: datetime, patience: timedelta) -> frozenset[Hashable]:
        suspicion = suspect(self._since, found, now, patience)
        self._since = suspicion.since
        self.dealt_with &= frozenset(found)
        self._calm_since = now if suspicion.forgotten else self._calm_since
        return suspicion.forgotten

    def is_calm(self, now: datetime, told_at: datetime | None, calm_after: timedelta) -> bool:
        """Whether neither this replica nor another has found anything for long enough."""
        return told_at is None or now - max(told_at, self._calm_since) >= calm_after


class _Turn:
    """Whether this replica repairs at this look; asked for only when there is something to write."""

    def __init__(self, database: Database, pause: timedelta) -> None:
        self._database = database
        self._pause = pause
        self._taken: bool | None = None

    async def taken(self) -> bool:
        if self._taken is None:
            self._taken = await self._database.write(lambda tx: take_turn(tx, BELL, self._pause))
        return self._taken


def _deal(
    tx: Transaction, *, check: Check, terms: Terms, forgotten: frozenset[Hashable]
) -> tuple[int, frozenset[Hashable]]:
    """Repair what is still so, with its audit entries, and tell people at the begin of an episode.

    Gives how much that was, and what is as before all the same: somebody was only called to it.
    """
    found = [each for each in check.look(tx, terms) if each in forgotten]
    if not found:
        return 0, frozenset()
    begins = auditor_episodes.begin(tx, check.name)
    verb = "auditor_repaired" if check.repair else "auditor_found"
    # Before the repair, since what repairs the audit's chain seals this as well.
    audit.record(tx, [_entry(check, verb, each) for each in found])
    if check.repair is not None:
        check.repair(tx, terms, found)
    if begins:
        _tell(tx, check, terms, found)
    logger.warning("%s", _said(check, found), extra={"action": "auditor_found", "check": check.name})
    return len(found), frozenset(check.look(tx, terms)) & forgotten


def _entry(check: Check, verb: str, found: Finding) -> audit.Entry:
    detail = {"check": check.name, **dict(found.detail)}
    return audit.Entry(audit.SYSTEM, verb, found.object_kind, found.object_id, detail)


def _tell(tx: Transaction, check: Check, terms: Terms, found: Sequence[Finding]) -> None:
    channel = terms.alerts.trouble_channel
    payload = {"check": check.name, "found": _said(check, found), "done": check.done, "mended": bool(check.repair)}
    key = f"auditor:{check.name}:{tx.protocol_now.isoformat()}"
    destinations.ensure(tx, [channel])
    note = Note(key, "auditor/found", "auditor", 0, payload, channel=channel, priority=Priority.ALERT)
    outbox.enqueue(tx, [note])


def _said(check: Check, found: Sequence[Finding]) -> str:
    count = len(found)
    return check.found.format(count=f"At least {count}" if count >= LIMIT else count)
