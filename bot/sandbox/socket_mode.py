"""Socket Mode: tickets, connections, envelopes and their acknowledgements."""

import asyncio
import contextlib
import json
import secrets
import time
import uuid
from collections import deque
from collections.abc import Coroutine
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.sandbox.clock import SandboxClock
from bot.sandbox.constants import (
    ACK_DEADLINE_SECONDS,
    APP_ID,
    LINK_LIFETIME_SECONDS,
    MAX_CONNECTIONS,
    RETIRE_SECONDS,
)
from bot.sandbox.delivery import Ack, EnvelopeKind, Failure, Retry
from bot.sandbox.errors import ControlRefusal
from bot.sandbox.faults import Faults
from bot.sandbox.journal import Journal
from bot.sandbox.wire import Json, dumps

DISCONNECT_REASONS = ("warning", "refresh_requested", "link_disabled", "too_many_websockets")
_DEBUG = {"host": "applink-sandbox"}
_TICKETS_KEPT = 1_000


class SocketMode:
    """All links of the app. An acknowledgement counts whichever link it comes by: after a refresh it is the new one."""

    by_http = False

    def __init__(self, clock: SandboxClock, faults: Faults, journal: Journal) -> None:
        self._clock = clock
        self._faults = faults
        self._journal = journal
        self._tickets: deque[str] = deque(maxlen=_TICKETS_KEPT)
        self._links: list[WebSocket] = []
        self._retiring: set[WebSocket] = set()
        self._turn = 0
        self._waiting: dict[str, asyncio.Future[Json | None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        #: In real time, as all of the protocol.
        self.link_lifetime_seconds = LINK_LIFETIME_SECONDS
        #: Called with the number of links when it changes.
        self.on_count: Any = None

    @property
    def count(self) -> int:
        return len(self._links)

    def new_ticket(self) -> str:
        ticket = secrets.token_urlsafe(24)
        self._tickets.append(ticket)
        return ticket

    async def serve(self, link: WebSocket) -> None:
        """One link, from its ticket to its end."""
        ticket = link.query_params.get("ticket", "")
        if self._faults.refuse_websocket or ticket not in self._tickets:
            await link.close(1008)
            return
        self._tickets.remove(ticket)
        await link.accept()
        if self.count >= MAX_CONNECTIONS:
            await link.send_text(dumps({"type": "disconnect", "reason": "too_many_websockets", "debug_info": _DEBUG}))
            await link.close()
            return
        self._links.append(link)
        self._counted()
        aging = self._keep(self._age(link))
        try:
            await link.send_text(dumps(self._hello()))
            await self._read(link)
        except (WebSocketDisconnect, RuntimeError):
            # RuntimeError: the link was closed from our side while being read.
            pass
        finally:
            aging.cancel()
            self._forget(link)

    def _hello(self) -> Json:
        debug = {**_DEBUG, "build_number": 10, "approximate_connection_time": int(self.link_lifetime_seconds)}
        connection = {"app_id": APP_ID}
        return {"type": "hello", "num_connections": self.count, "connection_info": connection, "debug_info": debug}

    async def _read(self, link: WebSocket) -> None:
        while True:
            text = await link.receive_text()
            with contextlib.suppress(ValueError):
                frame = json.loads(text)
                if isinstance(frame, dict):
                    self._take_ack(frame)

    def _take_ack(self, frame: Json) -> None:
        waiting = self._waiting.get(str(frame.get("envelope_id")))
        if waiting is None or waiting.done() or self._faults.loses_ack():
            return
        payload = frame.get("payload")
        waiting.set_result(payload if isinstance(payload, dict) and payload else None)

    def _forget(self, link: WebSocket) -> None:
        self._retiring.discard(link)
        if link in self._links:
            self._links.remove(link)
            self._counted()

    def _counted(self) -> None:
        if self.on_count is not None:
            self.on_count(self.count)

    # --- delivery ---

    async def deliver(self, kind: EnvelopeKind, payload: Json, *, answerable: bool, retry: Retry | None = None) -> Ack:
        """Send one envelope by one link and wait for its acknowledgement."""
        envelope: Json = {"envelope_id": str(uuid.uuid4()), "type": kind.value, "payload": payload}
        envelope["accepts_response_payload"] = answerable
        if retry is not None:
            envelope |= {"retry_attempt": retry.attempt, "retry_reason": retry.reason}
        started = time.perf_counter()
        text = dumps(envelope)
        # As it was sent: the messages in it go on changing.
        entry = self._journal.add("envelope", kind.value, self._clock.now(), body=json.loads(text))
        ack = await self._send_and_wait(envelope["envelope_id"], text, started)
        self._journal.acknowledged(entry, ack)
        return ack

    async def _send_and_wait(self, envelope_id: str, text: str, started: float) -> Ack:
        waiting = self._waiting[envelope_id] = asyncio.get_running_loop().create_future()
        try:
            # The deadline covers the sending too: a link whose reader is stuck fills up and then holds the sender.
            async with asyncio.timeout(ACK_DEADLINE_SECONDS):
                if not await self._send(text):
                    return Ack(_ms_since(started), failure=Failure.UNREACHABLE)
                answer = await waiting
        except TimeoutError:
            return Ack(_ms_since(started), failure=Failure.TIMEOUT)
        finally:
            del self._waiting[envelope_id]
        return Ack(_ms_since(started), payload=answer)

    async def _send(self, text: str) -> bool:
        """By the next link in turn; a link about to be closed only when there is no other."""
        for link in self._in_turn():
            try:
                await link.send_text(text)
            except (WebSocketDisconnect, RuntimeError, OSError):
                self._forget(link)
            else:
                return True
        return False

    def _in_turn(self) -> list[WebSocket]:
        self._turn += 1
        staying = [link for link in self._links if link not in self._retiring]
        turn = self._turn % len(staying) if staying else 0
        return [*staying[turn:], *staying[:turn], *(link for link in self._links if link in self._retiring)]

    # --- ends ---

    async def disconnect(self, reason: str) -> None:
        """Announce the end of every link and close it: at once for link_disabled, else some seconds later."""
        if reason not in DISCONNECT_REASONS:
            raise ControlRefusal(f"There is no reason {reason!r}. There is: {', '.join(DISCONNECT_REASONS)}.")
        for link in list(self._links):
            await self._retire(link, reason)

    async def _retire(self, link: WebSocket, reason: str) -> None:
        announcement = dumps({"type": "disconnect", "reason": reason, "debug_info": _DEBUG})
        self._retiring.add(link)
        with contextlib.suppress(WebSocketDisconnect, RuntimeError, OSError):
            await link.send_text(announcement)
        self._keep(self._close_later(link, 0.0 if reason == "link_disabled" else RETIRE_SECONDS))

    async def _age(self, link: WebSocket) -> None:
        """No link lives long: Slack replaces each after some hours, with a warning before."""
        await asyncio.sleep(self.link_lifetime_seconds)
        if link in self._links:
            await self._retire(link, "warning")

    def _keep(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        # asyncio keeps no reference to a running task; these would be collected.
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def cancel(self) -> None:
        for task in self._tasks:
            task.cancel()

    async def _close_later(self, link: WebSocket, seconds: float) -> None:
        await asyncio.sleep(seconds)
        self._forget(link)
        with contextlib.suppress(WebSocketDisconnect, RuntimeError, OSError):
            await link.close()


def _ms_since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 1)
