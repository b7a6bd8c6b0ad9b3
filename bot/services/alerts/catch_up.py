"""A channel that subscribes late hears of what is open already."""

from collections.abc import Sequence
from typing import NamedTuple

from bot.services.alerts import audience, changes, tell
from bot.settings import AlertDelivery
from bot.store import alert_lookups, cards, destinations, due
from bot.store import alerts as store
from bot.store.database import Transaction
from bot.store.due import DueKind
from riskengine.response.grouping import Group
from riskengine.response.routing import spellings
from riskengine.response.subscriptions import Subscription, channels_of

#: Open groups of the right area and severity that are looked at, the worst first: some ms.
LOOKED_AT = 500


class CaughtUp(NamedTuple):
    """How many open groups a subscription lets through, and how many new cards that makes."""

    matching: int
    told: int
    #: There may be more: not all were looked at.
    is_least: bool
    #: Every one that matches has a card now.
    all_told: bool


def catch_up(tx: Transaction, subscription: Subscription, settings: AlertDelivery) -> CaughtUp:
    """Wish for a card of each open group that matches; many at once become a digest, as in every storm."""
    wanted = subscription.filter
    found = alert_lookups.open_within(tx, wanted.areas, wanted.severities, LOOKED_AT)
    matching = _matching(tx, found, subscription)
    channel = spellings(audience.named_channels(settings), [subscription]).get(
        subscription.channel, subscription.channel
    )
    shown = cards.subjects_shown(tx, changes.GROUP, [group.id for group in matching], channel)
    missing = [group.id for group in matching if group.told_at is not None and group.id not in shown]
    told = _tell(tx, missing[: settings.catch_up_groups], channel)
    # Whatever waits for its first telling is told here, too, even where a replica is telling it at this moment.
    waiting = [group.id for group in matching if group.told_at is None]
    due.schedule_by(tx, DueKind.TELL_GROUP, waiting, tx.now + settings.group_wait)
    return CaughtUp(len(matching), told + len(waiting), len(found) == LOOKED_AT, told == len(missing))


def _matching(tx: Transaction, groups: Sequence[Group], subscription: Subscription) -> list[Group]:
    ids = [group.id for group in groups]
    labels = store.labels_by_group(tx, ids) if subscription.filter.matchers else {}
    return [group for group in groups if _hears(group, labels.get(group.id, []), subscription)]


def _hears(group: Group, alerts: Sequence[dict[str, str]], subscription: Subscription) -> bool:
    matchable = audience.matchable_alerts(group, alerts)
    return bool(channels_of(group.area, group.severity, matchable, [subscription]))


def _tell(tx: Transaction, group_ids: Sequence[int], channel: str) -> int:
    """Locked, so that none changes between this look and its card."""
    groups = [group for group in store.lock_groups(tx, group_ids) if group.status in alert_lookups.HEARD]
    destinations.ensure(tx, [channel])
    cards.want(tx, [tell.card_wish(group, channel, tx.now) for group in groups])
    return len(groups)
