"""Socket Mode with a watchdog: a socket that stays down gets a fresh address, and in the end a fresh process."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp

from bot.clock import monotonic_seconds
from bot.settings import SlackSettings
from bot.slack.client import LOOPBACK, SlackClient
from bot.slack.socket_client import OverlappingClient

logger = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
#: A start waits for the socket no longer; the watchdog brings it up later.
CONNECT_SECONDS = 5.0


async def try_app_token(client: SlackClient) -> str:
    """The address of a socket; raises SlackError, at start, for an app token that is not accepted.

    The SDK itself never raises for a wrong token: it tries again for ever.
    """
    answer = await client.call("apps.connections.open")
    return str(answer["url"])


class _Handler(AsyncSocketModeHandler):
    """Bolt's own handler with our client in it; its own constructor would open a client that nobody closes."""

    def __init__(self, app: AsyncApp, client: OverlappingClient) -> None:
        self.app = app
        self.client = client
        client.socket_mode_request_listeners.append(self.handle)  # type: ignore[arg-type]


class SlackSocket:
    """Keeps one connection and knows whether it lives."""

    def __init__(self, app: AsyncApp, settings: SlackSettings, give_up: Callable[[str], None]) -> None:
        self._settings = settings
        self._give_up = give_up
        self._client: Any = OverlappingClient(
            app_token=settings.app_token.get_secret_value(),
            logger=app.logger,
            web_client=app.client,
            ping_interval=settings.ping_interval.total_seconds(),
        )
        self._handler: Any = _Handler(app, self._client)
        if any(host in settings.api_url for host in LOOPBACK):
            self._client.proxy = None
        self._down_since: float | None = None
        self._tried_at = 0.0
        self._connecting: asyncio.Task[None] | None = None

    @property
    def trouble(self) -> str:
        """Why nothing comes in; empty while the socket lives."""
        if self._down_since is None:
            return ""
        return f"the socket has been down for {monotonic_seconds() - self._down_since:.0f} s"

    async def connect(self, url: str) -> None:
        """Connect to the address that the token check got (apps.connections.open is scarce), or have `watch` do it."""
        self._client.wss_uri = url
        await asyncio.wait([self._begin(self._handler.connect_async())], timeout=CONNECT_SECONDS)
        if not await self._client.is_connected():
            self._down_since = self._tried_at = monotonic_seconds()

    async def watch(self) -> None:
        """Look each second whether the socket lives; the SDK tries a refused address for ever and never a new one."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if await self._client.is_connected():
                self._down_since = None
            else:
                self._mend()

    async def close(self) -> None:
        if self._connecting:
            self._connecting.cancel()
        await self._handler.close_async()

    def _mend(self) -> None:
        now = monotonic_seconds()
        if self._down_since is None:
            self._down_since = self._tried_at = now
        if now - self._down_since > self._settings.give_up_after.total_seconds():
            self._give_up(f"Slack's socket stayed down for {now - self._down_since:.0f} s")
            return
        if now - self._tried_at > self._settings.reconnect_after.total_seconds():
            self._tried_at = now
            self._ask_for_fresh()

    def _ask_for_fresh(self) -> None:
        """The SDK tries one address for ever, and asks Slack for another when it has none.

        Where it tries already it is left to it: of two at once each would close what the other has opened.
        """
        logger.warning("Asking Slack for a fresh socket", extra={"action": "socket_fresh"})
        self._client.wss_uri = None
        ours = self._connecting is not None and not self._connecting.done()
        if not ours and not self._client.connect_operation_lock.locked():
            self._begin(self._client.connect_to_new_endpoint(force=True))

    def _begin(self, connecting: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Never awaited to its end: the watchdog would then neither ask for another address nor give up."""
        self._connecting = task = asyncio.create_task(connecting)
        task.add_done_callback(_tell_failure)
        return task


def _tell_failure(connecting: asyncio.Task[None]) -> None:
    """Whatever the SDK raises (refused, ratelimited, no answer), the watchdog tries again and gives up in time."""
    if not connecting.cancelled() and (error := connecting.exception()):
        logger.warning("No fresh socket yet", exc_info=error, extra={"action": "socket_refused"})
