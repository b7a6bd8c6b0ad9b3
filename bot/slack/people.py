"""The members of the workspace and of its user groups, as Slack tells them, kept for some minutes."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from bot.clock import monotonic_seconds
from bot.errors import PeopleUnreadable
from bot.slack.client import SlackClient
from bot.slack.errors import SlackError
from riskengine.people import Person

logger = logging.getLogger(__name__)

V = TypeVar("V")


class _Kept:
    """Answers by key, believed for some seconds; one question at a time per key."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._answers: dict[str, tuple[float, Any]] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def get(self, key: str, ask: Callable[[], Awaitable[V]]) -> V:
        async with self._locks.setdefault(key, asyncio.Lock()):
            known = self._answers.get(key)
            if known is not None and monotonic_seconds() - known[0] < self._seconds:
                answer: V = known[1]
                return answer
            answer = await ask()
            self._answers[key] = (monotonic_seconds(), answer)
            return answer


class SlackPeople:
    """Answers who somebody is. Names are user ids, e-mail addresses, user group ids, or @handles of user groups."""

    def __init__(self, client: SlackClient, *, kept_seconds: float) -> None:
        self._client = client
        #: Ours; set once Slack has said it, before the first press can come.
        self.team_id = ""
        self._people = _Kept(kept_seconds)
        self._groups = _Kept(kept_seconds)

    async def find(self, user_id: str) -> Person | None:
        """The person; None when Slack knows no such member. Raises SlackError when Slack cannot say."""
        return await self._people.get(user_id, lambda: self._ask_person(user_id))

    async def is_among(self, person: Person, names: Sequence[str]) -> bool:
        if person.id in names or (person.email and person.email.lower() in {name.lower() for name in names}):
            return True
        groups = [name for name in names if name.startswith(("@", "S"))]
        return any([await self._is_in_group(person, group) for group in groups])

    async def members_of(self, names: Sequence[str]) -> frozenset[str]:
        """The user ids behind these names as Slack says now, without outsiders. Raises PeopleUnreadable."""
        try:
            found = {user_id for name in names for user_id in await self._ids_of(name)}
            return frozenset([user_id for user_id in sorted(found) if await self._belongs(user_id)])
        except SlackError as error:
            raise PeopleUnreadable(f"Slack did not say who {', '.join(names)} are: {error.error}.") from error

    async def _ids_of(self, name: str) -> list[str]:
        if "@" in name[1:]:
            return await self._id_of_address(name)
        if not name.startswith(("@", "S")):
            return [name]
        group_id = await self.group_id(name)
        if group_id is None:
            logger.warning("Slack has no user group %s", name, extra={"action": "group_unknown"})
            return []
        answer = await self._client.query("usergroups.users.list", usergroup=group_id)
        return list(answer.get("users", []))

    async def _id_of_address(self, address: str) -> list[str]:
        try:
            answer = await self._client.query("users.lookupByEmail", email=address)
        except SlackError as error:
            if error.error == "users_not_found":
                return []
            raise
        return [str(answer["user"]["id"])]

    async def _belongs(self, user_id: str) -> bool:
        person = await self.find(user_id)
        return person is not None and not person.outsider

    async def group_id(self, name: str) -> str | None:
        """The id of a user group by id or @handle; None when there is none."""
        handles = await self._groups.get("", self._ask_handles)
        return name if name in handles.values() else handles.get(name.removeprefix("@"))

    async def _is_in_group(self, person: Person, name: str) -> bool:
        """Fails closed: a group that cannot be read, and was not read lately, has no members."""
        try:
            group_id = await self.group_id(name)
            return group_id is not None and person.id in await self._members(group_id)
        except SlackError as error:
            logger.warning("User group %s cannot be read: %s", name, error, extra={"action": "group_unreadable"})
            return False

    async def _members(self, group_id: str) -> list[str]:
        async def ask() -> list[str]:
            answer = await self._client.query("usergroups.users.list", usergroup=group_id)
            return list(answer.get("users", []))

        return await self._groups.get(group_id, ask)

    async def _ask_handles(self) -> dict[str, str]:
        answer = await self._client.query("usergroups.list")
        return {each["handle"]: each["id"] for each in answer.get("usergroups", [])}

    async def _ask_person(self, user_id: str) -> Person | None:
        try:
            answer = await self._client.query("users.info", user=user_id)
        except SlackError as error:
            if error.error in {"user_not_found", "user_not_visible"}:
                return None
            raise
        return self._to_person(answer["user"])

    def _to_person(self, user: dict[str, Any]) -> Person:
        profile = user.get("profile", {})
        return Person(
            id=user["id"],
            name=profile.get("display_name") or user.get("real_name") or user.get("name", ""),
            email=profile.get("email", ""),
            is_bot=bool(user.get("is_bot")),
            is_guest=bool(user.get("is_restricted") or user.get("is_ultra_restricted")),
            is_deactivated=bool(user.get("deleted")),
            is_foreign=bool(user.get("is_stranger")) or user.get("team_id", self.team_id) != self.team_id,
        )
