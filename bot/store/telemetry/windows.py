"""Windows: sums of rollups over any minutes, by any of the labels."""

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Column, Integer, Select, Subquery, Table, bindparam, func, select, union_all

from bot.store.database import Transaction
from bot.store.telemetry.rollups import HOUR_MINUTES, rollups_hour, rollups_minute, to_rollup
from bot.store.telemetry.series import series
from riskengine.rollups import NUMBERS, Rollup
from riskengine.series import Dimension, Series
from riskengine.sketch import Sketch
from riskengine.windows import Window

#: Sums of times and money are made of two halves, each far from 64 bits: SQLite refuses a sum beyond them.
_HALF = 1_000_000
Only = Mapping[Dimension, Collection[str]]
#: Calls by minute.
Calls = dict[int, int]


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
    #: The numbers of a rollup that are summed; the others are 0, and cost no reading.
    numbers: tuple[str, ...] = NUMBERS


def covered(window: Window, oldest_minute: int) -> Window:
    """The window that is answered: where minutes are gone, it begins and ends with an hour."""
    first, end = window
    if first < oldest_minute:
        first -= first % HOUR_MINUTES
    if end < oldest_minute:
        end += -end % HOUR_MINUTES
    return Window(first, end)


class _Shape(NamedTuple):
    """What makes one statement differ from another. All else is a parameter: building takes as long as running it."""

    kept: tuple[Dimension, ...]
    only: tuple[Dimension, ...]
    has_hours: bool
    is_stepped: bool
    numbers: tuple[str, ...]


def sums(tx: Transaction, wanted: Wanted) -> dict[tuple[int, Series], Rollup]:
    """The rollups by step (its first minute) and series, added in the database, without percentiles."""
    found = tx.execute(_sums(_shape(wanted)), _parameters(wanted))
    labels, names = 1 + len(wanted.kept), wanted.numbers
    # Where nothing is told apart there is a row even of no calls, without numbers.
    rows = (row for row in map(tuple, found) if row[labels] is not None)
    return {_key(wanted, row): to_rollup(_whole(names, row[labels:]), names=names) for row in rows}


def sketches(tx: Transaction, wanted: Wanted) -> dict[tuple[int, Series], Sketch]:
    """The sketches of response times by step and series, merged here: a database cannot."""
    found: dict[tuple[int, Series], list[Sketch]] = {}
    for row in map(tuple, tx.execute(_sketches(_shape(wanted)), _parameters(wanted))):
        found.setdefault(_key(wanted, row), []).append(Sketch.decode(bytes(row[-1])))
    return {key: Sketch.total(each) for key, each in found.items()}


def calls_by_minute(tx: Transaction, spans: Sequence[Window], kept: Collection[Dimension]) -> dict[Series, Calls]:
    """How many calls each series had in every minute of the spans that has any; one question for all of them.

    The spans must not overlap.
    """
    names = _ordered(kept)
    bounds = {name: value for at, span in enumerate(spans) for name, value in _bounds(at, span).items()}
    found: dict[Series, Calls] = {}
    for minute, calls, *labels in map(tuple, tx.execute(_calls_by_minute(names, len(spans)), bounds)):
        found.setdefault(_series(names, labels), {})[minute] = int(calls)
    return found


