"""Loads what a control's card shows."""

from bot.delivery.alerts import Content
from bot.slack.control_cards import to_card
from bot.store import controls as store
from bot.store.database import Transaction
from bot.store.messages import MessageRow


def control_card(tx: Transaction, row: MessageRow) -> Content | None:
    """The control as it is now; None when it is gone."""
    found = store.by_id(tx, row.subject_id)
    return Content(found.revision, to_card(found)) if found else None
