"""100,000 messages that wait, 100,000 alerts that are open, 10,000 timers that run out together."""

import asyncio
from datetime import timedelta

from tests.benchmarks import figures
from tests.benchmarks.stage import KINDS, directory, migrated_database
from tests.stress import backlogs

MANY = 100_000
TIMERS, SPREAD = 10_000, timedelta(seconds=10)
#: Writing the timers takes some seconds itself.
AHEAD = timedelta(seconds=20)
URGENT = 10
URGENT_SECONDS, READY_SECONDS, LATE_SECONDS = 5.0, 15.0, 1.5


def run() -> None:
    for kind in KINDS:
        for name, fill in backlogs.FILLS.items():
            _urgent(kind, name, fill)
        for name, overdue in (("told", False), ("all overdue", True)):
            _restart(kind, name, overdue)
        _timers(kind)


def _urgent(kind: str, name: str, fill: backlogs.Fill) -> None:
    with directory() as home, migrated_database(kind) as url:
        seen = asyncio.run(backlogs.urgent_behind_backlog(url, home, fill, MANY, URGENT))
    worst = max(seen.posted_after_seconds)
    title = f"{kind}: urgent behind {MANY:,} {name}"
    figures.report(title, seen.posted_after_seconds, "s", figures.verdict(worst, URGENT_SECONDS))
    if seen.violations:
        figures.note(f"{kind}: calls over Slack's limits", str(len(seen.violations)), "0: MISSED")


def _restart(kind: str, name: str, overdue: bool) -> None:
    with directory() as home, migrated_database(kind) as url:
        seconds = asyncio.run(backlogs.restart_seconds(url, home, MANY, overdue=overdue))
    title = f"{kind}: start to ready with {MANY:,} open alerts, {name}"
    figures.note(title, f"{seconds:.1f} s", figures.verdict(seconds, READY_SECONDS))


def _timers(kind: str) -> None:
    with directory() as home, migrated_database(kind) as url:
        late = asyncio.run(backlogs.late_seconds(url, home, TIMERS, SPREAD, AHEAD))
    title = f"{kind}: {TIMERS:,} timers within {SPREAD.seconds} s, acted on late by"
    figures.report(title, late, "s", figures.verdict(max(late), LATE_SECONDS))
