"""An answer's head goes with its body, and alone only where the body takes its time."""

import asyncio
import contextlib

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.wiring.whole_answers import WholeAnswers


@pytest.fixture
def gate() -> asyncio.Event:
    return asyncio.Event()


@pytest.fixture
async def port(gate):
    async def slow():
        await gate.wait()
        yield "late"

    async def endless(_request):
        return StreamingResponse(slow(), media_type="text/plain")

    routes = [
        Route("/plain", lambda _request: PlainTextResponse("told")),
        Route("/slow", endless),
        Route("/nothing", lambda _request: Response(status_code=204)),
    ]
    config = uvicorn.Config(Starlette(routes=routes), port=0, log_level="warning", http=WholeAnswers, ws="none")
    server = uvicorn.Server(config)
    server.capture_signals = contextlib.nullcontext
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.005)
    yield server.servers[0].sockets[0].getsockname()[1]
    gate.set()
    server.should_exit = True
    await task


async def ask(port, path, method="GET", *, close=False):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    ending = "Connection: close\r\n" if close else ""
    writer.write(f"{method} {path} HTTP/1.1\r\nHost: here\r\n{ending}\r\n".encode())
    return reader, writer


async def test_head_and_body_come_together(port):
    reader, writer = await ask(port, "/plain")
    together = await reader.read(65_536)
    assert together.startswith(b"HTTP/1.1 200 OK\r\n")
    assert together.endswith(b"\r\n\r\ntold")
    writer.close()


async def test_a_head_does_not_wait_for_a_body_that_takes_its_time(port, gate):
    reader, writer = await ask(port, "/slow")
    async with asyncio.timeout(10):
        assert b"\r\n\r\n" in await reader.readuntil(b"\r\n\r\n")
        gate.set()
        assert await reader.readuntil(b"0\r\n\r\n") == b"4\r\nlate\r\n0\r\n\r\n"
    writer.close()


@pytest.mark.parametrize(("path", "method"), [("/plain", "HEAD"), ("/nothing", "GET")])
async def test_an_answer_without_a_body_is_sent(port, path, method):
    for close in (False, True):
        reader, writer = await ask(port, path, method, close=close)
        async with asyncio.timeout(10):
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 20")
            if close:
                assert await reader.read() == b""
        writer.close()
