"""Metrics in: what series have grown by becomes calls of the rollups, in the transaction that notes how far.

No raw call is stored for them: they stand for calls that nobody told of one by one.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import NamedTuple

from bot.failpoints import FailPoint, pass_by
from bot.services.telemetry.labels import SeriesBook
from bot.services.telemetry.rows import day_of
from bot.store.database import Database, Transaction
from bot.store.telemetry import deltas, keys, meters
from bot.store.telemetry.deltas import Delta
from bot.store.telemetry.keys import key_of
from riskengine.meters import Meter, Metered, Point, Reading, since
from riskengine.rollups import MICROSECONDS
from riskengine.series import Series
from riskengine.telemetry import ModelCall
from riskengine.usage import MAX_TOKENS
from riskengine.windows import MINUTE_SECONDS

#: Calls written in one row of deltas.
PORTION = 5_000
#: Calls that one request may stand for: a second of the folder's work.
MOST_CALLS = 100_000
#: The spans of a service are noted so often at most.
NOTED_SECONDS = 60
_MINUTE_US = MINUTE_SECONDS * MICROSECONDS
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND_NS = 1_000

#: What a call is booked at, in 10⁻¹² US dollars; None for what is unpriced.
Price = Callable[[ModelCall], int | None]


class Counted(NamedTuple):
    """What became of a request's points."""

    #: Those that told something new, and count.
    new: int
    #: What was wrong with others, which were passed over for good.
    rejected: list[str]


class MeterDesk:
    """Use cases on metrics, and on the spans that count in their place."""

    def __init__(
        self,
        database: Database,
        book: SeriesBook,
        price: Price,
        is_stronger: Callable[[str], bool],
        *,
        spans_win_for: timedelta,
    ) -> None:
        self._database = database
        self._book = book
        self._price = price
        self._is_stronger = is_stronger
        self._spans_win_for = spans_win_for
        #: When the spans of a service were noted last by this process.
        self._noted: dict[int, datetime] = {}

    async def receive(self, points: Sequence[Point], source: str) -> Counted:
        """Count durably what the points tell that was not counted before, however often they are sent."""
        if not points:
            return Counted(0, [])
        ids = dict(await self._book.ids_of({point.labels for point in points}))
        now = self._database.clock.now()
        counted = await self._database.write(lambda tx: self._count(tx, points, source, ids, now))
        pass_by(FailPoint.INGEST_COMMITTED)
        return counted

    async def note_spans(self, services: Collection[str], source: str) -> None:
        """Take note that these services send spans, so that their metrics do not count the same calls again."""
        now = self._database.clock.now()
        before = now - timedelta(seconds=NOTED_SECONDS)
        fresh = {key for each in services if self._noted.get(key := _spans_key(source, each), before) <= before}
        if fresh:
            reading = Reading(0, _nanoseconds(now), 0, 0.0)
            await self._database.write(lambda tx: meters.note(tx, dict.fromkeys(fresh, reading), day_of(now)))
            self._noted.update(dict.fromkeys(fresh, now))

    def _count(
        self, tx: Transaction, points: Sequence[Point], source: str, ids: dict[Series, int], now: datetime
    ) -> Counted:
        rejected: list[str] = []
        by_labels: dict[Series, Metered] = {}
        room, new = MOST_CALLS, 0
        for point, grown in self._grown(tx, points, source, now):
            room -= grown.measurements if point.meter == Meter.CALLS else 0
            if grown.measurements > MOST_CALLS or room < 0 or grown.total > MAX_TOKENS:
                rejected.append(f"{point.meter} of {point.labels.model} grew by more than can be counted at once")
            else:
                by_labels.setdefault(point.labels, Metered()).add(point, grown)
                new += 1
        for labels, metered in by_labels.items():
            self._store(tx, labels, ids[labels], metered)
        pass_by(FailPoint.INGEST_BEFORE_COMMIT)
        return Counted(new, rejected)

    def _grown(
        self, tx: Transaction, points: Sequence[Point], source: str, now: datetime
    ) -> Iterator[tuple[Point, Reading]]:
        """Each point that tells something new, with how much; where spans count, points are noted and left out."""
        cumulative = [point for point in points if not point.is_delta]
        new = [
            *_differences(tx, cumulative, source, day_of(now)),
            *_once(tx, [point for point in points if point.is_delta], source, day_of(now)),
        ]
        since_ns = _nanoseconds(now - self._spans_win_for)
        told = {point.service: _spans_key(source, point.service) for point, _ in new}
        spans_at = meters.read_at(tx, set(told.values()))
        return ((point, grown) for point, grown in new if spans_at.get(told[point.service], -1) < since_ns)

    def _store(self, tx: Transaction, labels: Series, series_id: int, metered: Metered) -> None:
        metered.settle()
        cost, is_escalated = self._cost(labels, metered), self._is_stronger(labels.model)
        samples = metered.samples(cost, is_escalated=is_escalated)
        rows = (Delta(start_us // _MINUTE_US, series_id, sample) for start_us, sample in samples)
        while some := list(islice(rows, PORTION)):
            deltas.add(tx, some)

    def _cost(self, labels: Series, metered: Metered) -> int | None:
        """Of all calls together: prices are by the token, so it is the sum of theirs."""
        tokens = metered.tokens
        cached, written = tokens.get(Meter.CACHED_TOKENS, 0), tokens.get(Meter.CACHE_WRITE_TOKENS, 0)
        # Counters of one series may be told in two requests.
        read = tokens[Meter.INPUT_TOKENS] = max(tokens.get(Meter.INPUT_TOKENS, 0), cached + written)
        return self._price(
            ModelCall(
                id="metrics",
                at=_EPOCH + timedelta(microseconds=metered.time_ns // _MICROSECOND_NS),
                model=labels.model,
                provider=labels.provider,
                duration_seconds=0.0,
                input_tokens=read,
                cached_input_tokens=cached,
                cache_write_tokens=written,
                output_tokens=tokens.get(Meter.OUTPUT_TOKENS, 0),
            )
        )


def _differences(
    tx: Transaction, points: Sequence[Point], source: str, arrived_day: int
) -> list[tuple[Point, Reading]]:
    """What cumulative series have grown by since they were read last."""
    told = [(key_of(source, f"{each.series_key}:{each.reading.start_ns}"), each) for each in points]
    last = meters.known(tx, {key for key, _ in told}, arrived_day)
    found: list[tuple[Point, Reading]] = []
    for key, point in sorted(told, key=lambda pair: pair[1].reading.time_ns):
        if grown := since(last.get(key), point.reading):
            found.append((point, grown))
        if key not in last or point.reading.time_ns > last[key].time_ns:
            last[key] = point.reading
    meters.note(tx, last, arrived_day)
    return found


def _once(tx: Transaction, points: Sequence[Point], source: str, arrived_day: int) -> list[tuple[Point, Reading]]:
    """Readings of what came since the last one, those left out that were sent before."""
    by_key = {_delta_key(source, each): each for each in points}
    left = keys.take(tx, set(by_key), arrived_day) if by_key else set()
    return [(point, point.reading) for key, point in by_key.items() if key in left]


def _delta_key(source: str, point: Point) -> int:
    reading = point.reading
    return key_of(source, f"{point.series_key}:{reading.start_ns}:{reading.time_ns}")


def _spans_key(source: str, service: str) -> int:
    return key_of(source, f"spans of {service}")


def _nanoseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1) * _MICROSECOND_NS
