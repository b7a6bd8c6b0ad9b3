"""What a finding says to people: the value against its limit, over what, and what to do."""

from decimal import Decimal

from riskengine.areas.performance import Observation
from riskengine.conditions import Measured
from riskengine.durations import spoken
from riskengine.metrics import METRICS, SPELLINGS
from riskengine.rules import CompiledRule

_BY_NAME = {metric.name.value: metric for metric in METRICS}


def annotations(compiled: CompiledRule, observation: Observation) -> dict[str, str]:
    """The alert's text, fixed at the moment it fires."""
    rule = compiled.rule
    facts = "; ".join(_fact(each) for each in observation.measured if each.holds)
    over = f"{observation.samples} calls in {spoken(rule.window)}"
    told = {
        "summary": " ".join(filter(None, [rule.summary, f"{facts}, {over}." if facts else f"{over}."])),
        "action": rule.advice,
        "action_id": rule.action,
        "runbook_url": rule.runbook_url or "",
    }
    return {name: value for name, value in told.items() if value}


def values(observation: Observation) -> dict[str, str | None]:
    """Every metric that the rule could see, as decimal strings; None is no data."""
    return {name: None if value is None else written(value) for name, value in observation.values.items()}


def _fact(measured: Measured) -> str:
    """`avg_response_time 4.2 s, limit > 3 s`: what was found, and what the rule says of it."""
    name = measured.text.split(measured.sign)[0].strip()
    metric = _BY_NAME.get(SPELLINGS.get(name, ""))
    what, unit = (metric.description, f" {metric.unit}" if metric.unit else "") if metric else (name, "")
    return f"{what} {written(measured.left)}{unit}, fires at {measured.sign} {written(measured.right)}{unit}"


def written(value: Decimal | None) -> str:
    """Three significant digits, without an exponent."""
    if value is None:
        return "no data"
    return format(Decimal(format(value, ".3g")).normalize(), "f")
