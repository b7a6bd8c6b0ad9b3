"""Keeps who is in each role fresh: Slack is asked outside transactions, and its answer is stored."""

import asyncio
import logging
from collections.abc import Iterable

from bot.errors import PeopleUnreadable
from bot.services.permissions import People
from bot.settings import PeopleSettings
from bot.store import approval_people
from bot.store.database import Database

logger = logging.getLogger(__name__)


class Roster:
    """Asks Slack for a role's people when what is known of them gets too old to decide by."""

    def __init__(self, database: Database, people: People, settings: PeopleSettings) -> None:
        self._database = database
        self._people = people
        self._settings = settings
        self._lock = asyncio.Lock()

    async def refresh(self, roles: Iterable[str]) -> None:
        """Read those roles anew that were last read longer ago than `people.groups_cached_for`.

        A role that Slack does not tell stays as it was: good for asking people, and after a while not for deciding.
        """
        wanted = sorted(set(roles))
        if not await self._old(wanted):
            return
        async with self._lock:
            # Whoever held the lock may have done it.
            old = await self._old(wanted)
            asked_at = self._database.clock.protocol_now()
            members = {role: found for role in old if (found := await self._ask(role)) is not None}
            if members:
                await self._database.write(lambda tx: approval_people.remember(tx, members, asked_at))

    async def _old(self, roles: list[str]) -> list[str]:
        since = self._database.clock.protocol_now() - self._settings.groups_cached_for
        return await self._database.read(lambda tx: approval_people.not_read_since(tx, roles, since))

    async def _ask(self, role: str) -> frozenset[str] | None:
        names = self._settings.roles.get(role, ())
        try:
            return await self._people.members_of(names)
        except PeopleUnreadable as error:
            logger.warning("Role %s cannot be read: %s", role, error, extra={"action": "role_unreadable"})
            return None
