"""The rules in force: their file is read again when it changes, and a broken one never replaces a good one.

The last good text stands in the database, so that the same rules go on after a restart with a broken file. What became
of a file is said once, whichever replica reads it first and whatever is killed when.
"""

import logging
from hashlib import sha256
from pathlib import Path

from bot.errors import SettingsError
from bot.failpoints import FailPoint, pass_by
from bot.services.watching.rules_file import parse_rules, read_text, stamp_of
from bot.store import audit, destinations, outbox
from bot.store import rules_in_force as store
from bot.store.database import Database, Transaction
from bot.store.messages import Priority
from bot.store.outbox import Note
from riskengine.rules import RuleSet

logger = logging.getLogger(__name__)

KIND = "rules"
#: A broken file may have a problem in each of its rules; the rest is for `riskbot check`.
TOLD_CHARACTERS = 1_500


class RulesInForce:
    """Holds the rules of this process; `open` before anything else."""

    def __init__(self, database: Database, path: Path, trouble_channel: str) -> None:
        self._database = database
        self.path = path
        self._trouble_channel = trouble_channel
        self.rules = RuleSet(())
        #: What is wrong with the file as it is now; empty while it is in force.
        self.trouble = ""
        self._seen: tuple[int, int] | None = None

    async def open(self) -> None:
        """Read the file at the start; where it is broken, the last good rules go on.

        Raises SettingsError when it is broken and there never was a good one.
        """
        self._seen = stamp_of(self.path)
        try:
            text = read_text(self.path)
            rules = parse_rules(text, self.path)
        except SettingsError as error:
            await self._go_on_with_the_last(error)
        else:
            await self._accept(text, rules)

    async def refresh(self) -> bool:
        """Read the file again if it has changed; True when new rules are in force. Costs one look at its date.

        Noted as seen when the database knows what became of it: else the next look tries again.
        """
        stamp = stamp_of(self.path)
        if stamp == self._seen:
            return False
        try:
            text = read_text(self.path)
            rules = parse_rules(text, self.path)
        except SettingsError as error:
            await self._refuse(error)
            self._seen = stamp
            return False
        await self._accept(text, rules)
        self._seen = stamp
        return True

    async def _accept(self, text: str, rules: RuleSet) -> None:
        await self._database.write(lambda tx: accept(tx, self.path, text, rules, self._trouble_channel))
        pass_by(FailPoint.RULES_COMMITTED)
        self.rules, self.trouble = rules, ""
        logger.info("%s rules of %s are in force", len(rules.rules), self.path, extra={"action": "rules_read"})

    async def _refuse(self, error: SettingsError) -> None:
        await self._database.write(lambda tx: refuse(tx, self.path, error.message, self._trouble_channel))
        pass_by(FailPoint.RULES_COMMITTED)
        self.trouble = error.message
        logger.error("The rules in force stay: %s", error.message, extra={"action": "rules_refused"})

    async def _go_on_with_the_last(self, error: SettingsError) -> None:
        known = await self._database.read(store.current)
        if not known.digest:
            raise error
        self.rules = parse_rules(known.text, Path(known.path))
        await self._refuse(error)


def accept(tx: Transaction, path: Path, text: str, rules: RuleSet, trouble_channel: str) -> None:
    """These rules are in force now; said in the audit, and in the channel for troubles when there was one."""
    known = store.lock(tx)
    digest = sha256(text.encode()).hexdigest()
    if digest == known.digest and not known.trouble:
        return
    revision = store.put(
        tx, known, path=str(path), text=text, digest=digest, read_at=tx.now, trouble="", trouble_at=None
    )
    names = [each.rule.name for each in rules.rules]
    audit.record(tx, [audit.Entry(audit.SYSTEM, "rules_read", KIND, revision, {"digest": digest, "rules": names})])
    if known.trouble:
        _say(tx, "mended", revision, {"path": str(path), "count": len(names)}, trouble_channel)
    pass_by(FailPoint.RULES_BEFORE_COMMIT)


def refuse(tx: Transaction, path: Path, trouble: str, trouble_channel: str) -> None:
    """The file is broken, in this way: said once in the channel for troubles, until it is broken in another."""
    known = store.lock(tx)
    if trouble == known.trouble:
        return
    revision = store.put(tx, known, trouble=trouble, trouble_at=tx.now)
    told = trouble if len(trouble) <= TOLD_CHARACTERS else trouble[:TOLD_CHARACTERS] + "…"
    audit.record(tx, [audit.Entry(audit.SYSTEM, "rules_refused", KIND, revision, {"problems": told})])
    _say(tx, "refused", revision, {"path": str(path), "problems": told.splitlines()}, trouble_channel)
    pass_by(FailPoint.RULES_BEFORE_COMMIT)


def _say(tx: Transaction, what: str, revision: int, payload: dict[str, object], channel: str) -> None:
    destinations.ensure(tx, [channel])
    key = f"{KIND}:{what}:{revision}"
    note = Note(key, f"rules/{what}", KIND, revision, payload, channel=channel, priority=Priority.ALERT)
    outbox.enqueue(tx, [note])
