"""What would cost less: measures with their savings, each computed from the traffic that was recorded.

Every call counts for one measure at most, the one that saves most of it. Repeats come first: an answer out of a cache
costs nothing. So the savings may be added up.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from riskengine.usage import TokenCounts

#: Savings are told for a month of so many days.
MONTH_DAYS = 30
Discount = Annotated[Decimal, Field(ge=0, lt=1)]
_NOTHING = Decimal(0)


class Measure(StrEnum):
    """What can be done about cost."""

    CACHING = "caching"
    BATCHING = "batching"
    TIME_BASED_ROUTING = "time-based routing"
    MODEL_SELECTION = "model selection"


class Effort(StrEnum):
    """How much work it is for those who run the orchestrator."""

    HOURS = "hours"
    A_DAY = "a day"
    DAYS = "some days"


#: What to do, for whoever runs the orchestrator.
HOW: Mapping[Measure, tuple[Effort, str]] = {
    Measure.CACHING: (
        Effort.A_DAY,
        "Keep each answer for a day under the hash of its request, and look there before calling a model.",
    ),
    Measure.BATCHING: (
        Effort.DAYS,
        "Collect what can wait and hand it to the provider's batch interface, which answers within a day.",
    ),
    Measure.TIME_BASED_ROUTING: (
        Effort.HOURS,
        "Hold back what can wait until the cheaper hours begin.",
    ),
    Measure.MODEL_SELECTION: (
        Effort.HOURS,
        "Name the cheaper model in the routing configuration, and deploy it by a canary that watches quality.",
    ),
}


class MeasureSettings(BaseModel):
    """What may be done to traffic so that it costs less."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    least_repeats: int = Field(10, ge=0, description="Caching is worth telling above so many repeated requests.")
    patient_roles: tuple[str, ...] = Field(
        (), description="Roles whose answers may come a day later; only their calls can be batched or held back."
    )
    off_peak_hours: tuple[int, ...] = Field(
        (), description="Hours of the day, in the organisation's time zone, in which calls cost less."
    )
    off_peak_discount: Discount = Field(Decimal(0), description="What a call in those hours costs less, from 0 to 1.")
    cheaper_models: dict[str, str] = Field(
        {}, description="Model → cheaper one that could do its work; a successor in the price table counts by itself."
    )


class Traffic(NamedTuple):
    """The priced calls of one model, provider and role, in the span that is looked at."""

    model: str
    provider: str
    role: str
    calls: int
    usd: Decimal
    tokens: TokenCounts
    #: Those of the hours that cost more.
    peak_calls: int = 0
    peak_usd: Decimal = _NOTHING

    @property
    def key(self) -> "Whose":
        return Whose(self.model, self.provider, self.role)


class Whose(NamedTuple):
    model: str
    provider: str
    role: str


class Repeats(NamedTuple):
    """Calls that asked what had been asked on the same day, and what they cost."""

    calls: int
    usd: Decimal


class Prices(NamedTuple):
    """What the same tokens would cost otherwise; both take a model, its provider, and the tokens."""

    #: By a cheaper model that could do the work: its name and dollars; None where there is none.
    cheaper: Callable[[str, str, TokenCounts], tuple[str, Decimal] | None]
    #: In the provider's batch service; None where it has none.
    batched: Callable[[str, str, TokenCounts], Decimal | None]


class Saving(NamedTuple):
    """What one measure saves a month."""

    measure: Measure
    usd_per_month: Decimal
    #: Calls in the span that it would concern.
    calls: int
    effort: Effort
    how: str
    #: Where it is to be had, the most first: `glm-4.5 for critic`.
    where: tuple[str, ...]


class Savings(NamedTuple):
    """All measures that save something, the best first."""

    found: tuple[Saving, ...]
    spent_per_month: Decimal
    days: Decimal
    #: Of each measure that could not be computed: what is missing.
    missing: tuple[str, ...]

    @property
    def usd_per_month(self) -> Decimal:
        return sum((each.usd_per_month for each in self.found), _NOTHING)


class _Part(NamedTuple):
    """Calls of one kind of traffic that a measure concerns."""

    measure: Measure
    saved: Decimal
    calls: int
    where: str


