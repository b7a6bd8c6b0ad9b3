"""Uvicorn's protocol with an express way: a hot endpoint's usual request is begun as soon as its body is there.

What uvicorn does for any request, a task, an event and a dictionary for each step, costs more than the request itself.
Its own order of things is kept: to uvicorn a request on the express way is one that is being answered.
"""

import asyncio
from typing import Any, cast

from starlette.responses import Response
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

from bot.ingest.fast_lane import Express, FastLane
from bot.wiring.whole_answers import WholeAnswers


class _Exchange:
    """A request that waits for its answer: what uvicorn's protocol looks at of its own RequestResponseCycle."""

    #: Set when the caller leaves; nobody waits for more of a body that is whole.
    message_event = asyncio.Event()

    def __init__(self, protocol: "ExpressProtocol", *, keep_alive: bool) -> None:
        self._protocol = protocol
        self.keep_alive = keep_alive
        self.response_complete = False

    def tell(self, response: Response) -> None:
        """Send the answer; a caller that has left hears nothing."""
        self.response_complete = True
        if not self._protocol.transport.is_closing():
            self._protocol.send_whole(response, keep_alive=self.keep_alive)


class ExpressProtocol(WholeAnswers):
    """Holds a request back until its body is whole, and lets it go the usual way where that does not come at once."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._ways = self.app.express if isinstance(self.app, FastLane) else {}
        self._way: Express | None = None
        self._body = b""
        #: The last answer with the head that all answers of this second have, and the two as bytes.
        self._last: tuple[Response | None, object, bytes] = (None, None, b"")

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        # One that was broken off with an error is answered already.
        if self._way is not None and not self.transport.is_closing():
            self._go_usual_way()

    def on_headers_complete(self) -> None:
        way = self._ways.get(self.url)
        if way is not None and self._is_usual(way):
            self._way = way
        else:
            super().on_headers_complete()
        # What comes behind a body in chunks is no head: nobody may prove who they are there, past a proxy.
        self.headers = []

    def on_body(self, body: bytes) -> None:
        if self._way is not None and self._body:
            # In pieces even within one packet: nobody may have us put a thousand of them together.
            self._go_usual_way()
        if self._way is None:
            super().on_body(body)
        else:
            self._body = body

    def on_message_complete(self) -> None:
        if self._way is None:
            super().on_message_complete()
            return
        exchange = _Exchange(self, keep_alive=self.parser.should_keep_alive())
        if self._way.begin(self.scope["headers"], self._body, exchange.tell):
            self._way, self._body = None, b""
            self.cycle = cast("RequestResponseCycle", exchange)
        else:
            self._go_usual_way()
            super().on_message_complete()

    def send_whole(self, response: Response, *, keep_alive: bool) -> None:
        """Answer the request in hand in one write, and go on to the next one."""
        self.transport.write(self._written(response) if keep_alive else self._written_last(response))
        if not keep_alive:
            self.transport.close()
        self.on_response_complete()

    def _is_usual(self, way: Express) -> bool:
        """Whether nothing about the head, and nothing before it on this connection, asks for the usual way."""
        parser = self.parser
        is_free = self.cycle is None or self.cycle.response_complete
        # Who does not take their answers is not asked for more requests: only the usual way waits for that.
        is_plain = not (self.expect_100_continue or self.flow.write_paused or parser.should_upgrade())
        return is_free and is_plain and parser.get_method() == way.method and parser.get_http_version() == "1.1"

    def _go_usual_way(self) -> None:
        """Tell uvicorn what was held back."""
        body, self._way, self._body = self._body, None, b""
        super().on_headers_complete()
        if body:
            super().on_body(body)

    def _written(self, response: Response) -> bytes:
        ours = self.server_state.default_headers
        last, theirs, written = self._last
        if response is not last or ours is not theirs:
            written = _written(response, ours)
            self._last = response, ours, written
        return written

    def _written_last(self, response: Response) -> bytes:
        return _written(response, [*self.server_state.default_headers, (b"connection", b"close")])


def _written(response: Response, headers: list[tuple[bytes, bytes]]) -> bytes:
    every = (b"%b: %b\r\n" % header for header in (*headers, *response.raw_headers))
    return b"%b%b\r\n%b" % (STATUS_LINE[response.status_code], b"".join(every), bytes(response.body))
