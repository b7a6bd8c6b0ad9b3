"""What waits in tables whose rows hold a commit's worth of text: the oldest of it, as much as memory should take."""

from itertools import accumulate
from typing import Any

from sqlalchemy import Column, Row, Table, func, select

from bot.store.database import Transaction


def oldest(
    tx: Transaction, table: Table, text: Column[Any], *, limit: int, characters: int
) -> tuple[list[Row[Any]], bool]:
    """The oldest rows by their ids, without taking them, and whether these are all.

    So many, and no more in all than so many characters of the text, but one at least.
    """
    size = func.length(text).label("size")
    sizes = tx.execute(select(table.c.id, size).order_by(table.c.id).limit(limit)).all()
    fitting = sum(total <= characters for total in accumulate(row.size for row in sizes))
    taken = sizes[: max(1, fitting)]
    if not taken:
        return [], True
    # Both statements see one state of the table.
    some = select(table).where(table.c.id <= taken[-1].id).order_by(table.c.id)
    return list(tx.execute(some)), len(taken) == len(sizes) < limit
