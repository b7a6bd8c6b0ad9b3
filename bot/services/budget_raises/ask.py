"""Asks for a raise: checked against the budget as it is, kept, and put before people, in one transaction."""

from datetime import timedelta
from decimal import Decimal

from pydantic import BaseModel, ConfigDict

from bot.failpoints import FailPoint, pass_by
from bot.services.answers import Answer, who
from bot.services.approvals.open import Opening, open_request
from bot.services.approvals.terms import ApprovalTerms
from bot.store import budgets, inbound
from bot.store import raise_requests as store
from bot.store.database import Transaction
from bot.store.raise_requests import RAISE_REQUEST
from riskengine.areas.cost.budgets import Budget, Limit
from riskengine.areas.escalation.task import content_hash
from riskengine.durations import spoken

#: By this kind the settings may name a policy.
KIND = "budget_raise"


class RaiseWish(BaseModel):
    """What a person asks for; `delivery_id` is the same when Slack delivers it again."""

    model_config = ConfigDict(frozen=True)

    user_id: str
    budget: str
    #: What the budget is to be meanwhile.
    usd: Decimal
    #: From the approval on.
    lasts: timedelta
    reason: str
    delivery_id: str


def ask(tx: Transaction, wish: RaiseWish, budget: Budget, terms: ApprovalTerms) -> Answer:
    """Raises ApprovalImpossible when too few people could approve; nothing is stored then."""
    if not inbound.is_first(tx, "command", wish.delivery_id):
        return Answer.unchanged("")
    limit = Limit.of(budget, budgets.open_raises(tx), tx.now)
    if wish.usd <= limit.usd:
        return Answer.unchanged(f"The budget {budget.name} is ${limit.usd} already. Ask for more. Nothing was changed.")
    if (other := store.pending_for(tx, budget.name)) is not None:
        return Answer.unchanged(
            f"{who(other.created_by)} has asked already for ${other.usd} (request {other.request_id}), which is "
            "not decided. Nothing was changed."
        )
    number = store.add(tx, budget.name, wish.usd, limit.usd, wish.lasts, wish.reason, wish.user_id)
    request = open_request(tx, _opening(wish, number), terms).request
    store.change(tx, number, request_id=request.id)
    pass_by(FailPoint.PRESS_BEFORE_COMMIT)
    lasts = spoken(wish.lasts)
    return Answer.done(f"Asked in {request.channel}: {budget.name} budget ${wish.usd}, {lasts} from the approval on.")


def _opening(wish: RaiseWish, number: int) -> Opening:
    asked = {"budget": wish.budget, "usd": str(wish.usd), "lasts_seconds": wish.lasts.total_seconds()}
    return Opening(
        kind=KIND,
        subject_kind=RAISE_REQUEST,
        subject_id=number,
        title=f"Raise the {wish.budget} budget to ${wish.usd} for {spoken(wish.lasts)}",
        subject_hash=content_hash(asked),
        requested_by=wish.user_id,
    )
