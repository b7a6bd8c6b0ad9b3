"""What carries payloads to the app, whichever way: Socket Mode or signed HTTP."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from bot.sandbox.wire import Json


class EnvelopeKind(StrEnum):
    COMMAND = "slash_commands"
    INTERACTIVE = "interactive"
    EVENT = "events_api"


class Failure(StrEnum):
    """Why an app did not acknowledge, in the words Slack shows after a slash command."""

    TIMEOUT = "operation_timeout"
    UNREACHABLE = "dispatch_failed"


@dataclass(frozen=True, slots=True)
class Ack:
    """The app's answer within the deadline, or the failure to give one."""

    ms: float
    payload: Json | None = None
    failure: Failure | None = None
    #: Why in Slack's words for a retry; empty where the failure says it.
    reason: str = ""
    #: The app asked for no further delivery.
    final: bool = False

    @property
    def acknowledged(self) -> bool:
        return self.failure is None


@dataclass(frozen=True, slots=True)
class Retry:
    """Which delivery of an event this is."""

    attempt: int = 0
    reason: str = ""


class Carrier(Protocol):
    #: Slack counts failures of deliveries by HTTP alone.
    by_http: bool

    async def deliver(
        self, kind: EnvelopeKind, payload: Json, *, answerable: bool, retry: Retry | None = None
    ) -> Ack: ...
