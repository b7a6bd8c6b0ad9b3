"""What is wrong with prices: models without one, senders who see other costs than we do, and prices that went up."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from riskengine.areas import Area
from riskengine.durations import spoken
from riskengine.money import counted, exact_usd
from riskengine.pricing import PriceBook, PricedModel, PriceVersion
from riskengine.response.alerts import Severity
from riskengine.rollups import Rollup, to_usd
from riskengine.series import Series

#: The numbers of a rollup that are looked at.
FINDING_NUMBERS = (
    "unpriced_calls",
    "unpriced_tokens",
    "compared_calls",
    "compared_told_picousd",
    "compared_ours_picousd",
)


class PriceAlert(StrEnum):
    """The names of the alerts."""

    UNPRICED = "unpriced_model"
    DIFFER = "cost_figures_differ"
    INCREASE = "provider_price_increase"

    @property
    def is_event(self) -> bool:
        """Told once, whatever people do with it; the others fire again for as long as they hold."""
        return self is PriceAlert.INCREASE


class PriceLimits(NamedTuple):
    """From when on something is an alert."""

    window: timedelta
    unpriced_tokens: int
    differ_ratio: Decimal
    differ_usd: Decimal
    increase_told_for: timedelta


class PriceFinding(NamedTuple):
    """One thing that holds now, and what its alert says."""

    name: PriceAlert
    severity: Severity
    labels: dict[str, str]
    annotations: dict[str, str]


def judge_calls(sums: Mapping[Series, Rollup], limits: PriceLimits) -> Iterator[PriceFinding]:
    """What the calls of the window say, told apart by model and provider."""
    for series, rollup in sorted(sums.items()):
        if rollup.unpriced_calls and rollup.unpriced_tokens >= limits.unpriced_tokens:
            yield _unpriced(series, rollup, limits)
        if rollup.compared_calls and _differ(rollup, limits):
            yield _differing(series, rollup, limits)


def judge_prices(book: PriceBook, today: date, told_for: timedelta) -> Iterator[PriceFinding]:
    """The increases that came into force lately, by the versions of the table; `today` is UTC's."""
    for model in book.models:
        for before, after in pairwise(model.prices):
            if after.since and after.since <= today < after.since + told_for and after.dearer_than(before):
                yield _increase(model, before, after, after.since)


def _unpriced(series: Series, rollup: Rollup, limits: PriceLimits) -> PriceFinding:
    annotations = {
        "summary": f"Nobody knows what {series.model} costs: its calls are in no sum of money.",
        "value": f"{counted(rollup.unpriced_calls, 'call')} with {counted(rollup.unpriced_tokens, 'token')}",
        "limit": counted(limits.unpriced_tokens, "token"),
        "basis": f"in {spoken(limits.window)}",
        "action": f"Add {series.model} to the table of prices (`pricing.file`), under this very name, and restart "
        "riskbot; calls count with their price from then on.",
        "action_id": "add_price",
    }
    return PriceFinding(PriceAlert.UNPRICED, Severity.MEDIUM, _labels(series), annotations)


def _differ(rollup: Rollup, limits: PriceLimits) -> bool:
    told, ours = to_usd(rollup.compared_told_picousd), to_usd(rollup.compared_ours_picousd)
    apart = abs(told - ours)
    return apart > limits.differ_ratio * ours and apart >= limits.differ_usd


def _differing(series: Series, rollup: Rollup, limits: PriceLimits) -> PriceFinding:
    told, ours = to_usd(rollup.compared_told_picousd), to_usd(rollup.compared_ours_picousd)
    annotations = {
        "summary": f"{series.provider or 'A sender'} tells other costs of {series.model} than its tokens come to.",
        "value": f"told {exact_usd(told)}, by our prices {exact_usd(ours)}{_apart(told, ours)}",
        "limit": f"{(limits.differ_ratio * 100).normalize():f}%",
        "basis": f"{counted(rollup.compared_calls, 'call')} in {spoken(limits.window)}; ours count",
        "action": _what_to_do(told),
        "action_id": "compare_prices",
    }
    return PriceFinding(PriceAlert.DIFFER, Severity.MEDIUM, _labels(series), annotations)


def _apart(told: Decimal, ours: Decimal) -> str:
    return f" ({(told - ours) / ours:+.0%})" if ours else ""


def _what_to_do(told: Decimal) -> str:
    if not told:
        return "The sender does not know this model and writes 0: update its price list, or let it tell no cost."
    return (
        "Compare both with the provider's price list and bill. If ours is wrong, add a version to the table of prices "
        "(`pricing.file`) with the day from which it holds; if the sender's is, update its list."
    )


def _increase(model: PricedModel, before: PriceVersion, after: PriceVersion, since: date) -> PriceFinding:
    dearer = after.dearer_than(before)
    told = [
        f"{word} ${old.normalize():f} to ${new.normalize():f}{_apart(new, old)}" for word, (old, new) in dearer.items()
    ]
    annotations = {
        "summary": f"{model.name} costs more since {since}.",
        "value": "; ".join(told),
        "basis": "US dollars per million tokens, by the table of prices",
        "action": "See with `/cost` what that comes to in the month; a cheaper model or caching may make up for it.",
        "action_id": "review_model_choice",
    }
    labels = {"area": Area.COST.value, "model": model.name, "since": since.isoformat()}
    return PriceFinding(PriceAlert.INCREASE, Severity.MEDIUM, _with_provider(labels, model.providers), annotations)


def _price(usd: Decimal) -> str:
    return f"${usd.normalize():f}"


def _with_provider(labels: dict[str, str], providers: Iterable[str]) -> dict[str, str]:
    named = ", ".join(providers)
    return {**labels, "provider": named} if named else labels


def _labels(series: Series) -> dict[str, str]:
    return {"area": Area.COST.value, **series.labels}
