"""Who hears of groups: the channels of the settings' routes, and those that have subscribed."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.settings import AlertDelivery
from bot.store import subscriptions as store
from bot.store.database import Transaction
from riskengine.response.grouping import Group
from riskengine.response.matchers import matchable
from riskengine.response.routing import channels_for, spellings, with_subscribers
from riskengine.response.subscriptions import Subscription, channels_of


@dataclass(frozen=True)
class Audience:
    """Everybody who may hear, read once for a whole set of groups."""

    settings: AlertDelivery
    #: Those whose channels take messages: what is refused would be told a second time, in the channel for troubles.
    subscriptions: Sequence[Subscription]
    #: Subscribed channels that the settings name, too → the settings' spelling.
    spelled: dict[str, str]

    @property
    def asks_labels(self) -> bool:
        """Whether anybody asks for more than area and severity, so that the alerts' labels must be read."""
        by_route = any(route.labels for route in self.settings.routes)
        return by_route or any(each.filter.matchers for each in self.subscriptions)

    def channels_of(self, group: Group, alerts: Sequence[dict[str, str]]) -> list[str]:
        """Each channel that hears of the group, once; `alerts` are the labels of its alerts, where they were asked."""
        named = [{**labels, "name": group.name} for labels in alerts]
        settings = self.settings
        routed = channels_for(group.area, group.severity, named, settings.routes, settings.default_channel)
        subscribed = channels_of(group.area, group.severity, matchable_alerts(group, alerts), self.subscriptions)
        return with_subscribers(routed, subscribed, self.spelled)


def read(tx: Transaction, settings: AlertDelivery) -> Audience:
    subscriptions = store.in_force(tx)
    spelled = spellings(named_channels(settings), subscriptions)
    return Audience(settings, [each for each in subscriptions if not each.broken], spelled)


def named_channels(settings: AlertDelivery) -> list[str]:
    """Every channel that the settings send groups to, as they spell it."""
    return [*(route.channel for route in settings.routes), settings.default_channel]


def matchable_alerts(group: Group, alerts: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    """The labels of a group's alerts as filters see them; a group without any has at least its name."""
    return [matchable(group.name, group.severity, labels) for labels in alerts or [{}]]
