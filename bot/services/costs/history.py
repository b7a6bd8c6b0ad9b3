"""What each day cost, for whoever looks once a minute: days that are long over are not read each time."""

from collections.abc import Mapping
from datetime import date, timedelta

from bot.clock import monotonic_seconds
from bot.services.costs.desk import WHOLE, CostDesk
from riskengine.areas.cost.spend import Spend
from riskengine.series import Dimension

DAY = timedelta(days=1)
#: Calls may be told days late; whole days before yesterday are read again after this (real) time.
KEPT_SECONDS = 300.0
Days = Mapping[date, Spend]
_Scope = tuple[tuple[Dimension, tuple[str, ...]], ...]


class CostHistory:
    """Days by scope: the old ones kept for minutes, yesterday and today read anew."""

    def __init__(self, costs: CostDesk) -> None:
        self._costs = costs
        self._kept: dict[_Scope, tuple[float, date, date, dict[date, Spend]]] = {}

    async def days(self, scope: Mapping[Dimension, tuple[str, ...]], first: date, today: date) -> dict[date, Spend]:
        """What each day from `first` to today cost."""
        yesterday = today - DAY
        key: _Scope = tuple(sorted(scope.items()))
        read_at, since, until, old = self._kept.get(key, (0.0, today, today, {}))
        is_old = monotonic_seconds() - read_at > KEPT_SECONDS
        if is_old or since != first or until != yesterday:
            old = await self._read(scope, first, yesterday - DAY) if first < yesterday else {}
            self._kept[key] = (monotonic_seconds(), first, yesterday, old)
        return {**old, **await self._read(scope, max(first, yesterday), today)}

    async def _read(self, scope: Mapping[Dimension, tuple[str, ...]], first: date, last: date) -> dict[date, Spend]:
        days = await self._costs.by_day(first, last, only=scope)
        return {day: spends.get(WHOLE, Spend()) for day, spends in days.items()}
