"""What providers say of the tokens that a call used, each in its own words."""

from decimal import Decimal
from typing import Annotated, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

#: Tokens of one call; far beyond any context window, and sums of many still fit 64 bits.
MAX_TOKENS = 1_000_000_000
Tokens = Annotated[int, Field(ge=0, le=MAX_TOKENS, strict=True)]
#: Dollars of one call; more is a mistaken unit.
Usd = Annotated[Decimal, Field(ge=0, le=10_000)]


class TokenCounts(NamedTuple):
    """Tokens of one call in our words: `input_tokens` holds the cached and the cache-writing ones."""

    input_tokens: int
    output_tokens: int
    cached_input_tokens: int
    cache_write_tokens: int


class _Theirs(BaseModel):
    """Fields of others: what we do not use is ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class InputDetails(_Theirs):
    cached_tokens: Tokens | None = None
    cache_write_tokens: Tokens | None = None


class CacheCreation(_Theirs):
    """Anthropic's count of tokens written to its cache, by how long they are kept."""

    ephemeral_5m_input_tokens: Tokens | None = None
    ephemeral_1h_input_tokens: Tokens | None = None

    @property
    def tokens(self) -> int:
        return (self.ephemeral_5m_input_tokens or 0) + (self.ephemeral_1h_input_tokens or 0)


class CostDetails(_Theirs):
    upstream_inference_cost: Usd | None = None


class ProviderUsage(_Theirs):
    """The usage object of OpenAI (chat and Responses), Z.ai, OpenRouter, Anthropic, or LiteLLM's mixture of them."""

    prompt_tokens: Tokens | None = None
    completion_tokens: Tokens | None = None
    prompt_tokens_details: InputDetails | None = None
    input_tokens: Tokens | None = None
    output_tokens: Tokens | None = None
    input_tokens_details: InputDetails | None = None
    cache_read_input_tokens: Tokens | None = None
    cache_creation_input_tokens: Tokens | None = None
    cache_creation: CacheCreation | None = None
    cost: Usd | None = None
    cost_details: CostDetails | None = None
    is_byok: bool | None = None
    #: Anthropic's word for how it was served; `batch` costs less.
    service_tier: Annotated[str, Field(max_length=64)] | None = None

    def counts(self) -> TokenCounts:
        """Translate into our words.

        Raises ValueError naming the missing fields when neither provider's pair is whole.
        """
        if self.prompt_tokens is not None and self.completion_tokens is not None:
            return self._inclusive(self.prompt_tokens, self.completion_tokens, self.prompt_tokens_details)
        if self.input_tokens is None or self.output_tokens is None:
            raise ValueError(
                "usage holds neither prompt_tokens with completion_tokens nor input_tokens with output_tokens"
            )
        if self.cache_read_input_tokens is None and self._cache_write is None:
            return self._inclusive(self.input_tokens, self.output_tokens, self.input_tokens_details)
        return self._exclusive(self.input_tokens, self.output_tokens)

    def cost_usd(self) -> Decimal | None:
        """The bill, if any; under one's own key (`is_byok`) the provider's, for OpenRouter's `cost` is then its fee."""
        if self.is_byok:
            return self.cost_details.upstream_inference_cost if self.cost_details else None
        return self.cost

    def _inclusive(self, read: int, written: int, details: InputDetails | None) -> TokenCounts:
        """All but Anthropic count cached tokens into the input; LiteLLM does so for Anthropic, in Anthropic's words."""
        details = details or InputDetails()
        cached = details.cached_tokens or self.cache_read_input_tokens or 0
        cache_write = details.cache_write_tokens or self._cache_write or 0
        return TokenCounts(read, written, cached, cache_write)

    def _exclusive(self, read: int, written: int) -> TokenCounts:
        """Anthropic's input is the sum of three."""
        cached = self.cache_read_input_tokens or 0
        cache_write = self._cache_write or 0
        return TokenCounts(read + cached + cache_write, written, cached, cache_write)

    @property
    def _cache_write(self) -> int | None:
        """Anthropic's sum, or where only its parts are told, these."""
        if self.cache_creation_input_tokens is None and self.cache_creation is not None:
            return self.cache_creation.tokens
        return self.cache_creation_input_tokens
