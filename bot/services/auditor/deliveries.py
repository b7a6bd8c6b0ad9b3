"""Every message that waits is somebody's, or will be claimed.

While Slack does not take anything at all nobody is expected to send, and /readyz says so already.
"""

from collections.abc import Sequence

from bot.services.auditor.findings import Check, Finding, Terms, usual
from bot.store import claims, destinations, invariants
from bot.store.database import Bell, Transaction

MESSAGE = "message"


def _look_at_leases(tx: Transaction, terms: Terms) -> list[Finding]:
    if terms.delivery_trouble:
        return []
    return [Finding(MESSAGE, row.id, row.lease_until.isoformat()) for row in invariants.lapsed_leases(tx)]


def _free(tx: Transaction, _terms: Terms, _found: Sequence[Finding]) -> None:
    claims.release_expired(tx)
    tx.ring(Bell.DELIVERY)


def _look_at_posts(tx: Transaction, terms: Terms) -> list[Finding]:
    if terms.delivery_trouble:
        return []
    return [
        Finding(MESSAGE, row.id, str(row.attempts)) for row in invariants.unsought_posts(tx, terms.auditor.patience)
    ]


def _ring(tx: Transaction, _terms: Terms, _found: Sequence[Finding]) -> None:
    tx.ring(Bell.DELIVERY)


def _look_at_replies(tx: Transaction, _terms: Terms) -> list[Finding]:
    return [Finding(MESSAGE, row.id, str(row.thread_of)) for row in invariants.orphaned_replies(tx)]


def _adopt(tx: Transaction, _terms: Terms, found: Sequence[Finding]) -> None:
    invariants.adopt(tx, [each.object_id for each in found])


def _look_at_channels(tx: Transaction, _terms: Terms) -> list[Finding]:
    return [Finding("destination", 0, channel) for channel in invariants.unknown_channels(tx)]


def _know(tx: Transaction, _terms: Terms, found: Sequence[Finding]) -> None:
    destinations.ensure(tx, [each.mark for each in found])
    tx.ring(Bell.DELIVERY)


LEASE_LAPSED = Check(
    name="lease_lapsed",
    found="{count} messages were held by a sender that is gone, and nobody took them back.",
    done="They are free again; what may have been posted is looked for first.",
    look=_look_at_leases,
    repair=_free,
    patience=usual,
)
POST_UNSOUGHT = Check(
    name="post_unsought",
    found="{count} posts of unknown fate were not looked for in their channels.",
    done="I rang for it. If this stays, look at delivery in readyz and at the log.",
    look=_look_at_posts,
    repair=_ring,
    patience=usual,
)
REPLY_ORPHANED = Check(
    name="reply_orphaned",
    found="{count} replies waited for messages that will never stand.",
    done="They go where their message is told instead.",
    look=_look_at_replies,
    repair=_adopt,
)
CHANNEL_UNKNOWN = Check(
    name="channel_unknown",
    found="Messages waited for {count} channels that no sender looked at.",
    done="They are looked at now.",
    look=_look_at_channels,
    repair=_know,
)
