"""Socket Mode with a watchdog: a socket that stays down gets a fresh address, and in the end a fresh process."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp

from bot.clock import monotonic_seconds
from bot.settings import SlackSettings
from bot.slack.client import LOOPBACK, SlackClient

logger = logging.getLogger(__name__)

LOOK_SECONDS = 1.0


async def try_app_token(client: SlackClient) -> str:
    """The address of a socket; raises SlackError, at start, for an app token that is not accepted.

    The SDK itself never raises for a wrong token: it tries again for ever.
    """
    answer = await client.call("apps.connections.open")
    return str(answer["url"])


class SlackSocket:
    """Keeps one connection and knows whether it lives."""

    def __init__(self, app: AsyncApp, settings: SlackSettings, give_up: Callable[[str], None]) -> None:
        self._settings = settings
        self._give_up = give_up
        self._handler: Any = AsyncSocketModeHandler(
            app,
            settings.app_token.get_secret_value(),
            web_client=app.client,
            ping_interval=settings.ping_interval.total_seconds(),
            proxy=None,
        )
        if any(host in settings.api_url for host in LOOPBACK):
            self._handler.client.proxy = None
        self._down_since: float | None = None
        self._tried_at = 0.0

    @property
    def trouble(self) -> str:
        """Why nothing comes in; empty while the socket lives."""
        if self._down_since is None:
            return ""
        return f"the socket has been down for {monotonic_seconds() - self._down_since:.0f} s"

    async def connect(self, url: str) -> None:
        """Connect to the address that the token check got; apps.connections.open is scarce."""
        self._handler.client.wss_uri = url
        await self._handler.connect_async()

    async def watch(self) -> None:
        """Look each second whether the socket lives; the SDK tries a refused address for ever and never a new one."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if await self._handler.client.is_connected():
                self._down_since = None
            else:
                await self._mend()

    async def close(self) -> None:
        await self._handler.close_async()

    async def _mend(self) -> None:
        now = monotonic_seconds()
        if self._down_since is None:
            self._down_since = self._tried_at = now
        if now - self._down_since > self._settings.give_up_after.total_seconds():
            self._give_up(f"Slack's socket stayed down for {now - self._down_since:.0f} s")
            return
        if now - self._tried_at > self._settings.reconnect_after.total_seconds():
            self._tried_at = now
            logger.warning("Asking Slack for a fresh socket", extra={"action": "socket_fresh"})
            await self._fresh()

    async def _fresh(self) -> None:
        self._handler.client.wss_uri = None
        try:
            await self._handler.client.connect_to_new_endpoint(force=True)
        except Exception:
            # Whatever the SDK raises (refused, ratelimited, no answer), the watchdog tries again and gives up in time.
            logger.warning("No fresh socket yet", exc_info=True, extra={"action": "socket_refused"})
