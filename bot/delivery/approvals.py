"""Loads what a request's card shows, as the rows are at the moment of sending."""

from bot.delivery.alerts import Content
from bot.delivery.subjects import subject_facts
from bot.slack.approval_cards import ApprovalCard, to_card
from bot.store import approval_lookups as lookups
from bot.store.database import Transaction
from bot.store.messages import MessageRow
from riskengine.response.approvals.reports import ApprovalDetail


def approval_card(tx: Transaction, row: MessageRow) -> Content | None:
    """The request as it is now; None when it is gone."""
    found = lookups.detail(tx, row.subject_id)
    return Content(found.request.revision, _card(tx, found)) if found else None


def request_now(tx: Transaction, request_id: int) -> ApprovalCard | None:
    """The same for one person who opens it."""
    found = lookups.detail(tx, request_id)
    return _card(tx, found) if found else None


def _card(tx: Transaction, found: ApprovalDetail) -> ApprovalCard:
    return to_card(found, subject_facts(tx, found.request.subject_kind, found.request.subject_id))
