"""What stands in riskbot's database, read beside the running process."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple


class Sums(NamedTuple):
    """Over all rollups."""

    calls: int
    errors: int
    input_tokens: int
    output_tokens: int
    cost_picousd: int
    unpriced_calls: int


def booked(file: Path) -> Sums:
    names = ", ".join(f"coalesce(sum({name}), 0)" for name in Sums._fields)
    [row] = _read(file, f"SELECT {names} FROM rollups_hour")
    return Sums(*row)


def raw_calls(file: Path) -> list[dict[str, Any]]:
    return [dict(row) for row in _read(file, "SELECT * FROM calls")]


def _read(file: Path, statement: str) -> list[sqlite3.Row]:
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        return connection.execute(statement).fetchall()
