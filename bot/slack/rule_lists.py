"""What `/alerts rules` answers, as Slack's JSON."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.slack.render import render
from riskengine.durations import written
from riskengine.response.rule_reports import RuleReport, RulesReport, Standing, SubjectReport
from riskengine.rules import Rule

#: Rules of one answer: Slack ends a message near 13,000 characters, and one rule takes up to 1,500.
PAGE = 6
#: Subjects that are named: of each rule of a page, and of one rule alone.
SUBJECTS, ALL_SUBJECTS = 3, 30
#: Characters of a condition on a page, and of what is wrong with the file.
CONDITION, TROUBLE = 150, 900

EMOJI = {Standing.FIRING: "🔥", Standing.PENDING: "⏳", Standing.NO_DATA: "▫️", Standing.INACTIVE: "✅", None: "▫️"}


def page(report: RulesReport, number: int, prefix: str) -> dict[str, Any]:
    """One page of all rules; the last one where there are not so many."""
    pages = max(1, -(-len(report.rules) // PAGE))
    number = min(max(number, 1), pages)
    shown = report.rules[(number - 1) * PAGE : number * PAGE]
    rows = [_rule(each, SUBJECTS, CONDITION) for each in shown]
    return render("rules/listing", {**_file(report), "rows": rows, "page": number, "pages": pages, **_command(prefix)})


def single(report: RulesReport, rule: RuleReport, prefix: str) -> dict[str, Any]:
    """One rule with everything that it was judged for."""
    rows = [_rule(rule, ALL_SUBJECTS, len(rule.rule.condition))]
    return render("rules/listing", {**_file(report), "rows": rows, "page": 1, "pages": 1, **_command(prefix)})


def unknown(name: str, near: str, prefix: str) -> dict[str, Any]:
    return render("rules/unknown", {"name": name[:80], "near": near, **_command(prefix)})


def _command(prefix: str) -> dict[str, str]:
    return {"command": f"/{prefix}alerts"}


def _file(report: RulesReport) -> dict[str, Any]:
    trouble = report.trouble if len(report.trouble) <= TROUBLE else report.trouble[:TROUBLE] + "…"
    return {
        "count": len(report.rules),
        "looked_at": report.looked_at,
        "path": report.path,
        "read_at": report.read_at,
        "trouble": trouble.splitlines(),
        "trouble_at": report.trouble_at,
    }


def _rule(report: RuleReport, subjects: int, condition: int) -> dict[str, Any]:
    rule = report.rule
    text = " ".join(rule.condition.split())
    named = [_subject(each) for each in report.subjects[:subjects]]
    return {
        "emoji": EMOJI[report.standing],
        "name": rule.name,
        "severity": rule.severity.value,
        "condition": text if len(text) <= condition else text[:condition] + "…",
        "terms": terms(rule, counts_calls=report.counts_calls),
        "counts": _counts(report.subjects),
        "subjects": named,
        "more": len(report.subjects) - len(named),
    }


def terms(rule: Rule, *, counts_calls: bool) -> str:
    """How it is judged, in one line: `for 5m · over 5m · per model, role · from 20 calls`."""
    parts = [
        f"for {written(rule.pending_for)}" if rule.pending_for else "fires at once",
        f"over {written(rule.window)}",
        f"per {', '.join(each for each in rule.per if each != 'none')}" if rule.per != ("none",) else "all together",
        f"from {rule.minimum_samples} calls" if counts_calls else "",
        f"keeps firing for {written(rule.keep_firing_for)}" if rule.keep_firing_for else "",
    ]
    return "  ·  ".join(filter(None, parts))


def _counts(subjects: Sequence[SubjectReport]) -> str:
    """`1 firing, 12 inactive`."""
    numbers = Counter(each.standing for each in subjects)
    return ", ".join(f"{numbers[each]} {each}" for each in Standing if numbers[each]) or "nothing to judge yet"


def _subject(each: SubjectReport) -> dict[str, Any]:
    since: datetime | None = each.since
    return {
        "emoji": EMOJI[each.standing],
        "subject": each.subject or "all together",
        "standing": each.standing.value,
        "since": since,
        "figures": "; ".join(each.figures)[:160],
        "silent_since": each.state.no_data_since if each.standing == Standing.FIRING else None,
    }
