"""The figures of the delivery, for people and for Prometheus."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, func, select

from bot.store import callbacks
from bot.store.alerts import alert_groups
from bot.store.database import Transaction
from bot.store.destinations import destinations
from bot.store.due import due
from bot.store.messages import AMBIGUOUS, DEAD, SENDING, TO_EDIT, TO_POST, messages
from bot.store.rates import method_rates
from riskengine.response.delivery_reports import Figures, Hold, Planned, QueueLine, Refusal

#: What falls due next.
NEXT = 10


class _Waiting(NamedTuple):
    """A kind of waiting message, and since when one of it waits: an edit not since its card was first wished for."""

    field: str
    kind: ColumnElement[bool]
    since: Any


_KINDS = (
    _Waiting("posts", TO_POST, messages.c.wanted_at),
    _Waiting("edits", TO_EDIT, messages.c.not_before),
    _Waiting("unsure", AMBIGUOUS, messages.c.wanted_at),
)


def figures(tx: Transaction) -> Figures:
    return Figures(
        lines=_lines(tx),
        sending=_count(tx, SENDING),
        dead=_count(tx, DEAD),
        holds=_holds(tx),
        refusals=_refusals(tx),
        planned=_planned(tx),
        callbacks=callbacks.figures(tx),
    )


def _count(tx: Transaction, kind: ColumnElement[bool]) -> int:
    return int(tx.execute(select(func.count()).select_from(messages).where(kind)).scalar_one())


def _lines(tx: Transaction) -> list[QueueLine]:
    """The most urgent first; of equals the one that waits longest."""
    lines: dict[tuple[str, int], QueueLine] = {}
    for field, kind, moment in _KINDS:
        where = (messages.c.channel, messages.c.priority)
        query = select(*where, func.count().label("number"), func.min(moment).label("since")).where(kind)
        for row in tx.execute(query.group_by(*where)):
            key = (row.channel, row.priority)
            # What is put off after a refusal begins to wait in the future.
            known = lines.get(key, QueueLine(*key, 0, 0, 0, tx.protocol_now))
            lines[key] = known._replace(**{field: row.number, "since": min(known.since, row.since)})
    return sorted(lines.values(), key=lambda line: (line.priority, line.since))


def _holds(tx: Transaction) -> list[Hold]:
    places = select(destinations.c.channel, destinations.c.next_post_at, destinations.c.hold_reason)
    held = places.where(destinations.c.hold_reason.is_not(None), destinations.c.next_post_at > tx.protocol_now)
    methods = select(method_rates.c.method, method_rates.c.held_until, method_rates.c.hold_reason)
    rows = [*tx.execute(held), *tx.execute(methods.where(method_rates.c.held_until > tx.protocol_now))]
    return sorted((Hold(*row) for row in rows), key=lambda hold: hold.until, reverse=True)


def _refusals(tx: Transaction) -> list[Refusal]:
    columns = (destinations.c.channel, destinations.c.broken_reason, destinations.c.broken_at)
    query = select(*columns).where(destinations.c.broken_at.is_not(None)).order_by(destinations.c.broken_at)
    return [Refusal(row.channel, row.broken_reason, row.broken_at) for row in tx.execute(query)]


def _planned(tx: Transaction) -> list[Planned]:
    rows = tx.execute(select(due).order_by(due.c.due_at).limit(NEXT)).all()
    names = _group_names(tx, [row.subject_id for row in rows if _is_of_a_group(row)])
    return [Planned(row.kind, names.get(row.subject_id, "") if _is_of_a_group(row) else "", row.due_at) for row in rows]


def _is_of_a_group(row: Row[Any]) -> bool:
    return str(row.kind).startswith("alert_group.")


def _group_names(tx: Transaction, group_ids: Sequence[int]) -> dict[int, str]:
    columns = (alert_groups.c.id, alert_groups.c.name, alert_groups.c.subject)
    rows: Iterable[Any] = tx.execute(select(*columns).where(alert_groups.c.id.in_(group_ids)))
    return {row.id: f"{row.name} on {row.subject}" if row.subject else row.name for row in rows}
