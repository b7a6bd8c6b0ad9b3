"""What the attributes of GenAI spans and metrics are called, in every generation of the conventions.

Up to 1.26: `gen_ai.system`, `prompt_tokens`, `completion_tokens`. From 1.27: `input_tokens`, `output_tokens`. From
1.37: `gen_ai.provider.name` and the cache's tokens. Since the conventions moved to a repository of their own:
`cache_write`. Instrumentations do not change generation by themselves, so all of them are met for years.
"""

from collections.abc import Mapping
from itertools import chain

Value = str | int | float | bool
Attributes = Mapping[str, Value]

OPERATION = ("gen_ai.operation.name",)
PROVIDER = ("gen_ai.provider.name", "gen_ai.system")
ASKED_MODEL = ("gen_ai.request.model",)
ANSWERED_MODEL = ("gen_ai.response.model",)
INPUT_TOKENS = ("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens")
OUTPUT_TOKENS = ("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens")
CACHED_TOKENS = ("gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_read_input_tokens")
CACHE_WRITE_TOKENS = (
    "gen_ai.usage.cache_write.input_tokens",
    "gen_ai.usage.cache_creation.input_tokens",
    "gen_ai.usage.cache_creation_input_tokens",
)
FIRST_TOKEN = ("gen_ai.response.time_to_first_chunk",)
#: LiteLLM's figure; the conventions have none.
COST = ("litellm.cost.total",)
ERROR = ("error.type",)
STATUS_CODE = ("http.response.status_code", "http.status_code")
TOKEN_TYPE = ("gen_ai.token.type",)
SERVICE = ("service.name",)
#: Ours, on a span or in OTEL_RESOURCE_ATTRIBUTES; an agent's name is its role unless another one is told.
ROLE = ("riskbot.role", "gen_ai.agent.name")
TEAM = ("riskbot.team",)
TASK = ("riskbot.task_id",)
CONFIGURATION = ("riskbot.configuration",)
UNIT = ("riskbot.unit",)

#: All that is ever looked at; prompts, answers and everything else are passed over unread.
TAKEN = frozenset(
    chain(
        OPERATION,
        PROVIDER,
        ASKED_MODEL,
        ANSWERED_MODEL,
        INPUT_TOKENS,
        OUTPUT_TOKENS,
        CACHED_TOKENS,
        CACHE_WRITE_TOKENS,
        FIRST_TOKEN,
        COST,
        ERROR,
        STATUS_CODE,
        TOKEN_TYPE,
        SERVICE,
        ROLE,
        TEAM,
        TASK,
        CONFIGURATION,
        UNIT,
    )
)

#: Operations around calls of models: an agent's span tells its calls' tokens once more.
NO_CALLS = frozenset(
    {"create_agent", "execute_tool", "invoke_agent", "invoke_workflow", "plan", "retrieval", "search_memory"}
)


def first(attributes: Attributes, names: tuple[str, ...]) -> Value | None:
    """The value under the first of the names that is told; empty text is none."""
    return next((value for name in names if (value := attributes.get(name)) is not None and value != ""), None)


def words(attributes: Attributes, names: tuple[str, ...]) -> str | None:
    value = first(attributes, names)
    return None if value is None else str(value)


def number(attributes: Attributes, names: tuple[str, ...]) -> Value | None:
    """A whole number however it was written; anything else as it is, for the model to refuse."""
    value = first(attributes, names)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:  # noqa: PLR2004
        return int(value)
    return value
