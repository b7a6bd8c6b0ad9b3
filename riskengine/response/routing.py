"""Which channels hear of a group."""

from collections.abc import Mapping, Sequence

from pydantic import BaseModel, ConfigDict, Field

from riskengine.response.alerts import Severity


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
