"""Models without a price, senders' figures that differ, increases: when they are told, and in which words."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from riskengine.areas.cost.price_findings import PriceAlert, PriceLimits, judge_calls, judge_prices
from riskengine.pricing import PriceBook
from riskengine.rollups import Rollup, to_picousd
from riskengine.series import Series

DAY = timedelta(days=1)
LIMITS = PriceLimits(DAY, 1, Decimal("0.1"), Decimal("0.01"), 7 * DAY)
SERIES = Series(model="m", provider="litellm")


def compared(told: str, ours: str, calls: int = 3) -> Rollup:
    return Rollup(
        calls=calls,
        compared_calls=calls,
        compared_told_picousd=to_picousd(Decimal(told)),
        compared_ours_picousd=to_picousd(Decimal(ours)),
    )


def found(rollup: Rollup, limits: PriceLimits = LIMITS):
    return list(judge_calls({SERIES: rollup}, limits))


def test_a_model_without_a_price_is_told_with_its_calls_and_tokens():
    [finding] = found(Rollup(calls=5, unpriced_calls=2, unpriced_tokens=12_345))
    assert finding.name is PriceAlert.UNPRICED
    assert finding.labels == {"area": "cost", "model": "m", "provider": "litellm"}
    assert finding.annotations["value"] == "2 calls with 12,345 tokens"
    assert "Add m to the table of prices" in finding.annotations["action"]


def test_few_unpriced_tokens_may_be_below_the_limit():
    few = Rollup(calls=1, unpriced_calls=1, unpriced_tokens=999)
    assert found(few, LIMITS._replace(unpriced_tokens=1_000)) == []
    assert found(few, LIMITS._replace(unpriced_tokens=999)) != []


@pytest.mark.parametrize(
    ("told", "ours", "is_told"),
    [
        ("1.10", "1.00", False),
        ("1.11", "1.00", True),
        ("0.90", "1.00", False),
        ("0.89", "1.00", True),
        ("0", "1.00", True),
        ("0.5", "0", True),
        ("0", "0", False),
        ("0.001", "0.01", False),
        ("0.00", "0.01", True),
    ],
)
def test_figures_differ_by_more_than_a_tenth_and_a_cent(told, ours, is_told):
    assert bool(found(compared(told, ours))) == is_told


def test_differing_figures_are_told_with_both_sums():
    [finding] = found(compared("2", "1600"))
    assert finding.name is PriceAlert.DIFFER
    assert finding.annotations["value"] == "told $2.00, by our prices $1,600.00 (-100%)"
    assert finding.annotations["basis"] == "3 calls in 1 d; ours count"
    assert finding.annotations["limit"] == "10%"
    [nothing] = found(compared("0", "3"))
    assert "writes 0" in nothing.annotations["action"]


BOOK = PriceBook.model_validate(
    {
        "checked_on": "2026-11-22",
        "models": [
            {
                "name": "m",
                "prices": [
                    {"input": "1", "output": "10", "cached_input": "0.1"},
                    {"since": "2026-03-01", "input": "1", "output": "12.50"},
                    {"since": "2026-05-01", "input": "0.9", "output": "12.50"},
                ],
            },
        ],
    }
)


@pytest.mark.parametrize(
    ("today", "told"),
    [("2026-02-28", 0), ("2026-03-01", 1), ("2026-03-07", 1), ("2026-03-08", 0), ("2026-05-01", 0)],
)
def test_an_increase_is_told_from_its_first_day_for_a_week(today, told):
    assert len(list(judge_prices(BOOK, date.fromisoformat(today), 7 * DAY))) == told


def test_an_increase_names_every_price_that_went_up():
    """No price for cached input means that of other input."""
    [finding] = judge_prices(BOOK, date(2026, 3, 1), DAY)
    assert finding.labels == {"area": "cost", "model": "m", "since": "2026-03-01"}
    assert finding.annotations["value"] == "output $10 to $12.5 (+25%); cached input $0.1 to $1 (+900%)"
