"""riskbot's own port: uvicorn in the bot's loop, ended with the other parts."""

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager

import uvicorn
from starlette.types import ASGIApp

from bot.errors import SettingsError
from bot.settings import HttpSettings
from bot.wiring.express import ExpressProtocol


class _Server(uvicorn.Server):
    """Leaves signals to the caller, who ends all parts in order."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()


async def listen(api: ASGIApp, settings: HttpSettings, stack: AsyncExitStack, closing: Callable[[], None]) -> int:
    """Open the port and return its number; `closing` lets go who still waits. Raises SettingsError when it is taken."""
    listener = _bind(settings)
    stack.callback(listener.close)
    server = _Server(server_config(api))
    task = asyncio.create_task(server.serve([listener]))

    async def end() -> None:
        # A call that waits for news would be cut in the middle.
        closing()
        server.should_exit = True
        await task

    stack.push_async_callback(end)
    await server.listening.wait()
    port: int = listener.getsockname()[1]
    return port


def _bind(settings: HttpSettings) -> socket.socket:
    # Naming TCP matters: asyncio switches Nagle's algorithm off only then, and with it every answer takes 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        listener.close()
        raise SettingsError(
            f"http.port: {settings.host}:{settings.port} cannot be listened on: {error.strerror}.",
            hint="Choose another port; 0 takes any.",
        ) from error
    return listener


def server_config(api: ASGIApp) -> uvicorn.Config:
    """How riskbot's API is served."""
    return uvicorn.Config(
        api,
        log_config=None,
        access_log=False,
        server_header=False,
        # Nobody asks where a request comes from: its token says who sends it.
        proxy_headers=False,
        timeout_graceful_shutdown=5,
        timeout_keep_alive=75,
        loop="none",
        http=ExpressProtocol,
        ws="none",
    )
