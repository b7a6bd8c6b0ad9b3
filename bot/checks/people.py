"""The people of the settings: somebody is admin, and everybody named is somebody."""

from collections.abc import Iterator

from bot.checks.findings import Line, Verdict, failed, ok, tried
from bot.services.permissions import EVERYONE
from bot.settings import PeopleSettings
from bot.slack.client import SlackClient
from bot.slack.errors import SlackError
from bot.slack.people import SlackPeople

ADMINS, PEOPLE = "admins", "people"
WRITE = "Write a user id (U…), an e-mail address, a user group's id (S…) or its @handle."


async def examine(settings: PeopleSettings, people: SlackPeople, client: SlackClient) -> list[Line]:
    names = dict.fromkeys(_named(settings))
    lines = [await tried(f"{PEOPLE} {name}", _known(name, people, client)) for name in names]
    wrong = [line for line in lines if line.verdict is Verdict.FAIL]
    return [_admins(settings), *(wrong or [ok(PEOPLE, f"{len(lines)} named, all known to Slack")])]


def _admins(settings: PeopleSettings) -> Line:
    if settings.admins:
        return ok(ADMINS, ", ".join(settings.admins))
    return failed(ADMINS, "people.admins is empty", f"Name at least one person there. {WRITE}")


def _named(settings: PeopleSettings) -> Iterator[str]:
    """Everybody by name; a responder that is a role stands for that role's people."""
    yield from settings.admins
    for members in settings.roles.values():
        yield from members
    yield from (name for name in settings.responders if name != EVERYONE and name not in settings.roles)


async def _known(name: str, people: SlackPeople, client: SlackClient) -> Line:
    subject = f"{PEOPLE} {name}"
    if "@" in name[1:]:
        return await _known_address(subject, name, client)
    if name.startswith(("@", "S")):
        if await people.group_id(name):
            return ok(subject, "a user group")
        return failed(subject, "Slack has no such user group", "Check the handle; groups are under *People* in Slack.")
    if name.startswith(("U", "W")):
        return await _known_person(subject, name, people)
    return failed(subject, "is neither a role nor a person", WRITE)


async def _known_person(subject: str, user_id: str, people: SlackPeople) -> Line:
    person = await people.find(user_id)
    if person is None:
        return failed(subject, "the workspace has no such member", "Copy the member ID from their Slack profile.")
    if person.outsider:
        return failed(subject, f"{person.outsider} cannot hold a role", "Name a full member of the workspace.")
    return ok(subject, person.name)


async def _known_address(subject: str, address: str, client: SlackClient) -> Line:
    try:
        await client.query("users.lookupByEmail", email=address)
    except SlackError as error:
        if error.error != "users_not_found":
            raise
        return failed(subject, "nobody in the workspace has this address", "Check it against their Slack profile.")
    return ok(subject, "a member")
