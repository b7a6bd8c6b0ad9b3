"""Which series a call belongs to, with a limit to how many values a label may have."""

import logging
from collections import Counter
from collections.abc import Collection, Mapping

from bot.store.database import Database, Transaction
from bot.store.telemetry import series as store
from riskengine.series import Dimension, Series

LOG = logging.getLogger(__name__)

#: What a value beyond the limit counts as.
OTHER = "other"
#: Combinations remembered at most; a sender that invents values may fill the memory no further.
REMEMBERED = 50_000


class SeriesBook:
    """Knows the ids of series; the database is asked only for those that are new to this process."""

    def __init__(self, database: Database, value_limit: int) -> None:
        self._database = database
        self._limit = value_limit
        self._ids: dict[Series, int] = {}
        #: Label → its values, of those that have all they may have.
        self._full: dict[Dimension, set[str]] = {}
        #: Label → calls whose value of it became `other`, since the start.
        self.overflowed: Counter[str] = Counter()

    async def ids_of(self, told: Collection[Series]) -> Mapping[Series, int]:
        """The id of every series, by the labels as they were told; made where there is none.

        They are made in a transaction of their own, before that of the calls: a series without calls harms nobody.
        """
        if len(self._ids) > REMEMBERED:
            self._ids.clear()
        wanted = {series: self._capped(series, self._full) for series in told} if self._full else {}
        missing = {wanted.get(series, series) for series in told} - self._ids.keys()
        if missing:
            await self._find(missing)
        return {series: self._ids[wanted.get(series, series)] for series in told} if wanted else self._ids

    async def _find(self, missing: Collection[Series]) -> None:
        known = await self._database.read(lambda tx: store.ids_of(tx, missing))
        if len(known) < len(missing):
            known, self._full = await self._database.write(lambda tx: self._make(tx, missing))
        self._ids.update(known)

    def _make(
        self, tx: Transaction, missing: Collection[Series]
    ) -> tuple[dict[Series, int], dict[Dimension, set[str]]]:
        """The ids of these series by how they were told, and the labels that are full."""
        store.lock(tx)
        values = {name: store.values(tx, name) for name in Dimension}
        capped = {series: self._counted(series, values) for series in sorted(missing)}
        ids = store.ids_of(tx, set(capped.values()))
        ids |= store.add(tx, set(capped.values()) - ids.keys())
        return {series: ids[capped[series]] for series in missing}, self._full_ones(values)

    def _counted(self, series: Series, values: Mapping[Dimension, set[str]]) -> Series:
        """The series within the limit; values that still fit are taken in."""
        capped = self._capped(series, self._full_ones(values))
        for name in Dimension:
            if value := getattr(capped, name):
                values[name].add(value)
        return capped

    def _full_ones(self, values: Mapping[Dimension, set[str]]) -> dict[Dimension, set[str]]:
        return {name: known for name, known in values.items() if len(known) - (OTHER in known) >= self._limit}

    def _capped(self, series: Series, full: Mapping[Dimension, set[str]]) -> Series:
        over = [name for name in full if (value := getattr(series, name)) and value not in full[name]]
        return series._replace(**dict.fromkeys(over, OTHER)) if over else series

    def note_overflow(self, told: Collection[Series]) -> None:
        """Count calls by the labels of which their value became `other`, and say it once for each label."""
        for series in told if self._full else ():
            for name, known in self._full.items():
                value = getattr(series, name)
                if value and value not in known:
                    self._say(name)
                    self.overflowed[name] += 1

    def _say(self, name: Dimension) -> None:
        if not self.overflowed[name]:
            LOG.warning(
                "The label %s has its %d values; calls with further ones count as `other`. A label is for what has few "
                "values; raise telemetry.label_values if these are meant",
                name,
                self._limit,
                extra={"action": "label_values_exceeded", "label": name},
            )
