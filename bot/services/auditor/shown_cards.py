"""What Slack shows is the newest state, or waits to be."""

from collections.abc import Sequence

from bot.services.auditor.findings import Check, Finding, Terms, usual
from bot.store import alerts, cards, invariants
from bot.store.database import Transaction

GROUP = "alert_group"


def _look_at_messages(tx: Transaction, _terms: Terms) -> list[Finding]:
    return [Finding("message", row.id, str(row.wanted_revision)) for row in invariants.cards_behind(tx)]


def _send(tx: Transaction, _terms: Terms, found: Sequence[Finding]) -> None:
    invariants.wake(tx, [each.object_id for each in found])


def _look_at_groups(tx: Transaction, _terms: Terms) -> list[Finding]:
    return [Finding(GROUP, row.id, str(row.revision)) for row in invariants.groups_behind(tx)]


def _bump(tx: Transaction, _terms: Terms, found: Sequence[Finding]) -> None:
    groups = alerts.lock_groups(tx, [each.object_id for each in found])
    cards.bump(tx, GROUP, {group.id: group.revision for group in groups})


MESSAGE_BEHIND = Check(
    name="message_behind",
    found="{count} messages showed less than they should and did not wait to be edited.",
    done="They are edited now.",
    look=_look_at_messages,
    repair=_send,
)
GROUP_BEHIND = Check(
    name="card_behind",
    found="{count} alert groups had changed without their cards being told.",
    done="Their cards are edited now.",
    look=_look_at_groups,
    repair=_bump,
    patience=usual,
)
