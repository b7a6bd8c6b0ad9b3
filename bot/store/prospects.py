"""What a claim would find: looked at on a reader, so that waiting for Slack's rates holds up no writer."""

from collections.abc import Mapping
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, exists, or_, select

from bot.store import rates
from bot.store.claims import Action
from bot.store.database import Transaction
from bot.store.destinations import destinations
from bot.store.messages import AMBIGUOUS, SENDING, TO_EDIT, TO_POST, messages
from bot.store.rates import MethodRate


class Prospect(StrEnum):
    """Whether it is worth claiming."""

    NOTHING = "nothing waits"
    #: Everything that waits is not due yet, or waits for a rate, a channel's turn or an answer.
    LATER = "later"
    NOW = "now"


def prospect(tx: Transaction, method_rates: Mapping[str, MethodRate]) -> Prospect:
    """May say NOW in vain (a reply whose thread is busy), never LATER for what could be claimed."""
    if not _any(tx, TO_POST, TO_EDIT, SENDING, AMBIGUOUS):
        return Prospect.NOTHING
    with_room = rates.with_room(tx, method_rates)
    ripe = messages.c.not_before <= tx.protocol_now
    # Not by the budget of posts: a card that waits for it may still join a digest, which is an edit.
    turn_has_come = and_(destinations.c.channel == messages.c.channel, destinations.c.next_post_at <= tx.protocol_now)
    lapsed = messages.c.lease_until <= tx.protocol_now
    kinds = [and_(TO_POST, ripe, turn_has_come), and_(SENDING, lapsed)]
    kinds += [and_(TO_EDIT, ripe)] if Action.EDIT in with_room else []
    kinds += [and_(AMBIGUOUS, ripe)] if Action.RECONCILE in with_room else []
    return Prospect.NOW if _any(tx, *kinds) else Prospect.LATER


def _any(tx: Transaction, *kinds: ColumnElement[bool]) -> bool:
    return bool(tx.execute(select(or_(*(exists().where(kind) for kind in kinds)))).scalar_one())