def optimise(
    traffic: Sequence[Traffic],
    repeats: Mapping[Whose, Repeats],
    prices: Prices,
    settings: MeasureSettings,
    days: Decimal,
) -> Savings:
    """Find what saves money in the traffic of so many days."""
    is_worth = sum(each.calls for each in repeats.values()) > settings.least_repeats
    worth = repeats if is_worth else {}
    parts = [part for each in traffic for part in _parts(each, worth.get(each.key), prices, settings)]
    monthly = MONTH_DAYS / days if days else _NOTHING
    by_measure: defaultdict[Measure, list[_Part]] = defaultdict(list)
    for part in parts:
        by_measure[part.measure].append(part)
    found = [_saving(measure, mine, monthly) for measure, mine in by_measure.items()]
    return Savings(
        found=tuple(sorted(found, key=lambda each: (-each.usd_per_month, each.measure))),
        spent_per_month=sum((each.usd for each in traffic), _NOTHING) * monthly,
        days=days,
        missing=_missing(settings),
    )


def _parts(traffic: Traffic, repeats: Repeats | None, prices: Prices, settings: MeasureSettings) -> list[_Part]:
    """Repeats out of a cache; what is left by whatever saves most of it."""
    parts = []
    left_calls, left = traffic.calls, Decimal(1)
    if repeats is not None and repeats.calls and traffic.usd:
        calls, usd = min(repeats.calls, traffic.calls), min(repeats.usd, traffic.usd)
        parts.append(_Part(Measure.CACHING, usd, calls, _where(traffic)))
        left_calls, left = traffic.calls - calls, 1 - usd / traffic.usd
    options = [_batched(traffic, prices, settings), _held_back(traffic, settings), _by_another(traffic, prices)]
    best = max((each for each in options if each), key=lambda each: each.saved, default=None)
    if best and left > 0 and left_calls and best.saved > 0:
        share = left_calls / Decimal(traffic.calls)
        parts.append(best._replace(saved=best.saved * left, calls=round(best.calls * share)))
    return parts


def _batched(traffic: Traffic, prices: Prices, settings: MeasureSettings) -> _Part | None:
    """What was batched already costs no less by it."""
    usd = prices.batched(traffic.model, traffic.provider, traffic.tokens)
    if traffic.role not in settings.patient_roles or usd is None or usd >= traffic.usd:
        return None
    return _Part(Measure.BATCHING, traffic.usd - usd, traffic.calls, _where(traffic))


def _held_back(traffic: Traffic, settings: MeasureSettings) -> _Part | None:
    if traffic.role not in settings.patient_roles or not traffic.peak_calls:
        return None
    saved = traffic.peak_usd * settings.off_peak_discount
    return _Part(Measure.TIME_BASED_ROUTING, saved, traffic.peak_calls, _where(traffic))


def _by_another(traffic: Traffic, prices: Prices) -> _Part | None:
    found = prices.cheaper(traffic.model, traffic.provider, traffic.tokens)
    if found is None or found[1] >= traffic.usd:
        return None
    name, usd = found
    return _Part(Measure.MODEL_SELECTION, traffic.usd - usd, traffic.calls, f"{name} in place of {traffic.model}")


def _where(traffic: Traffic) -> str:
    return f"{traffic.model} for {traffic.role}" if traffic.role else traffic.model


def _saving(measure: Measure, parts: Sequence[_Part], monthly: Decimal) -> Saving:
    effort, how = HOW[measure]
    places: defaultdict[str, Decimal] = defaultdict(Decimal)
    for part in parts:
        places[part.where] += part.saved
    return Saving(
        measure=measure,
        usd_per_month=sum((part.saved for part in parts), _NOTHING) * monthly,
        calls=sum(part.calls for part in parts),
        effort=effort,
        how=how,
        where=tuple(sorted(places, key=lambda place: (-places[place], place))),
    )


def _missing(settings: MeasureSettings) -> tuple[str, ...]:
    """What nobody has said, so that a measure could not be computed."""
    said = []
    if not settings.patient_roles:
        said.append("batching and time-based routing: optimisation.patient_roles names no role whose work can wait")
    elif not (settings.off_peak_hours and settings.off_peak_discount):
        said.append("time-based routing: optimisation.off_peak_hours and off_peak_discount name no cheaper hours")
    return tuple(said)
