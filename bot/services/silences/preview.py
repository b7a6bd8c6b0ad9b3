"""What a silence would have hidden and hides now, looked at on readers, some alerts at a time."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import NamedTuple

from bot.store import alerts as alert_store
from bot.store import silences as store
from bot.store.database import Database
from riskengine.response.alerts import AlertStatus
from riskengine.response.matchers import Labelled, Matcher
from riskengine.response.silences import Preview, Tally

DAY = timedelta(days=1)
#: Alerts in one look: some ms of the loop.
SLICE = 500
#: Most that are looked at, so that the answer comes while a person waits; more are said to be more.
MOST = 10_000
#: Groups that are named; the rest are counted.
NAMED = 5


class _Looked(NamedTuple):
    """How far the last day's alerts were looked at."""

    is_partial: bool
    #: The oldest of them; None when there were none.
    oldest: int | None


async def preview(database: Database, matchers: Sequence[Matcher]) -> Preview:
    tally = Tally(matchers)
    looked = await _count_recent(database, tally)
    await _count_older(database, tally, looked.oldest)
    named = [group for group, _ in tally.groups.most_common(NAMED)]
    groups = await database.read(lambda tx: alert_store.groups_by_id(tx, named))
    titles = [f"{group.name} · {group.subject}" if group.subject else group.name for group in groups]
    return tally.preview(is_partial=looked.is_partial, groups=titles)


async def _count_recent(database: Database, tally: Tally) -> _Looked:
    """Count the last day's alerts, and those of them that hold."""
    since = database.clock.now() - DAY
    before: int | None = None
    for _ in range(MOST // SLICE):
        rows = await database.read(partial(store.newest, limit=SLICE, before=before))
        recent = [row for row in rows if row.received_at >= since]
        tally.count_recent(Labelled(row.alert.fingerprint, row.alert.labels) for row in recent)
        tally.count_holding(
            (row.alert.group_id, row.alert.labels) for row in recent if row.status != AlertStatus.RESOLVED
        )
        before = recent[-1].alert.id if recent else before
        if len(recent) < SLICE:
            return _Looked(is_partial=False, oldest=before)
    return _Looked(is_partial=True, oldest=before)


async def _count_older(database: Database, tally: Tally, before: int | None) -> None:
    """Count what holds for longer than that."""
    reached = ""
    for _ in range(MOST // SLICE):
        rows = await database.read(partial(store.open_after, fingerprint=reached, limit=SLICE, before=before))
        tally.count_holding((each.group_id, each.labels) for each in rows)
        if len(rows) < SLICE:
            return
        reached = rows[-1].fingerprint
