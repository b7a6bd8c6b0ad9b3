"""What a person sees within three seconds of acting."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager

from bot.sandbox.constants import ACK_DEADLINE_SECONDS
from bot.sandbox.core import Sandbox
from bot.sandbox.delivery import Ack
from bot.sandbox.people import User
from bot.sandbox.wire import Json

#: After an acknowledgement an app's answers come a moment later; this long they are waited for.
SETTLE_SECONDS = 0.15


class Watch:
    """Collects what is shown to one person while it is open."""

    def __init__(self, sandbox: Sandbox, user: User, settle_seconds: float) -> None:
        self._sandbox = sandbox
        self._user = user
        self._settle_seconds = settle_seconds
        self._started = time.monotonic()
        self._shown: dict[str, Json] = {}

    def note(self, event: str, fields: Json) -> None:
        if event == "ephemeral" and fields["user"] == self._user.id:
            self._shown[fields["message"]["ts"]] = fields["message"]
        elif event == "ephemeral_deleted" and fields["user"] == self._user.id:
            self._shown.pop(fields["ts"], None)

    async def settle(self) -> None:
        """Wait for what follows an acknowledgement; three seconds in all at most."""
        left_seconds = ACK_DEADLINE_SECONDS - (time.monotonic() - self._started)
        await asyncio.sleep(max(0.0, min(self._settle_seconds, left_seconds)))

    def outcome(self, ack: Ack, **more: object) -> Json:
        """The answer of a control; absent values are left out."""
        outcome: Json = {
            "acknowledged": ack.acknowledged,
            "ack_ms": ack.ms,
            "ephemeral": list(self._shown.values()),
            "view": self._sandbox.views.top(self._user.id),
            **more,
        }
        return {name: value for name, value in outcome.items() if value is not None}


@contextmanager
def watching(sandbox: Sandbox, user: User, settle_seconds: float) -> Iterator[Watch]:
    watch = Watch(sandbox, user, settle_seconds)
    sandbox.workspace.watchers.append(watch.note)
    try:
        yield watch
    finally:
        sandbox.workspace.watchers.remove(watch.note)


def notify(sandbox: Sandbox, user: User, channel_id: str, text: str | None) -> None:
    """Show a person the line Slack shows when an app did not do its part."""
    if text is not None:
        sandbox.workspace.tell("notice", user=user.id, channel=channel_id, text=text)
