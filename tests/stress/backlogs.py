"""Trials with a full database: messages that wait, alerts that are open, timers that run out together."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from bot.clock import monotonic_seconds
from bot.store import due
from bot.store.alerts import alert_groups
from bot.store.database import Database, Transaction
from bot.store.due import DueKind
from bot.store.messages import Priority
from bot.store.outbox import Note, enqueue
from tests.scenarios.driver import Json, until
from tests.stress import seeds, sights
from tests.stress.arena import Arena, arena
from tests.stress.seeds import CHANNEL

CHANNELS = (CHANNEL, "#llm-costs", "#incidents", "#general", "#escalations")
HOURS = timedelta(hours=4)
#: Between two urgent messages, so that each finds the channel's turn at another point.
PAUSE_SECONDS = 1.7

Fill = Callable[[Database, int], Awaitable[None]]


async def waiting_notes(database: Database, count: int) -> None:
    await seeds.notes(database, count, CHANNELS)


async def waiting_cards(database: Database, count: int) -> None:
    """What a storm without end would leave: they become digests while the urgent one comes."""
    await seeds.open_alerts(database, count, DueKind.REPEAT_GROUP, HOURS, HOURS)
    await seeds.cards(database, count, shown=False)


FILLS: dict[str, Fill] = {"notes": waiting_notes, "cards": waiting_cards}


@dataclass(frozen=True)
class Urgency:
    """How urgent messages fared behind a backlog."""

    violations: list[Json]
    #: From the commit that wished for it to the call of Slack.
    posted_after_seconds: list[float]


async def urgent_behind_backlog(url: str, directory: Path, fill: Fill, waiting: int, urgent: int) -> Urgency:
    async with arena(url, directory) as place:
        await fill(place.database, waiting)
        await place.start()
        wished = {}
        for number in range(urgent):
            await asyncio.sleep(PAUSE_SECONDS)
            key = f"asked:{number}"
            await place.database.write(lambda tx, key=key: enqueue(tx, [_urgent(key)]))
            wished[key] = place.database.clock.protocol_now()
            await until(lambda key=key: _posted(place, key), 120, f"{key} posted")
        posted = {key: await _posted(place, key) for key in wished}
        took = [_seconds(posted[key] - wished[key]) for key in wished]
        return Urgency(await place.violations(), took)


def _urgent(key: str) -> Note:
    """As urgent as the request for an approval."""
    payload = {"channel": "#somewhere", "template": "alerts/card", "reason": "urgent"}
    return Note(key, "delivery/given_up", "message", 0, payload, channel=CHANNEL, priority=Priority.URGENT)


async def _posted(place: Arena, key: str) -> datetime | None:
    for call in sights.posts(await place.workspace.calls()):
        if call["body"]["metadata"]["event_payload"]["k"].startswith(f"{key}/"):
            return datetime.fromisoformat(call["at"])
    return None


async def restart_seconds(url: str, directory: Path, count: int, *, overdue: bool) -> float:
    """Start to ready with so many open alerts; `overdue`: riskbot was away when their group waits ended."""
    async with arena(url, directory) as place:
        if overdue:
            await seeds.open_alerts(place.database, count, DueKind.TELL_GROUP, -seeds.AGE, timedelta(0))
        else:
            await seeds.open_alerts(place.database, count, DueKind.REPEAT_GROUP, HOURS, HOURS)
            await seeds.cards(place.database, count, shown=True)
        begun = monotonic_seconds()
        await place.start()
        return monotonic_seconds() - begun


async def late_seconds(url: str, directory: Path, count: int, spread: timedelta, ahead: timedelta) -> list[float]:
    """How late each of so many timers was acted on, which run out evenly over `spread`, the first after `ahead`."""
    async with arena(url, directory) as place:
        await place.start()
        await seeds.open_alerts(place.database, count, DueKind.TELL_GROUP, ahead, spread)
        due_at = await place.database.read(_due_at)
        assert len(due_at) == count, "some ran out before all were written; give them more time ahead"

        async def all_told() -> bool:
            told = sa.select(sa.func.count()).where(alert_groups.c.told_at.is_not(None))
            return await place.database.read(lambda tx: tx.execute(told).scalar_one()) == count

        await until(all_told, (ahead + spread).total_seconds() + 120, f"{count} timers acted on")
        told_at = await place.database.read(_told_at)
        return [_seconds(told_at[each] - due_at[each]) for each in due_at]


def _due_at(tx: Transaction) -> dict[int, datetime]:
    tells = sa.select(due.due.c.subject_id, due.due.c.due_at).where(due.due.c.kind == DueKind.TELL_GROUP)
    return {row.subject_id: row.due_at for row in tx.execute(tells)}


def _told_at(tx: Transaction) -> dict[int, datetime]:
    return {row.id: row.told_at for row in tx.execute(sa.select(alert_groups.c.id, alert_groups.c.told_at))}


def _seconds(span: timedelta) -> float:
    return span / timedelta(seconds=1)
