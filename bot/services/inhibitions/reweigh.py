"""Other inhibitions are in force than those by which the open alerts were weighed: all of them are weighed anew."""

from functools import partial

from bot.settings import AlertDelivery
from bot.store import due, muting
from bot.store import inhibitions as store
from bot.store import silences as open_alerts
from bot.store.database import Database, Transaction
from bot.store.due import DueKind
from riskengine.response.inhibitions import digest_of, standings

#: Alerts in one transaction: some 20 ms of the writer.
SLICE = 200


async def reweigh(database: Database, settings: AlertDelivery) -> bool:
    """Weigh the open alerts anew where it is needed, before anything comes in; True when it was.

    The digest is stored last: killed before, the next start does it again.
    """
    digest = digest_of(settings.inhibitions)
    if await database.read(muting.inhibitions_in_force) == digest:
        return False
    reached: str | None = ""
    while reached is not None:
        reached = await database.write(partial(_weigh_next, reached=reached, settings=settings))
    await database.write(partial(_look_at_all, digest=digest))
    return True


def _weigh_next(tx: Transaction, *, reached: str, settings: AlertDelivery) -> str | None:
    """Store where the next alerts stand; returns how far that is, None when it was the last of them."""
    muting.hold_still(tx)
    found = open_alerts.open_after(tx, reached, SLICE)
    store.forget(tx, [each.id for each in found])
    store.put(tx, {each.id: standings(each.labels, settings.inhibitions) for each in found})
    return found[-1].fingerprint if len(found) == SLICE else None


def _look_at_all(tx: Transaction, *, digest: str) -> None:
    """Have everything that mutes, or did, looked at."""
    muting.begin_change(tx)
    due.schedule(tx, DueKind.REVIEW_INHIBITION, store.sources(tx), tx.now)
    muting.set_inhibitions(tx, digest)
