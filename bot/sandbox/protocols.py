"""uvicorn's protocols with two doors for faults: a connection dropped without an answer, pings left unanswered."""

import asyncio
from collections.abc import Callable

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol


class AbortableHttp(HttpToolsProtocol):
    """Puts `abort` into the request's state: it ends the connection at once, in the middle of whatever is going on."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["state"]["abort"] = self._abort

    def _abort(self) -> None:
        if isinstance(self.transport, asyncio.Transport):
            self.transport.abort()
        if self.cycle is not None:
            # What the application still sends for this request goes nowhere.
            self.cycle.disconnected = True


def mutable_websockets(is_muted: Callable[[], bool]) -> type[WebSocketsSansIOProtocol]:
    """A protocol that leaves the pings of Socket Mode links unanswered while `is_muted()`."""

    class MutableWebSockets(WebSocketsSansIOProtocol):
        def handle_ping(self) -> None:
            if is_muted() and self.scope["path"].startswith("/link"):
                # The pong is already among the bytes to send; taking them out without writing loses it.
                self.conn.data_to_send()
                return
            super().handle_ping()

    return MutableWebSockets
