"""Whether more is asked for than before: the calls of four weeks against those of the four before."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

#: Whole weeks, so that both hold the same weekdays.
MONTH_DAYS = 28
DAY = timedelta(days=1)


class Growth(NamedTuple):
    """Calls of the last 28 whole days, and of the 28 before."""

    calls: int
    before: int

    @property
    def ratio(self) -> Decimal:
        """0.25 for a quarter more."""
        return Decimal(self.calls) / self.before - 1


def volume_growth(calls: Mapping[date, int], today: date, minimum_calls: int) -> Growth | None:
    """None while fewer than 56 whole days are known, or too few calls were made before to compare with."""
    known = [day for day, count in calls.items() if count]
    # The first day of all may have begun in its middle.
    if not known or min(known) >= today - 2 * MONTH_DAYS * DAY:
        return None
    last = _sum(calls, today - MONTH_DAYS * DAY)
    before = _sum(calls, today - 2 * MONTH_DAYS * DAY)
    return Growth(last, before) if before >= minimum_calls else None


def _sum(calls: Mapping[date, int], first: date) -> int:
    return sum(calls.get(first + number * DAY, 0) for number in range(MONTH_DAYS))
