"""Spells: what goes wrong in the fleet for a while, as changes of the calls that would have been normal."""

import math
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from random import Random
from typing import NamedTuple

from riskengine.telemetry import ModelCall

#: Seconds that a call waits in a slow provider's queue before its first token: the mean, and how much it varies.
QUEUE_SECONDS, QUEUE_SIGMA = 6.2, 0.35
LONGEST_QUEUE_SECONDS = 20.0
#: Of the calls to a failing provider.
FAILING_SHARE = 0.3
#: Of a role's calls, while less work is handed to it.
MISSING_SHARE = 0.75


class Trouble(StrEnum):
    SLOW = "slow"
    FAILING = "failing"
    IDLE = "idle"
    #: Somebody's loop asks the stronger model on and on, in calls of its own.
    RUNAWAY = "runaway"


class Spell(NamedTuple):
    """A trouble from one moment to another: of a provider, or of a role."""

    trouble: Trouble
    begins_at: datetime
    ends_at: datetime
    whose: str
    model: str

    def concerns(self, call: ModelCall) -> bool:
        in_time = self.begins_at <= call.at < self.ends_at
        return in_time and call.model == self.model and self.whose in (call.provider, call.role)


def endured(call: ModelCall, spells: Sequence[Spell]) -> ModelCall | None:
    """The call as it went under these spells; None when it was never made."""
    changed: ModelCall | None = call
    for spell in spells:
        if changed is not None and spell.concerns(changed):
            changed = _under(spell.trouble, changed)
    return changed


def _under(trouble: Trouble, call: ModelCall) -> ModelCall | None:
    chance = Random(f"{trouble} {call.id}")  # noqa: S311 - no secret
    match trouble:
        case Trouble.SLOW:
            return _queued(call, chance)
        case Trouble.FAILING:
            return failed(call, "ServiceUnavailableError", 503) if chance.random() < FAILING_SHARE else call
        case Trouble.IDLE:
            return None if chance.random() < MISSING_SHARE else call
        case Trouble.RUNAWAY:
            return call


def _queued(call: ModelCall, chance: Random) -> ModelCall:
    waited = QUEUE_SECONDS * math.exp(chance.gauss(-QUEUE_SIGMA * QUEUE_SIGMA / 2, QUEUE_SIGMA))
    waited = round(min(waited, LONGEST_QUEUE_SECONDS), 3)
    first_token = call.time_to_first_token_seconds
    return call.model_copy(
        update={
            "duration_seconds": call.duration_seconds + waited,
            "time_to_first_token_seconds": None if first_token is None else first_token + waited,
        }
    )


def failed(call: ModelCall, error: str, status_code: int) -> ModelCall:
    """The call as its provider refused it: nothing was read or written."""
    refused = {"output_tokens": 0, "input_tokens": 0, "cached_input_tokens": 0, "cost_usd": Decimal(0)}
    told = {"error": error, "status_code": status_code, "time_to_first_token_seconds": None}
    return call.model_copy(update={**refused, **told})
