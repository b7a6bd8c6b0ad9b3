"""10,000 pending requests: a decision until Slack shows it, deadlines, a restart three hours late, memory."""

import asyncio
import json
import time
from datetime import datetime, timedelta
from typing import Any

import httpx
import sqlalchemy as sa

from bot.clock import Clock
from bot.store.approval_votes import approval_tiers
from bot.store.approvals import approval_requests
from bot.store.database import Database, Transaction
from bot.store.messages import messages
from bot.store.open import open_database
from tests.benchmarks import figures
from tests.benchmarks.stage import KINDS, Stage, stage
from tests.stress import requests

PENDING = 10_000
HOURS = timedelta(hours=6)
LATE = timedelta(hours=3)
SPREAD = timedelta(seconds=100)
#: Moving them takes a while itself.
AHEAD = timedelta(seconds=30)
DECISIONS, PER_SECOND = 100, 1.0
DECIDED_SECONDS, LATE_SECONDS, CAUGHT_UP_SECONDS, GROWTH_MB = 2.0, 1.0, 10.0, 50.0
#: Slack's limits would hide how long we take.
UNBOUND = {
    "delivery__channel_post_interval": "5ms",
    "delivery__posts_per_minute": "60000",
    "delivery__edits_per_minute": "60000",
    "delivery__reads_per_minute": "60000",
    "people__roles": json.dumps(requests.ROLES),
}
OPEN = sa.select(sa.func.count()).where(approval_requests.c.status == "pending", approval_requests.c.tier == 1)


def run() -> None:
    for kind in KINDS:
        for measure, settings in ((_decisions, UNBOUND), (_deadlines, {}), (_late, {})):
            with stage(kind, **{"people__roles": UNBOUND["people__roles"], **settings}) as set_up:
                asyncio.run(_on(measure, kind, set_up))


async def _on(measure: Any, kind: str, set_up: Stage) -> None:
    database = open_database(set_up.database_url, Clock())
    try:
        await requests.know_people(database)
        await measure(kind, set_up, database)
    finally:
        await asyncio.to_thread(set_up.riskbot.stop)
        await database.close()


async def _start(set_up: Stage) -> float:
    """In a thread, so that this loop may look meanwhile; returns the resident megabytes once it is ready."""
    await asyncio.to_thread(set_up.riskbot.start)
    return figures.resident_mb(set_up.riskbot.pid)


async def _decisions(kind: str, set_up: Stage, database: Database) -> None:
    """Beside all the others, whose cards stand already."""
    now = database.clock.now()
    await requests.pending(database, requests.evenly(now + HOURS, HOURS, PENDING - DECISIONS))
    before = await _start(set_up)
    mine = await requests.pending(database, requests.evenly(now + HOURS, HOURS, DECISIONS), shown=False)
    cards = await _cards(database, mine)
    await _press_all(set_up, cards)
    decided = await database.read(_decided)
    assert set(mine) <= set(decided), f"{len(set(mine) - set(decided))} were not decided"
    await _quiet(database)
    updates = _updates(set_up)
    took = [_seconds(updates[card["ts"]] - decided[card["request"]]) for card in cards]
    worst = figures.verdict(figures.quantile(took, 0.99), DECIDED_SECONDS)
    figures.report(f"{kind}: a decision until the channel's card shows it", took, "s", f"p99 {worst}")
    _growth(kind, "while they were decided", before, set_up)


async def _cards(database: Database, ids: list[int]) -> list[dict[str, Any]]:
    """Where the cards of these requests stand in their channels, once all do."""
    shown = sa.select(messages).where(
        messages.c.subject_kind == "approval",
        messages.c.subject_id.in_(ids),
        messages.c.channel.startswith("#"),
        messages.c.ts.is_not(None),
    )
    while len(rows := await database.read(lambda tx: tx.execute(shown).all())) < len(ids):
        await asyncio.sleep(0.5)
    return [{"request": row.subject_id, "channel": row.posted_channel, "ts": row.ts} for row in rows]


async def _press_all(set_up: Stage, cards: list[dict[str, Any]]) -> None:
    async with httpx.AsyncClient(base_url=set_up.sandbox.control_url, trust_env=False, timeout=30) as workspace:

        async def press(number: int, card: dict[str, Any]) -> None:
            await asyncio.sleep(number / PER_SECOND)
            place = {"channel": card["channel"], "ts": card["ts"], "action_id": "approvals.approve"}
            (await workspace.post("/press", json={"user": "alice", "settle_seconds": 0.05, **place})).raise_for_status()

        await asyncio.gather(*(press(number, card) for number, card in enumerate(cards)))


