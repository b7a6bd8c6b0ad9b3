"""Loads what a request's card shows, as the rows are at the moment of sending."""

from bot.delivery.alerts import Content
from bot.delivery.subjects import subject_facts
from bot.slack.approval_cards import to_card
from bot.store import approval_lookups as lookups
from bot.store.database import Transaction
from bot.store.messages import MessageRow


def approval_card(tx: Transaction, row: MessageRow) -> Content | None:
    """The request as it is now; None when it is gone."""
    found = lookups.detail(tx, row.subject_id)
    if found is None:
        return None
    facts = subject_facts(tx, found.request.subject_kind, found.request.subject_id)
    return Content(found.request.revision, to_card(found, facts))
