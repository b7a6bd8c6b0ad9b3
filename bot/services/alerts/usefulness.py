"""After the fact: was this alert useful? One word a person, told to nobody else by name but the audit."""

from bot.failpoints import FailPoint, pass_by
from bot.services.alerts.changes import GROUP
from bot.services.alerts.respond import GONE, REPEATED, Press
from bot.services.answers import Answer
from bot.store import alerts as store
from bot.store import audit, inbound, judgements
from bot.store.database import Transaction

USEFUL, NOT_USEFUL = "judged_useful", "judged_not_useful"


def judge(tx: Transaction, press: Press, *, useful: bool) -> Answer:
    """Take note of a person's word; the card asks once the group is over, an older copy of it may still be pressed.

    No card changes by it: what others said would sway whoever is asked next.
    """
    if not inbound.is_first(tx, "press", press.delivery_id):
        return Answer.unchanged(REPEATED)
    if not store.groups_by_id(tx, [press.group_id]):
        return Answer.unchanged(GONE)
    before = judgements.judgement_of(tx, press.group_id, press.user_id)
    said = "useful" if useful else "not useful"
    if before == useful:
        return Answer.unchanged(f"You have called this alert {said} already. Nothing was changed.")
    judgements.put(tx, press.group_id, press.user_id, useful=useful)
    verb = USEFUL if useful else NOT_USEFUL
    audit.record(tx, [audit.Entry(audit.actor(press.user_id), verb, GROUP, press.group_id, {})])
    pass_by(FailPoint.PRESS_BEFORE_COMMIT)
    if before is not None:
        return Answer.done(f"Changed: you now call this alert {said}.")
    return Answer.done(f"Thank you. You called this alert {said}; the other button changes your mind.")
