"""One riskbot with escalations, killed at named steps of their lives, and what must stand at the end."""

import asyncio
import contextlib
import json
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from bot.clock import Clock
from bot.failpoints import FailPoint
from bot.ingest.tokens import Scope, create_token
from bot.sandbox.server import SandboxServer
from bot.store import claims, due
from bot.store.database import Database
from bot.store.due import DueKind
from bot.store.open import open_database
from tests.faults import arming, moved_clock
from tests.faults.chaos import ENVIRONMENT, free_port
from tests.faults.processes import Launcher
from tests.scenarios.driver import Json, Workspace, until
from tests.scenarios.seen import Outcome

ROOM = "escalations"
ROLES = {"tech_lead": ["@tech-leads"], "engineering_manager": ["@eng-managers"]}
#: Nobody listens there: one callback for each end is enough, and stays.
CALLBACK = "http://127.0.0.1:9/hook"
TASK = {"task_id": "t", "manual_override": True, "payload": {"prompt": "do it"}, "callback_url": CALLBACK}
#: The ends of the shipped policy's times, and of its first reminder.
REMINDER_SECONDS, FIRST_SECONDS, SECOND_SECONDS = 901.0, 1801.0, 3601.0
WITHIN_SECONDS = 30.0
MOST_PRESSES = 5


@dataclass
class Told:
    """An escalation as its program and its approvers know it."""

    title: str
    id: int
    #: What its audit must hold at the end, in this order.
    verbs: list[str] = field(default_factory=lambda: ["opened", "tier_asked"])
    status: str = "pending"


@dataclass
class Place:
    """A workspace, a database and one riskbot that dies and comes back."""

    url: str
    directory: Path
    database: Database
    workspace: Workspace
    api: httpx.AsyncClient
    riskbot: Launcher
    ahead_seconds: float = 0.0
    kills: int = 0
    told: list[Told] = field(default_factory=list)

    async def start(self) -> None:
        await self.riskbot.start("serve", **{moved_clock.AHEAD: str(self.ahead_seconds)})
        await until(self._ready, WITHIN_SECONDS, "riskbot ready")

    async def _ready(self) -> bool:
        with contextlib.suppress(httpx.TransportError):
            return (await self.api.get("/readyz")).status_code == httpx.codes.OK
        return False

    async def killed(
        self, point: FailPoint | None, cause: Callable[[], Awaitable[object]], *, passage: int = 1
    ) -> None:
        """Do it, with the process killed at the point and started anew; without a point nothing is killed."""
        if point is None:
            await cause()
            return
        arming.arm(self.riskbot.pid, self.directory / "faults", point, passage)
        doing = asyncio.ensure_future(cause())
        code = await self.riskbot.ended(WITHIN_SECONDS)
        assert code == -signal.SIGKILL, f"{point} was not reached: {code}"
        # Whoever asked has no answer, or one that says so.
        with contextlib.suppress(httpx.TransportError):
            await doing
        self.kills += 1
        await self.start()

    async def pass_time(self, seconds: float) -> None:
        self.database.clock.advance(seconds)
        self.ahead_seconds += seconds
        moved_clock.move(self.riskbot.pid, self.directory / "clock", seconds)

    async def quiet(self) -> None:
        """Nothing is due that time brings about by itself, and everything is told."""

        async def settled() -> bool:
            if await self.database.read(_overdue):
                return False
            queue = await self.database.read(claims.queue)
            return not queue.waiting and not queue.ambiguous

        await until(settled, 60.0, "everything told")

    async def create(self, title: str, point: FailPoint | None) -> Told:
        """As a program does that keeps asking under one key until it is answered."""
        await self.killed(point, lambda: self._post(title))
        answer = await self._post(title)
        assert answer.status_code in (200, 201), answer.text
        self.told.append(Told(title, answer.json()["id"]))
        await self.quiet()
        return self.told[-1]

    async def _post(self, title: str) -> httpx.Response:
        body = {**TASK, "title": title}
        return await self.api.post("/v1/escalations", json=body, headers={"Idempotency-Key": title})

    async def approve(self, one: Told, point: FailPoint | None) -> None:
        """As a person does who presses again while the card still has its buttons."""
        await self.killed(point, lambda: self._press(one))
        await self.quiet()
        for _ in range(MOST_PRESSES):
            if not (await self._card(one)).actions:
                break
            outcome = await self._press(one)
            await self.quiet()
            # Whoever is told nothing has decided; a busy machine's answer says that nothing was recorded.
            believed = outcome.acknowledged and not outcome.private
            assert not believed or not (await self._card(one)).actions, f"a press on {one.title} was lost"
        one.status = "approved"
        one.verbs.append("approved")

    async def _card(self, one: Told):
        return await self.workspace.expect_card(one.title, channel=ROOM)

    async def _press(self, one: Told) -> Outcome:
        return await self.workspace.user("alice").press(await self._card(one), "approvals.approve")

    async def time_out(self, one: Told, seconds: float, point: FailPoint | None, *verbs: str) -> None:
        await self.killed(point, lambda: self.pass_time(seconds))
        one.verbs += verbs
        await self.quiet()

    async def end(self) -> int:
        """Stop in order; what `riskbot audit verify` says of the chain."""
        assert await self.riskbot.kill(signal.SIGTERM) == 0
        return await self.riskbot.run("audit", "verify")

    async def state(self) -> Json:
        return await self.workspace.state()


def _overdue(tx) -> bool:
    return any(row.kind is DueKind.ADVANCE_APPROVAL for row in due.ripe(tx, 1))


@asynccontextmanager
async def place(url: str, directory: Path) -> AsyncIterator[Place]:
    """Started, and quiet."""
    server = SandboxServer(rate_limits=False)
    server.start()
    database = open_database(url, Clock())
    try:
        token = (await create_token(database, name="program", scopes=list(Scope))).text
        port = free_port()
        environment = _environment(url, directory, server, port)
        headers = {"Authorization": f"Bearer {token}"}
        base_url = f"http://127.0.0.1:{port}"
        async with (
            httpx.AsyncClient(timeout=30, trust_env=False) as http,
            httpx.AsyncClient(base_url=base_url, headers=headers, timeout=30, trust_env=False) as api,
            Launcher(environment, directory / "serve.log") as riskbot,
        ):
            made = Place(url, directory, database, Workspace(server, http), api, riskbot)
            await made.start()
            yield made
    finally:
        await database.close()
        await asyncio.to_thread(server.stop)


def _environment(url: str, directory: Path, server: SandboxServer, port: int) -> dict[str, str]:
    (directory / "riskbot.yml").touch()
    return {
        **ENVIRONMENT,
        "RISKBOT_DATABASE_URL": url,
        "RISKBOT_CONFIG": str(directory / "riskbot.yml"),
        "RISKBOT_SLACK__API_URL": server.api_url,
        "RISKBOT_HTTP__PORT": str(port),
        "RISKBOT_PEOPLE__ROLES": json.dumps(ROLES),
        "RISKBOT_CALLBACKS__SECRET": "a secret of the test's own",
        "RISKBOT_CALLBACKS__ALLOW_LOOPBACK": json.dumps(True),
        "RISKBOT_REPORTS__NOISE_DAY": "never",
        moved_clock.VARIABLE: str(directory / "clock"),
        arming.VARIABLE: str(directory / "faults"),
    }
