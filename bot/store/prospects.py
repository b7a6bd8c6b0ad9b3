"""What a claim would find: looked at on a reader, so that waiting for Slack's rates holds up no writer."""

import functools
from collections.abc import Mapping
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select

from bot.store import rates
from bot.store.claims import Action
from bot.store.database import Transaction
from bot.store.destinations import destinations
from bot.store.messages import AMBIGUOUS, MOMENT, OURS, SENDING, TO_EDIT, TO_POST, messages
from bot.store.rates import MethodRate


class Prospect(StrEnum):
    """Whether it is worth claiming."""

    NOTHING = "nothing waits"
    #: Everything that waits is not due yet, or waits for a rate, a channel's turn or an answer.
    LATER = "later"
    NOW = "now"


# A budget of posts that is spent counts for nothing here: a card that waits for it may still join a digest, an edit.
_TURN_HAS_COME = and_(destinations.c.channel == messages.c.channel, destinations.c.next_post_at <= MOMENT)
_RIPE = and_(OURS, messages.c.not_before <= MOMENT)


def _any_of(*kinds: ColumnElement[bool]) -> Select[bool]:
    return select(or_(*(exists().where(kind) for kind in kinds)))


_ANYTHING = _any_of(*(and_(kind, OURS) for kind in (TO_POST, TO_EDIT, SENDING, AMBIGUOUS)))


def prospect(tx: Transaction, method_rates: Mapping[str, MethodRate]) -> Prospect:
    """May say NOW in vain (a reply whose thread is busy), never LATER for what could be claimed."""
    if not tx.execute(_ANYTHING).scalar_one():
        return Prospect.NOTHING
    with_room = rates.with_room(tx, method_rates)
    ready = _ready(edits=Action.EDIT in with_room, looks=Action.RECONCILE in with_room)
    return Prospect.NOW if tx.execute(ready, {"moment": tx.protocol_now}).scalar_one() else Prospect.LATER


@functools.cache
def _ready(*, edits: bool, looks: bool) -> Select[bool]:
    kinds = [and_(TO_POST, _RIPE, _TURN_HAS_COME), and_(SENDING, messages.c.lease_until <= MOMENT)]
    kinds += [and_(TO_EDIT, _RIPE)] if edits else []
    kinds += [and_(AMBIGUOUS, _RIPE)] if looks else []
    return _any_of(*kinds)
