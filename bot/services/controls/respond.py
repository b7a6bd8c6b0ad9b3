"""What people want of controls: each verb is one transaction, and whoever comes too late is told the truth."""

from collections.abc import Callable, Mapping

from pydantic import BaseModel, ConfigDict

from bot.failpoints import FailPoint, pass_by
from bot.services.answers import Answer
from bot.services.controls import words
from bot.services.controls.life import present, run_out
from bot.services.controls.settle import settle
from bot.services.controls.terms import ControlsInForce
from bot.store import controls as store
from bot.store import inbound
from bot.store.database import Transaction
from riskengine.response import controls
from riskengine.response.controls import (
    POSSIBLE,
    Control,
    ControlEnd,
    ControlKind,
    ControlPolicy,
    ControlStatus,
    ControlTerms,
    ControlWish,
    Step,
)


class ControlPress(BaseModel):
    """One person's press; `delivery_id` is the same when Slack delivers it again."""

    model_config = ConfigDict(frozen=True)

    user_id: str
    control_id: int
    delivery_id: str


class ControlStart(BaseModel):
    """A person wants a control without any proposal, and says why."""

    model_config = ConfigDict(frozen=True)

    user_id: str
    kind: ControlKind
    reason: str
    delivery_id: str


def press(tx: Transaction, pressed: ControlPress, wish: ControlWish, terms: ControlsInForce) -> Answer:
    """Fulfil a wish, or say why it cannot be."""
    if not inbound.is_first(tx, "press", pressed.delivery_id):
        return Answer.unchanged("")
    control = store.lock(tx, pressed.control_id)
    if control is None:
        return Answer.unchanged(words.GONE)
    control = run_out(tx, control, terms) or control
    if control.status is not POSSIBLE[wish]:
        return Answer.unchanged(words.too_late(control, wish, pressed.user_id))
    step = _STEPS[wish](tx, control, pressed.user_id, terms.kinds[control.kind])
    if step is None:
        return Answer.unchanged(words.long_enough(control, pressed.user_id))
    return _commit(tx, step, pressed.user_id, terms)


def start(tx: Transaction, wanted: ControlStart, terms: ControlsInForce) -> Answer:
    """Start one of this kind; what is proposed is started, what is active is prolonged."""
    its = terms.kinds[wanted.kind]
    if its.policy is ControlPolicy.OFF:
        return Answer.unchanged(words.switched_off(wanted.kind))
    if not inbound.is_first(tx, "command", wanted.delivery_id):
        return Answer.unchanged("")
    current = present(tx, wanted.kind, terms)
    if current is not None and current.status is ControlStatus.ACTIVE:
        step = controls.prolong(current, wanted.user_id, its, tx.now)
        if step is None:
            return Answer.unchanged(words.long_enough(current, wanted.user_id))
    else:
        proposal = current or controls.propose(wanted.kind, None, wanted.reason, its, tx.now).control
        step = controls.begin(proposal, wanted.user_id, its, tx.now)
    return _commit(tx, step, wanted.user_id, terms)


def _commit(tx: Transaction, step: Step, by: str, terms: ControlsInForce) -> Answer:
    done = settle(tx, step, by, terms)
    pass_by(FailPoint.PRESS_BEFORE_COMMIT)
    return Answer.done() if done else Answer.unchanged(words.just_opened(step.control.kind))


def _start(tx: Transaction, control: Control, by: str, terms: ControlTerms) -> Step:
    return controls.begin(control, by, terms, tx.now)


def _decline(tx: Transaction, control: Control, by: str, _terms: ControlTerms) -> Step:
    return controls.end(control, ControlEnd.DECLINED, by, tx.now)


def _end(tx: Transaction, control: Control, by: str, _terms: ControlTerms) -> Step:
    return controls.end(control, ControlEnd.REVERSED, by, tx.now)


def _prolong(tx: Transaction, control: Control, by: str, terms: ControlTerms) -> Step | None:
    return controls.prolong(control, by, terms, tx.now)


_STEPS: Mapping[ControlWish, Callable[[Transaction, Control, str, ControlTerms], Step | None]] = {
    ControlWish.START: _start,
    ControlWish.DECLINE: _decline,
    ControlWish.END: _end,
    ControlWish.PROLONG: _prolong,
}
