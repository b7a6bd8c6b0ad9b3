"""Money as people read it."""

from decimal import Decimal

import pytest

from riskengine.areas.cost.money import counted, dollars


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
def test_dollars(usd, words):
    assert dollars(Decimal(usd)) == words


def test_counted():
    assert [counted(number, "call") for number in (0, 1, 1_000)] == ["0 calls", "1 call", "1,000 calls"]
