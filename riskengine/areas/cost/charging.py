"""What a call is booked at: our price of its tokens, else its sender's figure, else nothing: it is unpriced.

In whole numbers, so that sums are exact, and with the unit prices of a day remembered, since intake asks for each call.
"""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import NamedTuple

from riskengine.pricing import PriceBook, PriceVersion
from riskengine.rollups import to_picousd
from riskengine.telemetry import CACHE_HIT, SERVICE_TIER, ModelCall

#: A token's price in 10⁻¹⁵ dollars is a whole number: prices have six places to the million, batch factors three.
_PER_TOKEN = 10**9
_FEMTO_TO_PICO = 1_000
BATCH = "batch"
#: Models and days remembered; made-up names must not fill the memory.
REMEMBERED = 10_000
#: The columns have 64 bits.
LARGEST = 2**63 - 1

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = date(1970, 1, 1).toordinal()


class Charge(NamedTuple):
    """In 10⁻¹² US dollars; the fields are those of a stored call."""

    cost_picousd: int | None
    told_picousd: int | None
    #: Whether the cost is our price; False for the sender's figure, None for a call that is unpriced.
    priced_by_us: bool | None


class _Unit(NamedTuple):
    """10⁻¹⁵ US dollars for a token."""

    fresh: int
    cached_input: int
    cache_write: int
    output: int


class Till:
    """Prices calls by a book, or by their senders' figures alone."""

    def __init__(self, book: PriceBook | None) -> None:
        self._book = book
        self._units: dict[tuple[str, str, int, bool], _Unit | None] = {}

    def charge(self, call: ModelCall) -> Charge:
        """A told figure of 0 for tokens is no figure: senders write it for models that they do not know."""
        told = None if call.cost_usd is None else to_picousd(call.cost_usd)
        metadata = call.metadata
        if metadata and metadata.get(CACHE_HIT) is True:
            return Charge(0, told, False)
        if not (call.input_tokens or call.output_tokens):
            return self._without_tokens(call, told)
        unit = self._unit(call, metadata is not None and metadata.get(SERVICE_TIER) == BATCH)
        if unit is not None:
            return Charge(_cost(unit, call), told, True)
        return Charge(told, told, False) if told else Charge(None, told, None)

    def _without_tokens(self, call: ModelCall, told: int | None) -> Charge:
        """A failed call that used nothing cost nothing; else there is only the sender's word."""
        if told is not None:
            return Charge(told, told, False)
        return Charge(0, None, True) if call.error is not None else Charge(None, None, None)

    def _unit(self, call: ModelCall, is_batch: bool) -> _Unit | None:
        key = (call.model, call.provider, (call.at - _EPOCH).days, is_batch)
        try:
            return self._units[key]
        except KeyError:
            return self._remember(key)

    def _remember(self, key: tuple[str, str, int, bool]) -> _Unit | None:
        if len(self._units) >= REMEMBERED:
            self._units.clear()
        model, provider, day, is_batch = key
        version = self._book.price_on(date.fromordinal(_EPOCH_DAY + day), model, provider) if self._book else None
        unit = None if version is None else _unit_of(version, is_batch)
        self._units[key] = unit
        return unit


def _unit_of(version: PriceVersion, is_batch: bool) -> _Unit:
    factor = (version.batch if is_batch else Decimal(1)) * _PER_TOKEN
    prices = (version.input, version.cached_input_price, version.cache_write_price, version.output)
    return _Unit(*(int(each * factor) for each in prices))


def _cost(unit: _Unit, call: ModelCall) -> int:
    cached, written = call.cached_input_tokens or 0, call.cache_write_tokens or 0
    fresh = call.input_tokens - cached - written
    femto = (
        fresh * unit.fresh + cached * unit.cached_input + written * unit.cache_write + call.output_tokens * unit.output
    )
    return min((femto + _FEMTO_TO_PICO // 2) // _FEMTO_TO_PICO, LARGEST)
