"""What the month's picture shows."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from riskengine.areas.cost.trend import Ending, SpendTrend
from riskengine.pictures import DRAWABLE

BERLIN = ZoneInfo("Europe/Berlin")


def trend(now: datetime, *days: str, zone=UTC, **more) -> SpendTrend:
    by_day = {date(2026, 3, number): Decimal(usd) for number, usd in enumerate(days, 1)}
    return SpendTrend.of(by_day, now, zone, **{"budget_usd": None, "ending": None, **more})


def test_days_add_up_to_now():
    found = trend(datetime(2026, 3, 3, 6, tzinfo=UTC), "10", "5.5", "1")
    assert found.days == 31
    assert found.at_days == (0.0, 1.0, 2.0, 2.25)
    assert found.spent_usd == (0.0, 10.0, 15.5, 16.5)
    assert found.title == "March 2026: $16.50 so far"


def test_the_first_moment_of_a_month():
    found = trend(datetime(2026, 3, 1, tzinfo=UTC))
    assert (found.at_days, found.spent_usd) == ((0.0, 0.0), (0.0, 0.0))


def test_a_day_of_23_hours_is_over_sooner():
    """29 March has no hour from two to three in Berlin."""
    found = trend(datetime(2026, 3, 29, 10, 30, tzinfo=UTC), zone=BERLIN)
    assert found.at_days[-1] == 28.5


def test_it_says_what_it_shows():
    ending = Ending(usd=1420.0, low=1310.0, high=1560.0)
    found = trend(datetime(2026, 3, 3, tzinfo=UTC), "812.4", budget_usd=Decimal(1500), ending=ending)
    assert found.spoken == (
        "March 2026: $812.40 so far; expected at its end $1,420, between $1,310 and $1,560; budget $1,500"
    )
    without = trend(datetime(2026, 3, 3, tzinfo=UTC), ending=Ending(usd=90.0, low=None, high=None))
    assert without.spoken.endswith("expected at its end $90.00")


def test_it_reaches_the_drawing_process_as_what_it_is():
    found = trend(datetime(2026, 3, 3, tzinfo=UTC), "812.4")
    assert DRAWABLE.validate_json(found.model_dump_json()) == found
