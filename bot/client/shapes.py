"""What riskbot answers, as far as a program acts on it; what a newer riskbot says beyond that is left aside."""

from datetime import datetime
from decimal import Decimal

from pydantic import BaseModel, ConfigDict

from riskengine.areas.escalation.status import EscalationStatus
from riskengine.response.controls import Effect


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Decision(_Answer):
    """Whether a task should go to the stronger model."""

    escalate: bool
    score: Decimal
    #: From 0 to 1.
    confidence: float
    reason: str


class Execution(_Answer):
    """The one use of an approval."""

    #: The idempotency key for whatever executes it; None until it began.
    id: int | None = None
    status: str
    outcome: str | None = None
    fell_back: bool = False


class Escalation(_Answer):
    """Where a request stands."""

    id: int
    #: A word that is not among these is an error: what is not understood is no approval.
    status: EscalationStatus
    decision: Decision
    decided_by: str | None = None
    decided_at: datetime | None = None
    comment: str | None = None
    execution: Execution | None = None


class Control(_Answer):
    """A cost control in force: what an orchestrator keeps to, emergencies excepted."""

    id: int
    #: A newer riskbot may have kinds that this client does not know; their effect is told all the same.
    kind: str
    effect: Effect
    meaning: str
    reason: str
    since: datetime
    until: datetime
    by: str


class Controls(_Answer):
    controls: tuple[Control, ...]
