"""Money as people read it."""

from decimal import Decimal

import pytest

from riskengine.money import budget_usd, counted, exact_usd, fine_usd, told_count, told_share, told_usd


@pytest.mark.parametrize(
    ("amount", "told"),
    [
        pytest.param("0", "$0", id="nothing"),
        pytest.param("0.000001", "under $0.01", id="too small to show, yet not nothing"),
        pytest.param("0.005", "$0.01", id="half a cent"),
        pytest.param("34.2", "$34.20", id="cents"),
        pytest.param("999.994", "$999.99", id="just below a thousand"),
        pytest.param("999.995", "$1,000", id="rounds to a thousand"),
        pytest.param("1420.5", "$1,421", id="no cents above"),
        pytest.param("1234567", "$1,234,567", id="millions"),
        pytest.param("-3.5", "-$3.50", id="less than nothing"),
    ],
)
def test_dollars(amount, told):
    assert told_usd(Decimal(amount)) == told


@pytest.mark.parametrize(
    ("count", "told"), [(0, "0"), (12_400, "12,400"), (3_240_000, "3.2 M"), (1_500_000_000, "1.5 G")]
)
def test_counts(count, told):
    assert told_count(count) == told


@pytest.mark.parametrize(
    ("part", "whole", "told"),
    [("40", "50", "80 %"), ("49.9", "50", "99 %"), ("50", "50", "100 %"), ("75", "50", "150 %"), ("1", "0", "–")],  # noqa: RUF001
)
def test_shares(part, whole, told):
    assert told_share(Decimal(part), Decimal(whole)) == told


@pytest.mark.parametrize(
    ("usd", "words"),
    [
        ("0", "$0.00"),
        ("1234.5", "$1,234.50"),
        ("1", "$1.00"),
        ("0.42", "$0.42"),
        ("0.0042", "$0.0042"),
        ("0.00420001", "$0.0042"),
        ("0.0000000001", "$0.00000000010"),
        ("-3.456", "-$3.46"),
    ],
)
def test_exact_dollars(usd, words):
    assert exact_usd(Decimal(usd)) == words


def test_counted():
    assert [counted(number, "call") for number in (0, 1, 1_000)] == ["0 calls", "1 call", "1,000 calls"]


def test_budgets_and_tasks():
    assert [budget_usd(Decimal(usd)) for usd in ("350", "350.00", "12.5")] == ["$350", "$350", "$12.50"]
    assert [fine_usd(Decimal(usd)) for usd in ("0.012345", "3.10", "2")] == ["$0.0123", "$3.10", "$2.00"]
