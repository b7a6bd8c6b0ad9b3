"""What an orchestrator may tell us: a call of a model, and what came of a task.

Intake lives on this: a call is validated by pydantic's compiled code, with one short step of Python at the end.
"""

from decimal import Decimal
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from riskengine.moments import Moment
from riskengine.usage import ProviderUsage, Tokens, Usd

#: Longest call in seconds that is no mistaken unit: a day.
MAX_SECONDS = 86_400
ID_LENGTH = 200
#: Characters of a label's value: a model, a provider, a role, a team.
LABEL_LENGTH = 128
METADATA_ENTRIES = 32

Id = Annotated[str, Field(min_length=1, max_length=ID_LENGTH)]
Label = Annotated[str, Field(min_length=1, max_length=LABEL_LENGTH)]
Seconds = Annotated[float, Field(ge=0, le=MAX_SECONDS, allow_inf_nan=False, strict=True)]
Flag = Annotated[bool, Field(strict=True)]
Share = Annotated[Decimal, Field(ge=0, le=1)]
_Short = Annotated[str, Field(max_length=1_000)]
_Whole = Annotated[int, Field(strict=True, ge=-(2**63), lt=2**63)]
_Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Metadata = Annotated[
    dict[Annotated[str, Field(min_length=1, max_length=64)], Flag | _Whole | _Number | _Short | None],
    Field(max_length=METADATA_ENTRIES),
]

#: What `metadata` says of how a call was served: under this key, in the provider's words (`batch`, `priority`).
SERVICE_TIER = "service_tier"
#: Whether the answer came from the sender's own cache, so that no provider was paid.
CACHE_HIT = "cache_hit"

_NOT_GIVEN = -1


def _not_given() -> int:
    return _NOT_GIVEN


class _Told(BaseModel):
    """Our own shapes: an unknown field is a mistake of the sender, and told as one."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ModelCall(_Told):
    """One call of a model, successful or not.

    A provider's own `usage` object may stand in place of the token counts; it is translated at once, so that only the
    counts remain, and its cost counts where the sender gives no figure.
    """

    id: Id = Field(description="The sender's own id; a call told twice counts once.")
    at: Moment = Field(description="Start of the call, RFC 3339 with an offset.")
    model: Label
    provider: Label
    role: Label | None = None
    team: Label | None = None
    task_id: Id | None = None
    duration_seconds: Seconds = Field(description="From the start to the last token, at most a day.")
    time_to_first_token_seconds: Seconds | None = None
    input_tokens: Tokens = Field(default_factory=_not_given, description="All that was read, cached tokens included.")
    cached_input_tokens: Tokens | None = Field(None, description="Part of input_tokens.")
    cache_write_tokens: Tokens | None = Field(None, description="Part of input_tokens.")
    output_tokens: Tokens = Field(default_factory=_not_given, description="All that was written, reasoning included.")
    usage: ProviderUsage | None = Field(None, description="A provider's own usage object in place of the four above.")
    cost_usd: Usd | None = Field(None, description="The sender's own figure, as a decimal string.")
    error: Label | None = Field(None, description="Class of the error; absent means success.")
    status_code: Annotated[int, Field(ge=100, le=599, strict=True)] | None = None
    escalated: Flag | None = Field(None, description="Whether the task went to the stronger model.")
    configuration: Label | None = Field(None, description="Version of the routing configuration in force.")
    unit: Id | None = Field(None, description="What the canary's split hashes.")
    request_hash: Id | None = None
    metadata: Metadata | None = Field(
        None,
        description=f"At most {METADATA_ENTRIES} values of your own, not nested. Two are understood: `{SERVICE_TIER}: "
        f"batch` for a provider's batch service, `{CACHE_HIT}: true` for what your own cache answered, at no cost.",
    )

    @model_validator(mode="after")
    def _tokens_are_told_once(self) -> Self:
        if self.usage is not None:
            self._translate(self.usage)
        elif self.input_tokens < 0 or self.output_tokens < 0:
            raise ValueError("input_tokens and output_tokens are missing, or in their place usage")
        cached, cache_write = self.cached_input_tokens, self.cache_write_tokens
        if (cached or cache_write) and (cached or 0) + (cache_write or 0) > self.input_tokens:
            raise ValueError("cached_input_tokens and cache_write_tokens are parts of input_tokens, yet exceed it")
        return self

    def _translate(self, usage: ProviderUsage) -> None:
        counts = usage.counts()._asdict()
        twice = [name for name in counts if name in self.model_fields_set and getattr(self, name) is not None]
        if twice:
            raise ValueError(f"{twice[0]} and usage say the same twice; send one of them")
        cost_usd = self.cost_usd if self.cost_usd is not None else usage.cost_usd()
        if usage.service_tier is not None:
            self.__dict__["metadata"] = {SERVICE_TIER: usage.service_tier, **(self.metadata or {})}
        # The model is frozen for everybody else; nobody has seen it yet.
        self.__dict__.update(counts, cost_usd=cost_usd, usage=None)
        self.model_fields_set.update(counts, ["cost_usd"])
        self.model_fields_set.discard("usage")


class TaskOutcome(_Told):
    """What came of a task, as far as it was measured."""

    id: Id = Field(description="The sender's own id; an outcome told twice counts once.")
    at: Moment = Field(description="When the task ended, RFC 3339 with an offset.")
    task_id: Id
    role: Label
    task_type: Label | None = None
    model: Label
    completed: Flag
    user_satisfaction: Annotated[Decimal, Field(ge=1, le=5)] | None = Field(None, description="From 1 to 5.")
    technical_quality: Share | None = Field(None, description="From 0 to 1.")
    efficiency_score: Share | None = Field(None, description="From 0 to 1.")
    revised: Flag | None = None
    requester: Id | None = Field(None, description="Slack id or e-mail of who asked.")
    escalated: Flag | None = None


ONE_CALL: TypeAdapter[ModelCall] = TypeAdapter(ModelCall)
MANY_CALLS: TypeAdapter[list[ModelCall]] = TypeAdapter(list[ModelCall])
ONE_OUTCOME: TypeAdapter[TaskOutcome] = TypeAdapter(TaskOutcome)
MANY_OUTCOMES: TypeAdapter[list[TaskOutcome]] = TypeAdapter(list[TaskOutcome])
