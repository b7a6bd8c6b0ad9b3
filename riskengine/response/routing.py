"""Which channels hear of a group: those that the operator routes it to, and those that have subscribed to it."""

from collections.abc import Mapping, Sequence

from pydantic import BaseModel, ConfigDict, Field

from riskengine.response.alerts import Severity
from riskengine.response.subscriptions import Subscription


class Route(BaseModel):
    """Sends matching groups to a channel; every condition that is given must hold."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    channel: str = Field(min_length=1, description="The channel that hears of matching groups, as #name or id.")
    areas: tuple[str, ...] = Field((), description="Areas that match, for example cost; empty means all.")
    severity_at_least: Severity = Field(Severity.INFO, description="The least severity that matches.")
    labels: dict[str, str] = Field(
        {},
        description="Labels that an alert of the group must have with just these values; `name` is the alert's name.",
    )


def channels_for(
    area: str, severity: Severity, alerts: Sequence[Mapping[str, str]], routes: Sequence[Route], default: str
) -> list[str]:
    """The channels of all matching routes, each once; the default channel when no route matches.

    `alerts` holds the labels of each alert of the group: they differ, and one that matches is enough.
    """
    matching = [route.channel for route in routes if _matches(route, area, severity, alerts)]
    return list(dict.fromkeys(matching)) or [default]


def _matches(route: Route, area: str, severity: Severity, alerts: Sequence[Mapping[str, str]]) -> bool:
    return (
        (not route.areas or area in route.areas)
        and severity.rank >= route.severity_at_least.rank
        and (not route.labels or any(route.labels.items() <= labels.items() for labels in alerts))
    )


def with_subscribers(routed: Sequence[str], subscribed: Sequence[str], spelled: Mapping[str, str]) -> list[str]:
    """All channels, each once; `spelled` gives the settings' spelling of a subscribed channel that they name, too."""
    return list(dict.fromkeys([*routed, *(spelled.get(channel, channel) for channel in subscribed)]))


def spellings(channels: Sequence[str], subscriptions: Sequence[Subscription]) -> dict[str, str]:
    """Subscribed channels that the settings name → how they spell them: one channel has one spelling, for ever."""
    return {each.channel: name for each in subscriptions for name in reversed(channels) if each.is_of(name)}
