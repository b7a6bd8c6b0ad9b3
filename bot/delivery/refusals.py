"""What becomes of a message that Slack did not take: one function per outcome, each a transaction."""

import logging
from datetime import timedelta

from bot.delivery.trouble import SPOKEN, is_about_credentials
from bot.settings import DeliverySettings
from bot.slack.errors import HINTS, OUTCOMES, Outcome, SlackError
from bot.store import destinations, messages, outbox, pictures, rates, threads
from bot.store.claims import Action, Claimed
from bot.store.database import Transaction
from bot.store.messages import MessageRow, Priority
from bot.store.outbox import Note

logger = logging.getLogger(__name__)

LONGEST_BACKOFF_SECONDS = 60
#: The channel for troubles refuses us too: nothing is given up, but it is tried only this often.
LAST_RESORT_PAUSE = timedelta(seconds=60)
#: A channel that takes nothing more from us, whatever it is.
CLOSED = {"is_archived", "channel_not_found", "not_in_channel"}
#: So often a history that cannot be read for now is tried before the message is posted again.
READS = 4
#: So often a card is tried with its picture; Slack may take seconds until it knows a file that it has taken.
PICTURE_TRIES = 4


def is_slacks_own(error: SlackError) -> bool:
    """Whether Slack itself is in trouble: nothing is wrong with the message, its channel or us."""
    known = error.error in OUTCOMES or error.outcome != Outcome.RETRY
    return known and error.outcome in {Outcome.RETRY, Outcome.AMBIGUOUS, Outcome.UNREACHABLE, Outcome.CREDENTIALS}


