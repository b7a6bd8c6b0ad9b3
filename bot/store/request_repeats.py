"""How often the same request was made on one day: counts by the hash of the request, never a prompt.

Kept for a limited number of requests a day. A day with more keeps a sample of them, the hashes that end in so many zero
bits (its level), so that what is kept, times two to the level, tells of all. Raw calls are counted by a bell, after
their commit, each once: the counts and how far they reach change in one transaction.
"""

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import NamedTuple

from sqlalchemy import BigInteger, Column, Integer, Table, bindparam, delete, func, insert, select, tuple_, update

from bot.store.database import Transaction
from bot.store.dialects import upsert
from bot.store.schema import Id, metadata
from bot.store.telemetry.calls import calls

HASH_BYTES = 8
_THE_ONE = 1
_DAY_US = 86_400 * 1_000_000

request_repeats = Table(
    "request_repeats",
    metadata,
    #: Days since 1970, UTC.
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("request", BigInteger, primary_key=True, autoincrement=False),
    Column("series_id", Id, primary_key=True, autoincrement=False),
    Column("calls", Integer, nullable=False),
    #: 10⁻¹² US dollars.
    Column("cost_picousd", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
request_days = Table(
    "request_days",
    metadata,
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("level", Integer, nullable=False),
)
request_progress = Table(
    "request_progress",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    #: Raw calls up to this id are counted.
    Column("counted_to", Id, nullable=False),
    #: Those up to this one had been stored at the look before: what came earlier has its commit behind it.
    Column("seen_to", Id, nullable=False),
)


class Progress(NamedTuple):
    counted_to: int
    seen_to: int


class Request(NamedTuple):
    """One request on one day, by one series."""

    day: int
    request: int
    series_id: int


class Counted(NamedTuple):
    calls: int
    cost_picousd: int

    def __add__(self, other: object) -> "Counted":
        if not isinstance(other, Counted):
            return NotImplemented
        return Counted(self.calls + other.calls, self.cost_picousd + other.cost_picousd)


def request_of(request_hash: str) -> int:
    """Eight bytes of whatever a sender calls a hash."""
    told = request_hash.encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(told, digest_size=HASH_BYTES).digest(), "big", signed=True)


def is_kept(request: int, level: int) -> bool:
    """Whether the sample of this level holds the request."""
    return not request & ((1 << level) - 1)


def progress(tx: Transaction) -> Progress:
    row = tx.execute(select(request_progress.c.counted_to, request_progress.c.seen_to)).one_or_none()
    return Progress(row.counted_to, row.seen_to) if row else Progress(0, 0)


def newest_call(tx: Transaction) -> int:
    """The id of the newest raw call; 0 when there is none."""
    return int(tx.execute(select(func.max(calls.c.id))).scalar_one() or 0)


def first_call(tx: Transaction) -> int:
    """The id of the oldest raw call that is still there; 0 when there is none."""
    return int(tx.execute(select(func.min(calls.c.id))).scalar_one() or 0)


_ROWS = (
    select(calls.c.at_us, calls.c.request_hash, calls.c.series_id, calls.c.cost_picousd)
    .where(calls.c.id > bindparam("after"), calls.c.id <= bindparam("to"))
    .where(calls.c.request_hash.is_not(None), calls.c.error.is_(None), calls.c.cost_picousd > 0)
)


def count(tx: Transaction, after: int, to: int) -> dict[Request, Counted]:
    """The requests of the raw calls after one id and up to another.

    A failed call gave no answer to keep, and what cost nothing was answered out of a cache, or saves nothing.
    """
    found: dict[Request, Counted] = {}
    for at_us, request_hash, series_id, cost in map(tuple, tx.execute(_ROWS, {"after": after, "to": to})):
        key = Request(at_us // _DAY_US, request_of(request_hash), series_id)
        found[key] = found.get(key, Counted(0, 0)) + Counted(1, cost)
    return found


def move(tx: Transaction, before: Progress, after: Progress) -> bool:
    """Go on from `before`; False when another replica has gone on meanwhile."""
    first = {"id": _THE_ONE, "counted_to": 0, "seen_to": 0}
    tx.execute(upsert(tx, request_progress).on_conflict_do_nothing(), [first])
    same = (request_progress.c.counted_to == before.counted_to) & (request_progress.c.seen_to == before.seen_to)
    return tx.execute(update(request_progress).where(same).values(after._asdict())).rowcount == 1


def levels(tx: Transaction, days: Sequence[int]) -> dict[int, int]:
    """The level of each day; 0 for one that keeps everything."""
    rows = tx.execute(select(request_days.c.day, request_days.c.level).where(request_days.c.day.in_(days)))
    return {**dict.fromkeys(days, 0), **{row.day: row.level for row in rows}}


def add(tx: Transaction, counted: Mapping[Request, Counted]) -> None:
    """Add to what is known; of a day's requests only those that its level keeps."""
    known = levels(tx, sorted({each.day for each in counted}))
    rows = [
        {**key._asdict(), **each._asdict()}
        for key, each in sorted(counted.items())
        if is_kept(key.request, known[key.day])
    ]
    if not rows:
        return
    statement = upsert(tx, request_repeats)
    new, table = statement.excluded, request_repeats.c
    sums = {"calls": table.calls + new.calls, "cost_picousd": table.cost_picousd + new.cost_picousd}
    tx.execute(statement.on_conflict_do_update(index_elements=["day", "request", "series_id"], set_=sums), rows)


def thin(tx: Transaction, day: int, limit: int) -> None:
    """While a day keeps more than so many rows, keep every second request."""
    level = levels(tx, [day])[day]
    mine = request_repeats.c.day == day
    while int(tx.execute(select(func.count()).select_from(request_repeats).where(mine)).scalar_one()) > limit:
        level += 1
        mask = (1 << level) - 1
        tx.execute(delete(request_repeats).where(mine, request_repeats.c.request.bitwise_and(mask) != 0))
        tx.execute(delete(request_days).where(request_days.c.day == day))
        tx.execute(insert(request_days).values(day=day, level=level))


class DayRepeats(NamedTuple):
    """What was asked again on one day by one series; of a sampled day already told for all."""

    series_id: int
    calls: int
    cost_picousd: int
    is_sampled: bool


def repeats_since(tx: Transaction, day: int) -> list[DayRepeats]:
    """Calls beyond the first of each request and day, from a day on, by day and series."""
    table = request_repeats.c
    again = func.sum(table.calls - 1)
    # Whole numbers: each call beyond the first cost the mean of them all.
    cost = func.sum(table.cost_picousd - table.cost_picousd // table.calls)
    query = select(table.day, table.series_id, again, cost).where(table.day >= day, table.calls > 1)
    rows = [tuple(row) for row in tx.execute(query.group_by(table.day, table.series_id))]
    known = levels(tx, sorted({row[0] for row in rows}))
    return [
        DayRepeats(series_id, int(times) << known[on], int(money) << known[on], bool(known[on]))
        for on, series_id, times, money in rows
    ]


def prune(tx: Transaction, *, singles_before: int, all_before: int, limit: int) -> int:
    """Delete up to so many rows: of days that are over what was asked once, and of old days everything."""
    table = request_repeats.c
    old = (table.day < all_before) | ((table.day < singles_before) & (table.calls == 1))
    gone = [tuple(row) for row in tx.execute(select(table.day, table.request, table.series_id).where(old).limit(limit))]
    if gone:
        tx.execute(delete(request_repeats).where(tuple_(table.day, table.request, table.series_id).in_(gone)))
    tx.execute(delete(request_days).where(request_days.c.day < all_before))
    return len(gone)
