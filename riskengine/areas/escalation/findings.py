"""The answer to *shall this task go to the stronger model?*, and what it is made of."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer


class Criterion(StrEnum):
    """The weighted criteria."""

    MULTI_SERVICE_IMPACT = "multi_service_impact"
    SECURITY_CRITICAL = "security_critical"
    PERFORMANCE_CRITICAL = "performance_critical"
    ARCHITECTURAL_COMPLEXITY = "architectural_complexity"


class Fallback(StrEnum):
    """What escalates whatever the criteria weigh."""

    MANUAL_OVERRIDE = "manual_override"
    EMERGENCY_CONDITIONS = "emergency_conditions"
    QUALITY_CONCERNS = "quality_concerns"


class WarningKind(StrEnum):
    """In which way a decision is probably wrong."""

    PROBABLE_FALSE_POSITIVE = "probable_false_positive"
    PROBABLE_FALSE_NEGATIVE = "probable_false_negative"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


#: A plain number in JSON; in Python it stays exact.
Number = Annotated[Decimal, PlainSerializer(float, return_type=float, when_used="json")]
Measured = int | Number | tuple[str, ...]


class CriterionFinding(_Frozen):
    """One criterion: what was told of it against what it takes."""

    name: Criterion
    counted: bool
    weight: Number
    value: Measured | None = Field(None, description="What was told; absent if nothing was.")
    threshold: Measured
    #: In words, for the reason.
    words: str = Field("", exclude=True)
    is_borderline: bool = Field(False, exclude=True)

    @property
    def was_told(self) -> bool:
        return self.value is not None


class FallbackFinding(_Frozen):
    """One fallback, and what made it count."""

    name: Fallback
    counted: bool
    detail: str


class DecisionWarning(_Frozen):
    """Why the decision is probably wrong."""

    kind: WarningKind
    detail: str


class Decision(_Frozen):
    """Escalate or not, and why; the score is exact."""

    escalate: bool
    score: Decimal = Field(description="A decimal string.")
    confidence: float = Field(ge=0, le=1)
    reason: str
    criteria: tuple[CriterionFinding, ...]
    fallbacks: tuple[FallbackFinding, ...]
    warnings: tuple[DecisionWarning, ...] = ()
    review_first: bool = Field(False, description="Probably a false positive: approvers should look closely first.")
    recommendations: tuple[str, ...] = ()

    @property
    def counted(self) -> tuple[str, ...]:
        """Names of all that counted."""
        parts: tuple[CriterionFinding | FallbackFinding, ...] = (*self.criteria, *self.fallbacks)
        return tuple(each.name.value for each in parts if each.counted)