class Refusals:
    """Settles refused messages; holds what the settling needs besides the message."""

    def __init__(self, owner: str, settings: DeliverySettings, trouble_channel: str) -> None:
        self._owner = owner
        self._settings = settings
        self._trouble_channel = trouble_channel
        #: Set while the channel for troubles refuses us, so that nobody can be told in Slack; for health.
        self.last_resort_trouble = ""

    def took_post(self, channel: str) -> None:
        if channel == self._trouble_channel:
            self.last_resort_trouble = ""

    def give_back(self, tx: Transaction, claimed: Claimed, reason: str, *, counts: bool = False) -> None:
        """It was not sent: it waits again as it was."""
        settle = messages.settle_ambiguous if claimed.action == Action.RECONCILE else messages.settle_waiting
        settle(tx, claimed.row, self._owner, pause=timedelta(0), reason=reason, counts=counts)

    def settle(self, tx: Transaction, claimed: Claimed, error: SlackError) -> None:
        """Write what the error means for the message, its channel and the method."""
        row = claimed.row
        if error.retry_after_seconds is not None:
            self._held(tx, claimed, error, error.retry_after_seconds)
        elif claimed.action == Action.RECONCILE:
            self._history_refused(tx, row, error)
        elif error.outcome == Outcome.AMBIGUOUS and claimed.action == Action.POST:
            self._perhaps(tx, row, error)
        elif error.error == "thread_not_found" and row.thread_of:
            self._after_thread(tx, row, "its thread was deleted")
        elif error.outcome == Outcome.DESTINATION:
            self._elsewhere(tx, row, error)
        elif error.outcome == Outcome.GONE:
            messages.settle_changed(tx, row, self._owner, **messages.posted_anew(tx, row.generation))
        elif error.outcome == Outcome.CONTENT and self._without_picture(tx, row):
            messages.settle_changed(tx, row, self._owner)
        elif error.outcome == Outcome.CONTENT and not row.plain:
            messages.settle_changed(tx, row, self._owner, plain=True)
        elif is_slacks_own(error):
            self._wait(tx, row, error)
        else:
            self._again_or_give_up(tx, row, error.message)

    def _without_picture(self, tx: Transaction, row: MessageRow) -> bool:
        """Whether the card may be refused for its picture, which is taken off it for now."""
        pause = self._settings.settle
        return pictures.refused(tx, row.subject_kind, row.subject_id, pause=pause, most=PICTURE_TRIES)

    def failed(self, tx: Transaction, claimed: Claimed, reason: str) -> None:
        """Our own code failed on it: the others go on, and after the last try it is said."""
        if claimed.action == Action.RECONCILE:
            messages.settle_ambiguous(tx, claimed.row, self._owner, pause=self._backoff(claimed.row), reason=reason)
        else:
            self._again_or_give_up(tx, claimed.row, reason)

    def _held(self, tx: Transaction, claimed: Claimed, error: SlackError, seconds: float) -> None:
        pause = timedelta(seconds=seconds)
        reason = f"Slack asked us to wait {seconds:g} s"
        # The channel before the method, as a claim locks them.
        if claimed.action == Action.POST:
            destinations.hold(tx, claimed.row.channel, pause, reason)
        # The budget's name: looking for a post also asks for lists and threads, which are held all alike.
        rates.hold(tx, claimed.action, pause, reason)
        settle = messages.settle_ambiguous if claimed.action == Action.RECONCILE else messages.settle_waiting
        settle(tx, claimed.row, self._owner, pause=pause, reason=reason, counts=False)
        logger.warning("%s: %s", error.method, reason, extra={"action": "held", "channel": claimed.row.channel})

    def _perhaps(self, tx: Transaction, row: MessageRow, error: SlackError) -> None:
        reason = SPOKEN[error.outcome]
        messages.settle_ambiguous(
            tx, row, self._owner, pause=self._settings.settle, reason=reason, attempts=0, last_error=error.message
        )

    def _history_refused(self, tx: Transaction, row: MessageRow, error: SlackError) -> None:
        """Unreadable history cannot settle it: post again, marked, so that a person can tell a repeat."""
        passing = is_slacks_own(error)
        if is_about_credentials(error) or (passing and row.attempts < READS):
            pause = self._settings.settle * 2 ** min(row.attempts, READS)
            messages.settle_ambiguous(tx, row, self._owner, pause=pause, reason=error.message)
        else:
            logger.warning("History of %s cannot be read: %s", row.channel, error.error, extra={"action": "unreadable"})
            messages.settle_changed(tx, row, self._owner, marked=True)

    def _after_thread(self, tx: Transaction, row: MessageRow, reason: str) -> None:
        """The message that it replies to is posted anew, and the reply after it."""
        threads.repost_shown(tx, row.thread_of or 0)
        messages.settle_waiting(tx, row, self._owner, pause=self._settings.settle, reason=reason)

    def _elsewhere(self, tx: Transaction, row: MessageRow, error: SlackError) -> None:
        first = destinations.mark_broken(tx, row.channel, error.error)
        if row.channel == self._trouble_channel:
            self.last_resort_trouble = f"{row.channel}, where troubles are told, refuses messages ({error.error})"
            pause = LAST_RESORT_PAUSE
            messages.settle_waiting(tx, row, self._owner, pause=pause, reason=error.message, counts=False)
            return
        destinations.ensure(tx, [self._trouble_channel])
        if first:
            outbox.enqueue(tx, [self._notice(tx, row.channel, error)])
        if row.thread_of and error.error in CLOSED:
            # The message that it replies to cannot stay either: it goes elsewhere first, and its replies with it.
            self._after_thread(tx, row, error.message)
            return
        threads.move_replies(tx, row.id, self._trouble_channel)
        moved = {"channel": self._trouble_channel, "rerouted_from": row.rerouted_from or row.channel, "thread_of": None}
        messages.settle_changed(tx, row, self._owner, **messages.posted_anew(tx, row.generation, row), **moved)

    def _notice(self, tx: Transaction, channel: str, error: SlackError) -> Note:
        payload = {"channel": channel, "reason": error.error, "hint": HINTS.get(error.error, "")}
        return Note(
            key=f"destination_broken:{channel}:{tx.protocol_now.isoformat()}",
            template="delivery/destination_broken",
            subject_kind="destination",
            subject_id=0,
            payload=payload,
            channel=self._trouble_channel,
            priority=Priority.ALERT,
        )

    def _wait(self, tx: Transaction, row: MessageRow, error: SlackError) -> None:
        """Slack's own trouble uses up no tries, however long it lasts."""
        counts = row.attempts < self._settings.max_attempts - 1
        reason = SPOKEN[error.outcome]
        messages.settle_waiting(
            tx, row, self._owner, pause=self._backoff(row), reason=reason, counts=counts, last_error=error.message
        )

    def _again_or_give_up(self, tx: Transaction, row: MessageRow, reason: str) -> None:
        if row.attempts < self._settings.max_attempts:
            messages.settle_waiting(tx, row, self._owner, pause=self._backoff(row), reason=reason)
            return
        messages.settle_dead(tx, row, self._owner, reason=reason)
        logger.error("Gave up message %s: %s", row.key, reason, extra={"action": "message_dead", "key": row.key})
        if row.template != "delivery/given_up":
            outbox.enqueue(tx, [self._given_up(row, reason)])
            destinations.ensure(tx, [self._trouble_channel])

    def _given_up(self, row: MessageRow, reason: str) -> Note:
        payload = {"channel": row.channel, "template": row.template, "reason": reason[:300]}
        key = f"given_up:{row.id}:{row.generation}"
        return Note(key, "delivery/given_up", "message", row.id, payload, channel=self._trouble_channel)

    def _backoff(self, row: MessageRow) -> timedelta:
        return timedelta(seconds=min(LONGEST_BACKOFF_SECONDS, 2 ** min(row.attempts, 6)))
