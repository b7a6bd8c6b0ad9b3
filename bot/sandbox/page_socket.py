"""`/ui`: the page's WebSocket. It hears every change; a page too slow to listen is dropped, never waited for."""

import asyncio
import contextlib

from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.sandbox.constants import BOT_NAME, BOT_USER_ID, TEAM_DOMAIN, TEAM_ID, TEAM_NAME
from bot.sandbox.core import Sandbox
from bot.sandbox.wire import Json, dumps

#: Frames a page may lag behind.
_QUEUE_FRAMES = 2_000
_TRAFFIC_SHOWN = 100


class Pages:
    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._queues: set[asyncio.Queue[str | None]] = set()
        sandbox.socket_mode.on_count = lambda count: self.tell("connections", {"count": count})
        sandbox.clock.subscribe(self._clock_advanced)

    async def serve(self, socket: WebSocket) -> None:
        await socket.accept()
        queue: asyncio.Queue[str | None] = asyncio.Queue(_QUEUE_FRAMES)
        queue.put_nowait(dumps(self._state()))
        self._watch(queue)
        reader = asyncio.create_task(self._read(socket, queue))
        try:
            while (frame := await queue.get()) is not None:
                await socket.send_text(frame)
        except (WebSocketDisconnect, RuntimeError, OSError):
            # RuntimeError: a send after the other side closed.
            pass
        finally:
            self._forget(queue)
            reader.cancel()
        with contextlib.suppress(WebSocketDisconnect, RuntimeError, OSError):
            await socket.close()

    async def _read(self, socket: WebSocket, queue: asyncio.Queue[str | None]) -> None:
        """The page says nothing here; reading notices its end."""
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            while True:
                await socket.receive_text()
        self._end(queue)

    def tell(self, event: str, fields: Json) -> None:
        """To every page, once encoded."""
        if not self._queues:
            return
        self._broadcast(dumps({"type": "event", "event": event, **fields}))

    def restate(self) -> None:
        """After a reset: everything anew."""
        if self._queues:
            self._broadcast(dumps(self._state()))

    def _broadcast(self, frame: str) -> None:
        for queue in list(self._queues):
            try:
                queue.put_nowait(frame)
            except asyncio.QueueFull:
                self._end(queue)

    def _end(self, queue: asyncio.Queue[str | None]) -> None:
        self._forget(queue)
        while not queue.empty():
            queue.get_nowait()
        queue.put_nowait(None)

    def _watch(self, queue: asyncio.Queue[str | None]) -> None:
        if not self._queues:
            self._sandbox.workspace.watchers.append(self.tell)
            self._sandbox.journal.watchers.append(self._called)
        self._queues.add(queue)

    def _forget(self, queue: asyncio.Queue[str | None]) -> None:
        if queue in self._queues:
            self._queues.remove(queue)
            if not self._queues:
                self._sandbox.workspace.watchers.remove(self.tell)
                self._sandbox.journal.watchers.remove(self._called)

    def _called(self, entry: Json) -> None:
        self.tell("call", {"call": entry})

    def _clock_advanced(self, _seconds: float) -> None:
        self._sandbox.on_loop(lambda: self.tell("clock", self.clock()))

    def clock(self) -> Json:
        clock = self._sandbox.clock
        return {"now": clock.now_at().isoformat(), "offset_seconds": clock.offset_seconds}

    def _state(self) -> Json:
        sandbox = self._sandbox
        commands = [
            {name: entry.get(name, "") for name in ("command", "description", "usage_hint")}
            for entry in sandbox.manifest.commands
        ]
        return {
            "type": "state",
            "state": sandbox.workspace.to_state(),
            "commands": commands,
            "shortcuts": sandbox.manifest.shortcuts,
            "team": {"id": TEAM_ID, "name": TEAM_NAME, "domain": TEAM_DOMAIN},
            "bot_user_id": BOT_USER_ID,
            "bot_name": BOT_NAME,
            "clock": self.clock(),
            "connections": sandbox.socket_mode.count,
            "traffic": sandbox.journal.latest(_TRAFFIC_SHOWN),
        }
