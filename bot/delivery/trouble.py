"""Why nothing can be sent at all: Slack does not accept us, or is not there. Then only one cheap call is tried."""

import logging
from datetime import datetime

from bot.clock import Clock, monotonic_seconds
from bot.slack.errors import Outcome, SlackError

logger = logging.getLogger(__name__)

#: What readers of a late message are told; the details are for operators.
SPOKEN = {
    Outcome.UNREACHABLE: "Slack could not be reached",
    Outcome.AMBIGUOUS: "Slack gave no answer",
    Outcome.CREDENTIALS: "Slack did not accept our credentials",
    Outcome.RETRY: "Slack was busy",
}

CREDENTIALS_LOOK_SECONDS = 60.0
UNREACHABLE_LOOK_SECONDS = 2.0


class Trouble:
    """One per worker. While there is a reason, nothing is claimed; a look at Slack is due now and then."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        #: Empty while all is well.
        self.reason = ""
        self._next_look = 0.0
        self._spoken = ""
        self._ended_at: datetime | None = None

    def notice(self, error: SlackError) -> None:
        """Take note of an error that means more than its own message."""
        if is_about_credentials(error):
            reason = f"Slack does not accept our credentials ({error.error}). {error.hint}".strip()
            self._begin(error, reason, CREDENTIALS_LOOK_SECONDS)
        elif error.outcome == Outcome.UNREACHABLE:
            self._begin(error, error.message, UNREACHABLE_LOOK_SECONDS)

    def _begin(self, error: SlackError, reason: str, look_seconds: float) -> None:
        if reason != self.reason:
            logger.error("%s", reason, extra={"action": "delivery_stopped"})
        self.reason = reason
        self._spoken = SPOKEN[error.outcome]
        self._next_look = monotonic_seconds() + look_seconds

    def go_on(self, error: SlackError) -> None:
        """The look found no end of it; the next one comes after a pause, whatever the error says."""
        self._next_look = monotonic_seconds() + (error.retry_after_seconds or UNREACHABLE_LOOK_SECONDS)
        self.notice(error)

    def end(self) -> None:
        logger.warning("Slack takes messages again", extra={"action": "delivery_resumed"})
        self.reason = ""
        self._ended_at = self._clock.protocol_now()

    def seconds_until_look(self) -> float:
        """How long to let Slack alone; 0 when a look is due."""
        return max(0.0, self._next_look - monotonic_seconds())

    def since(self, moment: datetime) -> str:
        """The trouble that something wanted at that moment had to wait for, in words; empty when there was none."""
        waited = self.reason or (self._ended_at is not None and self._ended_at > moment)
        return self._spoken if waited else ""


def is_about_credentials(error: SlackError) -> bool:
    """Whether Slack refuses us as a whole; a scope that reading alone lacks does not stop posting."""
    reading = error.method.startswith("conversations.")
    return error.outcome == Outcome.CREDENTIALS and not (reading and error.error == "missing_scope")
