"""Away and back: while somebody is away, their delegate is asked in their place."""

from collections.abc import Collection
from datetime import datetime

from bot.services.answers import Answer, at, who
from bot.store import approval_people, approvals, audit, due, inbound
from bot.store.database import Transaction
from bot.store.due import DueKind
from riskengine.response.approvals.eligibility import Absence

PERSON = "person"
REPEATED = ""


def go_away(tx: Transaction, absence: Absence, delivery_id: str) -> Answer:
    """Somebody is away until a moment, with a delegate or without; an earlier absence of theirs is replaced."""
    if not inbound.is_first(tx, "press", delivery_id):
        return Answer.unchanged(REPEATED)
    if absence.ends_at <= tx.now:
        return Answer.unchanged(f"{at(absence.ends_at)} is past already. Nothing was changed.")
    if absence.delegate == absence.user_id:
        return Answer.unchanged("You cannot stand in for yourself: name somebody else. Nothing was changed.")
    approval_people.set_absence(tx, absence)
    _record(tx, absence.user_id, "went_away", delegate=absence.delegate, until=absence.ends_at.isoformat())
    look_again(tx, approval_people.roles_of(tx, [absence.user_id]), tx.now)
    deputy = f"{who(absence.delegate)} is asked in your place" if absence.delegate else "nobody is asked in your place"
    return Answer.done(f"You are away until {at(absence.ends_at)}; {deputy}. `back` ends it.")


def come_back(tx: Transaction, user_id: str, delivery_id: str) -> Answer:
    if not inbound.is_first(tx, "press", delivery_id):
        return Answer.unchanged(REPEATED)
    if not approval_people.end_absence(tx, user_id):
        return Answer.unchanged("You were not away. Nothing was changed.")
    _record(tx, user_id, "came_back")
    look_again(tx, approval_people.roles_of(tx, [user_id]), tx.now)
    return Answer.done("Welcome back: you are asked yourself again.")


def look_again(tx: Transaction, roles: Collection[str], moment: datetime) -> None:
    """Have the pending requests that ask these roles looked at anew: whom they ask, and whether they can end."""
    if roles:
        due.schedule_by(tx, DueKind.ADVANCE_APPROVAL, approvals.pending_ids(tx, roles), moment)


def _record(tx: Transaction, user_id: str, verb: str, **detail: str) -> None:
    audit.record(tx, [audit.Entry(audit.actor(user_id), verb, PERSON, 0, {"user": user_id, **detail})])
