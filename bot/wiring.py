"""Builds every object once, in order, each with its end beside it; nothing is built at import."""

import asyncio
import contextlib
import logging
import os
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex
from typing import Any

import aiohttp
import uvicorn
from prometheus_client import CollectorRegistry

from bot.clock import Clock
from bot.delivery.worker import DeliveryWorker
from bot.errors import SettingsError
from bot.handlers import HANDLERS
from bot.handlers.context import Context
from bot.health import Health
from bot.ingest.app import build_app as build_api
from bot.ingest.tokens import any_token_works, may_listen
from bot.logs import configure_logging
from bot.scheduling.bells import build_scheduler, seal_audit
from bot.scheduling.due import DueRunner
from bot.services.alerts import tell
from bot.services.alerts.desk import AlertDesk
from bot.services.permissions import Permissions
from bot.settings import Settings
from bot.slack.app import build_app as build_slack_app
from bot.slack.app import identify
from bot.slack.client import SlackClient, web_client
from bot.slack.errors import Outcome, SlackError
from bot.slack.http_mode import SlackDoor
from bot.slack.people import SlackPeople
from bot.slack.socket import SlackSocket, try_app_token
from bot.store.database import Database
from bot.store.due import DueKind
from bot.store.migrations import require_current
from bot.store.open import open_engine
from bot.store.postgresql import database_now
from bot.store.sqlite import SqliteEngine

logger = logging.getLogger(__name__)

#: While Slack cannot be reached at the start, everything else works and this is how often it is tried.
CONNECT_AGAIN_SECONDS = 5.0


@dataclass
class Running:
    """The parts of a running bot that its caller may want."""

    database: Database
    desk: AlertDesk
    due_runner: DueRunner
    worker: DeliveryWorker
    health: Health
    port: int = 0
    #: Set when the process should end, with the reason in `ended`.
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    ended: str = ""

    def give_up(self, reason: str) -> None:
        """End the process so that a supervisor starts it anew."""
        logger.critical("Giving up: %s", reason, extra={"action": "give_up"})
        self.ended = reason
        self.stop.set()


@dataclass
class _Link:
    """The way in from Slack, while it is being made and once it stands."""

    door: SlackDoor
    socket: SlackSocket | None = None
    trouble: str = "not connected to Slack yet"

    def current_trouble(self) -> str:
        return self.trouble or (self.socket.trouble if self.socket else "")


def open_database(settings: Settings, clock: Clock) -> Database:
    """Open for serving; raises AlreadyServing when another process serves this SQLite file."""
    engine = open_engine(settings.database_url)
    if isinstance(engine, SqliteEngine):
        engine.claim_serving()
    return Database(engine, clock)


@asynccontextmanager
async def running(settings: Settings, clock: Clock) -> AsyncIterator[Running]:
    """The whole bot, from the database to the open port; leaving the block ends it in reverse order."""
    async with AsyncExitStack() as stack:
        database = open_database(settings, clock)
        stack.push_async_callback(database.close)
        await database.read(lambda tx: require_current(tx.connection))

        async def follow_clock() -> None:
            if database.dialect == "postgresql":
                clock.follow_database(await database.read(lambda tx: database_now(tx.connection)))

        await follow_clock()
        may_listen(settings.http.host, await any_token_works(database))

        session = await stack.enter_async_context(aiohttp.ClientSession())
        client = _slack_client(settings, settings.slack.bot_token.get_secret_value(), session)
        people = SlackPeople(client, kept_seconds=settings.people.groups_cached_for.total_seconds())
        desk = AlertDesk(database, Permissions(people, settings.people), settings.alerts)

        due_runner = DueRunner(database, _works(settings))
        worker = DeliveryWorker(
            database,
            client,
            owner=f"{socket.gethostname()[:40]}:{os.getpid()}:{token_hex(4)}",
            delivery=settings.delivery,
            storm=settings.storms,
            alerts=settings.alerts,
        )
        link = _Link(SlackDoor())
        registry = CollectorRegistry()
        health = Health(
            database,
            due_runner,
            delivery_trouble=lambda: worker.trouble,
            link_trouble=link.current_trouble,
            registry=registry,
        )
        bot = Running(database, desk, due_runner, worker, health)

        context = Context(alerts=desk, client=client, prefix=settings.slack.prefix)
        stack.push_async_callback(seal_audit, database)
        connecting = await _connect_or_keep_trying(bot, settings, session, client, people, context, link, stack)
        stack.push_async_callback(_end, connecting)

        due_task = asyncio.create_task(due_runner.run())
        stack.push_async_callback(_end_gently, due_task, due_runner.stop)
        worker_task = asyncio.create_task(worker.run())
        stack.push_async_callback(_end, worker_task)
        stack.push_async_callback(worker.stop)

        scheduler = build_scheduler(database, due_runner, follow_clock, health.measure)
        scheduler.start()
        stack.callback(scheduler.shutdown, wait=False)

        api = build_api(
            desk, database, settings.http, readiness=health, metrics=registry, extra_routes=[link.door.route()]
        )
        await _listen(api, settings, bot, stack)
        yield bot


