"""What tokens cost: versioned prices, looked up by the moment of the call; a model without one is *unpriced*.

Unpriced is never 0 dollars and never left out of a sum silently: it is a state of its own, with its tokens.
"""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import product
from typing import Annotated, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, model_validator

from riskengine.usage import TokenCounts

MILLION = 1_000_000
#: With no more places a token's price is a whole number of 10⁻¹² dollars, of 10⁻¹⁵ with a batch factor on top.
PricePerMillion = Annotated[Decimal, Field(ge=0, le=100_000, decimal_places=6)]
#: The date that a provider puts behind a model's name.
_SNAPSHOT = re.compile(r"[-@](?:\d{8}|\d{4}-\d\d-\d\d)$")
BatchFactor = Annotated[Decimal, Field(ge=0, le=1, decimal_places=3)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PriceVersion(_Frozen):
    """US dollars per million tokens from a day on, UTC; the next version ends it."""

    since: date | None = Field(
        None, description="First day; absent in a model's first version: as long as it is known."
    )
    input: PricePerMillion
    output: PricePerMillion
    cached_input: PricePerMillion | None = Field(None, description="Reading the cache; absent: as other input.")
    cache_write: PricePerMillion | None = Field(None, description="Writing the cache; absent: as other input.")
    batch: BatchFactor = Field(
        Decimal(1), description="What these prices are multiplied by in the provider's batch service, like 0.5."
    )

    def usd(self, tokens: TokenCounts, *, is_batch: bool = False) -> Decimal:
        """The exact cost; cached and cache-writing tokens are parts of the input."""
        fresh = tokens.input_tokens - tokens.cached_input_tokens - tokens.cache_write_tokens
        per_million = (
            fresh * self.input
            + tokens.cached_input_tokens * self.cached_input_price
            + tokens.cache_write_tokens * self.cache_write_price
            + tokens.output_tokens * self.output
        )
        return per_million * (self.batch if is_batch else 1) / MILLION

    def dearer_than(self, other: "PriceVersion") -> dict[str, tuple[Decimal, Decimal]]:
        """What costs more than by another version: word → (price there, price here)."""
        pairs = {
            "input": (other.input, self.input),
            "output": (other.output, self.output),
            "cached input": (other.cached_input_price, self.cached_input_price),
            "cache write": (other.cache_write_price, self.cache_write_price),
        }
        return {word: (before, after) for word, (before, after) in pairs.items() if after > before}

    @property
    def cached_input_price(self) -> Decimal:
        return self.input if self.cached_input is None else self.cached_input

    @property
    def cache_write_price(self) -> Decimal:
        return self.input if self.cache_write is None else self.cache_write


class PricedModel(_Frozen):
    """One model under all its names."""

    name: str
    also: tuple[str, ...] = Field((), description="Other names of the same model, providers' own ids among them.")
    providers: tuple[str, ...] = Field(
        (), description="Whose calls these prices are for; absent: of all providers that have no entry of their own."
    )
    prices: tuple[PriceVersion, ...] = Field(min_length=1)
    retired_on: date | None = Field(None, description="From this day on it is not served any more.")
    successor: str = Field("", description="The model that runs in its place.")

    @model_validator(mode="after")
    def _versions_follow_each_other(self) -> Self:
        days = [each.since for each in self.prices]
        later = [day for day in days[1:] if day is not None]
        if len(later) < len(days) - 1 or days != sorted(set(days), key=lambda day: day or date.min):
            raise ValueError(f"the prices of {self.name} need a later `since` each, after the first")
        return self

    def version(self, day: date) -> PriceVersion | None:
        """The price in force on a day; None before the first."""
        reached = [each for each in self.prices if each.since is None or each.since <= day]
        return reached[-1] if reached else None


class Cost(NamedTuple):
    """What tokens cost; `usd` is None for what is unpriced, whose tokens count apart."""

    model: str
    tokens: TokenCounts
    usd: Decimal | None

    @property
    def is_unpriced(self) -> bool:
        return self.usd is None


class Served(NamedTuple):
    """Which model answers to a name at a moment, and why it is not the one named; empty if it is."""

    model: str
    note: str = ""


class PriceBook(_Frozen):
    """All prices that are known."""

    checked_on: date = Field(description="When somebody last compared it with the providers' lists.")
    models: tuple[PricedModel, ...]

    #: Of (name, provider), the provider empty for all that have no entry of their own.
    _by_name: dict[tuple[str, str], PricedModel] = PrivateAttr(default_factory=dict)

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        for model in self.models:
            for name, provider in product((model.name, *model.also), model.providers or ("",)):
                if self._by_name.setdefault((_folded(name), _folded(provider)), model) is not model:
                    raise ValueError(f"{name} names two models" + (f" of {provider}" if provider else ""))
        for model in self.models:
            if model.successor and self.named(model.successor) is None:
                raise ValueError(f"{model.name} has the successor {model.successor}, which has no entry")
        return self

    def named(self, name: str, provider: str = "") -> PricedModel | None:
        """The model of a name, by its exact names alone: a prefix may be another model with another price.

        Only the date of a snapshot may follow them, as in `claude-opus-5-5-20260801`.
        """
        name, provider = _folded(name), _folded(provider)
        return self._exactly(name, provider) or self._exactly(_SNAPSHOT.sub("", name), provider)

    def _exactly(self, name: str, provider: str) -> PricedModel | None:
        return self._by_name.get((name, provider)) or self._by_name.get((name, ""))

    def price_on(self, day: date, name: str, provider: str = "") -> PriceVersion | None:
        """The price in force on a day, UTC; None for what is unpriced."""
        model = self.named(name, provider)
        return model.version(day) if model else None

    def price_at(self, name: str, moment: datetime) -> PriceVersion | None:
        """The price in force at an aware moment; None for what is unpriced."""
        return self.price_on(moment.astimezone(UTC).date(), name)

    def cost(self, name: str, moment: datetime, tokens: TokenCounts) -> Cost:
        """What tokens cost that were used at a moment."""
        price = self.price_at(name, moment)
        return Cost(name, tokens, None if price is None else price.usd(tokens))

    def served(self, name: str, moment: datetime) -> Served:
        """The model that would run today under a name: the next successor that is not retired."""
        day, asked = moment.astimezone(UTC).date(), self.named(name)
        model, passed = asked, set[str]()
        while model and model.retired_on and model.retired_on <= day and model.successor not in passed:
            passed.add(model.successor)
            model = self.named(model.successor)
        if asked is None or model is None or model is asked:
            return Served(name, _retired(name, asked, day))
        return Served(model.name, f"{_retired(name, asked, day)}; {model.name} runs in its place")


def _folded(name: str) -> str:
    return name.strip().casefold()


def _retired(name: str, model: PricedModel | None, day: date) -> str:
    retired_on = model.retired_on if model else None
    return f"{name} was retired on {retired_on}" if retired_on and retired_on <= day else ""


class ModelEstimate(_Frozen):
    """What a task would cost on one model; `usd` is absent where tokens or price are unknown, as `missing` says."""

    model: str
    runs_as: str = Field(description="The model that would run today under this name.")
    note: str = Field("", description="Why it is another one.")
    usd: Decimal | None = None
    missing: str = ""


class TaskEstimates(_Frozen):
    """The same task on the default and on the stronger model."""

    default: ModelEstimate
    stronger: ModelEstimate

    @property
    def factor(self) -> Decimal | None:
        """How many times dearer the stronger model is; None where it cannot be said."""
        if self.stronger.usd is None or not self.default.usd:
            return None
        return self.stronger.usd / self.default.usd


def estimate_task(book: PriceBook, models: tuple[str, str], tokens: TokenCounts | None, now: datetime) -> TaskEstimates:
    """Price a task of so many tokens on the (default, stronger) models; None for tokens that nobody estimated."""
    default, stronger = (_estimate(book, name, tokens, now) for name in models)
    return TaskEstimates(default=default, stronger=stronger)


def _estimate(book: PriceBook, name: str, tokens: TokenCounts | None, now: datetime) -> ModelEstimate:
    served = book.served(name, now)
    if tokens is None:
        return ModelEstimate(model=name, runs_as=served.model, note=served.note, missing="its tokens are not estimated")
    usd = book.cost(served.model, now, tokens).usd
    missing = f"{served.model} is unpriced" if usd is None else ""
    return ModelEstimate(model=name, runs_as=served.model, note=served.note, usd=usd, missing=missing)
