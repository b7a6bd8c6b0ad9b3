"""The rate budget of Slack's methods, shared by all replicas: when the next call of each is due by its rate."""

import functools
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Column, Row, String, Table, Text, bindparam, case, func, select, update

from bot.store.database import Transaction
from bot.store.dialects import upsert_in
from bot.store.schema import UtcDateTime, metadata

method_rates = Table(
    "method_rates",
    metadata,
    Column("method", String(64), primary_key=True),
    #: The generic cell rate algorithm's theoretical arrival time: calls so far, laid out evenly, end here.
    Column("booked_until", UtcDateTime, nullable=False),
    Column("held_until", UtcDateTime),
    Column("hold_reason", Text),
)


class MethodRate(NamedTuple):
    """What a method may be called at: evenly `per_minute`, with up to `burst` calls at once after a rest."""

    per_minute: float
    burst: int

    @property
    def interval(self) -> timedelta:
        return timedelta(minutes=1) / self.per_minute


_NAMES: BindParameter[Any] = bindparam("names", expanding=True)
_RATES = select(method_rates).where(method_rates.c.method.in_(_NAMES)).order_by(method_rates.c.method)
_LOCKED_RATES = _RATES.with_for_update()
_BOOKED = (
    update(method_rates)
    .where(method_rates.c.method == bindparam("name"))
    .values(booked_until=bindparam("until", type_=UtcDateTime))
)


@functools.cache
def _known(dialect: str) -> Any:
    return upsert_in(dialect, method_rates).on_conflict_do_nothing()


def book(tx: Transaction, wanted: Mapping[str, int], rates: Mapping[str, MethodRate]) -> dict[str, int]:
    """Book up to the wanted number of calls of each method now; returns how many of each were granted.

    The rows are locked until the commit: two replicas book one after the other, never the same turn.
    """
    names = sorted(name for name, count in wanted.items() if count)
    if not names:
        return {}
    first = [{"method": name, "booked_until": tx.protocol_now} for name in names]
    tx.execute(_known(tx.dialect), first)
    return {
        row.method: _grant(tx, row, wanted[row.method], rates[row.method])
        for row in tx.execute(_LOCKED_RATES, {"names": names}).all()
    }


def _grant(tx: Transaction, row: Row[Any], wanted: int, rate: MethodRate) -> int:
    granted = min(wanted, _room(tx, row, rate))
    if granted:
        booked = max(row.booked_until, tx.protocol_now) + rate.interval * granted
        tx.execute(_BOOKED, {"name": row.method, "until": booked})
    return granted


def with_room(tx: Transaction, rates: Mapping[str, MethodRate]) -> set[str]:
    """The methods that one more call could be booked of now; only `book` decides."""
    known = {row.method: row for row in tx.execute(_RATES, {"names": list(rates)})}
    return {method for method, rate in rates.items() if method not in known or _room(tx, known[method], rate)}


def _room(tx: Transaction, row: Row[Any], rate: MethodRate) -> int:
    """How many calls could be booked now."""
    if row.held_until is not None and row.held_until > tx.protocol_now:
        return 0
    room: timedelta = tx.protocol_now + rate.interval * rate.burst - max(row.booked_until, tx.protocol_now)
    return max(0, room // rate.interval)


def hold(tx: Transaction, method: str, pause: timedelta, reason: str) -> None:
    """Call the method no more for a while, by Slack's Retry-After; an answer to an earlier call shortens no hold."""
    until = tx.protocol_now + pause
    longer = func.coalesce(method_rates.c.held_until, until) > until
    held = {
        "held_until": case((longer, method_rates.c.held_until), else_=until),
        "hold_reason": case((longer, method_rates.c.hold_reason), else_=reason),
    }
    tx.execute(_known(tx.dialect), [{"method": method, "booked_until": tx.protocol_now}])
    tx.execute(update(method_rates).where(method_rates.c.method == method).values(held))


def held_since(tx: Transaction, method: str, moment: datetime) -> str:
    """Why the method was held at some time after the moment; empty when it was not."""
    held = (method_rates.c.method == method) & (method_rates.c.held_until > moment)
    return tx.execute(select(method_rates.c.hold_reason).where(held)).scalar_one_or_none() or ""
