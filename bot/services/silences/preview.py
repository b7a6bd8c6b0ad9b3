"""What a silence would have hidden and hides now, looked at on readers, some alerts at a time."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from bot.store import alerts as alert_store
from bot.store import silences as store
from bot.store.database import Database
from riskengine.response.matchers import Labelled, Matcher
from riskengine.response.silences import Preview, Tally

DAY = timedelta(days=1)
#: Alerts in one look: some ms of the loop.
SLICE = 500
#: Most that are looked at, so that the answer comes while a person waits; more are said to be more.
MOST = 10_000
#: Groups that are named; the rest are counted.
NAMED = 5


async def preview(database: Database, matchers: Sequence[Matcher]) -> Preview:
    tally = Tally(matchers)
    is_partial = await _count_recent(database, tally)
    await _count_holding(database, tally)
    named = [group for group, _ in tally.groups.most_common(NAMED)]
    groups = await database.read(lambda tx: alert_store.groups_by_id(tx, named))
    titles = [f"{group.name} · {group.subject}" if group.subject else group.name for group in groups]
    return tally.preview(is_partial=is_partial, groups=titles)


async def _count_recent(database: Database, tally: Tally) -> bool:
    """Count the last day's alerts; True when there are more than are looked at."""
    since = database.clock.now() - DAY
    before: int | None = None
    for _ in range(MOST // SLICE):
        rows = await database.read(partial(store.newest, limit=SLICE, before=before))
        recent = [row.alert for row in rows if row.received_at >= since]
        tally.count_recent(Labelled(each.fingerprint, each.labels) for each in recent)
        if len(recent) < SLICE:
            return False
        before = recent[-1].id
    return True


async def _count_holding(database: Database, tally: Tally) -> None:
    reached = ""
    for _ in range(MOST // SLICE):
        rows = await database.read(partial(store.open_after, fingerprint=reached, limit=SLICE))
        tally.count_holding((each.group_id, each.labels) for each in rows)
        if len(rows) < SLICE:
            return
        reached = rows[-1].fingerprint
