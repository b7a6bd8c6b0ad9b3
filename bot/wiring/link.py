"""The way in from Slack: made at the start, or as soon as Slack can be reached."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import aiohttp

from bot.clock import Clock
from bot.errors import SettingsError
from bot.handlers import HANDLERS
from bot.handlers.context import Context
from bot.settings import Settings
from bot.slack.app import build_app, identify
from bot.slack.client import SlackClient, web_client
from bot.slack.errors import Outcome, SlackError
from bot.slack.http_mode import SlackDoor
from bot.slack.people import SlackPeople
from bot.slack.socket import SlackSocket, try_app_token
from bot.wiring.supervise import supervised

logger = logging.getLogger(__name__)

#: While Slack cannot be reached at the start, everything else works and this is how often it is tried.
CONNECT_AGAIN_SECONDS = 5.0


@dataclass
class SlackLink:
    """A token that Slack refuses ends the start; a Slack that is away does not: senders are served meanwhile."""

    settings: Settings
    session: aiohttp.ClientSession
    client: SlackClient
    people: SlackPeople
    context: Context
    give_up: Callable[[str], None]
    clock: Clock
    door: SlackDoor = field(default_factory=SlackDoor)
    #: When Slack last sent a command, a press or an event.
    last_event_at: datetime | None = None
    _socket: SlackSocket | None = None
    _trouble: str = "not connected to Slack yet"
    _keeping: asyncio.Task[None] | None = None

    def trouble(self) -> str:
        """Why nothing comes in; empty while all is well."""
        return self._trouble or (self._socket.trouble if self._socket else "")

    async def start(self) -> None:
        """Connect, and keep the link from now on.

        Raises SlackError for a token that is not accepted, SettingsError where anybody could pose as Slack.
        """
        slack = self.settings.slack
        if slack.mode == "http" and not slack.signing_secret.get_secret_value():
            raise SettingsError("slack.signing_secret is not set, so that anybody could press buttons over HTTP.")
        try:
            await self._connect()
        except SlackError as error:
            if error.outcome == Outcome.CREDENTIALS:
                raise
            self._trouble = error.message
            logger.warning("Slack cannot be reached: %s", error.message, extra={"action": "connect_later"})
        self._keeping = supervised(self._keep(), "the link to Slack", self.give_up)

    async def close(self) -> None:
        if self._keeping:
            self._keeping.cancel()
            await asyncio.wait([self._keeping])
        if self._socket:
            await self._socket.close()

    async def _connect(self) -> None:
        identity = await identify(self.client)
        self.people.team_id = identity.team_id
        self.context.links.team_url = identity.team_url
        app = build_app(self.client, self.settings.slack, identity)
        app.use(self._note_event)
        for register in HANDLERS:
            register(app, self.context)
        if self.settings.slack.mode == "http":
            self.door.open(app, self.settings.slack.signing_secret.get_secret_value())
        else:
            url = await try_app_token(slack_client(self.settings, self._app_token(), self.session))
            self._socket = SlackSocket(app, self.settings.slack, self.give_up)
            await self._socket.connect(url)
        self._trouble = ""
        logger.info("Connected to Slack as %s", identity.bot_user_id, extra={"action": "connected"})

    async def _note_event(self, next: Callable[[], Awaitable[Any]]) -> Any:  # noqa: A002 - Bolt's name
        self.last_event_at = self.clock.protocol_now()
        return await next()

    async def _keep(self) -> None:
        while self._trouble:
            await asyncio.sleep(CONNECT_AGAIN_SECONDS)
            try:
                await self._connect()
            except SlackError as error:
                self._trouble = error.message
                if error.outcome == Outcome.CREDENTIALS:
                    self.give_up(f"{error.message}. {error.hint}")
        if self._socket:
            await self._socket.watch()

    def _app_token(self) -> str:
        return self.settings.slack.app_token.get_secret_value()


def slack_client(
    settings: Settings, token: str, session: aiohttp.ClientSession, clock: Clock | None = None
) -> SlackClient:
    timeout = settings.delivery.request_timeout
    return SlackClient(web_client(token, settings.slack.api_url, timeout=timeout, session=session), clock)
