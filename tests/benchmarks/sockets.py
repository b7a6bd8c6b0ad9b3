"""Presses while Slack refreshes the socket, a socket that is gone without a word, and one that was cut off."""

import asyncio

from tests.benchmarks import figures
from tests.benchmarks.stage import directory, migrated_database
from tests.stress import sockets

PRESSES, PER_SECOND = 1_000, 25.0
#: Slack asks every few hours; thirty seconds would take ten minutes here.
REFRESH_SECONDS = 2.0
CUT_SECONDS = 30.0
SEEN_SECONDS = 30.0


def run() -> None:
    with directory() as home, migrated_database("sqlite") as url:
        trial = sockets.press_while_refreshed(url, home, PRESSES, PER_SECOND, REFRESH_SECONDS)
        seen, handled, complaints = asyncio.run(trial)
    kept = len(seen.acknowledged) == handled.total() == PRESSES and not complaints
    figures.note(
        f"{PRESSES:,} presses, a refresh every {REFRESH_SECONDS:g} s",
        f"{'kept' if kept else 'BROKEN'}: {len(seen.acknowledged)} acknowledged, {handled.total()} handled, "
        f"{len(seen.unanswered)} unanswered, {seen.without_link} times no link stood and the press came again",
    )
    with directory() as home, migrated_database("sqlite") as url:
        took = asyncio.run(sockets.half_open_seconds(url, home))
    figures.note("a half-open socket is replaced after", f"{took:.1f} s", figures.verdict(took, SEEN_SECONDS))
    with directory() as home, migrated_database("sqlite") as url:
        back, _ = asyncio.run(sockets.back_seconds(url, home, CUT_SECONDS))
    figures.note(f"after a cut of {CUT_SECONDS:g} s a press works again after", f"{back:.1f} s")
