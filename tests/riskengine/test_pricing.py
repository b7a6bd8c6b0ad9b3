"""Prices: versions by day, names, what is unpriced, and the shipped table."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from bot.errors import SettingsError
from bot.services.price_table import SHIPPED, read_prices
from riskengine.pricing import PriceBook, estimate_task
from riskengine.usage import TokenCounts

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
BOOK = read_prices(SHIPPED)
MODELS = ("glm-4.5", "claude-4.1-opus")


def book(*prices, **fields) -> PriceBook:
    model = {"name": "m", "prices": prices, **fields}
    return PriceBook.model_validate({"checked_on": "2026-11-22", "models": [model]})


@pytest.mark.parametrize(
    ("name", "tokens", "usd"),
    [
        ("glm-4.5", TokenCounts(1_000_000, 1_000_000, 0, 0), "2.80"),
        ("z-ai/glm-4.5", TokenCounts(1_000_000, 0, 500_000, 0), "0.355"),
        ("claude-opus-4-1-20250805", TokenCounts(1_000_000, 1_000_000, 0, 0), "90"),
        ("claude-opus-5-5", TokenCounts(3_000_000, 0, 1_000_000, 1_000_000), "9.20"),
        ("glm-4.5", TokenCounts(1, 0, 0, 0), "0.0000006"),
    ],
)
def test_shipped_prices(name, tokens, usd):
    assert BOOK.cost(name, NOW, tokens).usd == Decimal(usd)


def test_name_that_is_only_alike_is_unpriced_with_its_tokens():
    tokens = TokenCounts(10, 5, 0, 0)
    cost = BOOK.cost("claude-opus-4-1-foo", NOW, tokens)
    assert cost.is_unpriced
    assert cost.tokens == tokens


@pytest.mark.parametrize("name", ["claude-opus-5-5-20260801", "anthropic/claude-opus-5.5@2026-08-01"])
def test_the_date_of_a_snapshot_may_follow_a_name(name):
    assert BOOK.named(name) == BOOK.named("claude-opus-5-5")


@pytest.mark.parametrize("name", ["claude-opus-5-5-2026", "claude-opus-5-520260801", "claude-opus-5-5-20260801-x"])
def test_nothing_else_may(name):
    assert BOOK.named(name) is None


def test_providers_may_have_prices_of_their_own():
    models = [
        {"name": "m", "prices": [{"input": "1", "output": "1"}]},
        {"name": "m", "providers": ["bedrock", "azure"], "prices": [{"input": "2", "output": "2"}]},
    ]
    prices = PriceBook.model_validate({"checked_on": "2026-11-22", "models": models})
    found = [prices.price_on(NOW.date(), "m", provider) for provider in ("", "zai", "Bedrock", "azure")]
    assert [each and each.input for each in found] == [1, 1, 2, 2]
    with pytest.raises(ValueError, match="m names two models of azure"):
        PriceBook.model_validate(
            {"checked_on": "2026-11-22", "models": [*models, {**models[1], "providers": ["azure"]}]}
        )


def test_version_in_force_on_the_day_counts():
    prices = book(
        {"since": "2026-01-01", "input": "1", "output": "1"}, {"since": "2026-06-01", "input": "2", "output": "2"}
    )
    found = [prices.price_at("m", datetime(2026, *day, 23, 59, tzinfo=UTC)) for day in ((1, 1), (5, 31), (6, 1))]
    assert [each and each.input for each in found] == [1, 1, 2]
    assert prices.price_at("m", datetime(2025, 12, 31, tzinfo=UTC)) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("checked_on: 2026-11-22\nmodels: [{name: m, prices: []}]", "models.0.prices"),
        ("checked_on: [", "no YAML"),
        ("checked_on: 2026-11-22\nmodels: [{name: m, prices: [{input: 1, output: 1}], successor: x}]", "has no entry"),
        ("checked_on: 2026-11-22\nmodels: [{name: m, prices: [{input: 0.0000001, output: 1}]}]", "6 decimal places"),
        ("checked_on: 2026-11-22\nmodels: [{name: m, also: [M], prices: [{input: -1, output: 1}]}]", "prices.0.input"),
    ],
)
def test_mistakes_are_told_by_their_place(tmp_path, text, said):
    path = tmp_path / "prices.yml"
    path.write_text(text)
    with pytest.raises(SettingsError, match=said) as caught:
        read_prices(path)
    assert "prices.yml" in caught.value.message


def test_retired_model_is_served_by_its_successor_from_that_day():
    before = datetime(2026, 8, 4, tzinfo=UTC)
    assert BOOK.served("claude-4.1-opus", before) == ("claude-4.1-opus", "")
    served = BOOK.served("claude-4.1-opus", NOW)
    assert served.model == "claude-opus-5-5"
    assert "retired on 2026-08-05" in served.note


def test_task_is_priced_on_both_models():
    estimates = estimate_task(BOOK, MODELS, TokenCounts(1_000_000, 0, 0, 0), NOW)
    assert (estimates.default.usd, estimates.stronger.usd) == (Decimal("0.60"), Decimal(4))
    assert estimates.stronger.runs_as == "claude-opus-5-5"
    assert round(estimates.factor, 1) == Decimal("6.7")


def test_task_without_estimates_has_no_price_and_says_why():
    estimates = estimate_task(BOOK, MODELS, None, NOW)
    assert estimates.default.usd is None
    assert estimates.default.missing == "its tokens are not estimated"


def test_table_says_when_it_was_checked():
    assert BOOK.checked_on == date(2026, 11, 22)