def heard_of(tx: Transaction, since: int) -> set[Series]:
    """The series that had a call in the hour of this minute or later."""
    rows = tx.execute(_HEARD_OF, {"hour": since // HOUR_MINUTES})
    return {Series(**dict(zip(Dimension, row, strict=True))) for row in map(tuple, rows)}


_HEARD_OF = (
    select(*(series.c[name] for name in Dimension))
    .join_from(rollups_hour, series, series.c.id == rollups_hour.c.series_id)
    .where(rollups_hour.c.hour >= bindparam("hour", type_=Integer))
    .distinct()
)


@lru_cache(maxsize=256)
def _sums(shape: _Shape) -> Select[Any]:
    parts = _parts(shape, shape.numbers)
    groups = _groups(shape, parts)
    numbers = [part for name in shape.numbers for part in _summed(name, parts.c[name])]
    chosen = _joined(shape, parts, [*groups, *numbers])
    # Grouping sorts all rows; there is nothing to sort by where all of them are one.
    return chosen.group_by(*groups) if shape.is_stepped or shape.kept else chosen


@lru_cache(maxsize=256)
def _sketches(shape: _Shape) -> Select[Any]:
    parts = _parts(shape, ("durations",))
    return _joined(shape, parts, [*_groups(shape, parts), parts.c.durations])


@lru_cache(maxsize=256)
def _calls_by_minute(names: tuple[Dimension, ...], spans: int) -> Select[Any]:
    parts = union_all(*(_minutes(("calls",), f"first_{at}", f"end_{at}") for at in range(spans))).subquery()
    groups = [parts.c.minute, *(series.c[name] for name in names)]
    columns = [parts.c.minute, func.sum(parts.c.calls), *(series.c[name] for name in names)]
    return select(*columns).join_from(parts, series, series.c.id == parts.c.series_id).group_by(*groups)


def _bounds(at: int, span: Window) -> dict[str, int]:
    return {f"first_{at}": span.first, f"end_{at}": span.end}


def _shape(wanted: Wanted) -> _Shape:
    hours = _hours(wanted)
    only = tuple(name for name in Dimension if name in wanted.only)
    return _Shape(_ordered(wanted.kept), only, hours is not None, bool(wanted.step_minutes), wanted.numbers)


def _parameters(wanted: Wanted) -> dict[str, Any]:
    first, end = covered(wanted.window, wanted.oldest_minute)
    told: dict[str, Any] = {"first": first, "end": end}
    if wanted.step_minutes:
        told["step"] = wanted.step_minutes
    if (hours := _hours(wanted)) is not None:
        told |= {"hour": hours.first, "end_hour": hours.end}
        told |= {"before_hours": hours.first * HOUR_MINUTES, "after_hours": hours.end * HOUR_MINUTES}
    return told | {f"only_{name}": list(values) for name, values in wanted.only.items()}


def _hours(wanted: Wanted) -> Window | None:
    """The whole hours of the window; None where every minute has to be read."""
    first, end = covered(wanted.window, wanted.oldest_minute)
    hours = Window(-(-first // HOUR_MINUTES), end // HOUR_MINUTES)
    steps_of_hours = not (wanted.step_minutes % HOUR_MINUTES or (wanted.step_minutes and first % HOUR_MINUTES))
    return hours if steps_of_hours and hours.first < hours.end else None


def _parts(shape: _Shape, columns: Collection[str]) -> Subquery:
    """Whole hours from the hours, the rest from the minutes; only what is asked for, since all of it is copied."""
    if not shape.has_hours:
        return _minutes(columns, "first", "end").subquery()
    hour = rollups_hour.c.hour
    hours = select((hour * HOUR_MINUTES).label("minute"), *_columns(rollups_hour, columns))
    whole = hours.where(hour >= _number("hour"), hour < _number("end_hour"))
    rest = (_minutes(columns, "first", "before_hours"), _minutes(columns, "after_hours", "end"))
    parts: Subquery = union_all(whole, *rest).subquery()
    return parts


def _columns(table: Table, names: Collection[str]) -> list[Column[Any]]:
    return [table.c.series_id, *(table.c[name] for name in names)]


def _number(name: str) -> BindParameter[int]:
    return bindparam(name, type_=Integer)


def _minutes(columns: Collection[str], first: str, end: str) -> Select[Any]:
    minute = rollups_minute.c.minute
    chosen = select(minute, *_columns(rollups_minute, columns))
    return chosen.where(minute >= _number(first), minute < _number(end))


def _groups(shape: _Shape, parts: Subquery) -> list[Any]:
    minute, first = parts.c.minute, _number("first")
    step = minute - (minute - first) % _number("step") if shape.is_stepped else first
    return [step.label("step"), *(series.c[name] for name in shape.kept)]


def _joined(shape: _Shape, parts: Subquery, columns: list[Any]) -> Select[Any]:
    if not (shape.kept or shape.only):
        return select(*columns).select_from(parts)
    chosen = [series.c[name].in_(bindparam(f"only_{name}", expanding=True)) for name in shape.only]
    return select(*columns).join_from(parts, series, series.c.id == parts.c.series_id).where(*chosen)


def _in_halves(name: str) -> bool:
    """Times and money are large; counts and tokens fit 64 bits however many are summed."""
    return name.endswith(("_us", "_picousd"))


def _summed(name: str, column: Any) -> tuple[Any, ...]:
    return (func.sum(column // _HALF), func.sum(column % _HALF)) if _in_halves(name) else (func.sum(column),)


def _whole(names: Sequence[str], sums: Sequence[Any]) -> list[int]:
    left = iter(sums)
    return [int(next(left)) * _HALF + int(next(left)) if _in_halves(name) else int(next(left)) for name in names]


def _key(wanted: Wanted, row: tuple[Any, ...]) -> tuple[int, Series]:
    return row[0], _series(_ordered(wanted.kept), row[1:])


def _series(names: tuple[Dimension, ...], labels: Sequence[Any]) -> Series:
    return Series(**dict(zip(names, labels, strict=False)))


def _ordered(kept: Collection[Dimension]) -> tuple[Dimension, ...]:
    return tuple(name for name in Dimension if name in kept)


def first_hours(tx: Transaction, kept: Collection[Dimension]) -> dict[Series, int]:
    """The first hour (counted from 1970) in which each series, told apart by the `kept` labels, had a call."""
    names = _ordered(kept)
    columns = [series.c[name] for name in names]
    query = select(func.min(rollups_hour.c.hour), *columns).join_from(
        rollups_hour, series, series.c.id == rollups_hour.c.series_id
    )
    rows = tx.execute(query.group_by(*columns) if columns else query)
    return {_series(names, row[1:]): int(row[0]) for row in map(tuple, rows) if row[0] is not None}
