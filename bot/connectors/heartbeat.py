"""A sign of life to somebody outside, given only while all is well: its silence is what raises the alarm.

Over aiohttp, which logs no addresses: the path of this one is a secret.
"""

import logging
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

import aiohttp
from prometheus_client import CollectorRegistry, Counter

from bot.settings_upkeep import HeartbeatSettings

logger = logging.getLogger(__name__)

TIMEOUT = aiohttp.ClientTimeout(total=5)
REFUSED = 300

#: Gives what is wrong with riskbot; empty while all is well.
Look = Callable[[], Awaitable[str]]


class Heartbeat:
    """Beats when it is rung; whatever the receiver does disturbs nobody."""

    def __init__(
        self, settings: HeartbeatSettings, session: aiohttp.ClientSession, look: Look, registry: CollectorRegistry
    ) -> None:
        self._settings = settings
        self._session = session
        self._look = look
        self._beats = Counter("riskbot_heartbeats", "Signs of life, by outcome.", ["outcome"], registry=registry)
        #: What was logged last, so that only a change is.
        self._said = ""

    async def beat(self) -> None:
        if trouble := await self._look():
            self._note("withheld", f"No heartbeat: {trouble}")
            return
        refusal = await self._send()
        self._note("failed" if refusal else "sent", refusal)

    async def _send(self) -> str:
        """Why the receiver did not take it; empty when it did. Never its address, nor an error that may show it."""
        url = self._settings.url.get_secret_value()
        host = urlsplit(url).hostname
        try:
            request = self._session.request(self._settings.method, url, timeout=TIMEOUT, allow_redirects=False)
            async with request as answer:
                status = answer.status
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            return f"The heartbeat did not reach {host} ({type(error).__name__})"
        return f"{host} answered the heartbeat with {status}" if status >= REFUSED else ""

    def _note(self, outcome: str, said: str) -> None:
        self._beats.labels(outcome).inc()
        if said and said != self._said:
            logger.warning("%s", said, extra={"action": f"heartbeat_{outcome}"})
        elif self._said and not said:
            logger.info("The heartbeat is back", extra={"action": "heartbeat_back"})
        self._said = said
