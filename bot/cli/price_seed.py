"""Entries for a table of prices, made from the genai-prices package, which development installs.

`python -m bot.cli.price_seed claude-sonnet-5 glm-4.7` prints entries to put into a file; without names it compares the
shipped table with the package and says what differs. Nothing of it runs in riskbot: a price is a line that somebody
has read, and the package's own updates over the network are never started.
"""

import importlib
import re
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from bot.errors import RiskbotError
from bot.services.price_table import SHIPPED, read_prices
from riskengine.pricing import PricedModel, PriceVersion

#: Provider there → what senders and OpenRouter put before its models' names.
PREFIXES = {"anthropic": ("anthropic",), "zai": ("zai", "z-ai"), "openai": ("openai",)}
#: Our field → theirs.
FIELDS = {
    "input": "input_mtok",
    "output": "output_mtok",
    "cached_input": "cache_read_mtok",
    "cache_write": "cache_write_mtok",
}
BATCH = {"processing": "batch"}


class Found(NamedTuple):
    """A model of the package, and whose it is."""

    provider: str
    model: Any


class LeftOut(RiskbotError):
    """The package does not know it, or our table cannot say its price."""

    code = "left_out"
    hint = "Look the price up at the provider's and write the entry by hand."


class NotInstalled(RiskbotError):
    """Only development has the package."""

    code = "not_installed"
    hint = "`pip install genai-prices` beside riskbot; riskbot itself never needs it."


def known(name: str) -> Found:
    """Raises LeftOut."""
    found = find(name)
    if found is None:
        raise LeftOut("genai-prices knows no model of exactly this name from Anthropic, Z.ai or OpenAI")
    return found


def find(name: str) -> Found | None:
    """By its exact name: the package itself takes a prefix for a match, and a prefix may be another model."""
    for provider in _providers():
        if provider.id in PREFIXES:
            for model in provider.models:
                if model.id.casefold() == name.casefold():
                    return Found(provider.id, model)
    return None


def _providers() -> Sequence[Any]:
    try:
        providers: Sequence[Any] = importlib.import_module("genai_prices.data").providers
    except ModuleNotFoundError as error:
        raise NotInstalled("The package genai-prices is not installed.") from error
    return providers


def version_of(found: Found, day: date) -> PriceVersion:
    """The price there in force on a day. Raises LeftOut."""
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
    plain, batch = (_prices(found.model.get_prices(moment, context)) for context in (None, BATCH))
    return PriceVersion.model_validate({**plain, **_batch_factor(found, plain, batch)})


def _prices(theirs: Any) -> dict[str, Decimal]:
    prices = {ours: price for ours, name in FIELDS.items() if (price := getattr(theirs, name, None)) is not None}
    if not {"input", "output"} <= prices.keys():
        raise LeftOut("it has no price of read and written tokens")
    if tiered := [ours for ours, price in prices.items() if not isinstance(price, Decimal)]:
        raise LeftOut(f"its price of {tiered[0]} depends on the length of the request")
    return prices


def _batch_factor(found: Found, plain: dict[str, Decimal], batch: dict[str, Decimal]) -> dict[str, Decimal]:
    factors = {batch[name] / plain[name] for name in plain if plain[name]}
    if len(factors) != 1:
        raise LeftOut(f"batches of {found.model.id} are not cheaper by one factor")
    factor = factors.pop()
    return {} if factor == 1 else {"batch": factor}


def entry(found: Found, day: date) -> str:
    """The entry as YAML. Raises LeftOut."""
    name = found.model.id.casefold()
    prices = version_of(found, day).model_dump(exclude_defaults=True)
    written = ", ".join(f'{field}: "{price.normalize():f}"' for field, price in prices.items())
    also = ", ".join(_others(name, PREFIXES[found.provider]))
    return f"  - name: {name}\n    also: [{also}]\n    prices:\n      - {{{written}}}\n"


def _others(name: str, prefixes: Sequence[str]) -> list[str]:
    """With the makers' prefixes, and with a point in the number, as OpenRouter writes it."""
    dotted = re.sub(r"^(claude.*\d)-(\d+)$", r"\1.\2", name)
    spellings = dict.fromkeys((name, dotted))
    return [*list(spellings)[1:], *(f"{prefix}/{each}" for prefix in prefixes for each in spellings)]


def differences(models: Sequence[PricedModel], day: date) -> Iterator[str]:
    """A line for each price of a table that is not the package's; a model that it does not know is passed over."""
    for model in models:
        found = next((each for name in (model.name, *model.also) if (each := find(name))), None)
        ours = model.version(day)
        if found and ours and (theirs := version_of(found, day)) != ours.model_copy(update={"since": None}):
            yield f"{model.name}: {_told(ours)} here, {_told(theirs)} there"


def _told(version: PriceVersion) -> str:
    prices = version.model_dump(exclude_defaults=True, exclude={"since"})
    return ", ".join(f"{field} {price.normalize():f}" for field, price in prices.items())


def main(names: Sequence[str]) -> int:
    """Print what was asked for. Returns 1 when something differs or cannot be told."""
    if not names:
        book = read_prices(SHIPPED)
        lines = list(differences(book.models, book.checked_on))
        print("\n".join(lines) or f"All prices of {SHIPPED.name} are those of genai-prices on {book.checked_on}.")
        return 1 if lines else 0
    return max([_print_entry(name) for name in names])


def _print_entry(name: str) -> int:
    try:
        print(entry(known(name), read_prices(SHIPPED).checked_on), end="")
    except LeftOut as reason:
        print(f"{name} is left out: {reason.message}. {reason.hint}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except NotInstalled as missing:
        sys.exit(f"{missing.message} {missing.hint}")
