"""Controls follow the watch of spend: what it judges at each look is what they are proposed, started and ended by."""

from collections.abc import Iterator, Mapping, Sequence

from bot.services.controls.life import consider
from bot.services.controls.terms import ControlsInForce
from bot.store.database import Transaction
from riskengine.areas.cost.budgets import SCOPES
from riskengine.areas.cost.conditions import Condition as CostCondition
from riskengine.areas.cost.judge import CostAlert
from riskengine.response.controls import Condition, Sighting

#: What the watch calls it → what it is to controls.
_ANSWERED: Mapping[str, Condition] = {
    CostAlert.ESCALATION_RATE: Condition.ESCALATION_RATE,
    CostAlert.PROJECTED_OVERRUN: Condition.PROJECTED_OVERRUN,
    "daily_budget_exceeded": Condition.DAILY_BUDGET_EXCEEDED,
}


def follow_spend(tx: Transaction, conditions: Sequence[CostCondition], terms: ControlsInForce) -> None:
    """In the transaction in which the watch tells of them."""
    consider(tx, _sightings(conditions), terms)


def _sightings(conditions: Sequence[CostCondition]) -> Iterator[Sighting]:
    for name, condition in _ANSWERED.items():
        mine = [each for each in conditions if each.name == name and _is_of_everything(each)]
        holding = next((each for each in mine if each.holds), None)
        if holding is not None:
            yield Sighting(condition, True, _reason(holding))
        elif all(each.holds is False for each in mine):
            yield Sighting(condition, False)


def _is_of_everything(condition: CostCondition) -> bool:
    """A team's budget alone limits nobody else."""
    return not condition.labels.keys() & set(SCOPES)


def _reason(condition: CostCondition) -> str:
    told = condition.annotations
    figures = ", ".join(told[name] for name in ("value", "basis") if told.get(name))
    limit = f" (limit: {told['limit']})" if told.get("limit") else ""
    return f"{told.get('summary', condition.name)} {figures}{limit}".strip()
