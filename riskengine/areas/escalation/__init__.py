"""Escalations: whether a task goes to the stronger model, by weighted criteria and fallbacks."""

from riskengine.areas.escalation.decision import decide
from riskengine.areas.escalation.findings import (
    Criterion,
    CriterionFinding,
    Decision,
    DecisionWarning,
    Fallback,
    FallbackFinding,
    WarningKind,
)
from riskengine.areas.escalation.history import Alike, Need, PastOutcomes, Share
from riskengine.areas.escalation.settings import EscalationCriteria
from riskengine.areas.escalation.status import EscalationStatus
from riskengine.areas.escalation.task import EscalationTask

__all__ = [
    "Alike",
    "Criterion",
    "CriterionFinding",
    "Decision",
    "DecisionWarning",
    "EscalationCriteria",
    "EscalationStatus",
    "EscalationTask",
    "Fallback",
    "FallbackFinding",
    "Need",
    "PastOutcomes",
    "Share",
    "WarningKind",
    "decide",
]
