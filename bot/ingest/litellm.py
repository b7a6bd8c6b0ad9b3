"""`POST /v1/hooks/litellm`: LiteLLM's `generic_api` callback, as an array, lines or single records.

It calls every form `application/json`, sends again only on 5xx, and drops a batch that it may not send again: so one
bad record never spoils the others. Prompts, answers, error texts and tracebacks are never read into anything of ours.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from bot.clock import Clock
from bot.ingest.bodies import NDJSON, LargeBody
from bot.ingest.endpoint import Answer, Call, Endpoint, Told
from bot.ingest.escalated import EscalatedCalls, IsStronger
from bot.ingest.explain import explain, field_names
from bot.ingest.intake import IntakeAnswer
from bot.ingest.metrics import HttpMetrics
from bot.ingest.telemetry import TAG, TelemetryIntake
from bot.ingest.text import storable
from bot.ingest.tokens import Scope
from bot.right_of_way import RightOfWay
from bot.services.telemetry.desk import TelemetryDesk
from riskengine.moments import EARLIEST, LATEST
from riskengine.providers import provider_called
from riskengine.telemetry import CACHE_HIT, LABEL_LENGTH, ModelCall
from riskengine.usage import Tokens

SENDER = "litellm"
UNKNOWN = "unknown"
#: Records of these calls reached no model.
NO_MODEL = frozenset({"call_mcp_tool", "list_mcp_tools"})
#: What LiteLLM's cache calls a request by: a digest, behind a namespace perhaps. Anything else is no hash.
_DIGEST = re.compile(r"(?:[\w.-]{1,64}:)?[0-9a-f]{64}")
_STATUSES = range(100, 600)


def _whole(value: Any) -> Any:
    """Counts of no tokens come as null, and some as floating point."""
    if value is None:
        return 0
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _at_least_nothing(value: Any) -> Any:
    """A price that LiteLLM could not work out is null."""
    return Decimal(repr(value)) if isinstance(value, float) else value


Count = Annotated[Tokens, BeforeValidator(_whole)]
_Told = Annotated[str | None, BeforeValidator(lambda value: storable(value) if isinstance(value, str) else value)]


class _Theirs(BaseModel):
    """Fields that are not named here are passed over by the parser and never become values."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class CacheDetails(_Theirs):
    cached_tokens: Count = 0
    cache_write_tokens: Count = 0


class UsageObject(_Theirs):
    prompt_tokens_details: CacheDetails | None = None
    cache_read_input_tokens: Count = 0
    cache_creation_input_tokens: Count = 0


class LitellmMetadata(_Theirs):
    usage_object: UsageObject | None = None
    user_api_key_team_alias: _Told = None


class ErrorInformation(_Theirs):
    error_code: _Told = None
    error_class: _Told = None
    llm_provider: _Told = None


class LitellmRecord(_Theirs):
    """LiteLLM's StandardLoggingPayload, as far as it is used; everything else in it is dropped unread."""

    id: Annotated[str, Field(min_length=1)]
    status: Annotated[str, Field(pattern="^(success|failure)$")] = Field(description="`success` or `failure`.")
    start: float = Field(
        alias="startTime", ge=EARLIEST.timestamp(), lt=LATEST.timestamp(), description="Seconds since 1970."
    )
    end: float = Field(alias="endTime", allow_inf_nan=False)
    first_token: float | None = Field(None, alias="completionStartTime", allow_inf_nan=False)
    model: _Told = Field(None, description="The model that was called, with its provider before it perhaps.")
    model_group: _Told = Field(None, description="The public name that was asked for.")
    custom_llm_provider: _Told = None
    call_type: _Told = None
    stream: bool | None = None
    cache_hit: bool | None = None
    cache_key: _Told = None
    trace_id: _Told = Field(None, description="The task: a failed call and its fallback have one.")
    prompt_tokens: Count = 0
    completion_tokens: Count = 0
    response_cost: Annotated[Decimal | None, BeforeValidator(_at_least_nothing)] = None
    request_tags: list[Any] | None = Field(None, description="`role:NAME` names the role.")
    metadata: LitellmMetadata | None = None
    error_information: ErrorInformation | None = None


def to_call(record: LitellmRecord) -> ModelCall | None:
    """The call that a record tells of; None where no model was called.

    An answer out of LiteLLM's cache is marked as one, for it cost nothing. Raises ValidationError, which names our
    fields, for values that no call can have.
    """
    if record.call_type in NO_MODEL:
        return None
    provider = _provider(record)
    values: dict[str, Any] = {
        "id": storable(record.id),
        "at": datetime.fromtimestamp(record.start, UTC),
        "model": _model(record, provider),
        "provider": provider_called(provider),
        "team": (record.metadata and record.metadata.user_api_key_team_alias) or None,
        "role": _role(record.request_tags),
        "task_id": record.trace_id or None,
        "duration_seconds": max(0.0, record.end - record.start),
        "time_to_first_token_seconds": _until_first_token(record),
        "request_hash": record.cache_key if record.cache_key and _DIGEST.fullmatch(record.cache_key) else None,
    }
    return ModelCall(**values, **_usage(record), **_failure(record))


def _provider(record: LitellmRecord) -> str:
    told = record.error_information.llm_provider if record.error_information else None
    prefix = (record.model or "").partition("/")[0] if "/" in (record.model or "") else None
    return record.custom_llm_provider or told or prefix or UNKNOWN


