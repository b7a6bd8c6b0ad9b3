"""The task to decide on: what an orchestrator, or a person, hands over."""

import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from riskengine.telemetry import Flag, Id, Label
from riskengine.usage import TokenCounts, Tokens

#: Characters; a card shows the beginning, the rest stays readable in the thread.
TITLE_LENGTH, SUMMARY_LENGTH, CONCERN_LENGTH, URL_LENGTH = 300, 4_000, 500, 2_000
#: Names in one list.
LIST_LENGTH = 200


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be blank")
    return text


def _each_once(names: tuple[str, ...]) -> tuple[str, ...]:
    """Names that differ only in case or in spaces around them are one."""
    return tuple({name.strip().casefold(): name.strip() for name in reversed(names)}.values())[::-1]


_Name = Annotated[Label, AfterValidator(_not_blank)]
_Names = Annotated[tuple[_Name, ...], Field(max_length=LIST_LENGTH), AfterValidator(_each_once)]
_Concern = Annotated[str, Field(min_length=1, max_length=CONCERN_LENGTH), AfterValidator(_not_blank)]
#: Wide enough for any float as JSON writes it; an exponent of millions would take gigabytes to print.
_Exact = Field(max_digits=40, decimal_places=24)


class EscalationTask(BaseModel):
    """What is known of the task; a field that is absent was not told, and lowers the confidence of the decision."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    task_id: Id
    title: Annotated[str, Field(min_length=1, max_length=TITLE_LENGTH), AfterValidator(_not_blank)]
    summary: Annotated[str, Field(max_length=SUMMARY_LENGTH)] | None = None
    role: Label | None = Field(None, description="Role that does the task, like `architect`.")
    task_type: Label | None = None
    requester: Id | None = Field(None, description="Slack id of who asked for the task; they cannot approve it.")
    services: _Names | None = Field(None, description="Names of the services that the task touches.")
    security_types: _Names | None = Field(
        None, description="What it is about, like `system-wide`, `data_breach`, `auth_bypass`."
    )
    required_performance_ratio: Annotated[Decimal, Field(ge=0, le=1_000), _Exact] | None = Field(
        None, description="Performance that it needs over what the default model gives."
    )
    complexity_score: Annotated[Decimal, Field(ge=0, le=1), _Exact] | None = Field(None, description="From 0 to 1.")
    manual_override: Flag | None = Field(None, description="Somebody wants it escalated whatever the criteria say.")
    emergency: Flag | None = Field(None, description="The requester's emergency flag.")
    production_outage: Flag | None = None
    quality_critical: Flag | None = None
    quality_concerns: Annotated[tuple[_Concern, ...], Field(max_length=LIST_LENGTH)] | None = Field(
        None, description="Reasons of high severity, from checks before the task runs."
    )
    estimated_input_tokens: Tokens | None = None
    estimated_output_tokens: Tokens | None = None
    callback_url: Annotated[str, Field(min_length=1, max_length=URL_LENGTH)] | None = Field(
        None, description="Is told of the result, signed."
    )
    payload: Any = Field(None, description="What would be executed, any JSON; its hash is what is approved.")

    @property
    def needs_emergency_tier(self) -> bool:
        """A task that is merely about a breach has emergency conditions, yet wakes no executive at night."""
        return bool(self.emergency or self.production_outage)

    @property
    def estimated_tokens(self) -> TokenCounts | None:
        """None unless both are estimated: half a price would look like a whole one."""
        if self.estimated_input_tokens is None or self.estimated_output_tokens is None:
            return None
        return TokenCounts(self.estimated_input_tokens, self.estimated_output_tokens, 0, 0)


def content_hash(content: Any) -> str:
    """SHA-256 in hex of any JSON value, the same whatever the order of its keys."""
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def task_hash(fields: Mapping[str, Any]) -> str:
    """The hash of a whole task as JSON data; absent fields and null ones mean the same."""
    return content_hash({name: value for name, value in fields.items() if value is not None})
