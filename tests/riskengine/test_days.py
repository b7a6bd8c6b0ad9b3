"""Days as people write them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from riskengine.days import beginning_of

BERLIN = ZoneInfo("Europe/Berlin")
#: A Saturday; in Berlin it is Sunday already.
NOW = datetime(2026, 3, 28, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        pytest.param("tomorrow", "2026-03-29T22:00", id="after the night in which summer time begins"),
        pytest.param("Monday", "2026-03-29T22:00", id="the next Monday"),
        pytest.param("sunday", "2026-04-04T22:00", id="today is never meant"),
        pytest.param("2026-12-24", "2026-12-23T23:00", id="a date in winter"),
    ],
)
def test_a_day_begins_at_its_midnight_there(text: str, begins: str) -> None:
    assert beginning_of(text, NOW, BERLIN) == datetime.fromisoformat(begins).replace(tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "someday", "2026-13-01", "2026-02-30", "24.12.2026", "0001-01-01"])
def test_anything_else_is_refused_with_what_can_be_written(text: str) -> None:
    with pytest.raises(ValueError, match="is no day like"):
        beginning_of(text, NOW, BERLIN)
