"""What is recorded is also summed, sealed and judged."""

from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256

from bot.services.auditor.findings import Check, Finding, Terms, usual
from bot.store import audit, invariants
from bot.store.database import Bell, Transaction

#: As many as the seal's own bell takes at once.
SEALED_AT_ONCE = 32
#: A look may be late; after so many of them it is missing.
MISSED_LOOKS = 3


def _look_at_audit(tx: Transaction, _terms: Terms) -> list[Finding]:
    oldest = invariants.oldest_unsealed(tx)
    return [Finding("audit", oldest)] if oldest is not None else []


def _seal(tx: Transaction, _terms: Terms, _found: Sequence[Finding]) -> None:
    audit.seal(tx, SEALED_AT_ONCE)


def _look_at_telemetry(tx: Transaction, _terms: Terms) -> list[Finding]:
    oldest = invariants.oldest_delta(tx)
    if oldest is None:
        return []
    number, payload = oldest
    return [Finding("rollup_delta", number, sha256(payload.encode()).hexdigest())]


def _fold(tx: Transaction, _terms: Terms, _found: Sequence[Finding]) -> None:
    tx.ring(Bell.TELEMETRY)


def _look_at_rules(tx: Transaction, _terms: Terms) -> list[Finding]:
    return [Finding("rules", 0, invariants.last_rule_look(tx))]


def _after_missed_looks(terms: Terms) -> timedelta:
    return max(terms.auditor.patience, terms.rules_interval * MISSED_LOOKS)


UNSEALED = Check(
    name="audit_unsealed",
    found="The audit's newest rows were not in the chain.",
    done="I sealed some of them. If this stays, the seal's bell stands still: restart, and report the log.",
    look=_look_at_audit,
    repair=_seal,
    patience=usual,
)
UNFOLDED = Check(
    name="telemetry_unfolded",
    found="Calls that were reported are not in the sums that rules are judged by.",
    done="I rang for it again. If this stays, the log says why they cannot be added.",
    look=_look_at_telemetry,
    repair=_fold,
    patience=usual,
)
RULES_UNSEEN = Check(
    name="rules_unseen",
    found="The rules have not been judged for a while, so no alert comes of telemetry.",
    done="The log says why each look failed.",
    look=_look_at_rules,
    patience=_after_missed_looks,
)
