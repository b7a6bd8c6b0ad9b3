"""Keeps who is in each role fresh: Slack is asked outside transactions, and its answer is stored."""

import asyncio
import logging
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from bot.errors import PeopleUnreadable
from bot.services.approvals.absences import look_again
from bot.services.permissions import People
from bot.settings import PeopleSettings
from bot.store import approval_people, approvals
from bot.store.database import Database, Transaction

logger = logging.getLogger(__name__)

#: In the background a role is read anew at half the age at which it could not let anybody decide any more.
BACKGROUND_SHARE = 0.5


class Roster:
    """Asks Slack for a role's people when what is known of them gets too old to decide by."""

    def __init__(self, database: Database, people: People, settings: PeopleSettings) -> None:
        self._database = database
        self._people = people
        self._settings = settings
        self._lock = asyncio.Lock()
        #: Roles that Slack did not tell when it was asked last: said once.
        self._unreadable: set[str] = set()

    async def keep_fresh(self, roles: Iterable[str]) -> None:
        """The bell's errand: while anything is pending, read roles before they are too old, and ask whoever is new."""
        if await self._database.read(approvals.any_pending):
            await self.refresh(roles, share=BACKGROUND_SHARE)

    async def refresh(self, roles: Iterable[str], *, share: float = 1.0) -> None:
        """Read those roles anew that were last read longer ago than this share of `people.groups_cached_for`.

        A role that Slack does not tell stays as it was: good for asking people, and after a while not for deciding.
        """
        wanted = sorted(set(roles))
        if not await self._old(wanted, share):
            return
        async with self._lock:
            # Whoever held the lock may have done it.
            old = await self._old(wanted, share)
            asked_at = self._database.clock.protocol_now()
            members = {role: found for role in old if (found := await self._ask(role)) is not None}
            if members:
                await self._database.write(lambda tx: _remember(tx, members, asked_at))

    async def _old(self, roles: list[str], share: float) -> list[str]:
        since = self._database.clock.protocol_now() - self._settings.groups_cached_for * share
        return await self._database.read(lambda tx: approval_people.not_read_since(tx, roles, since))

    async def _ask(self, role: str) -> frozenset[str] | None:
        names = self._settings.roles.get(role, ())
        try:
            members = await self._people.members_of(names)
        except PeopleUnreadable as error:
            if role not in self._unreadable:
                logger.warning("Role %s cannot be read: %s", role, error, extra={"action": "role_unreadable"})
            self._unreadable.add(role)
            return None
        self._unreadable.discard(role)
        return members


def _remember(tx: Transaction, members: Mapping[str, Collection[str]], seen_at: datetime) -> None:
    """Whoever has come into a role is asked for what is pending."""
    before = approval_people.members(tx, members)
    approval_people.remember(tx, members, seen_at)
    changed = {role for role, people in members.items() if before.get(role, set()) != set(people)}
    look_again(tx, changed, tx.now)
