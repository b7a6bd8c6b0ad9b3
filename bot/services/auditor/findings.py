"""What a check is: a question to the database, what repairs the answer, and how people are told."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from bot.settings import AlertDelivery
from bot.settings_upkeep import AuditorSettings
from bot.store.database import Transaction
from bot.store.due import DueKind


class Finding(NamedTuple):
    """One thing that is not as it should be."""

    object_kind: str
    object_id: int
    #: Tells this trouble of the object from another one of the same object.
    mark: str = ""
    detail: tuple[tuple[str, Any], ...] = ()


class Terms(NamedTuple):
    """What checks judge by besides the database."""

    alerts: AlertDelivery
    auditor: AuditorSettings
    #: Real time between two looks at the rules.
    rules_interval: timedelta
    #: Why nothing can be sent, as /readyz says it already; then nobody is expected to send.
    delivery_trouble: str = ""
    #: Reports that are to come each week, or each day.
    weekly: frozenset[DueKind] = frozenset()


Look = Callable[[Transaction, Terms], list[Finding]]
Repair = Callable[[Transaction, Terms, Sequence[Finding]], None]
Patience = Callable[[Terms], timedelta]


def none(_terms: Terms) -> timedelta:
    """For what is never so between two commits: one look is enough."""
    return timedelta(0)


def usual(terms: Terms) -> timedelta:
    """For what is so while somebody works on it."""
    return terms.auditor.patience


class Check(NamedTuple):
    """One invariant."""

    #: The word in metrics, in the audit and in the log.
    name: str
    #: What was found, as a sentence for people; `{count}` is how many.
    found: str
    #: What was done about it, and what they should do where that is not enough.
    done: str
    look: Look
    repair: Repair | None = None
    #: How long it must have been seen before it counts as forgotten.
    patience: Patience = none
