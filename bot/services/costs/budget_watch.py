"""The budgets and limits of cost at work: looked at each minute, told as alerts that begin and end by themselves."""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.services.alerts import receive
from bot.services.alerts.own import own_signal
from bot.services.costs.budgets import BudgetDesk, Standing
from bot.services.costs.desk import WHOLE, CostDesk
from bot.settings import AlertDelivery
from bot.store import budgets as store
from bot.store.bell_turns import take_turn
from bot.store.budgets import Held
from bot.store.database import Database, Transaction
from bot.store.telemetry import outcomes
from riskengine.areas.cost.budgets import BudgetState
from riskengine.areas.cost.conditions import Condition, Key, changes
from riskengine.areas.cost.growth import volume_growth
from riskengine.areas.cost.judge import Facts, judge
from riskengine.areas.cost.spend import Spend
from riskengine.areas.escalation.history import Share
from riskengine.response.alerts import Severity, Signal, SignalStatus

BELL = "budgets"
#: Hears at each look how every condition stands, in the transaction that tells of them.
Listener = Callable[[Transaction, Sequence[Condition]], None]


class BudgetWatch(Collector):
    """Looks once an interval; replicas take turns. What it read last is what Prometheus is told."""

    def __init__(
        self,
        database: Database,
        costs: CostDesk,
        budgets: BudgetDesk,
        delivery: AlertDelivery,
        registry: CollectorRegistry,
        *,
        pause: timedelta = timedelta(0),
        listeners: Sequence[Listener] = (),
    ) -> None:
        self._database = database
        self._costs = costs
        self._budgets = budgets
        self._limits = budgets.settings.limits
        self._delivery = delivery
        self._pause = pause
        self._listeners = listeners
        self._last: Facts | None = None
        registry.register(self)

    async def look(self) -> None:
        """Read without holding up anybody; then one short transaction, which writes what has changed."""
        standing = await self._budgets.standing()
        self._last = await self._facts(standing)
        facts = self._last
        await self._database.write(lambda tx: self._tell(tx, facts, standing))

    async def _facts(self, standing: Standing) -> Facts:
        now, limits = self._database.clock.now(), self._limits
        since = now - limits.escalation_window
        spend = (await self._costs.spend(since, now)).get(WHOLE, Spend())
        tasks = await self._database.read(lambda tx: outcomes.escalated_since(tx, since))
        calls = {day: each.calls for day, each in standing.days.items()}
        return Facts(
            states=standing.states,
            escalated_calls=Share(count=spend.escalated_calls, total=spend.calls),
            escalated_tasks=tasks,
            growth=volume_growth(calls, self._costs.today(), limits.growth_samples),
        )

    def _tell(self, tx: Transaction, facts: Facts, standing: Standing) -> None:
        """Begin what is new and end what is over; an alert that holds keeps the words with which it began."""
        if not take_turn(tx, BELL, self._pause):
            return
        store.freeze(tx, standing.unfrozen)
        held = store.held(tx)
        conditions = judge(facts, self._limits, held)
        found = changes({key: each.told for key, each in held.items()}, conditions)
        store.forget(tx, found.ends)
        store.hold(tx, [*found.begins, *found.silent])
        ended = [_end(key, held[key]) for key in found.ends]
        signals = [*ended, *map(_begin, found.begins)]
        if signals:
            receive.receive(tx, signals, self._delivery)
        for listener in self._listeners:
            listener(tx, conditions)

    def collect(self) -> Iterator[Metric]:
        if self._last is None:
            return
        spent = GaugeMetricFamily("riskbot_budget_spent_usd", "Spent in the budget's period.", labels=["budget"])
        limit = GaugeMetricFamily("riskbot_budget_usd", "The budget, raised or not.", labels=["budget"])
        projected = GaugeMetricFamily("riskbot_budget_projected_usd", "Where its month will end.", labels=["budget"])
        burn = GaugeMetricFamily("riskbot_budget_burn_ratio", "Burn rate, worst long window.", labels=["budget"])
        for state in self._last.states:
            name = [state.budget.name]
            spent.add_metric(name, float(state.spent.usd))
            limit.add_metric(name, float(state.limit.usd))
            _add_month(state, projected, burn)
        yield from (spent, limit, projected, burn)
        ratio = self._last.escalated_calls.ratio
        if ratio is not None:
            yield GaugeMetricFamily("riskbot_escalated_calls_ratio", "Share of calls that are escalated.", value=ratio)


def _add_month(state: BudgetState, projected: GaugeMetricFamily, burn: GaugeMetricFamily) -> None:
    if state.projected is not None:
        projected.add_metric([state.budget.name], float(state.projected.usd))
    if state.burn is not None:
        burn.add_metric([state.budget.name], float(state.burn.long_rate))


def _begin(condition: Condition) -> Signal:
    return own_signal(condition.name, condition.severity, SignalStatus.FIRING, condition.labels, condition.annotations)


def _end(key: Key, held: Held) -> Signal:
    return own_signal(key[0], Severity(held.severity), SignalStatus.RESOLVED, held.told.labels, {})
