"""`riskbot audit verify` over 100,000 sealed rows, and the sealing of them."""

import asyncio
import subprocess
import sys
import time

from bot.clock import Clock
from bot.store import audit
from bot.store.audit import Entry
from bot.store.database import Database
from bot.store.open import open_database
from tests.benchmarks import figures
from tests.benchmarks.stage import KINDS, migrated_database
from tests.processes import ROOT, clean_environment

ROWS = 100_000
SET_SIZE = 100
DETAIL = {"severity": "high", "fingerprint": "0123456789abcdef", "source": "api:alertmanager"}


def run() -> None:
    for kind in KINDS:
        with migrated_database(kind) as url:
            figures.report(f"{kind}: sealing a set of {SET_SIZE}", asyncio.run(_prepare(url)), "ms")
            begun = time.monotonic()
            done = subprocess.run(
                [sys.executable, "-m", "bot.cli", "audit", "verify"],
                cwd=ROOT,
                env=clean_environment() | {"RISKBOT_DATABASE_URL": url},
                capture_output=True,
                text=True,
                check=True,
            )
            took = time.monotonic() - begun
            figures.note(
                f"{kind}: verify {ROWS:,} rows", f"{took:.2f} s, {ROWS / took:,.0f} rows/s: {done.stdout.strip()}"
            )


async def _prepare(url: str) -> list[float]:
    database = open_database(url, Clock())
    try:
        await _record(database)
        return [await _seal(database) for _ in range(ROWS // SET_SIZE)]
    finally:
        await database.close()


async def _record(database: Database) -> None:
    for at in range(0, ROWS, 5_000):
        entries = [
            Entry("source:alertmanager", "alert_fired", "alert_group", at + each, DETAIL) for each in range(5_000)
        ]
        await database.write(lambda tx, entries=entries: audit.record(tx, entries))


async def _seal(database: Database) -> float:
    begun = time.perf_counter()
    assert await database.write(lambda tx: audit.seal(tx, SET_SIZE)) == SET_SIZE
    return (time.perf_counter() - begun) * 1000
