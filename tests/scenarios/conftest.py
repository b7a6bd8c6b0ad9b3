"""Stories on the whole product: a real sandbox, the whole bot in this loop, on both databases."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

import httpx
import pytest

from bot.ingest.tokens import Scope, create_token
from bot.sandbox.constants import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET
from bot.sandbox.server import SandboxServer
from bot.settings import Settings
from bot.store.open import open_database
from tests.scenarios.driver import Bot, Workspace, bot_running
from tests.scenarios.strain import strain, stretch
from tests.scenarios.wire import Wire

#: Short waits, so that a story takes seconds. Slack's rates are in force and forgive bursts of five posts in a channel.
SHORT = {
    "alerts": {"group_wait": "200ms", "group_interval": "300ms"},
    "delivery": {"settle": "300ms", "channel_post_interval": "250ms"},
    "slack": {"ping_interval": "1s", "reconnect_after": "2s"},
    "auditor": {"interval": "500ms", "patience": "10s"},
    # Stories move the clock by hours, on whatever day they are told.
    "reports": {"noise_day": "never", "cost_digest": False},
    "people": {"admins": ["alice@sandbox.example"], "roles": {"on_call": ["@oncall"]}},
}


class StartBot(Protocol):
    """`async with start_bot(alerts={"group_wait": "1s"}) as bot:`; settings are laid over the short ones."""

    def __call__(self, **settings: Any) -> AbstractAsyncContextManager[Bot]: ...


@pytest.fixture(autouse=True)
def strained(monkeypatch: pytest.MonkeyPatch) -> float:
    """By how much Slack's seconds are stretched in this test."""
    factor = strain()
    stretch(monkeypatch, factor)
    return factor


@pytest.fixture
def server() -> Iterator[SandboxServer]:
    """A workspace of the test's own, with Slack's rate limits in force."""
    sandbox = SandboxServer(rate_limits=True)
    sandbox.start()
    yield sandbox
    sandbox.stop()


@pytest.fixture
async def workspace(server: SandboxServer) -> AsyncIterator[Workspace]:
    """Ends with a look at the journal: nothing refused as malformed, every envelope acknowledged."""
    async with httpx.AsyncClient(timeout=10, trust_env=False, verify=False) as http:
        seen = Workspace(server, http)
        yield seen
        await seen.check_clean()


@pytest.fixture
def wire(server: SandboxServer, workspace: Workspace) -> Wire:
    """Payloads as Slack could send them, on the bot's real link."""
    return Wire(server, workspace)


@pytest.fixture
async def token(database_url: str, clock) -> str:
    """An API token of every scope."""
    database = open_database(database_url, clock)
    made = await create_token(database, name="everything", scopes=list(Scope))
    await database.close()
    return made.text


@pytest.fixture
def make_settings(database_url: str, server: SandboxServer, strained: float):
    def make(**changes: Any) -> Settings:
        base = {"database_url": database_url, "http": {"port": 0, "requests_per_minute": 600_000}, **SHORT}
        slack = {"bot_token": BOT_TOKEN, "app_token": APP_TOKEN, "signing_secret": SIGNING_SECRET}
        base["slack"] = {**SHORT["slack"], **slack, "api_url": server.api_url}
        patient = {"request_timeout": f"{2000 * strained:.0f}ms", "lease": f"{6000 * strained:.0f}ms"}
        base["delivery"] = {**SHORT["delivery"], **patient}
        return Settings.model_validate(_laid_over(base, changes))

    return make


def _laid_over(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for name, value in changes.items():
        both = isinstance(value, dict) and isinstance(merged.get(name), dict)
        merged[name] = _laid_over(merged[name], value) if both else value
    return merged


@pytest.fixture
def start_bot(make_settings, token: str, server: SandboxServer) -> StartBot:
    return lambda **settings: bot_running(make_settings(**settings), token, server)


@pytest.fixture
async def bot(start_bot: StartBot, workspace: Workspace) -> AsyncIterator[Bot]:
    """The whole bot with short settings; `start_bot` makes one with others."""
    async with start_bot() as started:
        yield started
