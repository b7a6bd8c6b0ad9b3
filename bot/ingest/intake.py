"""The way of every signal into the store, whoever sent it: one group commit, one kind of answer, counted."""

import logging
from collections.abc import Sequence

from pydantic import BaseModel, Field

from bot.ingest.group_commit import GroupCommit
from bot.ingest.metrics import HttpMetrics, Outcome
from bot.ingest.problems import Invalid, Rejected
from bot.ingest.text import ended
from bot.right_of_way import RightOfWay
from bot.services.alerts.desk import AlertDesk
from riskengine.response.alerts import Effect, Signal

LOG = logging.getLogger(__name__)


class IntakeAnswer(BaseModel):
    """What became of the items; `accepted`, `duplicates` and the length of `rejected` add up to what was sent."""

    accepted: int = Field(ge=0, description="Items that changed something; they are durable now.")
    duplicates: int = Field(ge=0, description="Items that told nothing new: repeated, late, or the end of nothing.")
    rejected: list[Rejected]


class Intake:
    """Takes signals in the name of senders."""

    def __init__(self, desk: AlertDesk, metrics: HttpMetrics, way: RightOfWay) -> None:
        self._commits: GroupCommit[Signal, Effect] = GroupCommit(desk.receive, give_way=way.given)
        self._metrics = metrics

    async def take(self, sender: str, signals: Sequence[Signal], rejected: Sequence[Rejected]) -> IntakeAnswer:
        """Store the signals and say what became of them, once they are durable.

        Raises Invalid when there were items and every one of them was rejected, DatabaseBusy or DatabaseUnavailable
        when they could not be stored now.
        """
        self._metrics.count_items(sender, Outcome.REJECTED, len(rejected))
        if rejected:
            LOG.info("%s sent items that were rejected", sender, extra={"rejected": len(rejected)})
        if rejected and not signals:
            raise _none_taken(rejected)
        effects = await self._commits.submit(signals)
        duplicates = sum(effect.is_duplicate for effect in effects)
        self._metrics.count_items(sender, Outcome.DUPLICATE, duplicates)
        self._metrics.count_items(sender, Outcome.ACCEPTED, len(effects) - duplicates)
        return IntakeAnswer(accepted=len(effects) - duplicates, duplicates=duplicates, rejected=list(rejected))

    async def drain(self) -> None:
        """Return when everything that was taken is durable or refused."""
        await self._commits.drain()


def _none_taken(rejected: Sequence[Rejected]) -> Invalid:
    first = rejected[0]
    whole = "The alert was" if len(rejected) == 1 else f"All {len(rejected)} alerts were"
    said = ended(f"{whole} rejected and nothing was stored; alert {first.index}: {first.error}")
    return Invalid(said, rejected=rejected)
