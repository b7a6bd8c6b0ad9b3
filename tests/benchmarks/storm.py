"""10,000 alerts in 100 groups for one channel, in peace, killed in the midst, and on Slack's bad days."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from tests.benchmarks import figures
from tests.benchmarks.stage import KINDS, directory, migrated_database
from tests.stress import trials
from tests.stress.trials import Outcome

STORM = {"alerts": 10_000, "groups": 100, "per_second": 500.0}
BAD_DAY = {"alerts": 1_000, "groups": 100, "per_second": 100.0}
KILLED_AFTER_SECONDS = 15.0
SEEN_SECONDS, URGENT_SECONDS, BEYOND_SECONDS, POSTS_PER_GROUP = 10.0, 2.0, 5.0, 1.05


def run() -> None:
    for kind in KINDS:
        with directory() as home, migrated_database(kind) as url:
            _in_peace(kind, _outcome(trials.storm(url, home, **STORM)))
        with directory() as home, migrated_database(kind) as url:
            _counts(
                f"{kind}: killed", _outcome(trials.killed_storm(url, home, **STORM, after_seconds=KILLED_AFTER_SECONDS))
            )
        with directory() as home, migrated_database(kind) as url:
            outcome = _outcome(trials.storm(url, home, **BAD_DAY, **trials.BAD_DAYS))
            _counts(f"{kind}: 10 % 429, 10 % 500, 5 % answers lost", outcome)
            _judged(f"{kind}: first sight beyond Slack's limits", outcome.beyond_limits_seconds, BEYOND_SECONDS)


def _outcome(trial: Coroutine[Any, Any, Outcome]) -> Outcome:
    return asyncio.run(trial)


def _in_peace(kind: str, outcome: Outcome) -> None:
    _counts(f"{kind}: storm", outcome)
    per_group = outcome.posts / outcome.groups
    figures.note(f"{kind}: posts for each group", f"{per_group:.2f}", _aim(per_group, POSTS_PER_GROUP))
    _judged(f"{kind}: a group is seen after the first alert", outcome.seen_after_seconds, SEEN_SECONDS)
    urgent = outcome.urgent_after_seconds
    _judged(f"{kind}: a critical group is seen after its wait", urgent, URGENT_SECONDS)


def _counts(name: str, outcome: Outcome) -> None:
    figures.note(
        name,
        f"{'kept' if outcome.kept else 'BROKEN'}: {outcome.groups} groups, {outcome.posts} posts, "
        f"{len(outcome.unseen)} unseen, {outcome.violations} violations, {len(outcome.complaints)} complaints",
    )
    for each in outcome.complaints[:5]:
        figures.say(f"    {each}")


def _judged(name: str, seconds: list[float], most: float) -> None:
    figures.report(name, seconds, "s", _aim(figures.quantile(seconds, 0.99), most))


def _aim(value: float, most: float) -> str:
    return f"≤ {most:g} p99: {'kept' if value <= most else 'MISSED'}"
