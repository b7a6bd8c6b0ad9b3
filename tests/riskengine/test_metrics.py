"""Values as people read them."""

from decimal import Decimal

import pytest

from riskengine.metrics import METRICS, MetricName, metric_of, written


@pytest.mark.parametrize(
    ("word", "value", "told"),
    [
        ("avg_response_time", "4.8123", "4.81 s"),
        ("response_time_mean_seconds", "3.0", "3 s"),
        ("response_time_p95_seconds", "0.0421", "0.0421 s"),
        ("error_rate", "0.0714", "7.14 %"),
        ("error_ratio", "0.05", "5 %"),
        ("error_ratio", "1", "100 %"),
        ("throughput", "0.25", "0.25 calls/s"),
        ("calls", "12345", "12345 calls"),
    ],
)
def test_a_value_is_told_with_its_unit(word, value, told):
    assert metric_of(word).told(Decimal(value)) == told


def test_no_value_is_no_data():
    assert metric_of("calls").told(None) == "no data"


def test_only_words_of_conditions_mean_a_metric():
    assert metric_of(" error_rate ").name == MetricName.ERROR_RATIO
    assert metric_of("error_rate * 100") is None


@pytest.mark.parametrize(("value", "text"), [("0", "0"), ("100", "100"), ("1000.4", "1000"), ("0.001234", "0.00123")])
def test_three_digits(value, text):
    assert written(Decimal(value)) == text


def test_shares_are_told_in_per_cent():
    shares = {metric.name for metric in METRICS if metric.told_unit == "%"}
    assert shares == {MetricName.ERROR_RATIO, MetricName.ESCALATED_RATIO}
