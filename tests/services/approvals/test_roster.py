"""Who is in a role is read from Slack in the background; while Slack is away people are asked, and none decides."""

from datetime import timedelta

import pytest

from bot.errors import PeopleUnreadable
from bot.services.approvals.roster import Roster
from bot.settings import PeopleSettings
from bot.store import approval_people
from riskengine.response.approvals.refusals import Reason
from tests.services.approvals.office import MEMBERS

#: Each role's people are behind one name, so that the workspace's answer can be changed by role.
SETTINGS = PeopleSettings(roles={role: (f"@{role}",) for role in MEMBERS})


class Slack:
    """Answers like the workspace's people, and counts how often it is asked."""

    def __init__(self) -> None:
        self.groups = {f"@{role}": set(people) for role, people in MEMBERS.items()}
        self.is_away = False
        self.asked: list[str] = []

    async def members_of(self, names):
        self.asked += names
        if self.is_away:
            raise PeopleUnreadable("Slack is away.")
        return frozenset().union(*(self.groups[name] for name in names))


@pytest.fixture
def slack() -> Slack:
    return Slack()


@pytest.fixture
def roster(database, slack) -> Roster:
    return Roster(database, slack, SETTINGS)


async def aged(office, minutes: float) -> None:
    """As if everything had been read so long ago."""

    def work(tx):
        known = approval_people.members(tx, MEMBERS)
        read_at = tx.protocol_now - timedelta(minutes=minutes)
        approval_people.remember(tx, {role: known[role] for role in MEMBERS}, read_at)

    await office.database.write(work)


async def people_of(office, role):
    return (await office.database.read(lambda tx: approval_people.members(tx, [role])))[role]


async def test_slack_is_asked_for_what_is_old_and_only_then(office, roster, slack):
    await roster.refresh(MEMBERS)
    assert slack.asked == []
    await aged(office, 6)
    slack.groups["@tech_lead"] = {"U0ANN"}
    await roster.refresh(["tech_lead", "architect"])
    assert sorted(slack.asked) == ["@architect", "@tech_lead"]
    assert await people_of(office, "tech_lead") == {"U0ANN"}


async def test_in_the_background_roles_are_read_before_they_are_too_old(office, roster, slack):
    await aged(office, 3)
    await roster.keep_fresh(MEMBERS)
    assert slack.asked == [], "nobody waits for anybody"
    await office.open()
    await roster.keep_fresh(MEMBERS)
    assert sorted(slack.asked) == sorted(f"@{role}" for role in MEMBERS)
    await roster.keep_fresh(MEMBERS)
    assert len(slack.asked) == len(MEMBERS)


async def test_whoever_comes_into_a_role_is_asked_for_what_is_pending(office, roster, slack):
    request = (await office.open()).request
    await aged(office, 3)
    slack.groups["@architect"] |= {"U0ANN"}
    await roster.keep_fresh(MEMBERS)
    await office.tick()
    assert "U0ANN" in await office.told(request, "card")
    assert (await office.approve(request, "U0ANN")).changed


async def test_while_slack_is_away_people_are_asked_and_none_decides(office, roster, slack, caplog):
    request = (await office.open()).request
    await aged(office, 6)
    slack.is_away = True
    for _ in range(3):
        await roster.keep_fresh(MEMBERS)
    unreadable = [each for each in caplog.records if "tech_lead cannot be read" in each.message]
    assert len(unreadable) == 1, "said once, not at each look"
    assert (await office.approve(request, "U0LEA")).refusal.reason is Reason.NOT_VERIFIED
    await office.later(31)
    assert (await office.now(request)).tier == 2
    assert "U0MAX" in await office.told(request, "card")
    slack.is_away = False
    await roster.keep_fresh(MEMBERS)
    assert (await office.approve(request, "U0MAX")).changed


async def test_one_role_that_cannot_be_read_keeps_no_other_from_being_read(office, roster, slack):
    await aged(office, 6)
    ask = slack.members_of

    async def half(names):
        slack.is_away = names == ("@tech_lead",)
        return await ask(names)

    slack.members_of = half
    slack.groups["@architect"] = {"U0ANN"}
    await roster.refresh(MEMBERS)
    assert await people_of(office, "architect") == {"U0ANN"}
    assert await people_of(office, "tech_lead") == set(MEMBERS["tech_lead"])
