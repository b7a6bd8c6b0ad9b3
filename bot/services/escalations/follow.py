"""What an escalation does when its request is decided: its own row, its asker's callback, and whoever waits for it."""

from collections.abc import Sequence
from datetime import timedelta

from bot.services.approvals.terms import Changed
from bot.services.escalations import need
from bot.services.escalations.state import EscalationState, states_of
from bot.store import callbacks
from bot.store import escalations as store
from bot.store.callbacks import Wish
from bot.store.database import Bell, Transaction
from bot.store.escalations import ESCALATION
from riskengine.response.approvals.requests import ApprovalStatus


def follow(tx: Transaction, changes: Sequence[Changed], *, ask_need_after: timedelta) -> None:
    """In the transaction of the decision: whoever asks after it sees both, or neither."""
    ended = {each.after.subject_id: each.after.status for each in changes if not each.after.is_pending}
    store.end(tx, ended)
    tell_askers(tx, list(ended))
    approved = [number for number, status in ended.items() if status is ApprovalStatus.APPROVED]
    need.plan(tx, approved, ask_need_after)


def tell_askers(tx: Transaction, escalation_ids: Sequence[int]) -> None:
    """Of a final state, each once."""
    if not escalation_ids:
        return
    tx.ring(Bell.ESCALATIONS)
    rows = store.to_call_back(tx, escalation_ids)
    states = states_of(tx, rows)
    callbacks.enqueue(tx, [_wish(state, row["callback_url"]) for state, row in zip(states, rows, strict=True)])


def _wish(state: EscalationState, url: str) -> Wish:
    word = f"{ESCALATION}.{state.status}"
    return Wish(f"{word}:{state.id}", ESCALATION, state.id, word, url, state.model_dump(mode="json", exclude_none=True))
