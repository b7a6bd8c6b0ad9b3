"""In the demo every approval finds somebody to ask, whoever asks for it."""

import aiohttp
import httpx
import pytest

from bot.clock import Clock
from bot.demo.run import demo_settings
from bot.demo.state import DemoFiles
from bot.sandbox.constants import BOT_TOKEN, TEAM_ID
from bot.sandbox.people import seeded_users
from bot.sandbox.server import SandboxServer
from bot.slack.people import SlackPeople
from bot.wiring.link import slack_client
from riskengine.response.approvals.policies import SHIPPED

TIERS = [(name, tier) for name, policy in SHIPPED.items() for tier in policy.tiers]


@pytest.fixture
def server():
    sandbox = SandboxServer()
    sandbox.start()
    yield sandbox
    sandbox.stop()


@pytest.fixture
def settings(server, tmp_path):
    return demo_settings(DemoFiles(tmp_path / "demo"), server.api_url, speed=60, port=0)


@pytest.fixture
async def people(settings):
    clock = Clock()
    async with aiohttp.ClientSession() as session:
        client = slack_client(settings, BOT_TOKEN, session, clock)
        known = SlackPeople(client, kept_seconds=60)
        known.team_id = TEAM_ID
        yield known


@pytest.mark.parametrize(("policy", "tier"), TIERS, ids=[f"{policy} {tier.name}" for policy, tier in TIERS])
async def test_every_tier_has_somebody_besides_whoever_asks(people, settings, policy, tier):
    roles = settings.people.roles
    members = {role: await people.members_of(roles.get(role, ())) for role in tier.roles}
    assert [role for role in members if not members[role]] == [], "every role has people in the workspace"
    asked = frozenset().union(*members.values())
    for requester in seeded_users():
        assert asked - {requester.id}, f"{requester.name} asks, and nobody else of tier {tier.name} could answer"


async def test_requests_are_shown_in_a_channel_with_the_bot(server, settings):
    assert settings.approvals.channel == "#escalations"
    assert settings.approvals.channel in await _channels_of_the_bot(server)


async def test_there_is_an_admin(people, settings):
    assert await people.members_of(settings.people.admins)


async def _channels_of_the_bot(server) -> list[str]:
    async with httpx.AsyncClient(trust_env=False, headers={"Authorization": f"Bearer {BOT_TOKEN}"}) as http:
        answer = (await http.get(f"{server.api_url}conversations.list")).json()
    return [f"#{channel['name']}" for channel in answer["channels"] if channel["is_member"]]
