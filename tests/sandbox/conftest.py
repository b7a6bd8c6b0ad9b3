"""A real sandbox on a port of its own, plain clients, and a real bolt app on it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.constants import APP_TOKEN, BOT_TOKEN
from bot.sandbox.server import SandboxServer


class Driver:
    """People's hands: the control API over HTTP."""

    def __init__(self, server: SandboxServer, http: httpx.AsyncClient) -> None:
        self.server = server
        self._http = http

    async def post(self, control: str, expect: int = 200, **body) -> dict:
        response = await self._http.post(f"{self.server.control_url}/{control}", json=body)
        assert response.status_code == expect, response.text
        return response.json()

    async def get(self, control: str, **params):
        response = await self._http.get(f"{self.server.control_url}/{control}", params=params)
        assert response.status_code == 200, response.text
        return response.json()

    async def calls(self, method: str | None = None) -> list[dict]:
        return [call for call in await self.get("calls") if method in (None, call["method"])]

    async def messages(self, channel: str) -> list[dict]:
        state = await self.get("state")
        return next(each["messages"] for each in state["channels"] if each["name"] == channel)

    async def until(self, condition, seconds: float = 5.0) -> None:
        """Wait for an async condition to hold."""
        async with asyncio.timeout(seconds):
            while not await condition():
                await asyncio.sleep(0.02)

    async def connected(self, count: int = 1) -> None:
        async def enough() -> bool:
            return (await self.get("connections"))["count"] == count

        await self.until(enough)


@pytest.fixture(scope="session")
def shared_server() -> Iterator[SandboxServer]:
    sandbox = SandboxServer(manifest={}, rate_limits=False)
    sandbox.start()
    yield sandbox
    sandbox.stop()


@pytest.fixture
def server(shared_server: SandboxServer) -> SandboxServer:
    """As new for each test, but for its clock."""
    httpx.post(f"{shared_server.control_url}/reset", trust_env=False)
    return shared_server


@pytest.fixture
async def people(server: SandboxServer) -> AsyncIterator[Driver]:
    async with httpx.AsyncClient(timeout=10, trust_env=False, verify=False) as http:
        yield Driver(server, http)


def web_client(server: SandboxServer, token: str = BOT_TOKEN) -> AsyncWebClient:
    return AsyncWebClient(token=token, base_url=server.api_url, retry_handlers=[], timeout=10)


@pytest.fixture
def client(server: SandboxServer) -> AsyncWebClient:
    return web_client(server)


@pytest.fixture
def app(server: SandboxServer) -> AsyncApp:
    """Register listeners on it, then enter `running`."""
    return AsyncApp(client=web_client(server), signing_secret=None, request_verification_enabled=False)


@contextlib.asynccontextmanager
async def running(app: AsyncApp, people: Driver, *, ping_interval: float = 1) -> AsyncIterator[AsyncSocketModeHandler]:
    handler = AsyncSocketModeHandler(app, APP_TOKEN, proxy=None, ping_interval=ping_interval)
    await handler.connect_async()
    await people.connected()
    try:
        yield handler
    finally:
        await handler.close_async()


@pytest.fixture
def run(app: AsyncApp, people: Driver):
    """`async with run():` connects the app."""
    return lambda **options: running(app, people, **options)
