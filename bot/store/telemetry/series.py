"""Series: one for each combination of labels that calls have come with; rollups are kept by series."""

from collections.abc import Collection

from sqlalchemy import Column, Index, Table, Text, func, insert, select, tuple_

from bot.store.database import Transaction
from bot.store.schema import Id, metadata
from riskengine.series import Dimension, Series

#: Two replicas that add series wait for each other on this number; it means nothing else.
SERIES_LOCK = 7_265_808

series = Table(
    "series",
    metadata,
    Column("id", Id, primary_key=True),
    *(Column(name, Text, nullable=False) for name in Dimension),
    Index("uq_series_labels", *Dimension, unique=True),
)
_VALUES = tuple(series.c[name] for name in Dimension)


def lock(tx: Transaction) -> None:
    """Keep other replicas from adding series until the commit: they would pass the limit together."""
    if not tx.is_sqlite:
        tx.execute(select(func.pg_advisory_xact_lock(SERIES_LOCK)))


def ids_of(tx: Transaction, wanted: Collection[Series]) -> dict[Series, int]:
    """The ids of those that are known."""
    rows = tx.execute(select(series.c.id, *_VALUES).where(tuple_(*_VALUES).in_([tuple(each) for each in wanted])))
    return {Series(*row[1:]): row[0] for row in rows}


def add(tx: Transaction, new: Collection[Series]) -> dict[Series, int]:
    """Give ids to labels that have none; take the lock before looking whether they have."""
    statement = insert(series).returning(series.c.id)
    return {each: int(tx.execute(statement, each._asdict()).scalar_one()) for each in sorted(new)}


def first_ids(tx: Transaction, dimension: Dimension, limit: int) -> list[tuple[int, str]]:
    """The values of a label by their names, each with the first id of a series that has it."""
    column = series.c[dimension]
    named = select(func.min(series.c.id).label("first_id"), column.label("name")).where(column != "")
    rows = tx.execute(named.group_by(column).order_by(column).limit(limit))
    return [(int(row.first_id), row.name) for row in rows]


def labels_of(tx: Transaction, ids: Collection[int]) -> dict[int, Series]:
    """The labels of these series."""
    rows = tx.execute(select(series.c.id, *_VALUES).where(series.c.id.in_(ids)))
    return {row[0]: Series(*row[1:]) for row in rows}


def value_of(tx: Transaction, series_id: int, dimension: Dimension) -> str:
    """The label of a series; empty for none."""
    found = tx.execute(select(series.c[dimension]).where(series.c.id == series_id)).scalar_one_or_none()
    return found or ""


def values(tx: Transaction, dimension: Dimension) -> set[str]:
    """Every value that a label has come with."""
    column = series.c[dimension]
    return set(tx.execute(select(column).where(column != "").distinct()).scalars())
