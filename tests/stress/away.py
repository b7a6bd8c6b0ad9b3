"""Slack is away for hours: senders and programs are served meanwhile, and everything is told afterwards."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

from bot.sandbox.server import SandboxServer
from tests.benchmarks.figures import resident_mb
from tests.faults.senders import Condition, send_until_answered
from tests.scenarios.driver import Workspace
from tests.stress import sights
from tests.stress.arena import Arena, arena

#: Business time between two looks of the trial.
STEP_SECONDS = 300.0
#: Alerts and new groups in each step.
ALERTS, GROUPS = 40, 8
#: A real moment for what falls due in each step.
PAUSE_SECONDS = 0.5
SETTINGS = {"delivery__late_after": "1s"}


@dataclass
class Absence:
    """What came of it."""

    complaints: list[str]
    violations: int
    groups: int
    unseen: list[str]
    said_late: int
    memory_before_mb: float
    memory_at_most_mb: float
    #: Answers of the API that were not 200 while Slack was away.
    refused: list[int] = field(default_factory=list)

    @property
    def grown_mb(self) -> float:
        return self.memory_at_most_mb - self.memory_before_mb


async def slack_away(url: str, directory: Path, seconds: float) -> Absence:
    """The workspace's server is gone, its socket too, for so long on the movable clock; then it is back."""
    async with arena(url, directory, **SETTINGS) as place:
        await place.start()
        await _send(place, 0, groups=1)
        await place.quiet()
        violations = len(await place.violations())
        calls = await place.workspace.calls()
        before = at_most = resident_mb(place.replicas[0].pid)
        await asyncio.to_thread(place.server.stop)
        refused = []
        for step in range(1, int(seconds / STEP_SECONDS) + 1):
            await _send(place, step)
            place.advance(STEP_SECONDS)
            await asyncio.sleep(PAUSE_SECONDS)
            answer = await place.api.get("/v1/alerts")
            refused += [answer.status_code] if answer.status_code != 200 else []
            at_most = max(at_most, resident_mb(place.replicas[0].pid))
        await _come_back(place, directory)
        await place.quiet(600)
        await place.end()
        calls += await place.workspace.calls()
        seen = sights.first_seen(calls)
        told = sorted({each.model for each in place.conditions})
        return Absence(
            complaints=await place.complaints(),
            violations=violations + len(await place.violations()),
            groups=len(told),
            unseen=[each for each in told if each not in seen],
            said_late=sum("Slack could not be reached" in str(call["body"]) for call in sights.posts(calls)),
            memory_before_mb=before,
            memory_at_most_mb=at_most,
            refused=refused,
        )


async def _send(place: Arena, step: int, groups: int = GROUPS) -> None:
    news = [Condition("Slow", f"model-{step}-{each % groups}", "performance", "high", each) for each in range(ALERTS)]
    await send_until_answered(place.api, "/v1/alerts", [each.alert(fires=True) for each in news])
    for each in news:
        each.answered(fires=True)
    place.conditions += news


async def _come_back(place: Arena, directory: Path) -> None:
    port = int(place.server.url.rpartition(":")[2])
    place.server = SandboxServer(port=port, data_file=directory / "workspace.db", rate_limits=True)
    place.server.start()
    place.workspace = Workspace(place.server, place.workspace.http)
    await place.ready(seconds=90)
