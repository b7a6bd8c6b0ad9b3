"""Asks for an escalation: decided, stored, and put before people, in one transaction."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict

from bot.errors import Conflict
from bot.services.approvals.open import Opening, open_request
from bot.services.approvals.terms import ApprovalTerms
from bot.services.escalations.follow import tell_askers
from bot.services.escalations.state import EscalationState, state_of
from bot.store import audit
from bot.store import escalations as store
from bot.store.database import Transaction
from bot.store.escalations import ESCALATION
from riskengine.areas.escalation import Decision, EscalationStatus, EscalationTask
from riskengine.areas.escalation.task import task_hash
from riskengine.pricing import TaskEstimates


class KeyTaken(Conflict):
    """The same Idempotency-Key came with another task."""

    code = "key_taken"
    hint = "Use a new key for a new task; GET /v1/escalations shows what the old one made."


class Wanted(BaseModel):
    """A task with what was decided on it."""

    model_config = ConfigDict(frozen=True)

    task: EscalationTask
    decision: Decision
    prices: TaskEstimates
    #: Of the payload: what would be executed.
    payload_hash: str
    #: A user's id or `token:NAME`.
    by: str
    key: str | None = None


class Asked(NamedTuple):
    state: EscalationState
    #: False when the key was there already.
    is_new: bool


def ask(tx: Transaction, wanted: Wanted, terms: ApprovalTerms) -> Asked:
    """Raises KeyTaken, and ApprovalImpossible when too few people could approve; nothing is stored then."""
    if (earlier := find_earlier(tx, wanted.key, wanted.task, wanted.payload_hash)) is not None:
        return Asked(earlier, is_new=False)
    escalation_id = _store(tx, wanted)
    if wanted.decision.escalate:
        opened = open_request(tx, _opening(wanted, escalation_id), terms)
        store.change(tx, escalation_id, request_id=opened.request.id)
    else:
        tell_askers(tx, [escalation_id])
    return Asked(state_of(tx, escalation_id), is_new=True)


def find_earlier(tx: Transaction, key: str | None, task: EscalationTask, payload_hash: str) -> EscalationState | None:
    """What this key made before. Raises KeyTaken when that was another task."""
    earlier = store.by_key(tx, key) if key else None
    if earlier is None:
        return None
    if not is_same(earlier, task, payload_hash):
        raise KeyTaken
    return state_of(tx, earlier["id"])


def is_same(row: Mapping[str, Any], task: EscalationTask, payload_hash: str) -> bool:
    """Whether a row holds this very task; by hashes, since a database may give a number back in another form."""
    told = task.model_dump(mode="json", exclude={"payload"})
    return task_hash(row["task"]) == task_hash(told) and row["payload_hash"] == payload_hash


def _store(tx: Transaction, wanted: Wanted) -> int:
    outcome = None if wanted.decision.escalate else EscalationStatus.NOT_NEEDED
    escalation_id = store.add(tx, key=wanted.key, created_by=wanted.by, outcome=outcome, **content_of(wanted))
    record_decision(tx, escalation_id, wanted)
    return escalation_id


def content_of(wanted: Wanted) -> dict[str, Any]:
    """What a row holds of the task and of what was decided on it."""
    task, decision = wanted.task, wanted.decision
    return {
        "task": task.model_dump(mode="json", exclude={"payload"}, exclude_none=True),
        "task_id": task.task_id,
        "role": task.role,
        "task_type": task.task_type,
        "payload": task.payload,
        "payload_hash": wanted.payload_hash,
        # The card shows the prices of the day on which it was asked.
        "decision": {**decision.model_dump(mode="json"), "prices": wanted.prices.model_dump(mode="json")},
        "callback_url": task.callback_url,
    }


def record_decision(tx: Transaction, escalation_id: int, wanted: Wanted) -> None:
    detail = {"escalate": wanted.decision.escalate, "score": str(wanted.decision.score)}
    actor = audit.actor(wanted.by)
    audit.record(tx, [audit.Entry(actor, "escalation_decided", ESCALATION, escalation_id, detail)])


def _opening(wanted: Wanted, escalation_id: int) -> Opening:
    return Opening(
        kind=ESCALATION,
        subject_kind=ESCALATION,
        subject_id=escalation_id,
        title=wanted.task.title,
        subject_hash=wanted.payload_hash,
        requested_by=wanted.by,
        requested_for=wanted.task.requester or "",
        emergency=wanted.task.needs_emergency_tier,
    )
