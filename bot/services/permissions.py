"""Who may do what: the one place that decides, for presses, commands and modals alike."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

from bot.settings import PeopleSettings
from riskengine.people import Person

EVERYONE = "everyone"


class Verb(StrEnum):
    """What a person may ask for; the words stand in refusals."""

    VIEW = "see alerts"
    ACKNOWLEDGE = "acknowledge alerts"
    UNACKNOWLEDGE = "give back alerts"
    ASSIGN = "assign alerts"
    RESOLVE = "resolve alerts"
    SILENCE = "silence alerts"
    SUBSCRIBE = "change what a channel hears"
    JUDGE = "judge alerts"
    COMPLAIN = "file complaints"
    #: Who may decide on which request is the request's own affair.
    APPROVE = "take part in approvals"
    ESCALATE = "ask for the stronger model"
    CONTROL = "start or end cost controls"
    #: Whether it is granted is the approvers' affair.
    RAISE_BUDGET = "ask for a raise of a budget"


#: What every full member may; the others take a role.
FOR_ALL_MEMBERS = frozenset({Verb.VIEW, Verb.JUDGE, Verb.COMPLAIN, Verb.APPROVE, Verb.ESCALATE})


#: What the roles of `people.cost_deciders` may, where any are named.
OF_COST = frozenset({Verb.CONTROL, Verb.RAISE_BUDGET})


class People(Protocol):
    """Knows the members of the workspace and of its user groups."""

    async def find(self, user_id: str) -> Person | None:
        """The person, or None when the workspace has no such member."""
        ...

    async def is_among(self, person: Person, names: Sequence[str]) -> bool:
        """Whether the person is one of these ids, e-mail addresses, or members of these user groups.

        A group that cannot be read, and was not read lately, has no members: on doubt the answer is no.
        """
        ...

    async def members_of(self, names: Sequence[str]) -> frozenset[str]:
        """The user ids behind these names, groups expanded, outsiders left out; raises PeopleUnreadable."""
        ...


class Permissions:
    """Settings and people, asked together."""

    def __init__(self, people: People, settings: PeopleSettings) -> None:
        self._people = people
        self._settings = settings

    async def refusal(self, user_id: str, verb: Verb) -> str | None:
        """Why this user may not do this, in a sentence for them; None when they may."""
        person = await self._people.find(user_id)
        if person is None:
            return "I do not know you: Slack says that this workspace has no such member. Nothing was changed."
        if person.outsider:
            return f"{person.outsider} cannot {verb}. Nothing was changed."
        if await self._may(person, verb):
            return None
        roles = ", ".join(self._roles_for(verb))
        return (
            f"You may not {verb}: it takes one of these roles: {roles}. Ask an admin of riskbot. Nothing was changed."
        )

    async def assignable(self, user_id: str) -> str | None:
        """Why nothing can be assigned to this user; None when it can."""
        person = await self._people.find(user_id)
        outsider = "Somebody unknown to this workspace" if person is None else person.outsider
        return f"{outsider} cannot be given an alert. Choose a full member of this workspace." if outsider else None

    async def is_admin(self, user_id: str) -> bool:
        """Whether they are named as an admin; an outsider never is."""
        return await self._is_one_of(user_id, self._settings.admins)

    async def has_role(self, user_id: str, role: str) -> bool:
        return await self._is_one_of(user_id, self._settings.roles.get(role, ()))

    async def _is_one_of(self, user_id: str, names: Sequence[str]) -> bool:
        person = await self._people.find(user_id)
        return person is not None and not person.outsider and await self._people.is_among(person, names)

    async def _may(self, person: Person, verb: Verb) -> bool:
        roles = self._roles_for(verb)
        if verb in FOR_ALL_MEMBERS or EVERYONE in roles:
            return True
        if await self._people.is_among(person, self._settings.admins):
            return True
        members = [name for role in roles for name in self._settings.roles.get(role, (role,))]
        return await self._people.is_among(person, members)

    def _roles_for(self, verb: Verb) -> Sequence[str]:
        named = self._settings.cost_deciders if verb in OF_COST else ()
        return named or self._settings.responders
