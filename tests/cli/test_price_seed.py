"""The shipped prices are those of genai-prices, and entries are made from it without its traps."""

from datetime import UTC, datetime
from decimal import Decimal

import genai_prices
import pytest

from bot.cli import price_seed
from bot.services.price_table import SHIPPED, read_prices
from riskengine.pricing import PriceBook
from riskengine.usage import TokenCounts

BOOK = read_prices(SHIPPED)


def test_the_shipped_table_is_what_the_package_says(capsys):
    assert price_seed.main([]) == 0
    assert "All prices of prices.yml are those of genai-prices" in capsys.readouterr().out


@pytest.mark.parametrize(("model", "provider"), [("glm-4.5", "zai"), ("claude-opus-5-5", "anthropic")])
def test_a_call_costs_what_the_package_computes(model, provider):
    """Its own calculation, cache included; it knows its models under its own names of providers."""
    counts = TokenCounts(100_000, 5_000, 40_000, 10_000 if provider == "anthropic" else 0)
    usage = genai_prices.Usage(
        input_tokens=counts.input_tokens,
        output_tokens=counts.output_tokens,
        cache_read_tokens=counts.cached_input_tokens,
        cache_write_tokens=counts.cache_write_tokens,
    )
    moment = datetime(BOOK.checked_on.year, BOOK.checked_on.month, BOOK.checked_on.day, tzinfo=UTC)
    theirs = genai_prices.calc_price(usage, model, provider_id=provider, genai_request_timestamp=moment)
    assert BOOK.cost(model, moment, counts).usd == theirs.total_price


def test_a_changed_price_is_seen():
    models = [
        {**each.model_dump(), "prices": [{"input": "0.7", "output": "2.2"}]}
        for each in BOOK.models
        if each.name == "glm-4.5"
    ]
    book = PriceBook.model_validate({"checked_on": BOOK.checked_on, "models": models})
    [line] = price_seed.differences(book.models, book.checked_on)
    assert line == "glm-4.5: input 0.7, output 2.2 here, input 0.6, output 2.2, cached_input 0.11 there"


def test_an_entry_can_be_put_into_a_table(capsys, tmp_path):
    assert price_seed.main(["Claude-Sonnet-5-5", "glm-4.7"]) == 0
    path = tmp_path / "prices.yml"
    path.write_text("checked_on: 2026-11-22\nmodels:\n" + capsys.readouterr().out)
    book = read_prices(path)
    made = book.named("anthropic/claude-sonnet-5.5")
    assert made is not None
    assert made.prices[0].batch == Decimal("0.5")
    assert book.named("z-ai/glm-4.7") is not None


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("claude-opus-4-1-foo", "knows no model of exactly this name"),
        ("claude-haiku-5-5", "depends on the length of the request"),
        ("text-embedding-3-small", "no price of read and written tokens"),
    ],
)
def test_what_cannot_be_told_is_left_out_and_said(capsys, name, reason):
    assert price_seed.main([name]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert reason in told.err