def _model(record: LitellmRecord, provider: str) -> str:
    """The name without the provider before it, as other senders tell it."""
    return (record.model or "").removeprefix(f"{provider}/") or record.model_group or UNKNOWN


def _role(tags: Sequence[Any] | None) -> str | None:
    roles = [tag[len("role:") :].strip() for tag in tags or () if isinstance(tag, str) and tag.startswith("role:")]
    return storable(roles[0])[:LABEL_LENGTH] if roles and roles[0] else None


def _until_first_token(record: LitellmRecord) -> float | None:
    """Without streaming the first token is said to come with the last: that is no measurement."""
    if not record.stream or record.first_token is None or not record.start <= record.first_token < record.end:
        return None
    return record.first_token - record.start


def _usage(record: LitellmRecord) -> dict[str, Any]:
    usage = (record.metadata and record.metadata.usage_object) or UsageObject()
    details = usage.prompt_tokens_details or CacheDetails()
    cached = details.cached_tokens or usage.cache_read_input_tokens
    cache_write = details.cache_write_tokens or usage.cache_creation_input_tokens
    return {
        # Prompt tokens include the cached ones, for Anthropic too; a call that broke off may have counted these alone.
        "input_tokens": max(record.prompt_tokens, cached + cache_write),
        "output_tokens": record.completion_tokens,
        "cached_input_tokens": cached,
        "cache_write_tokens": cache_write,
        "cost_usd": record.response_cost,
        "metadata": {CACHE_HIT: True} if record.cache_hit else None,
    }


def _failure(record: LitellmRecord) -> dict[str, Any]:
    if record.status == "success":
        return {}
    error = record.error_information or ErrorInformation()
    code = int(error.error_code) if error.error_code and re.fullmatch(r"\d{3}", error.error_code, re.ASCII) else 0
    return {"error": error.error_class or "error", "status_code": code if code in _STATUSES else None}


class LitellmForm:
    """Records out of JSON."""

    def __init__(self, item_bytes: int) -> None:
        self.item_bytes = item_bytes
        self._one: TypeAdapter[LitellmRecord] = TypeAdapter(LitellmRecord)
        self._many: TypeAdapter[list[LitellmRecord]] = TypeAdapter(list[LitellmRecord])
        self._names = {*field_names(LitellmRecord), *field_names(ModelCall)}

    def one(self, written: bytes) -> ModelCall | None:
        found = self.check(written)
        return found if isinstance(found, ModelCall) else None

    def check(self, written: bytes) -> ModelCall | str | None:
        try:
            return to_call(self._one.validate_json(written))
        except ValidationError as error:
            return explain(error, self._names)

    def check_many(self, written: str) -> Sequence[ModelCall] | None:
        try:
            calls = [to_call(record) for record in self._many.validate_json(written)]
        except ValidationError:
            return None
        found = [call for call in calls if call is not None]
        return found if len(found) == len(calls) else None


class LitellmApi:
    """One intake for each sender: an id counts once for whoever sends it."""

    def __init__(
        self, desk: TelemetryDesk, is_stronger: IsStronger, *, metrics: HttpMetrics, clock: Clock, way: RightOfWay
    ) -> None:
        self._calls = EscalatedCalls(desk, is_stronger)
        self._ahead = desk.settings.ahead
        self._metrics = metrics
        self._clock = clock
        self._way = way
        self._form = LitellmForm(desk.settings.body_limit_bytes)
        self._intakes: dict[str, TelemetryIntake[ModelCall]] = {}

    async def receive(self, call: Call) -> Answer:
        return await self._intake(call.caller.name).receive(call)

    async def drain(self) -> None:
        """Return when everything that was taken is durable or refused."""
        for intake in self._intakes.values():
            await intake.drain()

    def _intake(self, sender: str) -> TelemetryIntake[ModelCall]:
        if sender not in self._intakes:
            self._intakes[sender] = TelemetryIntake(
                SENDER,
                self._form,
                partial(self._calls.receive, source=f"{SENDER}:{sender}"),
                metrics=self._metrics,
                clock=self._clock,
                way=self._way,
                ahead=self._ahead,
            )
        return self._intakes[sender]


def litellm_endpoint(api: LitellmApi, limit_bytes: int) -> Endpoint:
    return Endpoint(
        method="POST",
        path="/v1/hooks/litellm",
        scope=Scope.INGEST,
        tag=TAG,
        summary="LiteLLM's generic_api callback",
        description=(
            "Takes what LiteLLM's `generic_api` callback sends, in each of its forms (`json_array`, `ndjson`, "
            f"`single`), in at most {limit_bytes:,} bytes; answered when all of it is durable. Prompts, answers, error "
            "texts and tracebacks are dropped unread. A record counts once for each token that sends it, by its `id`. "
            "`trace_id` becomes the task, so that a failed call and its fallback are one. The tag `role:NAME` names "
            "the role, the key's team the team; a call of the stronger model is marked as escalated. Records that "
            "cannot be taken are listed under `rejected` and do not spoil the others."
        ),
        handler=api.receive,
        body=LargeBody(schema=LitellmRecord | list[LitellmRecord], limit_bytes=limit_bytes, also=NDJSON),
        answers={200: Told("What became of the records.", IntakeAnswer)},
        is_metered=False,
    )
