"""One look: read the windows, judge every rule for every subject, and write what follows in one transaction."""

import logging
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.services.alerts import receive
from bot.services.alerts.own import own_signal
from bot.services.telemetry.desk import TelemetryDesk
from bot.services.watching import figures
from bot.services.watching.minutes import MinuteBook
from bot.services.watching.rules_in_force import RulesInForce
from bot.settings import AlertDelivery, WatchSettings
from bot.store import complaints, rule_states
from bot.store.database import Database, Transaction
from bot.store.rule_states import StoredState, subject_of
from riskengine.areas.performance import Observation, Subject, Throughput, ThroughputPlan, observe, subjects
from riskengine.complaints import complaints_about
from riskengine.response.alerts import Severity, Signal, SignalStatus
from riskengine.response.evaluation import INACTIVE, RuleStatus, Transition, evaluate, retire
from riskengine.rollups import Rollup
from riskengine.rules import CompiledRule, Per
from riskengine.series import Series
from riskengine.statistics import DropWindows
from riskengine.windows import Window

logger = logging.getLogger(__name__)

#: A subject that was heard of so lately is silent now, not unknown.
KNOWN_FOR = timedelta(days=1)
Key = tuple[str, str]


class Judged(NamedTuple):
    """A rule, and what it found for one subject."""

    compiled: CompiledRule
    observation: Observation


class Looker:
    """Looks at all rules; several replicas take turns."""

    def __init__(
        self,
        database: Database,
        telemetry: TelemetryDesk,
        rules: RulesInForce,
        settings: WatchSettings,
        alerts: AlertDelivery,
    ) -> None:
        self._database = database
        self._telemetry = telemetry
        self._minutes = MinuteBook(telemetry)
        self._rules = rules
        self._settings = settings
        self._alerts = alerts

    async def look(self) -> dict[Key, Transition]:
        """Judge every rule once; returns what changed. Nothing is written while the windows are read."""
        await self._rules.refresh()
        judged = await self._judge(self._database.clock.now())
        return await self._database.write(lambda tx: self._write(tx, judged))

    async def _judge(self, now: datetime) -> list[Judged]:
        read = _Reader(self._database, self._telemetry, self._minutes, self._settings, now)
        found = []
        for compiled in self._rules.rules.rules:
            for per in compiled.rule.per:
                found += [Judged(compiled, each) for each in await self._observe(read, compiled, per)]
        return found

    async def _observe(self, read: "_Reader", compiled: CompiledRule, per: Per) -> list[Observation]:
        rule = compiled.rule
        window = Window.ending(read.now, rule.window, self._settings.windows.settle)
        rows = await read.rollups(window) if compiled.needs_calls else {}
        told = await read.complaints(rule.window) if compiled.needs_complaints else {}
        known = {*(await read.known() if compiled.needs_calls else ()), *told}
        observed = []
        for subject in subjects(rows.items(), rule, per, known):
            throughput = await read.throughput(subject, per, window) if compiled.needs_baseline else None
            said = complaints_about(subject.series, told, rule, per) if compiled.needs_complaints else None
            observed.append(observe(compiled, subject, throughput, self._settings.drop, said))
        return observed

    def _write(self, tx: Transaction, judged: list[Judged]) -> dict[Key, Transition]:
        if not rule_states.take_turn(tx, self._settings.interval / 2):
            return {}
        before = rule_states.all_states(tx)
        after, changed = _step(before, judged, tx.now)
        gone = [each for key, each in before.items() if key not in after]
        changed |= {each.key: step for each in gone if (step := retire(each.state)[1])}
        rule_states.put(tx, list(after.values()))
        rule_states.forget(tx, gone)
        by_name = {each.rule.name: each for each in self._rules.rules.rules}
        signals = [_signal(each, SignalStatus.FIRING, by_name) for each in after.values() if _fires(each)]
        ended = [before[key] for key, step in changed.items() if step == Transition.RESOLVED]
        receive.receive(
            tx, [*(_signal(each, SignalStatus.RESOLVED, by_name) for each in ended), *signals], self._alerts
        )
        return changed


def _step(
    before: Mapping[Key, StoredState], judged: Collection[Judged], now: datetime
) -> tuple[dict[Key, StoredState], dict[Key, Transition]]:
    """Every state one look further, and what changed."""
    after: dict[Key, StoredState] = {}
    changed: dict[Key, Transition] = {}
    for compiled, observation in judged:
        key = (observation.rule, subject_of(observation.labels))
        known = before.get(key)
        rule = compiled.rule
        state, step = evaluate(
            known.state if known else INACTIVE,
            observation.result,
            now,
            pending_for=rule.pending_for,
            keep_firing_for=rule.keep_firing_for,
        )
        told = known.told if known and step != Transition.FIRED else {}
        if step == Transition.FIRED:
            told = {"annotations": figures.annotations(compiled, observation), "context": observation.context}
        after[key] = StoredState(rule.name, observation.labels, state, told, figures.values(observation))
        if step is not None:
            changed[key] = step
    return after, changed


def _fires(stored: StoredState) -> bool:
    return stored.state.status == RuleStatus.FIRING


def _signal(stored: StoredState, status: SignalStatus, rules: Mapping[str, CompiledRule]) -> Signal:
    """The same words at each look: nothing new for an alert that holds, news again after a person resolved it.

    The provider and the like may change while it holds, so they are labels that do not identify it.
    """
    compiled = rules.get(stored.rule)
    return own_signal(
        stored.rule,
        compiled.rule.severity if compiled else Severity.MEDIUM,
        status,
        stored.labels,
        stored.told.get("annotations", {}),
        context=stored.told.get("context"),
        started_at=stored.state.fired_at,
    )


class _Reader:
    """The windows of one look, each read once whatever the number of rules."""

    def __init__(
        self,
        database: Database,
        telemetry: TelemetryDesk,
        minutes: MinuteBook,
        settings: WatchSettings,
        now: datetime,
    ) -> None:
        minutes.open(now)
        self._database = database
        self._telemetry = telemetry
        self._settings = settings
        self.now = now
        self._rollups: dict[Window, dict[Series, Rollup]] = {}
        self._minutes = minutes
        self._grown: set[DropWindows] = set()
        self._known: set[Series] | None = None
        self._complaints: dict[timedelta, dict[Series, int]] = {}

    async def rollups(self, window: Window) -> dict[Series, Rollup]:
        if window not in self._rollups:
            self._rollups[window] = await self._telemetry.sums(window, percentiles=True)
        return self._rollups[window]

    async def known(self) -> set[Series]:
        if self._known is None:
            self._known = await self._telemetry.heard_of(self.now - KNOWN_FOR)
        return self._known

    async def complaints(self, length: timedelta) -> dict[Series, int]:
        """Those of the last so long, up to now: a complaint counts at once, in no whole minutes."""
        if length not in self._complaints:
            since = self.now - length
            self._complaints[length] = await self._database.read(lambda tx: complaints.counts_since(tx, since))
        return self._complaints[length]

    async def throughput(self, subject: Subject, per: Per, window: Window) -> Throughput | None:
        since = await self._telemetry.recorded_since(subject.series, per.dimensions)
        if since is None:
            return None
        drop = self._settings.drop
        plan = ThroughputPlan.of(window, since, (), self._settings.baseline, drop)
        if plan.windows not in self._grown:
            # Late calls still come into these; the book asks once a look.
            self._minutes.forget(plan.windows)
            self._grown.add(plan.windows)
        calls = await self._minutes.learn(per, plan.spans)
        return plan.weigh(calls.get(subject.series, {}), drop)
