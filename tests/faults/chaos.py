"""One run of the harness: load, kills, and at the end a quiet bot whose work is examined."""

import asyncio
import contextlib
import json
import random
import signal
import socket
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from bot.clock import Clock, monotonic_seconds
from bot.failpoints import FailPoint
from bot.ingest.tokens import Scope, create_token
from bot.sandbox.constants import APP_TOKEN, BOT_TOKEN
from bot.sandbox.server import SandboxServer
from bot.services.watching.rules_in_force import RulesInForce
from bot.store import claims, due, rules_in_force
from bot.store.database import Database
from bot.store.open import open_database
from tests.faults.checker import Evidence, complaints, read_database, shown_in
from tests.faults.editors import Editor, Subscriber
from tests.faults.processes import Launcher
from tests.faults.senders import Meter, Presser, Sender
from tests.scenarios.driver import CHANNEL, Json, Workspace, until

#: When a kill at random strikes; a start takes about 0.2 s.
LIFE_SECONDS = (0.05, 1.5)
#: Longest wait for a fail point to be reached.
PATIENCE_SECONDS = 8.0
#: How far into its work a fail point strikes: the n-th passage.
PASSAGES = (1, 1, 2, 3, 5)
#: Of the lives beyond the first at each fail point, so many end at a random moment.
RANDOM_SHARE = 0.5
ROUTES = [
    {"channel": "#llm-alerts", "areas": ["performance"]},
    {"channel": "#llm-costs", "areas": ["cost"]},
    {"channel": "#incidents", "areas": ["security", "quality"]},
    {"channel": "#general", "areas": ["security"]},
]
#: The senders of this harness report no alert that has a picture; tests/faults/test_pictures.py does.
ELSEWHERE = {
    FailPoint.PICTURE_BEGUN,
    FailPoint.PICTURE_UPLOADED,
    # tests/faults/test_callbacks.py
    FailPoint.CALLBACK_CLAIMED,
    FailPoint.CALLBACK_POSTED,
    # tests/faults/test_approval_kills.py
    FailPoint.APPROVAL_STORED,
    FailPoint.APPROVAL_TOLD,
    FailPoint.APPROVAL_TIMED,
}
ENVIRONMENT = {
    "RISKBOT_SLACK__BOT_TOKEN": BOT_TOKEN,
    "RISKBOT_SLACK__APP_TOKEN": APP_TOKEN,
    "RISKBOT_ALERTS__GROUP_WAIT": "100ms",
    "RISKBOT_ALERTS__GROUP_INTERVAL": "200ms",
    "RISKBOT_ALERTS__ROUTES": json.dumps(ROUTES),
    "RISKBOT_STORMS__CALM_AFTER": "1s",
    "RISKBOT_DELIVERY__CHANNEL_POST_INTERVAL": "50ms",
    "RISKBOT_DELIVERY__POSTS_PER_MINUTE": "6000",
    "RISKBOT_DELIVERY__EDITS_PER_MINUTE": "6000",
    "RISKBOT_DELIVERY__READS_PER_MINUTE": "6000",
    "RISKBOT_DELIVERY__REQUEST_TIMEOUT": "1s",
    "RISKBOT_DELIVERY__LEASE": "3s",
    "RISKBOT_DELIVERY__SETTLE": "300ms",
    "RISKBOT_AUDITOR__INTERVAL": "200ms",
    "RISKBOT_AUDITOR__PATIENCE": "10s",
    "RISKBOT_HTTP__REQUESTS_PER_MINUTE": "600000",
    "RISKBOT_HTTP__BURST": "10000",
    "RISKBOT_LOGGING__LEVEL": "WARNING",
    "RISKBOT_WATCH__INTERVAL": "200ms",
}


@dataclass
class Report:
    """What a run did and what is wrong after it."""

    seed: int
    kills: Counter[str] = field(default_factory=Counter)
    complaints: list[str] = field(default_factory=list)
    facts: dict[str, int] = field(default_factory=dict)
    evidence: Evidence | None = None
    log: Path = Path()

    def __str__(self) -> str:
        wrong = "\n  ".join(self.complaints[:40])
        return f"seed {self.seed}; kills {dict(self.kills)}; {self.facts}; log {self.log}\n  {wrong}"


