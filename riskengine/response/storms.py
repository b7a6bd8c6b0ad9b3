"""When many groups want to be told at once, they are told as lines of a digest."""

from datetime import timedelta

from pydantic import BaseModel, ConfigDict, Field

from riskengine.durations import Duration


class StormSettings(BaseModel):
    """When cards collapse into a digest."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    digest_from: int = Field(
        5, ge=2, description="Cards waiting for one channel from which on they are told as one digest."
    )
    digest_size: int = Field(40, ge=2, le=40, description="Most groups in one digest; Slack's message size ends there.")
    calm_after: Duration = Field(
        timedelta(minutes=1), description="A digest takes further groups until none has joined for this long."
    )


def is_storm(waiting: int, *, digest_is_open: bool, settings: StormSettings) -> bool:
    """Whether waiting cards of a channel are bundled: too many of them, or the storm before them is not over."""
    return waiting >= (1 if digest_is_open else settings.digest_from)


def stand_alone(urgent: int, settings: StormSettings) -> bool:
    """Whether a channel's urgent cards are told each by itself, also in a storm: a digest that grows rings for nobody.

    So many that they are a storm themselves are bundled like all others.
    """
    return urgent < settings.digest_from
