"""The trials on Slack's side: a storm, a kill in its middle, a Slack with bad days. Tests count, benchmarks time."""

import asyncio
import signal
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from tests.scenarios.driver import Json
from tests.stress import sights
from tests.stress.arena import Arena, arena
from tests.stress.sights import EDIT, POST, Sight
from tests.stress.storms import Storm

GROUP_WAIT = timedelta(seconds=1)
#: Slack's word on posts: one a second in a channel.
TURN_SECONDS = 1.0
BAD_DAYS = {
    "rate_limit_share": 0.1,
    "error_share": 0.1,
    "error": "fatal_error",
    "status": 500,
    "drop_after_commit_share": 0.05,
    "methods": [POST, EDIT, "conversations.history", "conversations.replies", "conversations.list"],
}


@dataclass(frozen=True)
class Outcome:
    """What came of a trial."""

    complaints: list[str]
    violations: int
    posts: int
    groups: int
    unseen: list[str]
    #: From the storm's first alert to the first sight of each group.
    seen_after_seconds: list[float] = field(default_factory=list)
    #: From the end of its group wait to the first sight of each critical group.
    urgent_after_seconds: list[float] = field(default_factory=list)
    #: What each group waited beyond the group wait, the channel's turns and the pauses that Slack ordered.
    beyond_limits_seconds: list[float] = field(default_factory=list)

    def __str__(self) -> str:
        slowest = max(self.seen_after_seconds, default=0.0)
        return (
            f"{self.groups} groups, {self.posts} posts, {self.violations} violations, unseen {self.unseen}, "
            f"slowest {slowest:.1f} s, urgent at worst {max(self.urgent_after_seconds, default=0.0):.1f} s, beyond "
            f"Slack's limits {max(self.beyond_limits_seconds, default=0.0):.1f} s\n  "
            + "\n  ".join(self.complaints[:20])
        )

    @property
    def kept(self) -> bool:
        """Nothing lost, nothing told twice, no limit passed, every group seen."""
        return not self.complaints and not self.violations and not self.unseen


async def storm(
    url: str, directory: Path, *, alerts: int, groups: int, per_second: float, urgent: bool = True, **weather: object
) -> Outcome:
    """A storm under Slack's limits, in any weather; the weather ends with the storm's last message."""
    async with arena(url, directory) as place:
        await place.start()
        await place.workspace.faults(**{"seed": 1, **weather})
        raging = Storm(place, alerts, groups, per_second)
        await raging.run(urgent=urgent)
        await place.quiet()
        await place.workspace.faults()
        return await _examined(place, raging)


async def killed_storm(
    url: str, directory: Path, *, alerts: int, groups: int, per_second: float, after_seconds: float
) -> Outcome:
    """SIGKILL in the middle; the source falls silent at that moment, and never repeats anything."""
    async with arena(url, directory) as place:
        await place.start()
        raging = Storm(place, alerts, groups, per_second)
        pouring = asyncio.create_task(raging.run(urgent=False))
        await asyncio.sleep(after_seconds)
        pouring.cancel()
        await place.replicas[0].kill(signal.SIGKILL)
        await asyncio.wait([pouring])
        await place.start()
        await place.quiet()
        return await _examined(place, raging)


async def _examined(place: Arena, raging: Storm) -> Outcome:
    await place.end()
    calls = await place.workspace.calls()
    seen = sights.first_seen(calls)
    told = sorted({condition.model for condition in place.conditions})
    begin = min(raging.sent_at.values())
    return Outcome(
        complaints=await place.complaints(),
        violations=len(await place.violations()),
        posts=len(sights.posts(calls)),
        groups=len(told),
        unseen=[each for each in told if each not in seen],
        seen_after_seconds=[_seconds(seen[each].at - begin) for each in raging.subjects if each in seen],
        urgent_after_seconds=[
            _seconds(seen[each].at - raging.answered_at[each] - GROUP_WAIT) for each in raging.urgent if each in seen
        ],
        beyond_limits_seconds=[
            _beyond(calls, raging.sent_at[each], seen[each]) for each in told if each in seen and each in raging.sent_at
        ],
    )


def _beyond(calls: list[Json], sent_at: datetime, sight: Sight) -> float:
    """A group that is a line of a digest waits for that digest's turn, and for Slack's pauses on what shows it."""
    begin = sent_at + GROUP_WAIT
    between = [call for call in sights.posts(calls) if begin <= datetime.fromisoformat(call["at"]) < sight.at]
    pauses = sights.ordered_pause_seconds(calls, sight.method, begin, sight.at)
    return max(0.0, _seconds(sight.at - begin) - TURN_SECONDS * len(between) - pauses)


def _seconds(span: timedelta) -> float:
    return span / timedelta(seconds=1)
