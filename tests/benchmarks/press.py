"""How long a press takes to be committed and acknowledged while senders saturate the intake."""

import asyncio
import re
import time
from collections.abc import Sequence
from typing import Any

import httpx

from tests.benchmarks import figures
from tests.benchmarks.loading import Loading
from tests.benchmarks.stage import KINDS, Stage, stage
from tests.processes import get

PRESSES_PER_SECOND = 20
SECONDS = 20.0
#: Acknowledged, then resolved: each press changes something, although the card may not show it yet.
VERBS = ("alerts.acknowledge", "alerts.resolve")
CARDS = int(PRESSES_PER_SECOND * SECONDS / len(VERBS))
CHANNEL = "llm-alerts"
COMMIT = "riskbot_press_commit_seconds"
AIM = "≤ 10 ms p99"
SETTINGS = {
    "alerts__group_wait": "50ms",
    "delivery__channel_post_interval": "5ms",
    "delivery__posts_per_minute": "60000",
    "storms__digest_from": "100000",
}


def run() -> None:
    for kind in KINDS:
        with stage(kind, **SETTINGS) as set_up:
            set_up.riskbot.start()
            cards = _cards(set_up)
            _measure(set_up, f"{kind}: at rest", cards[: CARDS // 4])
            loading = Loading(set_up, seconds=SECONDS + 4, connections=16, first=10_000_000)
            time.sleep(2)
            _measure(set_up, f"{kind}: beside saturated intake", cards[CARDS // 4 :])
            seen = loading.finish()
            figures.note(f"{kind}: meanwhile taken", f"{seen.requests_per_second:.0f} alerts/s {seen.statuses}")


def _cards(set_up: Stage) -> list[dict[str, Any]]:
    """Cards to press on, each of a group of its own."""
    count = CARDS // 4 + CARDS
    labels = [{"area": "performance", "model": f"card-{number}"} for number in range(count)]
    alerts = [{"alert": "Pressed", "severity": "high", "status": "firing", "labels": each} for each in labels]
    for at in range(0, count, 100):
        set_up.send(alerts[at : at + 100])
    give_up = time.monotonic() + 60
    while len(messages := set_up.messages(CHANNEL)) < count:
        assert time.monotonic() < give_up, f"only {len(messages)} of {count} cards were posted"
        time.sleep(0.25)
    return [{"channel": CHANNEL, "ts": message["ts"]} for message in messages]


def _measure(set_up: Stage, name: str, cards: Sequence[dict[str, Any]]) -> None:
    before = _buckets(set_up)
    outcomes = asyncio.run(_press_all(set_up, cards))
    told = [each for each in outcomes if each["ephemeral"]]
    figures.report(f"{name}: press to acknowledgement", [each["ack_ms"] for each in outcomes], "ms")
    figures.note(f"{name}: press to commit, inside", _inside(before, _buckets(set_up)), AIM)
    if told:
        figures.note(f"{name}: presses not taken", f"{len(told)}: {told[0]['ephemeral'][0].get('text')}")


async def _press_all(set_up: Stage, cards: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Evenly, whether or not the one before was answered."""
    presses = [{**card, "action_id": verb} for verb in VERBS for card in cards]
    async with httpx.AsyncClient(base_url=set_up.sandbox.control_url, trust_env=False, timeout=10) as workspace:

        async def press(number: int) -> dict[str, Any]:
            await asyncio.sleep(number / PRESSES_PER_SECOND)
            answer = await workspace.post("/press", json={"user": "hana", "settle_seconds": 0.05, **presses[number]})
            return answer.raise_for_status().json()

        return await asyncio.gather(*(press(number) for number in range(len(presses))))


def _buckets(set_up: Stage) -> dict[float, float]:
    text = get(f"{set_up.riskbot.url}/metrics")
    return {float(le): float(count) for le, count in re.findall(rf'{COMMIT}_bucket{{le="(.+?)"}} (\S+)', text)}


def _inside(before: dict[float, float], after: dict[float, float]) -> str:
    """The buckets in which the median and the 99th percentile lie."""
    counts = {bound: after[bound] - before.get(bound, 0.0) for bound in sorted(after)}
    whole = max(counts.values())

    def at_most(share: float) -> float:
        return next(bound for bound, count in counts.items() if count >= share * whole) * 1000

    return f"median ≤ {at_most(0.5):g} ms, p99 ≤ {at_most(0.99):g} ms, within 10 ms {counts[0.01] / whole:.1%} of {whole:.0f}"
