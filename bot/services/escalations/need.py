"""After the fact: was this escalation needed? Its approvers say so with one press, and the last answer counts.

One answer for an escalation and not one a person: what teaches later decisions is what its approvers came to, and
whoever has learnt more may put it right. The audit keeps every answer.
"""

from collections.abc import Sequence
from datetime import timedelta

from pydantic import BaseModel, ConfigDict

from bot.failpoints import FailPoint, pass_by
from bot.services.answers import Answer, at, who
from bot.services.approvals import words
from bot.services.approvals.respond import REPEATED
from bot.store import (
    approval_lookups,
    approval_people,
    approval_votes,
    audit,
    cards,
    destinations,
    due,
    executions,
    inbound,
)
from bot.store import escalations as store
from bot.store.approvals import APPROVAL
from bot.store.cards import CardWish
from bot.store.database import Transaction
from bot.store.due import DueKind, DueRow
from bot.store.escalations import ESCALATION
from bot.store.messages import Priority
from riskengine.areas.escalation import Need
from riskengine.response.approvals import eligibility
from riskengine.response.approvals.execution import ExecutionStatus
from riskengine.response.approvals.requests import ApprovalRequest, ApprovalStatus, Verdict

CARD = "escalations/need"
#: What the question's cards call their subject; its id is the escalation's.
QUESTION = "escalation_need"
GONE = "This escalation is not in my records any more. Nothing was changed."


class NeedPress(BaseModel):
    """One person's answer; `delivery_id` is the same when Slack delivers the press again."""

    model_config = ConfigDict(frozen=True)

    user_id: str
    escalation_id: int
    delivery_id: str


def plan(tx: Transaction, escalation_ids: Sequence[int], after: timedelta) -> None:
    """Have the approvers of each asked later, in place of an earlier plan."""
    due.schedule(tx, DueKind.ASK_NEED, escalation_ids, tx.now + after)


def ask(tx: Transaction, rows: Sequence[DueRow], after: timedelta) -> None:
    """Ask whoever approved these, and all in the thread of the request's card; what still runs is asked of later."""
    for row in rows:
        request = _approved(tx, row.subject_id)
        if request is None:
            continue
        execution = executions.of_request(tx, request.id)
        if execution is not None and execution.status is ExecutionStatus.STARTED:
            plan(tx, [row.subject_id], after)
        else:
            _put(tx, row, request)


def _approved(tx: Transaction, escalation_id: int) -> ApprovalRequest | None:
    request = approval_lookups.by_id(tx, request_of(tx, escalation_id))
    return request if request is not None and request.status is ApprovalStatus.APPROVED else None


def request_of(tx: Transaction, escalation_id: int) -> int:
    """The id of its approval request; 0, which no row has, where there is none."""
    escalation = store.by_id(tx, escalation_id)
    return int(escalation["request_id"] or 0) if escalation else 0


def _put(tx: Transaction, row: DueRow, request: ApprovalRequest) -> None:
    thread = cards.card_in(tx, APPROVAL, {request.id: request.channel}).get(request.id)
    places: dict[str, int | None] = dict.fromkeys(sorted(_approvers(tx, request)))
    if thread is not None:
        places[request.channel] = thread
    destinations.ensure(tx, list(places))
    cards.want(
        tx,
        [
            CardWish(CARD, QUESTION, row.subject_id, channel, 1, Priority.NOTE, row.due_at, thread_of)
            for channel, thread_of in places.items()
        ],
    )


def _approvers(tx: Transaction, request: ApprovalRequest) -> set[str]:
    votes = approval_votes.votes_of(tx, [request.id])[request.id]
    mine = {each.voter for each in votes if each.version == request.version and each.verdict is Verdict.APPROVE}
    return (mine | {request.decided_by or ""}) - {""}


def judge(tx: Transaction, press: NeedPress, said: Need, believed_for: timedelta) -> Answer:
    """Take note of an approver's word; who may approve is believed for so long after Slack has said it."""
    if not inbound.is_first(tx, "press", press.delivery_id):
        return Answer.unchanged(REPEATED)
    request = _approved(tx, press.escalation_id)
    before = store.lock(tx, press.escalation_id)
    if request is None or before is None:
        return Answer.unchanged(GONE)
    refusal = _refusal(tx, request, press.user_id, believed_for)
    if refusal:
        return Answer.unchanged(f"{refusal} {words.NOTHING}")
    if before["needed"] == said:
        by = "You have" if before["needed_by"] == press.user_id else f"{who(before['needed_by'])} has"
        return Answer.unchanged(f"{by} said so already, {at(before['needed_at'])}. {words.NOTHING}")
    _record(tx, press, said, before["need_revision"] + 1)
    pass_by(FailPoint.PRESS_BEFORE_COMMIT)
    return Answer.done()


def _refusal(tx: Transaction, request: ApprovalRequest, user_id: str, believed_for: timedelta) -> str:
    facts = approval_people.facts(tx, request.policy.roles, believed_for)
    if user_id in eligibility.barred(request, facts, tx.now):
        return "Whether it was needed is for its approvers to say, and this was asked for by you or for your side."
    known = facts.confirmed()
    if user_id in eligibility.voters(request, known, tx.now) or user_id in _approvers(tx, request):
        return ""
    if facts.unconfirmed:
        return "Slack does not tell me at the moment who is in which role, so I cannot tell whether you may. Try again."
    return "Whether it was needed is for its approvers to say, and you are none of them."


def _record(tx: Transaction, press: NeedPress, said: Need, revision: int) -> None:
    store.change(
        tx,
        press.escalation_id,
        needed=said,
        needed_by=press.user_id,
        needed_at=tx.now,
        need_revision=revision,
    )
    verb = f"escalation_called_{said}"
    audit.record(tx, [audit.Entry(audit.actor(press.user_id), verb, ESCALATION, press.escalation_id, {})])
    cards.bump(tx, QUESTION, {press.escalation_id: revision})
