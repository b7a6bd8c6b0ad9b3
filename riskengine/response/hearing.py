"""What a channel hears, and by whose word."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from riskengine.response.routing import Route
from riskengine.response.subscriptions import Subscription


class Hearing(BaseModel):
    """Everything that a channel hears now."""

    model_config = ConfigDict(frozen=True)

    #: The operator's routes that lead to it.
    routes: tuple[Route, ...]
    #: It hears whatever no route matches.
    is_default: bool
    subscriptions: tuple[Subscription, ...]

    @property
    def is_silent(self) -> bool:
        return not (self.routes or self.is_default or self.subscriptions)


def hearing_of(
    spelled: Sequence[str], routes: Sequence[Route], default: str, subscriptions: Sequence[Subscription]
) -> Hearing:
    """What a channel hears; `spelled` are all spellings of it, `subscriptions` are its own."""
    return Hearing(
        routes=tuple(route for route in routes if route.channel in spelled),
        is_default=default in spelled,
        subscriptions=tuple(subscriptions),
    )
