"""What a finding says to people: the value against its limit, over what, and what to do."""

from decimal import Decimal

from riskengine.areas.performance import Observation
from riskengine.charts import left_of
from riskengine.conditions import Measured
from riskengine.durations import spoken
from riskengine.metrics import metric_of, written
from riskengine.rules import CompiledRule


def annotations(compiled: CompiledRule, observation: Observation) -> dict[str, str]:
    """The alert's text as it fires; a card gives `value`, `limit` and `basis` a line of their own."""
    rule = compiled.rule
    held = [each for each in observation.measured if each.holds]
    told = {
        "summary": rule.summary,
        "value": " and ".join(map(_value, held)),
        "limit": " and ".join(map(_limit, held)),
        "basis": _basis(compiled, observation),
        "action": rule.advice,
        "action_id": rule.action,
        "runbook_url": rule.runbook_url or "",
    }
    return {name: value for name, value in told.items() if value}


def values(observation: Observation) -> dict[str, str | None]:
    """Every metric that the rule could see, as decimal strings; None is no data."""
    return {name: None if value is None else written(value) for name, value in observation.values.items()}


def told(measured: Measured) -> str:
    """`mean response time 4.2 s, limit > 3 s`: a comparison with what stood on both sides."""
    return f"{_value(measured)}, limit {measured.sign} {_limit(measured)}"


def _value(measured: Measured) -> str:
    """`mean response time 4.2 s`: what was found; a calculation is told as it was written."""
    metric = metric_of(left_of(measured))
    return f"{metric.told_as if metric else left_of(measured)} {_told(measured, measured.left)}"


def _limit(measured: Measured) -> str:
    return _told(measured, measured.right)


def _told(measured: Measured, value: Decimal | None) -> str:
    metric = metric_of(left_of(measured))
    if metric:
        return metric.told(value)
    return "no data" if value is None else written(value)


def _basis(compiled: CompiledRule, observation: Observation) -> str:
    """How many calls stand behind it, where it is about calls, and for how long it had held when it fired."""
    rule = compiled.rule
    held = f", for {spoken(rule.pending_for)}" if rule.pending_for else ""
    calls = f"{observation.samples} calls " if compiled.needs_calls else ""
    return f"{calls}in {spoken(rule.window)}{held}"
