"""What an approval's card shows of a raise."""

from bot.slack.approval_cards import SubjectFacts
from bot.store import raise_requests as store
from bot.store.database import Transaction
from riskengine.durations import spoken
from riskengine.money import budget_usd


def raise_facts(tx: Transaction, number: int) -> SubjectFacts | None:
    found = store.by_id(tx, number)
    if found is None:
        return None
    facts = (
        ("Budget", found.budget),
        ("From", budget_usd(found.was_usd)),
        ("To", budget_usd(found.usd)),
        ("For", f"{spoken(found.lasts)} from the approval on, then back by itself"),
    )
    return SubjectFacts(reason=found.reason, facts=facts)
