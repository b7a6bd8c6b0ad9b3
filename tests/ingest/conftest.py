"""The whole API over real HTTP, on a port of its own, with a real database behind it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence

import httpx
import pytest
import uvicorn
import uvloop
from prometheus_client import CollectorRegistry

from bot.ingest.app import build_app
from bot.ingest.costs import cost_endpoints
from bot.ingest.endpoint import Endpoint
from bot.ingest.escalations import escalation_endpoints
from bot.ingest.fast_lane import Express, FastLane
from bot.ingest.health import Check
from bot.ingest.silences import silence_endpoints
from bot.ingest.tokens import Scope, create_token
from bot.right_of_way import RightOfWay
from bot.services.alerts.desk import AlertDesk
from bot.services.costs.desk import CostDesk
from bot.services.permissions import Permissions, Person
from bot.services.price_table import SHIPPED, read_prices
from bot.services.silences.desk import SilenceDesk
from bot.services.telemetry.desk import TelemetryDesk
from bot.settings import AlertDelivery, HttpSettings, PeopleSettings, Settings, TelemetrySettings
from bot.store.database import Database
from bot.store.open import open_database
from bot.wiring.approvals import approval_desk
from bot.wiring.escalations import escalation_desk
from bot.wiring.listen import server_config

ALERT = {
    "alert": "HighErrorRate",
    "severity": "high",
    "status": "firing",
    "labels": {"area": "performance", "model": "glm-4.5"},
}


def pytest_asyncio_loop_factories(config, item):
    """The loop that riskbot runs on; its connections have ways of their own."""
    return {"uvloop": uvloop.new_event_loop}


class TownsPeople:
    """A workspace of everybody: whoever is asked for is a full member of no group."""

    async def find(self, user_id: str) -> Person | None:
        return Person(id=user_id, name=user_id.lower())

    async def is_among(self, person: Person, names: Sequence[str]) -> bool:
        return person.id in names

    async def members_of(self, names: Sequence[str]) -> frozenset[str]:
        return frozenset({"U0LEA", "U0LEO"})


class Works:
    """Readiness that a test can break."""

    def __init__(self) -> None:
        self.broken = ""

    async def checks(self) -> list[Check]:
        return [Check(name="database", ok=not self.broken, detail=self.broken or "answers")]


class Api:
    """The API, served; `client` speaks to it with a token of every scope."""

    def __init__(self, base_url: str, database: Database, desk: AlertDesk, token: str, readiness: Works) -> None:
        self.base_url = base_url
        self.database = database
        self.desk = desk
        self.token = token
        self.readiness = readiness
        self.client = self.with_token(token)

    def with_token(self, token: str | None) -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.AsyncClient(base_url=self.base_url, headers=headers, timeout=20, trust_env=False, verify=False)

    async def token_of(self, name: str, *scopes: Scope) -> httpx.AsyncClient:
        return self.with_token((await create_token(self.database, name=name, scopes=scopes)).text)

    async def send(self, alerts, **options) -> httpx.Response:
        return await self.client.post("/v1/alerts", json=alerts, **options)

    async def shown(self, **query) -> list[dict]:
        answer = await self.client.get("/v1/alerts", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()["alerts"]


def make_desk(database: Database) -> AlertDesk:
    return AlertDesk(database, Permissions(TownsPeople(), PeopleSettings()), AlertDelivery())


def make_endpoints(database: Database, settings: HttpSettings) -> list[Endpoint]:
    """The calls of features that are not part of every API."""
    people = TownsPeople()
    permissions = Permissions(people, PeopleSettings())
    whole = Settings()
    approvals = approval_desk(database, people, permissions, whole)
    return [
        *silence_endpoints(SilenceDesk(database, permissions, AlertDelivery()), settings),
        *escalation_endpoints(escalation_desk(database, approvals, whole, read_prices(SHIPPED)), settings),
        *cost_endpoints(CostDesk(database, TelemetryDesk(database, whole.telemetry), whole)),
    ]


def make_app(
    database: Database,
    settings: HttpSettings,
    readiness: Works,
    telemetry: TelemetrySettings | None = None,
    **options,
) -> tuple[FastLane, AlertDesk]:
    desk = make_desk(database)
    told = TelemetryDesk(database, telemetry or TelemetrySettings())
    return build_app(
        desk,
        told,
        database,
        settings,
        readiness=readiness,
        metrics=CollectorRegistry(),
        way=RightOfWay(),
        **{"endpoints": make_endpoints(database, settings), **options},
    ), desk


@contextlib.asynccontextmanager
async def listening(app: FastLane) -> AsyncIterator[str]:
    """Serve the app in this loop; gives its base address."""
    config = server_config(app)
    config.port = 0
    server = uvicorn.Server(config)
    # pytest's own handling of Ctrl-C stays.
    server.capture_signals = contextlib.nullcontext
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.005)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await task


@contextlib.asynccontextmanager
async def serving(database: Database, settings: HttpSettings | None = None, **options) -> AsyncIterator[Api]:
    readiness = Works()
    app, desk = make_app(database, settings or HttpSettings(requests_per_minute=600_000), readiness, **options)
    token = (await create_token(database, name="everything", scopes=list(Scope))).text
    async with listening(app) as base_url:
        api = Api(base_url, database, desk, token, readiness)
        async with api.client:
            yield api


@pytest.fixture
async def api(database: Database) -> AsyncIterator[Api]:
    """On both databases."""
    async with serving(database) as served:
        yield served


@pytest.fixture
async def sqlite(sqlite_url: str, clock) -> AsyncIterator[Database]:
    opened = open_database(sqlite_url, clock)
    yield opened
    await opened.close()


@pytest.fixture
async def small_api(sqlite: Database) -> AsyncIterator[Api]:
    """On SQLite alone, for what the database has no part in."""
    async with serving(sqlite) as served:
        yield served


@pytest.fixture
def begun(monkeypatch) -> list[bool]:
    """Of each request that came to the express way, whether that took it."""
    seen = []
    begin = Express.begin

    def watched(self, *args):
        seen.append(begin(self, *args))
        return seen[-1]

    monkeypatch.setattr(Express, "begin", watched)
    return seen
