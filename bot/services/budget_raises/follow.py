"""What an approved raise does: it applies in the transaction of the decision, and its thread says so."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.services.approvals.terms import Changed
from bot.services.costs.raises import RaiseRefused, raise_budget
from bot.store import audit, cards, outbox
from bot.store import raise_requests as store
from bot.store.approvals import APPROVAL
from bot.store.database import Transaction
from bot.store.outbox import Note, told
from bot.store.raise_requests import RAISE_REQUEST, RaiseRequest
from riskengine.areas.cost.budgets import Budget
from riskengine.response.approvals.requests import ApprovalRequest, ApprovalStatus

TEMPLATE = "budget_raises/applied"


def follow(tx: Transaction, changes: Sequence[Changed], *, budgets: Mapping[str, Budget]) -> None:
    """`budgets` are those of the settings by name."""
    for change in changes:
        asked = store.by_id(tx, change.after.subject_id)
        if change.after.status is ApprovalStatus.APPROVED and asked is not None and asked.raise_id is None:
            _apply(tx, change.after, asked, budgets.get(asked.budget))


def _apply(tx: Transaction, request: ApprovalRequest, asked: RaiseRequest, budget: Budget | None) -> None:
    """What cannot be applied any more is said, and stays approved: it was."""
    ends_at = tx.now + asked.lasts
    refused = ""
    if budget is None:
        refused = f"There is no budget {asked.budget} any more."
    else:
        try:
            by = audit.actor(asked.created_by)
            found = raise_budget(tx, budget, asked.usd, ends_at, by, asked.reason)
            store.change(tx, asked.id, raise_id=found)
        except RaiseRefused as error:
            refused = error.message
    payload = {"budget": asked.budget, "usd": str(asked.usd), "until": told(ends_at), "refused": refused}
    outbox.enqueue(tx, [_note(tx, request, asked, payload)])


def _note(tx: Transaction, request: ApprovalRequest, asked: RaiseRequest, payload: dict[str, Any]) -> Note:
    thread = cards.card_in(tx, APPROVAL, {request.id: request.channel}).get(request.id)
    key = f"{RAISE_REQUEST}:{asked.id}:applied"
    return Note(key, TEMPLATE, RAISE_REQUEST, asked.id, payload, channel=request.channel, thread_of=thread)
