"""What makes a task one for the stronger model: criteria, weights, thresholds, lines."""

from decimal import Decimal
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Weight = Annotated[Decimal, Field(gt=0, le=1, max_digits=12, decimal_places=6)]
_Share = Annotated[Decimal, Field(gt=0, lt=1, max_digits=12, decimal_places=6)]
Line = Annotated[Decimal, Field(gt=0, le=4, max_digits=12, decimal_places=6)]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class MultiServiceImpact(_Section):
    """The task touches many services."""

    weight: Weight = Field(Decimal("0.3"), description="What it adds to the score.")
    threshold: int = Field(3, ge=1, description="Services from which on it counts.")


class SecurityCritical(_Section):
    """The task is about something that would hurt everybody."""

    weight: Weight = Field(Decimal("0.4"), description="What it adds to the score.")
    types: tuple[str, ...] = Field(
        ("system-wide", "data_breach", "auth_bypass"), min_length=1, description="Security types that count."
    )


class PerformanceCritical(_Section):
    """The task needs more than the default model gives."""

    weight: Weight = Field(Decimal("0.2"), description="What it adds to the score.")
    threshold: Decimal = Field(
        Decimal("1.5"),
        gt=0,
        le=1_000,
        description="Required performance over the default model's, from which it counts.",
    )


class ArchitecturalComplexity(_Section):
    """The task is hard."""

    weight: Weight = Field(Decimal("0.1"), description="What it adds to the score.")
    threshold: Decimal = Field(Decimal("0.8"), gt=0, le=1, description="Complexity score from which it counts.")


class CriteriaSettings(_Section):
    """The four weighted criteria."""

    multi_service_impact: MultiServiceImpact = MultiServiceImpact()
    security_critical: SecurityCritical = SecurityCritical()
    performance_critical: PerformanceCritical = PerformanceCritical()
    architectural_complexity: ArchitecturalComplexity = ArchitecturalComplexity()

    @property
    def weights(self) -> tuple[Decimal, ...]:
        each = (
            self.multi_service_impact,
            self.security_critical,
            self.performance_critical,
            self.architectural_complexity,
        )
        return tuple(criterion.weight for criterion in each)


class FallbackSettings(_Section):
    """What escalates a task whatever it weighs."""

    floor: Line = Field(
        Decimal("0.6"), description="A fallback lifts the score to this, or to the decision line where that is higher."
    )
    emergency_security_types: tuple[str, ...] = Field(
        ("data_breach", "auth_bypass"), description="Security types that are an emergency by themselves."
    )
    quality_critical_task_types: tuple[str, ...] = Field(
        (), description="Task types that are quality-critical without saying so."
    )


class ValidationSettings(_Section):
    """When a decision is told to be probably wrong."""

    minimum_similar: int = Field(3, ge=1, description="Similar tasks below which their past says nothing.")
    false_positive_ratio: _Share = Field(
        Decimal("0.3"),
        description="Share of similar escalations judged unneeded that makes the next one doubtful (its lower bound).",
    )
    false_negative_ratio: _Share = Field(
        Decimal("0.3"),
        description="Share of similar tasks that failed or were revised without an escalation (its lower bound).",
    )
    borderline_ratio: Annotated[Decimal, Field(ge=0, lt=1)] = Field(
        Decimal("0.1"), description="A value that exceeds its threshold by no more than this share is borderline."
    )


class EscalationCriteria(_Section):
    """Everything that a decision is made by."""

    decision_line: Line = Field(Decimal("0.5"), description="Score from which on a task is escalated.")
    tightened_line: Line = Field(Decimal("0.6"), description="The same while cost control tightens the criteria.")
    criteria: CriteriaSettings = CriteriaSettings()
    fallbacks: FallbackSettings = FallbackSettings()
    validation: ValidationSettings = ValidationSettings()

    @model_validator(mode="after")
    def _lines_can_be_reached(self) -> Self:
        """A line above all weights together would mean that only fallbacks escalate, and nobody would notice."""
        total = sum(self.criteria.weights, Decimal(0))
        if self.tightened_line < self.decision_line:
            raise ValueError(
                f"tightened_line {self.tightened_line} is below decision_line {self.decision_line}; raise it"
            )
        for name, line in (("decision_line", self.decision_line), ("tightened_line", self.tightened_line)):
            if line > total:
                raise ValueError(f"{name} {line} cannot be reached: all criteria together weigh {total}")
        return self

    def line(self, *, tightened: bool) -> Decimal:
        """The decision line in force."""
        return self.tightened_line if tightened else self.decision_line

    @property
    def top(self) -> Decimal:
        """The highest score that there is."""
        return max(sum(self.criteria.weights, Decimal(0)), self.fallbacks.floor, self.tightened_line)
