"""What became of similar tasks, and how far few samples may be trusted.

Two tasks are *similar* when they have the same role and the same task type; one that tells neither is similar to none.
A task was *not escalated* when its outcome says so, or says nothing of it while an escalation was asked for it and none
was approved. Of a task that nobody decided on and whose outcome does not say, it is not known.
"""

from enum import StrEnum
from typing import NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field

from riskengine.areas.escalation.task import EscalationTask


class Need(StrEnum):
    """An approver's word on an escalation, after the fact."""

    NEEDED = "needed"
    UNNEEDED = "unneeded"


class Alike(NamedTuple):
    """What similar tasks share."""

    role: str | None
    task_type: str | None

    @classmethod
    def to(cls, task: EscalationTask) -> Self | None:
        """None for a task that nothing is similar to."""
        return cls(task.role, task.task_type) if task.role or task.task_type else None


#: Two-sided 95 %.
_Z = 1.959963984540054
#: Samples from which on a share speaks for itself.
MANY = 200


class Interval(NamedTuple):
    """Where a share probably lies, at 95 %."""

    low: float
    high: float


def wilson(count: int, total: int) -> Interval:
    """Wilson's interval of a share: sound for few samples and for shares near 0 and 1. Without samples it is 0 to 1."""
    if total == 0:
        return Interval(0.0, 1.0)
    share, spread = count / total, _Z * _Z / total
    middle = (share + spread / 2) / (1 + spread)
    half = _Z / (1 + spread) * (share * (1 - share) / total + spread / total / 4) ** 0.5
    return Interval(max(0.0, middle - half), min(1.0, middle + half))


class Share(BaseModel):
    """So many of so many."""

    model_config = ConfigDict(frozen=True)

    count: int = Field(0, ge=0)
    total: int = Field(0, ge=0)

    @property
    def ratio(self) -> float | None:
        """None where there is nothing to take a share of."""
        return self.count / self.total if self.total else None

    @property
    def interval(self) -> Interval:
        return wilson(self.count, self.total)

    @property
    def words(self) -> str:
        """`3 of 10 (95 %: 11 to 60 %)`; many samples need no interval."""
        if self.total >= MANY:
            return f"{self.count} of {self.total}"
        low, high = self.interval
        return f"{self.count} of {self.total} (95 %: {low * 100:.0f} to {high * 100:.0f} %)"


class PastOutcomes(BaseModel):
    """What is known of past tasks: of similar ones for a decision, of all for the rates of false decisions."""

    model_config = ConfigDict(frozen=True)

    #: Approved escalations judged afterwards, and of those the ones judged unneeded.
    unneeded: Share = Share()
    #: Tasks that were not escalated and whose outcome was told, and of those the ones that failed or were revised.
    troubled: Share = Share()
