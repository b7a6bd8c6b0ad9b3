"""Model calls in, durable, rollups kept: singly beside a bare endpoint that only validates them, and in batches of 500."""

import asyncio
import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from statistics import median
from typing import NamedTuple
from urllib.error import URLError

from bot.clock import Clock
from bot.store.database import Transaction
from bot.store.open import open_database
from bot.store.telemetry import deltas
from tests.benchmarks import figures
from tests.benchmarks.stage import KINDS, Stage, stage
from tests.benchmarks.telemetry_load import calls
from tests.processes import ROOT, clean_environment, free_port, get

ROUNDS = 5
SECONDS = 4.0
CONNECTIONS = 16
#: Calls that the store holds when batches are measured.
STORED = 3_000_000
BATCH = 500
BATCH_CONNECTIONS = 4


class Seen(NamedTuple):
    """What the load's connections saw."""

    items_per_second: float
    answer_ms: list[float]
    statuses: dict[str, int]


class Numbers:
    """Ids that no earlier load has sent."""

    def __init__(self) -> None:
        self._next = 0

    def take(self) -> int:
        self._next += 10**9
        return self._next


NUMBERS = Numbers()


def run() -> None:
    for kind in KINDS:
        with stage(kind) as set_up:
            set_up.riskbot.start()
            _singles(kind, set_up)
            set_up.riskbot.stop()
            asyncio.run(_fill(set_up))
            set_up.riskbot.start()
            asyncio.run(_folded(set_up))
            _batches(kind, set_up)


def _singles(kind: str, set_up: Stage) -> None:
    ratios, answer_ms, rates = [], [], []
    with _bare() as bare_url:
        for _ in range(ROUNDS):
            bare = load(bare_url, "-", path="/calls", connections=CONNECTIONS)
            ours = load(set_up.riskbot.url, set_up.token, connections=CONNECTIONS)
            ratios.append(ours.items_per_second / bare.items_per_second)
            rates.append(f"{ours.items_per_second:,.0f} of {bare.items_per_second:,.0f}")
            answer_ms += ours.answer_ms
    figures.report(f"{kind}: single calls, share of the bare rate", ratios, "", "≥ 0.40")
    figures.note(f"{kind}: calls a second, ours of bare", "; ".join(rates))
    figures.report(f"{kind}: single calls until durable", answer_ms, "ms", "p99 ≤ 20 ms")


def _batches(kind: str, set_up: Stage) -> None:
    rounds = [load(set_up.riskbot.url, set_up.token, batch=BATCH, connections=BATCH_CONNECTIONS) for _ in range(ROUNDS)]
    rate = median(each.items_per_second for each in rounds)
    what = f"{kind}: batches of {BATCH} with {STORED:,} calls stored"
    figures.note(what, f"{rate:,.0f} calls/s, answers {rounds[-1].statuses}", "≥ 20,000 calls/s")
    figures.report(f"{what}: until durable", [each for seen in rounds for each in seen.answer_ms], "ms")


def load(url: str, token: str, *, seconds: float = SECONDS, **options: int | str) -> Seen:
    words = [f"--url={url}", f"--token={token}", f"--seconds={seconds}", f"--first={NUMBERS.take()}"]
    words += [f"--{name}={value}" for name, value in options.items()]
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.telemetry_load", *words],
        cwd=ROOT,
        env=clean_environment(),
        stdout=subprocess.PIPE,
        timeout=seconds + 60,
        check=True,
    )
    seen = json.loads(done.stdout)
    items = len(seen["seconds"]) * int(options.get("batch", 1))
    return Seen(items / seen["took"], [each * 1000 for each in seen["seconds"]], seen["statuses"])


@contextlib.contextmanager
def _bare() -> Iterator[str]:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.telemetry_bare", f"--port={port}"], cwd=ROOT, env=clean_environment()
    )
    try:
        while not _answers(port):
            time.sleep(0.02)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def _answers(port: int) -> bool:
    try:
        get(f"http://127.0.0.1:{port}/")
    except OSError as error:
        return isinstance(error, URLError) and getattr(error, "code", None) is not None
    return True


async def _folded(set_up: Stage) -> None:
    """Wait until riskbot has summed what was put in behind its back."""
    database = open_database(set_up.database_url, Clock())
    while await database.read(deltas.waiting):
        await asyncio.sleep(0.5)
    await database.close()


async def _fill(set_up: Stage) -> None:
    """Rows as intake writes them, put in by the store itself."""
    from bot.services.telemetry import receive
    from bot.services.telemetry.fresh import place_keys
    from bot.services.telemetry.rows import CALLS, call_row, day_of
    from bot.store.telemetry import series
    from riskengine.areas.cost.charging import Till
    from riskengine.series import Series
    from riskengine.telemetry import MANY_CALLS

    database = open_database(set_up.database_url, Clock())
    some = MANY_CALLS.validate_python(calls(5_000, seed=1))
    day = day_of(database.clock.now())
    charge = Till(None).charge

    def put(tx: Transaction, at: int) -> None:
        ids = series.ids_of(tx, {Series.of(call) for call in some})
        ids |= series.add(tx, {Series.of(call) for call in some} - ids.keys())
        rows = [call_row(call, charge(call), CALLS, ids[Series.of(call)], day) for call in some]
        receive.store_calls(
            tx, [row._replace(key=hash((at, place)), call_id=f"{at:06x}{place:06x}") for place, row in enumerate(rows)]
        )

    for at in range(STORED // len(some)):
        await database.write(lambda tx, at=at: put(tx, at))
    await place_keys(database)
    await database.close()
