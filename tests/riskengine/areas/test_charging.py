"""What a call is booked at: ours, the sender's, or nothing."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskengine.areas.cost.charging import Charge, Till
from riskengine.pricing import PriceBook
from riskengine.rollups import to_picousd
from riskengine.telemetry import ONE_CALL, ModelCall
from riskengine.usage import MAX_TOKENS, TokenCounts

DAY = datetime(2026, 6, 1, tzinfo=UTC)
BOOK = PriceBook.model_validate(
    {
        "checked_on": "2026-11-22",
        "models": [
            {
                "name": "m",
                "also": ["maker/m"],
                "prices": [
                    {"input": "1", "output": "4", "cached_input": "0.1", "cache_write": "1.25", "batch": "0.5"},
                    {"since": "2026-06-01", "input": "2", "output": "8"},
                ],
            },
            {"name": "m", "providers": ["bedrock"], "prices": [{"input": "3", "output": "5"}]},
            {"name": "free", "prices": [{"input": "0", "output": "0"}]},
        ],
    }
)
BEFORE = "2026-05-31T23:59:59Z"


def call(**told) -> ModelCall:
    parts = {"id": "c", "at": BEFORE, "model": "m", "provider": "p", "duration_seconds": 1.0, **told}
    if "usage" not in parts:
        parts = {"input_tokens": 1_000_000, "output_tokens": 1_000_000, **parts}
    return ONE_CALL.validate_python(parts)


def charged(**told) -> Charge:
    return Till(BOOK).charge(call(**told))


def ours(usd: str, told: str | None = None) -> Charge:
    return Charge(to_picousd(Decimal(usd)), None if told is None else to_picousd(Decimal(told)), True)


@pytest.mark.parametrize(
    ("told", "usd"),
    [
        pytest.param({}, "5", id="plain"),
        pytest.param({"model": "Maker/M"}, "5", id="another name"),
        pytest.param({"at": "2026-06-01T00:00:00Z"}, "10", id="the next version"),
        pytest.param({"at": "2026-06-01T01:59:59+02:00"}, "5", id="days are UTC's"),
        pytest.param({"provider": "Bedrock"}, "8", id="a provider's own prices"),
        pytest.param({"cached_input_tokens": 500_000, "cache_write_tokens": 100_000}, "4.575", id="cache"),
        pytest.param({"metadata": {"service_tier": "batch"}}, "2.5", id="batch"),
        pytest.param({"metadata": {"service_tier": "standard", "x": 1}}, "5", id="no batch"),
        pytest.param({"at": "2026-06-02T00:00:00Z", "metadata": {"service_tier": "batch"}}, "10", id="no batch price"),
        pytest.param({"input_tokens": 1, "output_tokens": 0}, "0.000001", id="one token"),
    ],
)
def test_tokens_are_priced_by_the_version_in_force(told, usd):
    assert charged(**told) == ours(usd)


def test_a_providers_own_usage_is_priced_with_its_cache_and_its_tier():
    usage = {
        "input_tokens": 400_000, "cache_read_input_tokens": 500_000, "cache_creation_input_tokens": 100_000,
        "output_tokens": 1_000_000, "service_tier": "batch",
    }  # fmt: skip
    assert charged(usage=usage) == ours("2.2875")


def test_the_senders_figure_stands_beside_ours():
    assert charged(cost_usd="7") == ours("5", "7")
    assert charged(cost_usd="0") == ours("5", "0")
    assert charged(model="free", cost_usd="0") == ours("0", "0")


def test_without_a_price_of_ours_the_senders_figure_counts():
    assert charged(model="x", cost_usd="7") == Charge(7 * 10**12, 7 * 10**12, False)
    assert Till(None).charge(call(cost_usd="7")) == Charge(7 * 10**12, 7 * 10**12, False)


def test_without_any_figure_it_is_unpriced_and_a_told_nothing_for_tokens_is_none():
    assert charged(model="x") == Charge(None, None, None)
    assert charged(model="x", cost_usd="0") == Charge(None, 0, None)
    assert charged(model="m-preview") == Charge(None, None, None)


def test_calls_without_tokens():
    nothing = {"input_tokens": 0, "output_tokens": 0}
    assert charged(**nothing, model="x", error="Timeout") == Charge(0, None, True)
    assert charged(**nothing, model="x") == Charge(None, None, None)
    assert charged(**nothing, cost_usd="0.04") == Charge(4 * 10**10, 4 * 10**10, False)


def test_what_the_senders_own_cache_answered_cost_nothing():
    assert charged(metadata={"cache_hit": True}) == Charge(0, None, False)
    assert charged(metadata={"cache_hit": False}) == ours("5")


def test_no_call_is_too_dear_for_its_column():
    dear = PriceBook.model_validate(
        {"checked_on": "2026-11-22", "models": [{"name": "m", "prices": [{"input": "100000", "output": "100000"}]}]}
    )
    assert Till(dear).charge(call(input_tokens=MAX_TOKENS, output_tokens=MAX_TOKENS)).cost_picousd == 2**63 - 1


price = st.decimals(0, 1_000, places=6)
tokens = st.integers(0, 2_000_000)


@given(
    st.tuples(price, price, price, price), st.decimals(0, 1, places=3), st.booleans(), tokens, tokens, tokens, tokens
)
def test_whole_numbers_say_what_decimals_say(prices, factor, is_batch, fresh, cached, write, output):
    """The exact cost to the nearest 10⁻¹² dollars, half of one upwards."""
    names = ("input", "output", "cached_input", "cache_write")
    version = {**dict(zip(names, prices, strict=True)), "batch": factor}
    book = PriceBook.model_validate({"checked_on": "2026-11-22", "models": [{"name": "m", "prices": [version]}]})
    counts = TokenCounts(fresh + cached + write, output, cached, write)
    made = call(**counts._asdict(), metadata={"service_tier": "batch"} if is_batch else None, error="x")
    exact = book.models[0].prices[0].usd(counts, is_batch=is_batch)
    booked = Till(book).charge(made).cost_picousd
    assert abs(Decimal(booked or 0) - exact * 10**12) <= Decimal("0.5")