def _decided(tx: Transaction) -> dict[int, datetime]:
    rows = sa.select(approval_requests.c.id, approval_requests.c.decided_at).where(
        approval_requests.c.status == "approved"
    )
    return {row.id: row.decided_at for row in tx.execute(rows)}


async def _quiet(database: Database) -> None:
    waiting = sa.select(sa.func.count()).where(messages.c.state != "shown", messages.c.state != "dead")
    while await database.read(lambda tx: tx.execute(waiting).scalar_one()):
        await asyncio.sleep(0.5)


def _updates(set_up: Stage) -> dict[str, datetime]:
    """The message → when it was first shown without its buttons."""
    found: dict[str, datetime] = {}
    for call in set_up.calls("chat.update"):
        if "approvals.approve" not in json.dumps(call["body"].get("blocks")):
            found.setdefault(call["body"]["ts"], datetime.fromisoformat(call["at"]))
    return found


async def _deadlines(kind: str, set_up: Stage, database: Database) -> None:
    before = await _start(set_up)
    ids = await requests.pending(database, requests.evenly(database.clock.now() + HOURS, SPREAD, PENDING))
    moments = requests.evenly(database.clock.now() + AHEAD, SPREAD, PENDING)
    await requests.move(database, dict(zip(ids, moments, strict=True)))
    assert database.clock.now() < moments[0], "some ran out before all were moved; give them more time ahead"
    await _all_asked(database, (AHEAD + SPREAD).total_seconds() + 120)
    opened = await database.read(_opened)
    late = [_seconds(opened[number] - at) for number, at in zip(ids, moments, strict=True)]
    worst = figures.verdict(figures.quantile(late, 0.99), LATE_SECONDS)
    title = f"{kind}: {PENDING:,} deadlines within {SPREAD.seconds} s, late by"
    figures.report(title, late, "s", f"p99 {worst}")
    _growth(kind, "with them", before, set_up)


def _opened(tx: Transaction) -> dict[int, datetime]:
    second = sa.select(approval_tiers.c.request_id, approval_tiers.c.opened_at).where(approval_tiers.c.tier == 2)
    return {row.request_id: row.opened_at for row in tx.execute(second)}


async def _late(kind: str, set_up: Stage, database: Database) -> None:
    """It was away over the end of every first tier."""
    before = await _start(set_up)
    await asyncio.to_thread(set_up.riskbot.stop)
    now = database.clock.now()
    await requests.pending(database, requests.evenly(now - LATE, timedelta(minutes=30), PENDING))
    begun = time.monotonic()
    await asyncio.to_thread(set_up.riskbot.start)
    await _all_asked(database, 300)
    took = time.monotonic() - begun
    used = figures.processor_seconds(set_up.riskbot.pid)
    title = f"{kind}: start to {PENDING:,} caught up, {LATE} late"
    figures.note(title, f"{took:.1f} s", figures.verdict(took, CAUGHT_UP_SECONDS))
    figures.note("  … of which it had a processor for", f"{used:.1f} s")
    wrong = await database.read(_not_whole)
    figures.note(
        f"{kind}: skipped, unasked, or with less than their whole window", str(wrong), figures.verdict(wrong, 0)
    )
    _growth(kind, "after it", before, set_up)


async def _all_asked(database: Database, seconds: float) -> None:
    give_up = time.monotonic() + seconds
    while left := await database.read(lambda tx: tx.execute(OPEN).scalar_one()):
        assert time.monotonic() < give_up, f"{left} are still in their first tier"
        await asyncio.sleep(0.1)


def _not_whole(tx: Transaction) -> int:
    """How many were not asked of the second tier with all its time, in a card of their own."""
    window = requests.SHIPPED[requests.STANDARD].tiers[1].timeout
    rows = tx.execute(sa.select(approval_tiers).where(approval_tiers.c.tier == 2)).all()
    asked = {row.request_id for row in rows if row.asked == list(requests.MANAGERS)}
    whole = {row.request_id for row in rows if row.due_at - row.opened_at == window}
    cards = sa.select(messages.c.subject_id).where(messages.c.channel.in_(requests.MANAGERS))
    told = set(tx.execute(cards.where(messages.c.nature == "card")).scalars())
    alive = sa.select(approval_requests.c.id).where(
        approval_requests.c.status == "pending", approval_requests.c.tier == 2
    )
    return PENDING - len(set(tx.execute(alive).scalars()) & asked & whole & told)


def _growth(kind: str, when: str, before_mb: float, set_up: Stage) -> None:
    grown = figures.resident_mb(set_up.riskbot.pid) - before_mb
    figures.note(f"{kind}: memory grown {when}", f"{grown:+.1f} MB", figures.verdict(grown, GROWTH_MB))


def _seconds(span: timedelta) -> float:
    return span / timedelta(seconds=1)