class Run:
    """Load on one database and one workspace, and as many replicas as launchers."""

    def __init__(
        self, database_url: str, server: SandboxServer, directory: Path, *, seed: int, replicas: int, weather: Json
    ) -> None:
        self.report = Report(seed, log=directory / "riskbot.log")
        self._chance = random.Random(seed)
        self._database_url = database_url
        self._server = server
        self._ports = [free_port() for _ in range(replicas)]
        self._directory = directory
        self._weather = weather
        self._launchers: list[Launcher] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._senders: list[Sender] = []
        self._meters: list[Meter] = []
        self._pressers: list[Presser] = []
        self._editor = Editor(directory / "rules.yml", self._new_chance(), pause_seconds=0.15)
        self._editor.write(self._editor.text)

    @asynccontextmanager
    async def under_load(self) -> AsyncIterator[None]:
        """Launchers ready, senders and people at work; all is quiet again when the block is left."""
        token = await make_api_token(self._database_url)
        await _read_rules(self._database_url, self._editor.path)
        empty = self._directory / "riskbot.yml"
        empty.touch()
        base = {**ENVIRONMENT, "RISKBOT_DATABASE_URL": self._database_url, "RISKBOT_CONFIG": str(empty)}
        base["RISKBOT_SLACK__API_URL"] = self._server.api_url
        base["RISKBOT_WATCH__RULES_FILE"] = str(self._editor.path)
        async with AsyncExitStack() as stack:
            http = await stack.enter_async_context(httpx.AsyncClient(timeout=10, trust_env=False))
            self._workspace = Workspace(self._server, http)
            for port in self._ports:
                launcher = Launcher({**base, "RISKBOT_HTTP__PORT": str(port)}, self.report.log)
                self._launchers.append(await stack.enter_async_context(launcher))
            tasks = self._tasks = [asyncio.create_task(self._send(number, token)) for number in range(3)]
            tasks.append(asyncio.create_task(self._meter(token)))
            for _ in range(2):
                self._pressers.append(Presser(self._workspace, self._new_chance(), self.report.kills.total, 0.05))
            tasks += [asyncio.create_task(presser.run()) for presser in self._pressers]
            self._subscriber = Subscriber(self._workspace, self._new_chance(), pause_seconds=0.3)
            tasks += [asyncio.create_task(each.run()) for each in (self._editor, self._subscriber)]
            if self._weather:
                await self._workspace.faults(**self._weather)
            yield
            await self._end(tasks)

    async def _send(self, number: int, token: str) -> None:
        async with self._api(number, token) as api:
            sender = Sender(number, api, self._new_chance(), pause_seconds=0.12)
            self._senders.append(sender)
            await sender.run()

    async def _meter(self, token: str) -> None:
        async with self._api(0, token) as api:
            self._meters.append(Meter(api, self._new_chance(), Clock(), pause_seconds=0.1))
            await self._meters[0].run()

    def _api(self, number: int, token: str) -> httpx.AsyncClient:
        """One of the replicas' API."""
        base_url = f"http://127.0.0.1:{self._ports[number % len(self._ports)]}"
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.AsyncClient(base_url=base_url, headers=headers, timeout=10, trust_env=False)

    def _new_chance(self) -> random.Random:
        return random.Random(self._chance.getrandbits(64))

    async def lives(self, kills: int, launcher_number: int = 0) -> None:
        """Start and kill one replica so many times."""
        launcher = self._launchers[launcher_number]
        chance = self._new_chance()
        for point, passage in _plan(kills, chance):
            await launcher.start("serve", FAULTS=f"{point}:{passage}" if point else "")
            code = await launcher.ended(PATIENCE_SECONDS if point else chance.uniform(*LIFE_SECONDS))
            by = point if code is not None else None
            if code is None:
                code = await launcher.kill()
            assert code == -signal.SIGKILL, f"riskbot serve ended by itself with {code}; see {self.report.log}"
            for task in self._tasks:
                if task.done():
                    task.result()
            self.report.kills[by or "at random"] += 1

    async def _end(self, tasks: list[asyncio.Task[None]]) -> None:
        """Start all replicas once more, let everything be answered, sent and settled, then stop them in order."""
        await self._workspace.faults()
        for launcher in self._launchers:
            await launcher.start("serve")
        for each in [*self._senders, *self._meters, *self._pressers, self._editor, self._subscriber]:
            each.stopped = True
        await asyncio.wait_for(asyncio.gather(*tasks), 60)
        started = monotonic_seconds()
        with contextlib.suppress(AssertionError):
            # What is still unsent then is among the checker's complaints.
            await self._quiet()
        for launcher in self._launchers:
            code = await launcher.kill(signal.SIGTERM)
            assert code == 0, f"riskbot serve ended with {code} after SIGTERM; see {self.report.log}"
        await self._examine(monotonic_seconds() - started)

    async def _quiet(self) -> None:
        database = open_database(self._database_url, Clock())

        async def settled() -> bool:
            queue = await database.read(claims.queue)
            if queue.waiting or queue.ambiguous or await database.read(_soon_due):
                return False
            return (await database.read(rules_in_force.current)).text == self._editor.text

        try:
            await until(settled, 60.0, "everything sent")
        finally:
            await database.close()

    async def _examine(self, quiet_after_seconds: float) -> None:
        report = self.report
        recorded = await read_database(self._database_url)
        conditions = [each for sender in self._senders for each in sender.conditions]
        acknowledged = [each for presser in self._pressers for each in presser.acknowledged]
        shown = shown_in(await self._workspace.state())
        metered = sum(meter.accepted for meter in self._meters)
        rules, told = self._editor.text, self._subscriber.told
        report.evidence = Evidence(recorded, shown, conditions, acknowledged, metered, rules, told)
        report.complaints += complaints(report.evidence)
        if await self._launchers[0].run("audit", "verify"):
            report.complaints.append("riskbot audit verify found the chain broken")
        wrong = [each for each in await self._workspace.calls(ok=False) if each["error"].startswith("invalid_")]
        report.complaints += [f"Slack refused {each['method']}: {each['error']}" for each in wrong[:3]]
        report.facts = {
            "kills": report.kills.total(),
            "requests": sum(sender.requests for sender in self._senders),
            "retries": sum(sender.retries for sender in self._senders),
            "calls": recorded.calls,
            "episodes": len(recorded.alerts),
            "groups": len(recorded.groups),
            "messages": len(recorded.messages),
            "bundled": sum(row.state == "bundled" for row in recorded.messages),
            "presses": sum(presser.presses for presser in self._pressers),
            "presses_acknowledged": len(acknowledged),
            "audit_rows": len(recorded.audit),
            "rules_edited": self._editor.edits,
            "subscribed": self._subscriber.told["subscribed"],
            "quiet_after_ms": round(quiet_after_seconds * 1000),
        }


