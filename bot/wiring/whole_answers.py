"""An answer in one write: uvicorn sends its head and its body apart, at a system call and a packet each."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_HEADS_END = b"\r\n\r\n"


class _Transport:
    """Holds a head back until its body comes, or the loop's next turn: nobody waits for a body with half an answer."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._head = b""

    def write(self, data: bytes) -> None:
        if self._head:
            data, self._head = self._head + data, b""
        elif data.endswith(_HEADS_END):
            self._head = data
            self._loop.call_soon(self._send_head)
            return
        self._send(data)

    def is_closing(self) -> bool:
        return self._transport.is_closing()

    def close(self) -> None:
        self._send_head()
        self._transport.close()

    def _send_head(self) -> None:
        if self._head:
            self._send(self._head)
            self._head = b""

    def _send(self, data: bytes) -> None:
        # Of several requests under way uvicorn marks the last one as left; uvloop has a fault for each of the others.
        if not self._transport.is_closing():
            self._transport.write(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class WholeAnswers(HttpToolsProtocol):
    """Uvicorn's protocol on such a transport."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(_Transport(transport, self.loop))  # type: ignore[arg-type]
