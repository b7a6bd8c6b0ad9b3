"""What an approval's card shows of an escalation: why, by which criteria, how sure that is, and at what price."""

from collections.abc import Iterator

from bot.delivery.alerts import Content
from bot.slack.approval_cards import SubjectFacts
from bot.slack.need_cards import to_card
from bot.store import approval_lookups as lookups
from bot.store import escalations as store
from bot.store import executions
from bot.store.database import Transaction
from bot.store.messages import MessageRow
from riskengine.areas.escalation import Decision, WarningKind
from riskengine.money import fine_usd
from riskengine.pricing import ModelEstimate, TaskEstimates


def escalation_facts(tx: Transaction, escalation_id: int) -> SubjectFacts | None:
    row = store.by_id(tx, escalation_id)
    if row is None:
        return None
    decision = Decision.model_validate(row["decision"])
    prices = TaskEstimates.model_validate(row["decision"]["prices"])
    summary = row["task"].get("summary") or ""
    return SubjectFacts(summary=summary, reason=decision.reason, facts=tuple(_facts(decision, prices)))


def _facts(decision: Decision, prices: TaskEstimates) -> Iterator[tuple[str, str]]:
    yield "Score", f"{decision.score}{_by_criterion(decision)}"
    yield "Confidence", f"{decision.confidence:.0%}"
    for estimate in (prices.default, prices.stronger):
        yield f"Price on {estimate.runs_as}", _price(estimate)
    for warning in decision.warnings:
        is_doubtful = warning.kind is WarningKind.PROBABLE_FALSE_POSITIVE
        yield "⚠️ Review first" if is_doubtful else "Look closely", warning.detail


def need_card(tx: Transaction, row: MessageRow) -> Content | None:
    """Whether it was needed, as it was answered last; None when it is gone."""
    found = store.by_id(tx, row.subject_id)
    request = lookups.by_id(tx, found["request_id"]) if found and found["request_id"] else None
    if found is None or request is None:
        return None
    execution = executions.of_request(tx, request.id)
    return Content(found["need_revision"], to_card(found, request, execution))


def _by_criterion(decision: Decision) -> str:
    weights = [f"{each.name.replace('_', ' ')} {each.weight}" for each in decision.criteria if each.counted]
    weights += [each.name.replace("_", " ") for each in decision.fallbacks if each.counted]
    return f" ({', '.join(weights)})" if weights else ""


def _price(estimate: ModelEstimate) -> str:
    if estimate.usd is None:
        return f"unknown: {estimate.missing}"
    return fine_usd(estimate.usd)
