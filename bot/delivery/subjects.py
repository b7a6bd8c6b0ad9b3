"""What a request's card shows of its subject: each kind of subject has one loader here."""

from collections.abc import Callable, Mapping

from bot.delivery.budget_raises import raise_facts
from bot.delivery.escalations import escalation_facts
from bot.slack.approval_cards import SubjectFacts
from bot.store.database import Transaction
from bot.store.escalations import ESCALATION
from bot.store.raise_requests import RAISE_REQUEST

#: Kind of subject → what loads its facts by the subject's id; a kind without one shows its title alone.
SUBJECTS: Mapping[str, Callable[[Transaction, int], SubjectFacts | None]] = {
    ESCALATION: escalation_facts,
    RAISE_REQUEST: raise_facts,
}


def subject_facts(tx: Transaction, subject_kind: str, subject_id: int) -> SubjectFacts | None:
    loader = SUBJECTS.get(subject_kind)
    return loader(tx, subject_id) if loader else None
