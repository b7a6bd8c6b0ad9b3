"""Calls and outcomes as senders tell them, turned into rows, and rows into what the rollups count."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from bot.store.telemetry.calls import CallRow
from bot.store.telemetry.deltas import Delta
from bot.store.telemetry.keys import key_of
from riskengine.areas.cost.charging import Charge
from riskengine.rollups import MICROSECONDS, CallSample
from riskengine.telemetry import ModelCall, TaskOutcome
from riskengine.windows import MINUTE_SECONDS

#: Sources of ids: an id means the same thing whoever sends it, but not in another format.
CALLS, TASKS = "calls", "tasks"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_DAY = timedelta(days=1)
_MINUTE_US = MINUTE_SECONDS * MICROSECONDS


def day_of(moment: datetime) -> int:
    """Days since 1970."""
    return (moment - _EPOCH) // _DAY


def call_row(call: ModelCall, charge: Charge, source: str, series_id: int, arrived_day: int) -> CallRow:
    """The row of a call; durations to the microsecond, money to 10⁻¹² US dollars."""
    first_token = call.time_to_first_token_seconds
    told = call.metadata
    return CallRow(
        key_of(source, call.id),
        call.id,
        series_id,
        arrived_day,
        (call.at - _EPOCH) // _MICROSECOND,
        round(call.duration_seconds * MICROSECONDS),
        None if first_token is None else round(first_token * MICROSECONDS),
        call.input_tokens,
        call.cached_input_tokens or 0,
        call.cache_write_tokens or 0,
        call.output_tokens,
        *charge,
        call.error,
        call.status_code,
        call.escalated,
        call.task_id,
        call.unit,
        call.request_hash,
        None if told is None else json.dumps(told),
    )


def delta_of(row: CallRow) -> Delta:
    """What the call adds to the rollup of its minute."""
    sample = CallSample(
        row.duration_us,
        row.error is not None,
        row.escalated is True,
        row.input_tokens,
        row.cached_input_tokens,
        row.cache_write_tokens,
        row.output_tokens,
        row.first_token_us,
        row.cost_picousd,
        row.told_picousd if row.priced_by_us else None,
    )
    return Delta(row.at_us // _MINUTE_US, row.series_id, sample)


class OutcomeRow(NamedTuple):
    """An outcome with its key, which stands in a table of its own."""

    key: int
    arrived_day: int
    values: dict[str, Any]


def outcome_row(outcome: TaskOutcome, arrived_day: int) -> OutcomeRow:
    values = {**outcome.model_dump(exclude={"id"}), "outcome_id": outcome.id, "arrived_day": arrived_day}
    return OutcomeRow(key_of(TASKS, outcome.id), arrived_day, values)
