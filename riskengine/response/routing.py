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
    labels: dict[str, str] = Field({}, description="Labels that an alert must have with just these values.")


def channels_for(
    area: str, severity: Severity, labels: Mapping[str, str], routes: Sequence[Route], default: str
) -> list[str]:
    """The channels of all matching routes, each once; the default channel when no route matches."""
    matching = [route.channel for route in routes if _matches(route, area, severity, labels)]
    return list(dict.fromkeys(matching)) or [default]


def _matches(route: Route, area: str, severity: Severity, labels: Mapping[str, str]) -> bool:
    return (
        (not route.areas or area in route.areas)
        and severity.rank >= route.severity_at_least.rank
        and all(labels.get(name) == value for name, value in route.labels.items())
    )
