"""A silence over ten thousand alerts that hold begins and ends: what a press beside it waits."""

import asyncio
import time
from collections.abc import Awaitable
from datetime import timedelta

from bot.clock import Clock
from bot.scheduling.due import DueRunner
from bot.services.alerts import receive, respond, tell
from bot.services.alerts.respond import Press
from bot.services.inhibitions.review import review_inhibitions
from bot.services.silences import ask
from bot.services.silences.life import review_silences
from bot.services.silences.preview import preview
from bot.settings import AlertDelivery
from bot.store.alert_lookups import open_groups
from bot.store.database import Database, Transaction
from bot.store.due import DueKind
from bot.store.open import open_database
from riskengine.response.alerts import Severity, Signal, SignalStatus, fingerprint_of
from riskengine.response.silences import SilenceDraft, begin, parse_matchers
from tests.benchmarks import figures
from tests.benchmarks.stage import KINDS, migrated_database

HOLDING = 10_000
#: Groups of ten alerts each.
GROUPS = 1_000
SETTINGS = AlertDelivery()
WORKS = {
    DueKind.TELL_GROUP: lambda tx, rows: tell.tell_groups(tx, rows, SETTINGS),
    DueKind.REPEAT_GROUP: lambda tx, rows: tell.repeat_groups(tx, rows, SETTINGS),
    DueKind.EXPIRE_ACKNOWLEDGEMENT: lambda tx, rows: tell.expire_acknowledgements(tx, rows, SETTINGS),
    DueKind.CALM_GROUP: lambda tx, rows: tell.calm_groups(tx, rows, SETTINGS),
    DueKind.REVIEW_SILENCE: lambda tx, rows: review_silences(tx, rows, SETTINGS),
    DueKind.REVIEW_INHIBITION: lambda tx, rows: review_inhibitions(tx, rows, SETTINGS),
}


def run() -> None:
    for kind in KINDS:
        with migrated_database(kind) as url:
            asyncio.run(_measure(kind, url))


async def _measure(kind: str, url: str) -> None:
    clock = Clock()
    database = open_database(url, clock)
    try:
        for at in range(0, HOLDING, 500):
            signals = [_signal(number) for number in range(at, at + 500)]
            await database.write(lambda tx, some=signals: receive.receive(tx, some, SETTINGS))
        clock.advance(SETTINGS.group_wait.total_seconds() + 1)
        runner = DueRunner(database, WORKS)
        await runner.do_all()
        figures.report(f"{kind}: a press with nothing beside it", await _presses(database, asyncio.sleep(2)), "ms")
        begun = time.perf_counter()
        shown = await preview(database, parse_matchers("team=payments"))
        figures.note(f"{kind}: a preview of {shown.holding:,} alerts", f"{time.perf_counter() - begun:.2f} s")
        made: list[int] = []

        async def make() -> None:
            made.append(await database.write(_make, urgent=True))
            await runner.do_all()

        figures.report(f"{kind}: presses while it begins", await _presses(database, make()), "ms")

        async def end() -> None:
            await database.write(lambda tx: ask.end(tx, made[0], "U0HANA", "end", SETTINGS), urgent=True)
            await runner.do_all()

        figures.report(f"{kind}: presses while it ends", await _presses(database, end()), "ms")
    finally:
        await database.close()


def _make(tx: Transaction) -> int:
    matchers = parse_matchers("team=payments")
    draft = SilenceDraft(matchers=matchers, ends_at=tx.now + timedelta(hours=1), comment="x")
    silence = begin(draft, by="U0HANA", now=tx.now, settings=SETTINGS.silences)
    return ask.make(tx, silence, None, SETTINGS)[0]


async def _presses(database: Database, work: Awaitable[None]) -> list[float]:
    """How long presses take, one after the other, until the work is done."""
    groups, _ = await database.read(open_groups)
    task = asyncio.ensure_future(work)
    took: list[float] = []
    begun_all = time.perf_counter()
    while not task.done():
        group = groups[len(took) % len(groups)]
        verb = respond.unacknowledge if len(took) // len(groups) % 2 else respond.acknowledge
        press = Press(user_id="U0HANA", group_id=group.id, delivery_id=f"{begun_all}:{len(took)}")
        begun = time.perf_counter()
        await database.write(lambda tx, do=verb, mine=press: do(tx, mine, SETTINGS), urgent=True)
        took.append((time.perf_counter() - begun) * 1000)
        await asyncio.sleep(0.005)
    await task
    figures.note("  … done after", f"{time.perf_counter() - begun_all:.1f} s")
    return took


def _signal(number: int) -> Signal:
    name = f"Slow {number % GROUPS}"
    labels = {"team": "payments", "role": f"r{number // GROUPS}", "area": "performance", "model": "glm-4.5"}
    return Signal(
        name=name,
        severity=Severity.HIGH,
        status=SignalStatus.FIRING,
        labels=labels,
        fingerprint=fingerprint_of(name, labels),
        source="api:bench",
    )