def _works(settings: Settings) -> dict[DueKind, Any]:
    """What is done when a row of each kind falls due."""
    return {
        DueKind.TELL_GROUP: lambda tx, rows: tell.tell_groups(tx, rows, settings.alerts),
        DueKind.REPEAT_GROUP: lambda tx, rows: tell.repeat_groups(tx, rows, settings.alerts),
        DueKind.EXPIRE_ACKNOWLEDGEMENT: lambda tx, rows: tell.expire_acknowledgements(tx, rows, settings.alerts),
    }


def _slack_client(settings: Settings, token: str, session: aiohttp.ClientSession) -> SlackClient:
    timeout = settings.delivery.request_timeout
    return SlackClient(web_client(token, settings.slack.api_url, timeout=timeout, session=session))


async def _connect_or_keep_trying(
    bot: Running,
    settings: Settings,
    session: aiohttp.ClientSession,
    client: SlackClient,
    people: SlackPeople,
    context: Context,
    link: _Link,
    stack: AsyncExitStack,
) -> asyncio.Task[None]:
    """A token that Slack refuses ends the start; a Slack that is away does not: senders are served meanwhile."""

    async def connect() -> None:
        identity = await identify(client)
        people.team_id = identity.team_id
        app = build_slack_app(client, settings.slack, identity)
        for register in HANDLERS:
            register(app, context)
        if settings.slack.mode == "http":
            link.door.open(app)
        else:
            app_client = _slack_client(settings, settings.slack.app_token.get_secret_value(), session)
            url = await try_app_token(app_client)
            link.socket = SlackSocket(app, settings.slack, bot.give_up)
            stack.push_async_callback(link.socket.close)
            await link.socket.connect(url)
        link.trouble = ""
        logger.info("Connected to Slack as %s", identity.bot_user_id, extra={"action": "connected"})

    async def keep_trying() -> None:
        while link.trouble:
            await asyncio.sleep(CONNECT_AGAIN_SECONDS)
            try:
                await connect()
            except SlackError as error:
                _refuse_wrong_token(error, bot)
                link.trouble = error.message
        if link.socket:
            await link.socket.watch()

    try:
        await connect()
    except SlackError as error:
        if error.outcome == Outcome.CREDENTIALS:
            raise
        link.trouble = error.message
        logger.warning("Slack cannot be reached: %s", error.message, extra={"action": "connect_later"})
    return asyncio.create_task(keep_trying())


def _refuse_wrong_token(error: SlackError, bot: Running) -> None:
    if error.outcome == Outcome.CREDENTIALS:
        bot.give_up(f"{error.message}. {error.hint}")


class _ApiServer(uvicorn.Server):
    """Leaves signals to the caller, who ends all parts in order."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _listen(api: Any, settings: Settings, bot: Running, stack: AsyncExitStack) -> None:
    """Open the port; raises SettingsError when it is taken."""
    # Naming TCP matters: asyncio switches Nagle's algorithm off only then, and with it every answer takes 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    stack.callback(listener.close)
    try:
        listener.bind((settings.http.host, settings.http.port))
    except OSError as error:
        where = f"{settings.http.host}:{settings.http.port}"
        raise SettingsError(
            f"http.port: {where} cannot be listened on: {error.strerror}.", hint="Choose another port; 0 takes any."
        ) from error
    bot.port = listener.getsockname()[1]
    config = uvicorn.Config(
        api,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=5,
        timeout_keep_alive=75,
        loop="none",
        ws="none",
    )
    server = _ApiServer(config)
    task = asyncio.create_task(server.serve([listener]))

    async def end() -> None:
        server.should_exit = True
        await task

    stack.push_async_callback(end)
    while not server.started and not task.done():
        await asyncio.sleep(0.005)


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def _end_gently(task: asyncio.Task[None], stop: Any) -> None:
    stop()
    await task


def run_serve(settings: Settings, config_path: Path | None) -> int:
    """Run until SIGTERM or SIGINT; 0 after an asked-for end, 1 when riskbot gave up and wants to be started anew."""
    configure_logging(level=settings.logging.level, json=settings.logging.json_lines)
    if not settings.slack.bot_token.get_secret_value():
        raise SettingsError(f"slack.bot_token is not set{f' in {config_path}' if config_path else ''}.")
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(_serve(settings))


def _loop_factory() -> Any:
    """Uvloop where there is one."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


async def _serve(settings: Settings) -> int:
    clock = Clock()
    loop = asyncio.get_running_loop()
    async with running(settings, clock) as bot:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, bot.stop.set)
        where = f"http://{settings.http.host}:{bot.port}"
        logger.info("riskbot is ready at %s", where, extra={"action": "ready", "port": bot.port})
        await bot.stop.wait()
    return 1 if bot.ended else 0
