"""Windows: sums of rollups over any minutes, by any of the labels."""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Row, Select, Subquery, func, select, union_all

from bot.store.database import Transaction
from bot.store.telemetry.rollups import HOUR_MINUTES, rollups_hour, rollups_minute, to_rollup
from bot.store.telemetry.series import series
from riskengine.rollups import NUMBERS, Rollup
from riskengine.series import Dimension, Series
from riskengine.sketch import Sketch
from riskengine.windows import Window

#: Sums of money are made of two halves, each far from 64 bits: SQLite refuses a sum beyond them.
_HALF = 1_000_000
Only = Mapping[Dimension, Collection[str]]


class Wanted(NamedTuple):
    """What is asked of a window."""

    window: Window
    #: Minutes before this one are gone; there only hours are left.
    oldest_minute: int
    #: Label → its values that count; a label that is not named may have any.
    only: Only
    #: The labels that are told apart; the others are summed away.
    kept: Collection[Dimension]
    #: Minutes to a step, or 0 for the whole window in one.
    step_minutes: int = 0


def covered(window: Window, oldest_minute: int) -> Window:
    """The window that is answered: where minutes are gone, it begins and ends with an hour."""
    first, end = window
    if first < oldest_minute:
        first -= first % HOUR_MINUTES
    if end < oldest_minute:
        end += -end % HOUR_MINUTES
    return Window(first, end)


def sums(tx: Transaction, wanted: Wanted) -> dict[tuple[int, Series], Rollup]:
    """The rollups by step (its first minute) and series, added in the database, without percentiles."""
    parts = _parts(wanted)
    groups = _groups(wanted, parts)
    numbers = [part for name in NUMBERS for part in _halves(parts.c[name])]
    found = tx.execute(_joined(wanted, parts, [*groups, *numbers]).group_by(*groups))
    return {_key(wanted, row): to_rollup(_whole(row[len(groups) :])) for row in found}


def sketches(tx: Transaction, wanted: Wanted) -> dict[tuple[int, Series], Sketch]:
    """The sketches of response times by step and series, merged here: a database cannot."""
    parts = _parts(wanted)
    groups = _groups(wanted, parts)
    found: dict[tuple[int, Series], list[Sketch]] = {}
    for row in tx.execute(_joined(wanted, parts, [*groups, parts.c.durations])):
        found.setdefault(_key(wanted, row), []).append(Sketch.decode(bytes(row[-1])))
    return {key: Sketch.total(each) for key, each in found.items()}


def _parts(wanted: Wanted) -> Subquery:
    """Whole hours from the hours, the rest from the minutes."""
    first, end = covered(wanted.window, wanted.oldest_minute)
    first_hour, end_hour = -(-first // HOUR_MINUTES), end // HOUR_MINUTES
    steps_of_hours = not (wanted.step_minutes % HOUR_MINUTES or (wanted.step_minutes and first % HOUR_MINUTES))
    if not steps_of_hours or first_hour >= end_hour:
        return _minutes(first, end).subquery()
    hour = rollups_hour.c.hour
    hours = select((hour * HOUR_MINUTES).label("minute"), *list(rollups_hour.c)[1:])
    edges = [_minutes(first, first_hour * HOUR_MINUTES), _minutes(end_hour * HOUR_MINUTES, end)]
    whole: Subquery = union_all(hours.where(hour >= first_hour, hour < end_hour), *edges).subquery()
    return whole


def _minutes(first: int, end: int) -> Select[Any]:
    minute = rollups_minute.c.minute
    return select(rollups_minute).where(minute >= first, minute < end)


def _groups(wanted: Wanted, parts: Subquery) -> list[Any]:
    minute, first = parts.c.minute, covered(wanted.window, wanted.oldest_minute).first
    step = minute - (minute - first) % wanted.step_minutes if wanted.step_minutes else first + minute * 0
    return [step.label("step"), *(series.c[name] for name in _kept(wanted))]


def _kept(wanted: Wanted) -> list[Dimension]:
    return [name for name in Dimension if name in wanted.kept]


def _joined(wanted: Wanted, parts: Subquery, columns: list[Any]) -> Any:
    chosen = [series.c[name].in_(values) for name, values in wanted.only.items()]
    return select(*columns).join_from(parts, series, series.c.id == parts.c.series_id).where(*chosen)


def _halves(column: Any) -> tuple[Any, Any]:
    return func.sum(column // _HALF), func.sum(column % _HALF)


def _whole(halves: Any) -> list[int]:
    return [int(high) * _HALF + int(low) for high, low in zip(halves[::2], halves[1::2], strict=True)]


def _key(wanted: Wanted, row: Row[Any]) -> tuple[int, Series]:
    return row[0], Series(**dict(zip(_kept(wanted), row[1:], strict=False)))


def first_hours(tx: Transaction, kept: Collection[Dimension]) -> dict[Series, int]:
    """The first hour (counted from 1970) in which each series, told apart by the `kept` labels, had a call."""
    names = [name for name in Dimension if name in kept]
    columns = [series.c[name] for name in names]
    query = select(func.min(rollups_hour.c.hour), *columns).join_from(
        rollups_hour, series, series.c.id == rollups_hour.c.series_id
    )
    rows = tx.execute(query.group_by(*columns) if columns else query)
    return {Series(**dict(zip(names, row[1:], strict=True))): int(row[0]) for row in rows if row[0] is not None}
