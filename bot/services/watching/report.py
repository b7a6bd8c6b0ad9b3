"""How the rules stand now, for whoever asks."""

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal

from bot.services.watching import figures
from bot.services.watching.rules_in_force import RulesInForce
from bot.store import rule_states, rules_in_force
from bot.store.database import Database, Transaction
from bot.store.rule_states import StoredState
from riskengine.response.rule_reports import RuleReport, RulesReport, SubjectReport, worst_first
from riskengine.rules import CompiledRule
from riskengine.series import Dimension


class RulesDesk:
    """Answers for the rules; what a person may see is asked beforehand."""

    def __init__(self, database: Database, rules: RulesInForce) -> None:
        self._database = database
        self._rules = rules

    async def report(self) -> RulesReport:
        """Every rule in force with its subjects at the last look, in the order of the file."""
        return await self._database.read(self._report)

    def _report(self, tx: Transaction) -> RulesReport:
        states: defaultdict[str, list[StoredState]] = defaultdict(list)
        for each in rule_states.all_states(tx).values():
            states[each.rule].append(each)
        known = rules_in_force.current(tx)
        rules = tuple(_of_rule(each, states[each.rule.name]) for each in self._rules.rules.rules)
        path = str(self._rules.path)
        trouble, at = self._rules.trouble, known.trouble_at
        return RulesReport(rules, rule_states.looked_at(tx), path, known.read_at, trouble, at if trouble else None)


def _of_rule(compiled: CompiledRule, states: list[StoredState]) -> RuleReport:
    subjects = worst_first(_of_subject(compiled, each) for each in states)
    return RuleReport(compiled.rule, subjects, compiled.needs_calls)


def _of_subject(compiled: CompiledRule, stored: StoredState) -> SubjectReport:
    measured = compiled.condition.measured(_values(stored.figures))
    return SubjectReport(_subject(stored.labels), stored.state, tuple(map(figures.told, measured)))


def _values(stored: Mapping[str, str | None]) -> dict[str, Decimal | None]:
    return defaultdict(lambda: None, {name: Decimal(value) if value else None for name, value in stored.items()})


def _subject(labels: Mapping[str, str]) -> str:
    return " ".join(f"{name} {labels[name]}" for name in Dimension if name in labels)
