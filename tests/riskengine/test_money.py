"""Money as people read it."""

from decimal import Decimal

import pytest

from riskengine.money import told_count, told_share, told_usd


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
