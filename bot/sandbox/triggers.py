"""trigger_id: what lets an app open a modal, for 3 seconds and once."""

import secrets
from dataclasses import dataclass

from bot.sandbox.clock import SandboxClock
from bot.sandbox.constants import TRIGGER_LIFETIME_SECONDS
from bot.sandbox.errors import SlackRefusal

_KEPT = 5_000


@dataclass(slots=True)
class Trigger:
    user_id: str
    made_at: float
    used: bool = False


class Triggers:
    def __init__(self, clock: SandboxClock) -> None:
        self._clock = clock
        self._triggers: dict[str, Trigger] = {}

    def issue(self, user_id: str) -> str:
        now = self._clock.now()
        trigger_id = f"{int(now * 1000)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self._triggers[trigger_id] = Trigger(user_id, now)
        if len(self._triggers) > _KEPT:
            del self._triggers[next(iter(self._triggers))]
        return trigger_id

    def use(self, trigger_id: str) -> str:
        """The person whose press it was."""
        trigger = self._triggers.get(trigger_id)
        if trigger is None:
            raise SlackRefusal("invalid_trigger_id")
        if self._clock.now() - trigger.made_at > TRIGGER_LIFETIME_SECONDS:
            raise SlackRefusal("expired_trigger_id")
        if trigger.used:
            raise SlackRefusal("exchanged_trigger_id")
        trigger.used = True
        return trigger.user_id

    def clear(self) -> None:
        self._triggers.clear()
