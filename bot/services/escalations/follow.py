"""What an escalation does when its request is decided: its own row, its asker's callback, and whoever waits for it."""

from collections.abc import Sequence
from datetime import timedelta

from bot.services.approvals.terms import Changed
from bot.services.escalations import need
from bot.services.escalations.state import state_of
from bot.store import callbacks
from bot.store import escalations as store
from bot.store.callbacks import Wish
from bot.store.database import Bell, Transaction
from bot.store.escalations import ESCALATION
from riskengine.response.approvals.requests import ApprovalStatus


def follow(tx: Transaction, changes: Sequence[Changed], *, ask_need_after: timedelta) -> None:
    """In the transaction of the decision: whoever asks after it sees both, or neither."""
    for request in (each.after for each in changes if not each.after.is_pending):
        store.change(tx, request.subject_id, outcome=request.status)
        tell_asker(tx, request.subject_id)
        if request.status is ApprovalStatus.APPROVED:
            need.plan(tx, request.subject_id, ask_need_after)


def tell_asker(tx: Transaction, escalation_id: int) -> None:
    """Of a final state, once."""
    tx.ring(Bell.ESCALATIONS)
    row = store.by_id(tx, escalation_id)
    if row is None or not row["callback_url"]:
        return
    state = state_of(tx, escalation_id)
    word = f"{ESCALATION}.{state.status}"
    body = state.model_dump(mode="json", exclude_none=True)
    callbacks.enqueue(tx, [Wish(f"{word}:{escalation_id}", ESCALATION, escalation_id, word, row["callback_url"], body)])
