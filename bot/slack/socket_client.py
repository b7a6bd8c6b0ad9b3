"""The SDK's Socket Mode client, made to hear while it changes connections."""

import asyncio
import json
import logging
from typing import Any

from aiohttp import ClientWebSocketResponse, WSMsgType
from slack_sdk.socket_mode.aiohttp import SocketModeClient

logger = logging.getLogger(__name__)

#: Slack closes a connection some ten seconds after it has asked for another one.
READ_OUT_SECONDS = 15.0
_OVER = {WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR}


class OverlappingClient(SocketModeClient):
    """Opens the new connection before it lets go of the old one.

    The SDK closes first and opens then: what Slack sends between the two, a press for example, nobody hears. Here the
    old connection is read until Slack closes it.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._reading_out: set[asyncio.Task[None]] = set()

    async def connect(self) -> None:
        """Return when a connection stands; tries for ever, as the SDK does."""
        while not self.closed:
            try:
                await self._open()
            except Exception:
                # Whatever the network raises: the watchdog asks for another address, and in the end gives up.
                logger.warning("No connection to Slack yet", exc_info=True, extra={"action": "socket_refused"})
                await asyncio.sleep(self.ping_interval)
            else:
                return

    async def _open(self) -> None:
        if self.wss_uri is None:
            self.wss_uri = await self.issue_new_wss_url()
        new = await self.aiohttp_client_session.ws_connect(
            self.wss_uri, autoping=False, heartbeat=self.ping_interval, proxy=self.proxy
        )
        old, reader, monitor = self.current_session, self.message_receiver, self.current_session_monitor
        self.current_session = new
        self.stale = False
        # That of the old connection would make the new one look dead until its first answer.
        self.last_ping_pong_time = None
        for task in (reader, monitor):
            if task is not None:
                task.cancel()
        self.current_session_monitor = asyncio.ensure_future(self.monitor_current_session())
        self.message_receiver = asyncio.ensure_future(self.receive_messages())
        if old is not None:
            self._retire(old, reader)

    def _retire(self, old: ClientWebSocketResponse, reader: "asyncio.Future[Any] | None") -> None:
        task = asyncio.create_task(self._read_out(old, reader))
        self._reading_out.add(task)
        task.add_done_callback(self._reading_out.discard)

    async def _read_out(self, old: ClientWebSocketResponse, reader: "asyncio.Future[Any] | None") -> None:
        if reader is not None:
            # Two at once may not read.
            await asyncio.wait([reader])
        try:
            async with asyncio.timeout(READ_OUT_SECONDS):
                while (message := await old.receive()).type not in _OVER:
                    if message.type == WSMsgType.TEXT and not _is_farewell(message.data):
                        await self.enqueue_message(message.data)
        except TimeoutError:
            logger.info("Slack left its old connection open", extra={"action": "socket_left_open"})
        finally:
            await old.close()

    async def run_message_listeners(self, message: dict[str, Any], raw_message: str) -> None:
        if message.get("reason") == "too_many_websockets":
            # Those that are still being read count as well.
            await self._end_reading_out()
        await super().run_message_listeners(message, raw_message)

    async def close(self) -> None:
        await self._end_reading_out()
        await super().close()  # type: ignore[no-untyped-call]

    async def _end_reading_out(self) -> None:
        tasks = list(self._reading_out)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)


def _is_farewell(text: str) -> bool:
    """Slack's word that this connection will end: on an old one it asks for nothing more."""
    return bool(json.loads(text).get("type") == "disconnect")
