"""What is said of rules, in every state."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from bot.slack import rule_lists
from riskengine.response.evaluation import RuleState, RuleStatus
from riskengine.response.rule_reports import RuleReport, RulesReport, SubjectReport, worst_first
from riskengine.rules import Rule
from tests.contracts.texts import HOSTILE, LONG, NOON, note

STATES = (
    RuleState(status=RuleStatus.FIRING, held_since=NOON, fired_at=NOON, no_data_since=NOON),
    RuleState(status=RuleStatus.FIRING, held_since=NOON, fired_at=NOON),
    RuleState(status=RuleStatus.PENDING, held_since=NOON),
    RuleState(no_data_since=NOON),
    RuleState(),
)
FIGURES = ("mean response time 4.2 s, limit > 3 s",)


def _rule(**more: Any) -> Rule:
    plain = {"name": "slow_responses", "area": "performance", "condition": "avg_response_time > 3.0"}
    return Rule.model_validate({**plain, "severity": "high", "action": "look", "per": ["model", "role"], **more})


def _reports() -> Iterator[tuple[str, RulesReport]]:
    subjects = worst_first(SubjectReport(f"model m{n}", state, FIGURES) for n, state in enumerate(STATES))
    hostile = worst_first(SubjectReport(HOSTILE, state, (HOSTILE,)) for state in STATES)
    longest = worst_first(SubjectReport(LONG, STATES[0], (LONG, LONG)) for _ in range(60))
    long_rule = _rule(
        name="n" * 64, condition=" + ".join(["calls"] * 60) + " > 1", keep_firing_for="2h", **{"for": "5m"}
    )
    yield "not looked at", RulesReport((RuleReport(_rule(), ()),), None, "rules.yml", None, "", None)
    yield "none", RulesReport((), NOON, "rules.yml", NOON, "", None)
    all_calls = RuleReport(_rule(per="none"), worst_first([SubjectReport("", STATES[4], FIGURES)]))
    yield "several", RulesReport((RuleReport(_rule(), subjects), all_calls), NOON, "rules.yml", NOON, "", None)
    broken = "rules.yml, rule x, condition, character 1: nothing\n" * 40
    yield "broken", RulesReport((RuleReport(_rule(), subjects),), NOON, LONG, NOON, broken, NOON + timedelta(hours=1))
    yield "hostile", RulesReport((RuleReport(_rule(), hostile),), NOON, HOSTILE, NOON, HOSTILE, None)
    yield "longest", RulesReport((RuleReport(long_rule, longest),) * 20, NOON, LONG, NOON, LONG, NOON)


def examples() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for state, report in _reports():
        for prefix in ("", "rb-" * 7):
            for number in (0, 1, 2, 999):
                yield "rules/listing", f"{state}, page {number} {prefix}", rule_lists.page(report, number, prefix)
            for each in report.rules[:1]:
                yield "rules/listing", f"{state}, alone {prefix}", rule_lists.single(report, each, prefix)
    for state, text in {"plain": "slow", "hostile": HOSTILE, "long": LONG}.items():
        yield "rules/unknown", state, rule_lists.unknown(text, "slow_responses", "")
        yield "rules/unknown", f"{state}, nothing near", rule_lists.unknown(text, "", "")
        for footer, shown in note("rules/refused", {"path": text, "problems": [text[:1500]]}):
            yield "rules/refused", f"{state}, {footer}", shown
        for footer, shown in note("rules/mended", {"path": text, "count": 3}):
            yield "rules/mended", f"{state}, {footer}", shown