def _plan(kills: int, chance: random.Random) -> list[tuple[FailPoint | None, int]]:
    """At which passage of which point each life ends: soon at each of them once, then anywhere; None is any moment."""
    points: list[FailPoint | None] = [each for each in FailPoint if each not in ELSEWHERE]
    first = [(point, chance.choice((1, 2))) for point in points]
    rest = [None if chance.random() < RANDOM_SHARE else chance.choice(points) for _ in range(kills - len(points))]
    plan = first + [(point, chance.choice(PASSAGES)) for point in rest]
    chance.shuffle(plan)
    return plan[:kills]


def _soon_due(tx) -> bool:
    """Something is due now or within seconds; repeats and lapses come after hours."""
    next_at = due.next_due_at(tx)
    return next_at is not None and (next_at - tx.now).total_seconds() < 30


async def make_api_token(url: str) -> str:
    database: Database = open_database(url, Clock())
    try:
        return (await create_token(database, name="sender", scopes=[Scope.INGEST])).text
    finally:
        await database.close()


async def _read_rules(url: str, path: Path) -> None:
    """The first rules are good: without any, a start with a broken file would be refused."""
    database: Database = open_database(url, Clock())
    try:
        await RulesInForce(database, path, CHANNEL).open()
    finally:
        await database.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


async def run(
    database_url: str,
    directory: Path,
    *,
    kills: int,
    seed: int,
    replicas: int = 1,
    weather: Json | None = None,
) -> Report:
    """Kill `kills` times in all, spread over the replicas, and report. `weather` are faults of the workspace."""
    server = SandboxServer(rate_limits=False)
    server.start()
    try:
        chaos = Run(database_url, server, directory, seed=seed, replicas=replicas, weather=weather or {})
        sys.stdout.write(f"seed {seed}\n")
        async with chaos.under_load():
            shares = [kills // replicas + (number < kills % replicas) for number in range(replicas)]
            await asyncio.gather(*(chaos.lives(share, number) for number, share in enumerate(shares)))
        return chaos.report
    finally:
        server.stop()
