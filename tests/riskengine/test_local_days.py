"""Days of a zone, as moments."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from riskengine.local_days import DAY, day_runs, day_start

BERLIN = ZoneInfo("Europe/Berlin")


def test_a_day_begins_at_its_midnight():
    assert day_start(date(2024, 7, 1), BERLIN) == datetime(2024, 6, 30, 22, tzinfo=UTC)
    assert day_start(date(2024, 12, 1), BERLIN) == datetime(2024, 11, 30, 23, tzinfo=UTC)


def test_runs_part_where_summer_time_begins_and_ends():
    runs = list(day_runs(date(2024, 3, 1), date(2024, 11, 30), BERLIN))
    assert [(run.first, run.days, run.day_length / timedelta(hours=1)) for run in runs] == [
        (date(2024, 3, 1), 30, 24),
        (date(2024, 3, 31), 1, 23),
        (date(2024, 4, 1), 209, 24),
        (date(2024, 10, 27), 1, 25),
        (date(2024, 10, 28), 34, 24),
    ]


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Australia/Lord_Howe", "America/Sao_Paulo", "Africa/Cairo", "UTC"])
def test_runs_hold_every_day_once_and_meet(zone):
    """Among them zones whose clocks skip midnight itself."""
    first, last = date(2010, 1, 1), date(2024, 12, 31)
    runs = list(day_runs(first, last, ZoneInfo(zone)))
    assert [run.first + at * DAY for run in runs for at in range(run.days)] == [
        first + at * DAY for at in range((last - first).days + 1)
    ]
    assert all(before.ends_at == after.starts_at for before, after in pairwise(runs))


def test_no_days_no_runs():
    assert list(day_runs(date(2024, 1, 2), date(2024, 1, 1), BERLIN)) == []
