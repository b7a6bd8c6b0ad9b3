"""A GenAI span as a call of a model."""

import re
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from bot.ingest.explain import explain, field_names
from bot.ingest.otlp import names
from bot.ingest.otlp.names import Attributes
from bot.ingest.otlp.shapes import NANOSECONDS, SpanTold, moment
from bot.ingest.text import storable
from riskengine.providers import provider_called
from riskengine.telemetry import MAX_SECONDS, ModelCall

UNKNOWN = "unknown"
_FIELDS = field_names(ModelCall)
_TRACE_ID = re.compile(r"(?!0{32})[0-9a-f]{32}")
_SPAN_ID = re.compile(r"(?!0{16})[0-9a-f]{16}")
_STATUSES = range(100, 600)


def is_call(attributes: Attributes) -> bool:
    """Whether a span tells of one call of a model, not of an agent's or a tool's turn, nor of anything else."""
    if names.words(attributes, names.OPERATION) in names.NO_CALLS or model_of(attributes) is None:
        return False
    return names.first(attributes, names.OPERATION + names.PROVIDER + names.INPUT_TOKENS) is not None


def to_call(span: SpanTold) -> ModelCall | str | None:
    """The call, or what is wrong with the span; None for a span of anything else."""
    if not is_call(span.attributes):
        return None
    if not _TRACE_ID.fullmatch(span.trace_id) or not _SPAN_ID.fullmatch(span.span_id):
        return "its trace id or span id is none"
    at = moment(span.start_ns)
    if at is None or span.end_ns < span.start_ns:
        return "its start or end is no time, or it ends before it starts"
    try:
        return ModelCall(
            id=f"{span.trace_id}:{span.span_id}",
            at=at,
            duration_seconds=(span.end_ns - span.start_ns) / NANOSECONDS,
            **_labels(span),
            **_usage(span.attributes),
            **_failure(span),
        )
    except ValidationError as error:
        return explain(error, _FIELDS)


def model_of(attributes: Attributes) -> str | None:
    """The model that answered, for it is the one that is paid; under the name that was asked for where that is it."""
    asked = names.words(attributes, names.ASKED_MODEL)
    answered = names.words(attributes, names.ANSWERED_MODEL)
    # `gpt-4o-2024-08-06` is what `gpt-4o` stands for at the moment.
    model = asked if asked and (answered or asked).startswith(asked) else answered
    provider = names.words(attributes, names.PROVIDER)
    return model.removeprefix(f"{provider}/") if model and provider else model


def provider_of(attributes: Attributes) -> str:
    return provider_called(storable(names.words(attributes, names.PROVIDER) or UNKNOWN))


def _text(attributes: Attributes, which: tuple[str, ...]) -> str | None:
    told = names.words(attributes, which)
    return None if told is None else storable(told)


def _labels(span: SpanTold) -> dict[str, Any]:
    attributes = span.attributes
    return {
        "model": storable(model_of(attributes) or UNKNOWN),
        "provider": provider_of(attributes),
        "role": _text(attributes, names.ROLE),
        "team": _text(attributes, names.TEAM),
        # What one trace holds, tries and fallbacks among it, was done for one task.
        "task_id": _text(attributes, names.TASK) or span.trace_id,
        "configuration": _text(attributes, names.CONFIGURATION),
        "unit": _text(attributes, names.UNIT),
    }


def _usage(attributes: Attributes) -> dict[str, Any]:
    """Tokens and cost; a call of which no tokens are told counts all the same, and says so."""
    told: dict[str, Any] = {
        "input_tokens": names.number(attributes, names.INPUT_TOKENS),
        "output_tokens": names.number(attributes, names.OUTPUT_TOKENS),
        "cached_input_tokens": names.number(attributes, names.CACHED_TOKENS),
        "cache_write_tokens": names.number(attributes, names.CACHE_WRITE_TOKENS),
        "time_to_first_token_seconds": _seconds(names.first(attributes, names.FIRST_TOKEN)),
        "cost_usd": _decimal(names.first(attributes, names.COST)),
    }
    if told["input_tokens"] is None and told["output_tokens"] is None:
        told["metadata"] = {"tokens_not_told": True}
    told["input_tokens"] = _with_cached(told)
    told["output_tokens"] = told["output_tokens"] or 0
    return told


def _with_cached(told: dict[str, Any]) -> Any:
    """The input includes the cached tokens; where it is less than they are, its sender counts as Anthropic does."""
    read, cached = told["input_tokens"] or 0, [told["cached_input_tokens"] or 0, told["cache_write_tokens"] or 0]
    if not all(type(each) is int for each in (read, *cached)):
        return read
    return read + sum(cached) if 0 <= read < sum(cached) else read


def _seconds(value: Any) -> float | None:
    """A time to the first token that cannot be one is none: it must not cost the call."""
    return value if isinstance(value, int | float) and 0 <= value <= MAX_SECONDS else None


def _decimal(value: Any) -> Any:
    """A float by the shortest digits that stand for it, so that no binary tail is billed."""
    return Decimal(repr(value)) if isinstance(value, float) else value


def _failure(span: SpanTold) -> dict[str, Any]:
    error = _text(span.attributes, names.ERROR)
    code = names.number(span.attributes, names.STATUS_CODE)
    if code is None and error and re.fullmatch(r"\d{3}", error, re.ASCII):
        code = int(error)
    is_status = type(code) is int and code in _STATUSES
    return {
        "error": error or ("error" if span.is_error else None),
        "status_code": code if is_status else None,
    }
