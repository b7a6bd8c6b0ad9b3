"""A silence begins and ends when it should, and mutes nothing afterwards."""

from collections.abc import Sequence

from bot.services.auditor.findings import Check, Finding, Terms
from bot.store import due, invariants
from bot.store.database import Transaction
from bot.store.due import DueKind


def _look(tx: Transaction, _terms: Terms) -> list[Finding]:
    return [Finding("silence", row.id) for row in invariants.unattended_silences(tx)]


def _repair(tx: Transaction, _terms: Terms, found: Sequence[Finding]) -> None:
    due.schedule_by(tx, DueKind.REVIEW_SILENCE, [each.object_id for each in found], tx.now)


UNATTENDED = Check(
    name="silence_unattended",
    found="{count} silences were never going to begin or end, or still muted alerts after their end.",
    done="They are looked at now: what is due begins or ends, and what is muted by nothing is told.",
    look=_look,
    repair=_repair,
)
