"""Before messages are claimed: a channel with too many waiting cards gets a digest in their place."""

from collections.abc import Sequence

from bot.store import digests
from bot.store.database import Transaction
from bot.store.digests import OpenDigest, WaitingCard
from bot.store.messages import Priority
from riskengine.response.storms import StormSettings, is_storm, stand_alone

CARD = "alerts/card"


def bundle(tx: Transaction, settings: StormSettings) -> int:
    """Bundle what is a storm; returns how many cards went into digests."""
    bundled = 0
    for channel, waiting in digests.waiting_cards(tx, CARD).items():
        cards = _collapsible(waiting, settings)
        newest = digests.newest(tx, channel)
        is_open = newest is not None and tx.protocol_now - newest.last_joined_at <= settings.calm_after
        if is_storm(len(cards), digest_is_open=is_open, settings=settings):
            _fill(tx, channel, cards, newest if is_open else None, settings)
            bundled += len(cards)
    return bundled


def _collapsible(waiting: Sequence[WaitingCard], settings: StormSettings) -> Sequence[WaitingCard]:
    usual = [card for card in waiting if card.priority >= Priority.ALERT]
    return usual if stand_alone(len(waiting) - len(usual), settings) else waiting


def _fill(
    tx: Transaction, channel: str, cards: Sequence[WaitingCard], current: OpenDigest | None, settings: StormSettings
) -> None:
    room = max(0, settings.digest_size - current.size) if current else 0
    for part in digests.chunks(cards, min(room, len(cards)), settings.digest_size):
        target = current if room else None
        if target is None:
            target = digests.begin(tx, channel, part)
        digests.join(tx, target, part)
        room = 0
