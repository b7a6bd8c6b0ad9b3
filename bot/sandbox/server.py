"""The sandbox as a server: its routes, and its life in a thread of its own or in the caller's loop."""

import asyncio
import contextlib
import socket
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import uvicorn
import yaml
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles

from bot.errors import RiskbotError
from bot.sandbox.api import WebApi
from bot.sandbox.clock import SandboxClock
from bot.sandbox.constants import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET
from bot.sandbox.control import Control
from bot.sandbox.core import Sandbox
from bot.sandbox.hooks import Hooks
from bot.sandbox.page_socket import Pages
from bot.sandbox.protocols import AbortableHttp, mutable_websockets
from bot.sandbox.workspace import Workspace

_NAME_A_FILE = "Name the manifest that api.slack.com shows under App Manifest."
PAGE = Path(__file__).parent / "page"
_START_SECONDS = 15.0


class SandboxFailed(RiskbotError):
    """The sandbox did not start."""

    code = "sandbox"
    hint = "Is the port taken? Choose another one, or 0 for any."


class _Server(uvicorn.Server):
    """Tells when it listens, which uvicorn itself only records."""

    on_ready: Callable[[], None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and self.on_ready is not None:
            self.on_ready()


class SandboxServer:
    """`start` and `stop` run it on its own thread and loop, so that a bot that blocks its loop is seen to block."""

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        data_file: Path | None = None,
        manifest: Path | Mapping[str, Any] | None = None,
        *,
        rate_limits: bool = True,
    ) -> None:
        self._host = host
        self._port = port
        self.sandbox = Sandbox(data_file, manifest, rate_limits=rate_limits)
        self._pages = Pages(self.sandbox)
        self.app = Starlette(routes=self._routes())
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None
        self._listening = threading.Event()

    @property
    def url(self) -> str:
        return self.sandbox.url

    @property
    def api_url(self) -> str:
        """The base_url of a Slack client, with its slash."""
        return f"{self.url}/api/"

    @property
    def control_url(self) -> str:
        return f"{self.url}/sandbox/api"

    @property
    def clock(self) -> SandboxClock:
        return self.sandbox.clock

    @property
    def workspace(self) -> Workspace:
        """Read it from other threads only while nothing happens; `GET /sandbox/api/state` is always whole."""
        return self.sandbox.workspace

    # --- life ---

    def start(self) -> None:
        """Returns when the sandbox listens."""
        listener = self._bind()
        self._thread = threading.Thread(target=self._run, args=(listener,), name="sandbox", daemon=True)
        self._thread.start()
        if not self._listening.wait(_START_SECONDS):
            raise SandboxFailed(f"The sandbox does not listen on {self._host}:{self._port} after {_START_SECONDS} s.")

    def stop(self) -> None:
        """Closes links and pages, writes what is pending, ends the thread."""
        if self._server is not None:
            self._server.should_exit = True
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    async def serve_forever(self, on_ready: Callable[[], None] | None = None) -> None:
        """In the caller's loop, until SIGINT or SIGTERM (uvicorn listens for them) or `stop`."""
        await self._serve(self._bind(), on_ready)

    def _bind(self) -> socket.socket:
        # Naming TCP matters: asyncio turns Nagle's algorithm off only where the protocol is written down.
        # With it on, an answer takes 40 ms.
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((self._host, self._port))
        except OSError as error:
            listener.close()
            raise SandboxFailed(f"The sandbox cannot listen on {self._host}:{self._port}: {error.strerror}.") from error
        self.sandbox.listens_at(f"http://{self._host}:{listener.getsockname()[1]}")
        return listener

    def _run(self, listener: socket.socket) -> None:
        with asyncio.Runner() as runner:
            runner.run(self._serve(listener, self._listening.set))

    async def _serve(self, listener: socket.socket, on_ready: Callable[[], None] | None) -> None:
        self.sandbox.runs_on(asyncio.get_running_loop())
        server = self._server = _Server(self._config())
        server.on_ready = on_ready
        try:
            await server.serve([listener])
        finally:
            await self.sandbox.close()

    def _config(self) -> uvicorn.Config:
        return uvicorn.Config(
            self.app,
            http=AbortableHttp,
            ws=mutable_websockets(lambda: self.sandbox.faults.mute_pings),
            ws_per_message_deflate=False,
            lifespan="off",
            log_config=None,
            access_log=False,
            log_level="warning",
            server_header=False,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=1,
        )

    # --- routes ---

    def _routes(self) -> list[Any]:
        control = Control(self.sandbox, self._pages)
        hooks = Hooks(self.sandbox)
        return [
            Route("/api/{method}", WebApi(self.sandbox).serve, methods=["GET", "POST"]),
            WebSocketRoute("/link/", self.sandbox.socket_mode.serve),
            WebSocketRoute("/link", self.sandbox.socket_mode.serve),
            *hooks.routes(),
            *control.routes(),
            WebSocketRoute("/ui", self._pages.serve),
            Route("/", _index),
            Route("/archives/{rest:path}", _index),
            Mount("/page", _Page(directory=PAGE, check_dir=False)),
        ]


class _Page(StaticFiles):
    """After an upgrade a browser must not mix old modules with new ones, so it asks each time."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        answer = super().file_response(*args, **kwargs)
        answer.headers["Cache-Control"] = "no-cache"
        return answer


async def _index(_request: Request) -> Response:
    index = PAGE / "index.html"
    if not index.is_file():
        return PlainTextResponse("The sandbox runs; its page is not installed.")
    return FileResponse(index)


def _read_manifest(path: Path) -> Mapping[str, Any]:
    try:
        document = yaml.safe_load(path.read_text("utf-8"))
    except OSError as error:
        raise SandboxFailed(f"The manifest {path} cannot be read: {error.strerror}.", hint=_NAME_A_FILE) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SandboxFailed(f"The manifest {path} is neither YAML nor JSON: {error}.", hint=_NAME_A_FILE) from error
    if not isinstance(document, Mapping):
        raise SandboxFailed(f"The manifest {path} holds no object.", hint=_NAME_A_FILE)
    return document


def run_sandbox(port: int, data_file: Path | None, manifest: Path | None = None) -> int:
    """`riskbot sandbox`: serve until Ctrl-C or SIGTERM. Raises SandboxFailed for a taken port or a bad manifest."""
    server = SandboxServer(port=port, data_file=data_file, manifest=_read_manifest(manifest) if manifest else None)

    def announce() -> None:
        sys.stdout.write(f"Workspace: {server.url}\nSlack clients' base_url: {server.api_url}\n")
        sys.stdout.write(f"Tokens: {BOT_TOKEN}, {APP_TOKEN}; signing secret: {SIGNING_SECRET}\nCtrl-C ends it.\n")
        sys.stdout.flush()

    with contextlib.suppress(KeyboardInterrupt):
        # uvicorn shuts down in order and then raises the signal again.
        asyncio.run(server.serve_forever(announce))
    return 0
